// SPDX-License-Identifier: BSD-2-Clause
// The last events, in memory.
#include "boot/trace_ring.h"

#include <pthread.h>

static _Alignas(4096) struct trace_event ring[TRACE_RING];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t count;

uint64_t trace_ring_put(const struct trace_event *e)
{
	uint64_t before;

	pthread_mutex_lock(&lock);
	before = count++;
	ring[before % TRACE_RING] = *e;
	pthread_mutex_unlock(&lock);
	return before;
}

uint64_t trace_ring_count(void)
{
	uint64_t n;

	pthread_mutex_lock(&lock);
	n = count;
	pthread_mutex_unlock(&lock);
	return n;
}

unsigned trace_ring_take(uint64_t *next, struct trace_event *out, unsigned max, uint64_t *lost)
{
	unsigned n = 0;

	pthread_mutex_lock(&lock);
	if (count - *next > TRACE_RING) {
		*lost += count - TRACE_RING - *next;
		*next = count - TRACE_RING;
	}
	while (n < max && *next != count)
		out[n++] = ring[(*next)++ % TRACE_RING];
	pthread_mutex_unlock(&lock);
	return n;
}
