// SPDX-License-Identifier: BSD-2-Clause
// The RAM of a mirrored board: the banks its tree tells, as far as there is memory; else where it begins, by what is known.
#include "tests/boot/planner.h"

#define GIB (1024 * MIB)

static const char *soc;

/* A board with a GICv3 at 2.5 GiB; NODES stand in its root. */
static void board(const char *nodes)
{
	static char text[0x2000];

	snprintf(text, sizeof(text),
		 "/ { compatible = \"some,board\", \"%s\";\n"
		 "	#address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;\n"
		 "	gic: interrupt-controller@a0000000 {\n"
		 "		compatible = \"arm,gic-v3\"; #interrupt-cells = <3>; "
		 "interrupt-controller;\n"
		 "		reg = <0 0xa0000000 0 0x10000 0 0xa0100000 0 0x100000>; };\n"
		 "	%s };\n",
		 soc, nodes);
	blob_compile(&p.blob, "-f", text);
}

static int begin(void **state)
{
	const int ret = planner_begin(state);

	SET("--machine=mirror", "--memory=");
	soc = "fsl,imx8mm";
	p.host.memory_free = 4 * GIB;
	p.host.memory_total = 8 * GIB;
	p.firmware.part[0] = (struct image_part){ .bytes = { 3, 0, 4096 }, .footprint = 4096 };
	return ret;
}

static void banks_are(bool assumed, unsigned n, const struct region *want)
{
	planner_good();
	assert_int_equal(p.plan.rams, n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(p.plan.ram[i].base, want[i].base);
		assert_int_equal(p.plan.ram[i].size, want[i].size);
	}
	assert_int_equal(p.plan.ram_assumed, assumed);
}
#define BANKS(assumed, ...)                                                                        \
	banks_are(assumed, sizeof((struct region[]){ __VA_ARGS__ }) / sizeof(struct region),       \
		  (struct region[]){ __VA_ARGS__ })

static bool noted(enum machine_change_kind kind)
{
	for (unsigned i = 0; i < p.plan.machine.changes; i++)
		if (p.plan.machine.change[i].kind == kind)
			return true;
	return false;
}

static void told_banks_lowest_first(void **state)
{
	(void)state;
	board("memory@100000000 { device_type = \"memory\"; reg = <1 0 1 0>; };\n"
	      "memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x20000000>; };");
	BANKS(false, { 0x40000000, 512 * MIB }, { 0x100000000, GIB + 512 * MIB });
	SET("--machine=mirror", "--memory=256M");
	BANKS(false, { 0x40000000, 256 * MIB });
	SET("--machine=mirror", "--memory=512M");
	BANKS(false, { 0x40000000, 512 * MIB });
	SET("--machine=mirror", "--memory=768M");
	BANKS(false, { 0x40000000, 512 * MIB }, { 0x100000000, 256 * MIB });
	/* More than the board has, because it was asked for. */
	SET("--machine=mirror", "--memory=5G");
	BANKS(false, { 0x40000000, 512 * MIB }, { 0x100000000, 4 * GIB + 512 * MIB });
	SET("--machine=mirror", "--memory=64M@0x80000000");
	BANKS(false, { 0x80000000, 64 * MIB });
	assert_false(noted(CHANGE_PAGES) || noted(CHANGE_COVERS));
}

static void told_banks_are_whole_pages(void **state)
{
	(void)state;
	board("memory@0 { device_type = \"memory\"; reg = <0 0 0 0x5e00000  0 0x5f00000 0 0x1000\n"
	      "	0 0x5f02000 0 0xefe000  0 0x7000800 0 0x800>; };");
	BANKS(false, { 0, 0x5e00000 }, { 0x5f00000, 0x1000 }, { 0x5f02000, 0xefe000 });
	assert_true(noted(CHANGE_PAGES)); /* the half of a page is gone */
	p.host.page = 65536;
	BANKS(false, { 0, 0x5e00000 }, { 0x5f10000, 0xef0000 });
	/* The lowest is where firmware looks. */
	board("memory@0 { device_type = \"memory\"; reg = <0 0 0 0x80000  0 0x40000000 0 "
	      "0x4000000>; };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-MEMORY", "1 MiB at least");
}

static void told_banks_end_where_a_device_begins(void **state)
{
	(void)state;
	board("memory@0 { device_type = \"memory\"; reg = <0 0x80000000 2 0>; };");
	BANKS(false, { 0x80000000, 512 * MIB }); /* the GIC */
	assert_true(noted(CHANGE_COVERS));
	board("memory@0 { device_type = \"memory\"; reg = <0 0x80000000 0 0x40000000>; };\n"
	      "device@90123000 { compatible = \"some,device\"; reg = <0 0x90123000 0 0x1000>; };");
	BANKS(false, { 0x80000000, 0x10000000 }); /* who nobody models counts, in blocks */
	SET("--machine=mirror", "--memory=384M");
	BANKS(false, { 0x80000000, 384 * MIB }); /* the person knows better */
	SET("--machine=mirror", "--memory=768M");
	planner_refused(OUTCOME_BAD_CONFIG, "E-OVERLAP", "interrupt-controller@a0000000");
}

static void sram_in_ram_is_ram(void **state)
{
	(void)state;
	board("memory@0 { device_type = \"memory\"; reg = <0 0 0 0x40000000>; };\n"
	      "sram@10f000 { compatible = \"mmio-sram\"; reg = <0 0x10f000 0 0x100>;\n"
	      "	#address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x10f000 0x100>;\n"
	      "	part@0 { compatible = \"some,part\"; reg = <0 0x100>; }; };");
	BANKS(false, { 0, GIB });
}

static void base_by_the_node(void **state)
{
	(void)state;
	board("memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 0>; };");
	BANKS(true, { 0x80000000, 512 * MIB });
	board("memory@80000000 { device_type = \"memory\"; reg = <0 0 0 0>; };");
	BANKS(true, { 0x80000000, 512 * MIB });
	board("memory@1,80000000 { device_type = \"memory\"; };"); /* no such unit address */
	BANKS(true, { 0x40000000, GIB + 512 * MIB });
	SET("--machine=mirror", "--memory=64M");
	board("memory@80000000 { device_type = \"memory\"; };");
	BANKS(true, { 0x80000000, 64 * MIB });
	SET("--machine=mirror", "--memory=64M@0x90000000");
	BANKS(false, { 0x90000000, 64 * MIB });
}

static void base_by_the_soc(void **state)
{
	(void)state;
	board("");
	BANKS(true, { 0x40000000, GIB + 512 * MIB });
	board("memory { device_type = \"memory\"; reg = <0 0 0 0>; };");
	BANKS(true, { 0x40000000, GIB + 512 * MIB });
	SET("--machine=mirror", "--memory=64M");
	BANKS(true, { 0x40000000, 64 * MIB });
	soc = "unknown,soc";
	board("");
	planner_refused(OUTCOME_BAD_CONFIG, "E-NOMEMORY", "SoC unknown,soc: give memory=SIZE@BASE");
	SET("--machine=mirror", "--memory=64M@0x90000000");
	BANKS(false, { 0x90000000, 64 * MIB });
}

static void banks_beyond_the_hosts_addresses(void **state)
{
	(void)state;
	p.host.ipa_bits = 32;
	board("memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 0x10000000  8 0 1 "
	      "0>; };");
	BANKS(false, { 0x80000000, 256 * MIB });
	board("memory@800000000 { device_type = \"memory\"; reg = <8 0 1 0>; };");
	planner_refused(OUTCOME_REFUSED, "E-IPA", "32 bits");
}

static void board_without_a_gic_has_ram_up_to_its_devices(void **state)
{
	(void)state;
	blob_compile(&p.blob, "-f",
		     "/ { #address-cells = <1>; #size-cells = <1>;\n"
		     "	memory@0 { device_type = \"memory\"; reg = <0 0x40000000>; };\n"
		     "	timer@3f003000 { compatible = \"some,timer\"; reg = <0x3f003000 0x1000>; "
		     "};\n"
		     "	serial@3f201000 { compatible = \"arm,pl011\"; reg = <0x3f201000 0x200>; }; "
		     "};");
	BANKS(false, { 0, 0x3f000000 });
}

/* Registers tell firmware the size, and cannot tell any. */
static void size_that_the_soc_can_tell(void **state)
{
	(void)state;
	soc = "rockchip,rk3399";
	board("memory { device_type = \"memory\"; reg = <0 0 0 0>; };");
	p.host.memory_free = 1000 * MIB;
	BANKS(true, { 0, 448 * MIB }); /* and not 500 */
	SET("--machine=mirror", "--memory=448M");
	BANKS(true, { 0, 448 * MIB });
	SET("--machine=mirror", "--memory=500M");
	planner_refused(OUTCOME_BAD_CONFIG, "E-MEMORY", "rockchip-os-reg2");
	assert_non_null(strstr(p.f.text, "give memory=448M"));
	SET("--machine=mirror", "--memory=32M");
	planner_refused(OUTCOME_BAD_CONFIG, "E-MEMORY", "give memory=64M");
	soc = "amlogic,g12b";
	board("memory@0 { device_type = \"memory\"; reg = <0 0 0 0x40000000>; };");
	SET("--machine=mirror", "--memory=333M");
	BANKS(false, { 0, 333 * MIB });
	soc = "fsl,imx8mm"; /* no register does */
	board("memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };");
	SET("--machine=mirror", "--memory=500M");
	BANKS(false, { 0x40000000, 500 * MIB });
}

/* Firmware of a board may go on with the stack of the stage before. */
static void stack_where_free_ram_ends(void **state)
{
	(void)state;
	board("memory@100000000 { device_type = \"memory\"; reg = <1 0 1 0>; };\n"
	      "memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x20000000>; };");
	planner_good();
	assert_int_equal(p.plan.stack, 0x60000000);
	p.firmware.part[0].gpa = 0x100200000;
	p.firmware.part[0].placed = true;
	planner_good();
	assert_int_equal(p.plan.stack, p.plan.ram[1].base + p.plan.ram[1].size);
	p.initrd = (struct span){ 3, 0, 3 * MIB };
	planner_good();
	assert_int_equal(p.plan.stack, p.plan.initrd.base);
	p.firmware.part[0].placed = false;
	planner_virt(3);
	SET("--machine=virt", "--memory=64M");
	planner_good();
	assert_int_equal(p.plan.stack, 0);
}

#define TEST(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(told_banks_lowest_first),
		TEST(told_banks_are_whole_pages),
		TEST(told_banks_end_where_a_device_begins),
		TEST(sram_in_ram_is_ram),
		TEST(base_by_the_node),
		TEST(base_by_the_soc),
		TEST(size_that_the_soc_can_tell),
		TEST(banks_beyond_the_hosts_addresses),
		TEST(board_without_a_gic_has_ram_up_to_its_devices),
		TEST(stack_where_free_ram_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
