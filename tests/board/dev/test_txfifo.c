// SPDX-License-Identifier: BSD-2-Clause
// How full a transmit FIFO is, by the room on the line.
#include "tests/board/dev/line.h"

#include "board/dev/txfifo.h"

static void fill_is_what_room_lacks(void **state)
{
	static const struct {
		size_t room;
		unsigned depth, fill;
	} row[] = {
		{ 4096, 16, 0 },
		{ 16, 16, 0 },
		{ 15, 16, 1 },
		{ 0, 16, 16 },
		{ 1, 1, 0 },
		{ 0, 1, 1 },
		{ 32, 32, 0 },
		{ 31, 32, 1 },
		{ 0, 32, 32 },
		/* A room of 32 is as much as there may ever be. */
		{ 32, 128, 0 },
		{ 31, 128, 97 },
		{ 0, 128, 128 },
	};

	(void)state;
	uart = (struct dev){ .env = &env };
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		room = row[i].room;
		assert_int_equal(txfifo_fill(&uart, row[i].depth), row[i].fill);
	}
}

static void watch_asks_to_be_woken_in_a_millisecond(void **state)
{
	(void)state;
	uart = (struct dev){ .env = &env };
	clock_ns = 77;
	txfifo_watch(&uart);
	assert_int_equal(wake_ns, 1000077);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fill_is_what_room_lacks),
		cmocka_unit_test(watch_asks_to_be_woken_in_a_millisecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
