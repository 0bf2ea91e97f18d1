/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Break, watch and step as KVM has them: what KVM_SET_GUEST_DEBUG is told of a vCPU, and what its
 * KVM_EXIT_DEBUG says. The one place that decides the control word.
 */
#ifndef KVM_GUESTDEBUG_H
#define KVM_GUESTDEBUG_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

struct vcpu;

/* Who wants a vCPU to go instruction by instruction. */
enum guestdebug_stepper {
	GUESTDEBUG_EXCLUSIVES = 1 << 0, /* boot/undecoded.c */
	GUESTDEBUG_PERSON = 1 << 1,
};

/*
 * From now on KVM_RUN of VCPU ends with KVM_EXIT_DEBUG behind each instruction for STEPPER, or (not ON)
 * no longer does for that one. The vCPU's own thread, or paused. Returns 0 or -errno of
 * KVM_SET_GUEST_DEBUG; VCPU is then stepped as before.
 */
int guestdebug_step_set(struct vcpu *vcpu, enum guestdebug_stepper stepper, bool on);

/* Points that all vCPUs share. All zero: none. */
struct guestdebug_points {
	bool soft; /* BRK and BKPT exit too, the guest's own among them */
	unsigned breaks, watches;
	struct kvm_guest_debug_arch regs;
};

/*
 * One more hardware breakpoint at VA, for an instruction of LEN bytes, 2 or 4. Returns 0 or -EINVAL: VA
 * is no address of such a one. How many the host has, KVM_CAP_GUEST_DEBUG_HW_BPS tells.
 */
int guestdebug_break_add(struct guestdebug_points *points, uint64_t va, unsigned len);

enum guestdebug_access { GUESTDEBUG_READ = 1, GUESTDEBUG_WRITE = 2 };

/*
 * One more watchpoint, on ACCESS (bits) to LEN bytes at VA. Returns 0, or -EINVAL: LEN bytes there are
 * not within eight that are aligned, and no aligned power of two up to 2 GiB.
 */
int guestdebug_watch_add(struct guestdebug_points *points, uint64_t va, uint64_t len,
			 unsigned access);

/*
 * VCPU stops at POINTS, which are kept by the caller as long, or (NULL) no longer. Paused. Returns 0 or
 * -errno of KVM_SET_GUEST_DEBUG.
 */
int guestdebug_points_set(struct vcpu *vcpu, const struct guestdebug_points *points);

enum guestdebug_cause {
	GUESTDEBUG_OTHER,
	GUESTDEBUG_STEPPED, /* the instruction was executed */
	/* Not yet executed: */
	GUESTDEBUG_HARD,
	GUESTDEBUG_SOFT, /* BRK or BKPT, whosever it is */
	GUESTDEBUG_WATCH,
};

struct guestdebug_exit {
	enum guestdebug_cause cause;
	uint32_t esr;
	uint64_t address; /* WATCH: that was accessed, or one near it (Arm ARM D2.10.5) */
	bool write; /* WATCH */
};

/* What RUN, with KVM_EXIT_DEBUG, says. */
struct guestdebug_exit guestdebug_exit_of(const struct kvm_run *run);

#endif
