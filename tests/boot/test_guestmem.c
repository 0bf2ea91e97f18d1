// SPDX-License-Identifier: BSD-2-Clause
// The guest's memory from outside: RAM, flash in each state, and what its own tables make of addresses.
#include "tests/boot/viewer.h"

#define HIGH 0xffffff8000000000ull
#define AT (RAM + 0x20ff0)

static uint8_t buf[64];

static void patterned(uint64_t gpa)
{
	for (unsigned i = 0; i < sizeof(buf); i++)
		ram[gpa - RAM + i] = (uint8_t)(i + 1);
}

static void is_pattern(size_t n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(buf[i], i + 1);
}

static void ram_is_read_and_written_across_pages(void **state)
{
	(void)state;
	patterned(AT);
	assert_int_equal(guestmem_read(&shim, AT, buf, sizeof(buf)), sizeof(buf));
	is_pattern(sizeof(buf));
	assert_int_equal(guestmem_write(&shim, AT + 0x1000, buf, sizeof(buf)), sizeof(buf));
	assert_memory_equal(ram + (AT + 0x1000 - RAM), buf, sizeof(buf));
}

static void it_ends_where_memory_ends(void **state)
{
	const uint64_t end = RAM + RAM_SIZE;

	(void)state;
	assert_int_equal(guestmem_read(&shim, end - 5, buf, 16), 5);
	assert_int_equal(guestmem_write(&shim, end - 5, buf, 16), 5);
	assert_int_equal(guestmem_read(&shim, RAM - 1, buf, 1), 0);
	assert_int_equal(guestmem_read(&shim, UART, buf, 4), 0);
	assert_int_equal(guestmem_write(&shim, UART, buf, 4), 0);
	assert_int_equal(guestmem_read(&shim, UINT64_MAX, buf, 1), 0);
}

static uint32_t flash_get(uint64_t gpa)
{
	return (uint32_t)bus_read(bus_find(&shim.bus, gpa, 4), gpa, 4);
}

/* The firmware's pages are there from the start; what nobody has read yet is erased; a chip in a command hides nothing. */
static void flash_is_read_as_it_is_stored(void **state)
{
	static const char text[] = "firmware";
	char got[sizeof(text)];
	const struct bus_window *w = bus_find(&shim.bus, 0, 4);

	(void)state;
	memset(bank, 0x55, sizeof(bank));
	shim.flash.bank[0].code = (struct region){ 0, 0x1000 };
	memcpy(bank, text, sizeof(text));
	assert_int_equal(guestmem_read(&shim, 0, got, sizeof(got)), sizeof(got));
	assert_string_equal(got, text);
	assert_int_equal(guestmem_read(&shim, BLOCK, buf, 4), 4);
	assert_memory_equal(buf, "\xff\xff\xff\xff", 4);
	bus_write(w, 0, 4, 0x00980098); /* CFI query */
	assert_int_equal(flash_get(0x40) & 0xff, 'Q');
	assert_int_equal(guestmem_read(&shim, 0, got, sizeof(got)), sizeof(got));
	assert_string_equal(got, text);
	assert_int_equal(guestmem_read(&shim, BLOCK - 2, buf, 4), 4);
	bus_write(w, 0, 4, 0x00ff00ff);
	assert_int_equal(guestmem_read(&shim, FLASH_SIZE - 2, buf, 4), 2);
	assert_int_equal(guestmem_write(&shim, 0, buf, 4), 0);
}

static void without_mmu_addresses_are_physical(void **state)
{
	struct guestmem g;
	struct walk_fault fault;
	uint64_t gpa;

	(void)state;
	reg_is(0, SCTLR, 0);
	guestmem_bind(&g, &shim, &shim.vcpu[0]);
	assert_int_equal(guestmem_translate(&g, RAM + 0x123, &gpa, &fault), WALK_OK);
	assert_int_equal(gpa, RAM + 0x123);
	patterned(AT);
	assert_int_equal(guestmem_read_virtual(&g, AT, buf, sizeof(buf)), sizeof(buf));
	is_pattern(sizeof(buf));
}

static void each_vcpu_has_its_own_tables(void **state)
{
	struct guestmem g;
	struct walk_fault fault;
	uint64_t gpa;

	(void)state;
	viewer_mmu(0);
	viewer_mmu(1);
	reg_is(1, TTBR1, RAM + 0x15000);
	guestmem_bind(&g, &shim, &shim.vcpu[0]);
	assert_int_equal(guestmem_translate(&g, HIGH + 0x1234, &gpa, &fault), WALK_OK);
	assert_int_equal(gpa, RAM + 0x1234);
	guestmem_bind(&g, &shim, &shim.vcpu[1]);
	assert_int_equal(guestmem_translate(&g, HIGH + 0x1234, &gpa, &fault), WALK_TRANSLATION);
	assert_int_equal(fault.level, 1);
}

static void pages_need_not_follow_each_other(void **state)
{
	struct guestmem g;

	(void)state;
	viewer_mmu(0);
	put64(TABLE2 + 8 * 0x21, (RAM + 0x30000) | AF | NORMAL | 3);
	patterned(AT);
	for (unsigned i = 16; i < sizeof(buf); i++)
		ram[0x30000 + i - 16] = (uint8_t)(i + 1);
	memset(ram + 0x21000, 0, 64);
	guestmem_bind(&g, &shim, &shim.vcpu[0]);
	assert_int_equal(guestmem_read_virtual(&g, AT, buf, sizeof(buf)), sizeof(buf));
	is_pattern(sizeof(buf));
	memset(buf, 0xa5, sizeof(buf));
	assert_int_equal(guestmem_write_virtual(&g, AT, buf, 32), 32);
	assert_int_equal(ram[0x30000 + 15], 0xa5);
	assert_int_equal(ram[0x30000 + 16], 33);
}

static void rights_do_not_count_from_outside(void **state)
{
	struct guestmem g;

	(void)state;
	viewer_mmu(0);
	reg_is(0, PSTATE, 0x3c0); /* EL0, which has none here */
	reg_is(0, TCR, TCR_39 | 1ull << 56); /* E0PD1 */
	guestmem_bind(&g, &shim, &shim.vcpu[0]);
	patterned(RAM);
	assert_int_equal(guestmem_read_virtual(&g, RAM, buf, 16), 16);
	is_pattern(16);
	assert_int_equal(guestmem_write_virtual(&g, RAM, "x", 1), 1); /* a page that is read-only */
	assert_int_equal(ram[0], 'x');
	assert_int_equal(guestmem_read_virtual(&g, HIGH, buf, 16), 16);
}

static void it_ends_where_nothing_is_mapped(void **state)
{
	struct guestmem g;

	(void)state;
	viewer_mmu(0);
	put64(TABLE2 + 8 * 0x21, 0);
	guestmem_bind(&g, &shim, &shim.vcpu[0]);
	assert_int_equal(guestmem_read_virtual(&g, AT, buf, sizeof(buf)), 16);
	assert_int_equal(guestmem_write_virtual(&g, AT, buf, sizeof(buf)), 16);
	assert_int_equal(guestmem_read_virtual(&g, UART, buf, 4), 0); /* mapped, but a device */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, viewer_setup, viewer_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ram_is_read_and_written_across_pages),
		TEST(it_ends_where_memory_ends),
		TEST(flash_is_read_as_it_is_stored),
		TEST(without_mmu_addresses_are_physical),
		TEST(each_vcpu_has_its_own_tables),
		TEST(pages_need_not_follow_each_other),
		TEST(rights_do_not_count_from_outside),
		TEST(it_ends_where_nothing_is_mapped),
	};

	return cmocka_run_group_tests_name("boot/guestmem", tests, NULL, NULL);
}
