// SPDX-License-Identifier: BSD-2-Clause
// The Armada 3700 UARTs' registers, data both ways and interrupts, as drivers of each kind see them.
#include "tests/board/dev/line.h"

enum { STD, EXT, KINDS };
enum { STAT = 0xc, BRDV = 0x10, OSAMP = 0x14 };

#define TX_FIFO_EMP 0x2000
#define RX_FIFO_EMP 0x1000u
#define TX_FUL 0x800
#define TX_HFL 0x400
#define RX_FUL 0x100
#define RX_HFL 0x80
#define TX_EMP 0x40
#define RXFIFO_RST 0x4000
#define TXFIFO_RST 0x8000

extern const struct model a3700_uart_model;

static const struct {
	uint32_t rbr, tsh, ctrl, enables, end;
	uint32_t tx_rdy, rx_rdy, tx_enable, rx_enable;
	unsigned tx_depth, rx_depth, all, tx, rx; /* the lines as bits */
} kinds[KINDS] = {
	[STD] = { 0x0, 0x4, 0x8, 0x8, 0x18, 0x20, 0x10, 0x20, 0x10, 32, 32, 1, 2, 4 },
	[EXT] = { 0x18, 0x1c, 0x4, 0x20, 0x24, 0x8000, 0x4000, 0x40, 0x20, 128, 64, 0, 1, 2 },
};

static unsigned kind;

static void setup_kind(unsigned which)
{
	kind = which;
	line_setup(&a3700_uart_model,
		   (struct dev_traits){ .kind = which, .lines = which == STD ? 3 : 2 });
}

static int setup(void **state)
{
	(void)state;
	setup_kind(STD);
	return 0;
}

static uint32_t idle(void)
{
	return TX_FIFO_EMP | RX_FIFO_EMP | TX_EMP | kinds[kind].tx_rdy;
}

static void names_its_kinds_and_their_posted_register(void **state)
{
	(void)state;
	assert_string_equal(a3700_uart_model.compatible[STD], "marvell,armada-3700-uart");
	assert_string_equal(a3700_uart_model.compatible[EXT], "marvell,armada-3700-uart-ext");
	assert_null(a3700_uart_model.compatible[KINDS]);
	for (unsigned i = 0; i < KINDS; i++)
		assert_int_equal(a3700_uart_model.posted_of[i], kinds[i].tsh);
	assert_int_equal(a3700_uart_model.posted_size, 4);
}

static void reset_values(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		for (uint32_t at = 0; at < 0x200; at += 4)
			assert_int_equal(get(at), at == STAT ? idle() : 0);
		assert_int_equal(line_changes + input_asked + sent_count, 0);
		assert_int_equal(wake_ns, 0);
	}
}

static void registers_keep_their_bits(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		put(kinds[i].ctrl, 0xffffffff);
		assert_int_equal(get(kinds[i].ctrl), 0x3fff);
		put(BRDV, 0xffffffff);
		put(OSAMP, 0x3f3f3f3f);
		assert_int_equal(get(BRDV), 0xffffffff);
		assert_int_equal(get(OSAMP), 0x3f3f3f3f);
		put(STAT, 0);
		assert_int_equal(get(STAT), idle());
	}
	put(0x20, 0x60);
	assert_int_equal(get(0x20), 0x60);
}

static void unknown_offsets_read_zero_and_drop_writes(void **state)
{
	uint8_t before[sizeof(store)];

	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		memcpy(before, store, sizeof(store));
		for (uint32_t at = 0; at < 0x1000; at++) {
			if (at < kinds[i].end && !(at & 3))
				continue;
			put(at, 0xffffffff);
			if (at >= kinds[i].end)
				assert_int_equal(get(at), 0);
		}
		if (i == EXT) {
			put(0x0, 0xff);
			put(0x8, 0xff);
			put(0x18, 0xff);
		}
		assert_memory_equal(store, before, sizeof(store));
		assert_int_equal(sent_count, 0);
	}
}

static void polled_driver_works_without_any_setting_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		for (unsigned c = 0; c < 256; c++) {
			const uint8_t byte = (uint8_t)c;

			assert_int_equal(get(STAT), idle());
			a3700_uart_model.write(&uart, kinds[i].tsh, 1u << (c & 3), c);
			assert_int_equal(sent[c], c);
			assert_int_equal(uart.model->input(&uart, &byte, 1), 1);
			assert_int_equal(get(STAT) & (kinds[i].rx_rdy | RX_FIFO_EMP),
					 kinds[i].rx_rdy);
			assert_int_equal(get(kinds[i].rbr), c);
		}
		assert_int_equal(get(kinds[i].rbr), 0);
		assert_int_equal(sent_count, 256);
		assert_int_equal(lines_high, 0);
	}
}

static void fifo_has_its_depth_and_is_emptied_by_its_reset(void **state)
{
	char many[100];

	(void)state;
	memset(many, 'x', sizeof(many));
	for (unsigned i = 0; i < KINDS; i++) {
		const unsigned depth = kinds[i].rx_depth;

		setup_kind(i);
		assert_int_equal(type(many, depth / 2 - 1), depth / 2 - 1);
		assert_int_equal(get(STAT) & (RX_HFL | RX_FUL), 0);
		assert_int_equal(type(many, 1), 1);
		assert_int_equal(get(STAT) & (RX_HFL | RX_FUL), RX_HFL);
		assert_int_equal(type(many, sizeof(many)), depth / 2);
		assert_int_equal(get(STAT) & (RX_HFL | RX_FUL), RX_HFL | RX_FUL);
		for (unsigned k = 0; k < depth / 2; k++) {
			assert_int_equal(input_asked, 0);
			assert_int_equal(get(kinds[i].rbr), 'x');
		}
		assert_int_equal(input_asked, 1);
		put(kinds[i].ctrl, TXFIFO_RST);
		assert_int_equal(get(STAT) & RX_FIFO_EMP, 0);
		put(kinds[i].ctrl, TXFIFO_RST | RXFIFO_RST);
		assert_int_equal(get(STAT), idle());
		assert_int_equal(get(kinds[i].ctrl), 0);
		assert_int_equal(type("a", 1), 1);
		assert_int_equal(get(kinds[i].rbr), 'a');
	}
}

static void status_follows_the_room_for_output(void **state)
{
	static const struct {
		size_t room;
		uint32_t both, std_half, ext_half;
	} row[] = {
		{ 32, TX_FIFO_EMP | TX_EMP, 0, 0 },
		{ 31, 0, 0, TX_HFL },
		{ 17, 0, 0, TX_HFL },
		{ 16, 0, TX_HFL, TX_HFL },
		{ 1, 0, TX_HFL, TX_HFL },
		{ 0, TX_FUL, TX_HFL, TX_HFL },
	};

	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		for (unsigned k = 0; k < sizeof(row) / sizeof(row[0]); k++) {
			room = row[k].room;
			assert_int_equal(get(STAT) & ~RX_FIFO_EMP,
					 row[k].both | (room ? kinds[i].tx_rdy : 0) |
						 (i == STD ? row[k].std_half : row[k].ext_half));
		}
	}
}

static void receive_interrupt_has_its_line(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		put(kinds[i].enables, kinds[i].rx_enable);
		assert_int_equal(lines_high, 0);
		type("ab", 2);
		assert_int_equal(lines_high, kinds[i].all | kinds[i].rx);
		get(kinds[i].rbr);
		assert_int_equal(lines_high, kinds[i].all | kinds[i].rx);
		get(kinds[i].rbr);
		assert_int_equal(lines_high, 0);
	}
}

static void transmit_interrupt_has_its_line_and_waits_for_room(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		room = 0;
		put(kinds[i].enables, kinds[i].tx_enable);
		assert_int_equal(lines_high, 0);
		assert_int_equal(wake_ns, clock_ns + 1000000);
		uart.model->wake(&uart);
		assert_int_equal(lines_high, 0);
		room = 1;
		wake_ns = 0;
		uart.model->wake(&uart);
		assert_int_equal(lines_high, kinds[i].all | kinds[i].tx);
		assert_int_equal(wake_ns, 0);
		put(kinds[i].enables, 0);
		assert_int_equal(lines_high, 0);
	}
}

static void standard_one_has_interrupts_of_empty_and_half_full(void **state)
{
	(void)state;
	room = 31;
	put(0x8, TX_EMP);
	assert_int_equal(lines_high, 0);
	room = 32;
	uart.model->wake(&uart);
	assert_int_equal(lines_high, 3);
	put(0x8, RX_HFL);
	assert_int_equal(lines_high, 0);
	type(letters, 16);
	assert_int_equal(lines_high, 5);
}

/* Its lines are edges: each batch written ends in a new one. */
static void extended_one_goes_low_with_a_byte_written(void **state)
{
	(void)state;
	setup_kind(EXT);
	put(0x20, 0x40);
	assert_int_equal(lines_high, 1);
	put(0x1c, 'a');
	assert_int_equal(lines_high, 0);
	assert_int_equal(get(STAT) & 0x8000, 0x8000);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	uart.model->wake(&uart);
	assert_int_equal(lines_high, 1);
	assert_int_equal(line_changes, 3);
}

/* Linux's order: RBR while there is something, TSH while it is not full; a line that rises is an edge. */
static void interrupt_driven_driver_moves_all_both_ways(void **state)
{
	(void)state;
	for (unsigned k = 0; k < KINDS; k++) {
		size_t fed = 0, got = 0, written = 0;
		uint32_t before = 0;
		uint8_t bytes[sizeof(letters)];

		setup_kind(k);
		put(kinds[k].enables, kinds[k].rx_enable | kinds[k].tx_enable);
		room = 40;
		for (unsigned turn = 0; turn < 200 && (got < 62 || written < 62); turn++) {
			if (fed < 62)
				fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
			const uint32_t rises = lines_high & (k == EXT ? ~before : ~0u);

			while (rises & kinds[k].rx && get(STAT) & kinds[k].rx_rdy)
				bytes[got++] = (uint8_t)get(kinds[k].rbr);
			if (rises & kinds[k].tx)
				for (unsigned n = 5; n && written < 62 && !(get(STAT) & TX_FUL);
				     n--)
					put(kinds[k].tsh, (uint8_t)letters[written++]);
			if (written == 62)
				put(kinds[k].enables, kinds[k].rx_enable);
			before = lines_high;
			room += 3;
			if (wake_ns) {
				wake_ns = 0;
				uart.model->wake(&uart);
			}
		}
		assert_int_equal(got, 62);
		assert_memory_equal(bytes, letters, 62);
		assert_int_equal(sent_count, 62);
		assert_memory_equal(sent, letters, 62);
		assert_int_equal(lines_high, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names_its_kinds_and_their_posted_register, setup),
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(registers_keep_their_bits, setup),
		cmocka_unit_test_setup(unknown_offsets_read_zero_and_drop_writes, setup),
		cmocka_unit_test_setup(polled_driver_works_without_any_setting_up, setup),
		cmocka_unit_test_setup(fifo_has_its_depth_and_is_emptied_by_its_reset, setup),
		cmocka_unit_test_setup(status_follows_the_room_for_output, setup),
		cmocka_unit_test_setup(receive_interrupt_has_its_line, setup),
		cmocka_unit_test_setup(transmit_interrupt_has_its_line_and_waits_for_room, setup),
		cmocka_unit_test_setup(standard_one_has_interrupts_of_empty_and_half_full, setup),
		cmocka_unit_test_setup(extended_one_goes_low_with_a_byte_written, setup),
		cmocka_unit_test_setup(interrupt_driven_driver_moves_all_both_ways, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
