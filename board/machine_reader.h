/* SPDX-License-Identifier: BSD-2-Clause */
/* For the parts of machine_read() only: what they work on, and what they share. */
#ifndef BOARD_MACHINE_READER_H
#define BOARD_MACHINE_READER_H

#include "board/machine.h"

struct reader {
	uint64_t vendors; /* bits of the compatible strings that are known, see machine.c */
	struct machine *m;
	const struct tree *tree;
	struct tree_error *err;
};

/* Entry INDEX of the node's reg, which has to be there. Returns 0, or -EINVAL with the error filled. */
int machine_reader_region(struct reader *r, unsigned node, unsigned index, struct region *region);

/* -E2BIG with the error filled: more than LIMIT of WHAT. */
int machine_reader_too_many(struct reader *r, unsigned node, const char *what, uint64_t limit);

/* machine_gic.c: a GIC of VERSION, or an ITS. Each returns 0, -EINVAL or -E2BIG as machine_read() does. */
int machine_gic_read(struct reader *r, unsigned node, enum gic_version version);
int machine_gic_its_read(struct reader *r, unsigned node);

/*
 * machine_memory.c: the regions of a memory node, of flash, of on-chip SRAM. Each returns 0, -EINVAL or
 * -E2BIG as machine_read() does.
 */
int machine_memory_read(struct reader *r, unsigned node);
int machine_memory_flash_read(struct reader *r, unsigned node);
int machine_memory_sram_read(struct reader *r, unsigned node);

/*
 * machine_check.c, when all nodes are read: the INTIDs of timer, PMU and devices, and the highest of
 * any enabled node. Returns 0, -EINVAL, -E2BIG likewise.
 */
int machine_check_interrupts(struct reader *r);

/*
 * machine_check.c, last: do two of flash, the GIC's regions and devices overlap, or does one reach
 * beyond 2^64? RAM is the plan's to settle and to check. Returns 0 or -EINVAL.
 */
int machine_check_regions(struct reader *r);

/* A node whose registers the guest gets as the host has them. */
int machine_memory_pass_read(struct reader *r, unsigned node);

#endif
