// SPDX-License-Identifier: BSD-2-Clause
// AArch64's translation: hand-made tables of each granule and size, in both halves.
#include "tests/kvm/insn/cpu.h"

#include "kvm/insn/walk.h"

#define TCR_EPD0 (1ull << 7)
#define TCR_EPD1 (1ull << 23)
#define TCR_TBI0 (1ull << 37)
#define TCR_TBI1 (1ull << 38)
#define TCR_HA (1ull << 39)
#define TCR_HD (1ull << 40)
#define TCR_HPD0 (1ull << 41)
#define TCR_HPD1 (1ull << 42)
#define TCR_E0PD0 (1ull << 55)
#define TCR_DS (1ull << 59)
#define IPS_48 (5ull << 32)
#define IPS_52 (6ull << 32)
#define SCTLR_M 1ull
#define SCTLR_EE (1ull << 25)
#define PSTATE_PAN (1ull << 22)
#define PSTATE_UAO (1ull << 23)

#define VALID 1ull
#define TABLE 3ull
#define PAGE_ 3ull
#define AF (1ull << 10)
#define USER (1ull << 6)
#define RO (1ull << 7)
#define DBM (1ull << 51)
#define TABLE_NO_USER (1ull << 61)
#define TABLE_RO (1ull << 62)

/* How a VA of 64 - TSZ bits is taken apart, after the tables of Arm ARM D8.2.7 to D8.2.9. */
static const struct shape {
	unsigned page; /* log2 of the granule */
	unsigned tsz;
	int first; /* level of the first table */
	unsigned shift[5]; /* of the index, from level -1 */
	bool ds;
} shapes[] = {
	{ 12, 12, -1, { 48, 39, 30, 21, 12 }, true }, { 12, 16, 0, { 0, 39, 30, 21, 12 }, false },
	{ 12, 24, 0, { 0, 39, 30, 21, 12 }, false },  { 12, 25, 1, { 0, 0, 30, 21, 12 }, false },
	{ 12, 33, 1, { 0, 0, 30, 21, 12 }, false },   { 12, 34, 2, { 0, 0, 0, 21, 12 }, false },
	{ 12, 39, 2, { 0, 0, 0, 21, 12 }, false },    { 12, 43, 3, { 0, 0, 0, 0, 12 }, false },
	{ 14, 16, 0, { 0, 47, 36, 25, 14 }, false },  { 14, 17, 1, { 0, 0, 36, 25, 14 }, false },
	{ 14, 27, 1, { 0, 0, 36, 25, 14 }, false },   { 14, 28, 2, { 0, 0, 0, 25, 14 }, false },
	{ 14, 39, 3, { 0, 0, 0, 0, 14 }, false },     { 16, 12, 1, { 0, 0, 42, 29, 16 }, false },
	{ 16, 16, 1, { 0, 0, 42, 29, 16 }, false },   { 16, 21, 1, { 0, 0, 42, 29, 16 }, false },
	{ 16, 22, 2, { 0, 0, 0, 29, 16 }, false },    { 16, 35, 3, { 0, 0, 0, 0, 16 }, false },
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static uint64_t gpa;
static struct walk_fault fault;
static uint64_t *entry[5]; /* from level -1 */

static void shape_set(const struct shape *s, bool high, uint64_t more)
{
	static const uint64_t tg0[] = { [12] = 0, [16] = 1, [14] = 2 },
			      tg1[] = { [14] = 1, [12] = 2, [16] = 3 };
	uint64_t tcr = IPS_48 | more | (s->ds ? TCR_DS | IPS_52 : 0);

	/* The other half is of another kind: nothing of it may count. */
	if (high)
		tcr |= (uint64_t)s->tsz << 16 | tg1[s->page] << 30 | 20 |
		       tg0[s->page == 12 ? 16 : 12] << 14;
	else
		tcr |= s->tsz | tg0[s->page] << 14 | 20ull << 16 |
		       tg1[s->page == 12 ? 16 : 12] << 30;
	t.reg[INSN_TCR] = tcr;
	t.reg[INSN_SCTLR] = SCTLR_M;
	insn_forget(&t.cpu);
}

/* A VA whose indices all differ, and bits below them. */
static uint64_t va_of(const struct shape *s, bool high)
{
	uint64_t inside = 0x000a53c5a96b5d2cull & ((1ull << (64 - s->tsz)) - 1);

	return high ? inside | ~0ull << (64 - s->tsz) : inside;
}

static unsigned index_of(const struct shape *s, uint64_t va, int level)
{
	unsigned bits = s->page - 3, shift = s->shift[level + 1];

	va &= (1ull << (64 - s->tsz)) - 1;
	return (unsigned)(va >> shift & ((1u << bits) - 1));
}

/* Tables from the first level down to LEAF, which maps VA to OUT with BITS. */
static void map(const struct shape *s, uint64_t va, int leaf, uint64_t out, uint64_t bits)
{
	uint64_t table = RAM + 0x10000;
	bool high = va >> 55 & 1;

	t.reg[high ? INSN_TTBR1 : INSN_TTBR0] = table | 0x00ab000000000001ull; /* ASID, CnP */
	t.reg[high ? INSN_TTBR0 : INSN_TTBR1] = DEVICE;
	memset(t.ram, 0, sizeof(t.ram));
	for (int level = s->first; level <= leaf; level++) {
		uint64_t next = table + (1ull << s->page);

		if (s->page == 16) /* three of 64 KiB: the first may be small */
			next = level == s->first ? RAM + 0x20000 : RAM + 0x30000;
		entry[level + 1] = (uint64_t *)(t.ram + (table - RAM)) + index_of(s, va, level);
		*entry[level + 1] = next | TABLE;
		table = next;
	}
	*entry[leaf + 1] =
		(out & ~((1ull << s->shift[leaf + 1]) - 1)) | bits | (leaf == 3 ? PAGE_ : VALID);
	insn_forget(&t.cpu);
}

static enum walk_kind look(uint64_t va, unsigned access)
{
	insn_forget(&t.cpu);
	return walk(&t.cpu, va, access, &gpa, &fault);
}

static void assert_faults(uint64_t va, unsigned access, enum walk_kind kind, int level)
{
	assert_int_equal(look(va, access), kind);
	assert_int_equal(fault.kind, kind);
	assert_int_equal(fault.level, level);
}

static void assert_leads(uint64_t va, unsigned access, uint64_t to)
{
	assert_int_equal(look(va, access), WALK_OK);
	assert_int_equal(gpa, to);
}

/*
 * --- tables --------------------------------------------------------------------------------------
 */

static void pages_of_each_granule_and_size(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SHAPES * 2; i++) {
		const struct shape *s = &shapes[i / 2];
		uint64_t va = va_of(s, i & 1), low = va & ((1ull << s->page) - 1);

		shape_set(s, i & 1, 0);
		map(s, va, 3, 0x0000876543210000ull, AF);
		assert_leads(va, WALK_READ, 0x0000876543210000ull + low);
		assert_leads(va, WALK_WRITE, 0x0000876543210000ull + low);
	}
}

static void blocks_of_each_granule_and_size(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SHAPES * 2; i++) {
		const struct shape *s = &shapes[i / 2];
		int least = s->page == 12 ? (s->ds ? 0 : 1) : s->page == 14 ? 2 : 1;

		for (int leaf = s->first; leaf < 3; leaf++) {
			uint64_t va = va_of(s, i & 1),
				 low = va & ((1ull << s->shift[leaf + 1]) - 1);

			shape_set(s, i & 1, 0);
			map(s, va, leaf, 0x0000fc0000000000ull, AF);
			if (leaf < least)
				assert_faults(va, WALK_READ, WALK_TRANSLATION, leaf);
			else
				assert_leads(va, WALK_READ,
					     (0x0000fc0000000000ull &
					      ~((1ull << s->shift[leaf + 1]) - 1)) |
						     low);
		}
	}
}

static void missing_entry_faults_at_its_level(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SHAPES * 2; i++) {
		const struct shape *s = &shapes[i / 2];
		uint64_t va = va_of(s, i & 1);

		shape_set(s, i & 1, 0);
		for (int level = s->first; level <= 3; level++) {
			map(s, va, 3, RAM, AF);
			*entry[level + 1] &= ~VALID;
			assert_faults(va, WALK_READ, WALK_TRANSLATION, level);
		}
		map(s, va, 3, RAM, AF);
		*entry[4] &= ~2ull; /* reserved */
		assert_faults(va, WALK_READ, WALK_TRANSLATION, 3);
	}
}

static void table_outside_of_memory_faults_at_its_level(void **state)
{
	const struct shape *s = &shapes[1];
	uint64_t va = va_of(s, false);

	(void)state;
	shape_set(s, false, 0);
	for (int level = 1; level <= 3; level++) {
		map(s, va, 3, RAM, AF);
		*entry[level] = DEVICE | TABLE;
		assert_faults(va, WALK_READ, WALK_TABLE, level);
	}
	t.reg[INSN_TTBR0] = DEVICE;
	assert_faults(va, WALK_READ, WALK_TABLE, 0);
	assert_int_equal(t.accesses, 0);
}

static void neighbour_is_not_mapped(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SHAPES; i++) {
		const struct shape *s = &shapes[i];
		uint64_t va = va_of(s, false);

		shape_set(s, false, 0);
		map(s, va, 3, RAM, AF);
		assert_faults(va ^ 1ull << s->page, WALK_READ, WALK_TRANSLATION, 3);
		assert_faults(va ^ 1ull << (63 - s->tsz), WALK_READ, WALK_TRANSLATION, s->first);
	}
}

/*
 * --- addresses -----------------------------------------------------------------------------------
 */

static void mmu_off_is_flat(void **state)
{
	(void)state;
	assert_leads(0x0000123456789abcull, WALK_WRITE, 0x0000123456789abcull);
	assert_faults(0x5a00000009000000ull, WALK_READ, WALK_ADDRESS_SIZE, 0);
	t.reg[INSN_TCR] = TCR_TBI0;
	assert_leads(0x5a00000009000000ull, WALK_READ, DEVICE);
	assert_leads(0x0000000009000000ull, WALK_READ, DEVICE);
}

static void address_in_neither_half(void **state)
{
	const struct shape *s = &shapes[3];

	(void)state;
	for (unsigned high = 0; high < 2; high++) {
		uint64_t va = va_of(s, high);

		shape_set(s, high, 0);
		map(s, va, 3, RAM, AF);
		for (unsigned bit = 64 - s->tsz; bit < 64; bit++)
			if (bit != 55)
				assert_faults(va ^ 1ull << bit, WALK_READ, WALK_TRANSLATION, 0);
	}
}

static void top_byte_is_ignored_where_asked(void **state)
{
	const struct shape *s = &shapes[3];

	(void)state;
	for (unsigned high = 0; high < 2; high++) {
		uint64_t va = va_of(s, high), tag = 0x5aull << 56;

		map(s, va, 3, RAM, AF);
		shape_set(s, high, high ? TCR_TBI1 : TCR_TBI0);
		assert_leads(va ^ tag, WALK_READ, RAM + (va & 0xfff));
		assert_faults(va ^ 1ull << 50, WALK_READ, WALK_TRANSLATION, 0);
		shape_set(s, high, high ? TCR_TBI0 : TCR_TBI1);
		assert_faults(va ^ tag, WALK_READ, WALK_TRANSLATION, 0);
	}
}

static void half_that_is_off(void **state)
{
	const struct shape *s = &shapes[3];

	(void)state;
	for (unsigned high = 0; high < 2; high++) {
		uint64_t va = va_of(s, high);

		map(s, va, 3, RAM, AF | USER);
		shape_set(s, high, high ? TCR_EPD1 : TCR_EPD0);
		assert_faults(va, WALK_READ, WALK_TRANSLATION, 0);
		shape_set(s, high, high ? TCR_EPD0 : TCR_EPD1);
		assert_leads(va, WALK_READ, RAM + (va & 0xfff));
	}
	map(s, va_of(s, false), 3, RAM, AF | USER);
	shape_set(s, false, TCR_E0PD0);
	assert_leads(va_of(s, false), WALK_READ, RAM + (va_of(s, false) & 0xfff));
	t.reg[INSN_PSTATE] = PSTATE_EL0;
	assert_faults(va_of(s, false), WALK_READ, WALK_TRANSLATION, 0);
}

static void address_beyond_the_physical_size(void **state)
{
	const struct shape *s = &shapes[1];
	uint64_t va = va_of(s, false);

	(void)state;
	map(s, va, 3, 1ull << 36, AF);
	shape_set(s, false, 0);
	t.reg[INSN_TCR] &= ~IPS_48;
	assert_faults(va, WALK_READ, WALK_ADDRESS_SIZE, 3);
	t.reg[INSN_TCR] |= 2ull << 32;
	assert_leads(va, WALK_READ, (1ull << 36) + (va & 0xfff));
	*entry[2] |= 1ull << 40;
	assert_faults(va, WALK_READ, WALK_ADDRESS_SIZE, 1);
	t.reg[INSN_TTBR0] |= 1ull << 44;
	assert_faults(va, WALK_READ, WALK_ADDRESS_SIZE, 0);
}

static void wide_addresses(void **state)
{
	const struct shape *ds = &shapes[0], *big = &shapes[13];

	(void)state;
	shape_set(ds, false, 0);
	map(ds, va_of(ds, false), 3, 0, AF);
	*entry[4] |= 3ull << 8 | 1ull << 48; /* 51:50, 49:48 */
	assert_leads(va_of(ds, false), WALK_READ, (va_of(ds, false) & 0xfff) | 0xdull << 48);
	shape_set(big, true, IPS_52);
	t.reg[INSN_TCR] = (t.reg[INSN_TCR] & ~(7ull << 32)) | IPS_52;
	map(big, va_of(big, true), 3, 0, AF);
	*entry[4] |= 0xaull << 12;
	assert_leads(va_of(big, true), WALK_READ, (va_of(big, true) & 0xffff) | 0xaull << 48);
}

static void big_endian_tables(void **state)
{
	const struct shape *s = &shapes[3];
	uint64_t va = va_of(s, false);

	(void)state;
	map(s, va, 3, RAM, AF);
	shape_set(s, false, 0);
	t.reg[INSN_SCTLR] |= SCTLR_EE;
	for (int level = s->first; level <= 3; level++)
		*entry[level + 1] = __builtin_bswap64(*entry[level + 1]);
	assert_leads(va, WALK_READ, RAM + (va & 0xfff));
}

/*
 * --- rights --------------------------------------------------------------------------------------
 */

static void rights_by_level_and_access(void **state)
{
	static const struct {
		uint64_t bits, tables;
		bool read, write, user_read, user_write;
	} rows[] = {
		{ 0, 0, true, true, false, false },
		{ USER, 0, true, true, true, true },
		{ RO, 0, true, false, false, false },
		{ USER | RO, 0, true, false, true, false },
		{ USER, TABLE_NO_USER, true, true, false, false },
		{ USER, TABLE_RO, true, false, true, false },
		{ USER, TABLE_RO | TABLE_NO_USER, true, false, false, false },
	};
	const struct shape *s = &shapes[3];
	uint64_t va = va_of(s, false);

	(void)state;
	shape_set(s, false, 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const bool want[2][2] = { { rows[i].read, rows[i].write },
					  { rows[i].user_read, rows[i].user_write } };

		map(s, va, 3, RAM, AF | rows[i].bits);
		*entry[2] |= rows[i].tables;
		for (unsigned n = 0; n < 8; n++) {
			unsigned access = n & 1 ? WALK_WRITE : WALK_READ;
			bool good;

			/* EL1, EL1 by LDTR, EL0, EL0 by LDTR */
			access |= n & 2 ? WALK_USER : 0;
			t.reg[INSN_PSTATE] = n & 4 ? PSTATE_EL0 : PSTATE_EL1H;
			good = want[n > 1][n & 1];
			assert_int_equal(look(va, access), good ? WALK_OK : WALK_PERMISSION);
			if (!good)
				assert_int_equal(fault.level, 3);
			assert_int_equal(look(va, WALK_FETCH), WALK_OK);
		}
	}
}

static void table_rights_can_be_turned_off(void **state)
{
	const struct shape *s = &shapes[3];
	uint64_t va = va_of(s, true);

	(void)state;
	map(s, va, 3, RAM, AF);
	*entry[3] |= TABLE_RO;
	shape_set(s, true, TCR_HPD0);
	assert_faults(va, WALK_WRITE, WALK_PERMISSION, 3);
	shape_set(s, true, TCR_HPD1);
	assert_leads(va, WALK_WRITE, RAM + (va & 0xfff));
}

static void privileged_access_never_and_user_override(void **state)
{
	const struct shape *s = &shapes[3];
	uint64_t va = va_of(s, false);

	(void)state;
	shape_set(s, false, 0);
	map(s, va, 3, RAM, AF | USER);
	t.reg[INSN_PSTATE] |= PSTATE_PAN;
	assert_faults(va, WALK_READ, WALK_PERMISSION, 3);
	assert_leads(va, WALK_READ | WALK_USER, RAM + (va & 0xfff));
	t.reg[INSN_PSTATE] |= PSTATE_UAO;
	assert_faults(va, WALK_READ | WALK_USER, WALK_PERMISSION, 3);
	t.reg[INSN_PSTATE] &= ~PSTATE_PAN;
	map(s, va, 3, RAM, AF);
	assert_leads(va, WALK_READ | WALK_USER, RAM + (va & 0xfff));
}

static void access_flag_faults_or_is_set(void **state)
{
	const struct shape *s = &shapes[3];
	uint64_t va = va_of(s, false), was;

	(void)state;
	for (int leaf = 1; leaf <= 3; leaf++) {
		shape_set(s, false, 0);
		map(s, va, leaf, RAM, RO);
		was = *entry[leaf + 1];
		assert_faults(va, WALK_WRITE, WALK_ACCESS_FLAG, leaf);
		shape_set(s, false, TCR_HA);
		assert_faults(va, WALK_WRITE, WALK_PERMISSION, leaf);
		assert_int_equal(*entry[leaf + 1], was);
		assert_int_equal(look(va, WALK_READ), WALK_OK);
		assert_int_equal(*entry[leaf + 1], was | AF);
	}
}

static void dirty_state_is_set_by_stores_only(void **state)
{
	const struct shape *s = &shapes[3];
	uint64_t va = va_of(s, false), was;

	(void)state;
	map(s, va, 3, RAM, AF | RO | DBM);
	was = *entry[4];
	shape_set(s, false, TCR_HA);
	assert_faults(va, WALK_WRITE, WALK_PERMISSION, 3);
	shape_set(s, false, TCR_HA | TCR_HD);
	assert_int_equal(look(va, WALK_READ), WALK_OK);
	assert_int_equal(*entry[4], was);
	assert_int_equal(look(va, WALK_WRITE), WALK_OK);
	assert_int_equal(*entry[4], was & ~RO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, test_cpu_setup)
		TEST(pages_of_each_granule_and_size),
		TEST(blocks_of_each_granule_and_size),
		TEST(missing_entry_faults_at_its_level),
		TEST(table_outside_of_memory_faults_at_its_level),
		TEST(neighbour_is_not_mapped),
		TEST(mmu_off_is_flat),
		TEST(address_in_neither_half),
		TEST(top_byte_is_ignored_where_asked),
		TEST(half_that_is_off),
		TEST(address_beyond_the_physical_size),
		TEST(wide_addresses),
		TEST(big_endian_tables),
		TEST(rights_by_level_and_access),
		TEST(table_rights_can_be_turned_off),
		TEST(privileged_access_never_and_user_override),
		TEST(access_flag_faults_or_is_set),
		TEST(dirty_state_is_set_by_stores_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
