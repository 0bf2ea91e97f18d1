// SPDX-License-Identifier: BSD-2-Clause
// Firmware of several parts: each where its format says, apart from each other, in RAM where it is loaded.
#include "tests/boot/planner.h"

#define RAM_BASE 0x40000000u

static void part_set(unsigned i, uint64_t gpa, uint64_t bytes, uint64_t footprint, bool loaded)
{
	p.firmware.part[i] = (struct image_part){ .bytes = { .fd = -1, .size = bytes },
						  .footprint = footprint,
						  .placed = true,
						  .loaded = loaded,
						  .gpa = gpa };
	snprintf(p.firmware.part[i].name, sizeof(p.firmware.part[i].name), "part %u", i);
	p.firmware.parts = i + 1;
}

static void region_is(const struct region *r, uint64_t base, uint64_t size)
{
	assert_int_equal(r->base, base);
	assert_int_equal(r->size, size);
}

static void each_where_its_format_says(void **state)
{
	(void)state;
	part_set(0, 0x48000000, 3 * MIB, 5 * MIB, false);
	part_set(1, 0x44000000, MIB, MIB, false);
	p.firmware.entry_given = true;
	p.firmware.entry = 0x48000010;
	planner_good();
	assert_int_equal(p.plan.place, PLACE_FORMAT);
	assert_int_equal(p.plan.parts, 2);
	region_is(&p.plan.part[0].region, 0x48000000, 5 * MIB);
	region_is(&p.plan.part[1].region, 0x44000000, MIB);
	assert_int_equal(p.plan.entry, 0x48000010);
	assert_int_equal(p.plan.dtb.base, RAM_BASE);
	SET("--memory=256M", "--firmware=f@0x40000000");
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "says itself where it lies");
}

static void the_tree_lies_beside_all_of_them(void **state)
{
	(void)state;
	part_set(0, RAM_BASE, MIB, MIB, true);
	part_set(1, RAM_BASE + 2 * MIB, 3 * MIB, 3 * MIB, true);
	planner_good();
	assert_int_equal(p.plan.dtb.base, RAM_BASE + 6 * MIB);
}

static void parts_over_each_other(void **state)
{
	(void)state;
	part_set(0, 0x48000000, MIB, 4 * MIB, true);
	part_set(1, 0x480ff000, MIB, MIB, true);
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-OVERLAP", "part 1 of firmware");
	part_set(1, 0x47f01000, MIB, MIB, true);
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-OVERLAP", "at 0x48000000");
	/* Over its bss only, as U-Boot's own tree lies. */
	part_set(1, 0x48100000, MIB, MIB, true);
	planner_good();
}

static void parts_outside_of_ram(void **state)
{
	static const uint64_t nowhere[] = { 0x20000000, 0x3ff80000, 0x8000000000,
					    UINT64_MAX - 0xfff };

	(void)state;
	for (unsigned i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		part_set(0, 0x48000000, MIB, MIB, true);
		part_set(1, nowhere[i], MIB, MIB, true);
		planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE",
				"give a machine that has RAM there (machine=, memory=SIZE@BASE)");
		part_set(0, nowhere[i], MIB, MIB, true);
		planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "there is no RAM at");
	}
	SET("--memory=64M");
	part_set(0, RAM_BASE + 63 * MIB, MIB, 2 * MIB, true);
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "RAM ends at 0x44000000");
}

/* An ELF may be linked for flash; what a format copies to its place cannot go there. */
static void flash_is_not_loaded(void **state)
{
	(void)state;
	part_set(0, 0x200000, MIB, MIB, false);
	planner_good();
	assert_int_equal(p.plan.part[0].flash, 0);
	p.firmware.part[0].written = true;
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE",
			"linked for 0x200000, RAM of another machine");
	part_set(0, 0, MIB, MIB, false);
	p.firmware.part[0].written = true;
	planner_good();
	part_set(0, 0x200000, MIB, MIB, true);
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "there is no RAM at 0x200000");
	part_set(0, 0x48000000, MIB, MIB, true);
	part_set(1, 0x200000, MIB, MIB, true);
	planner_refused(OUTCOME_BAD_CONFIG, "E-PLACE", "part 1 of firmware");
	part_set(0, 0x0, MIB, MIB, false);
	part_set(1, 0x04000000, MIB, MIB, false);
	planner_refused(OUTCOME_BAD_FIRMWARE, "E-PLACE", "in another bank than its entry");
}

static void linux_goes_where_it_is_loaded_if_that_is_ram(void **state)
{
	(void)state;
	part_set(0, 0x48000000, MIB, 3 * MIB, true);
	p.firmware.offset_known = true;
	p.firmware.entry_given = true;
	p.firmware.entry = 0x48000000;
	planner_good();
	assert_int_equal(p.plan.place, PLACE_FORMAT);
	assert_int_equal(p.plan.entry, 0x48000000);
	/* Flash, nothing, or too near to the end: another machine's address. */
	for (uint64_t gpa = 0; gpa <= 0x20000000; gpa += 0x20000000) {
		part_set(0, gpa, MIB, 3 * MIB, true);
		planner_good();
		assert_int_equal(p.plan.place, PLACE_HEADER);
		assert_int_equal(p.plan.entry, RAM_BASE);
	}
	SET("--memory=64M");
	part_set(0, RAM_BASE + 62 * MIB, MIB, 3 * MIB, true);
	planner_good();
	assert_int_equal(p.plan.entry, RAM_BASE);
}

static void srams_are_memory_in_whole_pages(void **state)
{
	(void)state;
	planner_overlay(
		"&{/} { a@10800 { compatible = \"acme,x\", \"mmio-sram\"; reg = <0 0xb0010800 0 "
		"0x8000>; };"
		"b@20000 { compatible = \"mmio-sram\"; reg = <0 0xb0020000 0 0x1000>, <0 "
		"0xb0020000 0 0x2000>; };" /* over the first one */
		"c@30000 { compatible = \"mmio-sram\"; reg = <0 0xb0030800 0 0x1000>; };" /* no whole page */
		"d@40000 { compatible = \"mmio-sram\"; reg = <0 0x9000000 0 0x2000>; };" /* the UART's */
		"e@50000 { compatible = \"mmio-sram\"; reg = <0x100000 0 0 0x1000>; };" /* beyond the IPA */
		"f@60000 { compatible = \"mmio-sram\"; reg = <0 0x40000000 0 0x1000>; }; };"); /* RAM */
	planner_good();
	assert_int_equal(p.plan.banks, p.plan.rams + 2);
	for (unsigned i = p.plan.rams; i < p.plan.banks;
	     i++) /* an overlay's nodes come in any order */
		if (p.plan.ram[i].base == 0xb0011000)
			region_is(&p.plan.ram[i], 0xb0011000, 0x7000);
		else
			region_is(&p.plan.ram[i], 0xb0020000, 0x1000);
	assert_int_not_equal(p.plan.ram[1].base, p.plan.ram[2].base);
	p.host.page = 64 << 10;
	planner_good();
	assert_int_equal(p.plan.banks, p.plan.rams);
}

static void passthrough_is_of_whole_pages_apart_from_ram(void **state)
{
	(void)state;
	planner_overlay(
		"&{/} { theirs@b0010000 { passthrough; reg = <0 0xb0010000 0 0x1000>; }; };");
	planner_good();
	assert_int_equal(p.plan.machine.passes, 1);
	p.host.page = 64 << 10;
	planner_refused(OUTCOME_BAD_CONFIG, "E-PAGESIZE",
			"node /theirs@b0010000: 0x1000 bytes at 0xb0010000 are not whole pages of "
			"65536 bytes");
	planner_proved("boot one with pages of 4096");
	p.host.page = 4096;
	SET("--memory=64M@0xb0000000");
	planner_refused(OUTCOME_BAD_CONFIG, "E-OVERLAP", "covers node /theirs@b0010000");
}

static int begin(void **state)
{
	if (planner_begin(state))
		return -1;
	SET("--memory=256M");
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_where_its_format_says),
		TEST(the_tree_lies_beside_all_of_them),
		TEST(parts_over_each_other),
		TEST(parts_outside_of_ram),
		TEST(flash_is_not_loaded),
		TEST(linux_goes_where_it_is_loaded_if_that_is_ram),
		TEST(srams_are_memory_in_whole_pages),
		TEST(passthrough_is_of_whole_pages_apart_from_ram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
