// SPDX-License-Identifier: BSD-2-Clause
// A data abort in AArch32: what the registers say, and where it goes on.
#include "kvm/insn/fault_a32.h"

#include "kvm/insn/bank.h"
#include "kvm/insn/walk.h"

#define SCTLR_V (1u << 13)
#define SCTLR_SPAN (1u << 23)
#define SCTLR_EE (1u << 25)
#define SCTLR_TE (1u << 30)
#define SCTLR_DSSBS (1u << 31)
#define TTBCR_EAE (1u << 31)

#define CPSR_SSBS (1u << 23)
#define CPSR_PAN (1u << 22)
#define CPSR_A (1u << 8)
#define CPSR_I (1u << 7)
/* N, Z, C, V, Q; DIT, PAN; GE; F. IT, J, SS and IL become 0. */
#define CPSR_KEPT_MASK (0x1fu << 27 | 3u << 21 | 0xfu << 16 | 1u << 6)

#define DFSR_WNR (1u << 11)
#define DFSR_LPAE (1u << 9)
#define HIGH_VECTORS (UINT32_MAX << 16)
#define VECTOR_PREFETCH_ABORT 0x0c
#define VECTOR_DATA_ABORT 0x10
#define IFSR_DEBUG 0x02
#define IFSR_DEBUG_LPAE 0x222

/* DFSR's status: short descriptors by level (bit 4 is bit 10 there), long ones plus level. */
static const struct {
	uint8_t section, page, wide;
	bool leveled;
} status[] = {
	[WALK_TRANSLATION] = { 0x05, 0x07, 0x04, true },
	[WALK_ADDRESS_SIZE] = { 0x05, 0x07, 0x00, true }, /* long descriptors only */
	[WALK_ACCESS_FLAG] = { 0x03, 0x06, 0x08, true },
	[WALK_PERMISSION] = { 0x0d, 0x0f, 0x0c, true },
	[WALK_DOMAIN] = { 0x09, 0x0b, 0x3c, true }, /* short descriptors only */
	[WALK_TABLE] = { 0x0c, 0x0e, 0x14, true },
	[WALK_EXTERNAL] = { 0x08, 0x08, 0x10, false },
	[WALK_ALIGNMENT] = { 0x01, 0x01, 0x21, false },
};

/* What SCTLR says of the handler's state: bits of CPSR that are set. */
static const struct {
	uint32_t bit;
	bool clear; /* where BIT is 0 */
	uint32_t cpsr;
} by_sctlr[] = {
	{ SCTLR_TE, false, BANK_CPSR_T },
	{ SCTLR_EE, false, BANK_CPSR_E },
	{ SCTLR_SPAN, true, CPSR_PAN },
	{ SCTLR_DSSBS, false, CPSR_SSBS },
};

static uint32_t dfsr(struct insn_cpu *cpu, const struct walk_fault *fault, bool write)
{
	uint32_t value = write ? DFSR_WNR : 0;

	if (insn_get(cpu, INSN_TCR) & TTBCR_EAE)
		return value | DFSR_LPAE | status[fault->kind].wide |
		       (status[fault->kind].leveled ? (uint32_t)fault->level & 3 : 0);
	value |= fault->level == 1 ? status[fault->kind].section : status[fault->kind].page;
	return value | fault->domain << 4;
}

/* AWAY: how far LR is from the instruction. */
static void enter(struct insn_cpu *cpu, unsigned vector, unsigned away)
{
	uint64_t old = insn_get(cpu, INSN_PSTATE), sctlr = insn_get(cpu, INSN_SCTLR);
	uint64_t new = BANK_MODE_ABT | CPSR_A | CPSR_I | (old & CPSR_KEPT_MASK);
	uint64_t pc = insn_get(cpu, INSN_PC);

	for (unsigned i = 0; i < sizeof(by_sctlr) / sizeof(by_sctlr[0]); i++)
		if (!(sctlr & by_sctlr[i].bit) == by_sctlr[i].clear)
			new |= by_sctlr[i].cpsr;
	insn_set(cpu, INSN_SPSR_ABT, old);
	insn_set(cpu, bank_reg(BANK_MODE_ABT, 14), (uint32_t)(pc + away)); /* A32 and T32 alike */
	insn_set(cpu, INSN_PSTATE, new);
	insn_set(cpu, INSN_PC,
		 (sctlr & SCTLR_V ? HIGH_VECTORS : (uint32_t)insn_get(cpu, INSN_VBAR)) + vector);
}

void fault_a32(struct insn_cpu *cpu, uint32_t va, const struct walk_fault *fault, bool write)
{
	insn_set(cpu, INSN_ESR, dfsr(cpu, fault, write));
	insn_set(cpu, INSN_FAR, (insn_get(cpu, INSN_FAR) & ~(uint64_t)UINT32_MAX) | va);
	enter(cpu, VECTOR_DATA_ABORT, 8);
}

void fault_break_a32(struct insn_cpu *cpu)
{
	insn_set(cpu, INSN_IFSR,
		 insn_get(cpu, INSN_TCR) & TTBCR_EAE ? IFSR_DEBUG_LPAE : IFSR_DEBUG);
	enter(cpu, VECTOR_PREFETCH_ABORT, 4);
}
