/* SPDX-License-Identifier: BSD-2-Clause */
/* What a mirrored machine has of its board and what it has not, a part of plan_print(). */
#ifndef BOOT_REPORT_MIRROR_H
#define BOOT_REPORT_MIRROR_H

#include "boot/plan.h"

/* Every node that is not as the board has it, with the reason; a run only counts them. */
void report_mirror(const struct plan *plan, const struct plan_inputs *in, struct page *page);

#endif
