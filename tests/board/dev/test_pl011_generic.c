// SPDX-License-Identifier: BSD-2-Clause
// The PL011's part that is the Generic UART of servers: arm,sbsa-uart.
#include "tests/board/dev/uart.h"

static int setup_generic(void **state)
{
	(void)state;
	line_setup(&pl011_model, (struct dev_traits){ .kind = 1, .lines = 1 });
	return 0;
}

static bool is_register(uint64_t at)
{
	return at <= RSR || at == FR || (at >= IMSC && at <= ICR);
}

static void reset_values(void **state)
{
	(void)state;
	for (uint64_t at = 0; at < 0x2000; at += 4)
		assert_int_equal(get(at), at == FR ? FR_TXFE | FR_RXFE : 0);
	assert_int_equal(line_changes, 0);
	assert_int_equal(input_asked, 0);
}

static void registers_that_it_lacks_change_nothing(void **state)
{
	uint8_t before[sizeof(store)];

	(void)state;
	memcpy(before, store, sizeof(store));
	for (uint64_t at = 0; at < 0x2000; at += 4) {
		if (is_register(at))
			continue;
		put(at, 0xffffffff);
		assert_int_equal(get(at), 0);
	}
	assert_memory_equal(store, before, sizeof(store));
	assert_int_equal(sent_count, 0);
}

/* No driver sets it up: it takes 32 bytes as it is. */
static void fifos_are_on(void **state)
{
	(void)state;
	assert_int_equal(type(letters, 40), 32);
	assert_int_equal(get(FR) & (FR_RXFF | FR_RXFE), FR_RXFF);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(get(DR), letters[i]);
	assert_int_equal(input_asked, 1);
	room = 31;
	assert_int_equal(get(FR), FR_RXFE | FR_BUSY);
	room = 0;
	assert_int_equal(get(FR), FR_RXFE | FR_BUSY | FR_TXFF);
}

/* U-Boot's driver takes it for a PL011, and that does no harm. */
static void whole_pl011_driver_works(void **state)
{
	(void)state;
	put(CR, 0);
	put(IBRD, 13);
	put(FBRD, 1);
	put(LCR_H, 0);
	put(CR, 0x101);
	assert_int_equal(type(letters, 32), 32);
	assert_int_equal(get(DR), 'a');
	put(DR, 'x');
	assert_int_equal(sent_count, 1);
	assert_int_equal(sent[0], 'x');
}

static void receiver_raises_its_interrupts(void **state)
{
	(void)state;
	put(IMSC, INT_RX | INT_RT);
	type("a", 1);
	assert_int_equal(get(MIS), INT_RT);
	assert_true(line);
	get(DR);
	assert_false(line);
	type(letters, 16);
	assert_int_equal(get(MIS), INT_RX);
	while (!(get(FR) & FR_RXFE))
		get(DR);
	assert_false(line);
}

static void transmitter_raises_its_interrupt_at_half(void **state)
{
	(void)state;
	put(IMSC, INT_TX);
	room = 16;
	put(DR, 'x');
	assert_false(line);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	room = 16;
	pl011_model.wake(&uart);
	assert_int_equal(get(MIS), INT_TX);
	put(ICR, INT_TX);
	assert_false(line);
}

static void reset_keeps_its_kind(void **state)
{
	uint8_t first[sizeof(store)];

	memcpy(first, store, sizeof(store));
	put(IMSC, 0x7ff);
	type(letters, 20);
	pl011_model.reset(&uart);
	assert_memory_equal(store, first, sizeof(store));
	line_changes = 0;
	reset_values(state);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup_generic),
		cmocka_unit_test_setup(registers_that_it_lacks_change_nothing, setup_generic),
		cmocka_unit_test_setup(fifos_are_on, setup_generic),
		cmocka_unit_test_setup(whole_pl011_driver_works, setup_generic),
		cmocka_unit_test_setup(receiver_raises_its_interrupts, setup_generic),
		cmocka_unit_test_setup(transmitter_raises_its_interrupt_at_half, setup_generic),
		cmocka_unit_test_setup(reset_keeps_its_kind, setup_generic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
