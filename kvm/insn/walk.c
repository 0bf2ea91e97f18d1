// SPDX-License-Identifier: BSD-2-Clause
// AArch64's translation tables, stage 1 of the EL1&0 regime.
#include "kvm/insn/walk.h"

#include <stddef.h>

#include "kvm/insn/insn.h"
#include "kvm/insn/walk_a32.h"

#define SCTLR_M (1u << 0)
#define SCTLR_EE (1u << 25)
#define TCR_HA (1ull << 39)
#define TCR_HD (1ull << 40)
#define TCR_DS (1ull << 59)
#define PSTATE_EL (3u << 2)
#define PSTATE_PAN (1u << 22)
#define PSTATE_UAO (1u << 23)

#define DESC_VALID (1u << 0)
#define DESC_TABLE (1u << 1) /* at level 3: a page */
#define DESC_USER (1u << 6) /* AP[1] */
#define DESC_READ_ONLY (1u << 7) /* AP[2] */
#define DESC_AF (1u << 10)
#define DESC_DBM (1ull << 51)
#define TABLE_NO_USER (1ull << 61) /* APTable[0] */
#define TABLE_READ_ONLY (1ull << 62) /* APTable[1] */

/* One half of the address space, as TCR_EL1 has it. */
struct half {
	unsigned input; /* bits of an address that are translated */
	unsigned page; /* log2 of the granule */
	bool off, high, top_byte_ignored, flat, user_off;
	bool wide; /* tables hold addresses of 52 bits */
};

static uint64_t mask(unsigned bits)
{
	return bits >= 64 ? UINT64_MAX : (1ull << bits) - 1;
}

static void half_read(struct half *half, uint64_t tcr, bool high)
{
	static const uint8_t low_page[4] = { 12, 16, 14, 12 }, high_page[4] = { 12, 14, 12, 16 };
	unsigned size = tcr >> (high ? 16 : 0) & 63, least, most;

	half->high = high;
	half->off = tcr >> (high ? 23 : 7) & 1;
	half->page = high ? high_page[tcr >> 30 & 3] : low_page[tcr >> 14 & 3];
	half->top_byte_ignored = tcr >> (high ? 38 : 37) & 1;
	half->flat = tcr >> (high ? 42 : 41) & 1;
	half->user_off = tcr >> (high ? 56 : 55) & 1;
	half->wide = half->page == 16 || tcr & TCR_DS;
	least = half->wide ? 12 : 16;
	most = half->page == 16 ? 47 : 48;
	half->input = 64 - (size < least ? least : size > most ? most : size);
}

/* Address bits of a descriptor, or of TTBR, from bit LOW on. */
static uint64_t address_of(const struct half *half, uint64_t descriptor, unsigned low)
{
	uint64_t address = descriptor & mask(48) & ~mask(low);

	if (half->wide && half->page == 16)
		return address | (descriptor >> 12 & 15) << 48;
	if (half->wide)
		return address | (descriptor >> 48 & 3) << 48 | (descriptor >> 8 & 3) << 50;
	return address;
}

static unsigned output_bits(uint64_t tcr)
{
	static const uint8_t bits[8] = { 32, 36, 40, 42, 44, 48, 52, 52 };

	return bits[tcr >> 32 & 7];
}

bool walk_descriptor(struct insn_cpu *cpu, struct walk_step *step, bool big)
{
	const void *at = cpu->memory(cpu, step->gpa, false);
	uint64_t value;

	if (!at)
		return false;
	value = step->size == 8 ? __atomic_load_n((const uint64_t *)at, __ATOMIC_ACQUIRE)
				: __atomic_load_n((const uint32_t *)at, __ATOMIC_ACQUIRE);
	if (big)
		value = step->size == 8 ? __builtin_bswap64(value)
					: __builtin_bswap32((uint32_t)value);
	step->value = value;
	if (cpu->trail && cpu->trail->steps < WALK_LEVELS)
		cpu->trail->step[cpu->trail->steps++] = *step;
	return true;
}

struct walk_half walk_half(struct insn_cpu *cpu, bool high)
{
	struct half half;

	half_read(&half, insn_get(cpu, INSN_TCR), high);
	return (struct walk_half){ half.off ? 0 : half.input, half.page };
}

/* Access flag and dirty state, which the CPU itself writes where TCR asks for it. */
static enum walk_kind descriptor_update(struct insn_cpu *cpu, uint64_t gpa, bool big, uint64_t was,
					uint64_t now)
{
	uint64_t *at = cpu->memory(cpu, gpa, true);

	if (!at)
		return WALK_TABLE;
	if (big) {
		was = __builtin_bswap64(was);
		now = __builtin_bswap64(now);
	}
	/* Another CPU was faster: its entry holds, and is looked at when the next access faults. */
	__atomic_compare_exchange_n(at, &was, now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return WALK_OK;
}

static enum walk_kind rights_check(struct insn_cpu *cpu, unsigned access, uint64_t descriptor,
				   uint64_t tables)
{
	uint64_t pstate = insn_get(cpu, INSN_PSTATE);
	bool el0 = !(pstate & PSTATE_EL);
	bool user = el0 || (access & WALK_USER && !(pstate & PSTATE_UAO));
	bool to_user = descriptor & DESC_USER && !(tables & TABLE_NO_USER);

	if (access & WALK_FETCH)
		return WALK_OK;
	if (user ? !to_user : to_user && pstate & PSTATE_PAN)
		return WALK_PERMISSION;
	if (access & WALK_WRITE && (descriptor & DESC_READ_ONLY || tables & TABLE_READ_ONLY))
		return WALK_PERMISSION;
	return WALK_OK;
}

/* DESCRIPTOR at GPA maps the address: may it be used so? */
static enum walk_kind leaf(struct insn_cpu *cpu, unsigned access, uint64_t gpa, uint64_t descriptor,
			   uint64_t tables)
{
	uint64_t tcr = insn_get(cpu, INSN_TCR), now = descriptor;
	enum walk_kind kind;

	if (access & WALK_LOOK)
		return WALK_OK;
	if (!(now & DESC_AF) && !(tcr & TCR_HA))
		return WALK_ACCESS_FLAG;
	now |= DESC_AF;
	if (tcr & TCR_HA && tcr & TCR_HD && now & DESC_DBM && access & WALK_WRITE)
		now &= ~(uint64_t)DESC_READ_ONLY;
	kind = rights_check(cpu, access, now, tables);
	if (kind == WALK_OK && now != descriptor)
		kind = descriptor_update(cpu, gpa, insn_get(cpu, INSN_SCTLR) & SCTLR_EE, descriptor,
					 now);
	return kind;
}

static bool block_allowed(const struct half *half, int level)
{
	if (half->page == 12)
		return level >= (half->wide ? 0 : 1);
	return level >= (half->wide ? 1 : 2);
}

static enum walk_kind tables_walk(struct insn_cpu *cpu, const struct half *half, uint64_t va,
				  unsigned access, uint64_t *gpa, int *level)
{
	uint64_t tcr = insn_get(cpu, INSN_TCR), tables = 0, descriptor;
	struct walk_step step = { .size = 8, .flat = half->flat };
	uint64_t ttbr = insn_get(cpu, half->high ? INSN_TTBR1 : INSN_TTBR0);
	bool big = insn_get(cpu, INSN_SCTLR) & SCTLR_EE;
	unsigned stride = half->page - 3, out = output_bits(tcr);
	unsigned levels = (half->input - half->page + stride - 1) / stride;
	unsigned shift = half->page + stride * (levels - 1);
	uint64_t table = ttbr & mask(48) & ~mask(half->input - shift + 3);

	if (half->wide && out == 52)
		table = (ttbr & mask(48) & ~mask(6)) | (ttbr >> 2 & 15) << 48;
	va &= mask(half->input);
	*level = 0;
	if (table & ~mask(out))
		return WALK_ADDRESS_SIZE;
	for (*level = 4 - (int)levels;; ++*level, shift -= stride) {
		/* The first table may be smaller than the others, never larger. */
		step.gpa = table + (va >> shift & mask(stride)) * 8;
		step.level = (int8_t)*level;
		step.span = (uint8_t)shift;
		if (!walk_descriptor(cpu, &step, big))
			return WALK_TABLE;
		descriptor = step.value;
		if (!(descriptor & DESC_VALID) || (*level == 3 && !(descriptor & DESC_TABLE)))
			return WALK_TRANSLATION;
		if (*level == 3 || !(descriptor & DESC_TABLE))
			break;
		table = address_of(half, descriptor, half->page);
		if (table & ~mask(out))
			return WALK_ADDRESS_SIZE;
		if (!half->flat)
			tables |= descriptor & (TABLE_NO_USER | TABLE_READ_ONLY);
	}
	if (*level < 3 && !block_allowed(half, *level))
		return WALK_TRANSLATION;
	*gpa = address_of(half, descriptor, shift) | (va & mask(shift));
	if (*gpa & ~mask(out))
		return WALK_ADDRESS_SIZE;
	return leaf(cpu, access, step.gpa, descriptor, tables);
}

enum walk_kind walk(struct insn_cpu *cpu, uint64_t va, unsigned access, uint64_t *gpa,
		    struct walk_fault *fault)
{
	bool high = va >> 55 & 1, on;
	struct half half;
	uint64_t above;

	if (cpu->trail)
		cpu->trail->steps = 0;
	if (cpu->aarch32)
		return walk_a32(cpu, va, access, gpa, fault);
	*fault = (struct walk_fault){ 0 };
	*gpa = va;
	on = insn_get(cpu, INSN_SCTLR) & SCTLR_M;
	if (!on && !(va & ~mask(52)))
		return WALK_OK;
	half_read(&half, insn_get(cpu, INSN_TCR), high);
	above = half.top_byte_ignored ? mask(56) : UINT64_MAX;
	if (!on) {
		*gpa = va & above;
		fault->kind = *gpa & ~mask(52) ? WALK_ADDRESS_SIZE : WALK_OK;
		return fault->kind;
	}
	above &= ~mask(half.input);
	if (half.off || (va & above) != (high ? above : 0) ||
	    (half.user_off && !(access & WALK_LOOK) && !(insn_get(cpu, INSN_PSTATE) & PSTATE_EL)))
		fault->kind = WALK_TRANSLATION;
	else
		fault->kind = tables_walk(cpu, &half, va, access, gpa, &fault->level);
	return fault->kind;
}
