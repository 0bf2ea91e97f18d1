// SPDX-License-Identifier: BSD-2-Clause
// Registers as instructions name them: banks, SP, PC, SIMD, extension of what is loaded.
#include "kvm/insn/operand.h"

#include <string.h>

#include "kvm/insn/bank.h"

#define PSTATE_SP (1u << 0)
#define PSTATE_EL (3u << 2)
#define PSTATE_NRW (1u << 4)
#define PSTATE_C (1u << 29)

uint64_t operand_cut(uint64_t value, unsigned size)
{
	return value & (UINT64_MAX >> (64 - 8 * size));
}

uint64_t operand_sign_extend(uint64_t value, unsigned size)
{
	unsigned shift = 64 - 8 * size;

	return (uint64_t)((int64_t)(value << shift) >> shift);
}

/* Which of the CPU's registers REG is in the mode of PSTATE. */
static enum insn_reg reg_of(uint64_t pstate, unsigned reg)
{
	if (pstate & PSTATE_NRW && reg < 15)
		return bank_reg(pstate, reg);
	if (reg == INSN_SP)
		return pstate & PSTATE_EL && pstate & PSTATE_SP ? INSN_SP_EL1 : INSN_SP_EL0;
	return (enum insn_reg)reg;
}

uint64_t operand_get(const struct operands *o, unsigned reg)
{
	return reg == INSN_ZR ? 0 : insn_get(o->cpu, reg_of(o->pstate, reg));
}

void operand_set(const struct operands *o, unsigned reg, uint64_t value)
{
	if (reg != INSN_ZR)
		insn_set(o->cpu, reg_of(o->pstate, reg), value);
}

static uint64_t a32_shifted(const struct operands *o, uint32_t value)
{
	unsigned amount = o->insn->amount;

	switch ((enum insn_shift)o->insn->shift) {
	case INSN_LSL: return (uint64_t)value << amount;
	case INSN_LSR: return (uint64_t)value >> amount;
	case INSN_ASR: return (uint64_t)((int64_t)(int32_t)value >> amount);
	case INSN_ROR: return (uint64_t)value << 32 >> amount | value >> amount;
	case INSN_RRX: return (o->pstate & PSTATE_C ? 1ull << 31 : 0) | value >> 1;
	}
	return value;
}

uint64_t operand_index(const struct operands *o)
{
	const struct insn *insn = o->insn;
	uint64_t value;

	if (insn->index == INSN_NONE)
		return 0;
	value = operand_get(o, insn->index);
	if (o->pstate & PSTATE_NRW)
		value = a32_shifted(o, (uint32_t)value);
	else if (insn->extend == INSN_UXTW)
		value = operand_cut(value, 4) << insn->amount;
	else if (insn->extend == INSN_SXTW)
		value = operand_sign_extend(value, 4) << insn->amount;
	else
		value <<= insn->amount;
	return insn->subtract ? -value : value;
}

/*
 * --- elements ------------------------------------------------------------------------------------
 */

static uint8_t *simd_of(struct operands *o, unsigned reg)
{
	struct insn_cpu *cpu = o->cpu;
	int error = 0;

	if (!(o->simd_known & 1u << reg))
		error = cpu->simd_get(cpu, reg, o->simd[reg]);
	if (error && !cpu->error)
		cpu->error = error;
	o->simd_known |= 1u << reg;
	return (uint8_t *)o->simd[reg];
}

static uint64_t bank_of(const struct operands *o)
{
	return o->insn->user_bank ? o->pstate & ~(uint64_t)BANK_MODE_MASK : o->pstate;
}

uint64_t operand_stored(struct operands *o, const struct insn_move *move)
{
	uint64_t value = 0;

	if (o->insn->simd)
		memcpy(&value, simd_of(o, move->reg) + move->at, o->insn->size);
	else if (move->reg == INSN_PC)
		value = insn_get(o->cpu, INSN_PC) + 8;
	else if (move->reg != INSN_ZR)
		value = insn_get(o->cpu, reg_of(bank_of(o), move->reg));
	return operand_cut(value, o->insn->size);
}

static void simd_loaded(struct operands *o, const struct insn_move *move, uint64_t value)
{
	unsigned size = o->insn->size, filled = o->insn->replicate;
	uint8_t *bytes;

	if (o->insn->clear && !(o->simd_known & 1u << move->reg)) {
		o->simd_known |= 1u << move->reg;
		memset(o->simd[move->reg], 0, 16);
	}
	bytes = simd_of(o, move->reg) + move->at;
	o->simd_changed |= 1u << move->reg;
	for (unsigned at = 0; at < (filled ? filled : size); at += size)
		memcpy(bytes + at, &value, size);
}

/* AArch32's PC is loaded: bit 0 is T. */
static void branch(struct insn_cpu *cpu, uint64_t to)
{
	uint64_t cpsr = insn_get(cpu, INSN_PSTATE);

	insn_set(cpu, INSN_PSTATE, to & 1 ? cpsr | BANK_CPSR_T : cpsr & ~(uint64_t)BANK_CPSR_T);
	insn_set(cpu, INSN_PC, to & (to & 1 ? ~1ull : ~3ull));
}

void operand_loaded(struct operands *o, const struct insn_move *move, uint64_t value)
{
	const struct insn *insn = o->insn;

	if (insn->simd) {
		simd_loaded(o, move, value);
		return;
	}
	if (insn->sign)
		value = operand_cut(operand_sign_extend(value, insn->size), insn->width);
	if (move->reg == INSN_PC)
		branch(o->cpu, value);
	else if (move->reg != INSN_ZR)
		insn_set(o->cpu, reg_of(bank_of(o), move->reg), value);
}

void operand_push(struct operands *o)
{
	struct insn_cpu *cpu = o->cpu;

	for (unsigned i = 0; i < 32 && !cpu->error; i++)
		if (o->simd_changed & 1u << i)
			cpu->error = cpu->simd_set(cpu, i, o->simd[i]);
}
