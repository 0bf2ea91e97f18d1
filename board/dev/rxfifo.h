/* SPDX-License-Identifier: BSD-2-Clause */
/* The receive FIFO that every UART has. */
#ifndef BOARD_DEV_RXFIFO_H
#define BOARD_DEV_RXFIFO_H

#include "board/dev.h"

#define RXFIFO_MOST 64 /* bytes */

/* Part of a model's state. */
struct rxfifo {
	uint64_t breaks; /* bit for each of byte[] that a BREAK left there */
	uint8_t byte[RXFIFO_MOST];
	uint8_t first, count;
	uint8_t depth; /* bytes in use, 1 to RXFIFO_MOST: the model sets it */
	bool refused; /* the env has bytes that there was no room for */
};

/* For struct model: where the state TYPE has its FIFO, which is called rx. */
#define MODEL_RXFIFO(type) (1 + offsetof(type, rx))

/* DEV's, whose model has one. */
static inline const struct rxfifo *model_rxfifo(const struct dev *dev)
{
	return (const void *)((const uint8_t *)dev->state + dev->model->rxfifo - 1);
}

/* Take of N bytes what fits; returns that number. OPEN: the receiver is on, else none fits. */
size_t rxfifo_put(struct rxfifo *fifo, bool open, const uint8_t *buf, size_t n);

/* A byte that the device sends to itself, in loopback; false: it is full, which is an overrun. */
bool rxfifo_loop(struct rxfifo *fifo, uint8_t byte);

/* A BREAK, as UARTs receive it: a NUL that bears a mark. False: it does not fit; OPEN as above. */
bool rxfifo_break(struct rxfifo *fifo, bool open);

/* Is the oldest byte a BREAK's NUL? */
static inline bool rxfifo_broken(const struct rxfifo *fifo)
{
	return CONFIG_MONITOR && fifo->breaks >> fifo->first & 1;
}

/* The oldest byte, which is taken out, or -1. */
int rxfifo_get(struct rxfifo *fifo);

/* Forget what is in it. */
void rxfifo_clear(struct rxfifo *fifo);

/*
 * Ask the env for what was refused, once half the depth is free: to be called when bytes have been
 * taken out or the receiver has been switched; OPEN as above.
 */
void rxfifo_ask(struct rxfifo *fifo, struct dev *dev, bool open);

#endif
