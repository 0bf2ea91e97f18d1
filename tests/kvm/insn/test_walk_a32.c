// SPDX-License-Identifier: BSD-2-Clause
// kvm/insn/walk_a32.c on tables written by hand, short and long descriptors.
#include "tests/kvm/insn/cpu.h"

#include "kvm/insn/walk_a32.h"

#define EAE (1ull << 31)
#define SCTLR_M 1ull
#define SCTLR_EE (1ull << 25)
#define SCTLR_AFE (1ull << 29)
#define SVC 0x1d3ull
#define USR 0x1d0ull
#define PAN (1ull << 22)

/* Tables, at their distance from RAM. */
#define FIRST 0x4000u
#define OTHER_FIRST 0x8000u
#define SECOND 0xc000u
#define THIRD 0xd000u

static struct walk_fault fault;

static int setup(void **state)
{
	test_cpu_setup(state);
	t.cpu.aarch32 = true;
	t.reg[INSN_PSTATE] = SVC;
	t.reg[INSN_SCTLR] = SCTLR_M;
	t.reg[INSN_TTBR0] = RAM + FIRST;
	t.reg[INSN_DACR] = 0x55555555;
	return 0;
}

static void put32(uint32_t table, uint32_t index, uint64_t value)
{
	uint32_t v = (uint32_t)value;

	memcpy(t.ram + table + index * 4, &v, 4);
}

static void put64(uint32_t table, uint32_t index, uint64_t value)
{
	memcpy(t.ram + table + index * 8, &value, 8);
}

static enum walk_kind walked(uint32_t va, unsigned access, uint64_t *gpa)
{
	insn_forget(&t.cpu);
	return walk_a32(&t.cpu, va, access, gpa, &fault);
}

static void goes_to(uint32_t va, uint64_t want)
{
	uint64_t gpa = 0;

	assert_int_equal(walked(va, WALK_READ, &gpa), WALK_OK);
	assert_int_equal(gpa, want);
}

static void fails(uint32_t va, unsigned access, enum walk_kind kind, int level)
{
	uint64_t gpa;

	assert_int_equal(walked(va, access, &gpa), kind);
	assert_int_equal(fault.kind, kind);
	assert_int_equal(fault.level, level);
}

static void allowed(uint32_t va, unsigned access, bool good)
{
	uint64_t gpa;

	assert_int_equal(walked(va, access, &gpa), good ? WALK_OK : WALK_PERMISSION);
}

static void off_is_flat(void **state)
{
	(void)state;
	t.reg[INSN_SCTLR] = 0;
	goes_to(0xfedcba98, 0xfedcba98);
}

/* --- short descriptors --------------------------------------------------------------------- */

#define AP_FULL(shift) (3u << (shift))

static void sections(void **state)
{
	(void)state;
	put32(FIRST, 0x123, 0xabc00000 | AP_FULL(10) | 2);
	goes_to(0x12345678, 0xabc45678);
	put32(FIRST, 0x123, 0xabc00000 | AP_FULL(10) | 3); /* bit 0 is PXN */
	goes_to(0x12300000, 0xabc00000);
	/* A supersection: bits 35:32 and 39:36 of its address, and no domain. */
	put32(FIRST, 0x456, 0xab000000 | 5u << 20 | 6u << 5 | 1u << 18 | AP_FULL(10) | 2);
	t.reg[INSN_DACR] = 1;
	goes_to(0x45654321, 0x65ab654321);
}

static void pages(void **state)
{
	(void)state;
	put32(FIRST, 0xfff, (RAM + SECOND + 0x400) | 7u << 5 | 1);
	put32(SECOND + 0x400, 0xfe, 0xabcde000 | AP_FULL(4) | 2);
	put32(SECOND + 0x400, 0xff, 0xabcdf000 | AP_FULL(4) | 3); /* bit 0 is XN */
	put32(SECOND + 0x400, 0x12, 0x12340000 | AP_FULL(4) | 1);
	goes_to(0xffffe123, 0xabcde123);
	goes_to(0xffffffff, 0xabcdffff);
	goes_to(0xfff12345, 0x12342345);
}

static void two_halves(void **state)
{
	(void)state;
	t.reg[INSN_TTBR1] = RAM + OTHER_FIRST;
	for (unsigned n = 1; n < 8; n++) {
		uint32_t border = 1u << (32 - n); /* the first address of TTBR1's */

		t.reg[INSN_TCR] = n;
		/* TTBR0's table is smaller, and so its alignment. */
		t.reg[INSN_TTBR0] = RAM + FIRST + (0x4000u >> n);
		put32(FIRST + (0x4000u >> n), (border >> 20) - 1, 0x11100000 | AP_FULL(10) | 2);
		put32(OTHER_FIRST, border >> 20, 0x22200000 | AP_FULL(10) | 2);
		goes_to(border - 1, 0x111fffff);
		goes_to(border, 0x22200000);
	}
	t.reg[INSN_TCR] = 1 | 1 << 4;
	fails(0x7fffffff, WALK_READ, WALK_TRANSLATION, 1);
	goes_to(0x80000000, 0x22200000);
	t.reg[INSN_TCR] = 1 | 1 << 5;
	fails(0x80000000, WALK_READ, WALK_TRANSLATION, 1);
}

static void short_faults(void **state)
{
	(void)state;
	fails(0x12345678, WALK_READ, WALK_TRANSLATION, 1);
	put32(FIRST, 0x123, (RAM + SECOND) | 9u << 5 | 1);
	fails(0x12345678, WALK_WRITE, WALK_TRANSLATION, 2);
	assert_int_equal(fault.domain, 9);
	put32(SECOND, 0x45, 0xabcde000 | AP_FULL(4) | 2);
	t.reg[INSN_DACR] = ~(3ull << 18) & 0xffffffff;
	fails(0x12345678, WALK_READ, WALK_DOMAIN, 2);
	assert_int_equal(fault.domain, 9);
	put32(FIRST, 0x123, 0xabc00000 | 9u << 5 | AP_FULL(10) | 2);
	fails(0x12345678, WALK_FETCH, WALK_DOMAIN, 1);
	/* A table where nothing is. */
	put32(FIRST, 0x123, 0x70000000 | 1);
	fails(0x12345678, WALK_READ, WALK_TABLE, 2);
	t.reg[INSN_TTBR0] = 0x70000000;
	fails(0x12345678, WALK_READ, WALK_TABLE, 1);
}

static void short_rights(void **state)
{
	/* By AP[2:0]: privileged read and write, unprivileged read and write. */
	static const char *const rights[8] = { "----", "rw--", "rwr-", "rwrw",
					       "----", "r---", "r-r-", "r-r-" };

	(void)state;
	for (unsigned ap = 0; ap < 8; ap++) {
		for (unsigned i = 0; i < 4; i++) {
			unsigned access = i & 1 ? WALK_WRITE : WALK_READ;
			bool good = rights[ap][i] != '-';

			put32(FIRST, 0, (ap & 3) << 10 | (ap & 4) << 13 | 2);
			put32(FIRST, 1, (RAM + SECOND) | 1);
			put32(SECOND, 0, (ap & 3) << 4 | (ap & 4) << 7 | 2);
			t.reg[INSN_PSTATE] = i < 2 ? SVC : USR;
			allowed(0x1000, access, good);
			allowed(0x00100000, access, good);
			/* LDRT and STRT of privileged code have the User mode's. */
			t.reg[INSN_PSTATE] = SVC;
			allowed(0x1000, access | (i < 2 ? 0 : WALK_USER), good);
			/* An instruction that has begun may be read. */
			allowed(0x1000, WALK_FETCH, true);
			/* A manager may do all. */
			t.reg[INSN_DACR] = 3;
			allowed(0x1000, access, true);
			t.reg[INSN_DACR] = 1;
		}
	}
	put32(FIRST, 0, AP_FULL(10) | 2);
	t.reg[INSN_PSTATE] = SVC | PAN;
	allowed(0x1000, WALK_READ, false);
	allowed(0x1000, WALK_READ | WALK_USER, true);
}

static void short_access_flag(void **state)
{
	(void)state;
	t.reg[INSN_SCTLR] |= SCTLR_AFE;
	put32(FIRST, 0, 2u << 10 | 2);
	fails(0x1000, WALK_READ, WALK_ACCESS_FLAG, 1);
	put32(FIRST, 1, (RAM + SECOND) | 1);
	put32(SECOND, 0, 2u << 4 | 2);
	fails(0x00100000, WALK_READ, WALK_ACCESS_FLAG, 2);
	put32(FIRST, 0, 0x12300000 | 3u << 10 | 2);
	goes_to(0x1000, 0x12301000);
}

static void big_endian_tables(void **state)
{
	(void)state;
	t.reg[INSN_SCTLR] |= SCTLR_EE;
	put32(FIRST, 0x123, __builtin_bswap32(0xabc00000 | AP_FULL(10) | 2));
	goes_to(0x12345678, 0xabc45678);
	t.reg[INSN_TCR] = EAE;
	put64(FIRST, 1, __builtin_bswap64(0x80000000 | 1u << 10 | 1));
	goes_to(0x52345678, 0x92345678);
}

/* --- long descriptors ---------------------------------------------------------------------- */

#define BLOCK (1u << 10 | 1u << 6 | 1u) /* access flag, everybody may do all */
#define PAGE (BLOCK | 2u)
#define TABLE 3u

static int long_setup(void **state)
{
	setup(state);
	t.reg[INSN_TCR] = EAE;
	t.reg[INSN_DACR] = 0; /* has no say */
	put64(FIRST, 2, (RAM + SECOND) | TABLE);
	put64(SECOND, 0x1ff, (RAM + THIRD) | TABLE);
	return 0;
}

static void blocks_and_pages(void **state)
{
	(void)state;
	put64(FIRST, 0, 0xffc0000000 | BLOCK);
	put64(SECOND, 0x12, 0xab00200000 | BLOCK);
	put64(THIRD, 0x1fe, 0xabcdef0000 | PAGE);
	goes_to(0x3fffffff, 0xffffffffff);
	goes_to(0x80000000 | 0x12u << 21 | 0x12345, 0xab00212345);
	goes_to(0xbfffe123, 0xabcdef0123);
}

/* Each pair of sizes: the table that VA belongs to, or a fault between the two. */
static void regions(void **state)
{
	(void)state;
	t.reg[INSN_TTBR1] = RAM + OTHER_FIRST;
	for (uint32_t i = 0; i < 0x2000 / 8; i++) {
		put64(FIRST, i, BLOCK);
		put64(OTHER_FIRST, i, 0x4000000000 | BLOCK);
	}
	for (unsigned t0 = 0; t0 < 8; t0++) {
		for (unsigned t1 = 0; t1 < 8; t1++) {
			uint64_t low_end = t0	? 1ull << (32 - t0)
					   : t1 ? (1ull << 32) - (1ull << (32 - t1))
						: 1ull << 32;
			uint64_t high = t1 ? (1ull << 32) - (1ull << (32 - t1)) : low_end;
			uint64_t gpa = 0;

			t.reg[INSN_TCR] = EAE | t0 | t1 << 16;
			assert_int_equal(walked((uint32_t)(low_end - 1), WALK_READ, &gpa), WALK_OK);
			assert_int_equal(gpa >> 38, 0);
			if (high > low_end)
				fails((uint32_t)low_end, WALK_READ, WALK_TRANSLATION, 1);
			if (high == 1ull << 32)
				continue;
			assert_int_equal(walked((uint32_t)high, WALK_READ, &gpa), WALK_OK);
			assert_int_equal(gpa >> 38, 1);
			t.reg[INSN_TCR] |= 1u << 23;
			fails((uint32_t)high, WALK_READ, WALK_TRANSLATION, 1);
			t.reg[INSN_TCR] ^= 1u << 23 | 1u << 7;
			fails(0, WALK_READ, WALK_TRANSLATION, 1);
		}
	}
}

/* 1 GiB and less begins with a table of the second level, at its own alignment. */
static void small_region(void **state)
{
	(void)state;
	for (unsigned t0 = 2; t0 < 8; t0++) {
		uint32_t size = 1u << (32 - t0), table = FIRST + (1u << (14 - t0));

		t.reg[INSN_TCR] = EAE | t0;
		t.reg[INSN_TTBR0] = RAM + table;
		put64(table, (size >> 21) - 1, 0x5500000000 | BLOCK);
		goes_to(size - 1, 0x55001fffff);
	}
}

static void long_faults(void **state)
{
	(void)state;
	fails(0x40000000, WALK_READ, WALK_TRANSLATION, 1);
	fails(0x80000000, WALK_READ, WALK_TRANSLATION, 2);
	fails(0xbfffe123, WALK_READ, WALK_TRANSLATION, 3);
	put64(THIRD, 0x1fe, 0x1000 | BLOCK); /* no block at the third level */
	fails(0xbfffe123, WALK_READ, WALK_TRANSLATION, 3);
	put64(THIRD, 0x1fe, 0x1000 | (PAGE & ~(1u << 10)));
	fails(0xbfffe123, WALK_WRITE, WALK_ACCESS_FLAG, 3);
	put64(THIRD, 0x1fe, 1ull << 40 | PAGE);
	fails(0xbfffe123, WALK_READ, WALK_ADDRESS_SIZE, 3);
	put64(SECOND, 0, 1ull << 47 | TABLE);
	fails(0x80000000, WALK_READ, WALK_ADDRESS_SIZE, 2);
	put64(SECOND, 0, 0x7000000000 | TABLE);
	fails(0x80000000, WALK_READ, WALK_TABLE, 3);
	t.reg[INSN_TTBR0] = 1ull << 40;
	fails(0x80000000, WALK_READ, WALK_ADDRESS_SIZE, 0);
	/* The ASID is no part of the address. */
	t.reg[INSN_TTBR0] = 0xabull << 48 | (RAM + FIRST);
	fails(0x40000000, WALK_READ, WALK_TRANSLATION, 1);
}

static void long_rights(void **state)
{
	/* By APTable, then AP[2:1]: privileged read and write, unprivileged read and write. */
	static const char *const rights[4][4] = {
		{ "rw--", "rwrw", "r---", "r-r-" }, /* no limit */
		{ "rw--", "rw--", "r---", "r---" }, /* none for User mode */
		{ "r---", "r-r-", "r---", "r-r-" }, /* no stores */
		{ "r---", "r---", "r---", "r---" },
	};

	(void)state;
	for (uint64_t i = 0; i < 64; i++) {
		uint64_t tables = i >> 4, ap = i >> 2 & 3;
		unsigned access = i & 1 ? WALK_WRITE : WALK_READ;

		t.reg[INSN_TCR] = EAE;
		put64(FIRST, 2, (RAM + SECOND) | TABLE | (tables & 1) << 61);
		put64(SECOND, 0x1ff, (RAM + THIRD) | TABLE | (tables & 2) << 61);
		put64(THIRD, 0x1fe, 0x1000 | 1u << 10 | ap << 6 | 3);
		t.reg[INSN_PSTATE] = i & 2 ? USR : SVC;
		allowed(0xbfffe123, access, rights[tables][ap][i & 3] != '-');
		/* TTBCR.T2E and TTBCR2.HPD0: tables have no say. */
		t.reg[INSN_TCR] = EAE | 1u << 6 | 1ull << 41;
		allowed(0xbfffe123, access, rights[0][ap][i & 3] != '-');
		t.reg[INSN_TCR] = EAE | 1ull << 41;
		allowed(0xbfffe123, access, rights[tables][ap][i & 3] != '-');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(off_is_flat, setup),
		cmocka_unit_test_setup(sections, setup),
		cmocka_unit_test_setup(pages, setup),
		cmocka_unit_test_setup(two_halves, setup),
		cmocka_unit_test_setup(short_faults, setup),
		cmocka_unit_test_setup(short_rights, setup),
		cmocka_unit_test_setup(short_access_flag, setup),
		cmocka_unit_test_setup(big_endian_tables, setup),
		cmocka_unit_test_setup(blocks_and_pages, long_setup),
		cmocka_unit_test_setup(regions, long_setup),
		cmocka_unit_test_setup(small_region, long_setup),
		cmocka_unit_test_setup(long_faults, long_setup),
		cmocka_unit_test_setup(long_rights, long_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
