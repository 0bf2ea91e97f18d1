// SPDX-License-Identifier: BSD-2-Clause
// The GENI UART as drivers see it: commands, packing, interrupts of both sequencers.
#include "tests/board/dev/line.h"

enum {
	STATUS = 0x40,
	FW_REVISION = 0x68,
	TX_PACKING = 0x260,
	TX_TRANS_LEN = 0x270,
	RX_PACKING = 0x284,
	M_CMD0 = 0x600,
	M_CTRL = 0x604,
	M_IRQ = 0x610,
	M_EN = 0x614,
	M_CLEAR = 0x618,
	M_EN_SET = 0x61c,
	M_EN_CLEAR = 0x620,
	S_CMD0 = 0x630,
	S_CTRL = 0x634,
	S_IRQ = 0x640,
	S_EN = 0x644,
	S_CLEAR = 0x648,
	TX_FIFO = 0x700,
	RX_FIFO = 0x780,
	TX_FIFO_STATUS = 0x800,
	RX_FIFO_STATUS = 0x804,
	TX_WATERMARK = 0x80c,
	RX_WATERMARK = 0x810,
	IOS = 0x908,
	GP_LENGTH = 0x910,
	SE_IRQ_EN = 0xe1c,
	HW_PARAM_0 = 0xe24,
	HW_PARAM_1 = 0xe28,
};

#define START (1u << 27)
#define ABORT 2
#define CANCEL 4
#define M_ACTIVE 1u
#define S_ACTIVE (1u << 12)
#define CMD_DONE 1u
#define CMD_CANCEL (1u << 4)
#define CMD_ABORT (1u << 5)
#define RX_WM (1u << 26)
#define RX_LAST (1u << 27)
#define TX_WM (1u << 30)
#define SEC (1u << 31)

extern const struct model geni_uart_model;

static int setup(void **state)
{
	(void)state;
	line_setup(&geni_uart_model, (struct dev_traits){ .lines = 1 });
	return 0;
}

static void pack_4x8(uint64_t at)
{
	put(at, 0xe | (8 << 5 | 0xe) << 10);
	put(at + 4, (16 << 5 | 0xe) | (24 << 5 | 0xf) << 10);
}

/* As Linux's driver sets it up. */
static int setup_linux(void **state)
{
	setup(state);
	put(S_CTRL, CANCEL);
	put(S_CLEAR, get(S_IRQ));
	pack_4x8(TX_PACKING);
	pack_4x8(RX_PACKING);
	put(M_CLEAR, ~0u);
	put(S_CLEAR, ~0u);
	put(SE_IRQ_EN, ~0u);
	put(RX_WATERMARK, 2);
	put(S_CMD0, START);
	put(S_EN, RX_WM | RX_LAST);
	put(M_EN, RX_WM | RX_LAST);
	return 0;
}

static void reset_values(void **state)
{
	static const struct {
		uint64_t at;
		uint32_t value;
	} row[] = {
		{ STATUS, S_ACTIVE },
		{ FW_REVISION, 0x200 }, /* UART is protocol 2 */
		{ 0x6c, 0x200 },
		{ TX_PACKING, 0xf },
		{ RX_PACKING, 0xf },
		{ M_IRQ, CMD_DONE },
		{ IOS, 1 },
		{ SE_IRQ_EN, 0xc },
		{ HW_PARAM_0, 32 << 24 | 16 << 16 },
		{ HW_PARAM_1, 32 << 24 | 16 << 16 },
	};

	(void)state;
	for (uint64_t at = 0; at < 0x4000; at += 4) {
		uint32_t value = 0;

		for (unsigned i = 0; i < sizeof(row) / sizeof(*row); i++)
			value = row[i].at == at ? row[i].value : value;
		assert_int_equal(get(at), value);
	}
	assert_int_equal(line_changes, 0);
	assert_int_equal(input_asked, 0);
	assert_int_equal(wake_ns, 0);
}

static void registers_keep_what_is_written(void **state)
{
	static const uint64_t kept[] = { 0x24,	0x28,  0x48,   0x4c,  0x7c,  0x22c, 0x240,
					 0x254, 0x258, 0x25c,  0x260, 0x264, 0x268, 0x26c,
					 0x270, 0x280, 0x284,  0x288, 0x28c, 0x294, 0x2a4,
					 0x2a8, 0x2ac, M_CMD0, M_EN,  S_EN,  0x80c, 0x810,
					 0x814, 0xe18, S_CMD0, 0xe1c, 0xe30 };
	static const uint64_t fixed[] = { STATUS,	  FW_REVISION,	  IOS,
					  GP_LENGTH,	  HW_PARAM_0,	  HW_PARAM_1,
					  TX_FIFO_STATUS, RX_FIFO_STATUS, S_IRQ };

	(void)state;
	for (unsigned i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		for (unsigned bit = 0; bit < 32; bit++) {
			put(kept[i], 1u << bit);
			assert_int_equal(get(kept[i]), 1u << bit);
		}
	setup(NULL);
	for (unsigned i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		const uint32_t before = get(fixed[i]);

		put(fixed[i], ~before);
		assert_int_equal(get(fixed[i]), before);
	}
	put(M_EN_SET, 0xf0);
	put(M_EN_SET, 0xf);
	put(M_EN_CLEAR, 0x81);
	assert_int_equal(get(M_EN), 0x7e);
}

static void parts_of_registers_are_none(void **state)
{
	(void)state;
	type("a", 1);
	for (uint64_t at = 0; at < 0x1000; at++)
		for (unsigned size = 1; size <= 8 && at % 4; size *= 2) {
			geni_uart_model.write(&uart, at, size, ~0ull);
			assert_int_equal(geni_uart_model.read(&uart, at, size), 0);
		}
	assert_int_equal(sent_count, 0);
	assert_int_equal(get(RX_FIFO), 'a');
}

static void all_byte_values_go_both_ways(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		const uint8_t byte = (uint8_t)c;

		put(TX_FIFO, c | 0xabcd00); /* with no command at all */
		assert_int_equal(geni_uart_model.input(&uart, &byte, 1), 1);
		assert_int_equal(get(RX_FIFO_STATUS), 1u << 31 | 1 << 28 | 1);
		assert_int_equal(get(RX_FIFO), c);
		assert_int_equal(get(RX_FIFO_STATUS), 0);
	}
	assert_int_equal(sent_count, 256);
	for (unsigned c = 0; c < 256; c++)
		assert_int_equal(sent[c], c);
}

static void uboot_sends_a_byte_per_command(void **state)
{
	(void)state;
	put(M_CLEAR, CMD_DONE);
	for (unsigned i = 0; i < 10; i++) {
		put(TX_WATERMARK, 2);
		put(TX_TRANS_LEN, 1);
		put(M_CMD0, START);
		assert_int_equal(get(M_IRQ), TX_WM);
		assert_int_equal(get(STATUS), S_ACTIVE | M_ACTIVE);
		put(TX_FIFO, (uint8_t)letters[i]);
		put(M_CLEAR, TX_WM);
		assert_int_equal(get(M_IRQ), TX_WM | CMD_DONE);
		assert_int_equal(get(STATUS), S_ACTIVE);
		put(M_CLEAR, CMD_DONE);
	}
	assert_int_equal(sent_count, 10);
	assert_memory_equal(sent, letters, 10);
}

/* It waits for the secondary one and starts its command once more for each byte. */
static void uboot_receives_a_byte_per_word(void **state)
{
	(void)state;
	put(S_CTRL, ABORT);
	assert_int_equal(get(S_CTRL), 0);
	assert_int_equal(get(S_IRQ), CMD_ABORT);
	assert_int_equal(get(STATUS), 0);
	assert_int_equal(type("x", 1), 0);
	put(S_CLEAR, CMD_DONE | CMD_ABORT);
	put(RX_PACKING, 0xf);
	put(RX_PACKING + 4, 0);
	put(S_CMD0, START);
	assert_int_equal(input_asked, 1);
	put(S_EN, RX_WM | RX_LAST);
	assert_int_equal(type(letters, 20), 16);
	for (unsigned i = 0; i < 16; i++) {
		put(S_CMD0, START);
		assert_int_equal(get(M_IRQ) & SEC, SEC);
		put(M_CLEAR, get(M_IRQ));
		put(S_CLEAR, get(S_IRQ));
		assert_int_equal(get(RX_FIFO_STATUS), 1u << 31 | 1 << 28 | (16 - i));
		assert_int_equal(get(RX_FIFO), letters[i]);
	}
	assert_int_equal(get(M_IRQ) & SEC, 0);
	assert_int_equal(input_asked, 2);
}

static void words_of_four_are_sent_as_far_as_the_length(void **state)
{
	(void)state;
	put(M_EN, CMD_DONE);
	put(TX_TRANS_LEN, 6);
	put(M_CMD0, START);
	put(TX_FIFO, 'a' | 'b' << 8 | 'c' << 16 | 'd' << 24);
	assert_int_equal(get(GP_LENGTH), 4);
	assert_false(line);
	put(TX_FIFO + 0x3c, 'e' | 'f' << 8 | 'x' << 16 | 'x' << 24);
	assert_int_equal(get(GP_LENGTH), 6);
	assert_true(line);
	assert_int_equal(get(STATUS), S_ACTIVE);
	put(M_CLEAR, CMD_DONE);
	assert_false(line);
	assert_int_equal(sent_count, 6);
	assert_memory_equal(sent, "abcdef", 6);
	put(TX_TRANS_LEN, 0);
	put(M_CMD0, START); /* nothing to send */
	assert_true(line);
	put(M_CLEAR, CMD_DONE);
	put(TX_TRANS_LEN, 1);
	put(M_CMD0, 5u << 27); /* no START_TX: a break */
	assert_int_equal(get(M_IRQ), CMD_DONE);
	assert_int_equal(get(STATUS), S_ACTIVE);
}

static void packing_says_where_bytes_lie(void **state)
{
	(void)state;
	put(TX_PACKING, (16 << 5 | 0xe) | (4 << 5 | 0xf) << 10);
	put(RX_PACKING, (16 << 5 | 0xe) | (0 << 5 | 0xf) << 10);
	put(TX_FIFO, 0xff61f62f);
	assert_int_equal(sent_count, 2);
	assert_memory_equal(sent, "ab", 2);
	assert_int_equal(type("abcd", 3), 3);
	assert_int_equal(get(RX_FIFO_STATUS), 1u << 31 | 1 << 28 | 2);
	assert_int_equal(get(RX_FIFO), 'a' << 16 | 'b');
	assert_int_equal(get(RX_FIFO), 'c' << 16);
	put(TX_PACKING, 0); /* nowhere a last one: there are four */
	put(TX_PACKING + 4, 0);
	put(TX_FIFO, 'x');
	assert_int_equal(sent_count, 6);
}

static void commands_are_cancelled_and_aborted(void **state)
{
	(void)state;
	put(M_CLEAR, ~0u);
	put(TX_TRANS_LEN, 10);
	put(M_CMD0, START);
	put(TX_FIFO, 'a');
	put(M_CTRL, CANCEL);
	assert_int_equal(get(M_IRQ), CMD_CANCEL);
	assert_int_equal(get(STATUS), S_ACTIVE);
	put(M_CTRL, ABORT); /* with nothing to end, too */
	assert_int_equal(get(M_IRQ), CMD_CANCEL | CMD_ABORT);
	put(M_CTRL, 1);
	put(S_CTRL, CANCEL);
	assert_int_equal(get(S_IRQ), CMD_CANCEL);
	assert_int_equal(get(STATUS), 0);
}

static void transmit_watermark_waits_for_the_line(void **state)
{
	(void)state;
	put(M_EN, TX_WM);
	assert_false(line); /* the watermark is 0 */
	room = 55;
	put(TX_WATERMARK, 2);
	assert_false(line);
	assert_int_equal(get(TX_FIFO_STATUS), 3);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	room = 59; /* two words: not below */
	geni_uart_model.wake(&uart);
	assert_false(line);
	room = 60;
	geni_uart_model.wake(&uart);
	assert_true(line);
	put(M_CLEAR, TX_WM); /* it is so still */
	assert_true(line);
	put(M_EN, 0);
	assert_false(line);
	room = 0;
	wake_ns = 0;
	assert_int_equal(get(TX_FIFO_STATUS), 16);
	put(SE_IRQ_EN, 0);
	put(M_EN, TX_WM);
	assert_int_equal(wake_ns, 0); /* nobody waits */
	room = 64;
	assert_int_equal(get(M_IRQ) & TX_WM, TX_WM);
	assert_int_equal(get(TX_FIFO_STATUS), 0);
}

static void input_raises_both_sequencers(void **state)
{
	(void)state;
	assert_int_equal(type("abcdefg", 7), 7);
	assert_true(line);
	assert_int_equal(get(S_IRQ), RX_WM | RX_LAST);
	assert_int_equal(get(M_IRQ), RX_WM | RX_LAST | SEC);
	put(M_EN, 0);
	assert_true(line);
	put(SE_IRQ_EN, 4); /* the main one only */
	assert_false(line);
	put(M_EN, RX_LAST);
	assert_true(line);
	assert_int_equal(get(RX_FIFO_STATUS), 1u << 31 | 3 << 28 | 2);
	assert_int_equal(get(RX_FIFO), 'a' | 'b' << 8 | 'c' << 16 | 'd' << 24);
	assert_int_equal(get(S_IRQ), RX_LAST);
	assert_int_equal(get(RX_FIFO), 'e' | 'f' << 8 | 'g' << 16);
	assert_false(line);
	assert_int_equal(get(S_IRQ), 0);
	assert_int_equal(get(RX_FIFO), 0);
}

static void a_word_that_is_not_full_is_the_last(void **state)
{
	(void)state;
	assert_int_equal(type("abcd", 4), 4);
	assert_int_equal(get(RX_FIFO_STATUS), 1u << 31 | 4 << 28 | 1);
	assert_int_equal(type("e", 1), 1);
	assert_int_equal(get(RX_FIFO_STATUS), 1u << 31 | 1 << 28 | 2);
	assert_int_equal(type("f", 1), 0);
	get(RX_FIFO);
	assert_int_equal(input_asked, 0);
	assert_int_equal(get(RX_FIFO), 'e');
	assert_int_equal(input_asked, 1);
	assert_int_equal(type(letters, 62), 62);
	for (unsigned i = 0; i < 16; i++)
		get(RX_FIFO);
	assert_int_equal(input_asked, 1);
}

/* Linux's handler and its way to send. */
static void linux_moves_all_both_ways(void **state)
{
	size_t fed = 0, got = 0, written = 0;
	uint8_t in[80];

	(void)state;
	room = 10;
	put(TX_WATERMARK, 2);
	put(M_EN, get(M_EN) | TX_WM | CMD_DONE);
	for (unsigned turn = 0; turn < 200 && (got < 62 || written < 62); turn++) {
		if (fed < 62)
			fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
		room += 7;
		if (wake_ns) {
			clock_ns = wake_ns;
			wake_ns = 0;
			geni_uart_model.wake(&uart);
		}
		if (!line)
			continue;
		const uint32_t m = get(M_IRQ) & get(M_EN), s = get(S_IRQ),
			       active = get(STATUS) & M_ACTIVE;

		put(M_CLEAR, get(M_IRQ));
		put(S_CLEAR, s);
		if (m & (TX_WM | CMD_DONE) && written < 62) {
			size_t space = 4 * (16 - get(TX_FIFO_STATUS));

			if (!active) {
				put(TX_TRANS_LEN, (uint32_t)(62 - written));
				put(M_CMD0, START);
			}
			for (; space && written < 62; space -= 4) {
				uint32_t word = 0;

				for (unsigned k = 0; k < 4 && written < 62; k++)
					word |= (uint32_t)letters[written++] << 8 * k;
				put(TX_FIFO, word);
			}
			put(M_CLEAR, TX_WM);
			if (written == 62)
				put(M_EN, get(M_EN) & ~TX_WM);
		} else if (m & CMD_DONE) {
			put(TX_WATERMARK, 0);
			put(M_EN, get(M_EN) & ~(TX_WM | CMD_DONE));
		}
		if (s & (RX_WM | RX_LAST)) {
			const uint32_t status = get(RX_FIFO_STATUS), words = status & 0xffffff;

			for (uint32_t i = 0; i < words; i++) {
				const uint32_t word = get(RX_FIFO);
				const unsigned n = i + 1 < words ? 4 : status >> 28 & 7;

				for (unsigned k = 0; k < n; k++)
					in[got++] = (uint8_t)(word >> 8 * k);
			}
		}
	}
	assert_int_equal(got, 62);
	assert_memory_equal(in, letters, 62);
	assert_int_equal(sent_count, 62);
	assert_memory_equal(sent, letters, 62);
	assert_int_equal(get(STATUS), S_ACTIVE);
}

static void reset_in_place_forgets_all(void **state)
{
	(void)state;
	type("abc", 3);
	type("d", 1);
	assert_true(line);
	geni_uart_model.reset(&uart);
	assert_int_equal(input_asked, 1);
	input_asked = 0;
	line_changes = 0;
	reset_values(NULL);
	assert_false(line);
}

static void names_and_the_posted_register(void **state)
{
	(void)state;
	assert_string_equal(geni_uart_model.compatible[0], "qcom,geni-debug-uart");
	assert_string_equal(geni_uart_model.compatible[1], "qcom,geni-uart");
	assert_null(geni_uart_model.compatible[2]);
	assert_int_equal(geni_uart_model.posted_at, TX_FIFO);
	assert_int_equal(geni_uart_model.posted_size, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(registers_keep_what_is_written, setup),
		cmocka_unit_test_setup(parts_of_registers_are_none, setup),
		cmocka_unit_test_setup(all_byte_values_go_both_ways, setup),
		cmocka_unit_test_setup(uboot_sends_a_byte_per_command, setup),
		cmocka_unit_test_setup(uboot_receives_a_byte_per_word, setup),
		cmocka_unit_test_setup(words_of_four_are_sent_as_far_as_the_length, setup_linux),
		cmocka_unit_test_setup(packing_says_where_bytes_lie, setup),
		cmocka_unit_test_setup(commands_are_cancelled_and_aborted, setup),
		cmocka_unit_test_setup(transmit_watermark_waits_for_the_line, setup),
		cmocka_unit_test_setup(input_raises_both_sequencers, setup_linux),
		cmocka_unit_test_setup(a_word_that_is_not_full_is_the_last, setup_linux),
		cmocka_unit_test_setup(linux_moves_all_both_ways, setup_linux),
		cmocka_unit_test_setup(reset_in_place_forgets_all, setup_linux),
		cmocka_unit_test_setup(names_and_the_posted_register, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
