// SPDX-License-Identifier: BSD-2-Clause
// A64's loads, stores and DC ZVA: which row of forms[] a word is of, and what its fields say.
#include "kvm/insn/a64.h"

#include "kvm/insn/a64_simd.h"
#include "kvm/insn/insn.h"

enum form {
	SINGLE,
	SINGLE_USER,
	SINGLE_ORDERED,
	LITERAL,
	PAIR,
	EXCLUSIVE,
	ORDERED,
	COMPARE_SWAP,
	COMPARE_SWAP_PAIR,
	ATOMIC,
	SIMD_MULTIPLE,
	SIMD_SINGLE,
	ZERO_BLOCK,
};

/* What becomes of the base and the offset. */
enum mode { OFFSET, UNSCALED, UNSIGNED, REGISTER, PRE, POST, POST_REGISTER, NONE };

static const struct {
	uint32_t mask, value;
	uint8_t form, mode;
} forms[] = {
	{ 0x3b000000, 0x39000000, SINGLE, UNSIGNED },
	{ 0x3b200c00, 0x38000000, SINGLE, UNSCALED },
	{ 0x3b200c00, 0x38000400, SINGLE, POST },
	{ 0x3f200c00, 0x38000800, SINGLE_USER, UNSCALED },
	{ 0x3b200c00, 0x38000c00, SINGLE, PRE },
	{ 0x3b200c00, 0x38200800, SINGLE, REGISTER },
	{ 0x3b000000, 0x18000000, LITERAL, NONE },
	{ 0x3b800000, 0x28000000, PAIR, OFFSET }, /* no allocate */
	{ 0x3b800000, 0x28800000, PAIR, POST },
	{ 0x3b800000, 0x29000000, PAIR, OFFSET },
	{ 0x3b800000, 0x29800000, PAIR, PRE },
	{ 0xbfa07c00, 0x08207c00, COMPARE_SWAP_PAIR,
	  NONE }, /* ahead of stxp, whose sizes it takes */
	{ 0x3f800000, 0x08000000, EXCLUSIVE, NONE },
	{ 0x3fbf7c00, 0x089f7c00, ORDERED, NONE },
	{ 0x3fa07c00, 0x08a07c00, COMPARE_SWAP, NONE },
	{ 0x3f200c00, 0x38200000, ATOMIC, NONE },
	{ 0x3f200c00, 0x19000000, SINGLE_ORDERED, UNSCALED },
	{ 0xbfbf0000, 0x0c000000, SIMD_MULTIPLE, NONE },
	{ 0xbfa00000, 0x0c800000, SIMD_MULTIPLE, POST_REGISTER },
	{ 0xbf9f0000, 0x0d000000, SIMD_SINGLE, NONE },
	{ 0xbf800000, 0x0d800000, SIMD_SINGLE, POST_REGISTER },
	{ 0xffffffe0, 0xd50b7420, ZERO_BLOCK, NONE },
};

static int64_t signed_bits(uint32_t word, unsigned high, unsigned low)
{
	return (int32_t)(word << (31 - high)) >> (31 - high + low);
}

static uint8_t reg_or_zero(uint32_t n)
{
	return n == 31 ? INSN_ZR : (uint8_t)n;
}

/* COUNT elements of SIZE; a Q register is two moves. */
static void moves_add(struct insn *insn, uint32_t reg, unsigned size)
{
	struct insn_move *move = &insn->move[insn->count];

	insn->size = (uint8_t)(size == 16 ? 8 : size);
	move[0].reg = insn->simd ? (uint8_t)reg : reg_or_zero(reg);
	insn->count++;
	if (size < 16)
		return;
	insn->words = true;
	move[1] = (struct insn_move){ (uint8_t)reg, 8 };
	insn->count++;
}

static bool base_is_moved(const struct insn *insn)
{
	for (unsigned i = 0; !insn->simd && i < insn->count; i++)
		if (insn->move[i].reg == insn->base)
			return true;
	return false;
}

/* An immediate OFFSET by MODE. False: the base would be loaded and written back, or stored. */
static bool offset_set(struct insn *insn, enum mode mode, int64_t offset)
{
	insn->writeback = mode == PRE || mode == POST;
	insn->start = mode == POST ? 0 : offset;
	insn->back = insn->writeback ? offset : 0;
	return !insn->writeback || !base_is_moved(insn);
}

/*
 * --- one register --------------------------------------------------------------------------------
 */

/* By V, size and opc (bits 26, 31:30, 23:22). log2(size) of the element, and how it is loaded. */
enum { STORE = 1 << 3, SIGN = 1 << 4, WIDE = 1 << 5, NO = 0xff };
static const uint8_t single_kind[32] = {
	0 | STORE, 0,	      0 | SIGN | WIDE,
	0 | SIGN, /* B */
	1 | STORE, 1,	      1 | SIGN | WIDE,
	1 | SIGN, /* H */
	2 | STORE, 2,	      2 | SIGN | WIDE,
	NO, /* W */
	3 | STORE, 3,	      NO,
	NO, /* X; prfm */
	0 | STORE, 0,	      4 | STORE,
	4, /* SIMD: B, Q */
	1 | STORE, 1,	      NO,
	NO,	   2 | STORE, 2,
	NO,	   NO,	      3 | STORE,
	3,	   NO,	      NO,
};

/* "ldrsb" and "ldursb" and "ldtrsb": what is between the two. */
static void single_name(struct insn *insn, uint8_t kind, const char *middle)
{
	static const char *const sizes[2][4] = { { "b", "h", "", "" }, { "sb", "sh", "sw", "" } };

	insn_name_set(insn, kind & STORE ? "st" : "ld", middle,
		      insn->simd ? "" : sizes[!!(kind & SIGN)][kind & 3]);
}

static bool single(struct insn *insn, uint32_t word, enum form form, enum mode mode)
{
	unsigned row = insn_bits(word, 26, 26) << 4 | insn_bits(word, 31, 30) << 2 |
		       insn_bits(word, 23, 22);
	uint8_t kind = single_kind[row];
	unsigned scale = kind & 7;

	if (kind == NO)
		return false;
	insn->op = kind & STORE ? INSN_STORE : INSN_LOAD;
	insn->simd = insn->clear = insn_bit(word, 26);
	insn->sign = kind & SIGN;
	insn->width = kind & WIDE || scale == 3 ? 8 : 4;
	insn->user = form == SINGLE_USER;
	single_name(insn, kind,
		    form == SINGLE_ORDERED ? (kind & STORE ? "lur" : "apur")
		    : insn->user	   ? "tr"
		    : mode == UNSCALED	   ? "ur"
					   : "r");
	moves_add(insn, insn_bits(word, 4, 0), 1u << scale);
	if (mode == UNSIGNED)
		return offset_set(insn, OFFSET, (int64_t)insn_bits(word, 21, 10) << scale);
	if (mode != REGISTER)
		return offset_set(insn, mode, signed_bits(word, 20, 12));
	insn->index = reg_or_zero(insn_bits(word, 20, 16));
	insn->extend = (uint8_t)insn_bits(word, 15, 13);
	insn->amount = insn_bit(word, 12) ? (uint8_t)scale : 0;
	return insn->extend & 2; /* the others are unallocated */
}

static bool literal(struct insn *insn, uint32_t word)
{
	unsigned opc = insn_bits(word, 31, 30);

	insn->simd = insn->clear = insn_bit(word, 26);
	if (opc == 3)
		return false; /* prfm, unallocated */
	insn->op = INSN_LOAD;
	insn->base = INSN_PC;
	insn->start = signed_bits(word, 23, 5) * 4;
	insn->sign = opc == 2 && !insn->simd;
	insn->width = opc ? 8 : 4;
	insn_name_set(insn, "ldr", insn->sign ? "sw" : "", "");
	moves_add(insn, insn_bits(word, 4, 0), insn->sign ? 4 : 4u << opc);
	return true;
}

/*
 * --- two registers -------------------------------------------------------------------------------
 */

static bool pair(struct insn *insn, uint32_t word, enum mode mode)
{
	unsigned opc = insn_bits(word, 31, 30), size;
	bool load = insn_bit(word, 22), no_allocate = !insn_bits(word, 24, 23);
	uint32_t first = insn_bits(word, 4, 0), second = insn_bits(word, 14, 10);

	insn->simd = insn->clear = insn_bit(word, 26);
	insn->sign = opc == 1 && !insn->simd;
	if (opc == 3 || (insn->sign && (no_allocate || !load)))
		return false; /* unallocated; stgp */
	insn->op = load ? INSN_LOAD : INSN_STORE;
	size = insn->simd ? 4u << opc : opc == 2 ? 8 : 4;
	insn->width = opc ? 8 : 4;
	insn_name_set(insn, load ? "ld" : "st", no_allocate ? "np" : "p", insn->sign ? "sw" : "");
	moves_add(insn, first, size);
	moves_add(insn, second, size);
	return offset_set(insn, mode, signed_bits(word, 21, 15) * size) &&
	       !(load && first == second);
}

/*
 * --- exclusive, ordered, atomic ------------------------------------------------------------------
 */

static const char *const size_names[4] = { "b", "h", "", "" };

static bool exclusive(struct insn *insn, uint32_t word)
{
	unsigned scale = insn_bits(word, 31, 30);
	bool load = insn_bit(word, 22), two = insn_bit(word, 21), ordered = insn_bit(word, 15);
	uint32_t status = insn_bits(word, 20, 16), first = insn_bits(word, 4, 0),
		 second = insn_bits(word, 14, 10);
	const char *suffix = two ? "p" : "r";

	/* Two of bytes or half words are casp; a field that is not used has all its bits set. */
	if ((two && scale < 2) || (!two && second != 31) || (load && status != 31))
		return false;
	insn->op = load ? INSN_LOAD_EXCLUSIVE : INSN_STORE_EXCLUSIVE;
	insn->width = scale == 3 ? 8 : 4;
	insn->status = load ? INSN_NONE : reg_or_zero(status);
	insn_name_set(insn, load ? (ordered ? "lda" : "ld") : (ordered ? "stl" : "st"), "x",
		      two	   ? suffix
		      : scale == 0 ? "rb"
		      : scale == 1 ? "rh"
				   : suffix);
	moves_add(insn, first, 1u << scale);
	if (two)
		moves_add(insn, second, 1u << scale);
	if (load)
		return !(two && first == second);
	return status != first && !(two && status == second) &&
	       (status != insn_bits(word, 9, 5) || status == 31);
}

static bool ordered(struct insn *insn, uint32_t word)
{
	unsigned scale = insn_bits(word, 31, 30);
	bool load = insn_bit(word, 22), limited = !insn_bit(word, 15);

	insn->op = load ? INSN_LOAD : INSN_STORE;
	insn->width = scale == 3 ? 8 : 4;
	insn_name_set(insn, load ? "ld" : "st",
		      load ? (limited ? "lar" : "ar") : (limited ? "llr" : "lr"),
		      size_names[scale]);
	moves_add(insn, insn_bits(word, 4, 0), 1u << scale);
	return true;
}

static const char *const order_names[4] = { "", "l", "a", "al" }; /* A, then R or L */

static bool compare_swap(struct insn *insn, uint32_t word, bool two)
{
	unsigned scale = two ? 2 + insn_bits(word, 30, 30) : insn_bits(word, 31, 30);
	uint32_t compared = insn_bits(word, 20, 16), stored = insn_bits(word, 4, 0);

	insn->op = INSN_COMPARE_SWAP;
	insn->width = scale == 3 ? 8 : 4;
	insn->status = reg_or_zero(compared);
	insn_name_set(insn, two ? "casp" : "cas",
		      order_names[insn_bits(word, 22, 22) << 1 | insn_bits(word, 15, 15)],
		      two ? "" : size_names[scale]);
	moves_add(insn, stored, 1u << scale);
	if (!two)
		return true;
	moves_add(insn, stored + 1, 1u << scale);
	return !(compared & 1) && !(stored & 1);
}

static bool atomic(struct insn *insn, uint32_t word)
{
	static const struct {
		const char *name;
		uint8_t op;
	} ops[9] = {
		{ "ldadd", INSN_ADD },	 { "ldclr", INSN_CLEAR }, { "ldeor", INSN_XOR },
		{ "ldset", INSN_SET },	 { "ldsmax", INSN_SMAX }, { "ldsmin", INSN_SMIN },
		{ "ldumax", INSN_UMAX }, { "ldumin", INSN_UMIN }, { "swp", INSN_SWAP },
	};
	unsigned scale = insn_bits(word, 31, 30), op = insn_bits(word, 15, 12);
	unsigned order = insn_bits(word, 23, 22);

	insn->width = scale == 3 ? 8 : 4;
	moves_add(insn, insn_bits(word, 4, 0), 1u << scale);
	if (op == 12 && order == 2 && insn_bits(word, 20, 16) == 31) {
		insn->op = INSN_LOAD;
		insn_name_set(insn, "ldapr", size_names[scale], "");
		return true;
	}
	if (op > 8)
		return false;
	insn->op = ops[op].op;
	insn->status = reg_or_zero(insn_bits(word, 20, 16));
	insn_name_set(insn, ops[op].name, order_names[order], size_names[scale]);
	return true;
}

/*
 * --- the rest ------------------------------------------------------------------------------------
 */

static bool zero_block(struct insn *insn, uint32_t word)
{
	insn->op = INSN_ZERO_BLOCK;
	insn->base = reg_or_zero(insn_bits(word, 4, 0));
	insn_name_set(insn, "dc", " zva", "");
	return true;
}

bool a64_decode(uint32_t word, struct insn *insn)
{
	const unsigned rows = sizeof(forms) / sizeof(*forms);
	unsigned i = 0;

	while (i < rows && (word & forms[i].mask) != forms[i].value)
		i++;
	if (i == rows)
		return false;
	*insn = (struct insn){
		.word = word,
		.length = 4,
		.base = (uint8_t)insn_bits(word, 9, 5),
		.index = INSN_NONE,
		.status = INSN_NONE,
	};
	switch ((enum form)forms[i].form) {
	case SINGLE:
	case SINGLE_USER:
	case SINGLE_ORDERED: return single(insn, word, forms[i].form, forms[i].mode);
	case LITERAL: return literal(insn, word);
	case PAIR: return pair(insn, word, forms[i].mode);
	case EXCLUSIVE: return exclusive(insn, word);
	case ORDERED: return ordered(insn, word);
	case COMPARE_SWAP: return compare_swap(insn, word, false);
	case COMPARE_SWAP_PAIR: return compare_swap(insn, word, true);
	case ATOMIC: return atomic(insn, word);
	case SIMD_MULTIPLE: return a64_simd_multiple(insn, word, forms[i].mode == POST_REGISTER);
	case SIMD_SINGLE: return a64_simd_single(insn, word, forms[i].mode == POST_REGISTER);
	case ZERO_BLOCK: return zero_block(insn, word);
	}
	return false;
}
