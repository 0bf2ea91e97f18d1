// SPDX-License-Identifier: BSD-2-Clause
// Decoders of instructions: what a word is depends on it alone, and makes sense.
#include <string.h>

#include "kvm/insn/a32.h"
#include "kvm/insn/a64.h"
#include "kvm/insn/t32.h"
#include "tests/fuzz/fuzz.h"

static void same(const struct insn *a, const struct insn *b)
{
	FUZZ_HOLDS(!strcmp(a->name, b->name) && a->word == b->word && a->length == b->length);
	FUZZ_HOLDS(a->op == b->op && a->base == b->base && a->index == b->index);
	FUZZ_HOLDS(a->extend == b->extend && a->shift == b->shift && a->amount == b->amount);
	FUZZ_HOLDS(a->subtract == b->subtract && a->post == b->post);
	FUZZ_HOLDS(a->writeback == b->writeback && a->start == b->start && a->back == b->back);
	FUZZ_HOLDS(a->size == b->size && a->width == b->width && a->sign == b->sign);
	FUZZ_HOLDS(a->user == b->user && a->user_bank == b->user_bank);
	FUZZ_HOLDS(a->aligned == b->aligned && a->simd == b->simd && a->words == b->words);
	FUZZ_HOLDS(a->clear == b->clear && a->replicate == b->replicate && a->status == b->status);
	FUZZ_HOLDS(a->count == b->count);
	for (unsigned i = 0; i < a->count; i++)
		FUZZ_HOLDS(a->move[i].reg == b->move[i].reg && a->move[i].at == b->move[i].at);
}

static void sensible(const struct insn *insn, uint32_t word, bool a64)
{
	FUZZ_HOLDS(memchr(insn->name, 0, sizeof(insn->name)) && insn->name[0]);
	fuzz_text(insn->name, strlen(insn->name));
	FUZZ_HOLDS(insn->word == word && (insn->length == 4 || (!a64 && insn->length == 2)));
	FUZZ_HOLDS(insn->base < INSN_REGS && (insn->index < INSN_REGS || insn->index == INSN_NONE));
	FUZZ_HOLDS(insn->op <= INSN_ZERO_BLOCK && insn->count <= INSN_MOVES_MAX);
	if (insn->op != INSN_ZERO_BLOCK)
		FUZZ_HOLDS(insn->count && insn->size && !(insn->size & (insn->size - 1)) &&
			   insn->size <= 8);
	FUZZ_HOLDS(insn->amount <= (a64 ? 4 : 32));
	for (unsigned i = 0; i < insn->count; i++) {
		if (insn->simd)
			FUZZ_HOLDS(insn->move[i].reg < 32 && insn->move[i].at < 16);
		else
			FUZZ_HOLDS(insn->move[i].reg < INSN_REGS && !insn->move[i].at);
		if (!a64 && !insn->simd)
			FUZZ_HOLDS(insn->move[i].reg <= 14 || insn->move[i].reg == INSN_PC);
	}
}

static void decode(bool (*decoder)(uint32_t word, struct insn *insn), uint32_t word, bool a64)
{
	static struct insn a, b;
	bool known;

	memset(&a, 0, sizeof(a));
	memset(&b, 0xff, sizeof(b));
	known = decoder(word, &a);
	FUZZ_HOLDS(known == decoder(word, &b));
	if (!known)
		return;
	sensible(&a, word, a64);
	same(&a, &b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (; size >= 4; data += 4, size -= 4) {
		const uint32_t word = span_le32(data);

		decode(a64_decode, word, true);
		decode(a32_decode, word, false);
		decode(t32_decode, t32_is_wide((uint16_t)(word >> 16)) ? word : word & 0xffff,
		       false);
	}
	return 0;
}
