// SPDX-License-Identifier: BSD-2-Clause
// A64's structures of SIMD registers: which bytes of which registers, in the order of memory.
#include "kvm/insn/a64_simd.h"

#include "kvm/insn/insn.h"

static void post_set(struct insn *insn, uint32_t word, bool post)
{
	uint32_t index = insn_bits(word, 20, 16);

	insn->writeback = insn->post = post;
	if (insn->writeback && index == 31)
		insn->back = insn->size * insn->count;
	else if (insn->writeback)
		insn->index = (uint8_t)index;
	insn->extend = INSN_UXTX;
}

static void name_set(struct insn *insn, unsigned registers, bool replicate)
{
	char number[2] = { (char)('0' + registers), 0 };

	insn_name_set(insn, insn->op == INSN_LOAD ? "ld" : "st", number, replicate ? "r" : "");
}

bool a64_simd_multiple(struct insn *insn, uint32_t word, bool post)
{
	static const struct {
		uint8_t repeats, registers;
	} shapes[16] = {
		[0] = { 1, 4 }, [2] = { 4, 1 }, [4] = { 1, 3 },	 [6] = { 3, 1 },
		[7] = { 1, 1 }, [8] = { 1, 2 }, [10] = { 2, 1 },
	};
	unsigned repeats = shapes[insn_bits(word, 15, 12)].repeats,
		 registers = shapes[insn_bits(word, 15, 12)].registers,
		 size = 1u << insn_bits(word, 11, 10);
	unsigned lanes = (insn_bit(word, 30) ? 16 : 8) / size;

	if (!registers || (size == 8 && lanes == 1 && registers > 1))
		return false;
	insn->op = insn_bit(word, 22) ? INSN_LOAD : INSN_STORE;
	insn->simd = insn->clear = true;
	insn->size = (uint8_t)size;
	for (unsigned r = 0; r < repeats; r++)
		for (unsigned lane = 0; lane < lanes; lane++)
			for (unsigned s = 0; s < registers; s++)
				insn->move[insn->count++] =
					(struct insn_move){ (uint8_t)((word + r + s) & 31),
							    (uint8_t)(lane * size) };
	name_set(insn, registers, false);
	post_set(insn, word, post);
	return true;
}

bool a64_simd_single(struct insn *insn, uint32_t word, bool post)
{
	unsigned registers = (insn_bits(word, 13, 13) << 1 | insn_bits(word, 21, 21)) + 1;
	unsigned scale = insn_bits(word, 15, 14), size = insn_bits(word, 11, 10);
	unsigned at = insn_bits(word, 30, 30) << 3 | insn_bits(word, 12, 12) << 2 |
		      size; /* byte of Q:S:size */
	bool load = insn_bit(word, 22);

	switch (scale) {
	case 1:
		if (size & 1)
			return false;
		break;
	case 2:
		if (size > 1 || (size && insn_bit(word, 12)))
			return false;
		scale += size;
		at &= ~3u;
		break;
	case 3:
		if (!load || insn_bit(word, 12))
			return false;
		insn->replicate = insn_bit(word, 30) ? 16 : 8;
		insn->clear = true;
		scale = size;
		at = 0;
		break;
	}
	insn->op = load ? INSN_LOAD : INSN_STORE;
	insn->simd = true;
	insn->size = (uint8_t)(1u << scale);
	for (unsigned s = 0; s < registers; s++)
		insn->move[insn->count++] =
			(struct insn_move){ (uint8_t)((word + s) & 31), (uint8_t)at };
	name_set(insn, registers, insn->replicate);
	post_set(insn, word, post);
	return true;
}
