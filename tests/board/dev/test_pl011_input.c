// SPDX-License-Identifier: BSD-2-Clause
// What comes in through a PL011: FIFO, interrupts, loopback.
#include "tests/board/dev/uart.h"

static void all_byte_values_come_in_in_every_size(void **state)
{
	(void)state;
	for (unsigned size = 1; size <= 8; size *= 2) {
		for (unsigned c = 0; c < 256; c++) {
			uint8_t byte = (uint8_t)c;

			assert_int_equal(pl011_model.input(&uart, &byte, 1), 1);
			assert_int_equal(get(FR) & FR_RXFE, 0);
			assert_int_equal(pl011_model.read(&uart, DR, size), c);
			assert_int_equal(get(FR) & FR_RXFE, FR_RXFE);
			assert_int_equal(get(RSR), 0);
		}
	}
}

static void fifo_holds_32_and_keeps_order(void **state)
{
	(void)state;
	assert_int_equal(type(letters, 31), 31);
	assert_int_equal(get(FR) & (FR_RXFE | FR_RXFF), 0);
	assert_int_equal(type(letters + 31, 10), 1);
	assert_int_equal(get(FR) & (FR_RXFE | FR_RXFF), FR_RXFF);
	assert_int_equal(type(letters, 1), 0);
	for (unsigned i = 0; i < 32; i++) {
		assert_int_equal(get(DR), letters[i]);
		assert_int_equal(get(FR) & FR_RXFF, 0);
		assert_int_equal(!(get(FR) & FR_RXFE), i < 31);
	}
	assert_int_equal(get(DR), 0);
	assert_int_equal(get(FR) & FR_RXFE, FR_RXFE);
}

static void fifo_wraps_at_every_position(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(type(letters + i % 30, 7), 7);
		for (unsigned k = 0; k < 7; k++)
			assert_int_equal(get(DR), letters[i % 30 + k]);
	}
}

static void without_fifos_there_is_one_byte(void **state)
{
	(void)state;
	assert_int_equal(type("xy", 2), 1);
	assert_int_equal(get(FR) & (FR_RXFE | FR_RXFF), FR_RXFF);
	assert_int_equal(get(RIS), INT_RX);
	assert_int_equal(get(DR), 'x');
	assert_int_equal(get(RIS), 0);
	assert_int_equal(get(FR) & (FR_RXFE | FR_RXFF), FR_RXFE);
	assert_int_equal(input_asked, 1);
}

static void switching_the_fifos_empties_them(void **state)
{
	(void)state;
	put(IMSC, INT_RX | INT_RT);
	assert_int_equal(type(letters, 20), 20);
	assert_true(line);
	put(LCR_H, 0x70); /* FEN as it was: nothing happens */
	assert_true(line);
	assert_int_equal(get(DR), 'a');
	put(LCR_H, 0x60);
	assert_false(line);
	assert_int_equal(get(FR) & (FR_RXFE | FR_RXFF), FR_RXFE);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(type("z", 1), 1);
	assert_int_equal(get(DR), 'z');
	put(LCR_H, 0x70);
	assert_int_equal(type(letters, 32), 32);
}

static void input_is_asked_for_once_half_the_fifo_is_free(void **state)
{
	(void)state;
	assert_int_equal(type(letters, 32), 32);
	for (unsigned i = 0; i < 32; i++)
		get(DR);
	assert_int_equal(input_asked, 0); /* all was taken: nobody waits */
	assert_int_equal(type(letters, 33), 32);
	for (unsigned i = 0; i < 15; i++)
		get(DR);
	assert_int_equal(input_asked, 0);
	get(DR);
	assert_int_equal(input_asked, 1);
	for (unsigned i = 0; i < 16; i++)
		get(DR);
	assert_int_equal(input_asked, 1);
}

static void receiver_switched_off_takes_nothing(void **state)
{
	(void)state;
	put(CR, 0x101);
	assert_int_equal(type("a", 1), 0);
	assert_int_equal(get(FR) & FR_RXFE, FR_RXFE);
	put(CR, 0x101);
	assert_int_equal(input_asked, 0);
	put(CR, CR_ON);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("a", 1), 1);
	/* Without UARTEN it does: some firmware relies on an earlier stage's setting up. */
	put(CR, 0x200);
	assert_int_equal(type("b", 1), 1);
}

static void rx_interrupt_at_every_trigger_level(void **state)
{
	static const unsigned level[8] = { 4, 8, 16, 24, 28, 28, 28, 28 };

	(void)state;
	put(IMSC, INT_RX);
	for (unsigned i = 0; i < 8; i++) {
		put(IFLS, i << 3);
		for (unsigned k = 1; k < level[i]; k++) {
			assert_int_equal(type("x", 1), 1);
			assert_int_equal(get(RIS) & INT_RX, 0);
		}
		assert_int_equal(line_changes, 2 * i);
		assert_int_equal(type("x", 1), 1);
		assert_int_equal(get(MIS), INT_RX);
		assert_int_equal(line_changes, 2 * i + 1);
		assert_int_equal(type("x", 1), 1);
		get(DR);
		assert_true(line); /* at the level still */
		get(DR);
		assert_false(line);
		assert_int_equal(line_changes, 2 * i + 2);
		while (!(get(FR) & FR_RXFE))
			get(DR);
		assert_int_equal(get(RIS), 0);
	}
}

static void bytes_in_one_go_cross_the_trigger_level(void **state)
{
	(void)state;
	put(IMSC, INT_RX | INT_RT);
	assert_int_equal(type(letters, 20), 20);
	assert_int_equal(get(RIS), INT_RX);
	assert_int_equal(line_changes, 1);
}

static void receive_timeout_below_the_trigger_level(void **state)
{
	(void)state;
	put(IMSC, INT_RX | INT_RT);
	type("ab", 2);
	assert_int_equal(get(MIS), INT_RT);
	assert_int_equal(line_changes, 1);
	get(DR);
	assert_true(line);
	get(DR);
	assert_false(line);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(line_changes, 2);
}

static void rest_below_the_level_is_announced_as_timeout(void **state)
{
	(void)state;
	put(IMSC, INT_RX | INT_RT);
	type(letters, 20);
	for (unsigned i = 0; i < 16; i++)
		get(DR);
	assert_int_equal(get(MIS), INT_RT);
	assert_true(line);
	for (unsigned i = 0; i < 4; i++)
		get(DR);
	assert_false(line);
	assert_int_equal(line_changes, 2);
}

static void cleared_rx_interrupt_waits_for_the_next_crossing(void **state)
{
	(void)state;
	put(IMSC, INT_RX | INT_RT);
	type(letters, 16);
	put(ICR, INT_RX);
	assert_false(line);
	assert_int_equal(get(RIS), 0);
	type("x", 1);
	assert_int_equal(get(RIS), INT_RT);
	while (!(get(FR) & FR_RXFE))
		get(DR);
	type(letters, 16);
	assert_int_equal(get(RIS), INT_RX);
}

/* Linux's order: RIS, ICR for all but RX, RT and TX, then drain, then 16 bytes unasked. */
static void interrupt_driven_driver_moves_all_both_ways(void **state)
{
	size_t fed = 0, got = 0, written = 0;
	uint8_t in[sizeof(letters)];

	(void)state;
	put(IMSC, INT_RX | INT_RT | INT_TX);
	room = 40;
	put(DR, (uint8_t)letters[written++]);
	for (unsigned turn = 0; turn < 100 && (got < 62 || written < 62); turn++) {
		uint32_t status;

		if (fed < 62)
			fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
		while (line && (status = get(RIS) & get(IMSC))) {
			put(ICR, status & ~(uint32_t)(INT_RX | INT_RT | INT_TX));
			while ((status & (INT_RX | INT_RT)) && !(get(FR) & FR_RXFE))
				in[got++] = (uint8_t)get(DR);
			if (status & INT_TX) {
				assert_true(room >= 16);
				for (unsigned i = 0; i < 16 && written < 62; i++)
					put(DR, (uint8_t)letters[written++]);
				if (written == 62)
					put(IMSC, INT_RX | INT_RT);
			}
		}
		room += 3;
		if (wake_ns) {
			clock_ns = wake_ns;
			wake_ns = 0;
			pl011_model.wake(&uart);
		}
	}
	assert_int_equal(got, 62);
	assert_memory_equal(in, letters, 62);
	assert_int_equal(sent_count, 62);
	assert_memory_equal(sent, letters, 62);
	assert_false(line);
}

static void loopback_returns_bytes_and_shuts_the_line_out(void **state)
{
	(void)state;
	put(IMSC, INT_RT);
	put(CR, CR_ON | LBE);
	assert_int_equal(type("x", 1), 0);
	put(DR, 'a');
	assert_true(line);
	assert_int_equal(get(DR), 'a');
	assert_false(line);
	put(CR, CR_ON);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("x", 1), 1);
}

static void loopback_overrun_is_told_and_cleared(void **state)
{
	(void)state;
	put(CR, CR_ON | LBE);
	put(IMSC, INT_OE);
	for (unsigned i = 0; i < 32; i++)
		put(DR, 'a');
	assert_int_equal(get(RSR), 0);
	assert_false(line);
	put(DR, 'b');
	assert_int_equal(get(RSR), 8);
	assert_int_equal(get(MIS), INT_OE);
	assert_true(line);
	put(ICR, INT_OE);
	assert_false(line);
	assert_int_equal(get(DR), 'a' | 0x800);
	assert_int_equal(get(RSR), 8);
	put(RSR, 0);
	assert_int_equal(get(RSR), 0);
	for (unsigned i = 1; i < 32; i++)
		assert_int_equal(get(DR), 'a');
	assert_int_equal(get(FR) & FR_RXFE, FR_RXFE);
}

static void loopback_feeds_the_modem_lines(void **state)
{
	static const struct {
		uint32_t cr, fr, ris;
	} row[] = {
		{ 0x800, 0x1, 0x2 }, /* RTS to CTS */
		{ 0x400, 0x2, 0x8 }, /* DTR to DSR */
		{ 0x1000, 0x4, 0x4 }, /* Out1 to DCD */
		{ 0x2000, 0x100, 0x1 }, /* Out2 to RI */
	};

	(void)state;
	put(CR, CR_ON | LBE);
	assert_int_equal(get(FR) & 0x107, 0);
	put(IMSC, 0xf);
	put(ICR, 0x7ff);
	for (unsigned i = 0; i < 4; i++) {
		put(CR, CR_ON | LBE | row[i].cr);
		assert_int_equal(get(FR) & 0x107, row[i].fr);
		assert_int_equal(get(MIS), row[i].ris);
		assert_true(line);
		put(ICR, row[i].ris);
		assert_false(line);
		put(CR, CR_ON | LBE);
		put(ICR, 0xf);
	}
	put(CR, CR_ON);
	assert_int_equal(get(FR) & 0x107, FR_READY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_byte_values_come_in_in_every_size, setup_fifos),
		cmocka_unit_test_setup(fifo_holds_32_and_keeps_order, setup_fifos),
		cmocka_unit_test_setup(fifo_wraps_at_every_position, setup_fifos),
		cmocka_unit_test_setup(without_fifos_there_is_one_byte, setup),
		cmocka_unit_test_setup(switching_the_fifos_empties_them, setup_fifos),
		cmocka_unit_test_setup(input_is_asked_for_once_half_the_fifo_is_free, setup_fifos),
		cmocka_unit_test_setup(receiver_switched_off_takes_nothing, setup_fifos),
		cmocka_unit_test_setup(rx_interrupt_at_every_trigger_level, setup_fifos),
		cmocka_unit_test_setup(bytes_in_one_go_cross_the_trigger_level, setup_fifos),
		cmocka_unit_test_setup(receive_timeout_below_the_trigger_level, setup_fifos),
		cmocka_unit_test_setup(rest_below_the_level_is_announced_as_timeout, setup_fifos),
		cmocka_unit_test_setup(cleared_rx_interrupt_waits_for_the_next_crossing,
				       setup_fifos),
		cmocka_unit_test_setup(interrupt_driven_driver_moves_all_both_ways, setup_fifos),
		cmocka_unit_test_setup(loopback_returns_bytes_and_shuts_the_line_out, setup_fifos),
		cmocka_unit_test_setup(loopback_overrun_is_told_and_cleared, setup_fifos),
		cmocka_unit_test_setup(loopback_feeds_the_modem_lines, setup_fifos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
