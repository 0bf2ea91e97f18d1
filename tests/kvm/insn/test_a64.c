// SPDX-License-Identifier: BSD-2-Clause
// kvm/insn/a64.c and a64_simd.c against binutils.
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kvm/insn/a64.h"
#include "kvm/insn/insn.h"

static const char *program;

static struct text {
	char at[256];
	size_t used;
} text;

static void __attribute__((format(printf, 1, 2))) add(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text.used +=
		(size_t)vsnprintf(text.at + text.used, sizeof(text.at) - text.used, format, args);
	va_end(args);
	assert_true(text.used < sizeof(text.at));
}

static void add_general(unsigned reg, unsigned width)
{
	char kind = width == 8 ? 'x' : 'w';

	if (reg == INSN_ZR)
		add("%czr, ", kind);
	else
		add("%c%u, ", kind, reg);
}

static char size_letter(unsigned size)
{
	return size == 1 ? 'b' : size == 2 ? 'h' : size == 4 ? 's' : 'd';
}

static bool is_exclusive(const struct insn *insn)
{
	return insn->op == INSN_LOAD_EXCLUSIVE || insn->op == INSN_STORE_EXCLUSIVE;
}

static void add_registers(const struct insn *insn)
{
	unsigned statuses = insn->op == INSN_COMPARE_SWAP ? insn->count : 1;

	for (unsigned i = 0; insn->status != INSN_NONE && i < statuses; i++)
		add_general(insn->status + i == INSN_SP ? INSN_ZR : insn->status + i,
			    is_exclusive(insn) ? 4 : insn->width);
	for (unsigned i = 0; i < insn->count; i += insn->words ? 2 : 1) {
		if (!insn->simd) {
			add_general(insn->move[i].reg, insn->width);
			continue;
		}
		assert_int_equal(insn->move[i].at, 0);
		if (insn->words) {
			assert_int_equal(insn->move[i + 1].reg, insn->move[i].reg);
			assert_int_equal(insn->move[i + 1].at, 8);
			assert_int_equal(insn->size, 8);
		}
		add("%c%u, ", insn->words ? 'q' : size_letter(insn->size), insn->move[i].reg);
	}
}

/* LD1 fills one register after the other, LD2 to LD4 take structures apart. */
static void add_structure(const struct insn *insn)
{
	unsigned many = (unsigned)(insn->name[2] - '0'), regs = 0, lanes;
	char letter = size_letter(insn->size), shape[8];
	unsigned first = insn->move[0].reg;
	bool single = !insn->clear && insn->op == INSN_LOAD;

	for (unsigned i = 0; i < insn->count; i++)
		if ((insn->move[i].reg - first) % 32u >= regs)
			regs = (insn->move[i].reg - first) % 32u + 1;
	lanes = insn->count / regs;
	/* One lane of a store, and multiple structures of one lane, differ in the word only. */
	if (insn->op == INSN_STORE)
		single = insn->word >> 24 & 1;
	for (unsigned i = 0; i < insn->count && !single; i++) {
		unsigned reg = many == 1 ? i / lanes : i % many,
			 lane = many == 1 ? i % lanes : i / many;

		assert_int_equal(insn->move[i].reg, (first + reg) % 32);
		assert_int_equal(insn->move[i].at, lane * insn->size);
	}
	for (unsigned i = 0; i < insn->count && single; i++) {
		assert_int_equal(insn->move[i].reg, (first + i) % 32);
		assert_int_equal(insn->move[i].at, insn->move[0].at);
	}
	if (insn->replicate)
		lanes = insn->replicate / insn->size;
	snprintf(shape, sizeof(shape), "%u%c", lanes, letter);
	if (single)
		snprintf(shape, sizeof(shape), "%c", letter);
	for (unsigned i = 0; i < regs; i++)
		add("%sv%u.%s", i ? ", " : "{", (first + i) % 32, shape);
	add("}");
	if (single)
		add("[%u]", insn->move[0].at / insn->size);
	add(", ");
}

static void add_index(const struct insn *insn)
{
	static const char *const extends[8] = { [INSN_UXTW] = "uxtw",
						[INSN_UXTX] = "lsl",
						[INSN_SXTW] = "sxtw",
						[INSN_SXTX] = "sxtx" };
	bool word = insn->extend == INSN_UXTW || insn->extend == INSN_SXTW;

	assert_non_null(extends[insn->extend]);
	if (insn->index == INSN_ZR)
		add(", %czr", word ? 'w' : 'x');
	else
		add(", %c%u", word ? 'w' : 'x', insn->index);
	if (insn->extend != INSN_UXTX || insn->amount)
		add(", %s", extends[insn->extend]);
	if (insn->amount)
		add(" #%u", insn->amount);
}

static void add_address(const struct insn *insn)
{
	bool behind = insn->writeback && !insn->start;

	if (insn->base == INSN_PC)
		add("[pc");
	else if (insn->base == INSN_SP)
		add("[sp");
	else
		add("[x%u", insn->base);
	if (behind)
		add("]");
	if (insn->index != INSN_NONE) {
		assert_int_equal(insn->post, insn->writeback);
		add_index(insn);
	} else if (insn->start) {
		assert_true(!insn->writeback || insn->back == insn->start);
		add(", #%" PRId64, insn->start);
	} else if (behind) {
		add(", #%" PRId64, insn->back);
	}
	if (!behind)
		add("]%s", insn->writeback ? "!" : "");
}

static const char *as_text(const struct insn *insn)
{
	text.used = 0;
	if (insn->op == INSN_ZERO_BLOCK) {
		add("%s, ", insn->name);
		add_general(insn->base, 8);
		text.at[text.used - 2] = 0;
		return text.at;
	}
	add("%s ", insn->name);
	if (insn->simd && insn->name[2] >= '1' && insn->name[2] <= '4')
		add_structure(insn);
	else
		add_registers(insn);
	add_address(insn);
	return text.at;
}

/* A write-back by 0 ahead of the access is written as one behind it. */
static bool same(const char *is, const char *want)
{
	char behind[256];
	const char *pre = strstr(want, ", #0]!");

	if (!pre)
		return !strcmp(is, want);
	snprintf(behind, sizeof(behind), "%.*s], #0", (int)(pre - want), want);
	return !strcmp(is, behind);
}

static void as_binutils_reads_it(void **state)
{
	char path[512], line[256];
	unsigned good = 0, wrong = 0;
	struct insn insn;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s.samples", program);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		uint32_t word = (uint32_t)strtoul(line, NULL, 16);
		const char *want = strchr(line, '\t') + 1, *is = "-";

		line[strcspn(line, "\n")] = 0;
		if (a64_decode(word, &insn)) {
			is = as_text(&insn);
			assert_int_equal(insn.word, word);
			assert_int_equal(insn.length, 4);
			good++;
		}
		if (!same(is, want) && wrong++ < 20)
			print_error("%08" PRIx32 ": decoded as %s, binutils: %s\n", word, is, want);
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	assert_true(good > 12000);
}

/* What the text does not tell. */
static void sizes_signs_and_rights(void **state)
{
	static const struct {
		uint32_t word;
		uint8_t op, size, width, count;
		bool sign, user, clear;
	} rows[] = {
		{ 0x39400020, INSN_LOAD, 1, 4, 1, false, false, false }, /* ldrb w0, [x1] */
		{ 0x39800020, INSN_LOAD, 1, 8, 1, true, false, false }, /* ldrsb x0 */
		{ 0x79c00020, INSN_LOAD, 2, 4, 1, true, false, false }, /* ldrsh w0 */
		{ 0xb9800020, INSN_LOAD, 4, 8, 1, true, false, false }, /* ldrsw x0 */
		{ 0xf9000020, INSN_STORE, 8, 8, 1, false, false, false }, /* str x0 */
		{ 0x38400820, INSN_LOAD, 1, 4, 1, false, true, false }, /* ldtrb w0 */
		{ 0xb8000820, INSN_STORE, 4, 4, 1, false, true, false }, /* sttr w0 */
		{ 0x3dc00020, INSN_LOAD, 8, 4, 2, false, false, true }, /* ldr q0 */
		{ 0xad400420, INSN_LOAD, 8, 8, 4, false, false, true }, /* ldp q0, q1 */
		{ 0x69400820, INSN_LOAD, 4, 8, 2, true, false, false }, /* ldpsw x0, x2 */
		{ 0x98000000, INSN_LOAD, 4, 8, 1, true, false, false }, /* ldrsw x0, . */
		{ 0x485f7c20, INSN_LOAD_EXCLUSIVE, 2, 4, 1, false, false, false }, /* ldxrh */
		{ 0xc87f0820, INSN_LOAD_EXCLUSIVE, 8, 8, 2, false, false, false }, /* ldxp */
		{ 0x88027c20, INSN_STORE_EXCLUSIVE, 4, 4, 1, false, false, false }, /* stxr */
		{ 0xf8e24020, INSN_SMAX, 8, 8, 1, false, false, false }, /* ldsmaxal */
		{ 0x0d400420, INSN_LOAD, 1, 0, 1, false, false, false }, /* ld1 {v0.b}[1] */
		{ 0x4d40c020, INSN_LOAD, 1, 0, 1, false, false, true }, /* ld1r {v0.16b} */
		{ 0x4c400020, INSN_LOAD, 1, 0, 64, false, false, true }, /* ld4 {v0.16b-v3.16b} */
	};
	struct insn insn;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(a64_decode(rows[i].word, &insn));
		assert_int_equal(insn.op, rows[i].op);
		assert_int_equal(insn.size, rows[i].size);
		assert_int_equal(insn.count, rows[i].count);
		assert_int_equal(insn.sign, rows[i].sign);
		assert_int_equal(insn.user, rows[i].user);
		assert_int_equal(insn.clear, rows[i].clear);
		if (rows[i].width && !insn.simd)
			assert_int_equal(insn.width, rows[i].width);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_binutils_reads_it),
		cmocka_unit_test(sizes_signs_and_rights),
	};

	(void)argc;
	program = argv[0];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
