// SPDX-License-Identifier: BSD-2-Clause
// Outcomes: names, codes, the last line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* outcome.h has one of its own */

#include "boot/outcome.h"
#include "boot/say.h"

static const struct {
	int code;
	const char *name;
} specified[] = {
	{ 0, "poweroff" },	{ 32, "reset" },      { 33, "crash" },
	{ 34, "hang" },		{ 64, "bad-config" }, { 65, "no-kvm" },
	{ 66, "bad-firmware" }, { 67, "refused" },    { 68, "internal" },
};

static void names_and_codes_are_as_specified(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(specified) / sizeof(specified[0]); i++)
		assert_string_equal(outcome_name((enum outcome)specified[i].code),
				    specified[i].name);
	assert_string_equal(outcome_name((enum outcome)99), "internal");
}

static void fail_fills_the_failure(void **state)
{
	struct failure f;
	char long_word[600];

	(void)state;
	assert_int_equal(fail(&f, OUTCOME_NO_KVM, "E-EL1", "no %s in %d", "KVM", 7), -1);
	assert_int_equal(f.outcome, OUTCOME_NO_KVM);
	assert_string_equal(f.code, "E-EL1");
	assert_string_equal(f.text, "no KVM in 7");
	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	fail(&f, OUTCOME_REFUSED, "E", "%s", long_word);
	assert_int_equal(strlen(f.text), sizeof(f.text) - 1);
	fail(&f, OUTCOME_BAD_CONFIG, "E-KEY", "%s",
	     "a\033[2Jb\n\x9b"); /* no orders to the terminal */
	assert_string_equal(f.text, "a?[2Jb??");
}

static char heard[1024];

static void hear(const char *text, size_t n)
{
	strncat(heard, text, n);
}

static void outcome_is_the_last_line(void **state)
{
	struct failure f;

	(void)state;
	say_through(hear);
	fail(&f, OUTCOME_NO_KVM, "E-EL1", "start Linux at EL2");
	assert_int_equal(outcome_report(f.outcome, &f), 65);
	assert_string_equal(heard, "kvmshim: start Linux at EL2 (E-EL1)\n"
				   "kvmshim: outcome: no-kvm (65)\n");
	heard[0] = '\0';
	fail(&f, OUTCOME_POWEROFF, "", "stopped by SIGTERM");
	outcome_report(f.outcome, &f);
	assert_string_equal(heard, "kvmshim: stopped by SIGTERM\n"
				   "kvmshim: outcome: poweroff (0)\n");
	heard[0] = '\0';
	assert_int_equal(outcome_report(OUTCOME_POWEROFF, NULL), 0);
	assert_string_equal(heard, "kvmshim: outcome: poweroff (0)\n");
	say_through(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_codes_are_as_specified),
		cmocka_unit_test(fail_fills_the_failure),
		cmocka_unit_test(outcome_is_the_last_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
