// SPDX-License-Identifier: BSD-2-Clause
// UARTDM as drivers see it: single characters and words of four, stale events, both versions.
#include "tests/board/dev/line.h"

enum {
	MR1 = 0x0,
	MR2 = 0x4,
	SR = 0x8,
	CR = 0x10,
	MISR = 0x10,
	IMR = 0x14,
	ISR = 0x14,
	IPR = 0x18,
	TFWR = 0x1c,
	RFWR = 0x20,
	HCR = 0x24,
	DMRX = 0x34,
	SNAP = 0x38,
	DMEN = 0x3c,
	NCF_TX = 0x40,
	TXFS = 0x4c,
	RXFS = 0x50,
	TF = 0x70,
	RF = 0x70,
};

#define TXLEV 0x1u
#define RXSTALE 0x8u
#define RXLEV 0x10u
#define INT_TX_READY 0x80u
#define RX_READY 0x1u
#define RX_FULL 0x2u
#define TX_READY 0x4u
#define TX_EMPTY 0x8u
#define RESET_RX (1 << 4)
#define RESET_TX (2 << 4)
#define RESET_STALE (8 << 4)
#define RESET_TX_READY (3 << 8)
#define FORCE_STALE (4 << 8)
#define STALE_ENABLE (5 << 8)
#define STALE_DISABLE (6 << 8)
#define RX_ENABLE 1
#define RX_DISABLE 2
#define TX_ENABLE 4

extern const struct model msm_uart_model;

static int setup(void **state)
{
	(void)state;
	line_setup(&msm_uart_model, (struct dev_traits){ .lines = 1, .kind = 0 });
	return 0;
}

static int setup_v1_3(void **state)
{
	(void)state;
	line_setup(&msm_uart_model, (struct dev_traits){ .lines = 1, .kind = 1 });
	return 0;
}

/* As Linux's driver sets its baud rate. */
static int setup_linux(void **state)
{
	setup(state);
	put(RFWR, 48);
	put(TFWR, 10);
	for (unsigned command = 1; command <= 4; command++)
		put(CR, command << 4);
	put(DMEN, 0);
	put(CR, TX_ENABLE | RX_ENABLE);
	put(IMR, RXLEV | RXSTALE | 0x440);
	put(CR, RESET_STALE);
	put(DMRX, 0xffffff);
	put(CR, STALE_ENABLE);
	return 0;
}

static void reset_values(void **state)
{
	(void)state;
	for (uint64_t at = 0; at < 0x200; at += 4)
		assert_int_equal(get(at), at == MR2		    ? 0x34
					  : at == DMEN		    ? 0x20
					  : at == SR || at == 0xa4  ? TX_READY | TX_EMPTY
					  : at == ISR || at == 0xb4 ? TXLEV
								    : 0);
	assert_int_equal(line_changes, 0);
	assert_int_equal(input_asked, 0);
	assert_int_equal(wake_ns, 0);
}

static void registers_keep_what_is_written(void **state)
{
	static const uint64_t kept[] = { MR1, MR2, IPR, TFWR, RFWR, HCR, DMRX, DMEN, NCF_TX };

	(void)state;
	for (unsigned i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		for (unsigned bit = 0; bit < 32; bit++) {
			put(kept[i], 1u << bit);
			assert_int_equal(get(kept[i]), 1u << bit);
		}
	for (uint64_t at = 0x48; at <= RXFS; at += 4)
		put(at, ~0u);
	assert_int_equal(get(RXFS), 0);
	assert_int_equal(get(TXFS), 0);
	put(SNAP, 5); /* there it is IRDA */
	assert_int_equal(get(SNAP), 0);
}

static void what_is_no_register_reads_0(void **state)
{
	(void)state;
	type("a", 1);
	for (uint64_t at = 0; at < 0x1000; at++) {
		if (at % 4 == 0 &&
		    (at < 0x80 || (at >= 0xa0 && at < 0xc0) || (at >= 0x100 && at < 0x180)))
			continue;
		for (unsigned size = 1; size <= 8; size *= 2) {
			msm_uart_model.write(&uart, at, size, ~0ull);
			assert_int_equal(msm_uart_model.read(&uart, at, size), 0);
		}
	}
	assert_int_equal(sent_count, 0);
	assert_int_equal(get(RF), 'a');
}

static void a_driver_that_only_polls_needs_no_setting_up(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		const uint8_t byte = (uint8_t)c;

		assert_int_equal(get(SR), TX_READY | TX_EMPTY);
		put(TF, c | 0xabcd00);
		assert_int_equal(msm_uart_model.input(&uart, &byte, 1), 1);
		assert_int_equal(get(SR), TX_READY | TX_EMPTY | RX_READY);
		assert_int_equal(get(RXFS), 1);
		assert_int_equal(get(RF), c);
	}
	assert_int_equal(sent_count, 256);
	for (unsigned c = 0; c < 256; c++)
		assert_int_equal(sent[c], c);
}

/* Its registers are at v1.4's own places. */
static void uboot_in_single_character_mode(void **state)
{
	(void)state;
	put(0xa0, 0xcc);
	put(MR1, 0x80);
	put(MR2, 0x34);
	put(DMEN, 0x30);
	put(0xa8, RX_DISABLE);
	assert_int_equal(type("x", 1), 0);
	put(0xa8, RESET_RX);
	put(0xa8, RESET_TX);
	put(0xa8, RX_ENABLE);
	assert_int_equal(input_asked, 1);
	put(0xa8, TX_ENABLE);
	put(NCF_TX, 100); /* does not count here */
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(get(0xa4) & TX_READY, TX_READY);
		put(0x100, (uint8_t)letters[i]);
	}
	assert_int_equal(sent_count, 10);
	assert_memory_equal(sent, letters, 10);
	assert_int_equal(type(letters, 20), 16);
	assert_int_equal(get(0xa4) & (RX_READY | RX_FULL), RX_READY | RX_FULL);
	for (unsigned i = 0; i < 16; i++) {
		assert_int_equal(get(0xa4) & RX_READY, RX_READY);
		assert_int_equal(get(0x140 + i % 4 * 4), letters[i]);
	}
	assert_int_equal(get(0xa4) & RX_READY, 0);
	assert_int_equal(input_asked, 2);
}

/* What comes between any two accesses: 1 to 7 of the letters that are left. */
static size_t typed_meanwhile(size_t fed, unsigned turn)
{
	const size_t left = 62 - fed, n = 1 + turn % 7;

	return left ? type(letters + fed, n < left ? n : left) : 0;
}

/* U-Boot of 2023: it never sets up a first transfer, nor enables the receiver that it has reset. */
static void uboot_in_words_of_four(void **state)
{
	uint8_t in[sizeof(letters)];
	size_t got = 0, fed = 0;

	(void)state;
	put(0xa8, RESET_RX);
	put(0xa8, RESET_TX);
	put(DMEN, 0);
	for (unsigned i = 0; i < 10; i++) {
		assert_true(get(0xa4) & TX_EMPTY || get(0xb4) & INT_TX_READY);
		put(0xa8, RESET_TX_READY);
		put(NCF_TX, 1);
		put(0x100, (uint8_t)letters[i]);
	}
	assert_int_equal(sent_count, 10);
	assert_memory_equal(sent, letters, 10);
	for (unsigned turn = 0; turn < 400 && got < 62; turn++) {
		uint32_t n = 4;
		const bool ready = get(0xa4) & RX_READY;

		fed += typed_meanwhile(fed, turn);
		if (!ready) {
			n = get(RXFS) >> 7 & 7;
			fed += typed_meanwhile(fed, turn);
			if (!n)
				continue;
			put(0xa8, FORCE_STALE);
			fed += typed_meanwhile(fed, turn);
		}
		const uint32_t word = get(0x140);

		if (!ready) {
			fed += typed_meanwhile(fed, turn);
			put(0xa8, RESET_STALE);
			put(DMRX, 7);
		}
		for (unsigned k = 0; k < n; k++)
			in[got++] = (uint8_t)(word >> 8 * k);
	}
	assert_int_equal(got, 62);
	assert_memory_equal(in, letters, 62);
}

static void v1_3_has_nothing_at_v1_4s_places(void **state)
{
	(void)state;
	type("a", 1);
	for (uint64_t at = 0x80; at < 0x200; at += 4) {
		put(at, ~0u);
		assert_int_equal(get(at), 0);
	}
	assert_int_equal(sent_count, 0);
	put(TF + 0xc, 'x');
	assert_int_equal(sent_count, 1);
	assert_int_equal(get(RF + 4), 'a');
}

static void each_of_v1_4s_places_is_written_or_read(void **state)
{
	(void)state;
	put(0xb0, TXLEV);
	assert_true(line);
	assert_int_equal(get(0xac), TXLEV);
	assert_int_equal(get(0xb4), TXLEV);
	put(0xb4, 0); /* ISR */
	assert_true(line);
	assert_int_equal(get(0xb0), 0);
	put(0x140, 'x'); /* the FIFO to read from */
	assert_int_equal(sent_count, 0);
	type("a", 1);
	assert_int_equal(get(0x100), 0);
	assert_int_equal(get(0x17c), 'a');
}

static void transfers_send_words_of_four(void **state)
{
	(void)state;
	put(IMR, INT_TX_READY);
	put(NCF_TX, 6);
	put(TF, 'a' | 'b' << 8 | 'c' << 16 | 'd' << 24);
	assert_false(line);
	assert_int_equal(get(NCF_TX), 2);
	put(TF, 'e' | 'f' << 8 | 'x' << 16 | 'x' << 24);
	assert_true(line);
	assert_int_equal(get(MISR), INT_TX_READY);
	put(CR, RESET_TX_READY);
	assert_false(line);
	assert_int_equal(sent_count, 6);
	assert_memory_equal(sent, "abcdef", 6);
	put(NCF_TX, 3);
	put(CR, RESET_TX);
	assert_int_equal(get(NCF_TX), 0);
	assert_int_equal(get(ISR), TXLEV);
}

static void level_interrupt_and_status_wait_for_the_line(void **state)
{
	(void)state;
	put(TFWR, 2);
	room = 55; /* 3 words and a byte */
	put(IMR, TXLEV);
	assert_false(line);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	assert_int_equal(get(SR), TX_READY);
	assert_int_equal(get(TXFS), 3);
	room = 56;
	msm_uart_model.wake(&uart);
	assert_true(line);
	assert_int_equal(get(TXFS), 2);
	room = 3;
	assert_int_equal(get(SR), 0);
	room = 64;
	assert_int_equal(get(SR), TX_READY | TX_EMPTY);
	wake_ns = 0;
	put(IMR, 0);
	assert_false(line);
	assert_int_equal(wake_ns, 0); /* nobody waits */
}

static void input_goes_stale_and_ends_the_transfer(void **state)
{
	(void)state;
	assert_false(line);
	assert_int_equal(type(letters, 6), 6);
	assert_int_equal(get(MISR), RXSTALE);
	assert_int_equal(get(SNAP), 6);
	assert_int_equal(type("x", 1), 0); /* until the next one is set up */
	assert_int_equal(get(RXFS), 2);
	assert_int_equal(get(RF), 'a' | 'b' << 8 | 'c' << 16 | 'd' << 24);
	assert_int_equal(get(SR) & RX_READY, RX_READY);
	assert_int_equal(get(RF), 'e' | 'f' << 8);
	assert_int_equal(get(SR) & RX_READY, 0);
	put(CR, RESET_STALE);
	assert_false(line);
	assert_int_equal(input_asked, 0);
	put(DMRX, 0xffffff);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("x", 1), 1);
	assert_int_equal(get(SR) & RX_READY, 0); /* not a word yet, and no event */
	assert_int_equal(get(RXFS), 1 << 7);
	assert_false(line);
	put(CR, RESET_STALE); /* LK's order */
	put(CR, STALE_ENABLE);
	assert_true(line);
	assert_int_equal(get(SNAP), 1);
	assert_int_equal(get(RF), 'x');
}

static void stale_events_can_be_off_or_forced(void **state)
{
	(void)state;
	put(CR, STALE_DISABLE);
	assert_int_equal(type(letters, 7), 7);
	assert_false(line);
	assert_int_equal(get(RXFS), 1);
	assert_int_equal(get(RF), 'a' | 'b' << 8 | 'c' << 16 | 'd' << 24);
	assert_int_equal(get(RF), 0);
	assert_int_equal(get(RXFS), 3 << 7);
	assert_int_equal(type("x", 1), 0);
	put(CR, FORCE_STALE);
	assert_int_equal(get(MISR), RXSTALE);
	assert_int_equal(get(SNAP), 7);
	assert_int_equal(get(RF), 'e' | 'f' << 8 | 'g' << 16);
	put(CR, RESET_STALE);
	put(CR, FORCE_STALE); /* no transfer */
	assert_int_equal(get(MISR), 0);
}

static void receive_level_counts_words(void **state)
{
	(void)state;
	put(CR, STALE_DISABLE);
	put(RFWR, 2);
	assert_int_equal(type(letters, 11), 11);
	assert_false(line);
	assert_int_equal(type(letters, 1), 1);
	assert_int_equal(get(MISR), RXLEV);
	get(RF);
	assert_false(line);
	assert_int_equal(type(letters, 57), 56);
	assert_int_equal(get(SR) & RX_FULL, RX_FULL);
}

static void receiver_reset_empties_it(void **state)
{
	(void)state;
	type(letters, 9);
	put(CR, RESET_RX | RX_ENABLE);
	assert_false(line);
	assert_int_equal(get(RXFS), 0);
	assert_int_equal(type(letters, 62), 62); /* and a transfer runs */
	assert_int_equal(type(letters, 3), 2);
	assert_int_equal(get(RF), 'a' | 'b' << 8 | 'c' << 16 | 'd' << 24);
	put(CR, RX_ENABLE | RX_DISABLE);
	assert_int_equal(get(RF), 'e' | 'f' << 8 | 'g' << 16 | 'h' << 24);
	assert_int_equal(type("x", 1), 0);
}

/* Linux's handler and its way to send. */
static void linux_moves_all_both_ways(void **state)
{
	size_t fed = 0, got = 0, written = 0;
	uint8_t in[80];
	uint32_t imr = RXLEV | RXSTALE | TXLEV;

	(void)state;
	room = 10;
	put(IMR, imr);
	for (unsigned turn = 0; turn < 200 && (got < 62 || written < 62); turn++) {
		if (fed < 62)
			fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
		room += 7;
		if (wake_ns) {
			clock_ns = wake_ns;
			wake_ns = 0;
			msm_uart_model.wake(&uart);
		}
		if (!line)
			continue;
		const uint32_t misr = get(MISR);

		put(IMR, 0);
		if (misr & RXSTALE) {
			for (uint32_t n = get(SNAP), i = 0; i < n; i += 4) {
				const uint32_t word = get(RF);

				for (unsigned k = 0; k < 4 && i + k < n; k++)
					in[got++] = (uint8_t)(word >> 8 * k);
			}
			put(CR, RESET_STALE);
			put(DMRX, 0xffffff);
			put(CR, STALE_ENABLE);
		}
		if (misr & TXLEV && written < 62 && get(SR) & TX_EMPTY) {
			put(CR, RESET_TX_READY);
			put(NCF_TX, (uint32_t)(62 - written));
			while (written < 62 && get(SR) & TX_READY) {
				uint32_t word = 0;

				for (unsigned k = 0; k < 4 && written < 62; k++)
					word |= (uint32_t)letters[written++] << 8 * k;
				put(TF, word);
			}
			imr &= written < 62 ? ~0u : ~TXLEV;
		}
		put(IMR, imr);
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
	type(letters, 62);
	type(letters, 1);
	assert_true(line);
	msm_uart_model.reset(&uart);
	assert_int_equal(input_asked, 1);
	input_asked = 0;
	line_changes = 0;
	reset_values(NULL);
	assert_false(line);
}

static void names_and_kinds(void **state)
{
	(void)state;
	assert_string_equal(msm_uart_model.compatible[0], "qcom,msm-uartdm-v1.4");
	assert_string_equal(msm_uart_model.compatible[1], "qcom,msm-uartdm-v1.3");
	assert_string_equal(msm_uart_model.compatible[2], "qcom,msm-uartdm");
	assert_null(msm_uart_model.compatible[3]);
	assert_int_equal(msm_uart_model.posted_at, TF);
	assert_int_equal(msm_uart_model.posted_size, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(registers_keep_what_is_written, setup),
		cmocka_unit_test_setup(what_is_no_register_reads_0, setup),
		cmocka_unit_test_setup(a_driver_that_only_polls_needs_no_setting_up, setup_v1_3),
		cmocka_unit_test_setup(uboot_in_single_character_mode, setup),
		cmocka_unit_test_setup(uboot_in_words_of_four, setup),
		cmocka_unit_test_setup(v1_3_has_nothing_at_v1_4s_places, setup_v1_3),
		cmocka_unit_test_setup(each_of_v1_4s_places_is_written_or_read, setup),
		cmocka_unit_test_setup(transfers_send_words_of_four, setup),
		cmocka_unit_test_setup(level_interrupt_and_status_wait_for_the_line, setup),
		cmocka_unit_test_setup(input_goes_stale_and_ends_the_transfer, setup_linux),
		cmocka_unit_test_setup(stale_events_can_be_off_or_forced, setup_linux),
		cmocka_unit_test_setup(receive_level_counts_words, setup_linux),
		cmocka_unit_test_setup(receiver_reset_empties_it, setup_linux),
		cmocka_unit_test_setup(linux_moves_all_both_ways, setup_linux),
		cmocka_unit_test_setup(reset_in_place_forgets_all, setup_linux),
		cmocka_unit_test_setup(names_and_kinds, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
