/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's MMIO space: who answers at an address. Windows are fixed before the guest runs. */
#ifndef BOARD_BUS_H
#define BOARD_BUS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "board/dev.h"

#define BUS_WINDOWS_MAX 40

struct bus_window {
	uint64_t gpa, size;
	struct dev *dev;
	pthread_mutex_t *lock; /* of the device */
};

struct bus {
	struct bus_window window[BUS_WINDOWS_MAX]; /* ascending, disjoint */
	unsigned count;
};

/*
 * Add a window. Returns 0, -EEXIST (overlaps another window), -ENOSPC, -EINVAL (size 0, or it wraps
 * round the address space).
 */
int bus_add(struct bus *bus, uint64_t gpa, uint64_t size, struct dev *dev, pthread_mutex_t *lock);

/* Does WINDOW hold all of [GPA, GPA+SIZE)? */
static inline bool bus_within(const struct bus_window *window, uint64_t gpa, unsigned size)
{
	/* Below the window the offset wraps and is larger than any size. */
	const uint64_t offset = gpa - window->gpa;

	return offset < window->size && window->size - offset >= size;
}

/* The window that holds all of [GPA, GPA+SIZE), or NULL. */
const struct bus_window *bus_find(const struct bus *bus, uint64_t gpa, unsigned size);

/*
 * Call the model of WINDOW under its lock. An access has SIZE 1, 2, 4 or 8 and lies in the window,
 * as bus_find() said; bits above SIZE are dropped. bus_input() returns the bytes taken: 0 from a
 * model that takes none.
 */
uint64_t bus_read(const struct bus_window *window, uint64_t gpa, unsigned size);
void bus_write(const struct bus_window *window, uint64_t gpa, unsigned size, uint64_t value);
size_t bus_input(const struct bus_window *window, const uint8_t *buf, size_t n);
/* A BREAK of its line. False: the model takes none, now or ever. */
bool bus_break(const struct bus_window *window);
void bus_reset(const struct bus_window *window);
void bus_wake(const struct bus_window *window);

#endif
