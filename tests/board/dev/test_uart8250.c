// SPDX-License-Identifier: BSD-2-Clause
// The 8250 family, register by register and kind by kind.
#include "tests/board/dev/line8250.h"

static int setup(void **state)
{
	(void)state;
	kind("ns16550a");
	return 0;
}

static void each_kind(void (*check)(unsigned index))
{
	for (unsigned i = 0; uart8250_model.compatible[i]; i++) {
		kind(uart8250_model.compatible[i]);
		check(i);
	}
}

static unsigned fifo_of(unsigned index)
{
	static const unsigned sizes[] = { 16, 64, 64, 32, 8, 32, 16, 1, 1, 32, 32 };

	assert_true(index < sizeof(sizes) / sizeof(sizes[0]));
	return sizes[index];
}

static bool is_mini(unsigned index)
{
	return !strcmp(uart8250_model.compatible[index], "brcm,bcm2835-aux-uart");
}

static void reset_values_are(unsigned index)
{
	assert_int_equal(rd(LSR), LSR_EMPTY);
	assert_int_equal(rd(IER), 0);
	assert_int_equal(rd(IIR), is_mini(index) ? FIFOS | IIR_NONE : IIR_NONE);
	assert_int_equal(rd(LCR), 0);
	assert_int_equal(rd(MCR), 0);
	assert_int_equal(rd(MSR), 0xb0);
	assert_int_equal(rd(SCR), 0);
	assert_int_equal(rd(RBR), 0);
	assert_false(line);
	assert_int_equal(wake_ns, 0);
}

static void reset_values_of_every_kind(void **state)
{
	(void)state;
	each_kind(reset_values_are);
	kind("ns16550a");
	for (unsigned i = 0; i < 8; i++)
		wr(i, 0xff);
	type("abc", 3);
	uart8250_model.reset(&uart);
	reset_values_are(0);
}

static void registers_keep_their_bits(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 256; v++) {
		wr(IER, v);
		assert_int_equal(rd(IER), v & 0xf);
		wr(SCR, v);
		assert_int_equal(rd(SCR), v);
		wr(LCR, v);
		assert_int_equal(rd(LCR), v);
		wr(LCR, 0x80);
		wr(DLL, v);
		wr(DLM, v ^ 0xff);
		assert_int_equal(rd(DLL), v);
		assert_int_equal(rd(DLM), v ^ 0xff);
		wr(LCR, 3);
		assert_int_equal(rd(IER), v & 0xf);
		wr(MCR, v);
		assert_int_equal(rd(MCR), v & 0x1f);
	}
	assert_int_equal(sent_count, 0);
}

static void status_registers_are_not_written(void **state)
{
	(void)state;
	wr(LSR, 0xff);
	wr(MSR, 0xff);
	assert_int_equal(rd(LSR), LSR_EMPTY);
	assert_int_equal(rd(MSR), 0xb0);
}

static void bytes_pass_both_ways(unsigned index)
{
	(void)index;
	for (unsigned c = 0; c < 256; c++) {
		const uint8_t byte = (uint8_t)c;

		wr(RBR, c);
		assert_int_equal(sent[sent_count - 1], c);
		assert_int_equal(uart8250_model.input(&uart, &byte, 1), 1);
		assert_int_equal(rd(LSR), LSR_DR | LSR_EMPTY);
		assert_int_equal(rd(RBR), c);
		assert_int_equal(rd(LSR), LSR_EMPTY);
	}
	assert_int_equal(sent_count, 256);
	assert_false(line);
}

static void all_byte_values_pass_both_ways_at_reset_in_every_kind(void **state)
{
	(void)state;
	each_kind(bytes_pass_both_ways);
}

static void fifo_is(unsigned index)
{
	const unsigned depth = fifo_of(index);
	char bytes[64];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i + 1);

	wr(FCR, FCR_ON);
	assert_int_equal(rd(IIR), IIR_NONE | (depth > 1 ? FIFOS : 0));
	assert_int_equal(type(bytes, depth - 1), depth - 1);
	assert_int_equal(type(bytes + depth - 1, 1), 1);
	assert_int_equal(type(letters, 1), 0);
	for (unsigned i = 0; i < depth; i++)
		assert_int_equal(rd(RBR), i + 1);
	assert_int_equal(rd(LSR), LSR_EMPTY);
	assert_int_equal(rd(RBR), 0);
	assert_int_equal(input_asked, 1);
	room = depth - 1;
	assert_int_equal(rd(LSR) & LSR_TEMT, 0);
	assert_int_equal(rd(LSR), is_mini(index) ? LSR_THRE : 0);
	room = depth;
	assert_int_equal(rd(LSR), LSR_EMPTY);
	room = 0;
	assert_int_equal(rd(LSR), 0);
}

static void fifos_have_the_depth_of_the_kind(void **state)
{
	(void)state;
	each_kind(fifo_is);
}

static void without_fifos_there_is_one_byte(void **state)
{
	(void)state;
	assert_int_equal(type("xy", 2), 1);
	wr(IER, IER_RDI);
	assert_int_equal(rd(IIR), IIR_RDI);
	assert_int_equal(rd(RBR), 'x');
	assert_int_equal(input_asked, 1);
	room = 1;
	assert_int_equal(rd(LSR), LSR_EMPTY);
}

static void switching_the_fifos_empties_them(void **state)
{
	(void)state;
	type("x", 1);
	wr(FCR, 1);
	assert_int_equal(rd(LSR), LSR_EMPTY);
	assert_int_equal(type(letters, 30), 16);
	wr(FCR, 1);
	assert_int_equal(rd(RBR), 'a');
	assert_int_equal(input_asked, 0);
	wr(FCR, 3);
	assert_int_equal(rd(LSR), LSR_EMPTY);
	assert_int_equal(input_asked, 1);
	type(letters, 3);
	wr(FCR, 0);
	assert_int_equal(rd(LSR), LSR_EMPTY);
	assert_int_equal(rd(IIR), IIR_NONE);
}

static void triggers_are(unsigned index)
{
	static const uint8_t levels[][4] = {
		{ 1, 4, 8, 14 }, { 1, 16, 32, 62 }, { 8, 16, 56, 60 }, { 1, 4, 8, 16 },
		{ 1, 1, 1, 1 },	 { 1, 6, 12, 24 },  { 1, 4, 8, 14 },   { 1, 1, 1, 1 },
		{ 1, 1, 1, 1 },	 { 1, 8, 16, 32 },  { 1, 8, 16, 32 },
	};
	const bool rtoie = index == 3 || index > 8; /* the timeout has a bit of its own */

	for (unsigned t = 0; t < 4; t++) {
		wr(FCR, t << 6 | FCR_ON);
		wr(IER, IER_RDI);
		for (unsigned n = 1; n <= levels[index][t]; n++) {
			type("x", 1);
			assert_int_equal(rd(IIR) & 0x3f, n == levels[index][t] ? IIR_RDI
							 : rtoie	       ? IIR_NONE
									       : IIR_TIMEOUT);
			assert_int_equal(line, n == levels[index][t] || !rtoie);
		}
		if (levels[index][t] > 1) {
			rd(RBR);
			wr(IER, IER_RDI | 0x10);
			assert_int_equal(rd(IIR) & 0x3f, IIR_TIMEOUT);
			assert_true(line);
		}
		while (rd(LSR) & LSR_DR)
			rd(RBR);
		assert_int_equal(rd(IIR) & 0x3f, IIR_NONE);
		assert_false(line);
	}
}

static void what_is_below_the_trigger_has_timed_out(void **state)
{
	(void)state;
	each_kind(triggers_are);
}

static void interrupts_come_in_their_order(void **state)
{
	(void)state;
	wr(FCR, 0x81);
	wr(IER, 0xf);
	assert_int_equal(rd(IIR), FIFOS | IIR_THRI); /* which that takes away */
	assert_int_equal(rd(IIR), FIFOS | IIR_NONE);
	wr(MCR, LOOP); /* DCD, DSR and CTS end */
	assert_int_equal(rd(IIR), FIFOS | 0);
	for (unsigned i = 0; i < 17; i++)
		wr(RBR, 'a' + i);
	assert_int_equal(rd(IIR), FIFOS | IIR_RLSI);
	assert_int_equal(rd(IIR), FIFOS | IIR_RLSI);
	assert_int_equal(rd(LSR), LSR_EMPTY | LSR_OE | LSR_DR);
	assert_int_equal(rd(LSR), LSR_EMPTY | LSR_DR);
	assert_int_equal(rd(IIR), FIFOS | IIR_RDI);
	for (unsigned i = 0; i < 9; i++)
		assert_int_equal(rd(RBR), 'a' + i);
	assert_int_equal(rd(IIR), FIFOS | IIR_TIMEOUT);
	for (unsigned i = 9; i < 16; i++)
		assert_int_equal(rd(RBR), 'a' + i);
	assert_int_equal(rd(IIR), FIFOS | IIR_THRI);
	assert_true(line);
	assert_int_equal(rd(IIR), FIFOS | 0);
	assert_int_equal(rd(MSR), 0x0b);
	assert_int_equal(rd(MSR), 0);
	assert_int_equal(rd(IIR), FIFOS | IIR_NONE);
	assert_false(line);
	assert_int_equal(sent_count, 0);
}

static void transmit_interrupt_comes_with_each_enable_and_each_write(void **state)
{
	(void)state;
	wr(FCR, FCR_ON);
	for (unsigned i = 0; i < 3; i++) {
		wr(IER, IER_THRI);
		assert_true(line);
		assert_int_equal(rd(IIR), FIFOS | IIR_THRI);
		assert_false(line);
		wr(IER, IER_THRI);
		assert_false(line);
		wr(RBR, 'x');
		assert_true(line);
		wr(IER, 0);
		assert_false(line);
		assert_int_equal(rd(IIR), FIFOS | IIR_NONE);
	}
}

static void transmit_interrupt_waits_for_the_line(void **state)
{
	(void)state;
	wr(FCR, FCR_ON);
	wr(IER, IER_THRI);
	rd(IIR);
	room = 16;
	wr(RBR, 'x');
	assert_false(line);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	room = 15;
	uart8250_model.wake(&uart);
	assert_false(line);
	room = 16;
	clock_ns = wake_ns;
	uart8250_model.wake(&uart);
	assert_true(line);
	assert_int_equal(rd(IIR), FIFOS | IIR_THRI);
	uart8250_model.wake(&uart);
	assert_false(line);
	wr(IER, 0);
	room = 3;
	wake_ns = 0;
	wr(RBR, 'x');
	assert_int_equal(wake_ns, 0); /* nobody waits */
	wr(IER, IER_THRI);
	assert_false(line);
	assert_int_equal(wake_ns, clock_ns + 1000000);
}

static void modem_inputs_are_the_outputs_in_loopback(void **state)
{
	static const uint8_t inputs[16] = { 0x00, 0x20, 0x10, 0x30, 0x40, 0x60, 0x50, 0x70,
					    0x80, 0xa0, 0x90, 0xb0, 0xc0, 0xe0, 0xd0, 0xf0 };
	(void)state;
	for (unsigned out = 0; out < 16; out++) {
		wr(MCR, LOOP | out);
		assert_int_equal(rd(MSR) & 0xf0, inputs[out]);
		assert_int_equal(rd(MSR), inputs[out]);
	}
	for (unsigned from = 0; from < 16; from++)
		for (unsigned to = 0; to < 16; to++) {
			const unsigned change = inputs[from] ^ inputs[to];
			const unsigned ring = inputs[from] & ~inputs[to] & 0x40;

			wr(MCR, LOOP | from);
			rd(MSR);
			wr(MCR, LOOP | to);
			assert_int_equal(rd(MSR), inputs[to] | (change & ~0x40u) >> 4 | ring >> 4);
		}
	wr(MCR, 0xf);
	assert_int_equal(rd(MSR) & 0xf0, 0xb0);
}

static void loopback_cuts_the_line_off(void **state)
{
	(void)state;
	wr(FCR, FCR_ON);
	wr(MCR, LOOP);
	for (unsigned i = 0; i < 200; i++)
		wr(RBR, (uint8_t)letters[i % 62]);
	assert_int_equal(sent_count, 0);
	assert_int_equal(type("typed", 5), 0);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(rd(RBR), letters[i]);
	assert_int_equal(rd(LSR), LSR_EMPTY | LSR_OE);
	wr(MCR, 0);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("typed", 5), 5);
	assert_int_equal(rd(RBR), 't');
}

static void half_a_fifo_is_asked_for_at_a_time(void **state)
{
	(void)state;
	wr(FCR, FCR_ON);
	type(letters, 30);
	for (unsigned i = 0; i < 7; i++)
		rd(RBR);
	assert_int_equal(input_asked, 0);
	rd(RBR);
	assert_int_equal(input_asked, 1);
	rd(RBR);
	assert_int_equal(input_asked, 1);
}

static void offsets_that_are_no_register_read_zero(void **state)
{
	(void)state;
	kind("snps,dw-apb-uart");
	type("x", 1);
	wr(SCR, 0x5a);
	for (unsigned size = 1; size <= 8; size *= 2)
		for (uint64_t at = 0; at < 0x1000; at++) {
			if (!(at & 3) && at < 0x100)
				continue;
			assert_int_equal(uart8250_model.read(&uart, at, size), 0);
			uart8250_model.write(&uart, at, size, UINT64_MAX);
		}
	assert_int_equal(rd(SCR), 0x5a);
	assert_int_equal(rd(LSR), LSR_EMPTY | LSR_DR);
	assert_int_equal(sent_count, 0);
}

static void accesses_of_every_size_reach_a_register(void **state)
{
	(void)state;
	kind("nvidia,tegra20-uart");
	for (unsigned size = 1; size <= 8; size *= 2) {
		uart8250_model.write(&uart, 4 * SCR, size, 0x40 + size);
		assert_int_equal(uart8250_model.read(&uart, 4 * SCR, size), 0x40 + size);
		uart8250_model.write(&uart, 0, size, 'a');
	}
	assert_memory_equal(sent, "aaaa", 4);
}

static void registers_are_spread_by_the_nodes_shift(void **state)
{
	(void)state;
	for (shift = 0; shift <= 4; shift++) {
		line_setup(&uart8250_model, (struct dev_traits){ .lines = 1, .reg_shift = shift });
		wr(SCR, 0xa5);
		assert_int_equal(get((uint64_t)SCR << shift), 0xa5);
		assert_int_equal(rd(LSR), LSR_EMPTY);
		wr(RBR, 'x');
		assert_int_equal(sent_count, 1);
	}
}

static void names_and_usual_shifts(void **state)
{
	static const struct {
		const char *name;
		unsigned shift;
	} known[] = { { "ns16550a", 0 },
		      { "snps,dw-apb-uart", 0 },
		      { "ti,am654-uart", 2 },
		      { "nvidia,tegra20-uart", 2 },
		      { "brcm,bcm2835-aux-uart", 2 },
		      { "mediatek,mt6577-uart", 2 },
		      { "ns16550", 0 },
		      { "ns16450", 0 },
		      { "ns8250", 0 },
		      { "intel,xscale-uart", 2 },
		      { "mrvl,mmp-uart", 2 } };
	(void)state;
	for (unsigned i = 0; i < 11; i++) {
		assert_string_equal(uart8250_model.compatible[i], known[i].name);
		assert_int_equal(uart8250_model.reg_shifts[i], known[i].shift);
	}
	assert_null(uart8250_model.compatible[11]);
	assert_int_equal(uart8250_model.posted_at, 0);
	assert_int_equal(uart8250_model.posted_size, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values_of_every_kind, setup),
		cmocka_unit_test_setup(registers_keep_their_bits, setup),
		cmocka_unit_test_setup(status_registers_are_not_written, setup),
		cmocka_unit_test_setup(all_byte_values_pass_both_ways_at_reset_in_every_kind,
				       setup),
		cmocka_unit_test_setup(fifos_have_the_depth_of_the_kind, setup),
		cmocka_unit_test_setup(without_fifos_there_is_one_byte, setup),
		cmocka_unit_test_setup(switching_the_fifos_empties_them, setup),
		cmocka_unit_test_setup(what_is_below_the_trigger_has_timed_out, setup),
		cmocka_unit_test_setup(interrupts_come_in_their_order, setup),
		cmocka_unit_test_setup(transmit_interrupt_comes_with_each_enable_and_each_write,
				       setup),
		cmocka_unit_test_setup(transmit_interrupt_waits_for_the_line, setup),
		cmocka_unit_test_setup(modem_inputs_are_the_outputs_in_loopback, setup),
		cmocka_unit_test_setup(loopback_cuts_the_line_off, setup),
		cmocka_unit_test_setup(half_a_fifo_is_asked_for_at_a_time, setup),
		cmocka_unit_test_setup(offsets_that_are_no_register_read_zero, setup),
		cmocka_unit_test_setup(accesses_of_every_size_reach_a_register, setup),
		cmocka_unit_test_setup(registers_are_spread_by_the_nodes_shift, setup),
		cmocka_unit_test_setup(names_and_usual_shifts, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
