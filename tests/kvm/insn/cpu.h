/* SPDX-License-Identifier: BSD-2-Clause */
/* A CPU for tests: registers that are asked for and set by count, memory, and one device. */
#ifndef TESTS_KVM_INSN_CPU_H
#define TESTS_KVM_INSN_CPU_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "kvm/insn/insn.h"

#define RAM 0x40000000ull /* guest physical */
#define RAM_SIZE (256u << 10)
#define ROM 0x3ff00000ull /* memory that is not written */
#define ROM_SIZE 4096u
#define DEVICE 0x09000000ull
#define DEVICE_SIZE 4096u

#define PSTATE_EL0 0x3c0ull
#define PSTATE_EL1T 0x3c4ull
#define PSTATE_EL1H 0x3c5ull

static struct test_cpu {
	struct insn_cpu cpu; /* first */
	uint64_t reg[INSN_REGS], v[32][2];
	unsigned gets, sets; /* of registers */
	_Alignas(65536) uint8_t ram[RAM_SIZE];
	_Alignas(8) uint8_t rom[ROM_SIZE], device[DEVICE_SIZE];
	struct {
		uint64_t gpa, value;
		unsigned size;
		bool write;
	} access[128]; /* of the device, and of nowhere */
	unsigned accesses;
	int error; /* what all device accesses return */
} t;

static inline int test_get(struct insn_cpu *cpu, enum insn_reg reg, uint64_t *value)
{
	(void)cpu;
	assert_true(reg < INSN_REGS && reg != INSN_SP && reg != INSN_ZR);
	t.gets++;
	*value = t.reg[reg];
	return 0;
}

static inline int test_set(struct insn_cpu *cpu, enum insn_reg reg, uint64_t value)
{
	(void)cpu;
	assert_true(reg < INSN_REGS && reg != INSN_SP && reg != INSN_ZR);
	t.sets++;
	t.reg[reg] = value;
	return 0;
}

static inline int test_simd_get(struct insn_cpu *cpu, unsigned reg, uint64_t value[2])
{
	(void)cpu;
	memcpy(value, t.v[reg], 16);
	return 0;
}

static inline int test_simd_set(struct insn_cpu *cpu, unsigned reg, const uint64_t value[2])
{
	(void)cpu;
	memcpy(t.v[reg], value, 16);
	return 0;
}

static inline void *test_memory(struct insn_cpu *cpu, uint64_t gpa, bool write)
{
	(void)cpu;
	if (gpa - RAM < RAM_SIZE)
		return t.ram + (gpa - RAM);
	return gpa - ROM < ROM_SIZE && !write ? t.rom + (gpa - ROM) : NULL;
}

static inline int test_device(struct insn_cpu *cpu, uint64_t gpa, unsigned size, bool write,
			      uint64_t *value)
{
	(void)cpu;
	assert_true(size == 1 || size == 2 || size == 4 || size == 8);
	assert_true(t.accesses < sizeof(t.access) / sizeof(t.access[0]));
	t.access[t.accesses].gpa = gpa;
	t.access[t.accesses].size = size;
	t.access[t.accesses].write = write;
	t.access[t.accesses++].value = write ? *value & (UINT64_MAX >> (64 - 8 * size)) : 0;
	if (t.error)
		return t.error;
	if (gpa - DEVICE >= DEVICE_SIZE)
		return -EFAULT;
	assert_true(gpa - DEVICE + size <= DEVICE_SIZE);
	/* Bits above SIZE mean nothing. */
	if (write)
		memcpy(t.device + (gpa - DEVICE), value, size);
	else
		*value = UINT64_MAX, memcpy(value, t.device + (gpa - DEVICE), size);
	return 0;
}

/* At EL1, the MMU off; PC in RAM; registers and the device hold numbers of their own. */
static inline int test_cpu_setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	for (unsigned i = 0; i < INSN_REGS; i++)
		t.reg[i] = 0x0101010101010101ull * (i + 1);
	for (unsigned i = 0; i < 32; i++) {
		t.v[i][0] = 0x1111111111111111ull + i;
		t.v[i][1] = 0x2222222222222222ull + i;
	}
	for (unsigned i = 0; i < DEVICE_SIZE; i++)
		t.device[i] = (uint8_t)(0x80 + i * 7);
	t.reg[INSN_PC] = RAM;
	t.reg[INSN_PSTATE] = PSTATE_EL1H;
	t.reg[INSN_SCTLR] = t.reg[INSN_TCR] = t.reg[INSN_TTBR0] = t.reg[INSN_TTBR1] = 0;
	t.cpu = (struct insn_cpu){ .zero_block = 64,
				   .get = test_get,
				   .set = test_set,
				   .simd_get = test_simd_get,
				   .simd_set = test_simd_set,
				   .memory = test_memory,
				   .device = test_device };
	return 0;
}

#endif
