// SPDX-License-Identifier: BSD-2-Clause
// SoC data against a board's tree: blocks by compatible and by address, and what they say of registers.
#include "tests/board/dtc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "board/soc.h"

/* All behind a bus that moves addresses up by 0x40000000. */
static const char board_text[] =
	"/ { #address-cells = <2>; #size-cells = <2>; compatible = \"acme,board\", \"acme,soc\";\n"
	"memory@0 { device_type = \"memory\"; reg = <0 0 0 0x10000000>; };\n"
	"reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n"
	" keep@8000000 { reg = <0 0x8000000 0 0x1000>; }; };\n"
	"cpus { #address-cells = <1>; #size-cells = <0>;\n"
	" cpu@0 { device_type = \"cpu\"; reg = <0>; }; };\n"
	"soc { #address-cells = <1>; #size-cells = <1>; compatible = \"simple-bus\";\n"
	" ranges = <0 0 0x40000000 0x10000000>;\n"
	" cru@1000 { compatible = \"acme,cru\"; reg = <0x1000 0x1000>; };\n"
	" grf@3000 { compatible = \"acme,grf2\", \"acme,grf\", \"syscon\"; reg = <0x3000 0x1000>, "
	"<0x8000 0x100>; };\n"
	" spi@5000 { compatible = \"acme,spi\"; reg = <0x5000 0x100>; status = \"disabled\"; };\n"
	" spi@6000 { compatible = \"acme,spi\"; reg = <0x6000 0x100>; };\n"
	" nothing@7000 { compatible = \"acme,nothing\"; };\n"
	"}; };";

static const char socs_text[] =
	"/ { #address-cells = <2>; #size-cells = <2>;\n"
	"all { spi { compatible = \"acme,spi\"; reset = <0x8 0x11>; }; };\n"
	"other { compatible = \"acme,other\"; ram-base = <0 0x1000>;\n"
	" cru { compatible = \"acme,cru\"; reset = <0x0 0x99>; ram-encoding = \"amlogic-gp-cfg0\"; "
	"}; };\n"
	"soc { compatible = \"acme,soc0\", \"acme,soc\"; ram-base = <0x1 0x0>;\n"
	" cru { compatible = \"acme,pmucru\", \"acme,cru\"; hiword-mask; reset = <0x4 0x400>, <0x8 "
	"1>;\n"
	"  read-only = <0x4 0x400>; resets-board = <0x500 0xffff 0xfdb9>, <0x600 0x3 0>; };\n"
	" grf { compatible = \"acme,grf\"; hiword-mask = <0x0 0x200>, <0x400 0x10>;\n"
	"  reset = <0x300 0x5>; ram-encoding = \"amlogic-gp-cfg0\"; ram-offset = <0x300>; };\n"
	" spi { compatible = \"acme,spi\"; window = <0x0 0x40006000 0x0 0x100>; reset = <0xc "
	"0x22>; };\n"
	" hidden { window = <0x0 0x4000a000 0x0 0x20>; reset = <0x10 0x77>; };\n"
	"}; };";

extern const uint8_t dts_socs_begin[], dts_socs_end[];

static struct dtc board, socs;
static struct stub s;
static struct stub_cpu cpu;

static uint64_t zero(void)
{
	return 0;
}

static int setup(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	memset(&cpu, 0, sizeof(cpu));
	s.now = zero;
	dtc_index(&board, board_text);
	dtc_index(&socs, socs_text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dtc_free(&board);
	dtc_free(&socs);
	return 0;
}

static uint64_t get(uint64_t gpa)
{
	uint64_t value;

	stub_read(&s, &cpu, gpa, 4, &value);
	return value;
}

static const char *name_at(uint64_t gpa)
{
	const struct stub_window *w = stub_find(&s, gpa);

	return w ? w->name : "";
}

/* Disabled ones too, each entry; but neither RAM nor CPUs. */
static void all_that_reg_names_are_windows(void **state)
{
	(void)state;
	soc_stub(&s, &board.tree, NULL, 0);
	assert_int_equal(s.windows, 5);
	assert_string_equal(name_at(0x40001000), "cru@1000");
	assert_string_equal(name_at(0x40003fff), "grf@3000");
	assert_string_equal(name_at(0x40008000), "grf@3000");
	assert_string_equal(name_at(0x400050ff), "spi@5000");
	assert_string_equal(name_at(0x40006000), "spi@6000");
	assert_string_equal(name_at(0x40007000), "");
	assert_string_equal(name_at(0x1000), "");
	assert_string_equal(name_at(0x8000000), "");
	assert_string_equal(name_at(0), "");
	assert_int_equal(get(0x40001004), 0);
	assert_int_equal(s.rules, 0);
}

static void blocks_are_told_by_name_and_address(void **state)
{
	(void)state;
	soc_stub(&s, &board.tree, &socs.tree, (uint64_t)300 << 20);
	assert_int_equal(get(0x40001000), 0); /* another SoC's data */
	assert_int_equal(get(0x40001004), 0x400);
	assert_int_equal(get(0x40001008), 1);
	assert_int_equal(get(0x40005008), 0x11); /* what holds for all SoCs */
	assert_int_equal(get(0x40006008), 0x11);
	assert_int_equal(get(0x4000500c), 0); /* only the one at that address */
	assert_int_equal(get(0x4000600c), 0x22);
	assert_int_equal(get(0x4000a010), 0x77); /* no node of the board's */
	assert_string_equal(name_at(0x4000a01f), "hidden");
	assert_string_equal(name_at(0x4000a020), "");
}

static void stores_follow_the_data(void **state)
{
	(void)state;
	soc_stub(&s, &board.tree, &socs.tree, 0);
	stub_write(&s, &cpu, 0x40001004, 4, 0xffff0003);
	assert_int_equal(get(0x40001004), 0x403);
	stub_write(&s, &cpu, 0x400031fc, 4, 0x000f0003);
	assert_int_equal(get(0x400031fc), 3);
	stub_write(&s, &cpu, 0x40003200, 4, 0x000f0003);
	assert_int_equal(get(0x40003200), 0x000f0003);
	stub_write(&s, &cpu, 0x4000340c, 4, 0x000f0003);
	assert_int_equal(get(0x4000340c), 3);
	assert_int_equal(stub_find(&s, 0x4000340c)->origin, 0x40003000);
	/* The second entry of its reg is not the one that offsets are of. */
	stub_write(&s, &cpu, 0x40008000, 4, 0x000f0003);
	assert_int_equal(get(0x40008000), 0x000f0003);
}

static void ram_is_told_besides_other_bits(void **state)
{
	uint64_t base = 0;

	(void)state;
	assert_string_equal(soc_ram_encoding(&socs.tree, &board.tree)->name, "amlogic-gp-cfg0");
	assert_true(soc_ram_base(&socs.tree, &board.tree, &base));
	assert_int_equal(base, 1ull << 32);
	soc_stub(&s, &board.tree, &socs.tree, (uint64_t)300 << 20);
	assert_int_equal(get(0x40003300), 300u << 16 | 5);
}

static void stores_that_reset_the_board(void **state)
{
	static const struct {
		uint64_t gpa;
		uint32_t value;
		bool resets;
	} rows[] = {
		{ 0x40001500, 0xfdb8, false }, { 0x40001500, 0xfdb9, true },
		{ 0x40001500, 0xfdb9, true }, /* again, though it is there already */
		{ 0x40001500, 0x1fdb9, true }, { 0x40001504, 0xfdb9, false },
		{ 0x40001600, 0x5, false },    { 0x40001600, 0x4, true },
	};

	(void)state;
	soc_stub(&s, &board.tree, &socs.tree, 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		s.resets = false;
		stub_write(&s, &cpu, rows[i].gpa, 4, rows[i].value);
		assert_int_equal(s.resets, rows[i].resets);
	}
	stub_reset(&s);
	assert_false(s.resets);
}

/* Each property of the data that is built in is one that is read, and each encoding is known. */
static void built_in_data_is_good(void **state)
{
	static const char *const known[] = {
		"compatible",	"window",	"hiword-mask",	    "ram-encoding",
		"ram-offset",	"reset",	"read-only",	    "toggling",
		"counter",	"counter-high", "write-one-clears", "self-clearing",
		"resets-board", "memory",	"board-revision",
	};
	static struct tree_node nodes[1024];
	static struct tree built_in;
	const struct tree *t = &built_in;
	struct tree_error e;
	unsigned blocks = 0;

	(void)state;
	assert_int_equal(tree_index(&built_in, dts_socs_begin,
				    (size_t)(dts_socs_end - dts_socs_begin), nodes, 1024, &e),
			 0);
	for (unsigned n = 1; n < t->count; n++) {
		uint32_t at = 0, len;
		const char *name, *value;

		if (t->node[n].parent == 0)
			continue;
		assert_int_equal(t->node[t->node[n].parent].parent, 0);
		blocks++;
		while ((value = tree_prop_next(t, n, &at, &name, &len))) {
			unsigned i = 0;

			while (i < sizeof(known) / sizeof(*known) && strcmp(known[i], name))
				i++;
			if (i == sizeof(known) / sizeof(*known))
				fail_msg("%s has a property %s", tree_name(t, n), name);
			if (!strcmp(name, "ram-encoding"))
				assert_non_null(soc_ram_find(value));
			else if (i == 1)
				assert_int_equal(len, 16);
			else if (!strcmp(name, "board-revision"))
				assert_int_equal(len, 4);
			else if (!strcmp(name, "memory"))
				assert_int_equal(len, 0);
			else if (!strcmp(name, "resets-board"))
				assert_int_equal(len % 12, 0);
			else if (i == 2 || i > 4)
				assert_int_equal(len % 8, 0);
		}
	}
	assert_true(blocks > 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_that_reg_names_are_windows), TEST(blocks_are_told_by_name_and_address),
		TEST(stores_follow_the_data),	      TEST(ram_is_told_besides_other_bits),
		TEST(stores_that_reset_the_board),    TEST(built_in_data_is_good),
	};

	return cmocka_run_group_tests_name("board/soc_blocks", tests, NULL, NULL);
}
