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
#define PSTATE_AIF (7u << 6)
#define PSTATE_D (1u << 9) /* in AArch32 another bit */

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
	const uint64_t d = pstate & PSTATE_AARCH32 ? 0 : PSTATE_D;
	const char *mode = pstate & PSTATE_AARCH32 ? modes32[pstate & 15] : modes64[pstate & 15];

	monitor_print("pstate %08" PRIx64 "  %s %c%c%c%c", pstate, mode ? mode : "?",
		      pstate >> 31 & 1 ? 'N' : '-', pstate >> 30 & 1 ? 'Z' : '-',
		      pstate >> 29 & 1 ? 'C' : '-', pstate >> 28 & 1 ? 'V' : '-');
	if (pstate & PSTATE_AARCH32)
		monitor_print(" %s", pstate >> 5 & 1 ? "T32" : "A32");
	monitor_print(" masked:%s%s%s%s%s\n", pstate & (PSTATE_AIF | d) ? "" : " nothing",
		      pstate & d ? " D" : "", pstate >> 8 & 1 ? " SError" : "",
		      pstate >> 7 & 1 ? " IRQ" : "", pstate >> 6 & 1 ? " FIQ" : "");
}

static void regs64_print(const struct vcpu *vcpu)
{
	for (unsigned i = 0; i < 31; i++)
		monitor_print("x%-2u %016" PRIx64 "%s", i,
			      get(vcpu, VCPU_CORE_REG(regs.regs[0]) + 2 * i),
			      i % 3 < 2 && i < 30 ? "  " : "\n");
	monitor_print("sp_el0 %016" PRIx64 "  sp_el1 %016" PRIx64 "\n",
		      get(vcpu, VCPU_CORE_REG(regs.sp)), get(vcpu, VCPU_CORE_REG(sp_el1)));
	monitor_print("elr    %016" PRIx64 "  spsr   %016" PRIx64 "\n",
		      get(vcpu, VCPU_CORE_REG(elr_el1)), get(vcpu, VCPU_CORE_REG(spsr[0])));
}

/* Those of the mode that it is in, and that mode's SPSR. */
static void regs32_print(const struct vcpu *vcpu, uint64_t cpsr)
{
	static const char *const names[] = { "r0", "r1", "r2",	"r3",  "r4",  "r5", "r6", "r7",
					     "r8", "r9", "r10", "r11", "r12", "sp", "lr" };
	static const struct {
		uint8_t mode;
		uint64_t id;
	} saved[] = {
		{ 0x11, VCPU_CORE_REG(spsr[KVM_SPSR_FIQ]) },
		{ 0x12, VCPU_CORE_REG(spsr[KVM_SPSR_IRQ]) },
		{ 0x13, VCPU_CORE_REG(spsr[KVM_SPSR_SVC]) },
		{ 0x17, VCPU_CORE_REG(spsr[KVM_SPSR_ABT]) },
		{ 0x1b, VCPU_CORE_REG(spsr[KVM_SPSR_UND]) },
	};

	for (unsigned i = 0; i < 15; i++)
		monitor_print("%-3s %08" PRIx64 "%s", names[i],
			      get(vcpu, VCPU_CORE_REG(regs.regs[0]) + 2 * bank_reg(cpsr, i)),
			      i % 4 < 3 && i < 14 ? "  " : "\n");
	for (unsigned i = 0; i < sizeof(saved) / sizeof(saved[0]); i++)
		if ((cpsr & BANK_MODE_MASK) == saved[i].mode)
			monitor_print("spsr %08" PRIx64 "\n", get(vcpu, saved[i].id));
}

void view_regs_of(const struct shim *s, const struct vcpu *vcpu)
{
	const uint64_t pstate = get(vcpu, VCPU_CORE_REG(regs.pstate));
	char pc[EXIT_PC_SIZE];

	monitor_print("vCPU %u  pc %s\n", vcpu->id, exit_pc(s, exit_pc_of(vcpu), pc));
	pstate_print(pstate);
	if (pstate & PSTATE_AARCH32)
		regs32_print(vcpu, pstate);
	else
		regs64_print(vcpu);
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
