/* SPDX-License-Identifier: BSD-2-Clause */
/* Who called whom, by frame pointers. */
#ifndef BOOT_BACKTRACE_H
#define BOOT_BACKTRACE_H

#include <stdint.h>

#define BACKTRACE_MAX 24

struct shim;
struct vcpu;

/*
 * The PC of VCPU, which is paused, into PC[0], then return addresses, innermost first, at most
 * BACKTRACE_MAX. AArch64: X29 and X30, without their authentication codes; where the function has made
 * no frame yet X30 is the second. AArch32: R11 as A32 code keeps it, R7 as T32 does, and R14 of the mode.
 * Returns how many.
 * Source: AAPCS64 6.4.6.
 */
unsigned backtrace_take(struct shim *s, const struct vcpu *vcpu, uint64_t pc[BACKTRACE_MAX]);

#endif
