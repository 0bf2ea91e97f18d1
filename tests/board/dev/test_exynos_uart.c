// SPDX-License-Identifier: BSD-2-Clause
// The Exynos UART's registers, data and interrupts, as drivers see them.
#include "tests/board/dev/line.h"

enum {
	ULCON = 0x0,
	UCON = 0x4,
	UFCON = 0x8,
	UMCON = 0xc,
	UTRSTAT = 0x10,
	UERSTAT = 0x14,
	UFSTAT = 0x18,
	UMSTAT = 0x1c,
	UTXH = 0x20,
	URXH = 0x24,
	UBRDIV = 0x28,
	UFRACVAL = 0x2c,
	UINTP = 0x30,
	UINTSP = 0x34,
	UINTM = 0x38,
};

#define POLLING 0x5 /* UCON: both modes interrupt or polling */
#define LEVELS 0x300
#define LOOPBACK 0x20
#define FIFOS 0x1
#define RX_RESET 0x2
#define RXD 0x1
#define ERROR 0x2
#define TXD 0x4
#define TX_FULL 0x1000000

extern const struct model exynos_uart_model;

static int setup(void **state)
{
	(void)state;
	line_setup(&exynos_uart_model, (struct dev_traits){ .lines = 1 });
	return 0;
}

/* FIFOs and the receive interrupt on, in Linux's order. */
static int setup_linux(void **state)
{
	setup(state);
	put(UINTM, 0xf);
	put(UINTP, 0xf);
	put(UINTSP, 0xf);
	put(UCON, 0x3c5);
	put(UFCON, 0x117);
	put(UFCON, 0x111);
	put(UFCON, 0x133);
	put(UCON, 0xf3c5);
	put(UINTM, 0xe);
	return 0;
}

static const struct {
	uint64_t offset;
	uint32_t reset, mask; /* 0: it cannot be written */
} registers[] = {
	{ ULCON, 0, 0x7f }, { UCON, 0x3000, 0x77ffff }, { UFCON, 0, 0x771 },
	{ UMCON, 0, 0xf9 }, { UTRSTAT, 0x6, 0 },	{ UERSTAT, 0, 0 },
	{ UFSTAT, 0, 0 },   { UMSTAT, 1, 0 },		{ UTXH, 0, 0 },
	{ URXH, 0, 0 },	    { UBRDIV, 0, 0xffff },	{ UFRACVAL, 0, 0xf },
	{ UINTP, 0, 0 },    { UINTSP, 0, 0 },		{ UINTM, 0, 0xf },
};

#define REGISTERS (sizeof(registers) / sizeof(registers[0]))

static void reset_values(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REGISTERS; i++)
		assert_int_equal(get(registers[i].offset), registers[i].reset);
	assert_int_equal(line_changes, 0);
	assert_int_equal(wake_ns, 0);
	assert_int_equal(input_asked, 0);
	assert_int_equal(sent_count, 0);
}

static void registers_keep_their_bits(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REGISTERS; i++) {
		const uint32_t mask = registers[i].mask;

		for (unsigned bit = 0; mask && bit < 32; bit++) {
			put(registers[i].offset, 1u << bit);
			assert_int_equal(get(registers[i].offset), (1u << bit) & mask);
		}
		put(registers[i].offset, registers[i].reset);
	}
}

static void status_registers_cannot_be_written(void **state)
{
	static const uint64_t offset[] = { UTRSTAT, UERSTAT, UFSTAT, UMSTAT, URXH };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		const uint32_t before = get(offset[i]);

		put(offset[i], ~before);
		assert_int_equal(get(offset[i]), before);
	}
	assert_int_equal(sent_count, 0);
}

static void names_its_compatibles_and_its_posted_register(void **state)
{
	static const char *const names[] = {
		"samsung,exynos4210-uart",     "samsung,exynos5433-uart",
		"samsung,exynos7-uart",	       "samsung,exynos7885-uart",
		"samsung,exynos850-uart",      "samsung,exynosautov9-uart",
		"samsung,exynosautov920-uart", "google,gs101-uart",
	};

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		assert_string_equal(exynos_uart_model.compatible[i], names[i]);
	assert_null(exynos_uart_model.compatible[8]);
	assert_int_equal(exynos_uart_model.posted_at, UTXH);
	assert_int_equal(exynos_uart_model.posted_size, 4);
}

static void unknown_offsets_read_zero_and_drop_writes(void **state)
{
	uint8_t before[sizeof(store)];

	(void)state;
	memcpy(before, store, sizeof(store));
	for (uint64_t at = UINTM + 4; at < 0x2000; at += 4) {
		put(at, 0xffffffff);
		assert_int_equal(get(at), 0);
	}
	for (uint64_t at = 0; at < 0x40; at++)
		if (at & 3)
			exynos_uart_model.write(&uart, at, 1, 0xff);
	assert_memory_equal(store, before, sizeof(store));
	assert_int_equal(line_changes, 0);
	assert_int_equal(sent_count, 0);
}

/* Most of the family has 8-bit data registers beside 32-bit ones. */
static void any_size_of_access_will_do(void **state)
{
	(void)state;
	uart.model->write(&uart, UTXH, 1, 'a');
	uart.model->write(&uart, UTXH, 4, 'b');
	assert_memory_equal(sent, "ab", 2);
	assert_int_equal(type("c", 1), 1);
	assert_int_equal(uart.model->read(&uart, URXH, 1) & 0xff, 'c');
	assert_int_equal(uart.model->read(&uart, UCON + 1, 1) & 0xff, 0x30);
	assert_int_equal(uart.model->read(&uart, UCON, 8), 0x3000);
}

/* Nothing set up, status polled: earlycon, or firmware behind one that has set it up. */
static void polled_driver_works_from_reset(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		const char byte = (char)i;

		assert_int_equal(get(UTRSTAT), 0x6);
		put(UTXH, i);
		assert_int_equal(sent[i], i);
		assert_int_equal(type(&byte, 1), 1);
		assert_int_equal(get(UTRSTAT), 0x7);
		assert_int_equal(get(UFSTAT), 1);
		assert_int_equal(get(URXH), i);
	}
	assert_int_equal(sent_count, 256);
	assert_int_equal(get(URXH), 0);
	assert_int_equal(line_changes, 0);
}

/* U-Boot's order. */
static void polled_driver_with_fifos(void **state)
{
	(void)state;
	put(UFCON, FIFOS | RX_RESET);
	put(UMCON, 0);
	put(ULCON, 3);
	put(UCON, 0x245);
	put(UBRDIV, 12);
	uart.model->write(&uart, UFRACVAL, 1, 5);
	assert_int_equal(type(letters, 62), 62);
	for (unsigned i = 0; i < 62; i++) {
		assert_int_equal(get(UFSTAT) & 0xff, 62 - i);
		assert_int_equal(get(UERSTAT), 0);
		assert_int_equal(get(URXH), letters[i]);
		assert_int_equal(get(UFSTAT) & TX_FULL, 0);
		put(UTXH, (uint8_t)letters[i]);
	}
	assert_memory_equal(sent, letters, 62);
}

static void without_fifos_there_is_one_byte(void **state)
{
	(void)state;
	assert_int_equal(type("ab", 2), 1);
	assert_int_equal(input_asked, 0);
	assert_int_equal(get(URXH), 'a');
	assert_int_equal(input_asked, 1);
	room = 1;
	assert_int_equal(get(UTRSTAT), 0x6);
	assert_int_equal(get(UFSTAT), 0);
	room = 0;
	assert_int_equal(get(UTRSTAT), 0);
	assert_int_equal(get(UFSTAT), TX_FULL | 1 << 16);
}

/* A driver reads as many bytes as it takes its channel's FIFO to hold once that is full. */
static void receive_fifo_takes_64_and_is_never_full(void **state)
{
	(void)state;
	put(UFCON, FIFOS);
	for (unsigned start = 0; start < 70; start++) {
		assert_int_equal(type(letters, 62), 62);
		assert_int_equal(type(letters, 62), 2);
		assert_int_equal(get(UFSTAT), 64);
		for (unsigned i = 0; i < 64; i++)
			assert_int_equal(get(URXH), letters[i % 62]);
		assert_int_equal(get(UFSTAT), 0);
		assert_int_equal(input_asked, start + 1);
		type("x", 1);
		get(URXH);
	}
}

static void receive_reset_empties_its_fifo(void **state)
{
	(void)state;
	put(UFCON, FIFOS);
	type(letters, 62);
	type(letters, 62);
	put(UFCON, FIFOS | RX_RESET);
	assert_int_equal(get(UFCON), FIFOS);
	assert_int_equal(get(UFSTAT), 0);
	assert_int_equal(input_asked, 1);
}

static void transmit_fifo_is_what_the_line_lacks(void **state)
{
	static const struct {
		size_t room;
		uint32_t ufstat, utrstat;
	} row[] = {
		{ 32, 0, 0x6 },
		{ 31, 33 << 16, 0 },
		{ 1, 63 << 16, 0 },
		{ 0, TX_FULL | 64 << 16, 0 },
	};

	(void)state;
	put(UFCON, FIFOS);
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		room = row[i].room;
		assert_int_equal(get(UFSTAT), row[i].ufstat);
		assert_int_equal(get(UTRSTAT), row[i].utrstat);
	}
}

static void interrupts_need_the_mode(void **state)
{
	(void)state;
	type("a", 1);
	put(UTXH, 'b');
	assert_int_equal(get(UINTSP), 0);
	put(UCON, POLLING | LEVELS);
	assert_int_equal(get(UINTSP), RXD | TXD);
	assert_true(line);
}

static void receive_interrupt_stays_while_there_are_bytes(void **state)
{
	(void)state;
	type("ab", 2);
	assert_true(line);
	assert_int_equal(get(UINTP), RXD);
	put(UINTP, RXD);
	assert_true(line);
	get(URXH);
	put(UINTP, RXD);
	assert_true(line);
	get(URXH);
	/* Linux's handler: first all is read, then it is cleared. */
	assert_true(line);
	put(UINTP, RXD);
	assert_false(line);
	assert_int_equal(line_changes, 2);
}

static void receive_pulse_comes_with_each_arrival(void **state)
{
	(void)state;
	put(UFCON, FIFOS);
	put(UCON, POLLING);
	put(UINTM, 0xe);
	type("a", 1);
	assert_true(line);
	put(UINTP, RXD);
	assert_false(line);
	assert_int_equal(get(UINTSP) & RXD, 0);
	type("b", 1);
	assert_true(line);
	put(UINTSP, RXD);
	assert_false(line);
	get(URXH);
	assert_false(line);
	put(UCON, POLLING | LOOPBACK);
	put(UTXH, 'c');
	assert_true(line);
}

static void transmit_pulse_comes_with_each_byte_sent(void **state)
{
	(void)state;
	put(UFCON, FIFOS);
	put(UINTM, 0xb);
	put(UCON, POLLING);
	assert_true(line);
	put(UINTP, TXD);
	assert_false(line);
	put(UTXH, 'a');
	assert_true(line);
	put(UINTP, TXD);
	assert_false(line);
	assert_int_equal(line_changes, 4);
	/* Nothing is left to wait for. */
	assert_int_equal(wake_ns, 0);
}

static void masked_interrupts_show_as_sources_only(void **state)
{
	(void)state;
	type("a", 1);
	put(UINTM, 0xf);
	assert_false(line);
	assert_int_equal(get(UINTP), 0);
	assert_int_equal(get(UINTSP), RXD | TXD);
	put(UINTM, 0xb);
	assert_true(line);
	assert_int_equal(get(UINTP), TXD);
}

static void transmitter_that_is_waited_for_is_looked_at_again(void **state)
{
	(void)state;
	room = 10;
	put(UTXH, 'x');
	put(UINTP, TXD);
	assert_int_equal(wake_ns, 0);
	put(UINTM, 0xa);
	assert_false(line);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	wake_ns = 0;
	exynos_uart_model.wake(&uart);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	wake_ns = 0;
	room = 32;
	exynos_uart_model.wake(&uart);
	assert_true(line);
	assert_int_equal(wake_ns, 0);
	put(UINTM, 0xe);
	assert_false(line);
}

/* Linux's handler: UINTP, all read, written until full, each cleared afterwards. */
static void interrupt_driven_driver_moves_all_both_ways(void **state)
{
	size_t fed = 0, got = 0, written = 0;
	uint8_t in[sizeof(letters)];

	(void)state;
	room = 70;
	put(UINTM, 0xa);
	for (unsigned turn = 0; turn < 200 && (got < 62 || written < 62); turn++) {
		if (fed < 62)
			fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
		while (line) {
			const uint32_t pending = get(UINTP);

			if (pending & RXD) {
				while (get(UFSTAT) & 0xff)
					in[got++] = (uint8_t)get(URXH);
				put(UINTP, RXD);
			}
			if (pending & TXD) {
				for (unsigned i = 0; i < 5 && written < 62; i++)
					if (!(get(UFSTAT) & TX_FULL))
						put(UTXH, (uint8_t)letters[written++]);
				if (written == 62)
					put(UINTM, 0xe);
				put(UINTP, TXD);
			}
		}
		room += 3;
		if (wake_ns) {
			clock_ns = wake_ns;
			wake_ns = 0;
			exynos_uart_model.wake(&uart);
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
	put(UCON, 0xf3c5 | LOOPBACK);
	put(UINTM, 0xd);
	assert_int_equal(type("x", 1), 0);
	for (unsigned i = 0; i < 64; i++)
		put(UTXH, i);
	assert_false(line);
	assert_int_equal(get(UERSTAT), 0);
	put(UTXH, 'z');
	assert_true(line);
	assert_int_equal(get(UINTP), ERROR);
	assert_int_equal(get(UERSTAT), 1);
	assert_int_equal(get(UERSTAT), 0);
	put(UINTP, ERROR);
	assert_false(line);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(get(URXH), i);
	assert_int_equal(input_asked, 0);
	put(UCON, 0xf3c5);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("x", 1), 1);
	put(UTXH, 'y');
	assert_int_equal(get(UFSTAT), 1);
	assert_int_equal(get(URXH), 'x');
}

static void overrun_interrupts_only_where_it_is_asked_for(void **state)
{
	(void)state;
	put(UCON, POLLING | LOOPBACK);
	put(UTXH, 'a');
	put(UTXH, 'b');
	assert_int_equal(get(UINTSP) & ERROR, 0);
	assert_int_equal(get(UERSTAT), 1);
}

static void reset_puts_all_back(void **state)
{
	uint8_t first[sizeof(store)];

	memcpy(first, store, sizeof(store));
	setup_linux(state);
	type(letters, 62);
	assert_true(line);
	exynos_uart_model.reset(&uart);
	assert_false(line);
	assert_memory_equal(store, first, sizeof(store));
	line_changes = 0;
	reset_values(state);
	/* What was refused is asked for. */
	put(UCON, LOOPBACK);
	type("x", 1);
	exynos_uart_model.reset(&uart);
	assert_int_equal(input_asked, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(registers_keep_their_bits, setup),
		cmocka_unit_test_setup(status_registers_cannot_be_written, setup),
		cmocka_unit_test_setup(names_its_compatibles_and_its_posted_register, setup),
		cmocka_unit_test_setup(unknown_offsets_read_zero_and_drop_writes, setup),
		cmocka_unit_test_setup(any_size_of_access_will_do, setup),
		cmocka_unit_test_setup(polled_driver_works_from_reset, setup),
		cmocka_unit_test_setup(polled_driver_with_fifos, setup),
		cmocka_unit_test_setup(without_fifos_there_is_one_byte, setup),
		cmocka_unit_test_setup(receive_fifo_takes_64_and_is_never_full, setup),
		cmocka_unit_test_setup(receive_reset_empties_its_fifo, setup),
		cmocka_unit_test_setup(transmit_fifo_is_what_the_line_lacks, setup),
		cmocka_unit_test_setup(interrupts_need_the_mode, setup),
		cmocka_unit_test_setup(receive_interrupt_stays_while_there_are_bytes, setup_linux),
		cmocka_unit_test_setup(receive_pulse_comes_with_each_arrival, setup),
		cmocka_unit_test_setup(transmit_pulse_comes_with_each_byte_sent, setup),
		cmocka_unit_test_setup(masked_interrupts_show_as_sources_only, setup_linux),
		cmocka_unit_test_setup(transmitter_that_is_waited_for_is_looked_at_again,
				       setup_linux),
		cmocka_unit_test_setup(interrupt_driven_driver_moves_all_both_ways, setup_linux),
		cmocka_unit_test_setup(loopback_returns_bytes_and_shuts_the_line_out, setup_linux),
		cmocka_unit_test_setup(overrun_interrupts_only_where_it_is_asked_for, setup),
		cmocka_unit_test_setup(reset_puts_all_back, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
