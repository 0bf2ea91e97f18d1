// SPDX-License-Identifier: BSD-2-Clause
// Syndromes in words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "kvm/esr.h"

static char buf[160];

static void assert_says(uint64_t esr, const char *words)
{
	assert_string_equal(esr_text(esr, buf, sizeof(buf)), words);
}

static void data_aborts_say_what_was_done(void **state)
{
	(void)state;
	assert_says(0x96000045, "data abort: translation fault, level 1, on a write");
	assert_says(0x97800046 & ~(1u << 22),
		    "data abort: translation fault, level 2, on a write of 4 bytes");
	assert_says(0x9600004f, "data abort: permission fault, level 3, on a write");
	assert_says(0x96000010, "data abort: external abort: nothing answers there, on a read");
	assert_says(0x96000021, "data abort: alignment fault, on a read");
	assert_says(0x92000147,
		    "data abort from EL0: translation fault, level 3, on cache maintenance");
	assert_says(0x97000004, "data abort: translation fault, level 0, on a read of 1 byte");
}

static void instruction_aborts_say_why(void **state)
{
	(void)state;
	assert_says(0x86000006, "instruction abort: translation fault, level 2");
	assert_says(0x8600000f, "instruction abort: permission fault, level 3");
}

static void others_have_their_words(void **state)
{
	(void)state;
	assert_says(0x02000000, "undefined instruction");
	assert_says(0xf2000800, "BRK #0x800");
	assert_says(0x56000003, "SVC #0x3");
	assert_says(0x1fe00000, "SIMD or FP instruction while CPACR_EL1.FPEN traps them");
	assert_says(0x62300080 | 1,
		    "access to a system register that is trapped or not there: read of "
		    "S3_0_C0_C0_0, X4");
	assert_says(0xbf000002, "SError: an error of memory or a bus, told late");
}

static void any_syndrome_has_words_and_its_bounds(void **state)
{
	(void)state;
	for (unsigned ec = 0; ec < 64; ec++)
		for (unsigned iss = 0; iss < 64; iss++) {
			const uint64_t esr = (uint64_t)ec << 26 | iss;

			assert_int_not_equal(strlen(esr_text(esr, buf, sizeof(buf))), 0);
			for (size_t size = 1; size < 40; size++) {
				memset(buf, 'x', sizeof(buf));
				esr_text(esr, buf, size);
				assert_true(strlen(buf) < size);
				assert_int_equal(buf[size], 'x');
			}
		}
	assert_says((uint64_t)0x3f << 26 | 5, "exception class 0x3f, syndrome 0x5");
	assert_says(0x9600003e, "data abort: fault status 0x3e, on a read");
}

static void the_address_is_known_where_it_is(void **state)
{
	(void)state;
	assert_true(esr_has_far(0x96000045));
	assert_true(esr_has_far(0x86000006));
	assert_true(esr_has_far(0x8a000000));
	assert_false(esr_has_far(0x96000410));
	assert_false(esr_has_far(0x02000000));
	assert_false(esr_has_far(0xf2000800));
}

static void aarch32_says_it_by_both_kinds_of_tables(void **state)
{
	(void)state;
	assert_string_equal(esr_fsr_text(0x805, false, buf, sizeof(buf)),
			    "section translation fault, on a write");
	assert_string_equal(esr_fsr_text(0x029, false, buf, sizeof(buf)),
			    "section domain fault, domain 2, on a read");
	assert_string_equal(esr_fsr_text(0x007, true, buf, sizeof(buf)), "page translation fault");
	assert_string_equal(esr_fsr_text(0xa06, false, buf, sizeof(buf)),
			    "translation fault, level 2, on a write");
	assert_string_equal(esr_fsr_text(0x406, false, buf, sizeof(buf)),
			    "external abort, told late, on a read");
	assert_string_equal(esr_fsr_text(0x000, true, buf, sizeof(buf)), "fault status 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_aborts_say_what_was_done),
		cmocka_unit_test(instruction_aborts_say_why),
		cmocka_unit_test(others_have_their_words),
		cmocka_unit_test(any_syndrome_has_words_and_its_bounds),
		cmocka_unit_test(the_address_is_known_where_it_is),
		cmocka_unit_test(aarch32_says_it_by_both_kinds_of_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
