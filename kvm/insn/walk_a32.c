// SPDX-License-Identifier: BSD-2-Clause
// AArch32's translation tables, stage 1 of the PL1&0 regime.
#include "kvm/insn/walk_a32.h"

#include "kvm/insn/bank.h"

#define SCTLR_M (1u << 0)
#define SCTLR_EE (1u << 25)
#define SCTLR_AFE (1u << 29)
#define TTBCR_EAE (1u << 31)
#define TTBCR_T2E (1u << 6)
#define PSTATE_PAN (1u << 22)
#define BITS 32 /* of an address */

#define RIGHT_USER 2u /* AP[1] */
#define RIGHT_READ_ONLY 4u /* AP[2] */

static uint64_t mask(unsigned bits)
{
	return (1ull << bits) - 1;
}

/*
 * AP is AP[2:1], bit 0 of it aside. Short descriptors have two more ways: 0, no access at all, and
 * 2, User mode only reads.
 */
static enum walk_kind rights_check(struct insn_cpu *cpu, unsigned access, unsigned ap)
{
	uint64_t cpsr = insn_get(cpu, INSN_PSTATE);
	bool user = access & WALK_USER || (cpsr & BANK_MODE_MASK) == BANK_USER;

	if (access & (WALK_FETCH | WALK_LOOK))
		return WALK_OK;
	if (user ? !(ap & RIGHT_USER) : ap & RIGHT_USER && cpsr & PSTATE_PAN)
		return WALK_PERMISSION;
	return access & WALK_WRITE && ap & RIGHT_READ_ONLY ? WALK_PERMISSION : WALK_OK;
}

static bool descriptor_read(struct insn_cpu *cpu, struct walk_step step, uint64_t *value)
{
	const bool read = walk_descriptor(cpu, &step, insn_get(cpu, INSN_SCTLR) & SCTLR_EE);

	*value = step.value;
	return read;
}

/* --- short descriptors --------------------------------------------------------------------------- */

#define SHORT_TABLE 1u /* bits 1:0 at level 1; 2 and 3 are sections */
#define SHORT_LARGE 1u /* at level 2; 2 and 3 are small pages */
#define SHORT_SUPERSECTION (1u << 18)

enum { DOMAIN_NONE, DOMAIN_CLIENT, DOMAIN_RESERVED, DOMAIN_MANAGER };

static enum walk_kind short_rights(struct insn_cpu *cpu, unsigned access, unsigned ap,
				   unsigned domain)
{
	bool afe = insn_get(cpu, INSN_SCTLR) & SCTLR_AFE, write = access & WALK_WRITE;
	uint64_t mode = insn_get(cpu, INSN_PSTATE) & BANK_MODE_MASK;
	unsigned rule;

	if (access & WALK_LOOK)
		return WALK_OK;
	if (afe && !(ap & 1))
		return WALK_ACCESS_FLAG;
	rule = insn_get(cpu, INSN_DACR) >> 2 * domain & 3;
	if (rule == DOMAIN_NONE || rule == DOMAIN_RESERVED)
		return WALK_DOMAIN;
	if (rule == DOMAIN_MANAGER || access & WALK_FETCH)
		return WALK_OK;
	if (ap == 0 || ap == 4)
		return WALK_PERMISSION;
	if (ap == 2 && write && (access & WALK_USER || mode == BANK_USER))
		return WALK_PERMISSION;
	return rights_check(cpu, access, ap);
}

/* A short descriptor at GPA. */
static struct walk_step short_step(uint64_t gpa, int level)
{
	return (struct walk_step){ gpa, 0, 4, (int8_t)level, level == 1 ? 20 : 12, true };
}

static enum walk_kind short_walk(struct insn_cpu *cpu, uint64_t va, unsigned access, uint64_t *gpa,
				 struct walk_fault *fault)
{
	uint64_t ttbcr = insn_get(cpu, INSN_TCR), d;
	unsigned n = ttbcr & 7, ap, bits;
	bool high = n && va >> (BITS - n);

	fault->level = 1;
	if (high)
		n = 0;
	if (ttbcr >> (high ? 5 : 4) & 1)
		return WALK_TRANSLATION;
	d = insn_get(cpu, high ? INSN_TTBR1 : INSN_TTBR0) & mask(32) & ~mask(14 - n);
	if (!descriptor_read(cpu, short_step(d | (va >> 20 & mask(12 - n)) << 2, 1), &d))
		return WALK_TABLE;
	if (!(d & 3))
		return WALK_TRANSLATION;
	fault->domain = d >> 5 & 15;
	if ((d & 3) == SHORT_TABLE) {
		fault->level = 2;
		d = (d & mask(32) & ~mask(10)) | (va >> 12 & 0xff) << 2;
		if (!descriptor_read(cpu, short_step(d, 2), &d))
			return WALK_TABLE;
		if (!(d & 3))
			return WALK_TRANSLATION;
		bits = (d & 3) == SHORT_LARGE ? 16 : 12;
		ap = (unsigned)((d >> 4 & 3) | (d >> 9 & 1) << 2);
		*gpa = (d & ~mask(bits)) | (va & mask(bits));
	} else {
		bits = d & SHORT_SUPERSECTION ? 24 : 20;
		ap = (unsigned)((d >> 10 & 3) | (d >> 15 & 1) << 2);
		*gpa = (d & ~mask(bits)) | (va & mask(bits));
		if (d & SHORT_SUPERSECTION) {
			*gpa |= (d >> 20 & 15) << 32 | (d >> 5 & 15) << 36;
			fault->domain = 0;
		}
	}
	return short_rights(cpu, access, ap, fault->domain);
}

/* --- long descriptors ---------------------------------------------------------------------------- */

#define LONG_VALID (1u << 0)
#define LONG_TABLE (1u << 1) /* at level 3: a page */
#define LONG_AF (1u << 10)
#define LONG_OUT 40 /* bits of an address; those above it, to 47, must be 0 */

/* Which of the two tables, and log2 of what it spans; false: VA lies between them. */
static bool half_of(uint64_t ttbcr, uint64_t va, bool *high, unsigned *bits)
{
	unsigned t0 = ttbcr & 7, t1 = ttbcr >> 16 & 7;
	bool low_fits = !(va >> (BITS - t0)), high_fits = va >> (BITS - t1) == mask(t1);

	*high = t1 ? high_fits : t0 && !low_fits;
	*bits = BITS - (*high ? t1 : t0);
	return *high || low_fits;
}

static enum walk_kind long_walk(struct insn_cpu *cpu, uint64_t va, unsigned access, uint64_t *gpa,
				struct walk_fault *fault)
{
	uint64_t ttbcr = insn_get(cpu, INSN_TCR), tables = 0, table, d;
	unsigned bits, shift;
	bool high, flat;

	fault->level = 1;
	if (!half_of(ttbcr, va, &high, &bits) || ttbcr >> (high ? 23 : 7) & 1)
		return WALK_TRANSLATION;
	shift = bits > 30 ? 30 : 21;
	flat = ttbcr & TTBCR_T2E && ttbcr >> (high ? 42 : 41) & 1;
	table = insn_get(cpu, high ? INSN_TTBR1 : INSN_TTBR0) & mask(48) & ~mask(bits - shift + 3);
	va &= mask(bits);
	fault->level = 0;
	if (table & ~mask(LONG_OUT))
		return WALK_ADDRESS_SIZE;
	for (fault->level = bits > 30 ? 1 : 2;; fault->level++, shift -= 9) {
		const struct walk_step step = {
			table | va >> shift << 3, 0, 8, (int8_t)fault->level, (uint8_t)shift, flat
		};

		if (!descriptor_read(cpu, step, &d))
			return WALK_TABLE;
		va &= mask(shift);
		if (!(d & LONG_VALID) || (fault->level == 3 && !(d & LONG_TABLE)))
			return WALK_TRANSLATION;
		if (fault->level == 3 || !(d & LONG_TABLE))
			break;
		if (!flat)
			tables |= d >> 61 & 3;
		table = d & mask(48) & ~mask(12);
		if (table & ~mask(LONG_OUT))
			return WALK_ADDRESS_SIZE;
	}
	*gpa = (d & mask(48) & ~mask(shift)) | va;
	if (*gpa & ~mask(LONG_OUT))
		return WALK_ADDRESS_SIZE;
	if (!(d & LONG_AF) && !(access & WALK_LOOK))
		return WALK_ACCESS_FLAG;
	/* AP[2:1], tightened by the tables above: APTable[0] takes User mode's, [1] the writing. */
	d = (d >> 6 & 3 & ~(tables & 1)) | (tables & 2);
	return rights_check(cpu, access, (unsigned)d << 1);
}

enum walk_kind walk_a32(struct insn_cpu *cpu, uint64_t va, unsigned access, uint64_t *gpa,
			struct walk_fault *fault)
{
	*fault = (struct walk_fault){ 0 };
	va &= mask(BITS);
	*gpa = va;
	if (!(insn_get(cpu, INSN_SCTLR) & SCTLR_M))
		return WALK_OK;
	if (insn_get(cpu, INSN_TCR) & TTBCR_EAE)
		fault->kind = long_walk(cpu, va, access, gpa, fault);
	else
		fault->kind = short_walk(cpu, va, access, gpa, fault);
	return fault->kind;
}
