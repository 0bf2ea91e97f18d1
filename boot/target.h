/* SPDX-License-Identifier: BSD-2-Clause */
/* One vCPU as boot/debug.c sees it: its own thread's while it runs, the loop's while it is paused. */
#ifndef BOOT_TARGET_H
#define BOOT_TARGET_H

#include "boot/debug.h"
#include "kvm/insn/step.h"

struct guestmem;

enum target_progress { TARGET_FREE, TARGET_STEPS, TARGET_STEPPED };

struct target {
	enum target_progress progress;
	struct step step;
	struct debug_stop stop; /* not told of yet; why is DEBUG_NONE: there is none */
	bool stands; /* the person has seen it at this PC: from there it goes over a point */
	bool watch; /* there it is a watchpoint that it has met */
	uint64_t pc;
};
extern struct target target[];

/*
 * VCPU, which is paused, is to do one instruction: the next KVM_RUN does it, or it is done already, as
 * progress says. Returns 0 or -errno.
 */
int target_step(struct shim *s, struct vcpu *vcpu);

/*
 * It steps no longer, and what that has left behind is put right; DONE as in step_end(). Where KVM
 * refuses, the guest ends with a sentence.
 */
void target_finish(struct shim *s, struct vcpu *vcpu, bool done);

/* Where VA is; UINT64_MAX: nowhere. */
uint64_t target_gpa(struct guestmem *g, uint64_t va);

/* Has PSCI switched it off? */
bool target_is_off(const struct shim *s, const struct vcpu *vcpu);

#endif
