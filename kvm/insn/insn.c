// SPDX-License-Identifier: BSD-2-Clause
// Registers of a CPU: read once when they are needed, written once when they have changed.
#include "kvm/insn/insn.h"

#include <stddef.h>

void insn_name_set(struct insn *insn, const char *a, const char *b, const char *c)
{
	const char *parts[] = { a, b, c };
	size_t n = 0;

	for (unsigned i = 0; i < 3; i++)
		for (const char *s = parts[i]; *s && n < INSN_NAME_MAX - 1; s++)
			insn->name[n++] = *s;
	insn->name[n] = 0;
}

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
