// SPDX-License-Identifier: BSD-2-Clause
// x, w, translate and info mmu: what they show, change and refuse.
#include "tests/boot/viewer.h"

#define DATA (RAM + 0x20000)

static void pattern(void)
{
	for (unsigned i = 0; i < 32; i++)
		ram[DATA - RAM + i] = (uint8_t)(0x41 + i);
}

static void memory_is_shown_by_units(void **state)
{
	(void)state;
	pattern();
	assert_string_equal(
		said("x 0x40020000 16"),
		"000040020000: 44434241 48474645 4c4b4a49 504f4e4d  ABCDEFGHIJKLMNOP\n");
	assert_string_equal(said("x -8 0x40020000 16"),
			    "000040020000: 4847464544434241 504f4e4d4c4b4a49  ABCDEFGHIJKLMNOP\n");
	assert_string_equal(
		said("x -1 0x40020010 4"),
		"000040020010: 51 52 53 54                                      QRST\n");
	assert_string_equal(said("x -2 0x40020000 3"),
			    "000040020000: 4241 4443                                ABCD\n");
	/* 64 bytes where nothing is said. */
	said("x 0x40020000");
	says("x 0x40020000", "000040020030: 00000000");
	says_not("x 0x40020000", "000040020040");
}

static void counts_are_as_gdb_has_them(void **state)
{
	(void)state;
	pattern();
	assert_string_equal(said("x/2 0x40020000"),
			    "000040020000: 44434241 48474645                    ABCDEFGH\n");
	assert_string_equal(said("x/1xg 0x40020000"),
			    "000040020000: 4847464544434241                   ABCDEFGH\n");
	assert_string_equal(said("x/h 0x40020000"),
			    "000040020000: 4241                                     AB\n");
	says("x/b 0x40020000", "000040020000: 41 ");
	says("x/2q 0x40020000", "/2q is no count");
	says("reset/2", "there is no command reset/2");
	says("x 0x40020000 65537", "at most 65536 bytes at once");
	says("x/99999999999999999999 0x40020000", "at most 65536 bytes at once");
}

static void addresses_are_registers_too(void **state)
{
	(void)state;
	pattern();
	reg_is(0, X(3), DATA - 8);
	assert_string_equal(said("x $x3+8 4"),
			    "000040020000: 44434241                             ABCD\n");
	says("x $x31 4", "is no address");
	says("x $r3 4", "is no address");
	reg_is(0, PSTATE, 0x3c5);
	reg_is(0, VCPU_CORE_REG(sp_el1), DATA);
	reg_is(0, VCPU_CORE_REG(regs.sp), DATA + 4);
	says("x $sp 4", "000040020000: 44434241");
	reg_is(0, PSTATE, 0x3c4);
	says("x $sp 4", "000040020004: 48474645");
	reg_is(0, X(30), DATA + 8);
	says("x $lr-4 4", "000040020004: 48474645");
	says("x", "x ADDR [BYTES]");
	says("x -q 0x40020000", "-p physical, -d device");
	says("x 0x40020000 many", "is no number");
}

static void virtual_and_physical_are_two(void **state)
{
	(void)state;
	viewer_mmu(0);
	pattern();
	says("x 0xffffff8000020000 4", "ffffff8000020000: 44434241");
	says("x -1 0xffffff8000020000 16", "ffffff8000020008: 49 4a");
	says("x -p 0x40020000 4", "000040020000: 44434241");
	says("x -p 0xffffff8000020000 4", "no memory is there");
	says("x 0x50000000 4", "0x50000000: not mapped (level 2)");
	says("vcpu 1", "vCPU 1 of 2");
	says("x 0xffffff8000020000 4", "more address bits than there are");
}

static void what_is_not_there_is_told(void **state)
{
	(void)state;
	says("x 0x4003fffc 8", "00004003fffc: 00000000");
	says("x 0x4003fffc 8", "0x40040000: no memory is there");
	says("x 0x9000000 4", "0x9000000: a device: -d looks at its registers");
}

static void memory_is_changed(void **state)
{
	(void)state;
	assert_string_equal(said("w 0x40020000 0x11223344 0x55667788"), "");
	says("x 0x40020000 8", "11223344 55667788");
	assert_string_equal(said("w -1 0x40020001 0xab 255"), "");
	says("x 0x40020000 4", "11ffab44");
	assert_string_equal(said("w -8 0x40020000 0x1122334455667788"), "");
	says("x -8 0x40020000 8", "1122334455667788");
	viewer_mmu(0);
	assert_string_equal(said("w -2 0xffffff8000020000 0xbeef"), "");
	says("x -p 0x40020000 4", "5566beef");
}

static void a_change_that_cannot_be_is_none(void **state)
{
	(void)state;
	says("w 0x40020000", "w [-1|-2|-4|-8] ADDR VALUE...");
	says("w -1 0x40020000 1 256", "256 is more than 1 bytes hold: nothing is written");
	says("x 0x40020000 4", "00000000");
	says("w 0x40020000 1x", "is no number");
	says("w 0x1000 1", "0x1000: flash, which only the guest itself changes");
	says("w 0x9000000 1", "0x9000000: a device");
}

static void registers_of_devices_are_asked_for_by_name(void **state)
{
	(void)state;
	assert_string_equal(said("x -d 0x9000018"),
			    "serial@9000000+0x18 UARTFR               00000097\n");
	says("x -d/2 0x9000018", "-p physical, -d device");
	says("x/2 -d 0x9000024", "serial@9000000+0x28 UARTFBRD");
	assert_string_equal(said("w -d 0x9000024 0x1a"), "");
	says("x -d 0x9000024", "UARTIBRD             0000001a");
	says("x -d 0x40020000", "0x40020000: no device that a model serves");
	viewer_mmu(0);
	says("x -d 0x9000018", "UARTFR               00000097");
	says("x -d 0x50000000", "0x50000000: not mapped");
}

/*
 * --- translate -----------------------------------------------------------------------------------
 */

static void an_address_is_followed_step_by_step(void **state)
{
	(void)state;
	viewer_mmu(0);
	assert_string_equal(said("translate 0x40021234"),
			    "  TTBR0_EL1 0000000040010000: 39 address bits, pages of 4 KiB\n"
			    "  level  1 at 000040010008: 0000000040014003  a table\n"
			    "  level  2 at 000040014000: 0000000040012003  a table\n"
			    "  level  3 at 000040012108: 0040000040021407  a page of 4 KiB\n"
			    "0x40021234 is at physical 0x40021234\n"
			    "  EL1 rwx, EL0 ---, write-back\n");
	assert_string_equal(said("translate 0xffffff8000001000"),
			    "  TTBR1_EL1 0000000040013000: 39 address bits, pages of 4 KiB\n"
			    "  level  1 at 000040013000: 0040000040000405  a block of 1 GiB\n"
			    "0xffffff8000001000 is at physical 0x40001000\n"
			    "  EL1 rwx, EL0 ---, write-back\n");
}

static void a_device_is_told_by_name(void **state)
{
	(void)state;
	viewer_mmu(0);
	says("translate 0x9000018", "  EL1 rw-, EL0 ---, device-nGnRE\n"
				    "  serial@9000000+0x18 UARTFR\n");
	reg_is(0, SCTLR, 0);
	assert_string_equal(said("translate 0x9000018"),
			    "  the MMU is off: addresses are physical\n"
			    "0x9000018 is at physical 0x9000018\n"
			    "  serial@9000000+0x18 UARTFR\n");
}

static void a_fault_is_told_in_words(void **state)
{
	(void)state;
	viewer_mmu(0);
	assert_string_equal(said("translate 0x40200000"),
			    "  TTBR0_EL1 0000000040010000: 39 address bits, pages of 4 KiB\n"
			    "  level  1 at 000040010008: 0000000040014003  a table\n"
			    "  level  2 at 000040014008: 0000000000000000  invalid\n"
			    "0x40200000: not mapped (translation fault, level 2)\n");
	put64(TABLE0 + 8, UART | 3);
	says("translate 0x40000000",
	     "a table is where no memory is (external abort on a table, level 2)");
	reg_is(0, TCR, TCR_39 | 1ull << 23);
	says("translate 0xffffff8000001000", "TTBR1_EL1 is switched off, by TCR_EL1.EPD1");
	says("translate", "translate ADDR");
	says("translate x", "is no address");
}

static void a_clear_access_flag_is_told(void **state)
{
	(void)state;
	viewer_mmu(0);
	put64(TABLE2 + 8, (RAM + 0x1000) | NORMAL | 3);
	says("translate 0x40001000", "EL1 rwx, EL0 --x, write-back; the access flag is clear");
}

/*
 * --- info mmu ------------------------------------------------------------------------------------
 */

static void alike_pages_are_one_range(void **state)
{
	(void)state;
	viewer_mmu(0);
	assert_string_equal(said("info mmu"),
			    "vCPU 0\n"
			    "  TTBR0_EL1 0000000040010000: 39 address bits, pages of 4 KiB\n"
			    "  TTBR1_EL1 0000000040013000: 39 address bits, pages of 4 KiB\n"
			    "addresses                         physical     EL1 EL0 memory\n"
			    "0000000009000000-00000000091fffff 000009000000 rw- --- device-nGnRE\n"
			    "0000000040000000-0000000040000fff 000040000000 r-x --- write-back\n"
			    "0000000040001000-000000004003ffff 000040001000 rwx --- write-back\n"
			    "ffffff8000000000-ffffff803fffffff 000040000000 rwx --- write-back\n");
}

static void what_differs_is_a_range_of_its_own(void **state)
{
	(void)state;
	viewer_mmu(0);
	put64(TABLE2 + 8 * 8, (RAM + 0x9000) | AF | UXN | NORMAL | 3); /* elsewhere */
	put64(TABLE2 + 8 * 16, (RAM + 0x10000) | AF | UXN | 2 << 2 | 3); /* another memory */
	put64(TABLE2 + 8 * 24, (RAM + 0x18000) | UXN | NORMAL | 3); /* not accessed */
	put64(TABLE2 + 8 * 32, 0);
	says("info mmu 0x40001000",
	     "0000000040001000-0000000040007fff 000040001000 rwx --- write-back\n"
	     "0000000040008000-0000000040008fff 000040009000 rwx --- write-back\n"
	     "0000000040009000-000000004000ffff 000040009000 rwx --- write-back\n"
	     "0000000040010000-0000000040010fff 000040010000 rwx --- non-cacheable\n"
	     "0000000040011000-0000000040017fff 000040011000 rwx --- write-back\n"
	     "0000000040018000-0000000040018fff 000040018000 rwx --- write-back AF=0\n"
	     "0000000040019000-000000004001ffff 000040019000 rwx --- write-back\n"
	     "0000000040021000-000000004003ffff 000040021000 rwx --- write-back\n");
	put64(TABLE1 + 8 * 72, UART | 3);
	says("info mmu", "0000000009000000-00000000091fffff a table is where no memory is\n");
}

/* Every other page is mapped: 256 ranges. */
static void more_than_a_screen_goes_on_from_there(void **state)
{
	(void)state;
	viewer_mmu(0);
	put64(TABLE1 + 8 * 72, 0);
	for (unsigned i = 0; i < 512; i++)
		put64(TABLE2 + 8 * i, i & 1 ? 0 : RAM | AF | NORMAL | 3);
	says("info mmu", "00000000400c6000-00000000400c6fff 000040000000 rwx --x write-back\n"
			 "there is more: \"info mmu 0x400c7000\" goes on\n");
	says_not("info mmu 0x400c7000", "00000000400c6000");
	says("info mmu 0x400c7000", "00000000400c8000-00000000400c8fff");
	says("info mmu 0x40190000", "ffffff8000000000-ffffff803fffffff");
	says("info mmu 0xffffffc000000000", "nothing is mapped from there on");
}

/* Tables that lead to themselves have no end worth waiting for. */
static void circles_end(void **state)
{
	(void)state;
	viewer_mmu(0);
	reg_is(0, TCR, 16 | 1ull << 23 | 5ull << 32);
	for (unsigned i = 0; i < 512; i++)
		put64(TABLE0 + 8 * i, TABLE0 | AF | 3);
	says("info mmu", "there is more: ");
	says_not("info mmu 0x1000", "0000000000000000-");
}

static void without_mmu_there_is_nothing_to_show(void **state)
{
	(void)state;
	assert_string_equal(said("info mmu"), "vCPU 0: the MMU is off: addresses are physical\n");
	viewer_mmu(0);
	put64(TABLE0 + 8, 0);
	put64(TABLE0, 0);
	put64(TABLE3, 0);
	says("info mmu", "nothing is mapped\n");
	reg_is(0, TCR, TCR_39 | 1ull << 7);
	says("info mmu", "TTBR0_EL1 is switched off, by TCR_EL1.EPD0\n");
}

static int setup32(void **state)
{
	uint32_t section;

	(void)state;
	viewer_open(true, 1u << KVM_ARM_VCPU_EL1_32BIT);
	reg_is(0, PSTATE, 0x1d3);
	reg_is(0, SCTLR, 1);
	reg_is(0, TCR, 0);
	reg_is(0, TTBR0, RAM + 0x10000);
	reg_is(0, TTBR1, 0);
	reg_is(0, SYSREG(3, 4, 3, 0, 0), 1); /* DACR */
	for (unsigned i = 0; i < 2; i++) {
		section = (uint32_t)RAM + (i << 20) + 0xc0e; /* PL0 and PL1 all, write-back */
		memcpy(ram + 0x10000 + 4 * (0x400 + i), &section, 4);
	}
	section = (uint32_t)UART + 0x416; /* PL1 alone, never executed, a device */
	memcpy(ram + 0x10000 + 4 * 0x90, &section, 4);
	return 0;
}

static void aarch32_has_registers_of_its_mode(void **state)
{
	(void)state;
	reg_is(0, X(19), RAM + 0x100); /* R13_svc */
	reg_is(0, X(18), RAM + 0x200); /* R14_svc */
	reg_is(0, X(14), RAM + 0x300);
	says("x $sp 4", "000040000100: ");
	says("x $lr 4", "000040000200: ");
	says("x $r14 4", "000040000200: ");
	says("x $x14 4", "is no address");
}

static void aarch32_has_its_own_words(void **state)
{
	(void)state;
	assert_string_equal(said("info mmu"),
			    "vCPU 0\n"
			    "  TTBR0 40010000, TTBR1 0, TTBCR 00000000: short descriptors\n"
			    "addresses         physical     PL1 PL0 memory\n"
			    "09000000-090fffff 000009000000 rw- --- device-nGnRE\n"
			    "40000000-401fffff 000040000000 rwx rwx write-back\n");
	assert_string_equal(said("translate 0x9000018"),
			    "  TTBR0 40010000, TTBR1 0, TTBCR 00000000: short descriptors\n"
			    "  level  1 at 000040010240: 09000416  a block of 1 MiB\n"
			    "0x9000018 is at physical 0x9000018\n"
			    "  PL1 rw-, PL0 ---, device-nGnRE\n"
			    "  serial@9000000+0x18 UARTFR\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, viewer_setup, viewer_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(memory_is_shown_by_units),
		TEST(counts_are_as_gdb_has_them),
		TEST(addresses_are_registers_too),
		TEST(virtual_and_physical_are_two),
		TEST(what_is_not_there_is_told),
		TEST(memory_is_changed),
		TEST(a_change_that_cannot_be_is_none),
		TEST(registers_of_devices_are_asked_for_by_name),
		TEST(an_address_is_followed_step_by_step),
		TEST(a_device_is_told_by_name),
		TEST(a_fault_is_told_in_words),
		TEST(a_clear_access_flag_is_told),
		TEST(alike_pages_are_one_range),
		TEST(what_differs_is_a_range_of_its_own),
		TEST(more_than_a_screen_goes_on_from_there),
		TEST(circles_end),
		TEST(without_mmu_there_is_nothing_to_show),
		cmocka_unit_test_setup_teardown(aarch32_has_registers_of_its_mode, setup32,
						viewer_close),
		cmocka_unit_test_setup_teardown(aarch32_has_its_own_words, setup32, viewer_close),
	};

	return cmocka_run_group_tests_name("boot/monitor/view_memory", tests, NULL, NULL);
}
