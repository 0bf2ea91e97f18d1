// SPDX-License-Identifier: BSD-2-Clause
// Addresses told by node, offset and register.
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "boot/place.h"
#include "boot/shim.h"
#include "boot/unserved.h"
#include "tests/board/dtc.h"

extern const struct model pl011_model;

static const char text[] =
	"/ { #address-cells = <1>; #size-cells = <1>; compatible = \"acme,soc\";\n"
	" uart@9000000 { compatible = \"arm,pl011\"; reg = <0x9000000 0x1000>; };\n"
	" gic@8000000 { reg = <0x8000000 0x10000>; };\n"
	" flash@0 { reg = <0 0x1000>; };\n"
	" nic@a000000 { reg = <0xa000000 0x100>; };\n"
	" clk@b000 { compatible = \"acme,clk\"; reg = <0xb000 0x100>, <0xc000 0x100>; };\n"
	" part@b080 { compatible = \"acme,part\"; reg = <0xb080 0x10>; }; };";

static struct dtc tree;
static struct shim shim;

static uint64_t zero(void)
{
	return 0;
}

static int setup(void **state)
{
	static const struct dev_env env = { .now = zero };
	struct machine *m = &shim.p.plan.machine;

	(void)state;
	memset(&shim, 0, sizeof(shim));
	dtc_index(&tree, text);
	shim.p.guest_tree = tree.tree;
	m->devices = 1;
	m->device[0] = (struct machine_device){ .model = &pl011_model,
						.node = (int)dtc_node(&tree, "/uart@9000000"),
						.reg = { 0x9000000, 0x1000 } };
	m->gic.node = (int)dtc_node(&tree, "/gic@8000000");
	m->gic.dist = (struct region){ 0x8000000, 0x10000 };
	m->gic.redists = 2;
	m->gic.redist[1] = (struct region){ 0x80a0000, 0x40000 };
	m->flashes = 1;
	m->flash_node[0] = (int)dtc_node(&tree, "/flash@0");
	m->flash[0] = (struct region){ 0, 0x1000 };
	m->passes = 1;
	m->pass_node[0] = (int)dtc_node(&tree, "/nic@a000000");
	m->pass[0] = (struct region){ 0xa000000, 0x100 };
	m->unserveds = 2;
	m->unserved[0] =
		(struct machine_unserved){ (int)dtc_node(&tree, "/clk@b000"), { 0xb000, 0x100 } };
	m->unserved[1] =
		(struct machine_unserved){ (int)dtc_node(&tree, "/part@b080"), { 0xb080, 0x10 } };
	unserved_open(&shim, &env);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unserved_reset(&shim);
	dtc_free(&tree);
	return 0;
}

static void is(uint64_t gpa, const char *expected)
{
	char buf[PLACE_SIZE];

	assert_string_equal(place_text(&shim, gpa, buf), expected);
}

static void devices_by_register(void **state)
{
	char buf[PLACE_SIZE];

	(void)state;
	is(0x9000018, "uart@9000000+0x18 UARTFR");
	is(0x900001b, "uart@9000000+0x1b UARTFR");
	is(0x900001c, "uart@9000000+0x1c");
	is(0x9000004, "uart@9000000+0x4 UARTRSR/UARTECR");
	assert_string_equal(place_access_text(&shim, 0x9000004, false, buf),
			    "uart@9000000+0x4 UARTRSR");
	assert_string_equal(place_access_text(&shim, 0x9000004, true, buf),
			    "uart@9000000+0x4 UARTECR");
	assert_string_equal(place_access_text(&shim, 0x9000000, true, buf),
			    "uart@9000000+0 UARTDR");
}

static void frames_of_the_gic(void **state)
{
	(void)state;
	is(0x8000104, "gic@8000000+0x104 GICD");
	is(0x80c0080, "gic@8000000+0x20080 GICR");
}

static void flash_and_the_hosts_own(void **state)
{
	(void)state;
	is(0xaa, "flash@0+0xaa");
	is(0xa0000ff, "nic@a000000+0xff");
	is(0xa000100, "0xa000100");
}

/* The innermost, as stubs have it. */
static void what_nobody_serves(void **state)
{
	(void)state;
	is(0xb07c, "clk@b000+0x7c");
	is(0xb084, "part@b080+0x4");
	is(0xb090, "clk@b000+0x90");
}

static void where_no_node_is(void **state)
{
	struct place place = { .node = "before" };

	(void)state;
	is(0x40001000, "0x40001000");
	is(UINT64_MAX, "0xffffffffffffffff");
	assert_false(place_find(&shim, 0x40001000, &place));
	assert_string_equal(place.node, "before");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_by_register),	   cmocka_unit_test(frames_of_the_gic),
		cmocka_unit_test(flash_and_the_hosts_own), cmocka_unit_test(what_nobody_serves),
		cmocka_unit_test(where_no_node_is),
	};

	return cmocka_run_group_tests_name("boot/place", tests, setup, teardown);
}
