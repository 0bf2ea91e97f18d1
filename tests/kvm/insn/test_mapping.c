// SPDX-License-Identifier: BSD-2-Clause
// kvm/insn/mapping.c on tables written by hand: the way, rights, memory types.
#include "tests/kvm/insn/cpu.h"

#include "kvm/insn/mapping.h"

#define SCTLR_M 1ull
#define SCTLR_WXN (1ull << 19)
#define SCTLR_UWXN (1ull << 20)
#define SCTLR_TRE (1ull << 28)
#define SCTLR_AFE (1ull << 29)
#define TCR_39 (25ull | 25ull << 16 | 2ull << 30 | 5ull << 32)
#define TCR_HA_HD (3ull << 39)
#define TCR_HPD0 (1ull << 41)
#define TCR_EPD1 (1ull << 23)
#define EAE (1ull << 31)

#define AF (1ull << 10)
#define USER (1ull << 6)
#define RO (1ull << 7)
#define PXN (1ull << 53)
#define XN (1ull << 54)
#define DBM (1ull << 51)
#define INDEX(n) ((uint64_t)(n) << 2)

#define FIRST 0x0u
#define SECOND 0x4000u
#define THIRD 0x5000u

#define R MAPPING_READ
#define W MAPPING_WRITE
#define X MAPPING_EXECUTE

static struct mapping m;

static int setup(void **state)
{
	test_cpu_setup(state);
	t.reg[INSN_SCTLR] = SCTLR_M;
	t.reg[INSN_TCR] = TCR_39;
	t.reg[INSN_TTBR0] = RAM + FIRST;
	t.reg[INSN_MAIR] = 0x44ff04;
	return 0;
}

static int setup32(void **state)
{
	setup(state);
	t.cpu.aarch32 = true;
	t.reg[INSN_PSTATE] = 0x1d3;
	t.reg[INSN_TCR] = 0;
	t.reg[INSN_DACR] = 1; /* domain 0: a client; 1: no access; 15: a manager */
	t.reg[INSN_DACR] |= 3u << 30;
	return 0;
}

static void put(uint32_t table, unsigned index, uint64_t value)
{
	memcpy(t.ram + table + 8 * index, &value, 8);
}

static void put32(uint32_t table, unsigned index, uint32_t value)
{
	memcpy(t.ram + table + 4 * index, &value, 4);
}

static void find(uint64_t va)
{
	insn_forget(&t.cpu);
	mapping_find(&t.cpu, va, &m);
	assert_null(t.cpu.trail);
}

static void leads(uint64_t va, uint64_t gpa, unsigned el1, unsigned el0)
{
	find(va);
	assert_int_equal(m.fault.kind, WALK_OK);
	assert_int_equal(m.gpa, gpa);
	assert_int_equal(m.el1, el1);
	assert_int_equal(m.el0, el0);
}

/* A page at VA 0x1000 with descriptor bits BITS. */
static void page(uint64_t bits, unsigned el1, unsigned el0)
{
	put(FIRST, 0, (RAM + SECOND) | 3);
	put(SECOND, 0, (RAM + THIRD) | 3);
	put(THIRD, 1, 0x80000000ull | bits | 3);
	leads(0x1234, 0x80000234, el1, el0);
}

static void the_way_is_told(void **state)
{
	(void)state;
	page(AF, R | W | X, X);
	assert_int_equal(m.trail.steps, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(m.trail.step[i].level, i + 1);
	assert_int_equal(m.trail.step[0].gpa, RAM + FIRST);
	assert_int_equal(m.trail.step[1].gpa, RAM + SECOND);
	assert_int_equal(m.trail.step[2].gpa, RAM + THIRD + 8);
	assert_int_equal(m.trail.step[2].value, 0x80000000 | AF | 3);
	assert_int_equal(mapping_what(&m.trail.step[0]), MAPPING_TABLE);
	assert_int_equal(mapping_what(&m.trail.step[2]), MAPPING_PAGE);
	assert_int_equal(m.span, 12);
	assert_true(m.accessed);
	put(SECOND, 1, 0x40200000 | 1);
	leads(0x234567, 0x40234567, R | W | X, X);
	assert_int_equal(mapping_what(&m.trail.step[1]), MAPPING_BLOCK);
	assert_int_equal(m.span, 21);
	assert_false(m.accessed);
}

static void what_is_not_mapped_has_its_extent(void **state)
{
	(void)state;
	page(AF, R | W | X, X);
	find(0x2000);
	assert_int_equal(m.fault.kind, WALK_TRANSLATION);
	assert_int_equal(m.fault.level, 3);
	assert_int_equal(m.span, 12);
	assert_int_equal(mapping_what(&m.trail.step[2]), MAPPING_INVALID);
	find(0x200000);
	assert_int_equal(m.span, 21);
	find(0x40000000);
	assert_int_equal(m.span, 30);
	/* A block at the last level is none. */
	put(THIRD, 1, 0x80000000 | AF | 1);
	find(0x1000);
	assert_int_equal(m.fault.kind, WALK_TRANSLATION);
	assert_int_equal(mapping_what(&m.trail.step[2]), MAPPING_INVALID);
	/* A table where no memory is: all below it. */
	put(SECOND, 0, DEVICE | 3);
	find(0x1000);
	assert_int_equal(m.fault.kind, WALK_TABLE);
	assert_int_equal(m.span, 21);
	t.reg[INSN_TTBR0] = DEVICE;
	find(0x1000);
	assert_int_equal(m.trail.steps, 0);
	assert_int_equal(m.span, 39);
}

static void rights_of_pages(void **state)
{
	(void)state;
	page(AF | RO, R | X, X);
	page(AF | PXN | XN, R | W, 0);
	page(AF | USER, R | W, R | W | X); /* what EL0 writes EL1 does not execute */
	page(AF | USER | RO | PXN, R, R | X);
	page(AF | USER | RO | XN, R | X, R);
	t.reg[INSN_SCTLR] = SCTLR_M | SCTLR_WXN;
	page(AF | USER, R | W, R | W);
	page(AF, R | W, X);
	page(AF | RO, R | X, X);
	t.reg[INSN_SCTLR] = SCTLR_M;
	t.reg[INSN_TCR] = TCR_39 | TCR_HA_HD;
	page(AF | RO | DBM | XN, R | W | X, 0);
}

static void tables_take_rights_away(void **state)
{
	(void)state;
	page(AF | USER, R | W, R | W | X);
	put(FIRST, 0, (RAM + SECOND) | 3 | 1ull << 61);
	leads(0x1000, 0x80000000, R | W | X, X);
	put(FIRST, 0, (RAM + SECOND) | 3 | 1ull << 62);
	leads(0x1000, 0x80000000, R | X, R | X);
	put(FIRST, 0, (RAM + SECOND) | 3 | 1ull << 60);
	leads(0x1000, 0x80000000, R | W, R | W);
	put(FIRST, 0, (RAM + SECOND) | 3 | 3ull << 61 | 3ull << 59);
	leads(0x1000, 0x80000000, R, 0);
	t.reg[INSN_TCR] = TCR_39 | TCR_HPD0;
	leads(0x1000, 0x80000000, R | W, R | W | X);
}

static void memory_is_as_mair_has_it(void **state)
{
	(void)state;
	page(AF | INDEX(0), R | W | X, X);
	assert_int_equal(m.memory, 0x04);
	page(AF | INDEX(1), R | W | X, X);
	assert_int_equal(m.memory, 0xff);
	page(AF | INDEX(2), R | W | X, X);
	assert_int_equal(m.memory, 0x44);
}

static void without_mmu_all_is_itself(void **state)
{
	(void)state;
	t.reg[INSN_SCTLR] = 0;
	leads(0x12345678, 0x12345678, R | W | X, R | W | X);
	assert_int_equal(m.trail.steps, 0);
	assert_int_equal(m.memory, 0);
}

static void halves_are_told(void **state)
{
	(void)state;
	assert_int_equal(walk_half(&t.cpu, false).bits, 39);
	assert_int_equal(walk_half(&t.cpu, false).page, 12);
	t.reg[INSN_TCR] = 16 | 1 << 14 | TCR_EPD1;
	insn_forget(&t.cpu);
	assert_int_equal(walk_half(&t.cpu, false).bits, 48);
	assert_int_equal(walk_half(&t.cpu, false).page, 16);
	assert_int_equal(walk_half(&t.cpu, true).bits, 0);
}

/*
 * --- AArch32 -------------------------------------------------------------------------------------
 */

/* A section at 1 MiB with descriptor bits BITS. */
static void section(uint32_t bits, unsigned pl1, unsigned pl0)
{
	put32(FIRST, 1, 0x80000000u | bits | 2);
	leads(0x123456, 0x80023456, pl1, pl0);
	assert_int_equal(m.span, 20);
}

#define AP(n) (((n)&3u) << 10 | ((n) >> 2 & 1u) << 15)

static void sections(void **state)
{
	(void)state;
	section(AP(0), 0, 0);
	section(AP(1), R | W | X, 0);
	section(AP(2), R | W | X, R | X);
	section(AP(3), R | W | X, R | W | X);
	section(AP(5), R | X, 0);
	section(AP(7), R | X, R | X);
	section(AP(3) | 1u << 4, R | W, R | W);
	section(AP(3) | 1, R | W, R | W | X);
	section(AP(3) | 1u << 5, 0, 0);
	section(AP(0) | 15u << 5, R | W | X, R | W | X);
	assert_int_equal(mapping_what(&m.trail.step[0]), MAPPING_BLOCK);
	t.reg[INSN_SCTLR] = SCTLR_M | SCTLR_WXN;
	section(AP(3), R | W, R | W);
	t.reg[INSN_SCTLR] = SCTLR_M | SCTLR_UWXN;
	section(AP(3), R | W, R | W | X);
	t.reg[INSN_SCTLR] = SCTLR_M | SCTLR_AFE;
	section(AP(0), R | W | X, 0);
	assert_false(m.accessed);
	section(AP(1), R | W | X, 0);
	assert_true(m.accessed);
	section(AP(7), R | X, R | X);
}

static void short_pages(void **state)
{
	(void)state;
	put32(FIRST, 0, (uint32_t)(RAM + SECOND) | 1);
	put32(SECOND, 1, 0x80001000u | 1u << 4 | 2);
	leads(0x1abc, 0x80001abc, R | W | X, 0);
	assert_int_equal(m.trail.steps, 2);
	assert_int_equal(mapping_what(&m.trail.step[0]), MAPPING_TABLE);
	assert_int_equal(mapping_what(&m.trail.step[1]), MAPPING_PAGE);
	assert_int_equal(m.span, 12);
	put32(SECOND, 1, 0x80001000u | 3u << 4 | 1u << 9 | 3); /* XN */
	leads(0x1abc, 0x80001abc, R, R);
	put32(FIRST, 0, (uint32_t)(RAM + SECOND) | 1 | 1u << 2); /* PXN */
	put32(SECOND, 1, 0x80001000u | 3u << 4 | 2);
	leads(0x1abc, 0x80001abc, R | W, R | W | X);
	put32(SECOND, 17, 0x80010000u | 3u << 4 | 1u << 15 | 1); /* large, XN */
	leads(0x11abc, 0x80011abc, R | W, R | W);
	find(0x200000);
	assert_int_equal(m.fault.kind, WALK_TRANSLATION);
	assert_int_equal(m.span, 20);
}

static void short_memory_types(void **state)
{
	static const struct {
		uint32_t bits;
		uint8_t memory;
	} rows[] = {
		{ 0, 0x00 },	    { 1u << 2, 0x04 },	    { 2u << 2, 0xaa },
		{ 3u << 2, 0xee },  { 1u << 12, 0x44 },	    { 1u << 12 | 3u << 2, 0xff },
		{ 2u << 12, 0x04 }, { 5u << 12 | 0, 0xf4 }, { 4u << 12 | 3u << 2, 0x4e },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		section(AP(1) | rows[i].bits, R | W | X, 0);
		assert_int_equal(m.memory, rows[i].memory);
	}
	put32(FIRST, 0, (uint32_t)(RAM + SECOND) | 1);
	put32(SECOND, 1, 0x80001000u | 1u << 6 | 3u << 2 | 1u << 4 | 2);
	find(0x1000);
	assert_int_equal(m.memory, 0xff);
	/* Remapped: 0 strongly ordered, 1 a device, 7 normal, inner write-back, outer write-through. */
	t.reg[INSN_SCTLR] = SCTLR_M | SCTLR_TRE;
	t.reg[INSN_MAIR] = 0x8004ull | (1ull << 14 | 2ull << 30) << 32;
	section(AP(1), R | W | X, 0);
	assert_int_equal(m.memory, 0x00);
	section(AP(1) | 1u << 2, R | W | X, 0);
	assert_int_equal(m.memory, 0x04);
	section(AP(1) | 1u << 12 | 3u << 2, R | W | X, 0);
	assert_int_equal(m.memory, 0xaf);
}

static void long_descriptors_of_aarch32(void **state)
{
	(void)state;
	t.reg[INSN_TCR] = EAE;
	put(FIRST, 0, (RAM + SECOND) | 3);
	put(SECOND, 1, 0x80200000ull | AF | USER | INDEX(1) | 1);
	leads(0x234567, 0x80234567, R | W | X, R | W | X);
	assert_int_equal(m.memory, 0xff);
	put(SECOND, 1, 0x80200000ull | AF | USER | XN | 1);
	leads(0x234567, 0x80234567, R | W, R | W);
	put(SECOND, 1, 0x80200000ull | AF | 1);
	leads(0x234567, 0x80234567, R | W | X, 0); /* PL0 must read what it executes */
	put(FIRST, 0, (RAM + SECOND) | 3 | 1ull << 62 | 1ull << 59);
	leads(0x234567, 0x80234567, R, 0);
	assert_int_equal(m.span, 21);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)
#define TEST32(f) cmocka_unit_test_setup(f, setup32)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_way_is_told),
		TEST(what_is_not_mapped_has_its_extent),
		TEST(rights_of_pages),
		TEST(tables_take_rights_away),
		TEST(memory_is_as_mair_has_it),
		TEST(without_mmu_all_is_itself),
		TEST(halves_are_told),
		TEST32(sections),
		TEST32(short_pages),
		TEST32(short_memory_types),
		TEST32(long_descriptors_of_aarch32),
	};

	return cmocka_run_group_tests_name("kvm/insn/mapping", tests, NULL, NULL);
}
