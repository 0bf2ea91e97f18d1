/* SPDX-License-Identifier: BSD-2-Clause */
/* What is seen of a silent guest: its vCPUs, paused, one look after the other. */
#ifndef BOOT_SILENCE_LOOK_H
#define BOOT_SILENCE_LOOK_H

#include "boot/silence_cause.h"

struct shim;
struct vcpu;

/* What VCPU touched last, of all that is no memory. */
struct silence_touch {
	bool known;
	bool write;
	uint64_t gpa;
};

/*
 * Has VCPU, which is paused, touched a device since this was asked last? KVM's run structure tells, so
 * that an exit need not be noted. What it touched last is kept in TOUCH either way.
 */
bool silence_touched(const struct vcpu *vcpu, struct silence_touch *touch);

/* One look at VCPU, which is paused, for F: all but place and wake. */
void silence_look(struct shim *s, const struct vcpu *vcpu, struct silence_facts *f);

/* What is at GPA, which the guest touched. */
enum silence_place silence_place_of(const struct shim *s, uint64_t gpa);

#endif
