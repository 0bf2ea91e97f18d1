// SPDX-License-Identifier: BSD-2-Clause
// Registers of a CPU: read once when they are needed, written once when they have changed.
#include "kvm/insn/insn.h"

uint64_t insn_get(struct insn_cpu *cpu, enum insn_reg reg)
{
	uint64_t bit = 1ull << reg;
	int error;

	if (cpu->known & bit)
		return cpu->value[reg];
	cpu->value[reg] = 0;
	cpu->known |= bit;
	error = cpu->get(cpu, reg, &cpu->value[reg]);
	if (error && !cpu->error)
		cpu->error = error;
	return cpu->value[reg];
}

void insn_set(struct insn_cpu *cpu, enum insn_reg reg, uint64_t value)
{
	cpu->value[reg] = value;
	cpu->known |= 1ull << reg;
	cpu->changed |= 1ull << reg;
}

void insn_forget(struct insn_cpu *cpu)
{
	cpu->known = 0;
	cpu->changed = 0;
	cpu->error = 0;
}

int insn_push(struct insn_cpu *cpu)
{
	int error = cpu->error;

	for (unsigned reg = 0; reg < INSN_REGS && !error; reg++)
		if (cpu->changed & 1ull << reg)
			error = cpu->set(cpu, reg, cpu->value[reg]);
	insn_forget(cpu);
	return error;
}
