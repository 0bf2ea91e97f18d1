/* SPDX-License-Identifier: BSD-2-Clause */
/* The last events, in memory. Any thread; a put waits for no more than a copy of a few events. */
#ifndef BOOT_TRACE_RING_H
#define BOOT_TRACE_RING_H

#include "boot/trace_event.h"

#define TRACE_RING 8192 /* events: a power of two */

/* Keep E, in the place of the oldest one. Returns how many there have been before it. */
uint64_t trace_ring_put(const struct trace_event *e);

/* How many there have been. */
uint64_t trace_ring_count(void);

/*
 * Copy to OUT up to MAX events from number *NEXT on, and move that behind them; first beyond those
 * that are gone, which are added to *LOST. Returns how many.
 */
unsigned trace_ring_take(uint64_t *next, struct trace_event *out, unsigned max, uint64_t *lost);

#endif
