// SPDX-License-Identifier: BSD-2-Clause
// boot/monitor/monitor.c: whose the bytes are that come at once.
#include "tests/boot/gdb/talker.h"

#include <time.h>

#include "boot/monitor/transfer.h"

#define LOOK_NS 10000000
#define LOOKS 300

static void opened(void)
{
	key("c");
	heard();
	assert_int_equal(monitor_line_owner(), LINE_MONITOR);
}

/* The person gives the file up, and the other side is quiet. */
static void given_up(void)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };

	TYPES("\3");
	for (unsigned i = 0; i < LOOKS && monitor_line_owner() == LINE_TRANSFER; i++) {
		nanosleep(&look, NULL);
		transfer_serve(&shim);
	}
	assert_int_equal(monitor_line_owner(), LINE_MONITOR);
	assert_non_null(strstr(heard(), "it was given up"));
}

static void a_key_behind_load_is_none(void **state)
{
	(void)state;
	opened();
	TYPES("load @0\r" ESCAPE "h");
	assert_int_equal(monitor_line_owner(), LINE_TRANSFER);
	assert_null(strstr(heard(), "this help"));
	given_up();
}

static void half_a_key_behind_load_is_forgotten(void **state)
{
	(void)state;
	opened();
	TYPES("load @0\r" ESCAPE);
	given_up();
	TYPES("c");
	assert_int_equal(monitor_line_owner(), LINE_MONITOR);
	TYPES("ontinue\r");
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_LINE(a_key_behind_load_is_none),
		TEST_LINE(half_a_key_behind_load_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
