// SPDX-License-Identifier: BSD-2-Clause
// Rights and memory types, out of the descriptors that a translation has read.
#include "kvm/insn/mapping.h"

#include <stddef.h>

#include "kvm/insn/insn.h"

#define SCTLR_WXN (1u << 19)
#define SCTLR_UWXN (1u << 20) /* AArch32 */
#define SCTLR_TRE (1u << 28)
#define SCTLR_AFE (1u << 29)
#define TCR_HA (1ull << 39)
#define TCR_HD (1ull << 40)

#define DESC_USER (1u << 6)
#define DESC_READ_ONLY (1u << 7)
#define DESC_AF (1u << 10)
#define DESC_DBM (1ull << 51)
#define DESC_PXN (1ull << 53)
#define DESC_XN (1ull << 54) /* AArch64: of EL0 alone */
#define TABLE_PXN (1ull << 59)
#define TABLE_XN (1ull << 60)
#define TABLE_NO_USER (1ull << 61)
#define TABLE_READ_ONLY (1ull << 62)

#define SHORT_SUPERSECTION (1u << 18)

#define RW (MAPPING_READ | MAPPING_WRITE)
#define ALL (RW | MAPPING_EXECUTE)

enum { DEVICE_nGnRnE = 0x00, DEVICE_nGnRE = 0x04, UNCACHED = 0x44 };

enum mapping_what mapping_what(const struct walk_step *step)
{
	const unsigned kind = step->value & 3;

	if (step->size == 4) {
		if (!kind)
			return MAPPING_INVALID;
		if (step->level == 2)
			return MAPPING_PAGE;
		return kind == 1 ? MAPPING_TABLE : MAPPING_BLOCK;
	}
	if (!(kind & 1) || (step->level == 3 && kind != 3))
		return MAPPING_INVALID;
	if (step->level == 3)
		return MAPPING_PAGE;
	return kind == 3 ? MAPPING_TABLE : MAPPING_BLOCK;
}

/* Rights to read and write are there: those to execute follow. NEVER: of EL1 and of EL0. */
static void execute_add(struct mapping *m, uint64_t sctlr, bool aarch32, bool el1_never,
			bool el0_never)
{
	const bool user_writes = m->el0 & MAPPING_WRITE;

	/* AArch32 alone asks for the right to read, too. */
	el1_never |= sctlr & SCTLR_WXN && m->el1 & MAPPING_WRITE;
	el0_never |= sctlr & SCTLR_WXN && user_writes;
	if (aarch32) {
		el1_never |= !(m->el1 & MAPPING_READ) || (sctlr & SCTLR_UWXN && user_writes);
		el0_never |= !(m->el0 & MAPPING_READ);
	} else {
		el1_never |= user_writes;
	}
	m->el1 |= el1_never ? 0 : MAPPING_EXECUTE;
	m->el0 |= el0_never ? 0 : MAPPING_EXECUTE;
}

static void long_read(struct insn_cpu *cpu, uint64_t d, struct mapping *m)
{
	const uint64_t sctlr = insn_get(cpu, INSN_SCTLR), tcr = insn_get(cpu, INSN_TCR);
	uint64_t tables = 0;
	bool read_only, user, pxn, xn;

	for (unsigned i = 0; i + 1 < m->trail.steps; i++)
		tables |= m->trail.step[i].flat ? 0 : m->trail.step[i].value;
	read_only = d & DESC_READ_ONLY || tables & TABLE_READ_ONLY;
	/* Such a page becomes writable by the first write. */
	if (!cpu->aarch32 && tcr & TCR_HA && tcr & TCR_HD && d & DESC_DBM)
		read_only = tables & TABLE_READ_ONLY;
	user = d & DESC_USER && !(tables & TABLE_NO_USER);
	pxn = d & DESC_PXN || tables & TABLE_PXN;
	xn = d & DESC_XN || tables & TABLE_XN;
	m->el1 = read_only ? MAPPING_READ : RW;
	m->el0 = user ? m->el1 : 0;
	execute_add(m, sctlr, cpu->aarch32, pxn || (cpu->aarch32 && xn), xn);
	m->memory = (uint8_t)(insn_get(cpu, INSN_MAIR) >> 8 * (d >> 2 & 7));
	m->accessed = d & DESC_AF;
}

/*
 * --- short descriptors ---------------------------------------------------------------------------
 */

/* TEX, C and B, without remapping and with it. */
static uint8_t short_memory(struct insn_cpu *cpu, unsigned tex, unsigned cb)
{
	static const uint8_t policy[4] = { 0x4, 0xf, 0xa, 0xe };
	static const uint8_t plain[4][4] = {
		{ DEVICE_nGnRnE, DEVICE_nGnRE, 0xaa, 0xee },
		{ UNCACHED, UNCACHED, UNCACHED, 0xff },
		{ DEVICE_nGnRE, DEVICE_nGnRE, DEVICE_nGnRE, DEVICE_nGnRE },
	};
	const uint64_t remap = insn_get(cpu, INSN_MAIR); /* PRRR, and NMRR above */
	const unsigned n = (tex & 1) << 2 | cb;

	if (!(insn_get(cpu, INSN_SCTLR) & SCTLR_TRE) && tex & 4)
		return (uint8_t)(policy[tex & 3] << 4 | policy[cb]);
	if (!(insn_get(cpu, INSN_SCTLR) & SCTLR_TRE))
		return plain[tex][cb]; /* TEX 3 is reserved */
	switch (remap >> 2 * n & 3) {
	case 0: return DEVICE_nGnRnE;
	case 1: return DEVICE_nGnRE;
	}
	return (uint8_t)(policy[remap >> (48 + 2 * n) & 3] << 4 |
			 policy[remap >> (32 + 2 * n) & 3]);
}

static void short_read(struct insn_cpu *cpu, uint64_t d, struct mapping *m)
{
	/* By AP[2:0]: of PL1 and of PL0; the second eight with AP[0] as the access flag. */
	static const uint8_t rights[16][2] = {
		{ 0, 0 },
		{ RW, 0 },
		{ RW, MAPPING_READ },
		{ RW, RW },
		{ 0, 0 },
		{ MAPPING_READ, 0 },
		{ MAPPING_READ, MAPPING_READ },
		{ MAPPING_READ, MAPPING_READ },
		{ RW, 0 },
		{ RW, 0 },
		{ RW, RW },
		{ RW, RW },
		{ MAPPING_READ, 0 },
		{ MAPPING_READ, 0 },
		{ MAPPING_READ, MAPPING_READ },
		{ MAPPING_READ, MAPPING_READ },
	};
	const uint64_t sctlr = insn_get(cpu, INSN_SCTLR), first = m->trail.step[0].value;
	const bool section = m->trail.steps == 1, large = !section && (d & 3) == 1;
	const bool pxn = section ? d & 1 : first >> 2 & 1;
	const bool xn = d >> (section ? 4 : large ? 15 : 0) & 1;
	const unsigned ap = (unsigned)(section ? (d >> 10 & 3) | (d >> 15 & 1) << 2
					       : (d >> 4 & 3) | (d >> 9 & 1) << 2);
	const unsigned domain = (unsigned)(section && d & SHORT_SUPERSECTION ? 0 : first >> 5 & 15);
	const unsigned rule = insn_get(cpu, INSN_DACR) >> 2 * domain & 3;
	const uint8_t *right = rights[(sctlr & SCTLR_AFE ? 8 : 0) + ap];

	m->accessed = !(sctlr & SCTLR_AFE) || ap & 1;
	m->memory = short_memory(cpu, d >> (section || large ? 12 : 6) & 7, d >> 2 & 3);
	m->el1 = m->el0 = 0;
	if (rule == 3) { /* a manager asks nothing */
		m->el1 = m->el0 = ALL;
	} else if (rule == 1) {
		m->el1 = right[0];
		m->el0 = right[1];
		execute_add(m, sctlr, true, pxn || xn, xn);
	}
}

void mapping_find(struct insn_cpu *cpu, uint64_t va, struct mapping *m)
{
	const struct walk_step *last;

	*m = (struct mapping){ .el1 = ALL, .el0 = ALL, .memory = DEVICE_nGnRnE, .accessed = true };
	cpu->trail = &m->trail;
	walk(cpu, va, WALK_LOOK, &m->gpa, &m->fault);
	cpu->trail = NULL;
	if (!m->trail.steps) {
		m->span = cpu->aarch32 ? 20 : walk_half(cpu, va >> 55 & 1).bits;
		return;
	}
	last = &m->trail.step[m->trail.steps - 1];
	m->span = last->span;
	if (m->fault.kind)
		return;
	if (last->size == 4)
		short_read(cpu, last->value, m);
	else
		long_read(cpu, last->value, m);
}
