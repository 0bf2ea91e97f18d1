/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of the plan that says what lies where in the guest's physical memory. Pure. */
#ifndef BOOT_PLAN_PLACE_H
#define BOOT_PLAN_PLACE_H

#include "boot/plan.h"

/*
 * Bytes from BASE to the next thing that the guest's tree has above it (a board's own: served or
 * not), or to the end of the addresses that the host offers. GIC and vCPUs are settled before:
 * regions of redistributors that no vCPU needs do not count.
 */
uint64_t plan_place_room(const struct plan *plan, const struct plan_inputs *in, uint64_t base);

/*
 * RAM is settled: does it lie apart from all else, and everything within the host's addresses and
 * on its pages? Returns 0 or fail()s with bad-config or refused.
 */
int plan_place_check(const struct plan *plan, const struct plan_inputs *in, struct failure *f);

/*
 * F tells of what is not whole pages, BITS its base and size or'ed: where only the host's large
 * pages are to blame, that is E-PAGESIZE. Returns -1.
 */
int plan_place_pages_blame(const struct host *host, uint64_t bits, struct failure *f);

/*
 * The initrd, when the firmware has its place, then the tree, when its size is known. Each returns 0
 * or fail()s with bad-firmware: there is no room.
 */
int plan_place_initrd(struct plan *plan, const struct plan_inputs *in, struct failure *f);
int plan_place_dtb(struct plan *plan, const struct plan_inputs *in, struct failure *f);

/*
 * Where a mirrored board's 64-bit firmware has its stack when it is entered: some, such as U-Boot for
 * Tegra (arch/arm/mach-tegra/board.c, save_boot_params()), go on with that of the stage before. It
 * ends where free RAM does in the bank that the firmware lies in. Others begin without: 0.
 */
void plan_place_stack(struct plan *plan);

/*
 * The SRAMs that the tree has become memory, as far as they are whole pages and nothing else lies
 * there; the rest is served as what nobody models.
 */
void plan_place_srams(struct plan *p, const struct plan_inputs *in);

#endif
