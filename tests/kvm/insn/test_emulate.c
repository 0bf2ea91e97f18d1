// SPDX-License-Identifier: BSD-2-Clause
// A64 instructions executed: registers, elements, exceptions, and what is left alone.
#include "tests/kvm/insn/cpu.h"

#include "kvm/insn/emulate.h"

#define LDR_X1_PRE 0xf85f8c01 /* ldr x1, [x0, #-8]! */
#define STR_X1_POST 0xf8008401 /* str x1, [x0], #8 */
#define LDP_POST 0xa8c10801 /* ldp x1, x2, [x0], #16 */
#define STP_POST 0xa8810801 /* stp x1, x2, [x0], #16 */
#define LDXR 0xc85f7c01 /* ldxr x1, [x0] */
#define STXR 0xc8027c03 /* stxr w2, x3, [x0] */
#define STXR_W 0x88027c03 /* stxr w2, w3, [x0] */
#define SCTLR_M 1ull
#define SCTLR_SPAN (1ull << 23)
#define SCTLR_E0E (1ull << 24)
#define SCTLR_EE (1ull << 25)
#define PSTATE_BTYPE (1ull << 10)
#define PSTATE_SS (1ull << 21)
#define PSTATE_NZCV (0xaull << 28)
#define TABLES 0x10000u /* of RAM */
#define PAGE 4096u
#define ESR(status) (0x96000000ull | (status)) /* from EL1, at a load */
#define ESR_WNR 0x40u

static int run(uint32_t word)
{
	struct insn insn;
	uint32_t got = 0;
	int error;

	memcpy(t.ram, &word, 4);
	assert_int_equal(emulate_fetch(&t.cpu, &insn, &got), 0);
	assert_int_equal(got, word);
	error = emulate(&t.cpu, &insn);
	if (error) {
		insn_forget(&t.cpu);
		return error;
	}
	return insn_push(&t.cpu);
}

/* The word is done and the PC behind it. */
static void runs(uint32_t word)
{
	t.reg[INSN_PC] = RAM;
	assert_int_equal(run(word), 0);
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
}

static uint64_t device_at(uint64_t offset, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, t.device + offset, size);
	return value;
}

static void assert_access(unsigned i, uint64_t gpa, unsigned size, bool write)
{
	assert_true(i < t.accesses);
	assert_int_equal(t.access[i].gpa, gpa);
	assert_int_equal(t.access[i].size, size);
	assert_int_equal(t.access[i].write, write);
}

/*
 * --- registers -----------------------------------------------------------------------------------
 */

static void write_back_ahead_and_behind(void **state)
{
	(void)state;
	t.reg[0] = DEVICE + 16;
	runs(LDR_X1_PRE);
	assert_int_equal(t.reg[0], DEVICE + 8);
	assert_int_equal(t.reg[1], device_at(8, 8));
	runs(STR_X1_POST);
	assert_int_equal(t.reg[0], DEVICE + 16);
	assert_access(1, DEVICE + 8, 8, true);
	assert_int_equal(t.accesses, 2);
}

static void write_back_wraps_round(void **state)
{
	(void)state;
	/* Byte by byte, since the page ends in the midst of it. */
	t.reg[INSN_TCR] = 3ull << 37;
	t.reg[0] = 4;
	t.error = -EFAULT;
	assert_int_equal(run(LDR_X1_PRE), 0);
	assert_int_equal(t.reg[INSN_FAR], -4ull);
	assert_int_equal(t.reg[0], 4);
}

static void stack_pointer_of_each_level(void **state)
{
	static const uint64_t pstates[] = { PSTATE_EL0, PSTATE_EL1T, PSTATE_EL1H };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		t.reg[INSN_PSTATE] = pstates[i];
		t.reg[INSN_SP_EL0] = DEVICE + 0x100;
		t.reg[INSN_SP_EL1] = DEVICE + 0x200;
		runs(0xf84107e1); /* ldr x1, [sp], #16 */
		assert_int_equal(t.reg[1], device_at(i < 2 ? 0x100 : 0x200, 8));
		assert_int_equal(t.reg[INSN_SP_EL0], DEVICE + (i < 2 ? 0x110 : 0x100));
		assert_int_equal(t.reg[INSN_SP_EL1], DEVICE + (i < 2 ? 0x200 : 0x210));
	}
}

static void zero_register(void **state)
{
	(void)state;
	t.reg[0] = DEVICE;
	runs(0xf840841f); /* ldr xzr, [x0], #8 */
	assert_access(0, DEVICE, 8, false);
	assert_int_equal(t.reg[0], DEVICE + 8);
	runs(0xb800441f); /* str wzr, [x0], #4 */
	assert_access(1, DEVICE + 8, 4, true);
	assert_int_equal(device_at(8, 4), 0);
}

static void signs_and_widths(void **state)
{
	static const struct {
		uint32_t word;
		uint64_t want;
	} rows[] = {
		{ 0x38401401, 0x80 }, /* ldrb w1, [x0], #1 */
		{ 0x38c01401, 0xffffff80 }, /* ldrsb w1 */
		{ 0x38801401, 0xffffffffffffff80 }, /* ldrsb x1 */
		{ 0x78c02401, 0xffff8780 }, /* ldrsh w1, [x0], #2 */
		{ 0xb8804401, 0xffffffff958e8780 }, /* ldrsw x1, [x0], #4 */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t.reg[0] = DEVICE;
		t.reg[1] = UINT64_MAX;
		memcpy(t.device, "\x80\x87\x8e\x95", 4);
		runs(rows[i].word);
		assert_int_equal(t.reg[1], rows[i].want);
	}
	t.reg[0] = DEVICE;
	runs(0x68c10801); /* ldpsw x1, x2, [x0], #8 */
	assert_int_equal(t.reg[1], 0xffffffff958e8780);
	assert_int_equal(t.reg[2], (uint64_t)(int32_t)device_at(4, 4));
}

static void base_is_the_destination(void **state)
{
	(void)state;
	t.reg[0] = DEVICE;
	runs(0xf9400000); /* ldr x0, [x0] */
	assert_int_equal(t.reg[0], device_at(0, 8));
	t.reg[0] = DEVICE + 8;
	runs(0xa9400400); /* ldp x0, x1, [x0] */
	assert_int_equal(t.reg[0], device_at(8, 8));
	assert_int_equal(t.reg[1], device_at(16, 8));
}

static void index_is_extended_and_shifted(void **state)
{
	(void)state;
	t.reg[0] = DEVICE + 0x100;
	t.reg[2] = 0x12345678fffffffeull;
	runs(0xf862d801); /* ldr x1, [x0, w2, sxtw #3] */
	assert_access(0, DEVICE + 0xf0, 8, false);
}

static void literal_counts_from_the_instruction(void **state)
{
	(void)state;
	memcpy(t.ram + 64, &(uint64_t){ 0x0123456789abcdefull }, 8);
	runs(0x58000201); /* ldr x1, . + 64 */
	assert_int_equal(t.reg[1], 0x0123456789abcdefull);
}

static void simd_registers(void **state)
{
	uint64_t kept = t.v[1][1];

	(void)state;
	t.reg[0] = DEVICE;
	runs(0x4ddf8001); /* ld1 {v1.s}[2], [x0], #4 */
	assert_int_equal(t.v[1][0], 0x1111111111111112ull);
	assert_int_equal(t.v[1][1], (kept & ~0xffffffffull) | device_at(0, 4));
	assert_int_equal(t.reg[0], DEVICE + 4);
	runs(0x3cc10401); /* ldr q1, [x0], #16 */
	assert_access(1, DEVICE + 4, 8, false);
	assert_access(2, DEVICE + 12, 8, false);
	assert_int_equal(t.v[1][0], device_at(4, 8));
	assert_int_equal(t.v[1][1], device_at(12, 8));
	runs(0x3c401401); /* ldr b1, [x0], #1 */
	assert_int_equal(t.v[1][0], device_at(20, 1));
	assert_int_equal(t.v[1][1], 0);
	runs(0x4ddfc401); /* ld1r {v1.8h}, [x0], #2 */
	assert_int_equal(t.v[1][0], device_at(21, 2) * 0x0001000100010001ull);
	assert_int_equal(t.v[1][1], t.v[1][0]);
	assert_int_equal(t.reg[0], DEVICE + 23);
}

static void structures_of_simd_registers(void **state)
{
	(void)state;
	t.reg[0] = DEVICE + 1;
	runs(0x0cdf0001); /* ld4 {v1.8b-v4.8b}, [x0], #32 */
	assert_int_equal(t.accesses, 32);
	for (unsigned i = 0; i < 32; i++) {
		assert_access(i, DEVICE + 1 + i, 1, false);
		assert_int_equal((uint8_t)(t.v[1 + i % 4][0] >> 8 * (i / 4)), device_at(1 + i, 1));
		assert_int_equal(t.v[1 + i % 4][1], 0);
	}
	assert_int_equal(t.reg[0], DEVICE + 33);
	t.reg[2] = -33ull;
	runs(0x0cc2a01f); /* ld1 {v31.8b, v0.8b}, [x0], x2 */
	assert_int_equal(t.v[31][0], device_at(33, 8));
	assert_int_equal(t.v[0][0], device_at(41, 8));
	assert_int_equal(t.reg[0], DEVICE);
}

/* What an instruction does not name is neither read nor written. */
static void few_registers_are_touched(void **state)
{
	(void)state;
	t.reg[0] = DEVICE;
	runs(STR_X1_POST);
	/* PC, PSTATE, SCTLR, X0, X1; X0, PC */
	assert_int_equal(t.gets, 5);
	assert_int_equal(t.sets, 2);
}

static void step_and_branch_type_end(void **state)
{
	(void)state;
	t.reg[0] = DEVICE;
	t.reg[INSN_PSTATE] |= PSTATE_SS | PSTATE_BTYPE | PSTATE_NZCV;
	runs(STR_X1_POST);
	assert_int_equal(t.reg[INSN_PSTATE], PSTATE_EL1H | PSTATE_NZCV);
}

static void big_endian_data(void **state)
{
	(void)state;
	t.reg[INSN_SCTLR] = SCTLR_EE;
	t.reg[0] = DEVICE;
	runs(0xb8804401); /* ldrsw x1, [x0], #4 */
	assert_int_equal(t.reg[1], (uint64_t)(int32_t)__builtin_bswap32((uint32_t)device_at(0, 4)));
	runs(0x3cc10401); /* ldr q1, [x0], #16: all 16 bytes the other way round */
	assert_int_equal(t.v[1][1], __builtin_bswap64(device_at(4, 8)));
	assert_int_equal(t.v[1][0], __builtin_bswap64(device_at(12, 8)));
	t.reg[1] = 0x0102030405060708ull;
	runs(STR_X1_POST);
	assert_int_equal(device_at(20, 8), 0x0807060504030201ull);
	t.reg[INSN_PSTATE] = PSTATE_EL0;
	t.reg[0] = DEVICE;
	runs(0xb8804401);
	assert_int_equal(t.reg[1], (uint64_t)(int32_t)device_at(0, 4));
	t.reg[INSN_SCTLR] = SCTLR_E0E;
	t.reg[0] = DEVICE;
	runs(0xb8804401);
	assert_int_equal(t.reg[1], (uint64_t)(int32_t)__builtin_bswap32((uint32_t)device_at(0, 4)));
}

/*
 * --- memory --------------------------------------------------------------------------------------
 */

static void memory_is_used_as_it_is(void **state)
{
	(void)state;
	t.reg[0] = RAM + 0x101; /* not aligned */
	runs(STP_POST);
	assert_int_equal(t.accesses, 0);
	t.reg[0] = RAM + 0x101;
	t.reg[1] = t.reg[2] = 0;
	runs(LDP_POST);
	assert_int_equal(t.reg[1], 0x0202020202020202ull);
	assert_int_equal(t.reg[2], 0x0303030303030303ull);
	memset(t.rom, 0xa5, ROM_SIZE);
	t.reg[0] = ROM + 8;
	runs(LDR_X1_PRE);
	assert_int_equal(t.reg[1], 0xa5a5a5a5a5a5a5a5ull);
	assert_int_equal(t.accesses, 0);
	t.error = -EFAULT; /* stores there go to the outside */
	t.reg[INSN_PC] = RAM;
	assert_int_equal(run(STR_X1_POST), 0);
	assert_access(0, ROM, 8, true);
}

static void blocks_are_zeroed(void **state)
{
	(void)state;
	t.reg[0] = DEVICE + 0x7f;
	runs(0xd50b7420); /* dc zva, x0 */
	assert_int_equal(t.accesses, 8);
	for (unsigned i = 0; i < 8; i++)
		assert_access(i, DEVICE + 0x40 + i * 8, 8, true);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(t.device[0x40 + i], 0);
	assert_int_not_equal(device_at(0x38, 8), 0);
	assert_int_not_equal(device_at(0x80, 8), 0);
	assert_int_equal(t.reg[0], DEVICE + 0x7f);
	t.cpu.zero_block = 0;
	t.reg[INSN_PC] = RAM;
	assert_int_equal(run(0xd50b7420), -ENOSYS);
	assert_int_equal(t.reg[INSN_PC], RAM);
}

/*
 * --- exclusive and atomic ------------------------------------------------------------------------
 */

static void exclusive_store_needs_its_load(void **state)
{
	(void)state;
	t.reg[0] = DEVICE;
	t.reg[3] = 7;
	runs(STXR);
	assert_int_equal(t.reg[2], 1);
	assert_int_equal(t.accesses, 0);
	runs(LDXR);
	runs(STXR_W); /* of another size */
	assert_int_equal(t.reg[2], 1);
	runs(STXR); /* the one before has ended it */
	assert_int_equal(t.reg[2], 1);
	runs(LDXR);
	t.reg[0] = DEVICE + 8;
	runs(STXR);
	assert_int_equal(t.reg[2], 1);
	t.reg[0] = DEVICE;
	runs(LDXR);
	assert_int_equal(t.reg[1], device_at(0, 8));
	runs(STXR);
	assert_int_equal(t.reg[2], 0);
	assert_int_equal(device_at(0, 8), 7);
	runs(STXR);
	assert_int_equal(t.reg[2], 1);
}

static void exclusive_pairs(void **state)
{
	(void)state;
	t.reg[0] = DEVICE + 16;
	runs(0xc87f1404); /* ldxp x4, x5, [x0] */
	assert_int_equal(t.reg[4], device_at(16, 8));
	assert_int_equal(t.reg[5], device_at(24, 8));
	runs(0xc8221803); /* stxp w2, x3, x6, [x0] */
	assert_int_equal(t.reg[2], 0);
	assert_int_equal(device_at(16, 8), t.reg[3]);
	assert_int_equal(device_at(24, 8), t.reg[6]);
}

static void compare_and_swap(void **state)
{
	uint64_t was = device_at(0, 8);

	(void)state;
	t.reg[0] = DEVICE;
	runs(0xc8a17c02); /* cas x1, x2, [x0] */
	assert_int_equal(t.reg[1], was);
	assert_int_equal(device_at(0, 8), was);
	assert_int_equal(t.accesses, 1);
	runs(0xc8a17c02);
	assert_int_equal(t.reg[1], was);
	assert_int_equal(device_at(0, 8), t.reg[2]);
	t.reg[1] = 0xffffff00 | (device_at(0, 8) & 0xff);
	runs(0x08a17c02); /* casb w1, w2, [x0]: what is above the byte does not count */
	assert_int_equal(t.reg[1], t.reg[2] & 0xff);
	t.reg[30] = device_at(16, 8);
	memset(t.device + 24, 0, 8);
	t.reg[0] = DEVICE + 16;
	runs(0x483e7c02); /* casp x30, xzr, x2, x3, [x0] */
	assert_int_equal(device_at(16, 8), t.reg[2]);
	assert_int_equal(device_at(24, 8), t.reg[3]);
}

static void atomics(void **state)
{
	static const struct {
		uint32_t word;
		uint64_t was, with, now, loaded;
	} rows[] = {
		{ 0x38e10002, 0x11ff, 0x302, 0x1101, 0xff }, /* ldaddalb w1, w2, [x0] */
		{ 0x78211002, 0xffff, 0x0f0f, 0xf0f0, 0xffff }, /* ldclrh */
		{ 0xb8214002, 0xfffffff0, 1, 1, 0xfffffff0 }, /* ldsmax w: minus 16 is less */
		{ 0xf8217002, 0xfffffff0, 1, 1, 0xfffffff0 }, /* ldumin x1, x2, [x0] */
		{ 0xb8218002, 5, 0x9, 9, 5 }, /* swp w1, w2, [x0] */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(t.device, &rows[i].was, 8);
		t.reg[0] = DEVICE;
		t.reg[1] = rows[i].with;
		t.reg[2] = UINT64_MAX;
		runs(rows[i].word);
		assert_int_equal(device_at(0, 8), rows[i].now);
		assert_int_equal(t.reg[2], rows[i].loaded);
		assert_int_equal(t.reg[1], rows[i].with);
	}
}

/*
 * --- exceptions ----------------------------------------------------------------------------------
 */

static void assert_aborted(uint64_t esr, uint64_t far, uint64_t pstate, uint64_t vector)
{
	assert_int_equal(t.reg[INSN_ESR], esr);
	assert_int_equal(t.reg[INSN_FAR], far);
	assert_int_equal(t.reg[INSN_ELR], RAM);
	assert_int_equal(t.reg[INSN_SPSR], pstate);
	assert_int_equal(t.reg[INSN_PC], t.reg[INSN_VBAR] + vector);
}

static void external_abort(void **state)
{
	static const struct {
		uint64_t pstate, esr, vector;
	} rows[] = {
		{ PSTATE_EL1H, 0x96000010, 0x200 },
		{ PSTATE_EL1T, 0x96000010, 0 },
		{ PSTATE_EL0, 0x92000010, 0x400 },
	};

	(void)state;
	t.error = -EFAULT;
	for (unsigned i = 0; i < 3; i++) {
		t.reg[0] = DEVICE;
		t.reg[1] = 77;
		t.reg[INSN_PC] = RAM;
		t.reg[INSN_PSTATE] = rows[i].pstate | PSTATE_NZCV;
		t.reg[INSN_SCTLR] = i ? SCTLR_SPAN : 0;
		assert_int_equal(run(LDP_POST), 0);
		assert_aborted(rows[i].esr, DEVICE, rows[i].pstate | PSTATE_NZCV, rows[i].vector);
		assert_int_equal(t.reg[INSN_PSTATE],
				 PSTATE_EL1H | PSTATE_NZCV | (i ? 0 : 1ull << 22));
		assert_int_equal(t.reg[0], DEVICE);
		assert_int_equal(t.reg[1], 77);
	}
	t.reg[INSN_PC] = RAM;
	t.reg[INSN_PSTATE] = PSTATE_EL1H;
	assert_int_equal(run(STP_POST), 0);
	assert_aborted(0x96000050, DEVICE, PSTATE_EL1H, 0x200);
}

static void device_that_ends_the_guest(void **state)
{
	(void)state;
	t.reg[0] = DEVICE;
	t.error = -ECANCELED;
	assert_int_equal(run(LDP_POST), -ECANCELED);
	assert_int_equal(t.sets, 0);
	assert_int_equal(t.accesses, 1);
}

/* VA 0x200000: a page of the device, or of RAM, and behind it nothing; all else is flat. */
static uint64_t *map_two_pages(uint64_t gpa)
{
	uint64_t *first = (uint64_t *)(t.ram + TABLES), *second = first + 512,
		 *third = second + 512;

	first[0] = (RAM + TABLES + 4096) | 3;
	first[1] = RAM | 0x401; /* the code */
	second[1] = (RAM + TABLES + 8192) | 3;
	third[0] = gpa | 0x403;
	third[1] = 0;
	t.reg[INSN_TTBR0] = RAM + TABLES;
	t.reg[INSN_TCR] = 25 | 2ull << 32;
	t.reg[INSN_SCTLR] = SCTLR_M | SCTLR_SPAN;
	return third;
}

static void later_element_faults(void **state)
{
	(void)state;
	map_two_pages(DEVICE);
	t.reg[0] = 0x200000 + PAGE - 8;
	assert_int_equal(run(LDP_POST), 0);
	assert_aborted(ESR(7), 0x200000 + PAGE, PSTATE_EL1H, 0x200);
	assert_int_equal(t.reg[0], 0x200000 + PAGE - 8);
	assert_int_equal(t.reg[1], 0x0202020202020202ull);
	assert_int_equal(t.accesses, 1);
	t.reg[INSN_PC] = RAM;
	t.reg[INSN_PSTATE] = PSTATE_EL1H;
	assert_int_equal(run(STP_POST), 0);
	assert_aborted(ESR(7) | ESR_WNR, 0x200000 + PAGE, PSTATE_EL1H, 0x200);
	assert_int_equal(device_at(PAGE - 8, 8), t.reg[1]); /* the first one was done */
}

static void page_kinds_behind(void **state)
{
	static const struct {
		uint64_t descriptor;
		unsigned status;
	} rows[] = {
		{ RAM | 3, 0x0b }, /* access flag */
		{ RAM | 0x483, 0x0f }, /* read-only */
		{ 1ull << 41 | 0x403, 0x03 }, /* beyond 40 bits */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		map_two_pages(DEVICE)[1] = rows[i].descriptor;
		t.reg[0] = 0x200000 + PAGE - 8;
		t.reg[INSN_PC] = RAM;
		t.reg[INSN_PSTATE] = PSTATE_EL1H;
		assert_int_equal(run(STP_POST), 0);
		assert_aborted(ESR(rows[i].status) | ESR_WNR, 0x200000 + PAGE, PSTATE_EL1H, 0x200);
	}
}

/* From a device's page to one of memory, and an element that lies on both. */
static void pages_of_two_kinds(void **state)
{
	(void)state;
	map_two_pages(DEVICE)[1] = (RAM + 0x8000) | 0x403;
	t.reg[0] = 0x200000 + PAGE - 8;
	runs(STP_POST);
	assert_int_equal(device_at(PAGE - 8, 8), t.reg[1]);
	assert_memory_equal(t.ram + 0x8000, &t.reg[2], 8);
	t.reg[0] = 0x200000 + PAGE - 4;
	t.reg[1] = 0x8877665544332211ull;
	runs(STR_X1_POST);
	assert_int_equal(device_at(PAGE - 4, 4), 0x44332211);
	assert_memory_equal(t.ram + 0x8000, "\x55\x66\x77\x88", 4);
	t.reg[1] = 0;
	runs(LDR_X1_PRE);
	assert_int_equal(t.reg[1], 0x8877665544332211ull);
}

static void element_on_two_pages_is_not_stored_half(void **state)
{
	(void)state;
	map_two_pages(DEVICE);
	t.reg[0] = 0x200000 + PAGE - 4;
	assert_int_equal(run(STR_X1_POST), 0);
	assert_aborted(ESR(7) | ESR_WNR, 0x200000 + PAGE, PSTATE_EL1H, 0x200);
	assert_int_equal(t.accesses, 0);
	assert_int_equal(t.reg[0], 0x200000 + PAGE - 4);
}

static void alignment(void **state)
{
	(void)state;
	t.reg[0] = DEVICE + 4;
	assert_int_equal(run(LDXR), 0);
	assert_aborted(0x96000021, DEVICE + 4, PSTATE_EL1H, 0x200);
	assert_int_equal(t.accesses, 0);
	t.reg[INSN_SCTLR] = 2 | SCTLR_SPAN; /* A */
	t.reg[INSN_PSTATE] = PSTATE_EL1H;
	t.reg[INSN_PC] = RAM;
	assert_int_equal(run(STR_X1_POST), 0);
	assert_aborted(0x96000061, DEVICE + 4, PSTATE_EL1H, 0x200);
	t.reg[INSN_SCTLR] = 0;
	t.reg[INSN_PSTATE] = PSTATE_EL1H;
	runs(STR_X1_POST);
}

static void fetch_finds_no_instruction(void **state)
{
	struct insn insn;
	uint32_t word = 0;

	(void)state;
	t.reg[INSN_PC] = DEVICE;
	assert_int_equal(emulate_fetch(&t.cpu, &insn, &word), -EFAULT);
	insn_forget(&t.cpu);
	t.reg[INSN_PC] = RAM + 8;
	memcpy(t.ram + 8, &(uint32_t){ 0xa400a000 }, 4); /* ld1b {z0.b}, p0/z, [x0] */
	assert_int_equal(emulate_fetch(&t.cpu, &insn, &word), -ENOSYS);
	assert_int_equal(word, 0xa400a000);
	insn_forget(&t.cpu);
	t.reg[INSN_SCTLR] = SCTLR_M;
	t.reg[INSN_TCR] = 25;
	assert_int_equal(emulate_fetch(&t.cpu, &insn, &word), -EFAULT);
}

static int get_fails(struct insn_cpu *cpu, enum insn_reg reg, uint64_t *value)
{
	return reg == 1 ? -EIO : test_get(cpu, reg, value);
}

static void register_that_cannot_be_read(void **state)
{
	(void)state;
	t.cpu.get = get_fails;
	t.reg[0] = DEVICE;
	assert_int_equal(run(STR_X1_POST), -EIO);
	assert_int_equal(t.sets, 0);
	t.cpu.get = test_get;
	runs(STR_X1_POST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, test_cpu_setup)
		TEST(write_back_ahead_and_behind),
		TEST(write_back_wraps_round),
		TEST(stack_pointer_of_each_level),
		TEST(zero_register),
		TEST(signs_and_widths),
		TEST(base_is_the_destination),
		TEST(index_is_extended_and_shifted),
		TEST(literal_counts_from_the_instruction),
		TEST(simd_registers),
		TEST(structures_of_simd_registers),
		TEST(few_registers_are_touched),
		TEST(step_and_branch_type_end),
		TEST(big_endian_data),
		TEST(memory_is_used_as_it_is),
		TEST(blocks_are_zeroed),
		TEST(exclusive_store_needs_its_load),
		TEST(exclusive_pairs),
		TEST(compare_and_swap),
		TEST(atomics),
		TEST(external_abort),
		TEST(device_that_ends_the_guest),
		TEST(later_element_faults),
		TEST(page_kinds_behind),
		TEST(pages_of_two_kinds),
		TEST(element_on_two_pages_is_not_stored_half),
		TEST(alignment),
		TEST(fetch_finds_no_instruction),
		TEST(register_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
