/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's map, a part of plan_print(). */
#ifndef BOOT_REPORT_MAP_H
#define BOOT_REPORT_MAP_H

#include "boot/plan.h"

/* A line for each thing, by address. */
void report_map(const struct plan *plan, const struct plan_inputs *in, struct page *page);

/*
 * Is each node told of? A mirrored board has hundreds that nobody models: only `kvmshim plan`
 * shows them, a run says how many there are.
 */
bool report_explains(const struct plan *plan, const struct plan_inputs *in);

#endif
