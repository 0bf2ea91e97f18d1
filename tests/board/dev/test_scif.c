// SPDX-License-Identifier: BSD-2-Clause
// The registers, data both ways and interrupts of SCIF and HSCIF, as drivers see them.
#include "tests/board/dev/line.h"

/* In steps of the kind. */
enum { SMR, BRR, SCR, TDR, FSR, RDR, FCR, FDR, SPTR, LSR, SEMR, DL = 12, CKS, HSSRR = 16 };
enum { RTRGR = 21, TTRGR };

#define ON 0x30 /* TE, RE */
#define TIE 0x80
#define RIE 0x40
#define DR 0x1
#define RDF 0x2
#define TDFE 0x20
#define TEND 0x40

enum { RZG2L, RZV2H, SCIF, HSCIF, KINDS };

extern const struct model scif_model;

static const struct {
	const char *name;
	unsigned step, tx_depth, rx_depth;
} kinds[KINDS] = {
	{ "renesas,scif-r9a07g044", 2, 16, 16 },
	{ "renesas,scif-r9a09g057", 2, 16, 16 },
	{ "renesas,scif", 4, 16, 16 },
	{ "renesas,hscif", 4, 128, 64 },
};

static unsigned kind;

static void setup_kind(unsigned which, unsigned lines)
{
	kind = which;
	line_setup(&scif_model, (struct dev_traits){ .kind = which, .lines = lines });
}

static int setup(void **state)
{
	(void)state;
	setup_kind(SCIF, 1);
	return 0;
}

/* As drivers do: 16 bits, and a byte of data. */
static unsigned in(unsigned reg)
{
	return (unsigned)scif_model.read(&uart, kinds[kind].step * reg, reg == RDR ? 1 : 2) &
	       0xffff;
}

static void out(unsigned reg, unsigned value)
{
	scif_model.write(&uart, kinds[kind].step * reg, reg == TDR ? 1 : 2, value);
}

static void names_its_kinds_and_their_posted_register(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		assert_string_equal(scif_model.compatible[i], kinds[i].name);
		assert_int_equal(scif_model.posted_of[i], kinds[i].step * TDR);
	}
	assert_int_equal(scif_model.posted_size, 1);
	assert_null(scif_model.compatible[KINDS]);
}

static void reset_values(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i, 6);
		for (unsigned reg = 0; reg < 32; reg++)
			assert_int_equal(in(reg), reg == BRR   ? 0xff
						  : reg == SCR ? ON
						  : reg == FSR ? TDFE | TEND
							       : 0);
		assert_int_equal(line_changes + input_asked + sent_count, 0);
		assert_int_equal(wake_ns, 0);
	}
}

static void registers_keep_their_bits(void **state)
{
	static const struct {
		unsigned reg, mask, kinds;
	} row[] = {
		{ SMR, 0xfb, 15 },  { BRR, 0xff, 15 },	 { SCR, 0xc0ff, 15 },  { FCR, 0x7ff, 15 },
		{ SPTR, 0xef, 15 }, { LSR, 0, 15 },	 { FDR, 0, 15 },       { SEMR, 0xff, 3 },
		{ DL, 0xffff, 12 }, { CKS, 0xc000, 12 }, { HSSRR, 0xcf1f, 8 }, { RTRGR, 0x7f, 8 },
		{ TTRGR, 0x7f, 8 },
	};

	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		for (unsigned k = 0; k < sizeof(row) / sizeof(row[0]); k++) {
			if (!(row[k].kinds >> i & 1))
				continue;
			setup_kind(i, 1);
			out(row[k].reg, 0xffff);
			assert_int_equal(in(row[k].reg), row[k].mask);
			out(row[k].reg, 0);
			assert_int_equal(in(row[k].reg), 0);
		}
		setup_kind(i, 1);
		out(FSR, 0);
		assert_int_equal(in(FSR), TDFE | TEND);
	}
}

static void unknown_offsets_read_zero_and_drop_writes(void **state)
{
	static const unsigned regs[KINDS] = { SEMR + 1, SEMR + 1, CKS + 1, TTRGR + 1 };
	uint8_t before[sizeof(store)];

	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i, 1);
		memcpy(before, store, sizeof(store));
		for (uint64_t at = 0; at < 0x1000; at++) {
			if (at < regs[i] * kinds[i].step && !(at % kinds[i].step))
				continue;
			put(at, 0xffffffff);
			if (at >= regs[i] * kinds[i].step)
				assert_int_equal(get(at), 0);
		}
		assert_memory_equal(store, before, sizeof(store));
		assert_int_equal(sent_count, 0);
	}
}

static void polled_driver_works_without_any_setting_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i, 1);
		for (unsigned c = 0; c < 256; c++) {
			const uint8_t byte = (uint8_t)c;

			assert_int_equal(in(FSR), TDFE | TEND);
			out(TDR, c);
			out(FSR, 0xff & ~(TDFE | TEND));
			assert_int_equal(sent[c], c);
			assert_int_equal(uart.model->input(&uart, &byte, 1), 1);
			assert_int_equal(in(FSR), TDFE | TEND | RDF);
			assert_int_equal(in(FDR), 1);
			assert_int_equal(in(RDR), c);
			out(FSR, 0xff & ~(RDF | DR));
			assert_int_equal(in(FDR), 0);
		}
		assert_int_equal(in(RDR), 0);
		assert_int_equal(sent_count, 256);
		assert_false(line);
	}
}

static void fifo_has_its_depth_and_asks_for_more_at_half(void **state)
{
	char many[100];

	(void)state;
	memset(many, 'x', sizeof(many));
	for (unsigned i = 0; i < KINDS; i++) {
		setup_kind(i, 1);
		assert_int_equal(type(many, sizeof(many)), kinds[i].rx_depth);
		assert_int_equal(in(FDR), kinds[i].rx_depth);
		for (unsigned k = 0; k < kinds[i].rx_depth / 2; k++) {
			assert_int_equal(input_asked, 0);
			assert_int_equal(in(RDR), 'x');
		}
		assert_int_equal(input_asked, 1);
	}
}

/* U-Boot and Linux reset the FIFOs with the receiver off, and then switch it on. */
static void receiver_off_or_in_reset_takes_nothing(void **state)
{
	(void)state;
	type("ab", 2);
	out(SCR, 0);
	out(FCR, 6);
	assert_int_equal(in(FDR), 0);
	assert_int_equal(type("a", 1), 0);
	out(SCR, ON);
	assert_int_equal(type("a", 1), 0);
	assert_int_equal(input_asked, 0);
	out(FCR, 0);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("a", 1), 1);
	out(SCR, 0x20);
	assert_int_equal(type("a", 1), 0);
	assert_int_equal(in(RDR), 'a');
	out(SCR, ON);
	assert_int_equal(input_asked, 2);
}

static void every_receive_trigger_level(void **state)
{
	static const unsigned levels[4] = { 1, 4, 8, 14 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		out(FCR, i << 6);
		for (unsigned k = 1; k < levels[i]; k++) {
			type("x", 1);
			assert_int_equal(in(FSR) & (RDF | DR), DR);
		}
		type("x", 1);
		assert_int_equal(in(FSR) & (RDF | DR), RDF);
		while (in(FDR))
			in(RDR);
		assert_int_equal(in(FSR) & (RDF | DR), 0);
	}
	setup_kind(HSCIF, 1);
	out(RTRGR, 40);
	type(letters, 39);
	assert_int_equal(in(FSR) & (RDF | DR), DR);
	type(letters, 1);
	assert_int_equal(in(FSR) & (RDF | DR), RDF);
}

static void every_transmit_trigger_level(void **state)
{
	static const unsigned levels[4] = { 8, 4, 2, 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		out(FCR, i << 4);
		for (room = 0; room <= 20; room++) {
			const unsigned fill = room < 16 ? 16 - (unsigned)room : 0;

			assert_int_equal(in(FDR), fill << 8);
			assert_int_equal(in(FSR),
					 (fill ? 0 : TEND) | (fill <= levels[i] ? TDFE : 0));
		}
	}
	setup_kind(HSCIF, 1);
	out(TTRGR, 100);
	room = 27;
	assert_int_equal(in(FDR), 101 << 8);
	assert_int_equal(in(FSR), 0);
	room = 28;
	assert_int_equal(in(FSR), TDFE);
}

static void interrupts_of_one_line(void **state)
{
	(void)state;
	out(FCR, 1 << 6);
	out(SCR, ON | RIE);
	type("a", 1);
	assert_int_equal(lines_high, 1);
	in(RDR);
	assert_int_equal(lines_high, 0);
	room = 7;
	out(SCR, ON | TIE);
	assert_int_equal(lines_high, 0);
	assert_int_equal(wake_ns, clock_ns + 1000000);
	room = 8;
	wake_ns = 0;
	uart.model->wake(&uart);
	assert_int_equal(lines_high, 1);
	assert_int_equal(wake_ns, 0);
	out(SCR, ON);
	assert_int_equal(lines_high, 0);
}

/* ERI, RXI, TXI, BRI, DRI, TEI: data below the trigger have a line of their own where there is one. */
static void interrupts_of_several_lines(void **state)
{
	static const struct {
		unsigned lines, rxi, dri;
	} row[] = { { 4, 1 << 1, 1 << 1 }, { 6, 1 << 1, 1 << 4 }, { 9, 1 << 1, 1 << 4 } };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		setup_kind(RZG2L, row[i].lines);
		out(FCR, 1 << 6);
		out(SCR, ON | RIE);
		type("abc", 3);
		assert_int_equal(lines_high, row[i].dri);
		type("d", 1);
		assert_int_equal(lines_high, row[i].rxi);
		in(RDR);
		assert_int_equal(lines_high, row[i].dri);
		out(SCR, ON | RIE | TIE);
		assert_int_equal(lines_high, row[i].dri | 1 << 2);
		for (unsigned k = 0; k < 3; k++)
			in(RDR);
		assert_int_equal(lines_high, 1 << 2);
		out(SCR, ON);
		assert_int_equal(lines_high, 0);
	}
}

/* Linux's order: as many bytes as FDR says, flags cleared; as many out as FDR has room for. */
static void interrupt_driven_driver_moves_all_both_ways(void **state)
{
	(void)state;
	for (unsigned k = 0; k < KINDS; k++) {
		size_t fed = 0, got = 0, written = 0;
		uint8_t bytes[sizeof(letters)];

		setup_kind(k, k == SCIF || k == HSCIF ? 1 : 6);
		out(FCR, 2 << 6);
		out(RTRGR, k == HSCIF ? 64 : 0);
		out(SCR, ON | RIE | TIE);
		room = 40;
		for (unsigned turn = 0; turn < 100 && (got < 62 || written < 62); turn++) {
			if (fed < 62)
				fed += type(letters + fed, 62 - fed < 11 ? 62 - fed : 11);
			for (unsigned i = 0; line; i++) {
				assert_true(i < 3);
				if (in(FSR) & (RDF | DR))
					for (unsigned n = in(FDR)&0xff; n; n--)
						bytes[got++] = (uint8_t)in(RDR);
				out(FSR, 0xff & ~(RDF | DR));
				if (!(in(FSR)&TDFE))
					continue;
				for (unsigned n = kinds[k].tx_depth - (in(FDR) >> 8); n; n--)
					if (written < 62)
						out(TDR, (uint8_t)letters[written++]);
				out(FSR, 0xff & ~TDFE);
				if (written == 62)
					out(SCR, ON | RIE);
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
		cmocka_unit_test_setup(polled_driver_works_without_any_setting_up, setup),
		cmocka_unit_test_setup(fifo_has_its_depth_and_asks_for_more_at_half, setup),
		cmocka_unit_test_setup(receiver_off_or_in_reset_takes_nothing, setup),
		cmocka_unit_test_setup(every_receive_trigger_level, setup),
		cmocka_unit_test_setup(every_transmit_trigger_level, setup),
		cmocka_unit_test_setup(interrupts_of_one_line, setup),
		cmocka_unit_test_setup(interrupts_of_several_lines, setup),
		cmocka_unit_test_setup(interrupt_driven_driver_moves_all_both_ways, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
