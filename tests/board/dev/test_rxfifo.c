// SPDX-License-Identifier: BSD-2-Clause
// The receive FIFO by itself.
#include "board/dev/rxfifo.h"
#include "tests/board/dev/line.h"

static struct rxfifo fifo;

static int setup_of_depth(uint8_t depth)
{
	static const struct model model = { 0 };

	memset(&fifo, 0, sizeof(fifo));
	fifo.depth = depth;
	uart = (struct dev){ .model = &model, .env = &env };
	input_asked = 0;
	return 0;
}

static int setup_16(void **state)
{
	(void)state;
	return setup_of_depth(16);
}

static size_t put_text(bool open, const char *text, size_t n)
{
	return rxfifo_put(&fifo, open, (const uint8_t *)text, n);
}

static void bytes_come_out_as_they_went_in(void **state)
{
	(void)state;
	for (unsigned depth = 1; depth <= RXFIFO_MOST; depth++) {
		setup_of_depth((uint8_t)depth);
		/* Amounts of three, so that each depth wraps at another place. */
		for (unsigned in = 0, out = 0; out < 512;) {
			const uint8_t next[3] = { (uint8_t)in, (uint8_t)(in + 1),
						  (uint8_t)(in + 2) };

			in += (unsigned)rxfifo_put(&fifo, true, next, 3);
			assert_int_equal(fifo.count, in - out);
			assert_true(fifo.count <= depth);
			for (unsigned i = 0; i < 2 && out < in; i++)
				assert_int_equal(rxfifo_get(&fifo), out++ & 0xff);
		}
	}
}

static void what_does_not_fit_is_left(void **state)
{
	(void)state;
	assert_int_equal(put_text(true, letters, 20), 16);
	assert_true(fifo.refused);
	assert_int_equal(put_text(true, letters, 1), 0);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(rxfifo_get(&fifo), letters[i]);
	assert_int_equal(rxfifo_get(&fifo), -1);
	assert_int_equal(put_text(true, letters, 16), 16);
	assert_false(fifo.refused);
}

static void closed_one_takes_nothing(void **state)
{
	(void)state;
	assert_int_equal(put_text(false, letters, 1), 0);
	assert_true(fifo.refused);
	assert_int_equal(rxfifo_get(&fifo), -1);
	/* Nothing offered, nothing refused. */
	assert_int_equal(put_text(false, letters, 0), 0);
	assert_false(fifo.refused);
}

static void smaller_depth_keeps_what_is_there(void **state)
{
	(void)state;
	put_text(true, letters, 16);
	fifo.depth = 1;
	assert_int_equal(put_text(true, letters, 1), 0);
	assert_false(rxfifo_loop(&fifo, 'x'));
	assert_int_equal(fifo.count, 16);
	assert_int_equal(rxfifo_get(&fifo), letters[0]);
}

static void cleared_one_is_empty(void **state)
{
	(void)state;
	put_text(true, letters, 20);
	rxfifo_clear(&fifo);
	assert_int_equal(fifo.count, 0);
	assert_int_equal(rxfifo_get(&fifo), -1);
	assert_true(fifo.refused);
	assert_int_equal(put_text(true, letters, 16), 16);
}

static void input_is_asked_for_once_when_half_is_free(void **state)
{
	(void)state;
	put_text(true, letters, 20);
	for (unsigned i = 0; i < 7; i++) {
		rxfifo_get(&fifo);
		rxfifo_ask(&fifo, &uart, true);
	}
	assert_int_equal(input_asked, 0);
	rxfifo_get(&fifo);
	rxfifo_ask(&fifo, &uart, false);
	assert_int_equal(input_asked, 0);
	rxfifo_ask(&fifo, &uart, true);
	assert_int_equal(input_asked, 1);
	rxfifo_get(&fifo);
	rxfifo_ask(&fifo, &uart, true);
	assert_int_equal(input_asked, 1);
}

static void input_is_not_asked_for_where_none_was_refused(void **state)
{
	(void)state;
	rxfifo_ask(&fifo, &uart, true);
	put_text(true, letters, 16);
	rxfifo_get(&fifo);
	rxfifo_clear(&fifo);
	rxfifo_ask(&fifo, &uart, true);
	assert_int_equal(input_asked, 0);
}

static void depth_of_one_asks_when_it_is_empty(void **state)
{
	(void)state;
	setup_of_depth(1);
	assert_int_equal(put_text(true, "ab", 2), 1);
	rxfifo_ask(&fifo, &uart, true);
	assert_int_equal(input_asked, 0);
	assert_int_equal(rxfifo_get(&fifo), 'a');
	rxfifo_ask(&fifo, &uart, true);
	assert_int_equal(input_asked, 1);
}

static void loopback_fills_it_and_forgets_no_refusal(void **state)
{
	(void)state;
	put_text(false, "x", 1);
	for (unsigned i = 0; i < 16; i++)
		assert_true(rxfifo_loop(&fifo, (uint8_t)letters[i]));
	assert_false(rxfifo_loop(&fifo, 'z'));
	assert_true(fifo.refused);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(rxfifo_get(&fifo), letters[i]);
	rxfifo_ask(&fifo, &uart, true);
	assert_int_equal(input_asked, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(bytes_come_out_as_they_went_in, setup_16),
		cmocka_unit_test_setup(what_does_not_fit_is_left, setup_16),
		cmocka_unit_test_setup(closed_one_takes_nothing, setup_16),
		cmocka_unit_test_setup(smaller_depth_keeps_what_is_there, setup_16),
		cmocka_unit_test_setup(cleared_one_is_empty, setup_16),
		cmocka_unit_test_setup(input_is_asked_for_once_when_half_is_free, setup_16),
		cmocka_unit_test_setup(input_is_not_asked_for_where_none_was_refused, setup_16),
		cmocka_unit_test_setup(depth_of_one_asks_when_it_is_empty, setup_16),
		cmocka_unit_test_setup(loopback_fills_it_and_forgets_no_refusal, setup_16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
