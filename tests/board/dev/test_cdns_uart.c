// SPDX-License-Identifier: BSD-2-Clause
// The Cadence UART's registers, data and interrupts, as drivers see them.
#include "tests/board/dev/line.h"

enum {
	CR = 0x0,
	MR = 0x4,
	IER = 0x8,
	IDR = 0xc,
	IMR = 0x10,
	ISR = 0x14,
	BAUDGEN = 0x18,
	RXTOUT = 0x1c,
	RXWM = 0x20,
	MODEMCR = 0x24,
	MODEMSR = 0x28,
	SR = 0x2c,
	FIFO = 0x30,
	BAUDDIV = 0x34,
	FLOWDEL = 0x38,
	TXWM = 0x44,
	RXBS = 0x48,
};

#define CR_ON 0x114
#define CR_RXDIS 0x8
#define RTRIG 0x1
#define REMPTY 0x2
#define RFUL 0x4
#define TEMPTY 0x8
#define TFUL 0x10
#define ROVR 0x20
#define TOUT 0x100
#define TTRIG 0x400
#define TNFUL 0x800
#define SR_TACTIVE 0x800
#define SR_FDELT 0x1000
#define SR_TTRIG 0x2000
#define SR_TNFUL 0x4000
#define LOCAL_LOOP 0x200
#define KINDS 4

extern const struct model cdns_uart_model;

static int setup_kind(unsigned kind)
{
	line_setup(&cdns_uart_model, (struct dev_traits){ .kind = kind, .lines = 1 });
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_kind(2);
}

/* Linux's order: off, reset, on, mode, levels, what is pending, interrupts. */
static int setup_linux(void **state)
{
	setup(state);
	put(CR, 0x28);
	put(CR, 0x3);
	assert_int_equal(get(CR) & 0x3, 0);
	put(CR, get(CR) | 0x4);
	put(MR, 0x20);
	put(RXWM, 56);
	put(RXTOUT, 10);
	put(ISR, get(ISR));
	put(IER, 0x161);
	return 0;
}

static const struct {
	uint64_t offset;
	uint32_t reset, mask; /* 0: it cannot be written */
} registers[] = {
	{ CR, CR_ON, 0x1bc },
	{ MR, 0, 0x3fff },
	{ IER, 0, 0 },
	{ IDR, 0, 0 },
	{ IMR, 0, 0 },
	{ ISR, REMPTY | TEMPTY, 0 },
	{ BAUDGEN, 0x28b, 0xffff },
	{ RXTOUT, 0, 0xff },
	{ RXWM, 0x20, 0x3f },
	{ MODEMCR, 0, 0x23 },
	{ MODEMSR, 0xb0, 0 },
	{ SR, REMPTY | TEMPTY, 0 },
	{ FIFO, 0, 0 },
	{ BAUDDIV, 0xf, 0xff },
	{ FLOWDEL, 0, 0x3f },
	{ TXWM, 0x20, 0x3f },
	{ RXBS, 0, 0 },
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
	}
}

static void status_registers_cannot_be_written(void **state)
{
	static const uint64_t offset[] = { IMR, MODEMSR, SR, RXBS };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const uint32_t before = get(offset[i]);

		put(offset[i], ~before);
		assert_int_equal(get(offset[i]), before);
	}
}

static void names_its_compatibles_and_its_posted_register(void **state)
{
	static const char *const names[KINDS] = { "xlnx,xuartps", "cdns,uart-r1p8",
						  "cdns,uart-r1p12", "xlnx,zynqmp-uart" };

	(void)state;
	for (unsigned i = 0; i < KINDS; i++)
		assert_string_equal(cdns_uart_model.compatible[i], names[i]);
	assert_null(cdns_uart_model.compatible[KINDS]);
	assert_int_equal(cdns_uart_model.posted_at, FIFO);
	assert_int_equal(cdns_uart_model.posted_size, 4);
	assert_false(cdns_uart_model.layout);
}

static void unknown_offsets_read_zero_and_drop_writes(void **state)
{
	uint8_t before[sizeof(store)];

	(void)state;
	memcpy(before, store, sizeof(store));
	for (uint64_t at = 0x3c; at < 0x2000; at += 4) {
		if (at == TXWM)
			continue;
		put(at, 0xffffffff);
		assert_int_equal(get(at), 0);
	}
	for (uint64_t at = 0; at < 0x50; at++)
		if (at & 3)
			cdns_uart_model.write(&uart, at, 1, 0xff);
	assert_memory_equal(store, before, sizeof(store));
	assert_int_equal(line_changes, 0);
	assert_int_equal(sent_count, 0);
}

static void parts_of_a_word_can_be_read(void **state)
{
	(void)state;
	assert_int_equal(uart.model->read(&uart, BAUDGEN, 1) & 0xff, 0x8b);
	assert_int_equal(uart.model->read(&uart, BAUDGEN + 1, 1) & 0xff, 0x02);
	assert_int_equal(uart.model->read(&uart, BAUDGEN, 8), 0x28b);
}

static void interrupt_mask_is_set_and_cleared_by_bits(void **state)
{
	static const uint32_t all[KINDS] = { 0x1fff, 0x1fff, 0x3fff, 0x3fff };

	(void)state;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		setup_kind(kind);
		put(IER, 0xffffffff);
		assert_int_equal(get(IMR), all[kind]);
		assert_int_equal(get(IER), 0);
		for (unsigned bit = 0; bit < 14; bit++) {
			put(IDR, 1u << bit);
			assert_int_equal(get(IMR), all[kind] & ~((2u << bit) - 1));
			assert_int_equal(get(IDR), 0);
		}
		put(IER, TOUT);
		put(IER, RTRIG);
		assert_int_equal(get(IMR), TOUT | RTRIG);
	}
}

static void flow_control_shows_in_the_modem_status(void **state)
{
	(void)state;
	put(MODEMCR, 0x20);
	assert_int_equal(get(MODEMSR), 0x1b0);
	put(MODEMCR, 0x3);
	assert_int_equal(get(MODEMSR), 0xb0);
}

/* U-Boot and earlycon: nothing set up, status polled. */
static void polled_driver_works_from_reset(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		const char byte = (char)i;

		assert_int_equal(get(SR) & TFUL, 0);
		put(FIFO, i);
		assert_int_equal(sent[i], i);
		assert_int_equal(get(SR) & REMPTY, REMPTY);
		assert_int_equal(type(&byte, 1), 1);
		assert_int_equal(get(SR) & REMPTY, 0);
		assert_int_equal(get(FIFO), i);
	}
	assert_int_equal(sent_count, 256);
	assert_int_equal(get(FIFO), 0);
	assert_int_equal(line_changes, 0);
}

static void output_depends_on_no_enable(void **state)
{
	(void)state;
	put(CR, 0x28);
	put(FIFO, 'a');
	put(CR, 0);
	put(FIFO, 'b');
	assert_memory_equal(sent, "ab", 2);
}

static void transmit_fifo_is_what_the_line_lacks(void **state)
{
	static const struct {
		size_t room;
		uint32_t status;
	} row[] = {
		{ 32, TEMPTY },
		{ 31, SR_TACTIVE | SR_TTRIG },
		{ 2, SR_TACTIVE | SR_TTRIG },
		{ 1, SR_TACTIVE | SR_TTRIG | SR_TNFUL },
		{ 0, SR_TACTIVE | SR_TTRIG | SR_TNFUL | TFUL },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		room = row[i].room;
		assert_int_equal(get(SR), REMPTY | row[i].status);
	}
	assert_int_equal(get(ISR), REMPTY | TEMPTY | TTRIG | TNFUL | TFUL);
	room = 4096;
	put(ISR, 0x3fff);
	assert_int_equal(get(ISR), REMPTY | TEMPTY);
	put(TXWM, 60);
	room = 5;
	assert_int_equal(get(SR) & SR_TTRIG, 0);
	room = 4;
	assert_int_equal(get(SR) & SR_TTRIG, SR_TTRIG);
	put(TXWM, 0);
	assert_int_equal(get(SR) & SR_TTRIG, 0);
}

static void receive_fifo_holds_64_and_keeps_order(void **state)
{
	(void)state;
	for (unsigned start = 0; start < 70; start++) {
		assert_int_equal(type(letters, 62), 62);
		assert_int_equal(get(SR) & RFUL, 0);
		assert_int_equal(type(letters, 62), 2);
		assert_int_equal(get(SR) & (RFUL | REMPTY), RFUL);
		for (unsigned i = 0; i < 64; i++)
			assert_int_equal(get(FIFO), letters[i % 62]);
		assert_int_equal(get(SR) & (RFUL | REMPTY), REMPTY);
		assert_int_equal(input_asked, start + 1);
		/* One more each time, so that it wraps everywhere. */
		type("x", 1);
		get(FIFO);
	}
}

static void receiver_switched_off_takes_nothing(void **state)
{
	static const uint32_t off[] = { 0x110, 0x11c, 0x28, 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		put(CR, off[i]);
		assert_int_equal(type("a", 1), 0);
		assert_int_equal(input_asked, i);
		put(CR, CR_ON);
		assert_int_equal(input_asked, i + 1);
		assert_int_equal(type("a", 1), 1);
		assert_int_equal(get(FIFO), 'a');
	}
}

static void receiver_reset_empties_its_fifo(void **state)
{
	(void)state;
	type(letters, 62);
	type(letters, 62);
	put(CR, CR_ON | 1);
	assert_int_equal(get(CR), CR_ON);
	assert_int_equal(get(SR) & REMPTY, REMPTY);
	assert_int_equal(input_asked, 1);
	assert_int_equal(get(FIFO), 0);
}

static void trigger_level_raises_its_interrupt(void **state)
{
	(void)state;
	put(IER, RTRIG);
	for (unsigned level = 1; level < 64; level++) {
		put(RXWM, level);
		for (unsigned i = 1; i < level; i++) {
			type("x", 1);
			assert_int_equal(get(SR) & RTRIG, 0);
		}
		assert_false(line);
		type("x", 1);
		assert_int_equal(get(SR) & RTRIG, RTRIG);
		assert_true(line);
		/* Cleared before it is read, it comes back until there is less. */
		put(ISR, RTRIG);
		assert_true(line);
		get(FIFO);
		assert_false(line);
		assert_int_equal(get(ISR) & RTRIG, 0);
		while (!(get(SR) & REMPTY))
			get(FIFO);
	}
	put(RXWM, 0);
	type(letters, 62);
	assert_int_equal(get(SR) & RTRIG, 0);
	assert_false(line);
}

static void timeout_tells_of_what_is_below_the_level(void **state)
{
	(void)state;
	put(IER, TOUT);
	type("ab", 2);
	assert_false(line);
	put(RXTOUT, 10);
	assert_true(line);
	assert_int_equal(get(ISR) & (TOUT | RTRIG), TOUT);
	put(ISR, TOUT);
	get(FIFO);
	assert_true(line);
	get(FIFO);
	assert_false(line);
	assert_int_equal(line_changes, 2);
}

static void flow_delay_shows_in_the_status(void **state)
{
	(void)state;
	put(FLOWDEL, 8);
	type(letters, 7);
	assert_int_equal(get(SR) & SR_FDELT, 0);
	type("x", 1);
	assert_int_equal(get(SR) & SR_FDELT, SR_FDELT);
}

static void other_interrupts_stay_until_they_are_cleared(void **state)
{
	(void)state;
	put(IER, RFUL | REMPTY);
	assert_true(line);
	type(letters, 62);
	type(letters, 2);
	put(ISR, REMPTY);
	assert_int_equal(get(ISR) & (REMPTY | RFUL), RFUL);
	get(FIFO);
	assert_int_equal(get(ISR) & (REMPTY | RFUL), RFUL);
	assert_true(line);
	put(ISR, RFUL);
	assert_false(line);
}

static void transmitter_that_is_waited_for_is_looked_at_again(void **state)
{
	(void)state;
	room = 10;
	put(FIFO, 'x');
	assert_int_equal(wake_ns, 0);
	put(ISR, TEMPTY);
	put(IER, TEMPTY);
	assert_false(line);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	wake_ns = 0;
	cdns_uart_model.wake(&uart);
	assert_false(line);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	wake_ns = 0;
	room = 32;
	cdns_uart_model.wake(&uart);
	assert_true(line);
	assert_int_equal(wake_ns, 0);
	/* Cleared with nothing written since, it comes again. */
	put(ISR, TEMPTY);
	assert_true(line);
	put(IDR, TEMPTY);
	assert_false(line);
}

/* Linux's handler: ISR read and cleared, 64 bytes at most written, all read. */
static void interrupt_driven_driver_moves_all_both_ways(void **state)
{
	size_t fed = 0, got = 0, written = 0;
	uint8_t in[sizeof(letters)];

	(void)state;
	room = 70;
	put(ISR, TEMPTY);
	put(IER, TEMPTY);
	for (unsigned turn = 0; turn < 200 && (got < 62 || written < 62); turn++) {
		if (fed < 62)
			fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
		while (line) {
			const uint32_t isr = get(ISR);

			put(ISR, isr);
			if (isr & TEMPTY) {
				for (unsigned i = 0; i < 5 && written < 62; i++)
					if (!(get(SR) & TFUL))
						put(FIFO, (uint8_t)letters[written++]);
				if (written == 62)
					put(IDR, TEMPTY);
			}
			while ((isr & (RTRIG | TOUT)) && !(get(SR) & REMPTY))
				in[got++] = (uint8_t)get(FIFO);
		}
		room += 3;
		if (wake_ns) {
			clock_ns = wake_ns;
			wake_ns = 0;
			cdns_uart_model.wake(&uart);
		}
	}
	assert_int_equal(got, 62);
	assert_memory_equal(in, letters, 62);
	assert_int_equal(sent_count, 62);
	assert_memory_equal(sent, letters, 62);
	assert_false(line);
}

static void local_loopback_returns_bytes_and_shuts_the_line_out(void **state)
{
	(void)state;
	put(MR, LOCAL_LOOP);
	put(IER, ROVR);
	assert_int_equal(type("x", 1), 0);
	for (unsigned i = 0; i < 64; i++)
		put(FIFO, i);
	assert_false(line);
	put(FIFO, 'z');
	assert_true(line);
	assert_int_equal(get(ISR) & ROVR, ROVR);
	put(ISR, ROVR);
	assert_false(line);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(get(FIFO), i);
	assert_int_equal(get(FIFO), 0);
	assert_int_equal(input_asked, 0);
	put(MR, 0);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("x", 1), 1);
	put(FIFO, 'y');
	assert_int_equal(get(FIFO), 'x');
	assert_int_equal(get(SR) & REMPTY, REMPTY);
}

static void remote_loopback_brings_nothing(void **state)
{
	(void)state;
	put(MR, 0x300);
	assert_int_equal(type("x", 1), 0);
	put(FIFO, 'y');
	assert_int_equal(get(SR) & REMPTY, REMPTY);
}

static void reset_puts_all_back(void **state)
{
	uint8_t first[sizeof(store)];

	memcpy(first, store, sizeof(store));
	setup_linux(state);
	put(FLOWDEL, 3);
	type(letters, 62);
	assert_true(line);
	cdns_uart_model.reset(&uart);
	assert_false(line);
	assert_memory_equal(store, first, sizeof(store));
	line_changes = 0;
	reset_values(state);
	/* What was refused is asked for. */
	put(CR, CR_RXDIS);
	type("x", 1);
	cdns_uart_model.reset(&uart);
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
		cmocka_unit_test_setup(parts_of_a_word_can_be_read, setup),
		cmocka_unit_test_setup(interrupt_mask_is_set_and_cleared_by_bits, setup),
		cmocka_unit_test_setup(flow_control_shows_in_the_modem_status, setup),
		cmocka_unit_test_setup(polled_driver_works_from_reset, setup),
		cmocka_unit_test_setup(output_depends_on_no_enable, setup),
		cmocka_unit_test_setup(transmit_fifo_is_what_the_line_lacks, setup),
		cmocka_unit_test_setup(receive_fifo_holds_64_and_keeps_order, setup),
		cmocka_unit_test_setup(receiver_switched_off_takes_nothing, setup),
		cmocka_unit_test_setup(receiver_reset_empties_its_fifo, setup),
		cmocka_unit_test_setup(trigger_level_raises_its_interrupt, setup),
		cmocka_unit_test_setup(timeout_tells_of_what_is_below_the_level, setup),
		cmocka_unit_test_setup(flow_delay_shows_in_the_status, setup),
		cmocka_unit_test_setup(other_interrupts_stay_until_they_are_cleared, setup),
		cmocka_unit_test_setup(transmitter_that_is_waited_for_is_looked_at_again, setup),
		cmocka_unit_test_setup(interrupt_driven_driver_moves_all_both_ways, setup_linux),
		cmocka_unit_test_setup(local_loopback_returns_bytes_and_shuts_the_line_out, setup),
		cmocka_unit_test_setup(remote_loopback_brings_nothing, setup),
		cmocka_unit_test_setup(reset_puts_all_back, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
