// SPDX-License-Identifier: BSD-2-Clause
// The plan's decisions: memory, what lies where, GIC, vCPUs, features; and every refusal.
#include "tests/boot/planner.h"

#define RAM_BASE UINT64_C(0x40000000)

static void region_is(const struct region *r, uint64_t base, uint64_t size)
{
	assert_int_equal(r->base, base);
	assert_int_equal(r->size, size);
}

/* Entry INDEX of the reg of the planned tree's node at PATH. */
static struct region made_reg(const char *path, unsigned index)
{
	const int node = tree_by_path(&p.made, path);
	struct region r;

	if (node < 0)
		fail_msg("no node %s in the guest's tree", path);
	assert_int_equal(tree_reg(&p.made, (unsigned)node, index, &r.base, &r.size), 0);
	return r;
}

/* --- memory ----------------------------------------------------------------------------------- */

static void memory_default_is_half_of_what_is_free(void **state)
{
	(void)state;
	SET("--memory=");
	p.host.memory_free = 333 * MIB + 4096;
	planner_good();
	assert_int_equal(p.plan.rams, 1);
	region_is(&p.plan.ram[0], RAM_BASE, 166 * MIB);
	struct region r = made_reg("/memory", 0);
	region_is(&r, RAM_BASE, 166 * MIB);
}

static void memory_default_ends_where_something_else_begins(void **state)
{
	(void)state;
	SET("--memory=");
	p.host.memory_free = p.host.memory_total = 1ull << 40;
	planner_good();
	region_is(&p.plan.ram[0], RAM_BASE, 512ull << 30); /* 130 CPUs would need what lies above */
	SET("--memory=", "--cpus=130");
	planner_good();
	region_is(&p.plan.ram[0], RAM_BASE, (256ull << 30) - RAM_BASE);
	SET("--memory=");
	p.host.ipa_bits = 36;
	planner_good();
	region_is(&p.plan.ram[0], RAM_BASE, (1ull << 36) - RAM_BASE);
	SET("--memory=", "--cpu=host,aarch32");
	planner_good();
	region_is(&p.plan.ram[0], RAM_BASE, (1ull << 32) - RAM_BASE);
}

static void memory_that_nobody_tells(void **state)
{
	(void)state;
	SET("--memory=", "--board-dtb=rock-pi.dtb");
	p.host.assumed = true;
	p.host.memory_free = p.host.memory_total = 0;
	planner_refused(OUTCOME_BAD_CONFIG, "E-NOMEMORY",
			"rock-pi.dtb does not tell how much memory");
	assert_non_null(strstr(p.f.text, "give memory=SIZE"));
	SET("--memory=64M");
	planner_good(); /* and then it is not judged */
	SET("--memory=");
	p.host.assumed = false;
	p.host.memory_free = 3 * MIB;
	planner_refused(OUTCOME_REFUSED, "E-RAM", "only 3072 KiB");
}

static void memory_placed_moves_the_node(void **state)
{
	(void)state;
	SET("--memory=32M@0x80000000");
	planner_good();
	region_is(&p.plan.ram[0], 0x80000000, 32 * MIB);
	assert_true(tree_by_path(&p.made, "/memory@80000000") >= 0);
	assert_true(tree_by_path(&p.made, "/memory@40000000") < 0);
	region_is(&p.plan.dtb, 0x80000000, (uint64_t)p.plan.tree.size);
}

static void memory_of_odd_size(void **state)
{
	(void)state;
	SET("--memory=0x1801000"); /* 24 MiB and a page: no multiple of 2 MiB */
	planner_good();
	region_is(&p.plan.ram[0], RAM_BASE, 0x1801000);
	SET("--memory=0x1801800");
	planner_refused(OUTCOME_BAD_CONFIG, "E-MEMORY",
			"0x1801800 bytes at 0x40000000 is not whole pages of 4096");
	SET("--memory=0x1801000");
	p.host.page = 65536;
	planner_refused(OUTCOME_BAD_CONFIG, "E-PAGESIZE", "pages of 65536");
	planner_proved("kernel has pages of 65536 bytes: boot one with pages of 4096");
	SET("--memory=0x1801800"); /* wrong with any pages */
	planner_refused(OUTCOME_BAD_CONFIG, "E-MEMORY", "pages of 65536");
	assert_string_equal(p.f.proof, "");
	p.host.page = 4096;
	SET("--memory=16M@0x40000800");
	planner_refused(OUTCOME_BAD_CONFIG, "E-MEMORY", "at 0x40000800");
}

#define TWO_BANKS                                                                                  \
	"&ram { reg = <0 0x40000000 0 0x4000000>; };\n"                                            \
	"&{/} { memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 0x2000000>; }; " \
	"};\n"

static void memory_nodes_of_the_tree(void **state)
{
	(void)state;
	SET("--memory=");
	planner_overlay(TWO_BANKS);
	planner_good();
	assert_int_equal(p.plan.rams, 2);
	region_is(&p.plan.ram[0], RAM_BASE, 64 * MIB);
	region_is(&p.plan.ram[1], 0x80000000, 32 * MIB);
	struct region r = made_reg("/memory", 1);
	region_is(&r, 0x80000000, 32 * MIB);
	SET("--memory=16M"); /* the setting wins: one bank, at the base of the first */
	planner_good();
	assert_int_equal(p.plan.rams, 1);
	region_is(&p.plan.ram[0], RAM_BASE, 16 * MIB);
}

static void memory_node_left_open_among_others(void **state)
{
	(void)state;
	SET("--memory=");
	planner_overlay("&{/} { memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 "
			"0x2000000>; }; };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-MEMORY", "RAM of 0x0 bytes at 0x40000000");
}

static void memory_node_missing(void **state)
{
	(void)state;
	SET("--memory=64M");
	blob_fdtput(&p.blob, "-r", "/memory@40000000");
	planner_refused(OUTCOME_BAD_CONFIG, "E-NOMEMORY", "no memory node");
	assert_non_null(strstr(p.f.text, "memory=SIZE@BASE"));
	SET("--memory=64M@0x40000000");
	planner_good();
	struct region r = made_reg("/memory", 0);
	region_is(&r, RAM_BASE, 64 * MIB);
}

static void memory_beyond_what_there_is(void **state)
{
	(void)state;
	SET("--memory=64G");
	planner_refused(OUTCOME_REFUSED, "E-RAM",
			"65536 MiB of RAM, the board has 2048 MiB (1024 free): give less, such as "
			"memory=512M");
	planner_proved("the board's tree tells of 4096 MiB, its kernel has 2048");
	assert_null(strstr(p.f.proof, "reservation"));
	planner_board_put("-t x -p", "/reserved-memory '#address-cells' 2");
	planner_board_put("-t x", "/reserved-memory '#size-cells' 2");
	planner_board_put("", "/reserved-memory ranges");
	planner_board_put("-t x -p", "/reserved-memory/hyp@90000000 reg 0 90000000 0 40000000");
	planner_board_put("-t x -p", "/reserved-memory/fw@f0000000 reg 0 f0000000 0 100000");
	planner_refused(OUTCOME_REFUSED, "E-RAM", "give less");
	planner_proved("largest reservation: 1024 MiB, node /reserved-memory/hyp@90000000");
	p.host.memory_total = 4000 * MIB; /* the rest is what the kernel takes for itself */
	planner_refused(OUTCOME_REFUSED, "E-RAM", "give less");
	assert_string_equal(p.f.proof, "");
	p.host.memory_total = 2048 * MIB;
	p.host.memory_free = MIB;
	planner_refused(OUTCOME_REFUSED, "E-RAM", "such as memory=1024M");
	p.host.memory_total = 0; /* not known */
	planner_good();
	p.host.ipa_bits = 36;
	planner_refused(OUTCOME_REFUSED, "E-IPA", "36 bits");
	SET("--memory=32M@0xfffffffffc000000");
	planner_refused(OUTCOME_REFUSED, "E-IPA", "0xfffffffffc000000");
}

static void memory_over_something_else(void **state)
{
	(void)state;
	SET("--memory=64M@0x08000000");
	planner_refused(OUTCOME_BAD_CONFIG, "E-OVERLAP", "covers node /");
	SET("--memory=64M@0x02000000");
	planner_refused(OUTCOME_BAD_CONFIG, "E-OVERLAP", "/flash@0 at 0x0");
	SET("--memory=");
	planner_overlay("&ram { reg = <0 0x40000000 0 0x4000000>, <0 0x42000000 0 0x4000000>; };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-OVERLAP", "two banks of RAM overlap at 0x42000000");
	SET("--memory=16M"); /* the tree's own word does not count then */
	planner_good();
	SET("--memory=");
	planner_virt(3);
	planner_overlay("&ram { reg = <0 0x08f00000 0 0x4000000>; };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-OVERLAP", "covers node /serial@9000000");
}

static void memory_beyond_the_cells_of_the_tree(void **state)
{
	(void)state;
	blob_compile(&p.blob, "",
		     "/ { #address-cells = <1>; #size-cells = <1>;"
		     "memory@40000000 { device_type = \"memory\"; reg = <0x40000000 0>; };"
		     "gic: gic@8000000 { compatible = \"arm,cortex-a15-gic\"; reg = <0x8000000 "
		     "0x1000 0x8010000 0x2000>;"
		     "interrupt-controller; #interrupt-cells = <3>; }; };");
	SET("--memory=8G");
	p.host.memory_total = 0;
	planner_refused(OUTCOME_BAD_CONFIG, "E-CELLS", "#address-cells");
	SET("--memory=64M");
	planner_good();
}

/* --- firmware, initrd, tree ------------------------------------------------------------------- */

static void firmware_goes_to_flash(void **state)
{
	(void)state;
	planner_good();
	assert_int_equal(p.plan.place, PLACE_FLASH);
	assert_int_equal(p.plan.part[0].flash, 0);
	assert_int_equal(p.plan.entry, 0);
	region_is(&p.plan.part[0].region, 0, MIB);
	region_is(&p.plan.dtb, RAM_BASE, (uint64_t)p.plan.tree.size);
}

static void variables_are_in_the_other_bank(void **state)
{
	(void)state;
	planner_good();
	assert_int_equal(p.plan.flash_vars, 1);
	assert_true(p.plan.machine.flash_storage[0].locked);
	assert_false(p.plan.machine.flash_storage[1].locked);
	SET("--firmware=f@0x04010000");
	planner_good();
	assert_int_equal(p.plan.flash_vars, 0);
	assert_false(p.plan.machine.flash_storage[0].locked);
	assert_true(p.plan.machine.flash_storage[1].locked);
	SET("--firmware=f@0x40200000", "--flash=vars"); /* of RAM */
	planner_good();
	assert_int_equal(p.plan.flash_vars, 1);
	assert_true(p.plan.machine.flash_storage[0].locked);
}

static void variables_want_a_bank(void **state)
{
	(void)state;
	blob_fdtput(&p.blob, "-tx", "/flash@0 reg 0 0 0 4000000");
	planner_good();
	assert_int_equal(p.plan.flash_vars, -1);
	assert_true(p.plan.machine.flash_storage[0].locked);
	SET("--flash=PARTLABEL=vars");
	planner_refused(OUTCOME_BAD_CONFIG, "E-FLASH", "PARTLABEL=vars");
}

static void firmware_goes_to_ram_where_there_is_no_flash(void **state)
{
	(void)state;
	blob_fdtput(&p.blob, "-r", "/flash@0");
	planner_good();
	assert_int_equal(p.plan.place, PLACE_RAM);
	assert_int_equal(p.plan.part[0].flash, -1);
	assert_int_equal(p.plan.entry, RAM_BASE);
	assert_int_equal(p.plan.dtb.base, RAM_BASE + 2 * MIB);
}

/* Firmware takes an x0 of 0 for no tree at all. */
static void tree_is_never_at_0(void **state)
{
	(void)state;
	blob_fdtput(&p.blob, "-r", "/flash@0");
	SET("--firmware=f@0x200000", "--memory=64M@0");
	planner_good();
	assert_int_equal(p.plan.ram[0].base, 0);
	assert_int_equal(p.plan.dtb.base, 0x10000);
	SET("--firmware=f@0x10000", "--memory=64M@0");
	planner_good();
	assert_int_equal(p.plan.dtb.base, 2 * MIB);
}

static void firmware_in_another_bank(void **state)
{
	(void)state;
	SET("--firmware=f@0x04010000"); /* of flash */
	planner_good();
	assert_int_equal(p.plan.place, PLACE_GIVEN);
	assert_int_equal(p.plan.part[0].flash, 1);
	assert_int_equal(p.plan.entry, 0x04010000);
	SET("--firmware=f@0x80100000", "--memory="); /* of RAM */
	planner_overlay(TWO_BANKS);
	planner_good();
	assert_int_equal(p.plan.part[0].flash, -1);
	region_is(&p.plan.part[0].region, 0x80100000, MIB);
	assert_int_equal(p.plan.dtb.base, RAM_BASE);
}

static void firmware_that_fills_the_first_bank(void **state)
{
	(void)state;
	SET("--firmware=f@0x40000000", "--memory=");
	planner_overlay(TWO_BANKS);
	p.firmware.part[0].bytes.size = p.firmware.part[0].footprint = 64 * MIB;
	planner_good();
	assert_int_equal(p.plan.dtb.base, 0x80000000);
}

static void firmware_too_large(void **state)
{
	(void)state;
	p.firmware.part[0].bytes.size = p.firmware.part[0].footprint = 64 * MIB;
	planner_good(); /* as large as its bank */
	p.firmware.part[0].bytes.size = p.firmware.part[0].footprint = 64 * MIB + 1;
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
			"u-boot.bin has 65537 KiB, but from 0x0 its flash bank has 65536");
	SET("--memory=64M", "--firmware=f@0x41000000");
	planner_refused(
		OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
		"needs 65537 KiB at 0x41000000, but RAM ends at 0x44000000: give more memory");
	p.firmware.part[0].bytes.size = p.firmware.part[0].footprint = 64 * MIB;
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "or a lower address");
	SET("--memory=64M", "--firmware=f@0x40000000");
	p.firmware.part[0].bytes.size = p.firmware.part[0].footprint = 64 * MIB;
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "no room for the device tree");
}

static void firmware_in_a_bad_place(void **state)
{
	(void)state;
	SET("--firmware=f@0x20000000");
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE",
			"neither RAM nor flash at 0x20000000; RAM begins at 0x40000000");
	SET("--firmware=f@0x800");
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "in flash it must begin on a page of 4096");
	SET("--firmware=f@0x40000002");
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "multiples of 4");
	SET("--firmware=f@0xfffffffffffffffc");
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "0xfffffffffffffffc");
}

static void tree_lies_apart_from_the_firmware(void **state)
{
	(void)state;
	SET("--memory=64M",
	    "--firmware=f@0x40001000"); /* in the midst of where the tree would lie */
	planner_good();
	assert_int_equal(p.plan.dtb.base, RAM_BASE + 2 * MIB);
	SET("--memory=2M", "--firmware=f@0x40000000"); /* no block is left: then a page */
	planner_good();
	assert_int_equal(p.plan.dtb.base, RAM_BASE + MIB);
	SET("--memory=64M", "--firmware=f@0x40100000");
	planner_good();
	assert_int_equal(p.plan.dtb.base, RAM_BASE);
}

static void linux_header_places_it(void **state)
{
	(void)state;
	p.firmware.offset_known = true;
	p.firmware.part[0].footprint = 3 * MIB;
	planner_good();
	assert_int_equal(p.plan.place, PLACE_HEADER);
	region_is(&p.plan.part[0].region, RAM_BASE, 3 * MIB);
	assert_int_equal(p.plan.dtb.base, RAM_BASE + 4 * MIB);
	p.firmware.text_offset = 0x80000;
	planner_good();
	assert_int_equal(p.plan.entry, RAM_BASE + 0x80000);
	assert_int_equal(p.plan.dtb.base, RAM_BASE);
	SET("--memory=64M@0x40100000"); /* the base is a multiple of 2 MiB whatever RAM's is */
	planner_good();
	assert_int_equal(p.plan.entry, RAM_BASE + 2 * MIB + 0x80000);
	p.firmware.part[0].footprint = 1ull << 40;
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "give more memory");
	p.firmware.text_offset = UINT64_MAX - 3;
	assert_int_equal(planner_make(), -1);
}

static void uboot_header_places_it(void **state)
{
	(void)state;
	p.firmware.linked = true;
	p.firmware.link_gpa = RAM_BASE + 2 * MIB;
	p.firmware.part[0].footprint = 62 * MIB;
	planner_good();
	assert_int_equal(p.plan.place, PLACE_HEADER);
	region_is(&p.plan.part[0].region, RAM_BASE + 2 * MIB, 62 * MIB);
	p.firmware.part[0].footprint++; /* its bss does not fit */
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "RAM ends");
	p.firmware.link_gpa = 0; /* in flash its bss is elsewhere */
	planner_good();
	assert_int_equal(p.plan.part[0].flash, 0);
	region_is(&p.plan.part[0].region, 0, MIB);
	p.firmware.link_gpa = 0x200000; /* within flash: some board's RAM is meant */
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "linked for 0x200000");
	p.firmware.link_gpa = 0x20000000; /* nothing is there */
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "neither RAM nor flash at 0x20000000");
	SET("--memory=64M", "--firmware=f@0x40000000"); /* the person's word counts */
	p.firmware.part[0].footprint = MIB;
	planner_good();
	assert_int_equal(p.plan.place, PLACE_GIVEN);
}

static void initrd_lies_at_the_end_of_ram(void **state)
{
	(void)state;
	p.initrd = (struct span){ .fd = 4, .size = MIB + 5 };
	planner_good();
	region_is(&p.plan.initrd, RAM_BASE + 64 * MIB - MIB - 4096, MIB + 5);
	const int chosen = tree_by_path(&p.made, "/chosen");
	uint32_t len;
	const void *end = tree_prop_named(&p.made, (unsigned)chosen, "linux,initrd-end", &len);
	assert_non_null(end);
	assert_int_equal(tree_cells(end, len / 4), p.plan.initrd.base + MIB + 5);
	SET("--firmware=f@0x80000000", "--memory=");
	planner_overlay(TWO_BANKS);
	planner_good(); /* in the bank of the firmware */
	assert_int_equal(p.plan.initrd.base, 0x82000000 - MIB - 4096);
}

static void initrd_lies_where_linux_looks(void **state)
{
	const uint64_t gib = 1024 * MIB;

	(void)state;
	p.host.memory_total = p.host.memory_free = 128 * gib;
	SET("--memory=64G");
	p.firmware.offset_known = true;
	p.initrd = (struct span){ .fd = 4, .size = MIB };
	planner_good();
	/* Linux and it within 32 GiB from a GiB's border */
	assert_int_equal(p.plan.initrd.base + MIB, RAM_BASE + 31 * gib);
	p.firmware.unpacks = true; /* a 32-bit one maps some of its memory only */
	p.firmware.arch = ARCH_A32;
	p.host.features = HOSTCPU_AARCH32;
	SET("--memory=2G");
	planner_good();
	assert_int_equal(p.plan.initrd.base + MIB, RAM_BASE + 512 * MIB);
}

static void initrd_without_room(void **state)
{
	(void)state;
	p.initrd = (struct span){ .fd = 4, .size = 65 * MIB };
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
			"initrd initrd.gz (66560 KiB) does not fit");
	SET("--memory=64M", "--firmware=f@0x43e00000");
	p.initrd.size = 2 * MIB;
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "beside the firmware");
	SET("--memory=64M");
	p.initrd.size = 64 * MIB - 4096; /* the tree would lie under it */
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "no room for the device tree");
}

/* --- the guest's machine ---------------------------------------------------------------------- */

static void gic_is_the_trees(void **state)
{
	(void)state;
	planner_good();
	assert_int_equal(p.plan.vgic, VGIC_V3);
	assert_int_equal(p.plan.irqs, 0);
	planner_virt(2);
	planner_good();
	assert_int_equal(p.plan.vgic, VGIC_V2);
	SET("--memory=64M", "--gic=2-irqchip");
	planner_good();
	assert_int_equal(p.plan.vgic, VGIC_V2_IRQCHIP);
	planner_overlay("&rtc0 { interrupts = <0 224 4>; };"); /* INTID 256 */
	planner_refused(OUTCOME_REFUSED, "E-GICVERSION", "node /rtc@9010000 has SPI 224");
	SET("--memory=64M");
	planner_good();
	assert_int_equal(p.plan.irqs, 288);
}

static void gic_by_the_old_interface(void **state)
{
	(void)state;
	planner_virt(2);
	planner_overlay("&{/} { nobody@a0000000 { compatible = \"acme,unknown\";\n"
			"  reg = <0 0xa0000000 0 0x1000>; interrupts = <0 300 4>; }; };");
	planner_good();
	assert_int_equal(p.plan.vgic, VGIC_V2);
	assert_int_equal(p.plan.irqs, 352);
	assert_true(p.plan.cpu_features & HOSTCPU_PMU);
	assert_int_equal(p.plan.on_reset, ACTION_RESTART);
	p.host.irqchip_only = true;
	planner_good();
	assert_int_equal(p.plan.vgic, VGIC_V2_IRQCHIP);
	assert_int_equal(p.plan.irqs, 0); /* nobody serves it */
	assert_false(p.plan.cpu_features & HOSTCPU_PMU);
	assert_true(tree_by_path(&p.made, "/pmu") < 0);
	assert_int_equal(p.plan.on_reset, ACTION_EXIT);
	SET("--memory=64M", "--on-reset=poweroff");
	planner_good();
	assert_int_equal(p.plan.on_reset, ACTION_POWEROFF);
}

static void gic_that_is_not_offered(void **state)
{
	(void)state;
	p.host.gic_v3 = false;
	planner_refused(OUTCOME_REFUSED, "E-GICVERSION", "asks for GICv3, this host offers GICv2");
	planner_virt(2);
	planner_good();
	p.host = (struct host){ .gic_v3 = true, .ipa_bits = 40, .page = 4096, .vcpus_max = 8 };
	planner_refused(OUTCOME_REFUSED, "E-GICVERSION",
			"tree asks for GICv2, this host offers GICv3");
	SET("--memory=64M", "--gic=2");
	planner_refused(OUTCOME_REFUSED, "E-GICVERSION",
			"gic=2, but this host offers GICv3 and no GICv2: leave gic=auto");
	SET("--memory=64M", "--gic=2", "--machine=own.dtb");
	planner_refused(OUTCOME_REFUSED, "E-GICVERSION",
			"tree asks for GICv2, this host offers GICv3");
	assert_null(strstr(p.f.text, "gic=auto")); /* with which it would be the same */
	SET("--memory=64M");
	p.host.gic_v3 = false;
	planner_refused(OUTCOME_NO_KVM, "E-NOVGIC", "no vGIC");
	planner_proved("node /interrupt-controller@8000000: a GICv3 with its interrupt");
	p.host.vgic_line = "[    0.08] kvm [1]: No vgic maintenance irq";
	planner_refused(OUTCOME_NO_KVM, "E-NOVGIC", "although its tree tells of all");
	planner_proved("kvm [1]: No vgic maintenance irq");
	p.host.vgic_line = "[    0.08] kvm [1]: GICv2 not supported in protected mode";
	planner_refused(OUTCOME_NO_KVM, "E-PKVM", "take kvm-arm.mode=protected out");
	planner_proved("kvm [1]: GICv2 not supported in protected mode");
	p.host.vgic_line = "";
	planner_board_put("-d", "/interrupt-controller@8000000 interrupts");
	planner_refused(OUTCOME_NO_KVM, "E-NOVGIC", "no maintenance interrupt");
	planner_proved("no interrupts, or not the GIC's");
	planner_board_put("-t s", "/interrupt-controller@8000000 compatible arm,gic-400");
	planner_refused(OUTCOME_NO_KVM, "E-NOVGIC", "no registers for guests, GICH and GICV");
	planner_proved("reg has no third and fourth entry");
	planner_board_put("-t s", "/interrupt-controller@8000000 status disabled");
	planner_refused(OUTCOME_NO_KVM, "E-NOVGIC", "has no GIC that is enabled");
	assert_string_equal(p.f.proof, "");
	p.host.gic_v2 = true;
	SET("--memory=64M", "--gic=3");
	planner_refused(OUTCOME_BAD_CONFIG, "E-GICVERSION",
			"gic=3, but guest tree virt has a GICv2");
	blob_fdtput(&p.blob, "-t s", "/interrupt-controller@8000000 status disabled");
	assert_int_equal(planner_make(), -1);
	blob_compile(&p.blob, "", "/ { };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-NOGIC", "no interrupt controller");
}

static void its_that_is_not_offered(void **state)
{
	(void)state;
	planner_overlay("&its { status = \"okay\"; };");
	planner_good();
	p.host.its = false;
	planner_refused(OUTCOME_REFUSED, "E-NOITS", "this host offers none: disable the node");
}

static void gic_in_a_bad_place(void **state)
{
	(void)state;
	planner_overlay("&gic { reg = <0 0x08001000 0 0x10000>, <0 0x080a0000 0 0xf60000>, <0x40 0 "
			"0 0x4000000>; };");
	planner_refused(
		OUTCOME_BAD_CONFIG, "E-GUESTTREE",
		"/interrupt-controller@8000000: the GIC's address is not aligned (0x8001000)");
	planner_virt(3);
	planner_overlay("&gic { reg = <0 0x08000000 0 0x10000>, <0x1000 0 0 0xf60000>, <0x40 0 0 "
			"0x4000000>; };");
	planner_refused(OUTCOME_REFUSED, "E-IPA",
			"node /interrupt-controller@8000000 at 0x100000000000 ends beyond");
	planner_virt(3);
	p.host.ipa_bits = 36; /* the second region lies beyond, but no vCPU needs it */
	planner_good();
	SET("--memory=64M", "--cpus=130");
	planner_refused(OUTCOME_REFUSED, "E-IPA", "36 bits");
	planner_virt(2);
	p.host.page = 4096;
	SET("--memory=64M");
	planner_overlay("&gic { reg = <0 0x08000800 0 0x1000>, <0 0x08010000 0 0x2000>; };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-GUESTTREE", "4 KiB");
}

static void devices_in_a_bad_place(void **state)
{
	(void)state;
	planner_overlay("&rtc0 { reg = <0 0x09000800 0 0x1000>; };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-GUESTTREE", "overlaps");
	planner_virt(3);
	planner_overlay("&rtc0 { reg = <0x2000 0 0 0x1000>; };");
	planner_refused(OUTCOME_REFUSED, "E-IPA", "/rtc@9010000");
	planner_virt(3);
	planner_overlay("&flash { reg = <0 0 0 0x8000>; };");
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "flash bank has 32");
	p.host.page = 65536;
	planner_refused(OUTCOME_BAD_CONFIG, "E-PAGESIZE", "not whole pages of 65536");
	planner_proved("CONFIG_ARM64_4K_PAGES=y");
}

static void cpus_default_and_limits(void **state)
{
	(void)state;
	planner_good();
	assert_int_equal(p.plan.cpus, 1);
	assert_false(p.plan.mpidr_given);
	SET("--memory=64M", "--cpus=8");
	planner_virt(2);
	planner_good();
	assert_int_equal(p.plan.cpus, 8);
	assert_true(tree_by_path(&p.made, "/cpus/cpu@7") >= 0);
	SET("--memory=64M", "--cpus=9");
	planner_refused(OUTCOME_REFUSED, "E-CPUS", "cpus=9, but a GICv2 serves at most 8 CPUs");
	planner_virt(3);
	p.host.vcpus_max = 4;
	planner_refused(OUTCOME_REFUSED, "E-CPUS",
			"this host offers at most 4: give cpus=4 or less");
}

static void cpus_have_kvms_affinity(void **state)
{
	(void)state;
	SET("--memory=64M", "--cpus=130");
	planner_good();
	assert_int_equal(p.plan.mpidr[15], 0xf);
	assert_int_equal(p.plan.mpidr[16], 0x100);
	assert_int_equal(p.plan.mpidr[129], 0x801);
	assert_int_equal(p.plan.redist_count[0], 123);
	assert_int_equal(p.plan.redist_count[1], 7);
	struct region r = made_reg("/interrupt-controller", 2);
	region_is(&r, 0x4000000000, 7 * MACHINE_REDIST_SIZE);
}

static void redistributors_without_room(void **state)
{
	(void)state;
	planner_overlay("&gic { #redistributor-regions = <1>; reg = <0 0x08000000 0 0x10000>, <0 "
			"0x080a0000 0 0x60000>; };");
	SET("--memory=64M", "--cpus=3");
	planner_good();
	SET("--memory=64M", "--cpus=4");
	planner_refused(OUTCOME_REFUSED, "E-REDIST",
			"cpus=4, but the redistributor regions of the guest's GIC have room for 3");
}

#define CPU(n, reg)                                                                                \
	"cpu@" n " { device_type = \"cpu\"; compatible = \"arm,cortex-a53\"; reg = <" reg ">; };"

static void cpus_of_the_tree(void **state)
{
	(void)state;
	planner_overlay("&cpus { " CPU("101", "0x101")
				CPU("100", "0x100") " };") /* the last is the first */;
	planner_good();
	assert_int_equal(p.plan.cpus, 2);
	assert_true(p.plan.mpidr_given);
	assert_int_equal(p.plan.mpidr[1], 0x101);
	SET("--memory=64M", "--cpus=1");
	planner_good();
	assert_true(tree_by_path(&p.made, "/cpus/cpu@101") < 0);
	SET("--memory=64M", "--cpus=3");
	planner_refused(OUTCOME_BAD_CONFIG, "E-CPUS", "the guest's tree names 2");
	SET("--memory=64M");
	planner_overlay("&cpus { " CPU("2", "0x100") " };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-CPUS",
			"reg 0x100 is no CPU's affinity or another one's");
	planner_virt(3);
	planner_overlay("&cpus { " CPU("2", "0x80000000") " };");
	planner_refused(OUTCOME_BAD_CONFIG, "E-CPUS", "node /cpus/cpu@2: reg 0x80000000");
}

static void features_are_the_hosts_less_what_is_taken(void **state)
{
	(void)state;
	planner_good();
	assert_int_equal(p.plan.cpu_features, HOSTCPU_PMU | HOSTCPU_SVE | HOSTCPU_PAUTH);
	assert_true(tree_by_path(&p.made, "/pmu") >= 0);
	SET("--memory=64M", "--cpu=host,-pmu,-sve");
	planner_good();
	assert_int_equal(p.plan.cpu_features, HOSTCPU_PAUTH);
	assert_true(tree_by_path(&p.made, "/pmu") < 0);
	SET("--memory=64M", "--cpu=host,-pauth");
	planner_good();
	assert_int_equal(p.plan.cpu_features, HOSTCPU_PMU | HOSTCPU_SVE);
	SET("--memory=64M");
	blob_fdtput(&p.blob, "-r", "/pmu"); /* no node, no interrupt, no PMU */
	planner_good();
	assert_int_equal(p.plan.cpu_features, HOSTCPU_SVE | HOSTCPU_PAUTH);
	p.host.features = 0;
	planner_good();
	assert_int_equal(p.plan.cpu_features, 0);
}

static void aarch32(void **state)
{
	(void)state;
	SET("--memory=64M", "--cpu=host,aarch32");
	planner_good();
	assert_true(p.plan.aarch32);
	assert_int_equal(p.plan.cpu_features, HOSTCPU_AARCH32 | HOSTCPU_PMU);
	SET("--memory=64M@0x100000000", "--cpu=host,aarch32");
	planner_refused(OUTCOME_BAD_CONFIG, "E-AARCH32", "beyond 32 bits");
	SET("--memory=64M", "--cpu=host,aarch32");
	p.host.features = HOSTCPU_PMU;
	planner_refused(OUTCOME_REFUSED, "E-AARCH32", "only AArch64");
}

/* A file that tells that it is 32-bit code needs no cpu=; one of the other kind is not started so. */
static void aarch32_by_the_file(void **state)
{
	(void)state;
	SET("--memory=64M");
	p.firmware.arch = ARCH_A32;
	planner_good();
	assert_true(p.plan.aarch32);
	assert_int_equal(p.plan.cpu_features, HOSTCPU_AARCH32 | HOSTCPU_PMU);
	p.host.features = HOSTCPU_PMU;
	planner_refused(OUTCOME_REFUSED, "E-AARCH32", "u-boot.bin is 32-bit code");
	p.host.features = HOSTCPU_AARCH32;
	p.firmware.arch = ARCH_A64;
	planner_good();
	assert_false(p.plan.aarch32);
	SET("--memory=64M", "--cpu=host,aarch32");
	planner_refused(OUTCOME_BAD_CONFIG, "E-AARCH32", "is 64-bit code");
}

static void zimage_is(uint64_t size, uint64_t footprint)
{
	p.firmware.arch = ARCH_A32;
	p.firmware.offset_known = p.firmware.unpacks = true;
	p.firmware.text_offset = 32 * MIB;
	p.firmware.part[0].bytes.size = size;
	p.firmware.part[0].footprint = footprint;
}

/* It unpacks to the start of RAM: neither tree nor initrd may lie there, nor beyond low memory. */
static void zimage_has_room_to_unpack(void **state)
{
	(void)state;
	SET("--memory=1G");
	zimage_is(5 * MIB, 20 * MIB);
	p.initrd = (struct span){ 3, 0, 3 * MIB };
	planner_good();
	region_is(&p.plan.part[0].region, RAM_BASE + 32 * MIB, 20 * MIB);
	region_is(&p.plan.scratch, RAM_BASE, 32 * MIB);
	assert_int_equal(p.plan.entry, RAM_BASE + 32 * MIB);
	assert_int_equal(p.plan.dtb.base, RAM_BASE + 52 * MIB);
	region_is(&p.plan.initrd, RAM_BASE + (512 - 3) * MIB, 3 * MIB);
	SET("--memory=64M");
	planner_good();
	region_is(&p.plan.initrd, RAM_BASE + (64 - 3) * MIB, 3 * MIB);
	p.initrd.size = 13 * MIB;
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "beside the firmware");
	p.initrd = SPAN_NONE;
	SET("--memory=48M");
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "give more memory");
	SET("--memory=16M");
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "by its format");
	SET("--memory=64M");
	p.firmware.part[0].placed = true; /* in a FIT, with a load address */
	p.firmware.part[0].gpa = RAM_BASE + 8 * MIB;
	planner_good();
	region_is(&p.plan.scratch, RAM_BASE, 8 * MIB);
	p.firmware.part[0].gpa = 0x80008000; /* another board's */
	planner_good();
	region_is(&p.plan.part[0].region, RAM_BASE + 32 * MIB, 20 * MIB);
}

static void aarch32_ends_at_4_gib(void **state)
{
	(void)state;
	p.firmware.arch = ARCH_A32;
	p.host.memory_total = 8192 * MIB;
	SET("--memory=3G@0x40000000"); /* up to the very end */
	p.initrd = (struct span){ 3, 0, 3 * MIB };
	planner_good();
	assert_int_equal(p.plan.initrd.base + p.plan.initrd.size, 1ull << 32);
	SET("--memory=4G@0x40000000");
	planner_refused(OUTCOME_BAD_CONFIG, "E-AARCH32", "beyond 32 bits");
}

static void consoles_and_unserved_nodes(void **state)
{
	(void)state;
	planner_overlay("&{/} { uart1: serial@9040000 { compatible = \"arm,pl011\"; reg = <0 "
			"0x9040000 0 0x1000>; interrupts = <0 8 4>; };"
			"mystery@b050000 { compatible = \"acme,mystery\"; reg = <0 0xb050000 0 "
			"0x1000>; }; };"
			"&{/chosen} { stdout-path = \"/serial@9040000\"; };");
	planner_good();
	assert_int_equal(p.plan.machine.devices, 3);
	assert_int_equal(p.plan.machine.device[p.plan.machine.console].reg.base, 0x9040000);
	assert_int_equal(p.plan.machine.unserveds, 1);
	assert_int_equal(p.plan.unmodelled, UNMODELLED_ABORT);
	SET("--memory=64M", "--unmodelled=trace");
	planner_virt(3);
	blob_fdtput(&p.blob, "-r", "/serial@9000000");
	planner_good();
	assert_int_equal(p.plan.machine.console, -1);
	assert_int_equal(p.plan.unmodelled, UNMODELLED_TRACE);
}

static void seeds_and_policies(void **state)
{
	uint32_t len;

	(void)state;
	memset(p.entropy, 0x5a, sizeof(p.entropy));
	planner_good();
	assert_int_equal(p.dtb[p.plan.tree.rng_seed_at], 0x5a);
	assert_int_equal(p.dtb[p.plan.tree.kaslr_seed_at + 7], 0x5a);
	assert_int_equal(p.plan.on_reset, ACTION_RESTART);
	SET("--memory=64M", "--rng-seed=off", "--kaslr-seed=off", "--bootargs=quiet",
	    "--on-reset=exit");
	planner_good();
	assert_int_equal(p.plan.tree.rng_seed_at | p.plan.tree.kaslr_seed_at, 0);
	assert_int_equal(p.plan.on_reset, ACTION_EXIT);
	const unsigned chosen = (unsigned)tree_by_path(&p.made, "/chosen");
	assert_string_equal(tree_prop_named(&p.made, chosen, "bootargs", &len), "quiet");
}

static void tree_that_has_no_room(void **state)
{
	struct plan_inputs in;

	(void)state;
	planner_good();
	in = p.in;
	assert_int_equal(plan_make(&p.plan, &in, p.dtb, 512, &p.f), -1);
	assert_string_equal(p.f.code, "E-TREESIZE");
}

#define TEST(name) cmocka_unit_test_setup(name, planner_begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(memory_default_is_half_of_what_is_free),
		TEST(memory_default_ends_where_something_else_begins),
		TEST(memory_that_nobody_tells),
		TEST(memory_placed_moves_the_node),
		TEST(memory_of_odd_size),
		TEST(memory_nodes_of_the_tree),
		TEST(memory_node_left_open_among_others),
		TEST(memory_node_missing),
		TEST(memory_beyond_what_there_is),
		TEST(memory_over_something_else),
		TEST(memory_beyond_the_cells_of_the_tree),
		TEST(firmware_goes_to_flash),
		TEST(variables_are_in_the_other_bank),
		TEST(variables_want_a_bank),
		TEST(firmware_goes_to_ram_where_there_is_no_flash),
		TEST(tree_is_never_at_0),
		TEST(firmware_in_another_bank),
		TEST(firmware_that_fills_the_first_bank),
		TEST(firmware_too_large),
		TEST(firmware_in_a_bad_place),
		TEST(tree_lies_apart_from_the_firmware),
		TEST(linux_header_places_it),
		TEST(uboot_header_places_it),
		TEST(initrd_lies_at_the_end_of_ram),
		TEST(initrd_lies_where_linux_looks),
		TEST(initrd_without_room),
		TEST(gic_is_the_trees),
		TEST(gic_by_the_old_interface),
		TEST(gic_that_is_not_offered),
		TEST(its_that_is_not_offered),
		TEST(gic_in_a_bad_place),
		TEST(devices_in_a_bad_place),
		TEST(cpus_default_and_limits),
		TEST(cpus_have_kvms_affinity),
		TEST(redistributors_without_room),
		TEST(cpus_of_the_tree),
		TEST(features_are_the_hosts_less_what_is_taken),
		TEST(aarch32),
		TEST(aarch32_by_the_file),
		TEST(aarch32_ends_at_4_gib),
		TEST(zimage_has_room_to_unpack),
		TEST(consoles_and_unserved_nodes),
		TEST(seeds_and_policies),
		TEST(tree_that_has_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
