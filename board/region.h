/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs of physical addresses. None wraps. */
#ifndef BOARD_REGION_H
#define BOARD_REGION_H

#include <stdbool.h>
#include <stdint.h>

struct region {
	uint64_t base, size; /* bytes */
};

/* ADDRESS or the next multiple of TO, a power of two. */
static inline uint64_t region_align(uint64_t address, uint64_t to)
{
	return (address + to - 1) & ~(to - 1);
}

static inline uint64_t region_end(const struct region *r)
{
	return r->base + r->size;
}

static inline bool region_has(const struct region *r, uint64_t address)
{
	return address - r->base < r->size;
}

static inline bool region_overlaps(const struct region *a, const struct region *b)
{
	return a->size && b->size && (region_has(b, a->base) || region_has(a, b->base));
}

/* Does INNER lie in OUTER as a whole? An empty one may lie at its end. */
static inline bool region_inside(const struct region *inner, const struct region *outer)
{
	return inner->base >= outer->base && inner->size <= outer->size &&
	       inner->base - outer->base <= outer->size - inner->size;
}

/* Which of COUNT regions R lies in as a whole; -1: none. */
static inline int region_among(const struct region *r, const struct region *of, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (region_inside(r, &of[i]))
			return (int)i;
	return -1;
}

#endif
