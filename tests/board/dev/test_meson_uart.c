// SPDX-License-Identifier: BSD-2-Clause
// The Meson UART as drivers see it.
#include "tests/board/dev/line.h"

enum { WFIFO = 0, RFIFO = 4, CONTROL = 8, STATUS = 0xc, MISC = 0x10, REG5 = 0x14 };

#define TX_EN 0x1000u
#define RX_EN 0x2000u
#define TX_RST 0x400000u
#define RX_RST 0x800000u
#define CLEAR_ERR 0x1000000u
#define RX_INT_EN 0x8000000u
#define TX_INT_EN 0x10000000u
#define RX_FULL 0x80000u
#define RX_EMPTY 0x100000u
#define TX_FULL 0x200000u
#define TX_EMPTY 0x400000u
#define TX_BUSY 0x2000000u

extern const struct model meson_uart_model;

static int setup(void **state)
{
	(void)state;
	line_setup(&meson_uart_model, (struct dev_traits){ .lines = 1 });
	return 0;
}

/* As Linux's driver starts it up. */
static int setup_linux(void **state)
{
	setup(state);
	put(CONTROL, get(CONTROL) | RX_RST | TX_RST | CLEAR_ERR);
	put(CONTROL, get(CONTROL) & ~(RX_RST | TX_RST | CLEAR_ERR));
	put(CONTROL, get(CONTROL) | RX_EN | TX_EN);
	put(CONTROL, get(CONTROL) | RX_INT_EN | TX_INT_EN);
	put(MISC, 32 << 8 | 1);
	return 0;
}

static void reset_values(void **state)
{
	(void)state;
	assert_int_equal(get(WFIFO), 0);
	assert_int_equal(get(RFIFO), 0);
	assert_int_equal(get(CONTROL), 0x8000 | TX_EN | RX_EN);
	assert_int_equal(get(STATUS), RX_EMPTY | TX_EMPTY);
	assert_int_equal(get(MISC), 0x200f);
	assert_int_equal(get(REG5), 0x1800044);
	assert_int_equal(line_changes, 0);
	assert_int_equal(input_asked, 0);
	assert_int_equal(wake_ns, 0);
}

static void registers_keep_what_is_written(void **state)
{
	static const uint64_t kept[] = { CONTROL, MISC, REG5 };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		for (unsigned bit = 0; bit < 32; bit++) {
			put(kept[i], 1u << bit);
			assert_int_equal(get(kept[i]), 1u << bit);
		}
	put(STATUS, 0xffffffff);
	assert_int_equal(get(STATUS), RX_EMPTY | TX_EMPTY);
	put(RFIFO, 'x');
	assert_int_equal(sent_count, 0);
}

static void what_is_no_register_reads_0(void **state)
{
	(void)state;
	type("a", 1);
	for (uint64_t at = 0; at < 0x1000; at++) {
		if (at % 4 == 0 && at < 0x18)
			continue;
		for (unsigned size = 1; size <= 8; size *= 2) {
			meson_uart_model.write(&uart, at, size, ~0ull);
			assert_int_equal(meson_uart_model.read(&uart, at, size), 0);
		}
	}
	assert_int_equal(sent_count, 0);
	assert_int_equal(get(CONTROL), 0x8000 | TX_EN | RX_EN);
	assert_int_equal(get(RFIFO), 'a');
}

static void all_byte_values_go_both_ways(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		const uint8_t byte = (uint8_t)c;

		put(WFIFO, c);
		assert_int_equal(meson_uart_model.input(&uart, &byte, 1), 1);
		assert_int_equal(get(STATUS), 1 | TX_EMPTY);
		assert_int_equal(meson_uart_model.read(&uart, RFIFO, c & 1 ? 1 : 4), c);
		assert_int_equal(get(STATUS), RX_EMPTY | TX_EMPTY);
	}
	assert_int_equal(sent_count, 256);
	for (unsigned c = 0; c < 256; c++)
		assert_int_equal(sent[c], c);
}

static void output_needs_no_enable(void **state)
{
	(void)state;
	put(CONTROL, 0);
	put(WFIFO, 'x');
	assert_int_equal(sent_count, 1);
}

static void receive_fifo_holds_64_and_asks_at_half(void **state)
{
	(void)state;
	assert_int_equal(type(letters, 62), 62);
	assert_int_equal(get(STATUS), 62 | TX_EMPTY);
	assert_int_equal(type(letters, 3), 2);
	assert_int_equal(get(STATUS), 64 | RX_FULL | TX_EMPTY);
	for (unsigned i = 0; i < 31; i++)
		assert_int_equal(get(RFIFO), letters[i]);
	assert_int_equal(input_asked, 0);
	get(RFIFO);
	assert_int_equal(input_asked, 1);
}

static void receiver_off_or_in_reset_takes_nothing(void **state)
{
	static const uint32_t off[] = { TX_EN, RX_EN | RX_RST };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		put(CONTROL, RX_EN);
		assert_int_equal(type("a", 1), 1);
		put(CONTROL, off[i]);
		assert_int_equal(get(STATUS) & 0x7f, off[i] & RX_RST ? 0 : 1);
		assert_int_equal(type("b", 1), 0);
		put(CONTROL, RX_EN);
		assert_int_equal(input_asked, i + 1);
		get(RFIFO);
	}
}

static void status_shows_what_waits_for_the_line(void **state)
{
	(void)state;
	room = 65;
	assert_int_equal(get(STATUS), RX_EMPTY | TX_EMPTY);
	room = 40;
	assert_int_equal(get(STATUS), RX_EMPTY | TX_BUSY | 24 << 8);
	room = 0;
	assert_int_equal(get(STATUS), RX_EMPTY | TX_BUSY | TX_FULL | 64 << 8);
}

static void receive_interrupt_at_its_count(void **state)
{
	(void)state;
	put(MISC, 3);
	put(CONTROL, RX_EN | RX_INT_EN);
	type("ab", 2);
	assert_false(line);
	type("c", 1);
	assert_true(line);
	get(RFIFO);
	assert_false(line);
	type("d", 1);
	assert_true(line);
	put(CONTROL, RX_EN);
	assert_false(line);
	put(MISC, 0); /* a count of none needs a byte all the same */
	put(CONTROL, RX_EN | RX_INT_EN);
	assert_true(line);
	put(CONTROL, RX_EN | RX_INT_EN | RX_RST);
	assert_false(line);
}

static void transmit_interrupt_is_a_pulse_at_its_count(void **state)
{
	(void)state;
	put(MISC, 4 << 8 | 1);
	put(CONTROL, RX_EN | RX_INT_EN | TX_INT_EN);
	assert_int_equal(line_changes, 0); /* nothing was written */
	for (unsigned i = 1; i <= 8; i++) {
		put(WFIFO, 'x');
		assert_false(line);
		assert_int_equal(line_changes, i / 4 * 2);
	}
	type("a", 1);
	assert_int_equal(line_changes, 5);
	for (unsigned i = 0; i < 4; i++)
		put(WFIFO, 'x');
	assert_true(line);
	assert_int_equal(line_changes, 7); /* an edge of its own */
	put(CONTROL, RX_EN);
	for (unsigned i = 0; i < 300; i++)
		put(WFIFO, 'x');
	assert_int_equal(line_changes, 8);
	put(MISC, 1);
	put(CONTROL, RX_EN | TX_INT_EN);
	put(WFIFO, 'x');
	assert_int_equal(line_changes, 8); /* a count of 0: never */
}

static void transmit_interrupt_waits_for_the_line(void **state)
{
	(void)state;
	put(MISC, 32 << 8 | 1);
	room = 10;
	for (unsigned i = 0; i < 40; i++)
		put(WFIFO, 'x');
	assert_int_equal(wake_ns, 0);
	put(CONTROL, RX_EN | TX_INT_EN);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	room = 32; /* 32 left: not below */
	clock_ns = wake_ns;
	meson_uart_model.wake(&uart);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	assert_int_equal(line_changes, 0);
	room = 33;
	meson_uart_model.wake(&uart);
	assert_int_equal(line_changes, 2);
	meson_uart_model.wake(&uart);
	assert_int_equal(line_changes, 2);
}

/* Linux's handler, called at each rising edge. */
static void linux_moves_all_both_ways(void **state)
{
	size_t fed = 0, got = 0, written = 0;
	uint8_t in[sizeof(letters)];
	unsigned edges = 0; /* rising ones that were served */

	(void)state;
	room = 5;
	while (!(get(STATUS) & TX_FULL))
		put(WFIFO, (uint8_t)letters[written++]);
	for (unsigned turn = 0; turn < 400 && (got < 62 || written < 62); turn++) {
		if (fed < 62)
			fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
		if (wake_ns) {
			clock_ns = wake_ns;
			wake_ns = 0;
			meson_uart_model.wake(&uart);
		}
		room += 3;
		if ((line_changes + 1) / 2 == edges)
			continue;
		edges = (line_changes + 1) / 2;
		while (!(get(STATUS) & RX_EMPTY))
			in[got++] = (uint8_t)get(RFIFO);
		while (!(get(STATUS) & TX_FULL) && written < 62)
			put(WFIFO, (uint8_t)letters[written++]);
		put(CONTROL, written < 62 ? get(CONTROL) : get(CONTROL) & ~TX_INT_EN);
	}
	assert_int_equal(got, 62);
	assert_memory_equal(in, letters, 62);
	assert_int_equal(sent_count, 62);
	assert_memory_equal(sent, letters, 62);
	assert_false(line);
}

static void reset_in_place_forgets_all(void **state)
{
	(void)state;
	assert_int_equal(type(letters, 62), 62);
	assert_int_equal(type(letters, 3), 2);
	assert_true(line);
	meson_uart_model.reset(&uart);
	assert_false(line);
	assert_int_equal(input_asked, 1); /* what was refused is asked for again */
	assert_int_equal(get(STATUS), RX_EMPTY | TX_EMPTY);
	assert_int_equal(get(CONTROL), 0x8000 | TX_EN | RX_EN);
	assert_int_equal(get(MISC), 0x200f);
}

static void names_are_those_of_the_trees(void **state)
{
	static const char *const names[] = { "amlogic,meson-gx-uart",	"amlogic,meson-ao-uart",
					     "amlogic,meson-g12a-uart", "amlogic,meson-a1-uart",
					     "amlogic,meson-s4-uart",	"amlogic,a4-uart",
					     "amlogic,t7-uart",		"amlogic,meson-uart" };

	(void)state;
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		unsigned k = 0;

		while (meson_uart_model.compatible[k] &&
		       strcmp(meson_uart_model.compatible[k], names[i]))
			k++;
		assert_non_null(meson_uart_model.compatible[k]);
	}
	assert_int_equal(meson_uart_model.posted_at, WFIFO);
	assert_int_equal(meson_uart_model.posted_size, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(registers_keep_what_is_written, setup),
		cmocka_unit_test_setup(what_is_no_register_reads_0, setup),
		cmocka_unit_test_setup(all_byte_values_go_both_ways, setup),
		cmocka_unit_test_setup(output_needs_no_enable, setup),
		cmocka_unit_test_setup(receive_fifo_holds_64_and_asks_at_half, setup),
		cmocka_unit_test_setup(receiver_off_or_in_reset_takes_nothing, setup),
		cmocka_unit_test_setup(status_shows_what_waits_for_the_line, setup),
		cmocka_unit_test_setup(receive_interrupt_at_its_count, setup),
		cmocka_unit_test_setup(transmit_interrupt_is_a_pulse_at_its_count, setup),
		cmocka_unit_test_setup(transmit_interrupt_waits_for_the_line, setup),
		cmocka_unit_test_setup(linux_moves_all_both_ways, setup_linux),
		cmocka_unit_test_setup(reset_in_place_forgets_all, setup_linux),
		cmocka_unit_test_setup(names_are_those_of_the_trees, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
