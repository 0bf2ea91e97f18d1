// SPDX-License-Identifier: BSD-2-Clause
// A vCPU's registers.
#include <inttypes.h>
#include <linux/kvm.h>

#include "boot/exits.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/shim.h"
#include "kvm/insn/bank.h"

#define PSTATE_AARCH32 (1u << 4)

static uint64_t get(const struct vcpu *vcpu, uint64_t id)
{
	uint64_t value = 0;

	vcpu_reg_get(vcpu, id, &value);
	return value;
}

static void pstate_print(uint64_t pstate)
{
	static const char *const modes32[16] = {
		"usr", "fiq", "irq", "svc", "?", "?", "mon", "abt",
		"?",   "?",   "hyp", "und", "?", "?", "?",   "sys"
	};
	static const char *const modes64[16] = { "EL0t", "?", "?", "?", "EL1t", "EL1h" };
	const char *mode = pstate & PSTATE_AARCH32 ? modes32[pstate & 15] : modes64[pstate & 15];

	monitor_print("pstate %08" PRIx64 "  %s %c%c%c%c", pstate, mode ? mode : "?",
		      pstate >> 31 & 1 ? 'N' : '-', pstate >> 30 & 1 ? 'Z' : '-',
		      pstate >> 29 & 1 ? 'C' : '-', pstate >> 28 & 1 ? 'V' : '-');
	if (pstate & PSTATE_AARCH32)
		monitor_print(" %s", pstate >> 5 & 1 ? "T32" : "A32");
	monitor_print(" masked:%s%s%s%s\n",
		      pstate >> 9 & 1 && !(pstate & PSTATE_AARCH32) ? " D" : "",
		      pstate >> 8 & 1 ? " SError" : "", pstate >> 7 & 1 ? " IRQ" : "",
		      pstate >> 6 & 1 ? " FIQ" : "");
}

void view_regs_of(const struct shim *s, const struct vcpu *vcpu)
{
	const uint64_t pstate = get(vcpu, VCPU_CORE_REG(regs.pstate));
	const bool aarch32 = pstate & PSTATE_AARCH32;
	const unsigned regs = aarch32 ? 15 : 31, columns = aarch32 ? 4 : 3;
	char pc[EXIT_PC_SIZE];

	monitor_print("vCPU %u  pc %s\n", vcpu->id, exit_pc(s, exit_pc_of(vcpu), pc));
	pstate_print(pstate);
	for (unsigned i = 0; i < regs; i++)
		monitor_print(aarch32 ? "%c%-2u %08" PRIx64 "%s" : "%c%-2u %016" PRIx64 "%s",
			      aarch32 ? 'r' : 'x', i,
			      get(vcpu, VCPU_CORE_REG(regs.regs[0]) +
						2 * (aarch32 ? bank_reg(pstate, i) : i)),
			      (i + 1) % columns && i + 1 < regs ? "  " : "\n");
	if (!aarch32)
		monitor_print("sp_el0 %016" PRIx64 "  sp_el1 %016" PRIx64 "\n",
			      get(vcpu, VCPU_CORE_REG(regs.sp)), get(vcpu, VCPU_CORE_REG(sp_el1)));
}

int view_regs(struct shim *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	view_regs_of(s, monitor_vcpu(s));
	return 0;
}

int view_dump(struct shim *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (unsigned i = 0; i < s->vcpus_made; i++)
		view_regs_of(s, &s->vcpu[i]);
	return 0;
}
