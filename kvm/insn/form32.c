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
		if (form32_bit(list, reg))
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
	bool pre = form32_bit(word, 24), up = form32_bit(word, 23), back = form32_bit(word, 21),
	     wide = form32_bit(word, 8), high = form32_bit(word, 22), one = pre && !back;
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

bool form32_structures(struct insn *insn, uint32_t word)
{
	unsigned type = word >> 8 & 15, log2 = word >> 6 & 3, align = word >> 4 & 3,
		 base = form32_reg(word, 16), index = form32_reg(word, 0),
		 first = form32_reg(word, 12) | (unsigned)form32_bit(word, 22) << 4,
		 elements = structures[type].elements, apart = structures[type].apart,
		 times = structures[type].times, size = log2 == 3 ? 4 : 1u << log2;

	if (form32_bit(word, 23) || !elements || align > structures[type].align_most ||
	    (log2 == 3 && elements > 1) || base == FORM32_PC ||
	    first + (elements - 1) * apart + times > SIMD_REGS)
		return false;
	for (unsigned t = 0; t < times; t++)
		for (unsigned at = 0; at < 8; at += size)
			for (unsigned e = 0; e < elements; e++)
				d_move(insn, first + t + e * apart, at);
	insn->base = (uint8_t)base;
	insn->size = (uint8_t)size;
	insn->simd = true;
	insn->words = log2 == 3;
	insn->aligned = (uint8_t)(align ? 4 << align : 0);
	insn->writeback = insn->post = index != FORM32_PC;
	insn->back = index == 13 ? (int64_t)size * insn->count : 0;
	if (index < 13 || index == 14)
		insn->index = (uint8_t)index;
	insn_name_set(insn, insn->op == INSN_STORE ? "vst" : "vld",
		      (const char[]){ (char)('0' + elements), 0 }, "");
	return true;
}
