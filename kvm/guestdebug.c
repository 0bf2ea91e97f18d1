// SPDX-License-Identifier: BSD-2-Clause
// KVM_SET_GUEST_DEBUG and KVM_EXIT_DEBUG. Registers: Arm ARM (DDI 0487) D23.3.
#include "kvm/guestdebug.h"

#include <errno.h>

#include "kvm/sys.h"
#include "kvm/vcpu.h"

/* Both kinds of control register: enabled, at EL1 and EL0. */
#define CONTROL_E (1u << 0)
#define CONTROL_EL01 (3u << 1)

#define BCR_BAS_AT 5
#define WCR_LSC_AT 3
#define WCR_BAS_AT 5
#define WCR_MASK_AT 24
#define WCR_MASK_LEAST 3 /* log2 of bytes: below there is BAS */
#define WCR_MASK_MOST 31
#define VALUE_BITS 56 /* of an address; those above are a sign */

#define ESR_EC(esr) ((esr) >> 26 & 0x3f)
#define EC_BREAKPOINT 0x30
#define EC_STEP 0x32
#define EC_WATCHPOINT 0x34
#define EC_BKPT32 0x38
#define EC_BRK64 0x3c
#define ESR_WNR (1u << 6)

static int tell(const struct vcpu *vcpu, unsigned steppers, const struct guestdebug_points *points)
{
	struct kvm_guest_debug debug = { 0 };

	if (points && points->soft)
		debug.control |= KVM_GUESTDBG_USE_SW_BP;
	if (points && (points->breaks || points->watches)) {
		debug.control |= KVM_GUESTDBG_USE_HW;
		debug.arch = points->regs;
	}
	if (steppers)
		debug.control |= KVM_GUESTDBG_SINGLESTEP;
	if (debug.control)
		debug.control |= KVM_GUESTDBG_ENABLE;
	return sys_ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug);
}

int guestdebug_step_set(struct vcpu *vcpu, enum guestdebug_stepper stepper, bool on)
{
	const uint8_t steppers =
		(uint8_t)(on ? vcpu->steppers | stepper : vcpu->steppers & ~stepper);
	int error = 0;

	/* A step that KVM was about to tell of is forgotten only when all is off. */
	if (!steppers && vcpu->steppers && vcpu->points)
		error = tell(vcpu, 0, NULL);
	if (!error)
		error = tell(vcpu, steppers, vcpu->points);
	if (!error)
		vcpu->steppers = steppers;
	return error;
}

int guestdebug_points_set(struct vcpu *vcpu, const struct guestdebug_points *points)
{
	int error;

	if (!points && !vcpu->points)
		return 0;
	error = tell(vcpu, vcpu->steppers, points);
	if (!error)
		vcpu->points = points;
	return error;
}

/* An address as the value registers hold it. */
static uint64_t value_of(uint64_t va)
{
	return (uint64_t)((int64_t)(va << (64 - VALUE_BITS)) >> (64 - VALUE_BITS));
}

int guestdebug_break_add(struct guestdebug_points *points, uint64_t va, unsigned len)
{
	const unsigned at = points->breaks;

	if ((len != 2 && len != 4) || va & (len - 1))
		return -EINVAL;
	points->regs.dbg_bcr[at] =
		CONTROL_E | CONTROL_EL01 | (len == 4 ? 0xfull : 3ull << (va & 2)) << BCR_BAS_AT;
	points->regs.dbg_bvr[at] = value_of(va & ~3ull);
	points->breaks++;
	return 0;
}

int guestdebug_watch_add(struct guestdebug_points *points, uint64_t va, uint64_t len,
			 unsigned access)
{
	const unsigned at = points->watches;
	uint64_t bytes = 0xff, mask = 0, value = va;

	if (len && len <= 8 && (va & 7) + len <= 8) {
		bytes = ((1ull << len) - 1) << (va & 7);
		value = va & ~7ull;
	} else {
		if (len < 1ull << WCR_MASK_LEAST || len > 1ull << WCR_MASK_MOST ||
		    len & (len - 1) || va & (len - 1))
			return -EINVAL;
		mask = (uint64_t)__builtin_ctzll(len);
	}
	points->regs.dbg_wcr[at] = CONTROL_E | CONTROL_EL01 | (uint64_t)access << WCR_LSC_AT |
				   bytes << WCR_BAS_AT | mask << WCR_MASK_AT;
	points->regs.dbg_wvr[at] = value_of(value);
	points->watches++;
	return 0;
}

struct guestdebug_exit guestdebug_exit_of(const struct kvm_run *run)
{
	static const struct {
		uint8_t class, cause;
	} causes[] = {
		{ EC_STEP, GUESTDEBUG_STEPPED },     { EC_BREAKPOINT, GUESTDEBUG_HARD },
		{ EC_BRK64, GUESTDEBUG_SOFT },	     { EC_BKPT32, GUESTDEBUG_SOFT },
		{ EC_WATCHPOINT, GUESTDEBUG_WATCH },
	};
	struct guestdebug_exit exit = {
		.esr = run->debug.arch.hsr,
		.address = run->debug.arch.far,
		.write = run->debug.arch.hsr & ESR_WNR,
	};

	for (unsigned i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].class == ESR_EC(exit.esr))
			exit.cause = causes[i].cause;
	return exit;
}
