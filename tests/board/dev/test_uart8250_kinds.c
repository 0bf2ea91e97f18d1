// SPDX-License-Identifier: BSD-2-Clause
// What each kind of 8250 has beyond the registers of all.
#include "tests/board/dev/line8250.h"

static void kept_registers(const uint8_t (*list)[3], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(rd(list[i][0]), list[i][2]);
	for (unsigned v = 0; v < 256; v++)
		for (unsigned i = 0; i < n; i++) {
			wr(list[i][0], v ^ i);
			assert_int_equal(rd(list[i][0]),
					 list[i][1] ? (v ^ i) & list[i][1] : list[i][2]);
		}
	uart8250_model.reset(&uart);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(rd(list[i][0]), list[i][2]);
	assert_int_equal(sent_count, 0);
}

static int setup_dw(void **state)
{
	(void)state;
	kind("snps,dw-apb-uart");
	return 0;
}

static int setup_omap(void **state)
{
	(void)state;
	kind("ti,am654-uart");
	return 0;
}

static int setup_mtk(void **state)
{
	(void)state;
	kind("mediatek,mt6577-uart");
	return 0;
}

static int setup_mini(void **state)
{
	(void)state;
	kind("brcm,bcm2835-aux-uart");
	return 0;
}

static void dw_says_what_it_has(void **state)
{
	static const uint8_t kept[][3] = { { 0x29, 0x1, 0 }, { 0x30, 0xf, 0 } };
	const uint32_t cpr = get(0xf4);

	(void)state;
	assert_int_equal(cpr >> 16 & 0xff, 4); /* FIFOs of 64 bytes, as the others below say */
	assert_int_equal(cpr & 0x3, 2);
	assert_int_equal(cpr & 0x1d10, 0x1d10); /* AFCE, more features, levels, shadows, this */
	assert_int_equal(get(0xf8), 0x3430302a);
	assert_int_equal(get(0xfc), 0x44570110);
	kept_registers(kept, 2);
	put(0xf4, 0);
	assert_int_equal(get(0xf4), cpr);
	put(0xb4, 1); /* RE_EN: no RS-485 */
	assert_int_equal(get(0xb4), 0);
}

static void dw_status_and_levels(void **state)
{
	(void)state;
	wr(FCR, FCR_ON);
	assert_int_equal(get(0x7c), 0x6);
	type(letters, 10);
	assert_int_equal(get(0x7c), 0xe);
	assert_int_equal(get(0x84), 10);
	for (unsigned i = 0; i < 54; i++)
		type("x", 1);
	assert_int_equal(get(0x7c), 0x1e);
	room = 64;
	wr(RBR, 'x');
	assert_int_equal(get(0x80), 1);
	assert_int_equal(get(0x7c), 0x1b);
	room = 0;
	assert_int_equal(get(0x80), 64);
	assert_int_equal(get(0x7c), 0x19);
}

static void dw_shadows(void **state)
{
	(void)state;
	wr(FCR, FCR_ON);
	for (uint64_t at = 0x30; at < 0x70; at += 4)
		put(at, (uint32_t)at);
	assert_int_equal(sent_count, 16);
	assert_int_equal(sent[15], 0x6c);
	type(letters, 16);
	for (uint64_t at = 0x30; at < 0x70; at += 4)
		assert_int_equal(get(at), letters[(at - 0x30) / 4]);
	wr(LCR, 0x03);
	wr(MCR, 0x01);
	put(0x8c, 1); /* SRTS */
	assert_int_equal(rd(MCR), 0x03);
	assert_int_equal(get(0x8c), 1);
	put(0x8c, 0);
	assert_int_equal(rd(MCR), 0x01);
	put(0x90, 1); /* SBCR */
	assert_int_equal(rd(LCR), 0x43);
	put(0x90, 0xfe);
	assert_int_equal(rd(LCR), 0x03);
	type(letters, 40);
	put(0x9c, 2); /* SRT: half full */
	wr(IER, IER_RDI);
	assert_int_equal(rd(IIR), FIFOS | IIR_RDI);
	put(0x9c, 3);
	assert_int_equal(rd(IIR), FIFOS | IIR_TIMEOUT);
	put(0x94, 1); /* SDMAM */
	put(0xa0, 2); /* STET */
	assert_int_equal(get(0x94), 1);
	assert_int_equal(get(0xa0), 2);
	assert_int_equal(get(0x9c), 3);
	assert_int_equal(get(0x84), 40);
	put(0x98, 0); /* SFE */
	assert_int_equal(rd(IIR), IIR_NONE);
	put(0x98, 1);
	assert_int_equal(rd(IIR), FIFOS | IIR_NONE);
}

static void dw_software_reset(void **state)
{
	(void)state;
	wr(FCR, FCR_ON | 0x80);
	type(letters, 5);
	put(0x88, 4);
	assert_int_equal(get(0x84), 5);
	put(0x88, 2);
	assert_int_equal(get(0x84), 0);
	assert_int_equal(get(0x9c), 2);
	wr(IER, 0xf);
	wr(LCR, 0x1b);
	wr(SCR, 0xa5);
	put(0x88, 1);
	assert_int_equal(rd(IER), 0);
	assert_int_equal(rd(LCR), 0);
	assert_int_equal(rd(SCR), 0);
	assert_int_equal(rd(IIR), IIR_NONE);
	assert_false(line);
}

static void dw_busy_ignores_lcr_until_it_is_idle(void **state)
{
	(void)state;
	wr(FCR, FCR_ON);
	wr(LCR, 0x03);
	type("x", 1); /* that it has received something does not matter */
	wr(LCR, 0x13);
	assert_int_equal(rd(LCR), 0x13);
	room = 64;
	wr(RBR, 'x');
	wr(LCR, 0x80);
	assert_int_equal(rd(LCR), 0x13);
	assert_true(line);
	assert_int_equal(rd(IIR), FIFOS | IIR_BUSY);
	assert_true(line);
	assert_int_equal(get(0x7c) & 1, 1);
	assert_false(line);
	assert_int_equal(rd(IIR), FIFOS | IIR_NONE);
	wr(FCR, FCR_ON); /* clears the transmitter */
	assert_int_equal(get(0x7c) & 1, 0);
	wr(LCR, 0x80);
	assert_int_equal(rd(LCR), 0x80);
	wr(LCR, 0x03);
	wr(RBR, 'y');
	wr(LCR, 0x83);
	assert_int_equal(rd(LCR), 0x03);
	room = 64;
	wr(LCR, 0x83);
	assert_int_equal(rd(LCR), 0x83);
	assert_true(line);
	get(0x7c);
	assert_false(line);
}

static void omap_keeps_its_registers(void **state)
{
	static const uint8_t kept[][3] = {
		{ 0x08, 0xff, 7 }, { 0x09, 0xff, 0 }, { 0x0f, 0xff, 0 },    { 0x10, 0xff, 0 },
		{ 0x12, 0xff, 0 }, { 0x16, 0, 1 },    { 0x17, 0xff, 0xff }, { 0x18, 0xff, 0x69 },
		{ 0x1b, 0xff, 0 }, { 0x1d, 0xff, 0 }, { 0x20, 0xff, 0 },    { 0x21, 0x3f, 0 },
		{ 0x23, 0xff, 0 }, { 0x26, 0xff, 0 }, { 0x27, 0xff, 0 },
	};
	(void)state;
	kept_registers(kept, 15);
	assert_int_equal(get(0x50) >> 30, 1); /* MVR's scheme, and a revision without errata */
	assert_int_equal(get(0x50) & 0x73f, 0x403);
}

static void omap_modes_show_other_registers(void **state)
{
	(void)state;
	wr(LCR, 0xbf);
	wr(DLL, 0x12);
	wr(DLM, 0x34);
	for (unsigned i = 4; i < 8; i++)
		wr(i, 0x40 + i); /* XON1 to XOFF2 */
	wr(EFR, 0x10);
	assert_int_equal(rd(EFR), 0x10);
	assert_int_equal(rd(LSR), 0x45);
	wr(LCR, 0x80);
	assert_int_equal(rd(DLL), 0x12);
	assert_int_equal(rd(DLM), 0x34);
	assert_int_equal(rd(IIR), IIR_NONE);
	assert_int_equal(rd(LSR), LSR_EMPTY);
	assert_int_equal(rd(MSR), 0xb0);
	wr(MCR, 0x40); /* to TCR and TLR */
	wr(MSR, 0xa1);
	wr(SCR, 0xb2);
	wr(LCR, 0xbf);
	assert_int_equal(rd(MSR), 0xa1);
	assert_int_equal(rd(SCR), 0xb2);
	wr(EFR, 0);
	assert_int_equal(rd(MSR), 0x46);
	assert_int_equal(rd(SCR), 0x47);
	wr(LCR, 3);
	assert_int_equal(rd(MSR), 0xb0);
	assert_int_equal(rd(SCR), 0);
	assert_int_equal(rd(MCR), 0x40);
	assert_int_equal(sent_count, 0);
}

static void omap_guards_upper_bits(void **state)
{
	(void)state;
	wr(IER, 0xff);
	wr(MCR, 0xef);
	wr(FCR, 0xff);
	assert_int_equal(rd(IER), 0x0f);
	assert_int_equal(rd(MCR), 0x0f);
	wr(LCR, 0xbf);
	wr(EFR, 0x10);
	wr(LCR, 0);
	wr(IER, 0xf0);
	wr(MCR, 0xa0);
	assert_int_equal(rd(IER), 0xf0);
	assert_int_equal(rd(MCR), 0xa0);
	wr(LCR, 0xbf);
	wr(EFR, 0);
	wr(LCR, 0);
	wr(IER, 0x01);
	wr(MCR, 0x03);
	assert_int_equal(rd(IER), 0xf1);
	assert_int_equal(rd(MCR), 0xa3);
}

static void omap_levels_and_soft_reset(void **state)
{
	(void)state;
	wr(FCR, FCR_ON);
	type(letters, 33);
	assert_int_equal(rd(0x19), 33);
	room = 60;
	assert_int_equal(rd(0x1a), 4);
	assert_int_equal(rd(0x11), 0);
	room = 0;
	assert_int_equal(rd(0x11), 1);
	wr(0x15, 0x1d);
	assert_int_equal(rd(0x15), 0x1d);
	wr(0x08, 0);
	wr(0x15, 0x02);
	assert_int_equal(rd(0x15), 0);
	assert_int_equal(rd(0x16), 1);
	assert_int_equal(rd(0x08), 7);
	assert_int_equal(rd(0x19), 0);
}

static void mtk_keeps_its_registers(void **state)
{
	static const uint8_t kept[][3] = {
		{ 0x08, 0x03, 0 }, { 0x09, 0x03, 0 },	 { 0x0a, 0xff, 0 },    { 0x0b, 0xff, 0xff },
		{ 0x0d, 0x07, 0 }, { 0x0f, 0x1f, 0x0f }, { 0x10, 0xff, 0xff }, { 0x11, 0x01, 0 },
		{ 0x12, 0x01, 0 }, { 0x13, 0x0f, 0 },	 { 0x14, 0x1f, 0 },    { 0x15, 0xff, 0 },
		{ 0x16, 0x03, 0 }, { 0x24, 0xff, 0 },	 { 0x2d, 0x01, 0 },    { 0x2e, 0, 1 },
	};
	(void)state;
	kept_registers(kept, 16);
	assert_int_equal(rd(0x18), 0); /* DEBUG0: idle */
	wr(FCR, 0x81);
	assert_int_equal(rd(0x17), 0x81);
}

static void mtk_features_show_divisor_and_efr(void **state)
{
	(void)state;
	wr(0x24, 0x77); /* RX_SEL */
	wr(0x27, 1);
	wr(0x24, 0x1a);
	wr(0x25, 0x02);
	wr(0x26, 0x10);
	assert_int_equal(rd(0x24), 0x1a);
	wr(0x27, 0);
	assert_int_equal(rd(0x24), 0x77);
	wr(LCR, 0xbf);
	assert_int_equal(rd(DLL), 0x1a);
	assert_int_equal(rd(DLM), 0x02);
	assert_int_equal(rd(EFR), 0x10);
	wr(LCR, 3);
	wr(IER, 0xff);
	assert_int_equal(rd(IER), 0xef);
}

static void mini_receiver_can_be_off(void **state)
{
	(void)state;
	assert_int_equal(get(0x20), 3);
	put(0x20, 2);
	assert_int_equal(type("x", 1), 0);
	wr(RBR, 'a');
	assert_int_equal(sent_count, 1);
	assert_int_equal(input_asked, 0);
	put(0x20, 3);
	assert_int_equal(input_asked, 1);
	assert_int_equal(type("x", 1), 1);
	put(0x20, 0); /* what has come stays */
	assert_int_equal(rd(RBR), 'x');
	wr(RBR, 'b');
	assert_int_equal(sent_count, 2);
}

static void mini_status(void **state)
{
	(void)state;
	assert_int_equal(get(0x24), 0x38e);
	type("abc", 3);
	assert_int_equal(get(0x24), 0x3038f);
	room = 3;
	assert_int_equal(get(0x24), 0x5030087);
	assert_int_equal(rd(LSR), LSR_DR | LSR_THRE);
	room = 0;
	wr(MCR, 2);
	assert_int_equal(get(0x24), 0x80300e5);
	assert_int_equal(rd(LSR), LSR_DR);
}

static void mini_baud_and_interrupts(void **state)
{
	(void)state;
	put(0x28, 0x10e3);
	assert_int_equal(get(0x28), 0x10e3);
	wr(LCR, 0x80);
	assert_int_equal(rd(DLL), 0xe3);
	assert_int_equal(rd(DLM), 0x10);
	wr(LCR, 3);
	wr(IER, 0xf);
	assert_int_equal(rd(IIR), FIFOS | IIR_THRI);
	type("x", 1);
	assert_int_equal(rd(IIR), FIFOS | IIR_RDI);
	wr(FCR, 2);
	assert_int_equal(rd(IIR), FIFOS | IIR_NONE);
	wr(MCR, 0xff);
	assert_int_equal(rd(MCR), 2);
}

static void xscale_and_tegra_have_more_bits(void **state)
{
	(void)state;
	kind("intel,xscale-uart");
	wr(IER, 0xff);
	wr(MCR, 0xff);
	assert_int_equal(rd(IER), 0xff);
	assert_int_equal(rd(MCR), 0x3f);
	kind("nvidia,tegra20-uart");
	wr(IER, 0xff);
	wr(MCR, 0xff);
	assert_int_equal(rd(IER), 0x3f);
	assert_int_equal(rd(MCR), 0x7f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(dw_says_what_it_has, setup_dw),
		cmocka_unit_test_setup(dw_status_and_levels, setup_dw),
		cmocka_unit_test_setup(dw_shadows, setup_dw),
		cmocka_unit_test_setup(dw_software_reset, setup_dw),
		cmocka_unit_test_setup(dw_busy_ignores_lcr_until_it_is_idle, setup_dw),
		cmocka_unit_test_setup(omap_keeps_its_registers, setup_omap),
		cmocka_unit_test_setup(omap_modes_show_other_registers, setup_omap),
		cmocka_unit_test_setup(omap_guards_upper_bits, setup_omap),
		cmocka_unit_test_setup(omap_levels_and_soft_reset, setup_omap),
		cmocka_unit_test_setup(mtk_keeps_its_registers, setup_mtk),
		cmocka_unit_test_setup(mtk_features_show_divisor_and_efr, setup_mtk),
		cmocka_unit_test_setup(mini_receiver_can_be_off, setup_mini),
		cmocka_unit_test_setup(mini_status, setup_mini),
		cmocka_unit_test_setup(mini_baud_and_interrupts, setup_mini),
		cmocka_unit_test(xscale_and_tegra_have_more_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
