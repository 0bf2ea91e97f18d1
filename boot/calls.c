// SPDX-License-Identifier: BSD-2-Clause
// Calls that firmware makes to its SoC's secure firmware.
#include <inttypes.h>

#include "board/soc.h"
#include "boot/calls.h"
#include "boot/engine.h"
#include "boot/exits.h"
#include "boot/shim.h"

#define CALLS_MAX 32
#define NOT_SUPPORTED UINT64_MAX /* SMCCC, 7.1 */

static struct soc_call call[CALLS_MAX];
static unsigned calls;

int calls_open(struct shim *s, struct failure *f)
{
	const struct plan_inputs *in = &s->p.inputs;

	if (!CONFIG_MIRROR || !in->socs || !s->p.host.smc)
		return 0;
	calls = soc_calls(in->socs, in->guest, call, CALLS_MAX);
	for (unsigned i = 0; i < calls; i++) {
		const int error = vm_call_forward(&s->vm, call[i].fn);

		if (error)
			return engine_kvm_failed(f, "a call of the SoC's firmware", error);
	}
	return 0;
}

void calls_serve(struct shim *s, struct vcpu *vcpu)
{
	const uint64_t fn = vcpu->run->hypercall.nr;
	uint64_t result = NOT_SUPPORTED;
	int error;

	for (unsigned i = 0; i < calls; i++)
		if (call[i].fn == fn)
			result = call[i].result;
	if (s->p.plan.unmodelled == UNMODELLED_TRACE)
		say("call 0x%08" PRIx64 " of the SoC's firmware: 0x%" PRIx64, fn, result);
	error = vcpu_reg_set64(vcpu, VCPU_CORE_REG(regs.regs[0]), result);
	if (error)
		exit_stop(s, vcpu, OUTCOME_INTERNAL, "E-KVM",
			  "KVM refused the result of call 0x%" PRIx64, fn);
}
