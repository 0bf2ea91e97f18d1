// SPDX-License-Identifier: BSD-2-Clause
// The board reader: the boards it refuses, and how it says so.

#include <errno.h>

#include "board/board.h"
#include "tests/board/dtc.h"

#define ROOT "/ { #address-cells = <2>; #size-cells = <2>; "
#define GIC3                                                                                       \
	"gic: gic@8000000 { compatible = \"arm,gic-v3\"; interrupt-controller; "                   \
	"#interrupt-cells = <3>; "
#define FRAMES "reg = <0 0x8000000 0 0x10000>, <0 0x8100000 0 0x100000>;"

static struct dtc d;
static struct board board;

static int teardown(void **state)
{
	(void)state;
	dtc_free(&d);
	return 0;
}

static int collect(const char *text)
{
	dtc_index(&d, text);
	memset(&board, 0xa5, sizeof(board)); /* nothing may lean on a zeroed board */
	memset(&d.err, 0, sizeof(d.err));
	return board_collect(&board, &d.tree, &d.err);
}

/* TEXT is refused with RET, at the node at PATH, with words WHAT. */
static void refused(const char *text, int ret, const char *path, const char *what)
{
	assert_int_equal(collect(text), ret);
	assert_int_equal(d.err.node, dtc_node(&d, path));
	assert_non_null(d.err.remedy);
	if (!strstr(d.err.what, what))
		fail_msg("\"%s\" says nothing of \"%s\"", d.err.what, what);
}

static void test_refuse_gic(void **state)
{
	(void)state;
	refused(ROOT GIC3 "reg = <0 0x8001000 0 0x10000>, <0 0x8100000 0 0x100000>; }; };", -EINVAL,
		"/gic@8000000", "unaligned");
	assert_int_equal(d.err.value, 0x8001000);
	refused(ROOT GIC3 "reg = <0 0x8000000 0 0x10000>, <0 0x8108000 0 0x100000>; }; };", -EINVAL,
		"/gic@8000000", "unaligned");
	refused(ROOT GIC3 "reg = <0 0x8000000 0 0x10000>; }; };", -EINVAL, "/gic@8000000",
		"missing");
	refused(ROOT GIC3 "reg = <0 0x8000000 0 0x10000 0>; }; };", -EINVAL, "/gic@8000000",
		"nowhere");
	refused(ROOT GIC3 "}; };", -EINVAL, "/gic@8000000", "missing");
	refused(ROOT GIC3 "#redistributor-regions = <9>; reg = <0 0x8000000 0 0x10000>; }; "
			  "};",
		-E2BIG, "/gic@8000000", "too many");
	refused(ROOT GIC3 "#redistributor-regions = <0>; reg = <0 0x8000000 0 0x10000>; }; "
			  "};",
		-EINVAL, "/gic@8000000", "without");
	refused(ROOT GIC3 "redistributor-stride = [00]; " FRAMES " }; };", -EINVAL, "/gic@8000000",
		"stride");
	refused(ROOT "soc { #address-cells = <1>; #size-cells = <1>; gic@1000 { "
		     "compatible = \"arm,gic-400\"; interrupt-controller; "
		     "reg = <0x1000 0x1000>, <0x2000 0x1000>; }; }; };",
		-EINVAL, "/soc/gic", "nowhere");
	refused(ROOT "gic@1000 { compatible = \"arm,gic-400\"; interrupt-controller; "
		     "reg = <0 0x1000 0 0x1000>; }; };",
		-EINVAL, "/gic", "without");
	refused(ROOT "gic@1000 { compatible = \"arm,gic-400\"; interrupt-controller; "
		     "reg = <0 0x1800 0 0x1000>, <0 0x2000 0 0x1000>; }; };",
		-EINVAL, "/gic", "unaligned");
}

static void test_refuse_lengths(void **state)
{
	(void)state;
	refused(ROOT "memory@0 { device_type = \"memory\"; reg = <0 0 1>; }; };", -EINVAL,
		"/memory", "length");
	refused(ROOT "memory@0 { device_type = \"memory\"; "
		     "reg = <0 0 0xffffffff 0xffffffff>, <0 0 0xffffffff 0xffffffff>; "
		     "}; };",
		-EINVAL, "/memory", "64 bits");
	refused(ROOT "reserved-memory { #address-cells = <2>; #size-cells = <2>; "
		     "ranges; a { reg = <0 0 1>; }; }; };",
		-EINVAL, "/reserved-memory/a", "length");
	refused("/ { cpus { #address-cells = <2>; #size-cells = <0>; cpu@0 { "
		"device_type = \"cpu\"; reg = <0>; }; }; };",
		-EINVAL, "/cpus/cpu@0", "length");
	refused("/ { cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { "
		"device_type = \"cpu\"; }; }; };",
		-EINVAL, "/cpus/cpu@0", "reg");
	refused("/ { cpus { #address-cells = <3>; #size-cells = <0>; cpu@0 { "
		"device_type = \"cpu\"; reg = <0 0 0>; }; }; };",
		-EINVAL, "/cpus/cpu@0", "reg");
}

static void test_refuse_too_many(void **state)
{
	static char text[65536];

	(void)state;
	/* as many as fit, then one more, of each thing */
	for (unsigned extra = 0; extra <= 1; extra++) {
		strcpy(text, ROOT "memory@0 { device_type = \"memory\"; reg = <");
		for (unsigned i = 0; i < BOARD_MEMORY_MAX + extra; i++)
			strcat(text, "0 0 0 1 ");
		strcat(text, ">; }; };");
		assert_int_equal(collect(text), extra ? -E2BIG : 0);
		assert_int_equal(board.memories, BOARD_MEMORY_MAX);

		strcpy(text, "/memreserve/ 0 1;" ROOT
			     "reserved-memory { #address-cells = <1>; #size-cells = <1>; "
			     "ranges; a { reg = <");
		for (unsigned i = 1; i < BOARD_RESERVED_MAX + extra; i++)
			strcat(text, "0 1 ");
		strcat(text, ">; }; }; };");
		assert_int_equal(collect(text), extra ? -E2BIG : 0);
		assert_int_equal(board.reserveds, BOARD_RESERVED_MAX);

		strcpy(text, "/ { cpus { #address-cells = <1>; #size-cells = <0>;");
		for (unsigned i = 0; i < BOARD_CPUS_MAX + extra; i++)
			sprintf(text + strlen(text),
				" cpu@%x { device_type = \"cpu\"; reg = <%u>; };", i, i);
		strcat(text, "}; };");
		assert_int_equal(collect(text), extra ? -E2BIG : 0);
		assert_int_equal(board.cpus, BOARD_CPUS_MAX);

		strcpy(text, "/ { cpus { #address-cells = <1>; #size-cells = <0>;");
		for (unsigned i = 0; i < BOARD_KINDS_MAX + extra; i++)
			sprintf(text + strlen(text),
				" cpu@%x { device_type = \"cpu\"; compatible = \"k%u\"; "
				"reg = <%u>; };",
				i, i, i);
		strcat(text, "}; };");
		assert_int_equal(collect(text), extra ? -E2BIG : 0);
		assert_int_equal(board.kinds, BOARD_KINDS_MAX);
	}
}

#define ROW(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_refuse_gic),
		ROW(test_refuse_lengths),
		ROW(test_refuse_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
