// SPDX-License-Identifier: BSD-2-Clause
// The PL031's registers, its clock and its alarm.
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "board/dev.h"

#define S 1000000000ull
#define START 1700000000u

enum { DR = 0x0, MR = 0x4, LR = 0x8, CR = 0xc, IMSC = 0x10, RIS = 0x14, MIS = 0x18, ICR = 0x1c };

extern const struct model pl031_model;

static uint64_t clock_ns;
static struct dev rtc;
static _Alignas(8) uint8_t store[64];
static bool line;
static unsigned line_changes;
static uint64_t wake_ns;

static uint64_t env_now(void)
{
	return clock_ns;
}

static void env_irq(struct dev *dev, unsigned number, bool level)
{
	assert_ptr_equal(dev, &rtc);
	assert_int_equal(number, 0);
	assert_int_not_equal(level, line);
	line = level;
	line_changes++;
}

static void env_wake_at(struct dev *dev, uint64_t ns)
{
	assert_ptr_equal(dev, &rtc);
	wake_ns = ns;
}

static const struct dev_env env = { .irq = env_irq, .now = env_now, .wake_at = env_wake_at };

static int setup(void **state)
{
	(void)state;
	assert_true(pl031_model.state_size <= sizeof(store));
	memset(store, 0, sizeof(store));
	rtc = (struct dev){ .model = &pl031_model, .state = store, .env = &env };
	clock_ns = START * S + 999999999;
	line = false;
	line_changes = 0;
	wake_ns = 0;
	pl031_model.reset(&rtc);
	return 0;
}

static uint32_t get(uint64_t offset)
{
	return (uint32_t)pl031_model.read(&rtc, offset, 4);
}

static void put(uint64_t offset, uint32_t value)
{
	pl031_model.write(&rtc, offset, 4, value);
}

/* What the env does: time passes, and the model is woken when it asked for it. */
static void pass(uint64_t ns)
{
	clock_ns += ns;
	if (wake_ns && clock_ns >= wake_ns) {
		wake_ns = 0;
		pl031_model.wake(&rtc);
	}
}

static void reset_values(void **state)
{
	(void)state;
	assert_int_equal(get(DR), START);
	assert_int_equal(get(MR), 0);
	assert_int_equal(get(LR), 0);
	assert_int_equal(get(CR), 1);
	assert_int_equal(get(IMSC), 0);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(get(MIS), 0);
	assert_int_equal(get(ICR), 0);
	assert_int_equal(line_changes, 0);
	assert_int_equal(wake_ns, 0);
}

static void ids_are_arm_pl031(void **state)
{
	static const uint8_t ids[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		put(0xfe0 + 4 * i, 0xffffffff);
		assert_int_equal(get(0xfe0 + 4 * i), ids[i]);
	}
}

static void names_its_compatible(void **state)
{
	(void)state;
	assert_string_equal(pl031_model.compatible[0], "arm,pl031");
	assert_null(pl031_model.compatible[1]);
}

static void unknown_offsets_read_zero_and_drop_writes(void **state)
{
	uint8_t before[sizeof(store)];

	(void)state;
	memcpy(before, store, sizeof(store));
	for (uint64_t at = 0x20; at < 0x2000; at += 4) {
		put(at, 0xffffffff);
		if (at < 0xfe0 || at >= 0x1000)
			assert_int_equal(get(at), 0);
	}
	for (uint64_t at = 0; at < 0x20; at++)
		if (at & 3)
			pl031_model.write(&rtc, at, 1, 0xff);
	assert_memory_equal(store, before, sizeof(store));
	assert_int_equal(line_changes, 0);
}

static void registers_that_cannot_be_written(void **state)
{
	(void)state;
	put(DR, 5);
	put(CR, 0);
	put(RIS, 1);
	put(MIS, 1);
	assert_int_equal(get(DR), START);
	assert_int_equal(get(CR), 1);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(get(MIS), 0);
}

static void clock_counts_the_envs_seconds(void **state)
{
	(void)state;
	pass(1);
	assert_int_equal(get(DR), START + 1);
	pass(S - 1);
	assert_int_equal(get(DR), START + 1);
	pass(10 * S);
	assert_int_equal(get(DR), START + 11);
}

static void parts_of_a_word_can_be_read(void **state)
{
	(void)state;
	put(LR, 0x12345678);
	assert_int_equal(pl031_model.read(&rtc, DR, 1) & 0xff, 0x78);
	assert_int_equal(pl031_model.read(&rtc, DR + 1, 1) & 0xff, 0x56);
	assert_int_equal(pl031_model.read(&rtc, DR + 2, 2) & 0xffff, 0x1234);
}

static void load_sets_the_clock(void **state)
{
	(void)state;
	put(LR, 42);
	assert_int_equal(get(LR), 42);
	assert_int_equal(get(DR), 42);
	pass(3 * S);
	assert_int_equal(get(DR), 45);
	assert_int_equal(get(LR), 42);
	put(LR, UINT32_MAX);
	assert_int_equal(get(DR), UINT32_MAX);
	pass(S);
	assert_int_equal(get(DR), 0);
}

static void alarm_comes_at_the_match_and_not_before(void **state)
{
	(void)state;
	put(IMSC, 0xffffffff);
	assert_int_equal(get(IMSC), 1);
	put(MR, START + 10);
	assert_int_equal(get(MR), START + 10);
	assert_true(wake_ns == (START + 10) * S);
	pass(9 * S);
	pl031_model.wake(&rtc); /* early: asked for again */
	assert_false(line);
	assert_int_equal(get(RIS), 0);
	assert_true(wake_ns == (START + 10) * S);
	pass(1);
	assert_true(line);
	assert_int_equal(get(DR), START + 10);
	assert_int_equal(get(RIS), 1);
	assert_int_equal(get(MIS), 1);
	assert_int_equal(wake_ns, 0);
	put(ICR, 0xfffffffe);
	assert_true(line);
	put(ICR, 1);
	assert_false(line);
	assert_int_equal(get(RIS), 0);
	/* It does not come again by itself. */
	pass(100 * S);
	pl031_model.wake(&rtc);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(line_changes, 2);
}

static void match_with_this_very_second(void **state)
{
	(void)state;
	put(MR, START);
	assert_int_equal(get(RIS), 1);
	assert_int_equal(wake_ns, 0);
	assert_int_equal(line_changes, 0);
}

static void match_in_the_first_second_of_1970(void **state)
{
	(void)state;
	clock_ns = 0;
	put(MR, 0);
	assert_int_equal(get(RIS), 1);
}

static void masked_alarm_shows_in_ris_only(void **state)
{
	(void)state;
	put(MR, START + 1);
	pass(S);
	assert_int_equal(get(RIS), 1);
	assert_int_equal(get(MIS), 0);
	assert_int_equal(line_changes, 0);
	put(IMSC, 1);
	assert_true(line);
	assert_int_equal(get(MIS), 1);
	put(IMSC, 1);
	assert_int_equal(line_changes, 1);
	put(IMSC, 0);
	assert_false(line);
	assert_int_equal(line_changes, 2);
}

static void match_in_the_past_waits_for_the_wrap(void **state)
{
	(void)state;
	put(MR, START - 1);
	assert_int_equal(get(RIS), 0);
	assert_true(wake_ns == (START + 0xffffffffull) * S);
	pass(0xffffffffull * S);
	assert_int_equal(get(DR), START - 1);
	assert_int_equal(get(RIS), 1);
}

static void load_moves_a_match_that_is_set(void **state)
{
	(void)state;
	put(MR, 100);
	put(LR, 90);
	assert_true(wake_ns == (START + 10) * S);
	pass(10 * S);
	assert_int_equal(get(RIS), 1);
	put(ICR, 1);
	put(LR, 99);
	assert_int_equal(get(RIS), 0);
	pass(S);
	assert_int_equal(get(RIS), 1);
}

static void load_without_a_match_sets_no_alarm(void **state)
{
	(void)state;
	put(LR, 0);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(wake_ns, 0);
}

static void reset_puts_all_back(void **state)
{
	uint8_t first[sizeof(store)];

	(void)state;
	memcpy(first, store, sizeof(store));
	put(LR, 1000);
	put(IMSC, 1);
	put(MR, 1000);
	assert_true(line);
	put(MR, 2000);
	assert_int_not_equal(wake_ns, 0);
	pl031_model.reset(&rtc);
	assert_false(line);
	assert_int_equal(wake_ns, 0);
	assert_memory_equal(store, first, sizeof(store));
	line_changes = 0;
	reset_values(state);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(ids_are_arm_pl031, setup),
		cmocka_unit_test_setup(names_its_compatible, setup),
		cmocka_unit_test_setup(unknown_offsets_read_zero_and_drop_writes, setup),
		cmocka_unit_test_setup(registers_that_cannot_be_written, setup),
		cmocka_unit_test_setup(clock_counts_the_envs_seconds, setup),
		cmocka_unit_test_setup(parts_of_a_word_can_be_read, setup),
		cmocka_unit_test_setup(load_sets_the_clock, setup),
		cmocka_unit_test_setup(alarm_comes_at_the_match_and_not_before, setup),
		cmocka_unit_test_setup(match_with_this_very_second, setup),
		cmocka_unit_test_setup(match_in_the_first_second_of_1970, setup),
		cmocka_unit_test_setup(masked_alarm_shows_in_ris_only, setup),
		cmocka_unit_test_setup(match_in_the_past_waits_for_the_wrap, setup),
		cmocka_unit_test_setup(load_moves_a_match_that_is_set, setup),
		cmocka_unit_test_setup(load_without_a_match_sets_no_alarm, setup),
		cmocka_unit_test_setup(reset_puts_all_back, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
