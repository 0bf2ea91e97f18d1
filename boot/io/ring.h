/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes on their way between a device and a line. One thread at a time puts, one at a time takes;
 * the two need no lock between them (several putters share one of their own, such as a device's).
 */
#ifndef BOOT_IO_RING_H
#define BOOT_IO_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
	uint8_t *buf;
	uint32_t mask; /* size - 1 */
	_Atomic uint32_t head; /* bytes ever put; the putting side's */
	_Atomic uint32_t tail; /* bytes ever taken; the taking side's */
	_Atomic uint32_t lost; /* bytes ever refused by ring_put() */
};

/* An empty ring over BUF of SIZE bytes: a power of two, at most 2 GiB. */
void ring_init(struct ring *ring, uint8_t *buf, uint32_t size);

/*
 * Bytes waiting, and bytes that would fit. Meanwhile the other side may have made more of what the
 * caller is after, never less.
 */
static inline uint32_t ring_count(const struct ring *ring)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);

	return atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
}

static inline uint32_t ring_room(const struct ring *ring)
{
	return ring->mask + 1 - ring_count(ring);
}

/* Put as much of BUF as fits; returns how many bytes that was. The rest is counted as lost. */
size_t ring_put(struct ring *ring, const uint8_t *buf, size_t n);

/*
 * The waiting bytes that lie in one piece, oldest first: *BUF and how many; 0 = none. They stay
 * until ring_drop().
 */
size_t ring_peek(const struct ring *ring, const uint8_t **buf);

/* Take the N oldest bytes away: at most ring_count(). */
void ring_drop(struct ring *ring, size_t n);

/* Bytes lost since the start, modulo 2^32. */
static inline uint32_t ring_lost(const struct ring *ring)
{
	return atomic_load_explicit(&ring->lost, memory_order_relaxed);
}

#endif
