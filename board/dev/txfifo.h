/* SPDX-License-Identifier: BSD-2-Clause */
/* The transmit FIFO that every UART has: bytes leave at once, so what fills it is what room() lacks. */
#ifndef BOARD_DEV_TXFIFO_H
#define BOARD_DEV_TXFIFO_H

#include "board/dev.h"

/* Bytes in a FIFO of DEPTH, which is at least 1; DEPTH when the next byte could be lost. */
unsigned txfifo_fill(struct dev *dev, unsigned depth);

/* Have model->wake() called in a millisecond: somebody waits for the FIFO to drain. */
void txfifo_watch(struct dev *dev);

#endif
