// SPDX-License-Identifier: BSD-2-Clause
// The LPUART's registers, data both ways and interrupts, as drivers of each kind see them.
#include "tests/board/dev/line.h"

enum { BAUD = 0x0, STAT = 0x4, CTRL = 0x8, DATA = 0xc, MATCH = 0x10, MODIR = 0x14, FIFO = 0x18 };
enum { WATER = 0x1c };

#define IDLE 0x100000u
#define RDRF 0x200000u
#define TC 0x400000u
#define TDRE 0x800000u
#define RE 0x40000
#define TE 0x80000
#define RXEMPT 0x1000
#define FIFOS_ON 0x88
#define FLUSH 0xc000

extern const struct model lpuart_model;

static const struct {
	const char *name;
	uint32_t head, param, depth, code;
	bool swapped;
} kinds[] = {
	{ "fsl,imx7ulp-lpuart", 0x10, 0x0404, 16, 0x33, false },
	{ "fsl,imx8ulp-lpuart", 0x10, 0x0404, 16, 0x33, false },
	{ "fsl,imx8qxp-lpuart", 0x10, 0x0606, 64, 0x55, false },
	{ "fsl,ls1021a-lpuart", 0, 0, 16, 0x55, true },
	{ "fsl,ls1028a-lpuart", 0, 0, 16, 0x55, false },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static unsigned kind;

static void setup_kind(unsigned which)
{
	kind = which;
	line_setup(&lpuart_model, (struct dev_traits){ .kind = which, .lines = 1 });
}

static int setup(void **state)
{
	(void)state;
	setup_kind(2);
	return 0;
}

static uint32_t swap(uint32_t value)
{
	return kinds[kind].swapped
		       ? value >> 24 | (value >> 8 & 0xff00) | (value & 0xff00) << 8 | value << 24
		       : value;
}

/* As the driver of this kind reads and writes them. */
static uint32_t in(uint32_t offset)
{
	return swap(get(kinds[kind].head + offset));
}

static void out(uint32_t offset, uint32_t value)
{
	put(kinds[kind].head + offset, swap(value));
}

static void names_its_kinds_and_their_posted_register(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		assert_string_equal(lpuart_model.compatible[i], kinds[i].name);
		assert_int_equal(lpuart_model.posted_of[i], kinds[i].head + DATA);
	}
	assert_int_equal(lpuart_model.posted_size, 4);
	assert_null(lpuart_model.compatible[KINDS]);
}

static void reset_values(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		const uint32_t code = kinds[i].code;

		setup_kind(i);
		if (kinds[i].head) {
			assert_int_equal(get(0x0), 0x04010003);
			assert_int_equal(get(0x4), kinds[i].param);
			assert_int_equal(get(0x8) | get(0xc), 0);
		}
		assert_int_equal(in(BAUD), 0x0f000004);
		assert_int_equal(in(STAT), TC | TDRE);
		assert_int_equal(in(CTRL), RE | TE);
		assert_int_equal(in(DATA), RXEMPT);
		assert_int_equal(in(MATCH) | in(MODIR) | in(WATER), 0);
		assert_int_equal(in(FIFO), 0xc00000 | code);
		assert_int_equal(line_changes + input_asked + sent_count, 0);
		assert_int_equal(wake_ns, 0);
	}
}

static void registers_keep_their_bits(void **state)
{
	static const struct {
		uint32_t offset, mask, fixed;
	} row[] = {
		{ BAUD, 0xffffffff, 0 },	 { CTRL, 0xffffffff, 0 },
		{ STAT, 0x3e000000, TC | TDRE }, { MATCH, 0x03ff03ff, 0 },
		{ MODIR, 0x7ff3f, 0 },		 { WATER, 0x00ff00ff, 0 },
		{ FIFO, 0x1f88, 0xc00055 },
	};

	(void)state;
	for (unsigned i = 2; i < KINDS; i++) {
		setup_kind(i);
		for (unsigned k = 0; k < sizeof(row) / sizeof(row[0]); k++) {
			out(row[k].offset, 0xffffffff);
			assert_int_equal(in(row[k].offset), row[k].mask | row[k].fixed);
			out(row[k].offset, 0);
			assert_int_equal(in(row[k].offset), row[k].fixed);
		}
	}
}

static void unknown_offsets_read_zero_and_drop_writes(void **state)
{
	uint8_t before[sizeof(store)];

	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		memcpy(before, store, sizeof(store));
		for (uint64_t at = 0; at < 0x2000; at++) {
			const uint64_t reg = at - kinds[i].head;

			if (at == 8 || (reg <= WATER && !(at & 3)))
				continue;
			put(at, 0xffffffff);
			if (reg > WATER + 3 && at >= kinds[i].head)
				assert_int_equal(get(at), 0);
		}
		assert_memory_equal(store, before, sizeof(store));
		assert_int_equal(sent_count, 0);
	}
}

static void a_word_is_big_endian_on_the_ls1021a_only(void **state)
{
	(void)state;
	setup_kind(3);
	out(MATCH, 0x123);
	assert_int_equal(get(MATCH), 0x23010000);
	assert_int_equal(lpuart_model.read(&uart, MATCH + 3, 1) & 0xff, 0x23);
	/* A byte here is not a word's lowest. */
	lpuart_model.write(&uart, DATA, 1, 'x');
	assert_int_equal(sent_count, 0);
	setup_kind(4);
	out(MATCH, 0x123);
	assert_int_equal(get(MATCH), 0x123);
	lpuart_model.write(&uart, DATA, 1, 'x');
	assert_int_equal(sent_count, 1);
}

static void polled_driver_works_without_any_setting_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		for (unsigned c = 0; c < 256; c++) {
			const uint8_t byte = (uint8_t)c;

			assert_int_equal(in(STAT) & (TDRE | RDRF), TDRE);
			out(DATA, c);
			assert_int_equal(sent[c], c);
			assert_int_equal(uart.model->input(&uart, &byte, 1), 1);
			assert_int_equal(in(STAT)&RDRF, RDRF);
			assert_int_equal(in(WATER) >> 24, 1);
			assert_int_equal(in(FIFO)&0x400000, 0);
			assert_int_equal(in(DATA), c);
			assert_int_equal(in(WATER) >> 24, 0);
		}
		assert_int_equal(in(DATA), RXEMPT);
		assert_int_equal(sent_count, 256);
		assert_false(line);
	}
}

static void fifos_are_one_byte_until_they_are_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		assert_int_equal(type(letters, 2), 1);
		out(FIFO, FIFOS_ON);
		assert_int_equal(input_asked, 1);
		assert_int_equal(type(letters + 1, 62),
				 kinds[i].depth - 1 < 62 ? kinds[i].depth - 1 : 62);
		for (unsigned k = 0; k < 8; k++)
			assert_int_equal(in(DATA), letters[k]);
		out(FIFO, FIFOS_ON | FLUSH);
		assert_int_equal(in(FIFO)&0xc00000, 0xc00000);
		assert_int_equal(in(DATA), RXEMPT);
	}
}

static void status_follows_the_room_for_output(void **state)
{
	static const struct {
		size_t room;
		uint32_t fifo, water, stat, used;
	} row[] = {
		{ 32, FIFOS_ON, 0, TC | TDRE, 0 },
		{ 31, FIFOS_ON, 0, 0, 33 },
		{ 31, FIFOS_ON, 33, TDRE, 33 },
		{ 1, FIFOS_ON, 63, TDRE, 63 },
		{ 0, FIFOS_ON, 64, 0, 64 },
		{ 1, 0, 0, TC | TDRE, 0 },
		{ 0, 0, 1, 0, 1 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		out(FIFO, row[i].fifo);
		out(WATER, row[i].water);
		room = row[i].room;
		assert_int_equal(in(STAT), row[i].stat);
		assert_int_equal(in(WATER) >> 8 & 0xff, row[i].used);
		assert_int_equal(!(in(FIFO)&0x800000), row[i].used != 0);
	}
}

static void receiver_switched_off_takes_nothing(void **state)
{
	(void)state;
	out(CTRL, TE);
	assert_int_equal(type("a", 1), 0);
	assert_int_equal(input_asked, 0);
	out(CTRL, TE | RE);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("a", 1), 1);
}

static void each_transmit_interrupt_waits_for_its_state(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		setup_kind(0);
		out(FIFO, FIFOS_ON);
		out(WATER, 4);
		room = i ? 15 : 11;
		out(CTRL, RE | TE | (i ? TC : TDRE));
		assert_false(line);
		assert_int_equal(wake_ns, clock_ns + 1000000);
		room++;
		wake_ns = 0;
		uart.model->wake(&uart);
		assert_true(line);
		assert_int_equal(wake_ns, 0);
		out(CTRL, RE | TE);
		assert_false(line);
	}
}

/* Whatever RXWATER says: a byte less than it is told as well, as the line is idle after it. */
static void receive_interrupts_and_what_ends_them(void **state)
{
	(void)state;
	out(FIFO, FIFOS_ON);
	out(WATER, 7 << 16);
	out(CTRL, RE | RDRF);
	type("ab", 2);
	assert_true(line);
	in(DATA);
	assert_true(line);
	in(DATA);
	assert_false(line);
	out(CTRL, RE | IDLE);
	assert_true(line);
	assert_int_equal(in(STAT)&IDLE, IDLE);
	out(STAT, IDLE);
	assert_false(line);
	assert_int_equal(in(STAT)&IDLE, 0);
	type("c", 1);
	assert_true(line);
}

/* As Linux does before it uses one: reset, and TE and BAUD as they were. */
static void global_reset_is_only_of_imx(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i);
		out(MODIR, 0x3f);
		out(FIFO, FIFOS_ON);
		type("abc", 3);
		if (!kinds[i].head)
			continue;
		put(0x8, 2);
		assert_int_equal(get(0x8), 2);
		assert_int_equal(in(MODIR), 0);
		assert_int_equal(in(FIFO), 0xc00000 | kinds[i].code);
		put(0x8, 0);
		assert_int_equal(get(0x8), 0);
		assert_int_equal(type("d", 1), 1);
		assert_int_equal(in(DATA), 'd');
	}
}

/* Linux's order: STAT, WATER, bytes while FIFO is not empty, output while there is room, STAT cleared. */
static void interrupt_driven_driver_moves_all_both_ways(void **state)
{
	(void)state;
	for (unsigned k = 0; k < KINDS; k++) {
		size_t fed = 0, got = 0, written = 0;
		uint8_t bytes[sizeof(letters)];

		setup_kind(k);
		out(FIFO, FIFOS_ON | 0xc00);
		out(WATER, 1 << 16);
		out(CTRL, RE | TE | RDRF | IDLE | TDRE);
		room = 40;
		for (unsigned turn = 0; turn < 100 && (got < 62 || written < 62); turn++) {
			if (fed < 62)
				fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
			for (unsigned i = 0; line; i++) {
				const uint32_t status = in(STAT);

				assert_true(i < 3);
				while (!(in(FIFO)&0x400000))
					bytes[got++] = (uint8_t)in(DATA);
				while (status & TDRE && (in(WATER) >> 8 & 0xff) < kinds[k].depth &&
				       written < 62)
					out(DATA, (uint8_t)letters[written++]);
				if (written == 62)
					out(CTRL, RE | TE | RDRF | IDLE);
				out(STAT, status);
			}
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
		assert_false(line);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names_its_kinds_and_their_posted_register, setup),
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(registers_keep_their_bits, setup),
		cmocka_unit_test_setup(unknown_offsets_read_zero_and_drop_writes, setup),
		cmocka_unit_test_setup(a_word_is_big_endian_on_the_ls1021a_only, setup),
		cmocka_unit_test_setup(polled_driver_works_without_any_setting_up, setup),
		cmocka_unit_test_setup(fifos_are_one_byte_until_they_are_on, setup),
		cmocka_unit_test_setup(status_follows_the_room_for_output, setup),
		cmocka_unit_test_setup(receiver_switched_off_takes_nothing, setup),
		cmocka_unit_test_setup(each_transmit_interrupt_waits_for_its_state, setup),
		cmocka_unit_test_setup(receive_interrupts_and_what_ends_them, setup),
		cmocka_unit_test_setup(global_reset_is_only_of_imx, setup),
		cmocka_unit_test_setup(interrupt_driven_driver_moves_all_both_ways, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
