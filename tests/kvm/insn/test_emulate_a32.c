// SPDX-License-Identifier: BSD-2-Clause
// A32 and T32 instructions executed: banks, IT, branches, byte order, exclusives, aborts; and any word at all.
#include "tests/kvm/insn/cpu.h"

#include "kvm/insn/emulate.h"

#define USR 0x1d0ull
#define FIQ 0x1d1ull
#define SVC 0x1d3ull
#define CPSR_T 0x20ull
#define CPSR_E 0x200ull
#define Z (1ull << 30)
#define C (1ull << 29)
#define SP_SVC 19
#define LR_ABT 20

static int setup(void **state)
{
	test_cpu_setup(state);
	t.cpu.aarch32 = true;
	t.reg[INSN_PSTATE] = SVC;
	t.reg[INSN_DACR] = 0x55555555;
	t.reg[INSN_VBAR] = 0x8000;
	for (unsigned i = 0; i < 31; i++)
		t.reg[i] = 0x10101010 * (i + 1ull) & 0xffffffff;
	return 0;
}

static uint32_t device_word(uint32_t offset)
{
	uint32_t value;

	memcpy(&value, t.device + offset, 4);
	return value;
}

static int run(uint32_t word)
{
	struct insn insn;
	uint32_t got = 0;
	int error;

	error = emulate_fetch(&t.cpu, &insn, &got);
	if (!error)
		assert_int_equal(got, word);
	if (!error)
		error = emulate(&t.cpu, &insn);
	if (!error)
		return insn_push(&t.cpu);
	insn_forget(&t.cpu);
	return error;
}

static void runs_a32(uint32_t word)
{
	t.reg[INSN_PC] = RAM;
	memcpy(t.ram, &word, 4);
	assert_int_equal(run(word), 0);
}

static void runs_t32(uint32_t word)
{
	uint16_t half[2] = { (uint16_t)(word >> 16), (uint16_t)word };

	t.reg[INSN_PC] = RAM;
	memcpy(t.ram, word >> 16 ? half : half + 1, word >> 16 ? 4 : 2);
	assert_int_equal(run(word), 0);
}

/* --- registers ------------------------------------------------------------------------------- */

static void the_modes_own_registers(void **state)
{
	(void)state;
	t.reg[SP_SVC] = DEVICE + 64;
	t.reg[18] = 0xabcdef01; /* LR_svc */
	runs_a32(0xe92d4010); /* push {r4, lr} */
	assert_int_equal(t.reg[SP_SVC], DEVICE + 56);
	assert_int_equal(t.reg[13], 0xe0e0e0e0);
	assert_int_equal(device_word(56), 0x50505050);
	assert_int_equal(device_word(60), 0xabcdef01);
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
	t.reg[INSN_PSTATE] = FIQ;
	t.reg[24] = DEVICE; /* R8_fiq */
	runs_a32(0xe4989004); /* ldr r9, [r8], #4 */
	assert_int_equal(t.reg[24], DEVICE + 4);
	assert_int_equal(t.reg[25], device_word(0));
	assert_int_equal(t.reg[9], 0xa0a0a0a0);
}

/* LDM and STM with ^: the base is the mode's, the others are User mode's. */
static void user_mode_registers(void **state)
{
	(void)state;
	t.reg[INSN_PSTATE] = FIQ;
	t.reg[24] = DEVICE;
	runs_a32(0xe8d86300); /* ldm r8, {r8, r9, sp, lr}^ */
	assert_int_equal(t.reg[24], DEVICE);
	assert_int_equal(t.reg[8], device_word(0));
	assert_int_equal(t.reg[9], device_word(4));
	assert_int_equal(t.reg[13], device_word(8));
	assert_int_equal(t.reg[14], device_word(12));
	t.reg[24] = DEVICE + 32;
	t.reg[14] = 0x12345678;
	runs_a32(0xe8c84000); /* stm r8, {lr}^ */
	assert_int_equal(device_word(32), 0x12345678);
}

/* What is loaded into R15 is branched to, in the instruction set that bit 0 tells. */
static void branches(void **state)
{
	uint32_t to = 0x00012345;

	(void)state;
	memcpy(t.device, &to, 4);
	t.reg[1] = DEVICE;
	runs_a32(0xe491f004); /* ldr pc, [r1], #4 */
	assert_int_equal(t.reg[INSN_PC], 0x12344);
	assert_int_equal(t.reg[INSN_PSTATE], SVC | CPSR_T);
	assert_int_equal(t.reg[1], DEVICE + 4);
	to = 0x00020000;
	memcpy(t.device + 4, &to, 4);
	t.reg[SP_SVC] = DEVICE + 4;
	runs_t32(0xbd00); /* pop {pc} */
	assert_int_equal(t.reg[INSN_PC], 0x20000);
	assert_int_equal(t.reg[INSN_PSTATE], SVC);
	runs_a32(0xe581f000); /* str pc, [r1]: its address + 8 */
	assert_int_equal(device_word(4), RAM + 8);
}

static void it_goes_on(void **state)
{
	(void)state;
	t.reg[1] = DEVICE;
	/* The first of ITE EQ: 0000 1100 becomes 0001 1000. */
	t.reg[INSN_PSTATE] = SVC | CPSR_T | Z | 0x3 << 10;
	runs_t32(0xf8510b04); /* ldreq r0, [r1], #4 */
	assert_int_equal(t.reg[0], device_word(0));
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
	assert_int_equal(t.reg[INSN_PSTATE], SVC | CPSR_T | Z | 0x6 << 10);
	/* The last: 0001 1000 becomes 0. */
	runs_t32(0x6808); /* ldr r0, [r1], of two bytes */
	assert_int_equal(t.reg[INSN_PC], RAM + 2);
	assert_int_equal(t.reg[INSN_PSTATE], SVC | CPSR_T | Z);
}

static void shifted_index(void **state)
{
	(void)state;
	t.reg[INSN_PSTATE] = SVC | C;
	t.reg[1] = (DEVICE - 0x80000004) & 0xffffffff;
	t.reg[2] = 8;
	runs_a32(0xe7b10062); /* ldr r0, [r1, r2, rrx]!: the carry is bit 31, and 4 */
	assert_int_equal(t.reg[1], DEVICE);
	assert_int_equal(t.reg[0], device_word(0));
	t.reg[1] = DEVICE + 4;
	t.reg[2] = 0xffffff00;
	runs_a32(0xe6110042); /* ldr r0, [r1], -r2, asr #32: -1 is taken away */
	assert_int_equal(t.reg[0], device_word(4));
	assert_int_equal(t.reg[1], DEVICE + 5);
}

/* Addresses have 32 bits, and so has what is written back. */
static void addresses_wrap(void **state)
{
	(void)state;
	t.error = -EFAULT;
	t.reg[1] = 0xfffffffc;
	runs_a32(0xe5b10008); /* ldr r0, [r1, #8]! */
	assert_int_equal(t.access[0].gpa, 4);
	t.error = 0;
	t.reg[1] = DEVICE;
	t.reg[2] = 0xfffffff0;
	runs_a32(0xe6910002); /* ldr r0, [r1], r2 */
	assert_int_equal(t.reg[1], DEVICE - 16);
}

/* --- data ------------------------------------------------------------------------------------ */

static void signs(void **state)
{
	(void)state;
	t.device[0] = 0x80;
	t.device[1] = 0xff;
	t.reg[1] = DEVICE;
	runs_a32(0xe0d100d0); /* ldrsb r0, [r1], #0 */
	assert_int_equal(t.reg[0], 0xffffff80);
	runs_a32(0xe0d100f0); /* ldrsh */
	assert_int_equal(t.reg[0], 0xffffff80);
	runs_a32(0xe0d100b0); /* ldrh */
	assert_int_equal(t.reg[0], 0xff80);
}

/* CPSR.E: elements are swapped, registers of a list are not; a D register is one of two words. */
static void big_endian(void **state)
{
	(void)state;
	t.reg[INSN_PSTATE] = SVC | CPSR_E;
	t.reg[1] = DEVICE;
	runs_a32(0xe8910005); /* ldm r1, {r0, r2} */
	assert_int_equal(t.reg[0], __builtin_bswap32(device_word(0)));
	assert_int_equal(t.reg[2], __builtin_bswap32(device_word(4)));
	runs_a32(0xecb11b02); /* vldmia r1!, {d1} */
	assert_int_equal(t.v[0][1], (uint64_t)__builtin_bswap32(device_word(0)) << 32 |
					    __builtin_bswap32(device_word(4)));
	assert_int_equal(t.v[0][0], 0x1111111111111111);
	assert_int_equal(t.reg[1], DEVICE + 8);
}

/* S3 is the upper word of D1, which is the upper half of Q0; the rest of the register stays. */
static void single_registers(void **state)
{
	(void)state;
	t.reg[1] = DEVICE;
	runs_a32(0xedd11a00); /* vldr s3, [r1] */
	assert_int_equal(t.v[0][0], 0x1111111111111111);
	assert_int_equal(t.v[0][1], (uint64_t)device_word(0) << 32 | 0x22222222);
	runs_a32(0xf4a128bf); /* vld1.32 {d2[1]}, [r1 :32] */
	assert_int_equal(t.v[1][0], (uint64_t)device_word(0) << 32 | 0x11111112);
}

static void exclusives(void **state)
{
	(void)state;
	t.reg[1] = DEVICE + 8;
	t.reg[2] = 0x600dda7a;
	runs_a32(0xe1810f92); /* strex r0, r2, [r1]: nothing is watched */
	assert_int_equal(t.reg[0], 1);
	runs_a32(0xe1914f9f); /* ldrex r4, [r1] */
	assert_int_equal(t.reg[4], device_word(8));
	runs_a32(0xe1810f92);
	assert_int_equal(t.reg[0], 0);
	assert_int_equal(device_word(8), 0x600dda7a);
	runs_a32(0xe1810f92);
	assert_int_equal(t.reg[0], 1);
	/* Another size does not fit. */
	runs_a32(0xe1b14f9f); /* ldrexd r4, r5, [r1] */
	assert_int_equal(t.reg[5], device_word(12));
	runs_a32(0xe1810f92);
	assert_int_equal(t.reg[0], 1);
}

/* --- aborts ---------------------------------------------------------------------------------- */

#define FIRST 0x4000u /* a table of RAM */

static void mmu_on(void)
{
	uint32_t ram = (uint32_t)RAM | 3u << 10 | 2, device = (DEVICE & ~0xfffffu) | 3u << 10 | 2;

	memcpy(t.ram + FIRST + (RAM >> 20) * 4, &ram, 4);
	memcpy(t.ram + FIRST + (DEVICE >> 20) * 4, &device, 4);
	t.reg[INSN_TTBR0] = RAM + FIRST;
	t.reg[INSN_SCTLR] = 1 | 1 << 23;
}

/* A list that runs into nowhere: the exception, and no register changed but by it. */
static void later_element_faults(void **state)
{
	uint64_t before[31];

	(void)state;
	mmu_on();
	t.reg[4] = RAM + 0x100000 - 4; /* the last word of the section */
	t.error = -EIO; /* which is neither memory nor a device here */
	memcpy(before, t.reg, sizeof(before));
	memcpy(t.ram, &(uint32_t){ 0xe8b40003 }, 4); /* ldm r4!, {r0, r1} */
	t.reg[INSN_PC] = RAM;
	assert_int_equal(run(0xe8b40003), -EIO);
	assert_memory_equal(before, t.reg, sizeof(before));
	t.error = 0;
	t.reg[4] = before[4] = RAM + 0x100000;
	t.reg[INSN_PSTATE] |= Z;
	runs_a32(0xe8a40003); /* stm r4!, {r0, r1} */
	assert_int_equal(t.reg[INSN_ESR], 0x805); /* a store, translation, section */
	assert_int_equal((uint32_t)t.reg[INSN_FAR], RAM + 0x100000);
	assert_int_equal(t.reg[LR_ABT], RAM + 8);
	assert_int_equal(t.reg[INSN_SPSR_ABT], SVC | Z);
	assert_int_equal(t.reg[INSN_PSTATE], 0x1d7 | Z);
	assert_int_equal(t.reg[INSN_PC], 0x8010);
	before[LR_ABT] = t.reg[LR_ABT];
	assert_memory_equal(before, t.reg, sizeof(before));
}

/* LDRT of privileged code goes by User mode's rights. */
static void user_rights(void **state)
{
	uint32_t device = (DEVICE & ~0xfffffu) | 1u << 10 | 2; /* privileged only */

	(void)state;
	mmu_on();
	memcpy(t.ram + FIRST + (DEVICE >> 20) * 4, &device, 4);
	t.reg[1] = DEVICE;
	runs_a32(0xe4910004); /* ldr r0, [r1], #4 */
	assert_int_equal(t.reg[1], DEVICE + 4);
	runs_a32(0xe4b10004); /* ldrt */
	assert_int_equal(t.reg[INSN_ESR], 0x00d); /* permission, section */
	assert_int_equal(t.reg[1], DEVICE + 4);
}

static void alignment_is_asked_for(void **state)
{
	static const struct {
		uint32_t word;
		unsigned least; /* bytes of alignment */
	} rows[] = {
		{ 0xe8b10005, 4 }, /* ldm r1!, {r0, r2} */
		{ 0xe0c120d8, 4 }, /* ldrd r2, r3, [r1], #8 */
		{ 0xe1b12f9f, 8 }, /* ldrexd r2, r3, [r1] */
		{ 0xecb10b02, 4 }, /* vldmia r1!, {d0} */
		{ 0xf421006d, 16 }, /* vld4.16 {d0-d3}, [r1 :128]! */
		{ 0xf421078d, 1 }, /* vld1.32 {d0}, [r1]! */
		{ 0xe4910004, 1 }, /* ldr r0, [r1], #4 */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned by = 1; by <= 16; by *= 2) {
			t.reg[INSN_PSTATE] = SVC;
			t.reg[INSN_ESR] = 0;
			t.reg[1] = DEVICE + by;
			runs_a32(rows[i].word);
			assert_int_equal(t.reg[INSN_ESR], by < rows[i].least);
			t.accesses = 0;
		}
	}
}

/* --- any word -------------------------------------------------------------------------------- */

static uint32_t random_word(void)
{
	static uint64_t seed = 32;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 32);
}

/* Whatever the guest has at its PC, in whatever state: no more than what it may do itself. */
static void any_word_is_safe(void **state)
{
	unsigned known = 0;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		struct insn insn;
		uint32_t word = random_word(), got;

		memcpy(t.ram, &word, 4);
		t.reg[INSN_PC] = RAM;
		t.reg[INSN_PSTATE] = (random_word() & 0xffe0) | 0x10 | (random_word() & 0x8000000f);
		t.reg[INSN_SCTLR] = random_word() & ~1u;
		for (unsigned reg = 0; reg < 31; reg++)
			t.reg[reg] = DEVICE + random_word() % (DEVICE_SIZE / 2);
		t.accesses = 0;
		if (emulate_fetch(&t.cpu, &insn, &got) == 0) {
			assert_in_range(insn.size, 1, 8);
			assert_in_range(insn.count, 1, INSN_MOVES_MAX);
			for (unsigned m = 0; m < insn.count; m++)
				assert_true(insn.simd ? insn.move[m].reg < 16 &&
								insn.move[m].at + insn.size <= 16
						      : insn.move[m].reg < 15 ||
								insn.move[m].reg == INSN_PC);
			emulate(&t.cpu, &insn);
			known++;
		}
		assert_int_equal(insn_push(&t.cpu), 0);
		/* Nothing has more than 32 bits. */
		for (unsigned reg = 0; reg < 31; reg++)
			assert_int_equal(t.reg[reg] >> 32, 0);
		assert_int_equal(t.reg[INSN_PC] >> 32, 0);
	}
	assert_true(known > 40000);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_modes_own_registers),
		TEST(user_mode_registers),
		TEST(branches),
		TEST(it_goes_on),
		TEST(shifted_index),
		TEST(addresses_wrap),
		TEST(signs),
		TEST(big_endian),
		TEST(single_registers),
		TEST(exclusives),
		TEST(later_element_faults),
		TEST(user_rights),
		TEST(alignment_is_asked_for),
		TEST(any_word_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
