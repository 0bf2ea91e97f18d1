// SPDX-License-Identifier: BSD-2-Clause
// boot/monitor/actions.c: what the keys behind the escape key do, while the guest or the monitor has the line.
#include "tests/boot/gdb/talker.h"

static void guest_prints(const char *text)
{
	console_put(&shim.io.console, (const uint8_t *)text, strlen(text));
}

static void help_is_told_aside(void **state)
{
	const char *text;

	(void)state;
	guest_prints("half a line");
	key("h");
	guest_prints(", the rest");
	text = heard();
	assert_non_null(strstr(text, "half a line\r\n^A h   this help\r\n^A c   the monitor"));
	assert_non_null(strstr(text, "^A ^A  ^A itself, for the guest\r\n, the rest"));
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	assert_false(monitor_paused());
}

static void a_key_that_is_none_is_told(void **state)
{
	(void)state;
	key("q");
	assert_string_equal(heard(),
			    "^A q is no key of kvmshim's, and dropped: ^A h tells all\r\n");
	key("\x1c");
	assert_string_equal(heard(), "^A and that key do nothing: ^A h tells all\r\n");
	assert_int_equal(ring_count(&shim.io.console.rx), 0);
}

static void with_ctrl_held_down_it_is_the_same_key(void **state)
{
	(void)state;
	key("\x14"); /* Ctrl-T */
	assert_string_equal(heard(), "times in front of the guest's lines: on\r\n");
}

static void stamps_are_switched(void **state)
{
	const char *text;

	(void)state;
	key("t");
	assert_string_equal(heard(), "times in front of the guest's lines: on\r\n");
	guest_prints("stamped\n");
	text = heard();
	assert_int_equal(text[0], '[');
	assert_non_null(strstr(text, "] stamped\n"));
	key("t");
	assert_string_equal(heard(), "times in front of the guest's lines: off\r\n");
	guest_prints("plain\n");
	assert_string_equal(heard(), "plain\n");
}

static void break_without_a_console_is_refused(void **state)
{
	(void)state;
	key("b");
	assert_non_null(strstr(heard(), "no BREAK sent: the guest's console is off or full"));
}

static void dump_tells_of_all_vcpus_and_goes_on(void **state)
{
	const char *text;

	(void)state;
	key("d");
	text = heard();
	assert_non_null(strstr(
		text, "vCPU 0  pc 0x40001000\r\npstate 00000005  EL1h ---- masked: nothing\r\n"));
	assert_non_null(strstr(text, "vCPU 1  pc 0x40001100\r\n"));
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	assert_int_equal(shim.vcpus.pauses, 0);
}

static void the_monitor_opens_and_closes(void **state)
{
	(void)state;
	key("c");
	assert_string_equal(heard(), "paused> ");
	assert_int_equal(shim.vcpus.pauses, 1);
	guest_prints("late");
	assert_string_equal(heard(), "");
	key("c");
	assert_string_equal(heard(), "\r\nlate");
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	assert_int_equal(shim.vcpus.pauses, 0);
}

static void what_was_typed_of_a_line_stands_there_again(void **state)
{
	const char *text;

	(void)state;
	key("c");
	TYPES("info re");
	heard();
	key("q");
	text = heard();
	assert_non_null(strstr(text, "is no key of kvmshim's"));
	assert_string_equal(strrchr(text, '\n') + 1, "paused> info re");
}

static void reset_and_stop_are_asked_of_the_loop(void **state)
{
	struct failure why;

	(void)state;
	key("r");
	assert_true(stop_asked(&shim.stop, &why) && monitor_restarts());
	assert_int_equal(why.outcome, OUTCOME_RESET);
	stop_forget(&shim.stop);
	monitor_restarted(&shim);
	key("x");
	assert_true(stop_asked(&shim.stop, &why) && !monitor_restarts());
	assert_int_equal(why.outcome, OUTCOME_POWEROFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_LINE(help_is_told_aside),
		TEST_LINE(a_key_that_is_none_is_told),
		TEST_LINE(with_ctrl_held_down_it_is_the_same_key),
		TEST_LINE(stamps_are_switched),
		TEST_LINE(break_without_a_console_is_refused),
		TEST_LINE(dump_tells_of_all_vcpus_and_goes_on),
		TEST_LINE(the_monitor_opens_and_closes),
		TEST_LINE(what_was_typed_of_a_line_stands_there_again),
		TEST_LINE(reset_and_stop_are_asked_of_the_loop),
	};

	return cmocka_run_group_tests_name("boot/monitor/actions", tests, NULL, NULL);
}
