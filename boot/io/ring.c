// SPDX-License-Identifier: BSD-2-Clause
// A byte ring between a putting and a taking thread. Its positions run freely and wrap.
#include "boot/io/ring.h"

void ring_init(struct ring *ring, uint8_t *buf, uint32_t size)
{
	ring->buf = buf;
	ring->mask = size - 1;
	atomic_init(&ring->head, 0);
	atomic_init(&ring->tail, 0);
	atomic_init(&ring->lost, 0);
}

size_t ring_put(struct ring *ring, const uint8_t *buf, size_t n)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	/* Acquire: the taker is done with the bytes that are written over. */
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
	uint32_t room = ring->mask + 1 - (head - tail);

	if (n > room) {
		/* Only this side writes it: no read-modify-write needed. */
		atomic_store_explicit(&ring->lost, ring_lost(ring) + (uint32_t)(n - room),
				      memory_order_relaxed);
		n = room;
	}
	/* Mostly one byte: a loop is shorter than two calls of memcpy(). */
	for (uint32_t i = 0; i < n; i++)
		ring->buf[(head + i) & ring->mask] = buf[i];
	atomic_store_explicit(&ring->head, head + (uint32_t)n, memory_order_release);
	return n;
}

size_t ring_peek(const struct ring *ring, const uint8_t **buf)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t count = atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
	uint32_t at = tail & ring->mask;
	uint32_t to_end = ring->mask + 1 - at;

	*buf = ring->buf + at;
	return count < to_end ? count : to_end;
}

void ring_drop(struct ring *ring, size_t n)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	atomic_store_explicit(&ring->tail, tail + (uint32_t)n, memory_order_release);
}
