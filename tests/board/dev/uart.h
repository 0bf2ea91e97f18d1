/* SPDX-License-Identifier: BSD-2-Clause */
/* A PL011 on a line that the test holds the other end of. */
#ifndef TESTS_BOARD_DEV_UART_H
#define TESTS_BOARD_DEV_UART_H

#include "tests/board/dev/line.h"

enum {
	DR = 0x0,
	RSR = 0x4,
	FR = 0x18,
	ILPR = 0x20,
	IBRD = 0x24,
	FBRD = 0x28,
	LCR_H = 0x2c,
	CR = 0x30,
	IFLS = 0x34,
	IMSC = 0x38,
	RIS = 0x3c,
	MIS = 0x40,
	ICR = 0x44,
	DMACR = 0x48,
};

#define FR_BUSY 0x8
#define FR_RXFE 0x10
#define FR_TXFF 0x20
#define FR_RXFF 0x40
#define FR_TXFE 0x80
#define FR_READY 0x7 /* CTS, DSR, DCD */
#define CR_ON 0x301 /* UARTEN, TXE, RXE */
#define LBE 0x80
#define INT_RX 0x10
#define INT_TX 0x20
#define INT_RT 0x40
#define INT_OE 0x400

extern const struct model pl011_model;

static inline int setup(void **state)
{
	(void)state;
	line_setup(&pl011_model, (struct dev_traits){ .lines = 1 });
	return 0;
}

/* As a driver sets it up: FIFOs on, everything enabled. */
static inline int setup_fifos(void **state)
{
	setup(state);
	put(CR, 0);
	put(IBRD, 13);
	put(FBRD, 1);
	put(LCR_H, 0x70);
	put(CR, CR_ON);
	return 0;
}

#endif
