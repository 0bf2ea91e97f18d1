// SPDX-License-Identifier: BSD-2-Clause
// The tree reader: where addresses and interrupts lead.

#include <errno.h>

#include "tests/board/dtc.h"

static struct dtc d;

static int teardown(void **state)
{
	(void)state;
	dtc_free(&d);
	return 0;
}

static int reg_of(const char *path, unsigned index, uint64_t *gpa, uint64_t *size)
{
	return tree_reg(&d.tree, dtc_node(&d, path), index, gpa, size);
}

/* --- addresses ---------------------------------------------------------------------------------- */

static void test_reg_nested_ranges(void **state)
{
	uint64_t gpa, size;

	(void)state;
	dtc_index(&d,
		  "/ { #address-cells = <2>; #size-cells = <2>;\n"
		  "top@0 { reg = <0x1 0x2 0x3 0x4>; };\n"
		  "soc { #address-cells = <1>; #size-cells = <1>;\n"
		  " ranges = <0x0 0x1 0x0 0x1000>, <0x4000 0x0 0x90000000 0x1000>;\n"
		  " a@10 { reg = <0x10 0x20>, <0x4100 0x10>, <0xff0 0x10>, <0xff0 0x11>, <0x2000 "
		  "0x4>; };\n"
		  " bus { ranges; #address-cells = <1>; #size-cells = <1>; b@10 { reg = <0x4010 "
		  "0x20>; }; };\n"
		  " inner { #address-cells = <2>; #size-cells = <1>; ranges = <0x5 0x0 0x100 "
		  "0x100>;\n"
		  "  c@0 { reg = <0x5 0x8 0x4>, <0x4 0x8 0x4>; }; };\n"
		  " dead { #address-cells = <1>; #size-cells = <0>; e@50 { reg = <0x50>; }; };\n"
		  "}; };");
	assert_int_equal(reg_of("/top@0", 0, &gpa, &size), 0);
	assert_true(gpa == 0x100000002 && size == 0x300000004);
	assert_int_equal(reg_of("/top@0", 1, &gpa, &size), -ENOENT);
	assert_int_equal(reg_of("/soc", 0, &gpa, &size), -ENOENT);
	assert_int_equal(reg_of("/", 0, &gpa, &size), -ENOENT);
	assert_int_equal(reg_of("/soc/a@10", 0, &gpa, &size), 0);
	assert_true(gpa == 0x100000010 && size == 0x20);
	assert_int_equal(reg_of("/soc/a@10", 1, &gpa, &size), 0);
	assert_true(gpa == 0x90000100);
	assert_int_equal(reg_of("/soc/a@10", 2, &gpa, &size), 0); /* the last of the range */
	assert_int_equal(reg_of("/soc/a@10", 3, &gpa, &size), -ENXIO); /* one byte too many */
	assert_int_equal(reg_of("/soc/a@10", 4, &gpa, &size), -ENXIO);
	assert_int_equal(reg_of("/soc/bus/b@10", 0, &gpa, &size), 0);
	assert_true(gpa == 0x90000010);
	assert_int_equal(reg_of("/soc/inner/c@0", 0, &gpa, &size), 0);
	assert_true(gpa == 0x100000108 && size == 4);
	assert_int_equal(reg_of("/soc/inner/c@0", 1, &gpa, &size), -ENXIO);
	assert_int_equal(reg_of("/soc/dead/e@50", 0, &gpa, &size), -ENXIO);
}

static void test_reg_default_cells(void **state)
{
	uint64_t gpa, size;

	(void)state;
	dtc_index(&d, "/ { n@1 { reg = <0x1 0x2 0x3>; }; };");
	assert_int_equal(reg_of("/n@1", 0, &gpa, &size), 0);
	assert_true(gpa == 0x100000002 && size == 3);
}

static void test_reg_malformed(void **state)
{
	uint64_t gpa, size;

	(void)state;
	dtc_index(&d,
		  "/ { #address-cells = <2>; #size-cells = <2>;\n"
		  "a { reg = <1 2 3>; };\n"
		  "wrap { reg = <0xffffffff 0xffffffff 0x0 0x2>; };\n"
		  "wide { #address-cells = <4>; #size-cells = <1>; ranges; x { reg = <1 2 3 4 5>; "
		  "}; };\n"
		  "none { #address-cells = <0>; #size-cells = <0>; ranges; x { reg = <1>; }; };\n"
		  "odd { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0>; x { reg = <1 "
		  "1>; }; };\n"
		  "zero { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0 0>; x { reg = "
		  "<0 0>; }; };\n"
		  "high { #address-cells = <1>; #size-cells = <1>; ranges = <0 0xffffffff "
		  "0xfffffff0 0x100>;\n"
		  " x { reg = <0x8 0x10>; }; };\n"
		  "empty { reg; }; };");
	assert_int_equal(reg_of("/a", 0, &gpa, &size), -EINVAL);
	assert_int_equal(reg_of("/wrap", 0, &gpa, &size), -EINVAL);
	assert_int_equal(reg_of("/wide/x", 0, &gpa, &size), -EINVAL);
	assert_int_equal(reg_of("/none/x", 0, &gpa, &size), -EINVAL);
	assert_int_equal(reg_of("/odd/x", 0, &gpa, &size), -EINVAL);
	assert_int_equal(reg_of("/zero/x", 0, &gpa, &size), -ENXIO);
	assert_int_equal(reg_of("/high/x", 0, &gpa, &size), -EINVAL);
	assert_int_equal(reg_of("/empty", 0, &gpa, &size), -ENOENT);
}

static void test_reg_pci(void **state)
{
	uint64_t gpa, size;

	(void)state;
	dtc_index(&d, "/ { #address-cells = <2>; #size-cells = <2>;\n"
		      "pcie { #address-cells = <3>; #size-cells = <2>;\n"
		      " ranges = <0x1000000 0 0 0 0x3eff0000 0 0x10000>, <0x2000000 0 0x10000000 0 "
		      "0x50000000 0 0x1000>;\n"
		      " io { reg = <0x1000000 0 0x10 0 0x8>; }; mem { reg = <0x2000000 0 "
		      "0x10000010 0 0x8>; };\n"
		      " config { reg = <0x0 0 0x10 0 0x8>; }; };\n"
		      "plain { #address-cells = <3>; #size-cells = <2>; ranges; x { reg = "
		      "<0x2000000 0 0 0 1>; }; }; };");
	assert_int_equal(reg_of("/pcie/io", 0, &gpa, &size), 0);
	assert_int_equal(gpa, 0x3eff0010);
	assert_int_equal(reg_of("/pcie/mem", 0, &gpa, &size), 0);
	assert_int_equal(gpa, 0x50000010);
	assert_int_equal(reg_of("/pcie/config", 0, &gpa, &size), -ENXIO);
	assert_int_equal(reg_of("/plain/x", 0, &gpa, &size), -ENXIO);
}

/* --- interrupts --------------------------------------------------------------------------------- */

static void irq_check(const char *path, unsigned index, const char *controller, unsigned cells,
		      uint32_t first, uint32_t second)
{
	struct tree_irq irq;

	assert_int_equal(tree_irq(&d.tree, dtc_node(&d, path), index, &irq), 0);
	assert_int_equal(irq.controller, dtc_node(&d, controller));
	assert_int_equal(irq.cells, cells);
	assert_int_equal(irq.cell[0], first);
	assert_int_equal(irq.cell[1], second);
}

static int irq_error(const char *path, unsigned index)
{
	struct tree_irq irq;

	return tree_irq(&d.tree, dtc_node(&d, path), index, &irq);
}

static void test_irq_parents(void **state)
{
	(void)state;
	dtc_index(&d, "/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;\n"
		      "gic: gic { interrupt-controller; #interrupt-cells = <3>; interrupts = <1 9 "
		      "4>; };\n"
		      "a { interrupts = <0 5 4 1 7 8>; };\n"
		      "soc { b { interrupts = <0 6 4>; };\n"
		      " gpio: gpio { interrupt-controller; #interrupt-cells = <2>; interrupts = <0 "
		      "8 4>;\n"
		      "  child { interrupts = <0 8 4>; }; };\n"
		      " c { interrupt-parent = <&gpio>; interrupts = <3 1>; };\n"
		      " e { interrupts-extended = <&gpio 4 1>, <0>, <&gic 0 9 4>; interrupts = <0 "
		      "99 4>; };\n"
		      " lone { interrupts-extended = <&gic 0>; }; odd { interrupts = <0 1>; };\n"
		      " stray { interrupt-parent = <0x99>; interrupts = <0 1 4>; };\n"
		      " strange { interrupts-extended = <0x99 1>; }; }; };");
	irq_check("/a", 0, "/gic", 3, 0, 5);
	irq_check("/a", 1, "/gic", 3, 1, 7);
	irq_check("/soc/b", 0, "/gic", 3, 0, 6);
	irq_check("/soc/c", 0, "/soc/gpio", 2, 3, 1);
	irq_check("/soc/gpio", 0, "/gic", 3, 0, 8);
	irq_check("/gic", 0, "/gic", 3, 1, 9);
	irq_check("/soc/e", 0, "/soc/gpio", 2, 4, 1);
	irq_check("/soc/e", 2, "/gic", 3, 0, 9);
	assert_int_equal(irq_error("/soc/e", 1), -ENXIO); /* left empty on purpose */
	assert_int_equal(irq_error("/soc/e", 3), -ENOENT);
	assert_int_equal(irq_error("/a", 2), -ENOENT);
	assert_int_equal(irq_error("/soc", 0), -ENOENT);
	assert_int_equal(irq_error("/soc/lone", 0), -EINVAL);
	assert_int_equal(irq_error("/soc/odd", 0), -EINVAL);
	assert_int_equal(irq_error("/soc/stray", 0), -ENXIO);
	assert_int_equal(irq_error("/soc/strange", 0), -ENXIO);
	/* the node above is an interrupt controller itself */
	assert_int_equal(irq_error("/soc/gpio/child", 0), -EINVAL);
}

static void test_irq_map(void **state)
{
	(void)state;
	dtc_index(&d, "/ { #address-cells = <2>; #size-cells = <2>;\n"
		      "gic: gic { interrupt-controller; #interrupt-cells = <3>; #address-cells = "
		      "<2>; };\n"
		      "flat: flat { interrupt-controller; #interrupt-cells = <2>; };\n"
		      "pcie { #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>;\n"
		      " interrupt-map-mask = <0x1800 0 0 7>;\n"
		      " interrupt-map = <0 0 0 1 &gic 0 0 0 3 4>, <0 0 0 2 &flat 4 8>, <0x800 0 0 "
		      "1 &gic 0 0 0 5 4>;\n"
		      " dev@0 { reg = <0x10000 0 0 0 0>; interrupts = <1>; };\n"
		      " dev@1 { reg = <0x0 0 0 0 0>; interrupts = <2>; };\n"
		      " dev@2 { reg = <0x800 0 0 0 0>; interrupts = <1>; };\n"
		      " dev@3 { reg = <0x1000 0 0 0 0>; interrupts = <1>; }; };\n"
		      "nexus: nexus { #interrupt-cells = <2>; #address-cells = <0>;\n"
		      " interrupt-map = <1 0 &inner 7>; };\n"
		      "inner: inner { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map "
		      "= <7 &flat 9 10>; };\n"
		      "x { interrupt-parent = <&nexus>; interrupts = <1 0>; };\n"
		      "y { interrupt-parent = <&nexus>; interrupts = <1 1>; }; };");
	irq_check("/pcie/dev@0", 0, "/gic", 3, 0, 3);
	irq_check("/pcie/dev@1", 0, "/flat", 2, 4, 8);
	irq_check("/pcie/dev@2", 0, "/gic", 3, 0, 5);
	assert_int_equal(irq_error("/pcie/dev@3", 0), -ENXIO);
	irq_check("/x", 0, "/flat", 2, 9, 10); /* through two maps, without masks */
	assert_int_equal(irq_error("/y", 0), -ENXIO);
}

static void test_irq_map_malformed(void **state)
{
	(void)state;
	dtc_index(&d, "/ { #address-cells = <1>; #size-cells = <1>;\n"
		      "gic: gic { interrupt-controller; #interrupt-cells = <3>; };\n"
		      "bare: bare { };\n"
		      "cut: cut { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 "
		      "&gic 0 1>; };\n"
		      "mask: mask { #interrupt-cells = <1>; #address-cells = <0>; "
		      "interrupt-map-mask = <1 2>;\n"
		      " interrupt-map = <1 &gic 0 1 4>; };\n"
		      "wide: wide { #interrupt-cells = <1>; #address-cells = <9>; interrupt-map = "
		      "<1 &gic 0 1 4>; };\n"
		      "tobare: to-bare { #interrupt-cells = <1>; #address-cells = <0>; "
		      "interrupt-map = <1 &bare 1>; };\n"
		      "nowhere: nowhere { #interrupt-cells = <1>; #address-cells = <0>; "
		      "interrupt-map = <1 0x99 1>; };\n"
		      "a { interrupt-parent = <&cut>; interrupts = <1>; }; b { interrupt-parent = "
		      "<&mask>; interrupts = <1>; };\n"
		      "c { interrupt-parent = <&wide>; interrupts = <1>; };\n"
		      "e { interrupt-parent = <&tobare>; interrupts = <1>; };\n"
		      "f { interrupt-parent = <&nowhere>; interrupts = <1>; }; };");
	assert_int_equal(irq_error("/a", 0), -EINVAL);
	assert_int_equal(irq_error("/b", 0), -EINVAL);
	assert_int_equal(irq_error("/c", 0), -EINVAL);
	assert_int_equal(irq_error("/e", 0), -EINVAL);
	assert_int_equal(irq_error("/f", 0), -ENXIO);
}

static void test_irq_loops(void **state)
{
	(void)state;
	dtc_index(&d, "/ { #address-cells = <1>; #size-cells = <1>;\n"
		      "a: a { interrupt-parent = <&b>; interrupts = <1>; }; b: b { "
		      "interrupt-parent = <&a>; };\n"
		      "self: self { interrupt-parent = <&self>; interrupts = <1>; };\n"
		      "m: m { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 &n "
		      "1>; };\n"
		      "n: n { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 &m "
		      "1>; };\n"
		      "x { interrupt-parent = <&m>; interrupts = <1>; };\n"
		      "p: p { #interrupt-cells = <1>; interrupt-parent = <&q>; };\n"
		      "q: q { #interrupt-cells = <1>; interrupt-parent = <&p>; };\n"
		      "y { interrupt-parent = <&p>; interrupts = <1>; };\n"
		      "zero { interrupt-parent = <0>; interrupts = <1>; };\n"
		      "ones { interrupt-parent = <0xffffffff>; interrupts = <1>; }; };");
	assert_int_equal(irq_error("/a", 0), -ENXIO);
	assert_int_equal(irq_error("/self", 0), -ENXIO);
	assert_int_equal(irq_error("/x", 0), -ENXIO);
	assert_int_equal(irq_error("/y", 0), -ENXIO);
	assert_int_equal(irq_error("/zero", 0), -ENXIO);
	assert_int_equal(irq_error("/ones", 0), -ENXIO);
}

static void test_irq_intid(void **state)
{
	static const struct {
		struct tree_irq irq;
		int ret;
		uint32_t intid;
		bool edge;
	} rows[] = {
		{ { .cells = 3, .cell = { 0, 0, 4 } }, 0, 32, false },
		{ { .cells = 3, .cell = { 0, 1, 1 } }, 0, 33, true },
		{ { .cells = 3, .cell = { 0, 987, 8 } }, 0, 1019, false },
		{ { .cells = 3, .cell = { 0, 988, 4 } }, -EINVAL, 0, false },
		{ { .cells = 3, .cell = { 1, 11, 0xf08 } }, 0, 27, false },
		{ { .cells = 3, .cell = { 1, 15, 0xf02 } }, 0, 31, true },
		{ { .cells = 3, .cell = { 1, 16, 4 } }, -EINVAL, 0, false },
		{ { .cells = 3, .cell = { 2, 0, 4 } }, -EINVAL, 0, false },
		{ { .cells = 4, .cell = { 1, 7, 4, 0 } }, 0, 23, false },
		{ { .cells = 2, .cell = { 0, 1 } }, -EINVAL, 0, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t intid = 0;
		bool edge = false;

		assert_int_equal(tree_irq_intid(&rows[i].irq, &intid, &edge), rows[i].ret);
		assert_int_equal(intid, rows[i].intid);
		assert_int_equal(edge, rows[i].edge);
	}
}

#define ROW(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_reg_nested_ranges), ROW(test_reg_default_cells), ROW(test_reg_malformed),
		ROW(test_reg_pci),	     ROW(test_irq_parents),	  ROW(test_irq_map),
		ROW(test_irq_map_malformed), ROW(test_irq_loops),	  ROW(test_irq_intid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
