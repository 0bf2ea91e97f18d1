/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Break- and watchpoints: the table, and the words in the guest's memory. They outlive a reset. All with
 * the vCPUs paused, but for points_soft_at() and its like.
 */
#ifndef BOOT_POINTS_H
#define BOOT_POINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "kvm/guestdebug.h"

struct guestmem;
struct shim;

enum point_kind { POINT_SOFT, POINT_HARD, POINT_WRITE, POINT_READ, POINT_ACCESS };

#define POINTS_MAX 64

struct point {
	bool used;
	bool lifted; /* a vCPU goes over it: it stays out of memory */
	bool in; /* SOFT: its word is in memory */
	uint8_t kind; /* enum point_kind */
	uint64_t va, len;
	uint64_t gpa; /* SOFT: where VA was when it was made */
	uint8_t size; /* SOFT: bytes of the word, 2 or 4 */
	uint32_t word; /* SOFT: BRK, BKPT */
	uint32_t saved; /* SOFT, while in: what was there */
};

/*
 * A point at VA of the vCPU that G is of: LEN is the bytes of the instruction (0: as that vCPU's state
 * has it, 3: T32 of four bytes), or of what is watched. Returns its place in the table, or -EEXIST,
 * -ENOSPC (of hardware's points the host has no more, or the table is full), -EFAULT (SOFT: no memory
 * that can be written is there), -ENOTSUP (the host has none of the kind, or cannot watch those bytes).
 */
int points_add(struct shim *s, struct guestmem *g, enum point_kind kind, uint64_t va, uint64_t len);

/* Returns 0 or -ENOENT. */
int points_remove(struct shim *s, enum point_kind kind, uint64_t va, uint64_t len);

/* The one at place I of POINTS_MAX; NULL: none is. And its place. */
const struct point *points_get(unsigned i);
unsigned points_place(const struct point *p);

/* Are there any? */
bool points_any(void);

/* Words into memory, but for those that are lifted, and out again. */
void points_put(struct shim *s);
void points_take(struct shim *s);

/* What KVM is to be told of them. */
void points_gather(struct guestdebug_points *points);

/*
 * The point at which an instruction at VA, GPA stops; NULL: none. Any thread while the vCPUs run, since
 * nothing changes then.
 */
const struct point *points_soft_at(uint64_t gpa);
const struct point *points_hard_at(uint64_t va);

/* The watchpoint that an access at ADDRESS has met, which KVM tells roughly. The same. */
const struct point *points_watch_at(uint64_t address, bool write);

/* Lift the point at VA, GPA: false, there is none. Put all down. */
bool points_lift(uint64_t va, uint64_t gpa);
void points_drop(void);

#endif
