/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of the plan that says what RAM the guest has. Pure. */
#ifndef BOOT_PLAN_MEMORY_H
#define BOOT_PLAN_MEMORY_H

#include "boot/plan.h"

/*
 * GIC and vCPUs are settled: the banks of RAM, by the settings, the guest's tree, and what the host
 * has free. Returns 0 or fail()s with bad-config or refused.
 */
int plan_memory_settle(struct plan *plan, const struct plan_inputs *in, struct failure *f);

/* Bytes from the base of RAM to its end: what registers tell firmware. */
uint64_t plan_memory_span(const struct plan *plan);

#endif
