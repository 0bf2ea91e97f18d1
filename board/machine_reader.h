/* SPDX-License-Identifier: BSD-2-Clause */
/* For the parts of machine_read() only: what they work on, and what they share. */
#ifndef BOARD_MACHINE_READER_H
#define BOARD_MACHINE_READER_H

#include "board/machine.h"

struct reader {
	struct machine *m;
	const struct tree *tree;
	struct tree_error *err;
};

/* Entry INDEX of the node's reg, which has to be there. Returns 0, or -EINVAL with the error filled. */
int reader_region(struct reader *r, unsigned node, unsigned index, struct region *region);

/* -E2BIG with the error filled: more than LIMIT of WHAT. */
int reader_too_many(struct reader *r, unsigned node, const char *what, uint64_t limit);

/* A GIC of VERSION, or an ITS. Each returns 0, -EINVAL or -E2BIG as machine_read() does. */
int reader_gic(struct reader *r, unsigned node, enum gic_version version);
int reader_its(struct reader *r, unsigned node);

/*
 * The INTIDs of timer, PMU and devices, and the highest of any enabled node. Returns 0, -EINVAL,
 * -E2BIG likewise.
 */
int reader_interrupts(struct reader *r);

/*
 * Do two of flash, the GIC's regions and devices overlap, or does one reach beyond 2^64? RAM is the
 * plan's to settle and to check. Returns 0 or -EINVAL.
 */
int reader_regions_check(struct reader *r);

#endif
