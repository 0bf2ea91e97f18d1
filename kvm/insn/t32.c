// SPDX-License-Identifier: BSD-2-Clause
// T32, decoded by two tables. Encodings: Arm ARM (DDI 0487) F3.1.
#include "kvm/insn/t32.h"

#include <stddef.h>

#include "kvm/insn/form32.h"

#define PC_AHEAD 4
#define SP 13u
#define LR 14u

enum form {
	/* of two bytes */
	INDEX, /* [Rn, Rm] */
	OFFSET, /* [Rn, #imm5 * size] */
	STACK, /* [SP, #imm8 * 4] */
	NEAR, /* [PC, #imm8 * 4] */
	PUSH,
	POP,
	MANY, /* LDM, STM */
	/* of four */
	LITERAL,
	POSITIVE, /* 12 bits */
	SHIFTED,
	SIGNED, /* 8 bits and P, U, W */
	PAIR,
	LIST,
	WATCH, /* LDREX: with an offset */
	TRY,
	WATCH_PLAIN, /* LDREXB and their kin: [Rn] */
	TRY_PLAIN,
	ACQUIRE,
	VFP,
	STRUCTURES,
};

struct row {
	uint32_t mask, value;
	char name[8];
	uint8_t form, op, size;
	bool sign;
};

static const struct row narrow[] = {
	{ 0xf800, 0x4800, "ldr", NEAR, INSN_LOAD, 4, false },
	{ 0xfe00, 0x5000, "str", INDEX, INSN_STORE, 4, false },
	{ 0xfe00, 0x5200, "strh", INDEX, INSN_STORE, 2, false },
	{ 0xfe00, 0x5400, "strb", INDEX, INSN_STORE, 1, false },
	{ 0xfe00, 0x5600, "ldrsb", INDEX, INSN_LOAD, 1, true },
	{ 0xfe00, 0x5800, "ldr", INDEX, INSN_LOAD, 4, false },
	{ 0xfe00, 0x5a00, "ldrh", INDEX, INSN_LOAD, 2, false },
	{ 0xfe00, 0x5c00, "ldrb", INDEX, INSN_LOAD, 1, false },
	{ 0xfe00, 0x5e00, "ldrsh", INDEX, INSN_LOAD, 2, true },
	{ 0xf800, 0x6000, "str", OFFSET, INSN_STORE, 4, false },
	{ 0xf800, 0x6800, "ldr", OFFSET, INSN_LOAD, 4, false },
	{ 0xf800, 0x7000, "strb", OFFSET, INSN_STORE, 1, false },
	{ 0xf800, 0x7800, "ldrb", OFFSET, INSN_LOAD, 1, false },
	{ 0xf800, 0x8000, "strh", OFFSET, INSN_STORE, 2, false },
	{ 0xf800, 0x8800, "ldrh", OFFSET, INSN_LOAD, 2, false },
	{ 0xf800, 0x9000, "str", STACK, INSN_STORE, 4, false },
	{ 0xf800, 0x9800, "ldr", STACK, INSN_LOAD, 4, false },
	{ 0xfe00, 0xb400, "push", PUSH, INSN_STORE, 4, false },
	{ 0xfe00, 0xbc00, "pop", POP, INSN_LOAD, 4, false },
	{ 0xf800, 0xc000, "stm", MANY, INSN_STORE, 4, false },
	{ 0xf800, 0xc800, "ldm", MANY, INSN_LOAD, 4, false },
};

/* The first row that fits: literals stand ahead of what they are special cases of. */
static const struct row wide[] = {
	{ 0xff7f0000, 0xf81f0000, "ldrb", LITERAL, INSN_LOAD, 1, false },
	{ 0xff7f0000, 0xf83f0000, "ldrh", LITERAL, INSN_LOAD, 2, false },
	{ 0xff7f0000, 0xf85f0000, "ldr", LITERAL, INSN_LOAD, 4, false },
	{ 0xff7f0000, 0xf91f0000, "ldrsb", LITERAL, INSN_LOAD, 1, true },
	{ 0xff7f0000, 0xf93f0000, "ldrsh", LITERAL, INSN_LOAD, 2, true },
	{ 0xfff00000, 0xf8800000, "strb", POSITIVE, INSN_STORE, 1, false },
	{ 0xfff00000, 0xf8900000, "ldrb", POSITIVE, INSN_LOAD, 1, false },
	{ 0xfff00000, 0xf8a00000, "strh", POSITIVE, INSN_STORE, 2, false },
	{ 0xfff00000, 0xf8b00000, "ldrh", POSITIVE, INSN_LOAD, 2, false },
	{ 0xfff00000, 0xf8c00000, "str", POSITIVE, INSN_STORE, 4, false },
	{ 0xfff00000, 0xf8d00000, "ldr", POSITIVE, INSN_LOAD, 4, false },
	{ 0xfff00000, 0xf9900000, "ldrsb", POSITIVE, INSN_LOAD, 1, true },
	{ 0xfff00000, 0xf9b00000, "ldrsh", POSITIVE, INSN_LOAD, 2, true },
	{ 0xfff00fc0, 0xf8000000, "strb", SHIFTED, INSN_STORE, 1, false },
	{ 0xfff00fc0, 0xf8100000, "ldrb", SHIFTED, INSN_LOAD, 1, false },
	{ 0xfff00fc0, 0xf8200000, "strh", SHIFTED, INSN_STORE, 2, false },
	{ 0xfff00fc0, 0xf8300000, "ldrh", SHIFTED, INSN_LOAD, 2, false },
	{ 0xfff00fc0, 0xf8400000, "str", SHIFTED, INSN_STORE, 4, false },
	{ 0xfff00fc0, 0xf8500000, "ldr", SHIFTED, INSN_LOAD, 4, false },
	{ 0xfff00fc0, 0xf9100000, "ldrsb", SHIFTED, INSN_LOAD, 1, true },
	{ 0xfff00fc0, 0xf9300000, "ldrsh", SHIFTED, INSN_LOAD, 2, true },
	{ 0xfff00800, 0xf8000800, "strb", SIGNED, INSN_STORE, 1, false },
	{ 0xfff00800, 0xf8100800, "ldrb", SIGNED, INSN_LOAD, 1, false },
	{ 0xfff00800, 0xf8200800, "strh", SIGNED, INSN_STORE, 2, false },
	{ 0xfff00800, 0xf8300800, "ldrh", SIGNED, INSN_LOAD, 2, false },
	{ 0xfff00800, 0xf8400800, "str", SIGNED, INSN_STORE, 4, false },
	{ 0xfff00800, 0xf8500800, "ldr", SIGNED, INSN_LOAD, 4, false },
	{ 0xfff00800, 0xf9100800, "ldrsb", SIGNED, INSN_LOAD, 1, true },
	{ 0xfff00800, 0xf9300800, "ldrsh", SIGNED, INSN_LOAD, 2, true },
	{ 0xffd00000, 0xe8800000, "stm", LIST, INSN_STORE, 4, false },
	{ 0xffd00000, 0xe8900000, "ldm", LIST, INSN_LOAD, 4, false },
	{ 0xffd00000, 0xe9000000, "stmdb", LIST, INSN_STORE, 4, false },
	{ 0xffd00000, 0xe9100000, "ldmdb", LIST, INSN_LOAD, 4, false },
	{ 0xfff00f00, 0xe8500f00, "ldrex", WATCH, INSN_LOAD_EXCLUSIVE, 4, false },
	{ 0xfff00000, 0xe8400000, "strex", TRY, INSN_STORE_EXCLUSIVE, 4, false },
	{ 0xfff00fff, 0xe8d00f4f, "ldrexb", WATCH_PLAIN, INSN_LOAD_EXCLUSIVE, 1, false },
	{ 0xfff00fff, 0xe8d00f5f, "ldrexh", WATCH_PLAIN, INSN_LOAD_EXCLUSIVE, 2, false },
	{ 0xfff000ff, 0xe8d0007f, "ldrexd", WATCH_PLAIN, INSN_LOAD_EXCLUSIVE, 8, false },
	{ 0xfff00fff, 0xe8d00fcf, "ldaexb", WATCH_PLAIN, INSN_LOAD_EXCLUSIVE, 1, false },
	{ 0xfff00fff, 0xe8d00fdf, "ldaexh", WATCH_PLAIN, INSN_LOAD_EXCLUSIVE, 2, false },
	{ 0xfff00fff, 0xe8d00fef, "ldaex", WATCH_PLAIN, INSN_LOAD_EXCLUSIVE, 4, false },
	{ 0xfff000ff, 0xe8d000ff, "ldaexd", WATCH_PLAIN, INSN_LOAD_EXCLUSIVE, 8, false },
	{ 0xfff00ff0, 0xe8c00f40, "strexb", TRY_PLAIN, INSN_STORE_EXCLUSIVE, 1, false },
	{ 0xfff00ff0, 0xe8c00f50, "strexh", TRY_PLAIN, INSN_STORE_EXCLUSIVE, 2, false },
	{ 0xfff000f0, 0xe8c00070, "strexd", TRY_PLAIN, INSN_STORE_EXCLUSIVE, 8, false },
	{ 0xfff00ff0, 0xe8c00fc0, "stlexb", TRY_PLAIN, INSN_STORE_EXCLUSIVE, 1, false },
	{ 0xfff00ff0, 0xe8c00fd0, "stlexh", TRY_PLAIN, INSN_STORE_EXCLUSIVE, 2, false },
	{ 0xfff00ff0, 0xe8c00fe0, "stlex", TRY_PLAIN, INSN_STORE_EXCLUSIVE, 4, false },
	{ 0xfff000f0, 0xe8c000f0, "stlexd", TRY_PLAIN, INSN_STORE_EXCLUSIVE, 8, false },
	{ 0xfff00fff, 0xe8d00f8f, "ldab", ACQUIRE, INSN_LOAD, 1, false },
	{ 0xfff00fff, 0xe8d00f9f, "ldah", ACQUIRE, INSN_LOAD, 2, false },
	{ 0xfff00fff, 0xe8d00faf, "lda", ACQUIRE, INSN_LOAD, 4, false },
	{ 0xfff00fff, 0xe8c00f8f, "stlb", ACQUIRE, INSN_STORE, 1, false },
	{ 0xfff00fff, 0xe8c00f9f, "stlh", ACQUIRE, INSN_STORE, 2, false },
	{ 0xfff00fff, 0xe8c00faf, "stl", ACQUIRE, INSN_STORE, 4, false },
	{ 0xfe500000, 0xe8400000, "strd", PAIR, INSN_STORE, 4, false },
	{ 0xfe500000, 0xe8500000, "ldrd", PAIR, INSN_LOAD, 4, false },
	{ 0xfe100e00, 0xec000a00, "", VFP, INSN_STORE, 4, false },
	{ 0xfe100e00, 0xec100a00, "", VFP, INSN_LOAD, 4, false },
	{ 0xff300000, 0xf9000000, "", STRUCTURES, INSN_STORE, 0, false },
	{ 0xff300000, 0xf9200000, "", STRUCTURES, INSN_LOAD, 0, false },
};

/* --- two bytes ---------------------------------------------------------------------------------- */

static unsigned low_reg(uint32_t word, unsigned at)
{
	return word >> at & 7;
}

static bool narrow_decode(struct insn *insn, uint32_t word, enum form form)
{
	unsigned eight = word & 0xff, middle = low_reg(word, 8), base = low_reg(word, 3);
	bool extra = insn_bit(word, 8);

	switch (form) {
	case PUSH: return form32_list(insn, SP, eight | (uint32_t)extra << LR, false, true, true);
	case POP:
		return form32_list(insn, SP, eight | (uint32_t)extra << FORM32_PC, true, false,
				   true);
	case MANY:
		return form32_list(insn, middle, eight, true, false,
				   insn->op == INSN_STORE || !insn_bit(word, middle));
	case STACK:
	case NEAR:
		form32_move(insn, middle);
		form32_offset(insn, form == STACK ? SP : FORM32_PC, (int)eight * 4, true, false,
			      PC_AHEAD);
		return true;
	case INDEX:
		insn->index = (uint8_t)low_reg(word, 6);
		form32_move(insn, low_reg(word, 0));
		form32_offset(insn, base, 0, true, false, PC_AHEAD);
		return true;
	default:
		form32_move(insn, low_reg(word, 0));
		form32_offset(insn, base, (int)(word >> 6 & 31) * insn->size, true, false,
			      PC_AHEAD);
		return true;
	}
}

/* --- four bytes --------------------------------------------------------------------------------- */

static bool moved(const struct insn *insn, unsigned reg)
{
	for (unsigned i = 0; i < insn->count; i++)
		if (insn->move[i].reg == reg)
			return true;
	return false;
}

static bool signed_decode(struct insn *insn, uint32_t word)
{
	bool pre = insn_bit(word, 10), up = insn_bit(word, 9), back = insn_bit(word, 8);
	unsigned base = form32_reg(word, 16);
	int offset = (int)(word & 0xff);

	if (!pre && !back)
		return false;
	insn->user = pre && up && !back;
	if (insn->user)
		insn_name_set(insn, insn->name, "t", "");
	if (insn->user && moved(insn, INSN_PC))
		return false;
	form32_offset(insn, base, up ? offset : -offset, pre, back, PC_AHEAD);
	return !(insn->writeback && moved(insn, base));
}

/* LDR, STR, LDRB .. in all modes. R15 is loaded by LDR only: elsewhere it means a hint. */
static bool single_decode(struct insn *insn, uint32_t word, enum form form)
{
	unsigned reg = form32_reg(word, 12), base = form32_reg(word, 16);
	int offset = (int)(word & 0xfff);

	if (reg == FORM32_PC && (insn->size != 4 || insn->op == INSN_STORE))
		return false;
	if (base == FORM32_PC && form != LITERAL)
		return false;
	form32_move(insn, reg);
	if (form == SIGNED)
		return signed_decode(insn, word);
	if (form == SHIFTED) {
		insn->index = (uint8_t)form32_reg(word, 0);
		insn->amount = word >> 4 & 3;
		offset = 0;
	}
	if (form == LITERAL && !insn_bit(word, 23))
		offset = -offset;
	form32_offset(insn, base, offset, true, false, PC_AHEAD);
	return insn->index != FORM32_PC;
}

static bool pair_decode(struct insn *insn, uint32_t word)
{
	bool pre = insn_bit(word, 24), up = insn_bit(word, 23), back = insn_bit(word, 21),
	     load = insn->op == INSN_LOAD;
	unsigned base = form32_reg(word, 16), one = form32_reg(word, 12),
		 other = form32_reg(word, 8);
	int offset = (int)(word & 0xff) * 4;

	if ((!pre && !back) || one == FORM32_PC || other == FORM32_PC || (load && one == other))
		return false;
	form32_move(insn, one);
	form32_move(insn, other);
	insn->aligned = 4;
	form32_offset(insn, base, up ? offset : -offset, pre, back, PC_AHEAD);
	return !(base == FORM32_PC && (back || !load)) && !(insn->writeback && moved(insn, base));
}

static bool list_decode(struct insn *insn, uint32_t word)
{
	bool back = insn_bit(word, 21), down = insn_bit(word, 24), load = insn->op == INSN_LOAD;
	unsigned base = form32_reg(word, 16);
	uint32_t list = word & 0xffff,
		 never = 1u << SP |
			 (load ? list & 1u << LR ? 1u << FORM32_PC : 0 : 1u << FORM32_PC);

	if (list & never || (back && insn_bit(list, base)))
		return false;
	return form32_list(insn, base, list, !down, down, back) && insn->count > 1;
}

/* [Rn, #OFFSET]; two registers where the size is 8. LDREXD's and STREXD's second one is at 8. */
static bool watch_decode(struct insn *insn, uint32_t word, int offset)
{
	unsigned base = form32_reg(word, 16), reg = form32_reg(word, 12),
		 other = form32_reg(word, 8);
	bool two = insn->size == 8;

	form32_offset(insn, base, offset, true, false, PC_AHEAD);
	insn->aligned = insn->size;
	form32_move(insn, reg);
	if (two) {
		form32_move(insn, other);
		insn->size = 4;
	}
	return base != FORM32_PC && reg != FORM32_PC &&
	       !(two && (other == FORM32_PC || (other == reg && insn->op != INSN_STORE_EXCLUSIVE)));
}

static bool try_decode(struct insn *insn, uint32_t word, unsigned status, int offset)
{
	insn->status = (uint8_t)status;
	return watch_decode(insn, word, offset) && status != FORM32_PC && status != insn->base &&
	       !moved(insn, status);
}

static bool wide_decode(struct insn *insn, uint32_t word, enum form form)
{
	int offset = (int)(word & 0xff) * 4;

	switch (form) {
	case PAIR: return pair_decode(insn, word);
	case LIST: return list_decode(insn, word);
	case WATCH: return watch_decode(insn, word, offset);
	case TRY: return try_decode(insn, word, form32_reg(word, 8), offset);
	case WATCH_PLAIN:
	case ACQUIRE: return watch_decode(insn, word, 0);
	case TRY_PLAIN: return try_decode(insn, word, form32_reg(word, 0), 0);
	case VFP: return form32_vfp(insn, word, PC_AHEAD);
	case STRUCTURES: return form32_structures(insn, word);
	default: return single_decode(insn, word, form);
	}
}

bool t32_decode(uint32_t word, struct insn *insn)
{
	bool four = word >> 16;
	const struct row *row = four ? wide : narrow,
			 *end = four ? wide + sizeof(wide) / sizeof(wide[0])
				     : narrow + sizeof(narrow) / sizeof(narrow[0]);

	while (row < end && (word & row->mask) != row->value)
		row++;
	if (row == end)
		return false;
	*insn = (struct insn){ .word = word,
			       .length = four ? 4 : 2,
			       .op = row->op,
			       .index = INSN_NONE,
			       .size = row->size,
			       .width = 4,
			       .sign = row->sign };
	insn_name_set(insn, row->name, "", "");
	return four ? wide_decode(insn, word, row->form) : narrow_decode(insn, word, row->form);
}
