// SPDX-License-Identifier: BSD-2-Clause
// Instructions that KVM does not decode where their emulation is not configured in: they end the guest.
#include <inttypes.h>

#include "boot/exits.h"
#include "boot/memory.h"
#include "boot/shim.h"
#include "boot/undecoded.h"

#define ESR_ISS_WNR (1u << 6) /* Arm ARM, ISS of a Data Abort: write, not read */

void undecoded_serve(struct shim *s, struct vcpu *vcpu)
{
	uint64_t gpa = vcpu->run->arm_nisv.fault_ipa, iss = vcpu->run->arm_nisv.esr_iss, pc = 0;
	const bool write = iss & ESR_ISS_WNR;

	/* Flash that had no slot yet: tried again, the instruction finds memory. */
	if (!write && flash_back(s, gpa))
		return;
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), &pc);
	exit_stop(s, vcpu, OUTCOME_CRASH, "E-NISV",
		  "guest %s %#" PRIx64 " by an instruction that KVM does not decode (PC %#" PRIx64
		  ", ISS %#" PRIx64 "), and their emulation is not built in: build kvmshim with "
		  "CONFIG_EMULATE=y, or the firmware so that it accesses devices by plain ldr and "
		  "str (U-Boot: CONFIG_KVM_VIRT_INS)",
		  write ? "stores to" : "reads", gpa, pc, iss);
}

/* No vCPU is ever stepped, no address watched, nothing counted. */
void undecoded_step(struct shim *s, struct vcpu *vcpu)
{
	(void)s, (void)vcpu;
}

void undecoded_stored(struct shim *s, uint64_t gpa, unsigned len)
{
	(void)s, (void)gpa, (void)len;
}

void undecoded_reset(struct shim *s)
{
	(void)s;
}

void undecoded_tell(void)
{
}
