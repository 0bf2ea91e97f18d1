/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of the plan that says where the firmware lies and is entered. Pure. */
#ifndef BOOT_PLAN_FIRMWARE_H
#define BOOT_PLAN_FIRMWARE_H

#include "boot/plan.h"

/*
 * RAM is settled: place each of the firmware's parts. Returns 0 or fail()s with bad-firmware (there
 * is no room, or parts lie over each other) or bad-config (a place where nothing is, or that its
 * format or the host cannot have).
 */
int plan_firmware_place(struct plan *plan, const struct plan_inputs *in, struct failure *f);

#endif
