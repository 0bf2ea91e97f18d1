/* SPDX-License-Identifier: BSD-2-Clause */
/* What a guest that died leaves behind, as a person reads it. */
#ifndef BOOT_CRASH_H
#define BOOT_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shim;
struct vcpu;

/* The exception that a vCPU took last. */
struct crash_exception {
	char text[96]; /* "data abort: translation fault, level 1, on a write" */
	bool has_address;
	uint64_t address; /* FAR_EL1's, DFAR's or IFAR's */
	const char *advice; /* what to do about it: a sentence without an end */
};

/* Of VCPU, which is paused. False: it has taken none since its reset. */
bool crash_exception_read(const struct vcpu *vcpu, struct crash_exception *e);

/*
 * Print of VCPU, which is paused: its registers, the exception it took last, who called whom, what to
 * do. By monitor_print(), in lines of 80 columns.
 */
void crash_report(struct shim *s, const struct vcpu *vcpu);

#endif
