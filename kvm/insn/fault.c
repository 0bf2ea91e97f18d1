// SPDX-License-Identifier: BSD-2-Clause
// Entry of a data abort into AArch64 EL1.
#include "kvm/insn/fault.h"

#include "kvm/insn/fault_a32.h"
#include "kvm/insn/insn.h"
#include "kvm/insn/walk.h"

#define ESR_EC_LOWER (0x24u << 26) /* data abort from EL0 */
#define ESR_EC_SAME (0x25u << 26)
#define ESR_IL (1u << 25)
#define ESR_WNR (1u << 6)
#define SCTLR_SPAN (1u << 23)
#define SCTLR_DSSBS (1ull << 44)
#define PSTATE_NRW (1u << 4)
#define PSTATE_MODE_MASK 0xfu
#define PSTATE_EL1H 5u
#define PSTATE_DAIF (0xfu << 6)
#define PSTATE_SSBS (1u << 12)
#define PSTATE_PAN (1u << 22)
#define PSTATE_DIT (1u << 24)
#define PSTATE_NZCV (0xfu << 28)

/* DFSC without its level. Arm ARM D17.2.37. */
static const uint8_t status_of[] = {
	[WALK_ADDRESS_SIZE] = 0x00, [WALK_TRANSLATION] = 0x04, [WALK_ACCESS_FLAG] = 0x08,
	[WALK_PERMISSION] = 0x0c,   [WALK_TABLE] = 0x14,       [WALK_EXTERNAL] = 0x10,
	[WALK_ALIGNMENT] = 0x21,
};

static unsigned status(const struct walk_fault *fault)
{
	if (fault->kind == WALK_EXTERNAL || fault->kind == WALK_ALIGNMENT)
		return status_of[fault->kind];
	if (fault->level >= 0)
		return status_of[fault->kind] + (unsigned)fault->level;
	switch (fault->kind) {
	case WALK_ADDRESS_SIZE: return 0x29;
	case WALK_TRANSLATION: return 0x2b;
	default: return 0x13; /* of the table: the first level maps nothing */
	}
}

static uint64_t vector_of(uint64_t pstate)
{
	if (pstate & PSTATE_NRW)
		return 0x600;
	switch (pstate & PSTATE_MODE_MASK) {
	case 0: return 0x400;
	case PSTATE_EL1H: return 0x200;
	default: return 0;
	}
}

static uint64_t pstate_after(uint64_t pstate, uint64_t sctlr)
{
	uint64_t now = PSTATE_EL1H | PSTATE_DAIF | (pstate & (PSTATE_NZCV | PSTATE_PAN));

	/* In AArch32 this bit is another one. */
	if (!(pstate & PSTATE_NRW))
		now |= pstate & PSTATE_DIT;
	if (!(sctlr & SCTLR_SPAN))
		now |= PSTATE_PAN;
	if (sctlr & SCTLR_DSSBS)
		now |= PSTATE_SSBS;
	return now;
}

static void enter(struct insn_cpu *cpu, uint64_t esr)
{
	const uint64_t pstate = insn_get(cpu, INSN_PSTATE);

	insn_set(cpu, INSN_ESR, esr);
	insn_set(cpu, INSN_ELR, insn_get(cpu, INSN_PC));
	insn_set(cpu, INSN_SPSR, pstate);
	insn_set(cpu, INSN_PC, insn_get(cpu, INSN_VBAR) + vector_of(pstate));
	insn_set(cpu, INSN_PSTATE, pstate_after(pstate, insn_get(cpu, INSN_SCTLR)));
}

void fault_enter(struct insn_cpu *cpu, uint64_t va, const struct walk_fault *fault, bool write)
{
	uint64_t class;

	if (cpu->aarch32) {
		fault_a32(cpu, (uint32_t)va, fault, write);
		return;
	}
	class = insn_get(cpu, INSN_PSTATE) & PSTATE_MODE_MASK ? ESR_EC_SAME : ESR_EC_LOWER;
	insn_set(cpu, INSN_FAR, va);
	enter(cpu, class | ESR_IL | (write ? ESR_WNR : 0) | status(fault));
}

void fault_break(struct insn_cpu *cpu, uint32_t esr)
{
	if (cpu->aarch32)
		fault_break_a32(cpu);
	else
		enter(cpu, esr);
}
