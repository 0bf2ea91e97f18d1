/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of an 8250's registers is where, as its kind and its own modes have it. */
#ifndef BOARD_DEV_UART8250_MAP_H
#define BOARD_DEV_UART8250_MAP_H

#include "board/dev/rxfifo.h"
#include "board/dev/uart8250.h"

struct uart8250 {
	struct rxfifo rx;
	uint8_t reg[REGS]; /* LSR without what follows from the FIFOs */
	uint8_t extra[UART8250_EXTRAS_MOST]; /* by the kind's list */
	uint8_t depth; /* of both FIFOs */
	bool thre; /* THRE interrupt: raised, not yet read */
	bool tx_due; /* to be raised when the transmitter is empty */
	bool tx_cleared; /* the transmit FIFO was cleared, and not written since */
	bool busy; /* busy detect */
};

const struct uart8250_kind *uart8250_map_kind(const struct dev *dev);

/* Bits of register R that are there and can be changed now. */
uint8_t uart8250_map_writable(const struct dev *dev, unsigned r);

/* Which register is at number I now; REGS or more: I is none of those that all kinds have. */
unsigned uart8250_map_reg(const struct dev *dev, uint64_t i);

/* The kind's own register at number I; NULL: there is none. */
const struct uart8250_extra *uart8250_map_extra(const struct dev *dev, uint64_t i);

#endif
