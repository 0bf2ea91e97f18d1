// SPDX-License-Identifier: BSD-2-Clause
// Calls that firmware makes to its SoC's secure firmware.
#include <errno.h>
#include <inttypes.h>

#include "board/soc.h"
#include "boot/calls.h"
#include "boot/engine.h"
#include "boot/exits.h"
#include "boot/shim.h"
#include "boot/trace.h"

#define CALLS_MAX 32
#define NOT_SUPPORTED UINT64_MAX /* SMCCC, 7.1 */
#define CALL_BY_SMC 1 /* KVM_HYPERCALL_EXIT_SMC, in what headers before 6.4 call longmode */

/* Arm DEN 0028, 6.2: the first of a service's functions, with 32-bit arguments. */
#define CALL_FN_64 (1u << 30)
#define CALL_FN_SIP 0x82000000
#define CALL_FN_OEM 0x83000000
#define CALL_FN_SDEI 0x84000020
#define CALL_FN_FFA 0x84000060
#define CALL_FN_TRUSTED 0xb0000000 /* of 16 owners */
#define CALL_FN_OWNER (1u << 24)

static struct soc_call call[CALLS_MAX];
static unsigned calls;

/*
 * What KVM fails with NOT_SUPPORTED, of both widths: to be seen, it must be handed over, and then fails
 * here. KVM's own (PSCI, TRNG, the vendor's) are left to it.
 */
static const struct {
	uint32_t first, count;
} unknown[] = {
	{ CALL_FN_SIP, 0x10000 },
	{ CALL_FN_OEM, 0x10000 },
	{ CALL_FN_SDEI, 0x20 },
	{ CALL_FN_FFA, 0x90 },
	{ CALL_FN_TRUSTED, 16 * CALL_FN_OWNER },
};

static void unknown_forward(const struct shim *s)
{
	for (unsigned i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		vm_calls_forward(&s->vm, unknown[i].first, unknown[i].count);
		vm_calls_forward(&s->vm, unknown[i].first | CALL_FN_64, unknown[i].count);
	}
}

int calls_open(struct shim *s, struct failure *f)
{
	const struct plan_inputs *in = &s->p.inputs;

	if (trace_begins_with_calls(s))
		unknown_forward(s);
	if (!CONFIG_MIRROR || !in->socs || !s->p.host.smc)
		return 0;
	calls = soc_calls(in->socs, in->guest, call, CALLS_MAX);
	for (unsigned i = 0; i < calls; i++) {
		const int error = vm_calls_forward(&s->vm, call[i].fn, 1);

		if (error && !(error == -EEXIST && trace_begins_with_calls(s)))
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
	if (trace_on(s))
		trace_call(s, vcpu, fn, vcpu->run->hypercall.longmode & CALL_BY_SMC, result);
	else if (s->p.plan.unmodelled == UNMODELLED_TRACE)
		say("call 0x%08" PRIx64 " of the SoC's firmware: 0x%" PRIx64, fn, result);
	error = vcpu_reg_set64(vcpu, VCPU_CORE_REG(regs.regs[0]), result);
	if (error)
		exit_stop(s, vcpu, OUTCOME_INTERNAL, "E-KVM",
			  "KVM refused the result of call 0x%" PRIx64, fn);
}
