// SPDX-License-Identifier: BSD-2-Clause
// Addressing and register lists of AArch32, general and SIMD.
#include "kvm/insn/form32.h"

#define SIMD_REGS 32 /* S0 to S31, D0 to D31 */
#define VFP_LIST_MAX 16 /* D registers */

void form32_move(struct insn *insn, unsigned reg)
{
	insn->move[insn->count++].reg = form32_number(reg);
}

void form32_offset(struct insn *insn, unsigned base, int offset, bool pre, bool writeback,
		   unsigned pc)
{
	insn->base = form32_number(base);
	insn->start = pre ? offset : 0;
	if (base == FORM32_PC)
		insn->start += pc;
	insn->back = writeback || !pre ? offset : 0;
	insn->writeback = writeback || !pre;
	insn->post = !pre;
}

bool form32_list(struct insn *insn, unsigned base, uint32_t list, bool up, bool before,
		 bool writeback)
{
	int bytes;

	for (unsigned reg = 0; reg < 16; reg++)
		if (insn_bit(list, reg))
			form32_move(insn, reg);
	bytes = 4 * insn->count;
	insn->base = (uint8_t)base;
	insn->start = (up ? 0 : -bytes) + (before == up ? 4 : 0);
	insn->back = up ? bytes : -bytes;
	insn->writeback = writeback;
	insn->aligned = 4;
	return insn->count && base != FORM32_PC;
}

/* --- SIMD --------------------------------------------------------------------------------------- */

/* D register REG's bytes from AT on. */
static void d_move(struct insn *insn, unsigned reg, unsigned at)
{
	insn->move[insn->count++] =
		(struct insn_move){ (uint8_t)(reg / 2), (uint8_t)(reg % 2 * 8 + at) };
}

bool form32_vfp(struct insn *insn, uint32_t word, unsigned pc)
{
	bool pre = insn_bit(word, 24), up = insn_bit(word, 23), back = insn_bit(word, 21),
	     wide = insn_bit(word, 8), high = insn_bit(word, 22), one = pre && !back;
	unsigned base = form32_reg(word, 16), field = form32_reg(word, 12),
		 first = wide ? field | (unsigned)high << 4 : field << 1 | high,
		 words = word & 0xff,
		 regs = one    ? 1
			: wide ? words / 2
			       : words;
	int bytes = (int)words * 4;

	if (!one && pre == up)
		return false;
	if (!regs || first + regs > SIMD_REGS || (wide && regs > VFP_LIST_MAX))
		return false;
	/* T32 has no stores relative to PC. */
	if (base == FORM32_PC && (back || (pc == 4 && (!one || insn->op == INSN_STORE))))
		return false;
	form32_offset(insn, base, up ? bytes : -bytes, pre, back, pc);
	if (!pre) { /* IA: no post-index, but all the same the base itself is where it begins */
		insn->writeback = back;
		insn->post = false;
	}
	for (unsigned i = 0; i < regs; i++) {
		if (wide) {
			d_move(insn, first + i, 0);
			d_move(insn, first + i, 4);
		} else {
			d_move(insn, (first + i) / 2, (first + i) % 2 * 4);
		}
	}
	insn->size = insn->aligned = 4;
	insn->simd = true;
	insn->words = wide;
	insn_name_set(insn, insn->op == INSN_STORE ? "vst" : "vld",
		      one   ? "r"
		      : pre ? "mdb"
			    : "mia",
		      "");
	return true;
}

/* By the field type: structures of so many elements, registers REGS apart, and so often. */
static const struct {
	uint8_t elements, apart, times;
	uint8_t align_most; /* of the field align */
} structures[16] = {
	[0x0] = { 4, 1, 1, 3 }, [0x1] = { 4, 2, 1, 3 }, [0x2] = { 1, 0, 4, 3 },
	[0x3] = { 2, 2, 2, 3 }, [0x4] = { 3, 1, 1, 1 }, [0x5] = { 3, 2, 1, 1 },
	[0x6] = { 1, 0, 3, 1 }, [0x7] = { 1, 0, 1, 1 }, [0x8] = { 2, 1, 1, 2 },
	[0x9] = { 2, 2, 1, 2 }, [0xa] = { 1, 0, 2, 2 },
};

/* The base, the mnemonic, and what the base becomes; false: it is R15. */
static bool structures_address(struct insn *insn, uint32_t word, unsigned elements)
{
	unsigned base = form32_reg(word, 16), index = form32_reg(word, 0);
	const char count[] = { (char)('0' + elements), 0 };

	insn->base = (uint8_t)base;
	insn->simd = true;
	insn->writeback = insn->post = index != FORM32_PC;
	insn->back = index == 13 ? (int64_t)insn->size * insn->count : 0;
	if (index < 13 || index == 14)
		insn->index = (uint8_t)index;
	insn_name_set(insn, insn->op == INSN_STORE ? "vst" : "vld", count, "");
	return base != FORM32_PC;
}

static bool multiple_decode(struct insn *insn, uint32_t word, unsigned first)
{
	unsigned type = word >> 8 & 15, log2 = word >> 6 & 3, align = word >> 4 & 3,
		 elements = structures[type].elements, apart = structures[type].apart,
		 times = structures[type].times, size = log2 == 3 ? 4 : 1u << log2;

	if (!elements || align > structures[type].align_most || (log2 == 3 && elements > 1) ||
	    first + (elements - 1) * apart + times > SIMD_REGS)
		return false;
	for (unsigned t = 0; t < times; t++)
		for (unsigned at = 0; at < 8; at += size)
			for (unsigned e = 0; e < elements; e++)
				d_move(insn, first + t + e * apart, at);
	insn->size = (uint8_t)size;
	insn->words = log2 == 3;
	insn->aligned = (uint8_t)(align ? 4 << align : 0);
	return structures_address(insn, word, elements);
}

#define NEVER 0xff

/* One lane: bytes of alignment by log2 of the size, elements - 1, and the lowest bits of the lane. */
static const uint8_t lane_align[3][4][4] = {
	{ { 0, NEVER }, { 0, 2 }, { 0, NEVER }, { 0, 4 } },
	{ { 0, 2 }, { 0, 4 }, { 0, NEVER }, { 0, 8 } },
	{ { 0, NEVER, NEVER, 4 },
	  { 0, 8, NEVER, NEVER },
	  { 0, NEVER, NEVER, NEVER },
	  { 0, 8, 16, NEVER } },
};

static bool lane_decode(struct insn *insn, uint32_t word, unsigned first)
{
	unsigned log2 = word >> 10 & 3, elements = (word >> 8 & 3) + 1, lane = word >> 4 & 15,
		 apart = log2 && lane >> log2 & 1 ? 2 : 1,
		 align = lane_align[log2][elements - 1][lane & (log2 == 2 ? 3 : 1)];

	if (align == NEVER || (elements == 1 && apart == 2) ||
	    first + (elements - 1) * apart >= SIMD_REGS)
		return false;
	for (unsigned e = 0; e < elements; e++)
		d_move(insn, first + e * apart, lane >> (log2 + 1) << log2);
	insn->size = (uint8_t)(1 << log2);
	insn->aligned = (uint8_t)align;
	return structures_address(insn, word, elements);
}

/* All lanes of each register. VLD1 of two registers fills both with one element. */
static bool all_lanes_decode(struct insn *insn, uint32_t word, unsigned first)
{
	unsigned log2 = word >> 6 & 3, elements = (word >> 8 & 3) + 1, size = 1u << log2;
	bool two = insn_bit(word, 5), align = insn_bit(word, 4);
	unsigned apart = two ? 2 : 1, span = elements == 1 ? two : (elements - 1) * apart;

	if (insn->op == INSN_STORE || first + span >= SIMD_REGS)
		return false;
	if (elements == 4 && log2 == 3 && align)
		size = 4;
	else if (log2 == 3 || (align && (elements == 3 || (elements == 1 && !log2))))
		return false;
	if (elements == 1 && two && first % 2)
		return false;
	for (unsigned e = 0; e < elements; e++)
		d_move(insn, first + e * apart, 0);
	insn->size = (uint8_t)size;
	insn->replicate = elements == 1 && two ? 16 : 8;
	if (align)
		insn->aligned = (uint8_t)(log2 == 3		       ? 16
					  : elements == 4 && log2 == 2 ? 8
								       : elements * size);
	return structures_address(insn, word, elements);
}

bool form32_structures(struct insn *insn, uint32_t word)
{
	unsigned first = form32_reg(word, 12) | (unsigned)insn_bit(word, 22) << 4;

	if (!insn_bit(word, 23))
		return multiple_decode(insn, word, first);
	if ((word >> 10 & 3) == 3)
		return all_lanes_decode(insn, word, first);
	return lane_decode(insn, word, first);
}
