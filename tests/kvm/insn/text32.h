/* SPDX-License-Identifier: BSD-2-Clause */
/* A decoder of AArch32 against binutils: struct insn as text, and the samples that samples32.py writes. */
#ifndef TESTS_KVM_INSN_TEXT32_H
#define TESTS_KVM_INSN_TEXT32_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kvm/insn/insn.h"

struct text32 {
	char at[256];
	size_t used;
};

static inline void __attribute__((format(printf, 2, 3)))
text32_add(struct text32 *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	t->used += (size_t)vsnprintf(t->at + t->used, sizeof(t->at) - t->used, format, args);
	va_end(args);
	assert_true(t->used < sizeof(t->at));
}

static inline unsigned text32_reg(unsigned reg)
{
	return reg == INSN_PC ? 15 : reg;
}

/* VLD1 to VLD4: their names end with a digit. */
static inline bool text32_is_structures(const struct insn *insn)
{
	char last = insn->name[strlen(insn->name) - 1];

	return insn->simd && last >= '1' && last <= '4';
}

/* [r1, #4]!, [r1], -r2, lsl #3 and so on. */
static inline void text32_address(struct text32 *t, const struct insn *insn, int ahead)
{
	static const char *const shift[] = { "lsl", "lsr", "asr", "ror", "rrx" };
	int offset = (int)(insn->post ? insn->back : insn->start);
	bool by_register = insn->index != INSN_NONE;

	if (insn->base == INSN_PC)
		offset -= ahead;
	text32_add(t, "[r%u", text32_reg(insn->base));
	if (text32_is_structures(insn) && insn->aligned)
		text32_add(t, " :%u", insn->aligned * 8);
	if (insn->post)
		text32_add(t, "]");
	if (by_register) {
		text32_add(t, ", %sr%u", insn->subtract ? "-" : "", insn->index);
		if (insn->shift == INSN_RRX)
			text32_add(t, ", rrx");
		else if (insn->amount)
			text32_add(t, ", %s #%u", shift[insn->shift], insn->amount);
	} else if (offset || insn->writeback) {
		text32_add(t, ", #%d", offset);
	}
	if (!insn->post)
		text32_add(t, "]%s", insn->writeback ? "!" : "");
}

static inline void text32_list(struct text32 *t, const struct insn *insn)
{
	if (strcmp(insn->name, "push") && strcmp(insn->name, "pop"))
		text32_add(t, "r%u%s, ", text32_reg(insn->base), insn->writeback ? "!" : "");
	for (unsigned i = 0; i < insn->count; i++)
		text32_add(t, "%sr%u", i ? ", " : "{", text32_reg(insn->move[i].reg));
	text32_add(t, "}%s", insn->user_bank ? "^" : "");
}

/* The registers of a SIMD access, ascending. */
static inline void text32_simd_list(struct text32 *t, const struct insn *insn, char kind)
{
	unsigned bytes = kind == 's' ? 4 : 8, n = 0, step;
	uint8_t regs[32];
	bool seen[32] = { false };

	for (unsigned i = 0; i < insn->count; i++)
		seen[insn->move[i].reg * (16 / bytes) + insn->move[i].at / bytes] = true;
	for (unsigned i = 0; i < 32; i++)
		if (seen[i])
			regs[n++] = (uint8_t)i;
	step = n > 1 ? regs[1] - regs[0] : 1;
	if (n == 1)
		text32_add(t, "{%c%u}", kind, regs[0]);
	else if (step == 1)
		text32_add(t, "{%c%u-%c%u}", kind, regs[0], kind, regs[n - 1]);
	for (unsigned i = 0; i < n && step > 1; i++)
		text32_add(t, "%s%c%u", i ? "," : "{", kind, regs[i]);
	if (step > 1)
		text32_add(t, "}");
}

/* One element of each register, in one lane or in all. */
static inline void text32_lanes(struct text32 *t, const struct insn *insn)
{
	unsigned regs = insn->replicate == 16 ? 2 : insn->count;

	for (unsigned i = 0; i < regs; i++) {
		const struct insn_move *move = &insn->move[i < insn->count ? i : 0];
		unsigned d = move->reg * 2u + move->at / 8u + (i < insn->count ? 0 : 1);

		text32_add(t, "%sd%u", i ? "," : "{", d);
		if (insn->replicate)
			text32_add(t, "[]");
		else
			text32_add(t, "[%u]", move->at % 8 / insn->size);
	}
	text32_add(t, "}");
}

static inline void text32_simd(struct text32 *t, const struct insn *insn, int ahead)
{
	char kind = insn->words ? 'd' : 's';
	const char *last = insn->name + strlen(insn->name) - 1;

	if (text32_is_structures(insn)) {
		text32_add(t, ".%u ", insn->words ? 64 : insn->size * 8);
		if (!(insn->word & 1u << 23))
			text32_simd_list(t, insn, 'd');
		else
			text32_lanes(t, insn);
		text32_add(t, ", ");
		if (insn->index != INSN_NONE || !insn->writeback) {
			text32_address(t, insn, ahead);
			return;
		}
		/* Behind the access by all that was moved: written as ! */
		assert_int_equal(insn->back, insn->size * insn->count);
		text32_add(t, "[r%u", insn->base);
		if (insn->aligned)
			text32_add(t, " :%u", insn->aligned * 8);
		text32_add(t, "]!");
	} else if (*last == 'r') {
		text32_add(t, " %c%u, ", kind,
			   insn->move[0].reg * (insn->words ? 2 : 4) +
				   insn->move[0].at / (insn->words ? 8 : 4));
		text32_address(t, insn, ahead);
	} else {
		text32_add(t, " r%u%s, ", text32_reg(insn->base), insn->writeback ? "!" : "");
		text32_simd_list(t, insn, kind);
	}
}

static inline const char *text32(const struct insn *insn, bool a32)
{
	static struct text32 t;
	int ahead = a32 ? 8 : 4;
	const char *name = insn->name;

	t.used = 0;
	text32_add(&t, "%s", name);
	if (insn->simd) {
		text32_simd(&t, insn, ahead);
		return t.at;
	}
	text32_add(&t, " ");
	if (!strncmp(name, "ldm", 3) || !strncmp(name, "stm", 3) || !strcmp(name, "push") ||
	    !strcmp(name, "pop")) {
		text32_list(&t, insn);
		return t.at;
	}
	if (insn->op == INSN_STORE_EXCLUSIVE)
		text32_add(&t, "r%u, ", insn->status);
	/* Of a pair, A32 names the first one only. */
	for (unsigned i = 0; i < (a32 ? 1 : insn->count); i++)
		text32_add(&t, "r%u, ", text32_reg(insn->move[i].reg));
	if (a32 && insn->count == 2)
		assert_int_equal(insn->move[1].reg, insn->move[0].reg + 1);
	text32_address(&t, insn, ahead);
	return t.at;
}

/* Each line of PROGRAM.samples; returns how many words decode. */
static inline unsigned text32_samples_check(const char *program, bool a32,
					    bool (*decode)(uint32_t word, struct insn *insn))
{
	char path[512], line[256];
	unsigned good = 0, wrong = 0;
	struct insn insn;
	FILE *f;

	snprintf(path, sizeof(path), "%s.samples", program);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		uint32_t word = (uint32_t)strtoul(line, NULL, 16);
		const char *want = strchr(line, '\t') + 1, *is = "-";

		line[strcspn(line, "\n")] = 0;
		if (decode(word, &insn)) {
			is = text32(&insn, a32);
			assert_int_equal(insn.word, word);
			assert_int_equal(insn.length, !a32 && word < 1u << 16 ? 2 : 4);
			good++;
		}
		if (strcmp(is, want) && wrong++ < 20)
			print_error("%08x: decoded as %s, binutils: %s\n", word, is, want);
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	return good;
}

#endif
