// SPDX-License-Identifier: BSD-2-Clause
// One vCPU's steps.
#include "boot/target.h"

#include <inttypes.h>
#include <string.h>

#include "boot/exits.h"
#include "boot/guestmem.h"
#include "boot/shim.h"
#include "kvm/mpstate.h"

_Alignas(4096) struct target target[CONFIG_MAX_VCPUS];

uint64_t target_gpa(struct guestmem *g, uint64_t va)
{
	struct walk_fault fault;
	uint64_t gpa;

	return guestmem_translate(g, va, &gpa, &fault) == WALK_OK ? gpa : UINT64_MAX;
}

bool target_is_off(const struct shim *s, const struct vcpu *vcpu)
{
	enum psci_power power = PSCI_POWER_ON;

	mpstate_pull(vcpu, &power, vm_cap(&s->vm, KVM_CAP_MP_STATE) > 0);
	return power == PSCI_POWER_OFF;
}

int target_step(struct shim *s, struct vcpu *vcpu)
{
	struct target *t = &target[vcpu->id];
	struct guestmem g;
	bool done;
	int error;

	guestmem_bind(&g, s, vcpu);
	done = step_begin(&t->step, &g.regs.cpu);
	error = insn_push(&g.regs.cpu);
	if (error)
		return error;
	t->progress = done ? TARGET_STEPPED : TARGET_STEPS;
	return done ? 0 : guestdebug_step_set(vcpu, GUESTDEBUG_PERSON, true);
}

void target_finish(struct shim *s, struct vcpu *vcpu, bool done)
{
	struct target *t = &target[vcpu->id];
	struct guestmem g;
	int error;

	guestmem_bind(&g, s, vcpu);
	step_end(&t->step, &g.regs.cpu, done);
	error = insn_push(&g.regs.cpu);
	if (!error)
		error = guestdebug_step_set(vcpu, GUESTDEBUG_PERSON, false);
	t->progress = done || exit_pc_of(vcpu) != t->step.pc ? TARGET_STEPPED : TARGET_FREE;
	if (error)
		exit_stop(s, vcpu, OUTCOME_INTERNAL, "E-KVM",
			  "KVM refused a step of vCPU %u at PC %#" PRIx64 ": %s (%d)", vcpu->id,
			  t->step.pc, strerror(-error), error);
}
