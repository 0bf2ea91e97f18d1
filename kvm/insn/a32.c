// SPDX-License-Identifier: BSD-2-Clause
// A32, decoded by a table. Encodings: Arm ARM (DDI 0487) F4.1.
#include "kvm/insn/a32.h"

#include <stddef.h>

#include "kvm/insn/form32.h"

#define PC_AHEAD 8

enum form {
	WORD, /* LDR, LDRB: 12-bit offset, or a shifted register */
	HALF, /* LDRH, LDRSB, LDRSH: 8-bit offset, or a register */
	PAIR, /* LDRD */
	LIST,
	WATCH, /* exclusive loads */
	TRY, /* exclusive stores */
	ACQUIRE,
	RELEASE,
	VFP,
	STRUCTURES,
};

static const struct row {
	uint32_t mask, value;
	char name[8];
	uint8_t form, op, size;
	bool sign;
} rows[] = {
	{ 0xff300000, 0xf4000000, "", STRUCTURES, INSN_STORE, 0, false },
	{ 0xff300000, 0xf4200000, "", STRUCTURES, INSN_LOAD, 0, false },
	{ 0x0e500000, 0x04000000, "str", WORD, INSN_STORE, 4, false },
	{ 0x0e500000, 0x04100000, "ldr", WORD, INSN_LOAD, 4, false },
	{ 0x0e500000, 0x04400000, "strb", WORD, INSN_STORE, 1, false },
	{ 0x0e500000, 0x04500000, "ldrb", WORD, INSN_LOAD, 1, false },
	{ 0x0e500010, 0x06000000, "str", WORD, INSN_STORE, 4, false },
	{ 0x0e500010, 0x06100000, "ldr", WORD, INSN_LOAD, 4, false },
	{ 0x0e500010, 0x06400000, "strb", WORD, INSN_STORE, 1, false },
	{ 0x0e500010, 0x06500000, "ldrb", WORD, INSN_LOAD, 1, false },
	{ 0x0e1000f0, 0x000000b0, "strh", HALF, INSN_STORE, 2, false },
	{ 0x0e1000f0, 0x001000b0, "ldrh", HALF, INSN_LOAD, 2, false },
	{ 0x0e1000f0, 0x001000d0, "ldrsb", HALF, INSN_LOAD, 1, true },
	{ 0x0e1000f0, 0x001000f0, "ldrsh", HALF, INSN_LOAD, 2, true },
	{ 0x0e1000f0, 0x000000d0, "ldrd", PAIR, INSN_LOAD, 4, false },
	{ 0x0e1000f0, 0x000000f0, "strd", PAIR, INSN_STORE, 4, false },
	{ 0x0e100000, 0x08000000, "stm", LIST, INSN_STORE, 4, false },
	{ 0x0e100000, 0x08100000, "ldm", LIST, INSN_LOAD, 4, false },
	{ 0x0ff00fff, 0x01900f9f, "ldrex", WATCH, INSN_LOAD_EXCLUSIVE, 4, false },
	{ 0x0ff00fff, 0x01b00f9f, "ldrexd", WATCH, INSN_LOAD_EXCLUSIVE, 8, false },
	{ 0x0ff00fff, 0x01d00f9f, "ldrexb", WATCH, INSN_LOAD_EXCLUSIVE, 1, false },
	{ 0x0ff00fff, 0x01f00f9f, "ldrexh", WATCH, INSN_LOAD_EXCLUSIVE, 2, false },
	{ 0x0ff00fff, 0x01900e9f, "ldaex", WATCH, INSN_LOAD_EXCLUSIVE, 4, false },
	{ 0x0ff00fff, 0x01b00e9f, "ldaexd", WATCH, INSN_LOAD_EXCLUSIVE, 8, false },
	{ 0x0ff00fff, 0x01d00e9f, "ldaexb", WATCH, INSN_LOAD_EXCLUSIVE, 1, false },
	{ 0x0ff00fff, 0x01f00e9f, "ldaexh", WATCH, INSN_LOAD_EXCLUSIVE, 2, false },
	{ 0x0ff00ff0, 0x01800f90, "strex", TRY, INSN_STORE_EXCLUSIVE, 4, false },
	{ 0x0ff00ff0, 0x01a00f90, "strexd", TRY, INSN_STORE_EXCLUSIVE, 8, false },
	{ 0x0ff00ff0, 0x01c00f90, "strexb", TRY, INSN_STORE_EXCLUSIVE, 1, false },
	{ 0x0ff00ff0, 0x01e00f90, "strexh", TRY, INSN_STORE_EXCLUSIVE, 2, false },
	{ 0x0ff00ff0, 0x01800e90, "stlex", TRY, INSN_STORE_EXCLUSIVE, 4, false },
	{ 0x0ff00ff0, 0x01a00e90, "stlexd", TRY, INSN_STORE_EXCLUSIVE, 8, false },
	{ 0x0ff00ff0, 0x01c00e90, "stlexb", TRY, INSN_STORE_EXCLUSIVE, 1, false },
	{ 0x0ff00ff0, 0x01e00e90, "stlexh", TRY, INSN_STORE_EXCLUSIVE, 2, false },
	{ 0x0ff00fff, 0x01900c9f, "lda", ACQUIRE, INSN_LOAD, 4, false },
	{ 0x0ff00fff, 0x01d00c9f, "ldab", ACQUIRE, INSN_LOAD, 1, false },
	{ 0x0ff00fff, 0x01f00c9f, "ldah", ACQUIRE, INSN_LOAD, 2, false },
	{ 0x0ff0fff0, 0x0180fc90, "stl", RELEASE, INSN_STORE, 4, false },
	{ 0x0ff0fff0, 0x01c0fc90, "stlb", RELEASE, INSN_STORE, 1, false },
	{ 0x0ff0fff0, 0x01e0fc90, "stlh", RELEASE, INSN_STORE, 2, false },
	{ 0x0e100e00, 0x0c000a00, "", VFP, INSN_STORE, 4, false },
	{ 0x0e100e00, 0x0c100a00, "", VFP, INSN_LOAD, 4, false },
};

/* Arm ARM DecodeImmShift() of bits 11..5. */
static void shift_decode(struct insn *insn, uint32_t word)
{
	insn->shift = word >> 5 & 3;
	insn->amount = word >> 7 & 31;
	if (insn->amount)
		return;
	if (insn->shift == INSN_ROR) {
		insn->shift = INSN_RRX;
		insn->amount = 1;
	} else if (insn->shift != INSN_LSL) {
		insn->amount = 32;
	}
}

/* The address of WORD, HALF and PAIR: an offset, or a register. */
static bool address_decode(struct insn *insn, uint32_t word, int offset, bool by_register)
{
	bool pre = insn_bit(word, 24), up = insn_bit(word, 23), back = insn_bit(word, 21);
	unsigned base = form32_reg(word, 16);

	form32_offset(insn, base, by_register ? 0 : up ? offset : -offset, pre, back, PC_AHEAD);
	for (unsigned i = 0; insn->writeback && i < insn->count; i++)
		if (insn->move[i].reg == insn->base)
			return false;
	if (by_register) {
		insn->index = (uint8_t)form32_reg(word, 0);
		insn->subtract = !up;
	}
	return !(insn->writeback && base == FORM32_PC) && insn->index != FORM32_PC;
}

static bool single_decode(struct insn *insn, uint32_t word, enum form form)
{
	unsigned reg = form32_reg(word, 12);
	int offset = (int)(form == WORD ? word & 0xfff : (word >> 4 & 0xf0) | (word & 0xf));
	bool by_register = form == WORD ? insn_bit(word, 25) : !insn_bit(word, 22);

	insn->user = !insn_bit(word, 24) && insn_bit(word, 21);
	if (insn->user)
		insn_name_set(insn, insn->name, "t", "");
	if (reg == FORM32_PC && (insn->size != 4 || (insn->user && insn->op == INSN_LOAD)))
		return false;
	if (form == HALF && by_register && word & 0xf00)
		return false;
	form32_move(insn, reg);
	if (!address_decode(insn, word, offset, by_register))
		return false;
	if (form == WORD && by_register)
		shift_decode(insn, word);
	return true;
}

/* Two registers, the first one even; R14 and R15 are none. */
static bool pair_move(struct insn *insn, unsigned reg)
{
	form32_move(insn, reg);
	form32_move(insn, reg + 1);
	return reg % 2 == 0 && reg != 14;
}

static bool pair_decode(struct insn *insn, uint32_t word)
{
	bool by_register = !insn_bit(word, 22);
	unsigned reg = form32_reg(word, 12), index = form32_reg(word, 0);
	int offset = (int)((word >> 4 & 0xf0) | (word & 0xf));

	insn->aligned = 4;
	if (!insn_bit(word, 24) && insn_bit(word, 21))
		return false;
	if (by_register && (word & 0xf00 || (insn->op == INSN_LOAD && index / 2 == reg / 2)))
		return false;
	return pair_move(insn, reg) && address_decode(insn, word, offset, by_register);
}

static bool list_decode(struct insn *insn, uint32_t word)
{
	static const char suffix[4][3] = { "da", "", "db", "ib" };
	bool back = insn_bit(word, 21), user = insn_bit(word, 22), load = insn->op == INSN_LOAD;
	unsigned base = form32_reg(word, 16);

	insn_name_set(insn, insn->name, suffix[word >> 23 & 3], "");
	insn->user_bank = user;
	/* With ^: no write-back; with R15 in the list it is an exception's return. */
	if (user && (back || (load && insn_bit(word, FORM32_PC))))
		return false;
	if (load && back && insn_bit(word, base))
		return false;
	return form32_list(insn, base, word & 0xffff, insn_bit(word, 23), insn_bit(word, 24), back);
}

/* Exclusives, LDA, STL: [Rn], and TRANSFER, a pair where the size is 8. */
static bool plain_decode(struct insn *insn, uint32_t word, unsigned transfer)
{
	unsigned base = form32_reg(word, 16);

	form32_offset(insn, base, 0, true, false, PC_AHEAD);
	insn->aligned = insn->size;
	if (base == FORM32_PC || transfer == FORM32_PC)
		return false;
	if (insn->size < 8) {
		form32_move(insn, transfer);
		return true;
	}
	insn->size = 4;
	return pair_move(insn, transfer);
}

/* The status register may be neither the base nor what is stored. */
static bool try_decode(struct insn *insn, uint32_t word)
{
	unsigned status = form32_reg(word, 12);

	insn->status = (uint8_t)status;
	if (!plain_decode(insn, word, form32_reg(word, 0)))
		return false;
	for (unsigned i = 0; i < insn->count; i++)
		if (insn->move[i].reg == status)
			return false;
	return status != FORM32_PC && status != insn->base;
}

bool a32_decode(uint32_t word, struct insn *insn)
{
	const struct row *row = NULL;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]) && !row; i++)
		if ((word & rows[i].mask) == rows[i].value)
			row = &rows[i];
	if (!row || (word >> 28 == 15) != (row->form == STRUCTURES))
		return false;
	*insn = (struct insn){ .word = word,
			       .length = 4,
			       .op = row->op,
			       .index = INSN_NONE,
			       .size = row->size,
			       .width = 4,
			       .sign = row->sign };
	insn_name_set(insn, row->name, "", "");
	switch (row->form) {
	case PAIR: return pair_decode(insn, word);
	case LIST: return list_decode(insn, word);
	case WATCH:
	case ACQUIRE: return plain_decode(insn, word, form32_reg(word, 12));
	case RELEASE: return plain_decode(insn, word, form32_reg(word, 0));
	case TRY: return try_decode(insn, word);
	case VFP: return form32_vfp(insn, word, PC_AHEAD);
	case STRUCTURES: return form32_structures(insn, word);
	default: return single_decode(insn, word, row->form);
	}
}
