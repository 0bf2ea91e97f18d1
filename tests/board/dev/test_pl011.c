// SPDX-License-Identifier: BSD-2-Clause
// The PL011's registers and its output, as drivers see them.
#include "tests/board/dev/uart.h"

static void reset_values(void **state)
{
	static const struct {
		uint64_t offset;
		uint32_t value;
	} row[] = {
		{ DR, 0 },    { RSR, 0 },    { FR, FR_TXFE | FR_RXFE | FR_READY },
		{ ILPR, 0 },  { IBRD, 0 },   { FBRD, 0 },
		{ LCR_H, 0 }, { CR, 0x300 }, { IFLS, 0x12 },
		{ IMSC, 0 },  { RIS, 0 },    { MIS, 0 },
		{ ICR, 0 },   { DMACR, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(get(row[i].offset), row[i].value);
	assert_int_equal(line_changes, 0);
	assert_int_equal(wake_ns, 0);
	assert_int_equal(input_asked, 0);
	assert_int_equal(sent_count, 0);
}

static void registers_keep_their_bits(void **state)
{
	static const struct {
		uint64_t offset;
		uint32_t mask;
	} row[] = {
		{ ILPR, 0xff }, { IBRD, 0xffff }, { FBRD, 0x3f },  { LCR_H, 0xff },
		{ CR, 0xff87 }, { IFLS, 0x3f },	  { IMSC, 0x7ff }, { DMACR, 0x7 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		for (unsigned bit = 0; bit < 32; bit++) {
			put(row[i].offset, 1u << bit);
			assert_int_equal(get(row[i].offset), (1u << bit) & row[i].mask);
		}
		put(row[i].offset, 0xffffffff);
		assert_int_equal(get(row[i].offset), row[i].mask);
		put(row[i].offset, 0);
		assert_int_equal(get(row[i].offset), 0);
	}
}

static void registers_that_cannot_be_written(void **state)
{
	static const uint64_t offset[] = { FR, RIS, MIS };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		uint32_t before = get(offset[i]);

		put(offset[i], ~before);
		assert_int_equal(get(offset[i]), before);
	}
	put(ICR, 0xffffffff);
	assert_int_equal(get(ICR), 0);
	assert_int_equal(line_changes, 0);
}

static void ids_are_arm_pl011_r1p5(void **state)
{
	static const uint8_t ids[8] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		put(0xfe0 + 4 * i, 0xffffffff);
		assert_int_equal(get(0xfe0 + 4 * i), ids[i]);
	}
}

static void names_its_compatible_and_its_posted_register(void **state)
{
	(void)state;
	assert_string_equal(pl011_model.compatible[0], "arm,pl011");
	assert_string_equal(pl011_model.compatible[1], "arm,sbsa-uart");
	assert_null(pl011_model.compatible[2]);
	assert_int_equal(pl011_model.posted_at, DR);
	assert_int_equal(pl011_model.posted_size, 4);
}

static void unknown_offsets_read_zero_and_drop_writes(void **state)
{
	uint8_t before[sizeof(store)];

	(void)state;
	memcpy(before, store, sizeof(store));
	for (uint64_t at = 0; at < 0x2000; at += 4) {
		bool known = at <= RSR || (at >= FR && at <= DMACR && at != 0x1c) ||
			     (at >= 0xfe0 && at < 0x1000);

		if (known)
			continue;
		put(at, 0xffffffff);
		assert_int_equal(get(at), 0);
	}
	for (uint64_t at = 0; at < DMACR + 4; at++)
		if (at & 3)
			pl011_model.write(&uart, at, 1, 0xff);
	assert_memory_equal(store, before, sizeof(store));
	assert_int_equal(sent_count, 0);
}

static void parts_of_a_word_can_be_read(void **state)
{
	(void)state;
	put(IBRD, 0x1234);
	for (unsigned size = 1; size <= 8; size *= 2)
		assert_int_equal(pl011_model.read(&uart, IBRD, size) & 0xff, 0x34);
	assert_int_equal(pl011_model.read(&uart, IBRD + 1, 1) & 0xff, 0x12);
	assert_int_equal(pl011_model.read(&uart, IBRD + 2, 2) & 0xffff, 0);
}

static void output_works_without_any_setting_up(void **state)
{
	(void)state;
	put(CR, 0);
	put(DR, 'a');
	assert_int_equal(sent_count, 1);
	assert_int_equal(sent[0], 'a');
}

static void all_byte_values_go_out_in_every_size(void **state)
{
	(void)state;
	for (unsigned size = 1; size <= 8; size *= 2) {
		sent_count = 0;
		for (unsigned c = 0; c < 256; c++) {
			/* What stands above the byte is not sent. */
			pl011_model.write(&uart, DR, size, size == 1 ? c : c | 0xab00);
			assert_int_equal(sent_count, c + 1);
			assert_int_equal(sent[c], c);
		}
	}
}

static void flags_follow_the_room_for_output(void **state)
{
	static const struct {
		size_t room;
		uint32_t flags;
	} row[] = {
		{ 4096, FR_TXFE }, { 33, FR_TXFE }, { 32, FR_TXFE },
		{ 31, FR_BUSY },   { 1, FR_BUSY },  { 0, FR_BUSY | FR_TXFF },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		room = row[i].room;
		assert_int_equal(get(FR) & (FR_TXFE | FR_TXFF | FR_BUSY), row[i].flags);
	}
	put(LCR_H, 0);
	room = 1;
	assert_int_equal(get(FR) & (FR_TXFE | FR_TXFF | FR_BUSY), FR_TXFE);
	room = 0;
	assert_int_equal(get(FR) & (FR_TXFE | FR_TXFF | FR_BUSY), FR_BUSY | FR_TXFF);
}

/* A driver that polls TXFF never writes into a line that has no room. */
static void polled_output_with_a_small_room_loses_nothing(void **state)
{
	(void)state;
	room = 8;
	for (unsigned i = 0, stuck = 0; i < 60;) {
		if (get(FR) & FR_TXFF) {
			assert_int_equal(room, 0);
			room = 8;
			stuck++;
			assert_true(stuck < 10);
			continue;
		}
		assert_true(room > 0);
		put(DR, (uint8_t)letters[i++]);
	}
	assert_int_equal(sent_count, 60);
	assert_memory_equal(sent, letters, 60);
}

static void tx_interrupt_comes_with_the_first_byte(void **state)
{
	(void)state;
	put(IMSC, INT_TX);
	assert_int_equal(get(RIS), 0);
	put(DR, 'a');
	assert_int_equal(get(MIS), INT_TX);
	assert_true(line);
	put(DR, 'b');
	assert_int_equal(line_changes, 1);
	put(ICR, INT_TX);
	assert_false(line);
	assert_int_equal(get(RIS), 0);
	put(ICR, INT_TX);
	put(IMSC, 0);
	put(IMSC, INT_TX);
	assert_int_equal(line_changes, 2); /* no byte, no interrupt */
	put(DR, 'c');
	assert_true(line);
	put(IMSC, 0);
	assert_false(line);
	assert_int_equal(get(RIS), INT_TX);
	assert_int_equal(get(MIS), 0);
	assert_int_equal(wake_ns, 0);
}

static void tx_interrupt_at_every_trigger_level(void **state)
{
	static const size_t free_bytes[8] = { 28, 24, 16, 8, 4, 4, 4, 4 };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		put(IFLS, i);
		put(ICR, INT_TX);
		room = free_bytes[i];
		put(DR, 'x'); /* one short of the level now */
		assert_int_equal(get(RIS), 0);
		room = free_bytes[i] + 1;
		put(DR, 'x');
		assert_int_equal(get(RIS), INT_TX);
		/* Filling it up beyond the level takes the interrupt back. */
		put(DR, 'x');
		assert_int_equal(get(RIS), 0);
	}
	assert_int_equal(wake_ns, 0); /* TX is masked: nobody waits */
}

static void tx_interrupt_waits_for_room(void **state)
{
	(void)state;
	put(IMSC, INT_TX);
	room = 5;
	put(DR, 'a');
	assert_false(line);
	assert_true(wake_ns > clock_ns);
	clock_ns = wake_ns;
	wake_ns = 0;
	pl011_model.wake(&uart);
	assert_false(line);
	assert_true(wake_ns > clock_ns);
	room = 16;
	clock_ns = wake_ns;
	wake_ns = 0;
	pl011_model.wake(&uart);
	assert_true(line);
	assert_int_equal(wake_ns, 0);
	put(ICR, INT_TX);
	pl011_model.wake(&uart);
	assert_int_equal(line_changes, 2);
}

static void unmasking_tx_looks_for_room_at_once(void **state)
{
	(void)state;
	room = 1;
	put(DR, 'a');
	assert_int_equal(wake_ns, 0);
	put(IMSC, INT_TX);
	assert_false(line);
	assert_true(wake_ns > clock_ns);
	put(IMSC, 0);
	room = 4096;
	put(IMSC, INT_TX);
	assert_true(line);
}

static void polled_status_sees_the_room_come_back(void **state)
{
	(void)state;
	room = 1;
	put(DR, 'a');
	assert_int_equal(get(RIS), 0);
	room = 4096;
	assert_int_equal(get(RIS), INT_TX);
	assert_int_equal(wake_ns, 0);
}

static void reset_puts_all_back(void **state)
{
	uint8_t first[sizeof(store)];

	setup(state);
	memcpy(first, store, sizeof(store));
	setup_fifos(state);
	for (uint64_t at = ILPR; at <= DMACR; at += 4)
		if (at != LCR_H && at != CR && at != ICR)
			put(at, 0xffffffff);
	assert_int_equal(type(letters, 40), 32);
	room = 1;
	put(DR, 'a');
	assert_true(line);
	pl011_model.reset(&uart);
	assert_false(line);
	assert_int_equal(uart.levels, 0);
	/* Whoever still holds input may offer it again. */
	assert_int_equal(input_asked, 1);
	assert_memory_equal(store, first, sizeof(store));
	/* A wake-up asked for before comes for nothing. */
	room = 4096;
	pl011_model.wake(&uart);
	assert_memory_equal(store, first, sizeof(store));
	line_changes = input_asked = 0;
	sent_count = 0;
	wake_ns = 0;
	reset_values(state);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(registers_keep_their_bits, setup),
		cmocka_unit_test_setup(registers_that_cannot_be_written, setup),
		cmocka_unit_test_setup(ids_are_arm_pl011_r1p5, setup),
		cmocka_unit_test_setup(names_its_compatible_and_its_posted_register, setup),
		cmocka_unit_test_setup(unknown_offsets_read_zero_and_drop_writes, setup),
		cmocka_unit_test_setup(parts_of_a_word_can_be_read, setup),
		cmocka_unit_test_setup(output_works_without_any_setting_up, setup),
		cmocka_unit_test_setup(all_byte_values_go_out_in_every_size, setup),
		cmocka_unit_test_setup(flags_follow_the_room_for_output, setup_fifos),
		cmocka_unit_test_setup(polled_output_with_a_small_room_loses_nothing, setup_fifos),
		cmocka_unit_test_setup(tx_interrupt_comes_with_the_first_byte, setup_fifos),
		cmocka_unit_test_setup(tx_interrupt_at_every_trigger_level, setup_fifos),
		cmocka_unit_test_setup(tx_interrupt_waits_for_room, setup_fifos),
		cmocka_unit_test_setup(unmasking_tx_looks_for_room_at_once, setup_fifos),
		cmocka_unit_test_setup(polled_status_sees_the_room_come_back, setup_fifos),
		cmocka_unit_test(reset_puts_all_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
