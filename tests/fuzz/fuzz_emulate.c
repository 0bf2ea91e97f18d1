// SPDX-License-Identifier: BSD-2-Clause
// An instruction executed in software: any registers, any translation tables, any word.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kvm/insn/emulate.h"
#include "kvm/insn/walk.h"
#include "tests/fuzz/fuzz.h"

#define PAGES                                                                                      \
	8 /* of memory, from 0 on; each in a block of its own, so that none may run into the next */
#define PAGE 4096u
#define CODE 0x1000u
#define TABLES 0x2000u /* the rest of the input */
#define VECTORS 0x6000u
#define LOOKUPS_MAX 2048

static uint8_t *page[PAGES];
static struct insn_cpu cpu;
static uint64_t regs[INSN_REGS], simd[32][2];
static unsigned lookups;
static bool device_ends;

static struct {
	const uint8_t *data;
	size_t size;
} input;

/* N bytes of the input; zeros behind its end. */
static uint64_t take(unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < n && input.size; i++, input.size--)
		value |= (uint64_t)*input.data++ << 8 * i;
	return value;
}

static int get(struct insn_cpu *c, enum insn_reg reg, uint64_t *value)
{
	(void)c;
	FUZZ_HOLDS(reg < INSN_REGS && reg != INSN_SP && reg != INSN_ZR);
	*value = regs[reg];
	return 0;
}

static int set(struct insn_cpu *c, enum insn_reg reg, uint64_t value)
{
	(void)c;
	FUZZ_HOLDS(reg < INSN_REGS && reg != INSN_SP && reg != INSN_ZR);
	regs[reg] = value;
	return 0;
}

static int simd_get(struct insn_cpu *c, unsigned reg, uint64_t value[2])
{
	(void)c;
	FUZZ_HOLDS(reg < 32);
	memcpy(value, simd[reg], sizeof(simd[reg]));
	return 0;
}

static int simd_set(struct insn_cpu *c, unsigned reg, const uint64_t value[2])
{
	(void)c;
	FUZZ_HOLDS(reg < 32);
	memcpy(simd[reg], value, sizeof(simd[reg]));
	return 0;
}

static void *memory(struct insn_cpu *c, uint64_t gpa, bool write)
{
	(void)c;
	FUZZ_HOLDS(lookups++ < LOOKUPS_MAX);
	if (gpa >= PAGES * PAGE || (write && gpa < CODE))
		return NULL;
	return page[gpa / PAGE] + gpa % PAGE;
}

static int device(struct insn_cpu *c, uint64_t gpa, unsigned size, bool write, uint64_t *value)
{
	(void)c;
	FUZZ_HOLDS(size == 1 || size == 2 || size == 4 || size == 8);
	if (device_ends)
		return -ENODEV;
	if (gpa & 1 << 20)
		return -EFAULT;
	if (!write)
		*value = gpa;
	return 0;
}

static void cpu_make(void)
{
	static const enum insn_reg wide[] = { INSN_PSTATE, INSN_SCTLR, INSN_TCR,  INSN_TTBR0,
					      INSN_TTBR1,  INSN_MAIR,  INSN_DACR, INSN_SP_EL1 };
	const uint64_t flags = take(1);

	cpu = (struct insn_cpu){ .aarch32 = flags & 1,
				 .zero_block = flags & 2 ? 64 : 0,
				 .exclusive_size = flags & 4 ? 8 : 0,
				 .exclusive = 0x3000,
				 .get = get,
				 .set = set,
				 .simd_get = simd_get,
				 .simd_set = simd_set,
				 .memory = memory,
				 .device = device };
	device_ends = flags & 8;
	memset(regs, 0, sizeof(regs));
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		regs[wide[i]] = take(8);
	if (cpu.aarch32)
		regs[INSN_PSTATE] |= 1 << 4;
	else
		regs[INSN_PSTATE] &= ~(1ull << 4);
	regs[INSN_PC] = flags & 16 ? take(8) & ~1ull : CODE; /* no CPU has an odd one */
	regs[INSN_VBAR] = VECTORS;
	for (unsigned i = 0; i < 31; i++)
		regs[i] = (uint64_t)(int64_t)(int16_t)take(2);
	for (unsigned i = 0; i < PAGES; i++)
		memset(page[i], 0, PAGE);
	for (unsigned i = 0; i < 8; i++)
		page[CODE / PAGE][i] = (uint8_t)take(1);
	for (unsigned at = TABLES; input.size && at < PAGES * PAGE; at++)
		page[at / PAGE][at % PAGE] = (uint8_t)take(1);
}

static void walk_check(void)
{
	struct walk_fault fault = { .kind = WALK_OK };
	const uint64_t va = take(8);
	const unsigned access = (unsigned)take(1) % 8;
	uint64_t gpa = 0;
	enum walk_kind kind = walk(&cpu, cpu.aarch32 ? (uint32_t)va : va, access, &gpa, &fault);

	FUZZ_HOLDS(kind <= WALK_TABLE);
	FUZZ_HOLDS(kind == WALK_OK ? gpa >> 52 == 0 : fault.kind == kind);
	FUZZ_HOLDS(kind == WALK_OK || (fault.level >= -1 && fault.level <= 3 && fault.domain < 16));
	/* Each level of a table is looked at once, and written once more. */
	FUZZ_HOLDS(lookups <= 2 * 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t before[31];
	struct insn insn;
	uint32_t word;
	int error;

	for (unsigned i = 0; i < PAGES && !page[i]; i++)
		page[i] = aligned_alloc(PAGE, PAGE);
	input.data = data;
	input.size = size;
	lookups = 0;
	cpu_make();
	walk_check();
	insn_forget(&cpu);
	lookups = 0;
	memcpy(before, regs, sizeof(before));
	error = emulate_fetch(&cpu, &insn, &word);
	FUZZ_HOLDS(!error || error == -ENOSYS || error == -EFAULT);
	if (!error && emulate_condition(&cpu, &insn)) {
		const uint64_t pc = regs[INSN_PC];

		error = emulate(&cpu, &insn);
		FUZZ_HOLDS(!error || error == -ENOSYS || error == -ENODEV);
		FUZZ_HOLDS(!insn_push(&cpu));
		if (!error && !cpu.aarch32 && regs[INSN_ESR]) /* an abort */
			FUZZ_HOLDS(!memcmp(before, regs, sizeof(before)) && regs[INSN_ELR] == pc &&
				   regs[INSN_PC] - VECTORS < 0x800);
		else if (!error && !cpu.aarch32)
			FUZZ_HOLDS(regs[INSN_PC] == pc + 4);
	}
	return 0;
}
