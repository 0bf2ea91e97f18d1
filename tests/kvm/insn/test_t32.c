// SPDX-License-Identifier: BSD-2-Clause
// kvm/insn/t32.c against binutils.
#include "tests/kvm/insn/text32.h"

#include "kvm/insn/t32.h"

static const char *program;

/* All half words, and a random sample of what has two; no word is taken for what it is not. */
static void as_binutils_reads_it(void **state)
{
	(void)state;
	assert_true(text32_samples_check(program, false, t32_decode) > 30000);
}

static void lengths(void **state)
{
	(void)state;
	assert_false(t32_is_wide(0x6808)); /* ldr r0, [r1] */
	assert_false(t32_is_wide(0xe7fe)); /* b . */
	assert_true(t32_is_wide(0xe891));
	assert_true(t32_is_wide(0xf8d1));
}

/* A narrow LDM writes its base back unless it loads it. */
static void narrow_lists(void **state)
{
	struct insn insn;

	(void)state;
	assert_true(t32_decode(0xc906, &insn)); /* ldm r1, {r1, r2} */
	assert_false(insn.writeback);
	assert_true(t32_decode(0xc90c, &insn)); /* ldm r1!, {r2, r3} */
	assert_true(insn.writeback);
	assert_int_equal(insn.back, 8);
	assert_true(t32_decode(0xb510, &insn)); /* push {r4, lr} */
	assert_int_equal(insn.start, -8);
	assert_int_equal(insn.back, -8);
	assert_int_equal(insn.move[1].reg, 14);
	assert_true(t32_decode(0xbd10, &insn)); /* pop {r4, pc} */
	assert_int_equal(insn.start, 0);
	assert_int_equal(insn.move[1].reg, INSN_PC);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_binutils_reads_it),
		cmocka_unit_test(lengths),
		cmocka_unit_test(narrow_lists),
	};

	(void)argc;
	program = argv[0];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
