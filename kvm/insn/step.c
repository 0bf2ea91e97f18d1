// SPDX-License-Identifier: BSD-2-Clause
// Single steps that interrupts do not see: what reads, changes, saves or takes their masks.
#include "kvm/insn/step.h"

#include <errno.h>
#include <stddef.h>

#include "kvm/insn/bank.h"
#include "kvm/insn/emulate.h"
#include "kvm/insn/insn.h"

#define PSTATE_F (1u << 6)
#define PSTATE_I (1u << 7)
#define PSTATE_A (1u << 8)
#define PSTATE_IF (PSTATE_I | PSTATE_F)
#define PSTATE_DAIF_AT 6
#define PSTATE_DAIF (0xfu << PSTATE_DAIF_AT)
#define PSTATE_EL (3u << 2)
#define PSTATE_NRW (1u << 4)
#define PSTATE_BTYPE (3u << 10)
#define PSTATE_SS (1u << 21)
#define PSTATE_MODE_MASK 0x1fu
#define PSTATE_EL1H 5u
#define SCTLR_V (1u << 13)
#define HIGH_VECTORS (UINT32_MAX << 16)
#define MSR_CONTROL_FIELD 1u /* of an MSR to CPSR: the mode and the masks */
#define XZR 31

enum step_kind {
	PLAIN, /* has nothing to do with the masks */
	READ, /* a register gets them */
	WRITE, /* they are what it leaves behind */
	RETURN, /* they come from SPSR */
	CALL,
	/* Those below are done by step_begin(). */
	SET,
	CLEAR,
	MOVE, /* from a register */
	CHANGE, /* CPS of A32 */
	CHANGE_WIDE, /* of T32, four bytes */
	CHANGE_NARROW,
	WAIT,
};

struct row {
	uint32_t mask, value;
	uint8_t kind;
	uint8_t at; /* READ, MOVE: lowest bit of the register's number. WRITE: that of MSR's fields, or 0 */
};

/* Arm ARM (DDI 0487) C6.2, F5.1, F5.2; the first that fits. */
static const struct row a64[] = {
	{ 0xffffffe0, 0xd53b4220, READ, 0 }, /* MRS Xt, DAIF */
	{ 0xffffffe0, 0xd51b4220, MOVE, 0 }, /* MSR DAIF, Xt */
	{ 0xfffff0ff, 0xd50340df, SET, 0 }, /* MSR DAIFSet, #imm */
	{ 0xfffff0ff, 0xd50340ff, CLEAR, 0 }, /* MSR DAIFClr, #imm */
	{ 0xffffffff, 0xd69f03e0, RETURN, 0 }, /* ERET */
	{ 0xfffffbff, 0xd69f0bff, RETURN, 0 }, /* ERETAA, ERETAB */
	{ 0xffffffdf, 0xd503205f, WAIT, 0 }, /* WFE, WFI */
	{ 0xffe0001f, 0xd4000002, CALL, 0 }, /* HVC */
	{ 0 },
};

static const struct row a32[] = {
	{ 0xfff1fe20, 0xf1000000, CHANGE, 0 }, /* CPS */
	{ 0xfe50ffff, 0xf8100a00, WRITE, 0 }, /* RFE */
	{ 0xf0000000, 0xf0000000, PLAIN, 0 }, /* all else without a condition */
	{ 0x0fff0fff, 0x010f0000, READ, 12 }, /* MRS Rd, CPSR */
	{ 0x0ff0fff0, 0x0120f000, WRITE, 16 }, /* MSR CPSR, Rn */
	{ 0x0ffffffe, 0x0320f002, WAIT, 0 }, /* WFE, WFI */
	{ 0x0ff0f000, 0x0320f000, WRITE, 16 }, /* MSR CPSR, #imm; its fields 0: hints */
	{ 0x0ff000f0, 0x01400070, CALL, 0 }, /* HVC */
	{ 0x0d900000, 0x01100000, PLAIN, 0 }, /* TST and its like, of which Rd means nothing */
	{ 0x0c10f000, 0x0010f000, RETURN, 0 }, /* MOVS PC, SUBS PC and their like */
	{ 0x0e508000, 0x08508000, RETURN, 0 }, /* LDM with PC and ^ */
	{ 0 },
};

/* Of two bytes, or with the first half in the upper half. */
static const struct row t32[] = {
	{ 0xffffffe8, 0x0000b660, CHANGE_NARROW, 0 }, /* CPSIE, CPSID */
	{ 0xffffffef, 0x0000bf20, WAIT, 0 }, /* WFE, WFI */
	{ 0xfffff0ff, 0xf3ef8000, READ, 8 }, /* MRS Rd, CPSR */
	{ 0xfff0f0ff, 0xf3808000, WRITE, 8 }, /* MSR CPSR, Rn */
	{ 0xfffffffe, 0xf3af8002, WAIT, 0 }, /* WFE.W, WFI.W */
	{ 0xfffff800, 0xf3af8000, CHANGE_WIDE, 0 }, /* CPS.W; all bits 0: hints */
	{ 0xffffff00, 0xf3de8f00, RETURN, 0 }, /* SUBS PC, LR, #imm */
	{ 0xffd0ffff, 0xe810c000, WRITE, 0 }, /* RFEDB */
	{ 0xffd0ffff, 0xe990c000, WRITE, 0 }, /* RFEIA */
	{ 0xfff0f000, 0xf7e08000, CALL, 0 }, /* HVC */
	{ 0 },
};

/* Where AArch32's exceptions begin, the mode they are taken in, and where what they save lies. */
static const struct {
	uint8_t offset, mode;
} vectors[] = {
	{ 0x04, 0x1b }, /* Undefined */
	{ 0x08, 0x13 }, /* Supervisor Call */
	{ 0x0c, BANK_MODE_ABT }, /* Prefetch Abort */
	{ 0x10, BANK_MODE_ABT }, /* Data Abort */
};

static enum insn_reg spsr_of(uint64_t pstate)
{
	if (!(pstate & PSTATE_NRW))
		return INSN_SPSR;
	switch (pstate & BANK_MODE_MASK) {
	case 0x11: return INSN_SPSR_FIQ;
	case 0x12: return INSN_SPSR_IRQ;
	case 0x13: return INSN_SPSR;
	case BANK_MODE_ABT: return INSN_SPSR_ABT;
	case 0x1b: return INSN_SPSR_UND;
	default: return INSN_NONE;
	}
}

static bool privileged(uint64_t pstate)
{
	if (pstate & PSTATE_NRW)
		return (pstate & BANK_MODE_MASK) != BANK_USER;
	return pstate & PSTATE_EL;
}

static const struct row *row_of(uint64_t pstate, uint32_t word)
{
	const struct row *row = !(pstate & PSTATE_NRW) ? a64 : pstate & BANK_CPSR_T ? t32 : a32;

	while (row->mask && (word & row->mask) != row->value)
		row++;
	return row;
}

static void bits_set(struct insn_cpu *cpu, enum insn_reg reg, uint64_t mask, uint64_t value)
{
	const uint64_t was = insn_get(cpu, reg), now = (was & ~mask) | (value & mask);

	if (now != was)
		insn_set(cpu, reg, now);
}

/*
 * --- before --------------------------------------------------------------------------------------
 */

/* Of an instruction that reads or writes the masks: a register, or PLAIN in place of KIND. */
static void classify(struct step *step, const struct row *row)
{
	const uint64_t pstate = step->pstate;
	const unsigned number = step->word >> row->at & (pstate & PSTATE_NRW ? 15 : 31);

	step->kind = row->mask ? row->kind : PLAIN;
	step->reg = INSN_NONE;
	switch (step->kind) {
	case READ:
	case MOVE:
		if (pstate & PSTATE_NRW)
			step->reg = (uint8_t)(number < 15 ? bank_reg(pstate, number) : INSN_NONE);
		else
			step->reg = number == XZR ? INSN_ZR : (uint8_t)number;
		break;
	case WRITE:
		if (row->at && !(step->word >> row->at & MSR_CONTROL_FIELD))
			step->kind = PLAIN;
		break;
	case RETURN: step->reg = (uint8_t)spsr_of(pstate); break;
	default: break;
	}
	if ((step->kind == READ && step->reg >= INSN_ZR) ||
	    (step->kind == RETURN && step->reg == INSN_NONE))
		step->kind = PLAIN;
}

/* CPS: IMOD says whether the bits of MASKS are cleared (2) or set (3); MODE is 0 where it stays. */
static bool change(uint64_t *pstate, unsigned imod, uint64_t masks, unsigned mode)
{
	if (imod < 2 && !mode)
		return false; /* a hint */
	if (mode && mode != PSTATE_MODE_MASK &&
	    spsr_of(PSTATE_NRW | mode) == INSN_NONE) /* none that EL1 has */
		return false;
	if (imod == 2)
		*pstate &= ~masks;
	if (imod == 3)
		*pstate |= masks;
	if (mode)
		*pstate = (*pstate & ~(uint64_t)BANK_MODE_MASK) | mode;
	return true;
}

/* What needs no CPU; false: the CPU is to execute it. */
static bool execute(const struct step *step, struct insn_cpu *cpu, uint64_t *pstate)
{
	const uint32_t word = step->word;
	const uint64_t immediate = (uint64_t)insn_bits(word, 11, 8) << PSTATE_DAIF_AT;

	switch (step->kind) {
	case WAIT: return true;
	case SET: *pstate |= immediate; return true;
	case CLEAR: *pstate &= ~immediate; return true;
	case MOVE:
		*pstate &= ~(uint64_t)PSTATE_DAIF;
		*pstate |= step->reg == INSN_ZR ? 0 : insn_get(cpu, step->reg) & PSTATE_DAIF;
		return true;
	case CHANGE:
		return change(pstate, insn_bits(word, 19, 18), word & (PSTATE_A | PSTATE_IF),
			      insn_bit(word, 17) ? insn_bits(word, 4, 0) : 0);
	case CHANGE_WIDE:
		return change(pstate, insn_bits(word, 10, 9),
			      (uint64_t)insn_bits(word, 7, 5) << PSTATE_DAIF_AT,
			      insn_bit(word, 8) ? insn_bits(word, 4, 0) : 0);
	case CHANGE_NARROW:
		return change(pstate, 2 + insn_bit(word, 4),
			      (uint64_t)insn_bits(word, 2, 0) << PSTATE_DAIF_AT, 0);
	default: return false;
	}
}

bool step_begin(struct step *step, struct insn_cpu *cpu)
{
	const uint64_t pc = insn_get(cpu, INSN_PC), was = insn_get(cpu, INSN_PSTATE);
	const bool narrow = was & PSTATE_NRW && was & BANK_CPSR_T;
	uint64_t pstate = was;
	struct insn insn = { 0 };
	uint32_t word = 0;

	*step = (struct step){ .pc = pc, .pstate = was, .kind = PLAIN };
	if (emulate_fetch(cpu, &insn, &word) == -EFAULT)
		word = 0;
	step->word = insn.word = word;
	step->length = narrow && word <= UINT16_MAX ? 2 : 4;
	/* At EL0 what is done to the masks traps, or does nothing. */
	if (word && privileged(was) && emulate_condition(cpu, &insn))
		classify(step, row_of(was, word));
	if (execute(step, cpu, &pstate)) {
		pstate &= ~(uint64_t)PSTATE_SS;
		pstate = was & PSTATE_NRW ? bank_it_advance(pstate)
					  : pstate & ~(uint64_t)PSTATE_BTYPE;
		bits_set(cpu, INSN_PSTATE, UINT64_MAX, pstate);
		insn_set(cpu, INSN_PC,
			 was & PSTATE_NRW ? (uint32_t)(pc + step->length) : pc + step->length);
		return true;
	}
	bits_set(cpu, INSN_PSTATE, PSTATE_IF, PSTATE_IF);
	if (step->kind == RETURN) {
		step->spsr = insn_get(cpu, step->reg);
		bits_set(cpu, step->reg, PSTATE_IF, PSTATE_IF);
	}
	return false;
}

bool step_calls(const struct step *step)
{
	return step->kind == CALL;
}

/*
 * --- after ---------------------------------------------------------------------------------------
 */

/* Has the instruction ended in an exception to EL1? Where that one has saved PSTATE, or INSN_NONE. */
static enum insn_reg entered_a64(const struct step *step, struct insn_cpu *cpu)
{
	const uint64_t pstate = insn_get(cpu, INSN_PSTATE);
	const uint64_t offset = insn_get(cpu, INSN_PC) - insn_get(cpu, INSN_VBAR);
	const uint64_t from = insn_get(cpu, INSN_ELR) - step->pc;

	if (offset >= 0x800 || offset & 0x7f || (pstate & PSTATE_MODE_MASK) != PSTATE_EL1H ||
	    (pstate & PSTATE_DAIF) != PSTATE_DAIF)
		return INSN_NONE;
	switch (offset & 0x180) {
	case 0x000: return !from || from == step->length ? INSN_SPSR : INSN_NONE;
	case 0x180: return INSN_SPSR; /* SError, which may be from anywhere */
	default: return INSN_NONE;
	}
}

static enum insn_reg entered_a32(const struct step *step, struct insn_cpu *cpu)
{
	const uint64_t pstate = insn_get(cpu, INSN_PSTATE);
	const uint32_t base = insn_get(cpu, INSN_SCTLR) & SCTLR_V
				      ? HIGH_VECTORS
				      : (uint32_t)insn_get(cpu, INSN_VBAR);
	const uint32_t offset = (uint32_t)insn_get(cpu, INSN_PC) - base;

	for (unsigned i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint32_t from;

		if (offset != vectors[i].offset || (pstate & BANK_MODE_MASK) != vectors[i].mode)
			continue;
		from = (uint32_t)(insn_get(cpu, bank_reg(pstate, 14)) - step->pc);
		return from >= 2 && from <= 8 ? spsr_of(pstate) : INSN_NONE;
	}
	return INSN_NONE;
}

void step_end(const struct step *step, struct insn_cpu *cpu, bool done)
{
	const uint64_t pc = insn_get(cpu, INSN_PC), masks = step->pstate & PSTATE_IF;
	enum insn_reg saved = INSN_NONE;

	done = done || pc != step->pc;
	if (done)
		saved = cpu->aarch32 ? entered_a32(step, cpu) : entered_a64(step, cpu);
	if (step->kind == RETURN && saved != step->reg)
		bits_set(cpu, step->reg, PSTATE_IF, step->spsr);
	if (saved != INSN_NONE) {
		bits_set(cpu, saved, PSTATE_IF, masks);
		/* AArch32 sets I only. */
		if (cpu->aarch32)
			bits_set(cpu, INSN_PSTATE, PSTATE_F, masks);
		return;
	}
	switch (done ? step->kind : PLAIN) {
	case READ: bits_set(cpu, step->reg, PSTATE_IF, masks); break;
	case WRITE: return;
	case RETURN: bits_set(cpu, INSN_PSTATE, PSTATE_IF, step->spsr); return;
	case CALL:
		/* It may have been switched off and on, at another place and in another state. */
		if (pc != step->pc + step->length)
			return;
		break;
	default: break;
	}
	bits_set(cpu, INSN_PSTATE, PSTATE_IF, masks);
}
