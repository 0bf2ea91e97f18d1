// SPDX-License-Identifier: BSD-2-Clause
// What is known of SoCs is found by the board's compatible strings, and what is not is not made up.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board/soc.h"
#include "tests/board/treetool.h"

extern const char dts_socs_begin[], dts_socs_end[];

static struct blob blob, socs_blob;
static struct tree socs, board;

static void socs_given(const char *text)
{
	blob_compile(&socs_blob, "", text);
	blob_index(&socs, &socs_blob);
}

static void board_given(const char *root)
{
	char text[400];

	snprintf(text, sizeof(text), "/ { %s };", root);
	blob_compile(&blob, "", text);
	blob_index(&board, &blob);
}

static void base_by_any_of_the_names(void **state)
{
	uint64_t base = 7;

	(void)state;
	socs_given("/ { a { compatible = \"v,a1\", \"v,a2\"; ram-base = <0x80 0x40000000>; };\n"
		   "b { compatible = \"v,b\"; ram-base = <0 0>; }; };");
	board_given("compatible = \"w,board\", \"v,a2\";");
	assert_true(soc_ram_base(&socs, &board, &base));
	assert_int_equal(base, 0x8040000000);
	board_given("compatible = \"v,b\";");
	assert_true(soc_ram_base(&socs, &board, &base));
	assert_int_equal(base, 0);
}

static void unknown_is_not_made_up(void **state)
{
	static const char *const roots[] = { "compatible = \"w,board\", \"v,a\";", "",
					     "compatible = \"v,a12\";", "compatible = [61];" };
	uint64_t base = 7;

	(void)state;
	socs_given("/ { a { compatible = \"v,a1\"; ram-base = <0 0>; };\n"
		   "none { compatible = \"v,none\"; };\n"
		   "short { compatible = \"v,short\"; ram-base = <0>; }; };");
	for (unsigned i = 0; i < 4; i++) {
		board_given(roots[i]);
		assert_false(soc_ram_base(&socs, &board, &base));
	}
	board_given("compatible = \"v,none\";");
	assert_false(soc_ram_base(&socs, &board, &base));
	board_given("compatible = \"v,short\";");
	assert_false(soc_ram_base(&socs, &board, &base));
	assert_int_equal(base, 7);
}

static void name_is_the_last_string(void **state)
{
	(void)state;
	board_given("compatible = \"w,board\", \"v,soc\";");
	assert_string_equal(soc_name(&board), "v,soc");
	board_given("");
	assert_string_equal(soc_name(&board), "");
	board_given("compatible = \"w,board\", [61];"); /* does not end */
	assert_string_equal(soc_name(&board), "w,board");
}

static void memory_of_the_soc_by_its_window(void **state)
{
	struct region region[2];

	(void)state;
	socs_given(
		"/ { a { compatible = \"v,a1\"; s { window = <0x1 0x10000 0 0x8000>; memory; };\n"
		"r { window = <0 0x90000 0 0x8000>; }; t { window = <0 0x40000 0 0x1000>; memory; "
		"};\n"
		"u { window = <0 0x50000 0 0x1000>; memory; }; };\n"
		"b { compatible = \"v,b\"; s { window = <0 0x70000 0 0x8000>; memory; }; }; };");
	board_given("compatible = \"v,a1\";");
	assert_int_equal(soc_memory(&socs, &board, region, 2), 2);
	assert_int_equal(region[0].base, 0x100010000);
	assert_int_equal(region[0].size, 0x8000);
	assert_int_equal(region[1].base, 0x40000);
	board_given("compatible = \"v,c\";");
	assert_int_equal(soc_memory(&socs, &board, region, 2), 0);
}

static void properties_of_a_block(void **state)
{
	const uint8_t *value;
	uint32_t len = 0;

	(void)state;
	socs_given("/ { a { compatible = \"v,a1\"; m { compatible = \"v,m\"; reset = <0 1>; }; };\n"
		   "b1 { compatible = \"w,b1\"; m { compatible = \"v,m\"; told = <1>; }; };\n"
		   "b2 { compatible = \"w,b2\"; m { compatible = \"v,m\"; told = <2>; }; }; };");
	board_given("compatible = \"w,b2\", \"v,a1\"; #address-cells = <1>; #size-cells = <1>;\n"
		    "m@10 { compatible = \"v,m2\", \"v,m\"; reg = <0x10 4>; };\n"
		    "n@20 { compatible = \"v,n\"; reg = <0x20 4>; }; o { compatible = \"v,m\"; };");
	value = soc_property(&socs, &board, 1, "told", &len);
	assert_non_null(value);
	assert_int_equal(len, 4);
	assert_int_equal(value[3], 2); /* that board's */
	assert_non_null(soc_property(&socs, &board, 1, "reset", &len));
	assert_int_equal(len, 8);
	assert_null(soc_property(&socs, &board, 1, "untold", &len));
	assert_null(soc_property(&socs, &board, 2, "told", &len));
	assert_null(soc_property(&socs, &board, 3, "told", &len)); /* nowhere */
}

static void calls_of_the_soc(void **state)
{
	struct soc_call call[3];

	(void)state;
	socs_given("/ { a { compatible = \"v,a1\"; smc = <0x82000020 0x1000>, <0x82000021 0>; };\n"
		   "more { compatible = \"v,a1\"; smc = <3 4>, <5 6>; };\n"
		   "b { compatible = \"v,b\"; smc = <7 8>; }; };");
	board_given("compatible = \"v,a1\";");
	assert_int_equal(soc_calls(&socs, &board, call, 3), 3);
	assert_int_equal(call[0].fn, 0x82000020);
	assert_int_equal(call[0].result, 0x1000);
	assert_int_equal(call[2].fn, 3);
	board_given("compatible = \"v,c\";");
	assert_int_equal(soc_calls(&socs, &board, call, 3), 0);
}

static void what_is_built_in_is_read(void **state)
{
	uint64_t base;

	(void)state;
	blob_copy(&socs_blob, dts_socs_begin, dts_socs_end);
	blob_index(&socs, &socs_blob);
	board_given("compatible = \"some,board\", \"fsl,imx8mm\";");
	assert_true(soc_ram_base(&socs, &board, &base));
	assert_int_equal(base, 0x40000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_by_any_of_the_names),
		cmocka_unit_test(unknown_is_not_made_up),
		cmocka_unit_test(name_is_the_last_string),
		cmocka_unit_test(memory_of_the_soc_by_its_window),
		cmocka_unit_test(properties_of_a_block),
		cmocka_unit_test(calls_of_the_soc),
		cmocka_unit_test(what_is_built_in_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
