// SPDX-License-Identifier: BSD-2-Clause
// kvm/insn/a32.c against binutils.
#include "tests/kvm/insn/text32.h"

#include "kvm/insn/a32.h"

static const char *program;

/* Word by word the same as the disassembler, and no word is taken for what it is not. */
static void as_binutils_reads_it(void **state)
{
	(void)state;
	assert_true(text32_samples_check(program, true, a32_decode) > 3000);
}

static void sizes_and_signs(void **state)
{
	static const struct {
		uint32_t word;
		uint8_t op, size, aligned, count;
		bool sign, user;
	} rows[] = {
		{ 0xe5910000, INSN_LOAD, 4, 0, 1, false, false }, /* ldr r0, [r1] */
		{ 0xe5c10000, INSN_STORE, 1, 0, 1, false, false }, /* strb */
		{ 0xe1d100b0, INSN_LOAD, 2, 0, 1, false, false }, /* ldrh */
		{ 0xe1d100d0, INSN_LOAD, 1, 0, 1, true, false }, /* ldrsb */
		{ 0xe1d100f0, INSN_LOAD, 2, 0, 1, true, false }, /* ldrsh */
		{ 0xe4b10000, INSN_LOAD, 4, 0, 1, false, true }, /* ldrt */
		{ 0xe0f100b0, INSN_LOAD, 2, 0, 1, false, true }, /* ldrht */
		{ 0xe1c200d0, INSN_LOAD, 4, 4, 2, false, false }, /* ldrd */
		{ 0xe8910005, INSN_LOAD, 4, 4, 2, false, false }, /* ldm */
		{ 0xe1910f9f, INSN_LOAD_EXCLUSIVE, 4, 4, 1, false, false }, /* ldrex */
		{ 0xe1b12f9f, INSN_LOAD_EXCLUSIVE, 4, 8, 2, false, false }, /* ldrexd */
		{ 0xe1e10f92, INSN_STORE_EXCLUSIVE, 2, 2, 1, false, false }, /* strexh */
		{ 0xe1910c9f, INSN_LOAD, 4, 4, 1, false, false }, /* lda */
		{ 0xe1c1fc90, INSN_STORE, 1, 1, 1, false, false }, /* stlb */
		{ 0xed910b00, INSN_LOAD, 4, 4, 2, false, false }, /* vldr d0 */
	};
	struct insn insn;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(a32_decode(rows[i].word, &insn));
		assert_int_equal(insn.op, rows[i].op);
		assert_int_equal(insn.size, rows[i].size);
		assert_int_equal(insn.width, 4);
		assert_int_equal(insn.aligned, rows[i].aligned);
		assert_int_equal(insn.count, rows[i].count);
		assert_int_equal(insn.sign, rows[i].sign);
		assert_int_equal(insn.user, rows[i].user);
	}
}

/* Where elements go: VLD4 takes structures apart, four elements to four registers. */
static void structures_are_taken_apart(void **state)
{
	struct insn insn;

	(void)state;
	assert_true(a32_decode(0xf421004f, &insn)); /* vld4.16 {d0-d3}, [r1] */
	assert_int_equal(insn.count, 16);
	for (unsigned i = 0; i < 16; i++) {
		unsigned d = i % 4, at = i / 4 * 2;

		assert_int_equal(insn.move[i].reg, d / 2);
		assert_int_equal(insn.move[i].at, d % 2 * 8 + at);
	}
}

/* The condition has been looked at: it changes nothing, but never makes another instruction. */
static void conditions_make_no_difference(void **state)
{
	struct insn always, insn;

	(void)state;
	assert_true(a32_decode(0xe4910004, &always));
	for (uint32_t condition = 0; condition < 14; condition++) {
		assert_true(a32_decode(0x04910004 | condition << 28, &insn));
		insn.word = always.word;
		assert_memory_equal(&insn, &always, sizeof(insn));
	}
	assert_false(a32_decode(0xf4d1f004, &insn)); /* pli */
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_binutils_reads_it),
		cmocka_unit_test(sizes_and_signs),
		cmocka_unit_test(structures_are_taken_apart),
		cmocka_unit_test(conditions_make_no_difference),
	};

	(void)argc;
	program = argv[0];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
