// SPDX-License-Identifier: BSD-2-Clause
// The i.MX UART's registers, data both ways and interrupts, as drivers see them.
#include "tests/board/dev/line.h"

enum {
	URXD = 0x0,
	UTXD = 0x40,
	UCR1 = 0x80,
	UCR2 = 0x84,
	UCR3 = 0x88,
	UCR4 = 0x8c,
	UFCR = 0x90,
	USR1 = 0x94,
	USR2 = 0x98,
	UESC = 0x9c,
	UTIM = 0xa0,
	UBIR = 0xa4,
	UBMR = 0xa8,
	UBRC = 0xac,
	ONEMS = 0xb0,
	UTS = 0xb4,
	UMCR = 0xb8,
};

#define CHARRDY 0x8000
#define SRST 0x1
#define CR2_ON 0x4027 /* IRTS, WS, TXEN, RXEN, SRST */
#define TRDYEN 0x2000
#define RRDYEN 0x200
#define TXMPTYEN 0x40
#define ATEN 0x8
#define TCEN 0x8
#define DREN 0x1
#define WKEN 0x80
#define AGTIM 0x100
#define RRDY 0x200
#define TRDY 0x2000
#define RDR 0x1
#define TXDC 0x8
#define WAKE 0x80
#define TXFE 0x4000

extern const struct model imx_uart_model;

static int setup(void **state)
{
	(void)state;
	line_setup(&imx_uart_model, (struct dev_traits){ .lines = 1 });
	return 0;
}

static void reset_values(void **state)
{
	static const struct {
		uint64_t offset;
		uint32_t value;
	} row[] = {
		{ URXD, 0 },	  { UTXD, 0 },	    { UCR1, 0 },     { UCR2, 0x7 },
		{ UCR3, 0x700 },  { UCR4, 0x8000 }, { UFCR, 0x801 }, { USR1, 0x6040 },
		{ USR2, 0x4008 }, { UESC, 0x2b },   { UTIM, 0 },     { UBIR, 0 },
		{ UBMR, 0 },	  { UBRC, 0x4 },    { ONEMS, 0 },    { UTS, 0x60 },
		{ UMCR, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(get(row[i].offset), row[i].value);
	assert_int_equal(line_changes + input_asked + sent_count, 0);
	assert_int_equal(wake_ns, 0);
}

static void registers_keep_their_bits(void **state)
{
	static const struct {
		uint64_t offset;
		uint32_t mask, fixed;
	} row[] = {
		{ UCR2, 0xfffe, SRST }, { UCR3, 0xffff, 0 }, { UCR4, 0xffff, 0 },
		{ UFCR, 0xffff, 0 },	{ UESC, 0xff, 0 },   { UTIM, 0xfff, 0 },
		{ UBIR, 0xffff, 0 },	{ UBMR, 0xffff, 0 }, { ONEMS, 0xffffff, 0 },
		{ UTS, 0x3e00, 0x60 },	{ UMCR, 0xff0f, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		put(row[i].offset, 0xffffffff);
		assert_int_equal(get(row[i].offset), row[i].mask | row[i].fixed);
		put(row[i].offset, 0);
		assert_int_equal(get(row[i].offset), row[i].fixed);
	}
	put(UBRC, 0xffffffff);
	assert_int_equal(get(UBRC), 0x4);
}

static void unknown_offsets_read_zero_and_drop_writes(void **state)
{
	uint8_t before[sizeof(store)];

	(void)state;
	memcpy(before, store, sizeof(store));
	for (uint64_t at = 0; at < 0x2000; at++) {
		const bool known = at == UTXD || (at >= UCR1 && at <= UMCR && !(at & 3));

		if (known)
			continue;
		put(at, 0xffffffff);
		if (at >= 4 && (at < UCR1 || at > UMCR + 3))
			assert_int_equal(get(at), 0);
	}
	assert_memory_equal(store, before, sizeof(store));
	assert_int_equal(sent_count, 0);
}

static void names_its_compatible_and_its_posted_register(void **state)
{
	(void)state;
	assert_string_equal(imx_uart_model.compatible[0], "fsl,imx6q-uart");
	assert_null(imx_uart_model.compatible[1]);
	assert_int_equal(imx_uart_model.posted_at, UTXD);
	assert_int_equal(imx_uart_model.posted_size, 4);
}

static void polled_driver_works_without_any_setting_up(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		const uint8_t byte = (uint8_t)c;

		assert_int_equal(get(UTS) & 0x10, 0);
		imx_uart_model.write(&uart, UTXD, 1u << (c & 3), c);
		assert_int_equal(sent[c], c);
		assert_int_equal(uart.model->input(&uart, &byte, 1), 1);
		assert_int_equal(get(USR2) & RDR, RDR);
		assert_int_equal(get(UTS) & 0x20, 0);
		assert_int_equal(get(URXD), CHARRDY | c);
		assert_int_equal(get(USR2) & RDR, 0);
		assert_int_equal(get(UTS) & 0x20, 0x20);
	}
	assert_int_equal(get(URXD), 0);
	assert_int_equal(sent_count, 256);
	assert_false(line);
}

/* U-Boot's order: all off, wait for SRST, then on; reception goes on where it was. */
static void software_reset_is_over_at_once_and_empties_the_fifo(void **state)
{
	(void)state;
	put(UBIR, 0xf);
	put(UBMR, 0x68);
	put(UCR3, 0x784);
	type("abc", 3);
	put(UCR1, 0);
	put(UCR2, 0);
	assert_int_equal(get(UCR2), SRST);
	assert_int_equal(get(USR2) & (RDR | WAKE), 0);
	assert_int_equal(get(UBIR) | get(UBMR), 0);
	assert_int_equal(get(UCR3), 0x784);
	assert_int_equal(type("d", 1), 0);
	put(UCR2, CR2_ON);
	put(UCR1, 1);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("d", 1), 1);
	assert_int_equal(get(URXD), CHARRDY | 'd');
}

static void fifo_holds_32_and_asks_for_more_at_half(void **state)
{
	(void)state;
	assert_int_equal(type(letters, 40), 32);
	assert_int_equal(get(UTS) & 0x28, 0x8);
	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(get(URXD), CHARRDY | (uint8_t)letters[i]);
	assert_int_equal(input_asked, 0);
	get(URXD);
	assert_int_equal(input_asked, 1);
	assert_int_equal(get(UTS) & 0x28, 0);
}

static void status_follows_the_room_for_output(void **state)
{
	static const struct {
		size_t room;
		uint32_t usr1, usr2, uts;
	} row[] = {
		{ 4096, TRDY, TXFE | TXDC, 0x40 },
		{ 32, TRDY, TXFE | TXDC, 0x40 },
		{ 31, TRDY, 0, 0 },
		{ 25, TRDY, 0, 0 },
		{ 24, 0, 0, 0 },
		{ 1, 0, 0, 0 },
		{ 0, 0, 0, 0x10 },
	};

	(void)state;
	put(UFCR, 8 << 10 | 1);
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		room = row[i].room;
		assert_int_equal(get(USR1) & TRDY, row[i].usr1);
		assert_int_equal(get(USR2) & (TXFE | TXDC), row[i].usr2);
		assert_int_equal(get(UTS) & 0x50, row[i].uts);
	}
}

static void each_transmit_interrupt_waits_for_its_state(void **state)
{
	static const struct {
		uint64_t control;
		uint32_t enable;
		size_t enough;
	} row[] = { { UCR1, TRDYEN, 31 }, { UCR1, TXMPTYEN, 32 }, { UCR4, TCEN, 32 } };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		setup(NULL);
		room = row[i].enough - 1;
		put(row[i].control, row[i].enable);
		assert_false(line);
		assert_int_equal(wake_ns, clock_ns + 1000000);
		wake_ns = 0;
		uart.model->wake(&uart);
		assert_false(line);
		assert_int_not_equal(wake_ns, 0);
		room = row[i].enough;
		wake_ns = 0;
		uart.model->wake(&uart);
		assert_true(line);
		assert_int_equal(wake_ns, 0);
		put(row[i].control, 0);
		assert_false(line);
	}
}

static void receive_interrupts_and_what_ends_them(void **state)
{
	(void)state;
	put(UFCR, 2 << 10 | 4);
	put(UCR1, RRDYEN);
	type("abc", 3);
	assert_false(line);
	assert_int_equal(get(USR1) & (RRDY | AGTIM), AGTIM);
	put(UCR2, CR2_ON | ATEN);
	assert_true(line);
	put(UCR2, CR2_ON);
	assert_false(line);
	type("d", 1);
	assert_true(line);
	assert_int_equal(get(USR1) & RRDY, RRDY);
	put(USR1, AGTIM);
	assert_int_equal(get(USR1) & AGTIM, 0);
	get(URXD);
	assert_false(line);
	/* The rest below the level is told as aged, and that goes with the last byte. */
	put(UCR2, CR2_ON | ATEN);
	assert_true(line);
	get(URXD);
	get(URXD);
	assert_true(line);
	get(URXD);
	assert_false(line);
	put(UCR2, CR2_ON);
	put(UCR4, DREN);
	assert_false(line);
	type("e", 1);
	assert_true(line);
	get(URXD);
	assert_false(line);
}

/* Linux takes bytes without WAKE for a flood. */
static void wake_is_set_by_what_comes_until_it_is_cleared(void **state)
{
	(void)state;
	assert_int_equal(get(USR2) & WAKE, 0);
	put(UCR4, WKEN);
	type("a", 1);
	assert_true(line);
	assert_int_equal(get(USR2) & WAKE, WAKE);
	put(USR2, WAKE);
	assert_int_equal(get(USR2) & (WAKE | RDR), RDR);
	assert_false(line);
	type("b", 1);
	assert_int_equal(get(USR2) & WAKE, WAKE);
}

/* Linux's order: both status registers, AGTIM cleared, bytes while there are, then output. */
static void interrupt_driven_driver_moves_all_both_ways(void **state)
{
	size_t fed = 0, got = 0, written = 0;
	uint8_t in[sizeof(letters)];
	uint32_t data;

	(void)state;
	put(UFCR, 8 << 10 | 8);
	put(UCR2, CR2_ON | ATEN);
	put(UCR1, 1 | RRDYEN | TRDYEN);
	room = 40;
	for (unsigned turn = 0; turn < 100 && (got < 62 || written < 62); turn++) {
		if (fed < 62)
			fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
		for (unsigned i = 0; line; i++) {
			const uint32_t status = get(USR1);

			assert_true(i < 3);
			if (status & (RRDY | AGTIM)) {
				put(USR1, AGTIM);
				while ((data = get(URXD)) & CHARRDY)
					in[got++] = (uint8_t)data;
			}
			if (!(status & TRDY))
				continue;
			while (!(get(UTS) & 0x10) && written < 62)
				put(UTXD, (uint8_t)letters[written++]);
			if (written == 62)
				put(UCR1, 1 | RRDYEN);
		}
		room += 3;
		if (wake_ns) {
			wake_ns = 0;
			uart.model->wake(&uart);
		}
	}
	assert_int_equal(got, 62);
	assert_memory_equal(in, letters, 62);
	assert_int_equal(sent_count, 62);
	assert_memory_equal(sent, letters, 62);
	assert_false(line);
}

static void reset_forgets_and_asks_for_what_was_refused(void **state)
{
	(void)state;
	put(UCR4, DREN);
	put(UFCR, 0xffff);
	assert_int_equal(type(letters, 62), 32);
	assert_true(line);
	uart.model->reset(&uart);
	assert_false(line);
	assert_int_equal(input_asked, 1);
	input_asked = line_changes = 0;
	reset_values(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(registers_keep_their_bits, setup),
		cmocka_unit_test_setup(unknown_offsets_read_zero_and_drop_writes, setup),
		cmocka_unit_test_setup(names_its_compatible_and_its_posted_register, setup),
		cmocka_unit_test_setup(polled_driver_works_without_any_setting_up, setup),
		cmocka_unit_test_setup(software_reset_is_over_at_once_and_empties_the_fifo, setup),
		cmocka_unit_test_setup(fifo_holds_32_and_asks_for_more_at_half, setup),
		cmocka_unit_test_setup(status_follows_the_room_for_output, setup),
		cmocka_unit_test_setup(each_transmit_interrupt_waits_for_its_state, setup),
		cmocka_unit_test_setup(receive_interrupts_and_what_ends_them, setup),
		cmocka_unit_test_setup(wake_is_set_by_what_comes_until_it_is_cleared, setup),
		cmocka_unit_test_setup(interrupt_driven_driver_moves_all_both_ways, setup),
		cmocka_unit_test_setup(reset_forgets_and_asks_for_what_was_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
