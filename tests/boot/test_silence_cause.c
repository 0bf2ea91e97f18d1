// SPDX-License-Identifier: BSD-2-Clause
// From what is seen of a silent guest to the cause.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boot/silence_cause.h"

/* A guest that goes round in a few instructions, having printed something. */
static struct silence_facts spins(void)
{
	struct silence_facts f = { .spoke = true, .samples = SILENCE_SAMPLES };

	for (unsigned i = 0; i < f.samples; i++)
		f.pc[i] = 0x40001000 + 4 * i;
	return f;
}

static void a_loop_is_told_from_work(void **state)
{
	struct silence_facts f = spins();

	(void)state;
	assert_int_equal(silence_cause_of(&f), SILENCE_LOOP);
	f.pc[3] = 0x40009000;
	assert_int_equal(silence_cause_of(&f), SILENCE_BUSY);
}

static void waiting_for_a_key_is_no_alarm_once_it_has_spoken(void **state)
{
	struct silence_facts f = spins();

	(void)state;
	f.place = SILENCE_PLACE_CONSOLE;
	assert_int_equal(silence_cause_of(&f), SILENCE_IDLE);
	f.spoke = false;
	assert_int_equal(silence_cause_of(&f), SILENCE_DEVICE);
}

static void each_place_has_its_cause(void **state)
{
	static const enum silence_cause want[] = {
		[SILENCE_PLACE_UART] = SILENCE_OTHER_UART,
		[SILENCE_PLACE_DEVICE] = SILENCE_DEVICE,
		[SILENCE_PLACE_STUB] = SILENCE_POLL,
		[SILENCE_PLACE_NOWHERE] = SILENCE_LOST,
	};

	(void)state;
	for (enum silence_place p = SILENCE_PLACE_UART; p <= SILENCE_PLACE_NOWHERE; p++) {
		struct silence_facts f = spins();

		f.place = p;
		assert_int_equal(silence_cause_of(&f), want[p]);
	}
}

static void a_vcpu_that_sleeps_is_well_unless_nothing_can_wake_it(void **state)
{
	struct silence_facts f = spins();

	(void)state;
	f.waits = f.open = true;
	assert_int_equal(silence_cause_of(&f), SILENCE_IDLE);
	f.open = false;
	assert_int_equal(silence_cause_of(&f), SILENCE_ASLEEP);
	f.off = true;
	assert_int_equal(silence_cause_of(&f), SILENCE_IDLE);
}

static void vectors_come_before_all_else(void **state)
{
	struct silence_facts f = spins();

	(void)state;
	f.vectors = f.waits = true;
	f.place = SILENCE_PLACE_STUB;
	assert_int_equal(silence_cause_of(&f), SILENCE_VECTORS);
}

static void programs_of_a_guests_system_are_its_own_affair(void **state)
{
	struct silence_facts f = spins();

	(void)state;
	f.user = true;
	assert_int_equal(silence_cause_of(&f), SILENCE_IDLE);
}

static void each_cause_has_words_and_a_remedy(void **state)
{
	(void)state;
	for (enum silence_cause c = SILENCE_VECTORS; c <= SILENCE_BUSY; c++) {
		assert_true(strlen(silence_cause_text(c)) > 5);
		assert_true(strlen(silence_cause_remedy(c)) > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_is_told_from_work),
		cmocka_unit_test(waiting_for_a_key_is_no_alarm_once_it_has_spoken),
		cmocka_unit_test(each_place_has_its_cause),
		cmocka_unit_test(a_vcpu_that_sleeps_is_well_unless_nothing_can_wake_it),
		cmocka_unit_test(vectors_come_before_all_else),
		cmocka_unit_test(programs_of_a_guests_system_are_its_own_affair),
		cmocka_unit_test(each_cause_has_words_and_a_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
