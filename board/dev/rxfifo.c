// SPDX-License-Identifier: BSD-2-Clause
// The receive FIFO that every UART has.
#include "board/dev/rxfifo.h"

size_t rxfifo_put(struct rxfifo *fifo, bool open, const uint8_t *buf, size_t n)
{
	const size_t space =
		open && fifo->count < fifo->depth ? (size_t)(fifo->depth - fifo->count) : 0;

	fifo->refused = n > space;
	if (n > space)
		n = space;
	for (size_t i = 0; i < n; i++)
		fifo->byte[(fifo->first + fifo->count++) % RXFIFO_MOST] = buf[i];
	return n;
}

/* What the env was refused before stays so. */
bool rxfifo_loop(struct rxfifo *fifo, uint8_t byte)
{
	if (fifo->count >= fifo->depth)
		return false;
	fifo->byte[(fifo->first + fifo->count++) % RXFIFO_MOST] = byte;
	return true;
}

bool rxfifo_break(struct rxfifo *fifo, bool open)
{
	if (!open || !rxfifo_loop(fifo, 0))
		return false;
	fifo->breaks |= 1ull << (fifo->first + fifo->count - 1) % RXFIFO_MOST;
	return true;
}

int rxfifo_get(struct rxfifo *fifo)
{
	if (!fifo->count)
		return -1;
	const uint8_t byte = fifo->byte[fifo->first];

	if (CONFIG_MONITOR)
		fifo->breaks &= ~(1ull << fifo->first);
	fifo->first = (uint8_t)((fifo->first + 1) % RXFIFO_MOST);
	fifo->count--;
	return byte;
}

void rxfifo_clear(struct rxfifo *fifo)
{
	fifo->first = fifo->count = 0;
	if (CONFIG_MONITOR)
		fifo->breaks = 0;
}

/* Not at every byte: half a FIFO at a time keeps the one who feeds us asleep. */
void rxfifo_ask(struct rxfifo *fifo, struct dev *dev, bool open)
{
	if (!fifo->refused || !open || fifo->count > fifo->depth / 2)
		return;
	fifo->refused = false;
	dev->env->input_ready(dev);
}
