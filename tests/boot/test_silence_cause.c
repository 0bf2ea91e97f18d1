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
	struct silence_facts f = { .spoke = true, .samples = SILENCE_SAMPLES, .el = 1 };

	for (unsigned i = 0; i < f.samples; i++)
		f.pc[i] = 0x40001000 + 4 * i;
	return f;
}

/* One that sleeps, and can be woken. */
static struct silence_facts sleeps(void)
{
	struct silence_facts f = spins();

	f.sleeps = true;
	f.wake = (struct silence_wake){
		.known = true, .forwarded = true, .enabled = true, .passes = true, .source = true
	};
	return f;
}

static enum silence_cause of(struct silence_facts f)
{
	return silence_cause_of(&f);
}

static void a_loop_is_told_from_work(void **state)
{
	struct silence_facts f = spins();

	(void)state;
	assert_int_equal(of(f), SILENCE_LOOP);
	f.pc[3] = 0x40009000;
	assert_int_equal(of(f), SILENCE_IDLE);
	f.spoke = false;
	assert_int_equal(of(f), SILENCE_BUSY);
}

static void waiting_for_a_key_is_no_alarm_once_it_has_spoken(void **state)
{
	struct silence_facts f = spins();

	(void)state;
	f.place = SILENCE_PLACE_CONSOLE;
	assert_int_equal(of(f), SILENCE_IDLE);
	f.spoke = false;
	assert_int_equal(of(f), SILENCE_DEVICE);
}

static void each_place_has_its_cause(void **state)
{
	static const enum silence_cause want[] = {
		[SILENCE_PLACE_UART] = SILENCE_OTHER_UART, [SILENCE_PLACE_DEVICE] = SILENCE_DEVICE,
		[SILENCE_PLACE_CLOCK] = SILENCE_CLOCK,	   [SILENCE_PLACE_POWER] = SILENCE_POWER,
		[SILENCE_PLACE_STUB] = SILENCE_POLL,	   [SILENCE_PLACE_NOWHERE] = SILENCE_LOST,
	};

	(void)state;
	for (enum silence_place p = SILENCE_PLACE_UART; p <= SILENCE_PLACE_NOWHERE; p++) {
		struct silence_facts f = spins();

		f.place = p;
		assert_int_equal(of(f), want[p]);
	}
}

static void a_vcpu_that_sleeps_is_well_unless_nothing_can_wake_it(void **state)
{
	struct silence_facts f = sleeps();

	(void)state;
	assert_int_equal(of(f), SILENCE_IDLE);
	f.wake.source = false;
	assert_int_equal(of(f), SILENCE_NO_SOURCE);
	f.wake.pending = true;
	assert_int_equal(of(f), SILENCE_IDLE);
	f.masked = true;
	assert_int_equal(of(f), SILENCE_MASKS);
	f.wake.passes = false;
	assert_int_equal(of(f), SILENCE_PRIORITY);
	f.wake.enabled = false;
	assert_int_equal(of(f), SILENCE_NONE_ENABLED);
	f.wake.forwarded = false;
	assert_int_equal(of(f), SILENCE_GIC_OFF);
	f.wake.known = false;
	assert_int_equal(of(f), SILENCE_IDLE);
	f.wake.known = f.off = true;
	assert_int_equal(of(f), SILENCE_IDLE);
}

/* Linux sleeps so: the interrupt that wakes it is taken later. */
static void masked_interrupts_alone_are_no_alarm(void **state)
{
	struct silence_facts f = sleeps();

	(void)state;
	f.masked = true;
	assert_int_equal(of(f), SILENCE_IDLE);
}

static void vectors_come_before_all_else(void **state)
{
	struct silence_facts f = sleeps();

	(void)state;
	f.vectors = true;
	f.place = SILENCE_PLACE_STUB;
	assert_int_equal(of(f), SILENCE_VECTORS);
}

static void programs_of_a_guests_system_are_its_own_affair(void **state)
{
	struct silence_facts f = spins();

	(void)state;
	f.user = true;
	assert_int_equal(of(f), SILENCE_IDLE);
}

static void one_vcpu_is_told_of_the_one_with_the_worst_cause(void **state)
{
	struct silence_facts f[3] = { spins(), spins(), spins() };
	enum silence_cause cause;

	(void)state;
	f[1].place = SILENCE_PLACE_CLOCK;
	f[2].off = true;
	assert_int_equal(silence_worst(f, 3, &cause), 1);
	assert_int_equal(cause, SILENCE_CLOCK);
	f[2].off = false;
	f[2].vectors = true;
	assert_int_equal(silence_worst(f, 3, &cause), 2);
	assert_int_equal(cause, SILENCE_VECTORS);
}

static void a_guest_whose_vcpu_polls_its_console_is_well(void **state)
{
	struct silence_facts f[2] = { spins(), spins() };
	enum silence_cause cause;

	(void)state;
	assert_int_equal(silence_worst(f, 2, &cause), 0);
	f[1].place = SILENCE_PLACE_CONSOLE;
	assert_int_equal(silence_worst(f, 2, &cause), -1);
	f[1].off = true; /* what it touched is of before */
	assert_int_equal(silence_worst(f, 2, &cause), 0);
}

static void vcpus_may_sleep_for_ever_while_one_is_well(void **state)
{
	struct silence_facts f[2] = { sleeps(), sleeps() };
	enum silence_cause cause;

	(void)state;
	f[1].wake.enabled = false;
	assert_int_equal(silence_worst(f, 2, &cause), -1);
	f[0].off = true;
	assert_int_equal(silence_worst(f, 2, &cause), 1);
	assert_int_equal(cause, SILENCE_NONE_ENABLED);
	assert_int_equal(silence_worst(f, 1, &cause), -1);
}

static void each_cause_has_words_and_a_remedy(void **state)
{
	(void)state;
	for (enum silence_cause c = SILENCE_IDLE + 1; c < SILENCE_CAUSES; c++) {
		assert_true(strlen(silence_cause_text(c)) > 5);
		/* That of an exception is the exception's own. */
		assert_int_equal(strlen(silence_cause_remedy(c)) > 5, c != SILENCE_VECTORS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_is_told_from_work),
		cmocka_unit_test(waiting_for_a_key_is_no_alarm_once_it_has_spoken),
		cmocka_unit_test(each_place_has_its_cause),
		cmocka_unit_test(a_vcpu_that_sleeps_is_well_unless_nothing_can_wake_it),
		cmocka_unit_test(masked_interrupts_alone_are_no_alarm),
		cmocka_unit_test(vectors_come_before_all_else),
		cmocka_unit_test(programs_of_a_guests_system_are_its_own_affair),
		cmocka_unit_test(one_vcpu_is_told_of_the_one_with_the_worst_cause),
		cmocka_unit_test(a_guest_whose_vcpu_polls_its_console_is_well),
		cmocka_unit_test(vcpus_may_sleep_for_ever_while_one_is_well),
		cmocka_unit_test(each_cause_has_words_and_a_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
