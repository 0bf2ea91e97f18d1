/* SPDX-License-Identifier: BSD-2-Clause */
/* An 8250 of any kind on a line that the test holds the other end of. */
#ifndef TESTS_BOARD_DEV_LINE8250_H
#define TESTS_BOARD_DEV_LINE8250_H

#include "tests/board/dev/line.h"

/* Numbers of registers. */
enum { RBR, IER, FCR, LCR, MCR, LSR, MSR, SCR, EFR = FCR, DLL = RBR, DLM = IER, IIR = FCR };

#define IER_RDI 0x1
#define IER_THRI 0x2
#define IER_RLSI 0x4
#define IER_MSI 0x8
#define IIR_NONE 0x1
#define IIR_THRI 0x2
#define IIR_RDI 0x4
#define IIR_RLSI 0x6
#define IIR_BUSY 0x7
#define IIR_TIMEOUT 0xc
#define FIFOS 0xc0
#define FCR_ON 0x7
#define LSR_DR 0x1
#define LSR_OE 0x2
#define LSR_THRE 0x20
#define LSR_TEMT 0x40
#define LSR_EMPTY 0x60
#define LOOP 0x10

extern const struct model uart8250_model;

static unsigned shift;

/* Powered on, at a node of that name with the layout that such nodes have. */
static inline void kind(const char *name)
{
	unsigned i = 0;

	while (strcmp(uart8250_model.compatible[i], name))
		assert_non_null(uart8250_model.compatible[++i]);
	shift = strcmp(name, "snps,dw-apb-uart") ? uart8250_model.reg_shifts[i] : 2;
	line_setup(&uart8250_model,
		   (struct dev_traits){ .kind = i, .lines = 1, .reg_shift = shift });
}

static inline uint32_t rd(unsigned reg)
{
	return get((uint64_t)reg << shift);
}

static inline void wr(unsigned reg, uint32_t value)
{
	put((uint64_t)reg << shift, value);
}

#endif
