// SPDX-License-Identifier: BSD-2-Clause
// Who called whom: frames of AArch64, A32 and T32, good and bad.
#include "tests/boot/still.h"

#include "boot/backtrace.h"

#define STACK (RAM + 0x8000)

static uint64_t pc[BACKTRACE_MAX];

/* A record of AArch64's: the caller's frame, and where it goes on. */
static void frame(uint64_t at, uint64_t next, uint64_t link)
{
	put64(at, next);
	put64(at + 8, link);
}

static void assert_calls(unsigned n, const uint64_t *want)
{
	assert_int_equal(backtrace_take(&shim, &shim.vcpu[0], pc), n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(pc[i], want[i]);
}

static void frames_are_followed_to_the_end(void **state)
{
	const uint64_t want[] = { RAM + 0x1000, RAM + 0x2004, RAM + 0x3008, RAM + 0x400c };

	(void)state;
	reg_is(0, X(29), STACK);
	reg_is(0, X(30), RAM + 0x2004); /* the first record says it again */
	frame(STACK, STACK + 0x20, RAM + 0x2004);
	frame(STACK + 0x20, STACK + 0x60, RAM + 0x3008);
	frame(STACK + 0x60, 0, RAM + 0x400c);
	assert_calls(4, want);
}

static void a_function_without_a_frame_has_its_caller_in_x30(void **state)
{
	const uint64_t want[] = { RAM + 0x1000, RAM + 0x1804, RAM + 0x2004 };

	(void)state;
	reg_is(0, X(29), STACK);
	reg_is(0, X(30), RAM + 0x1804);
	frame(STACK, 0, RAM + 0x2004);
	assert_calls(3, want);
}

static void authentication_codes_are_taken_away(void **state)
{
	const uint64_t want[] = { RAM + 0x1000, RAM + 0x2004, 0xffff800008001234 };

	(void)state;
	reg_is(0, X(29), STACK);
	reg_is(0, X(30), 0x5a00000000000000 | (RAM + 0x2004));
	frame(STACK, 0, 0xa580800008001234); /* bit 55: of the upper half */
	assert_calls(3, want);
}

static void frames_that_go_round_or_nowhere_end_it(void **state)
{
	static const uint64_t bad[] = { STACK, STACK - 16,	     STACK + 4,
					1,     STACK + (2ull << 20), 0xdead000000000000 };

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const uint64_t want[] = { RAM + 0x1000, RAM + 0x1804, RAM + 0x2004 };

		reg_is(0, X(29), STACK);
		reg_is(0, X(30), RAM + 0x1804);
		frame(STACK, bad[i], RAM + 0x2004);
		frame(STACK + 4, STACK, RAM + 0x2004);
		frame(STACK, bad[i], RAM + 0x2004);
		assert_calls(3, want);
	}
	reg_is(0, X(29), RAM + RAM_SIZE - 8);
	assert_int_equal(backtrace_take(&shim, &shim.vcpu[0], pc), 2);
	reg_is(0, X(30), 0);
	assert_int_equal(backtrace_take(&shim, &shim.vcpu[0], pc), 1);
}

static void an_endless_stack_is_cut_off(void **state)
{
	(void)state;
	reg_is(0, X(29), STACK);
	reg_is(0, X(30), RAM + 0x2000);
	for (unsigned i = 0; i < 100; i++)
		frame(STACK + 16 * i, STACK + 16 * (i + 1), RAM + 0x2004 + 4 * i);
	assert_int_equal(backtrace_take(&shim, &shim.vcpu[0], pc), BACKTRACE_MAX);
}

/* R11 points at the saved R14; R14 of Supervisor mode. */
static void a32_keeps_frames_by_r11(void **state)
{
	const uint64_t want[] = { RAM + 0x1000, RAM + 0x1804, RAM + 0x2004, RAM + 0x3008 };

	(void)state;
	reg_is(0, X(14), RAM + 0x666); /* User mode's */
	reg_is(0, X(18), RAM + 0x1804);
	reg_is(0, X(11), STACK + 4);
	put32(STACK, STACK + 0x14);
	put32(STACK + 4, RAM + 0x2004);
	put32(STACK + 0x10, 0);
	put32(STACK + 0x14, RAM + 0x3008);
	assert_calls(4, want);
}

/* R7 points at the record; bit 0 of a return address is the instruction set. */
static void t32_keeps_frames_by_r7(void **state)
{
	const uint64_t want[] = { RAM + 0x1000, RAM + 0x1804, RAM + 0x2004 };

	(void)state;
	reg_is(0, PSTATE, 0x1f3);
	reg_is(0, X(18), RAM + 0x1805);
	reg_is(0, X(7), STACK);
	put32(STACK, 0);
	put32(STACK + 4, RAM + 0x2005);
	assert_calls(3, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_are_followed_to_the_end),
		TEST(a_function_without_a_frame_has_its_caller_in_x30),
		TEST(authentication_codes_are_taken_away),
		TEST(frames_that_go_round_or_nowhere_end_it),
		TEST(an_endless_stack_is_cut_off),
		TEST32(a32_keeps_frames_by_r11),
		TEST32(t32_keeps_frames_by_r7),
	};

	return cmocka_run_group_tests_name("boot/backtrace", tests, NULL, NULL);
}
