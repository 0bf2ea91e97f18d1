/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest that stands still: two vCPUs on the fake KVM, RAM, no MMU, and what is told of it. */
#ifndef TESTS_BOOT_STILL_H
#define TESTS_BOOT_STILL_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "boot/monitor/monitor.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "tests/fake/fake.h"

#include <cmocka.h>

#define RAM 0x40000000ull
#define RAM_SIZE 0x10000u
#define VCPUS 2u

#define X(n) (VCPU_CORE_REG(regs.regs[0]) + 2 * (n))
#define PC VCPU_CORE_REG(regs.pc)
#define PSTATE VCPU_CORE_REG(regs.pstate)
#define ELR VCPU_CORE_REG(elr_el1)
#define VBAR_EL1 ARM64_SYS_REG(3, 0, 12, 0, 0)
#define ESR_EL1 ARM64_SYS_REG(3, 0, 5, 2, 0)
#define FAR_EL1 ARM64_SYS_REG(3, 0, 6, 0, 0)
#define IFSR32_EL2 ARM64_SYS_REG(3, 4, 5, 0, 1)
#define EL1H 0x5ull
#define DAIF 0x3c0ull

static struct shim shim;
static _Alignas(4096) uint8_t ram[RAM_SIZE];
static char heard[16384];

static inline void hear(const char *text, size_t n)
{
	strncat(heard, text, n);
}

static inline void hear_monitor(void *arg, const char *text, size_t n)
{
	(void)arg;
	hear(text, n);
}

static inline void reg_is(unsigned vcpu, uint64_t id, uint64_t value)
{
	assert_true(fake_reg_poke(vcpu, id, value));
}

static inline void put64(uint64_t gpa, uint64_t value)
{
	memcpy(ram + (gpa - RAM), &value, sizeof(value));
}

static inline void put32(uint64_t gpa, uint32_t value)
{
	memcpy(ram + (gpa - RAM), &value, sizeof(value));
}

static inline void still_make(const struct fake_config *host, uint32_t features)
{
	struct kvm_vcpu_init init;
	const char *step;

	memset(&shim, 0, sizeof(shim));
	memset(ram, 0, sizeof(ram));
	heard[0] = '\0';
	fake_reset(host);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	init.features[0] = features | 1u << KVM_ARM_VCPU_PSCI_0_2;
	for (unsigned i = 0; i < VCPUS; i++) {
		assert_int_equal(vcpu_create(&shim.vcpu[i], &shim.vm, i), 0);
		assert_int_equal(vcpu_init(&shim.vcpu[i], &init), 0);
	}
	shim.vcpus_made = shim.p.plan.cpus = VCPUS;
	shim.p.plan.banks = shim.p.plan.rams = 1;
	shim.p.plan.ram[0] = (struct region){ RAM, RAM_SIZE };
	shim.ram[0] = ram;
	shim.p.firmware.symbols = shim.p.firmware.strings = SPAN_NONE;
	pthread_mutex_init(&shim.vcpus.lock, NULL);
	say_through(hear);
	monitor_output_to(hear_monitor, NULL);
}

static inline int still_end(void **state)
{
	(void)state;
	say_through(NULL);
	for (unsigned i = 0; i < VCPUS; i++)
		vcpu_destroy(&shim.vcpu[i]);
	vm_close(&shim.vm);
	return 0;
}

static inline int still_begin(void **state)
{
	(void)state;
	still_make(&fake_host_gic3, 0);
	for (unsigned i = 0; i < VCPUS; i++) {
		reg_is(i, PC, RAM + 0x1000);
		reg_is(i, PSTATE, EL1H);
	}
	return 0;
}

/* EL1 in AArch32, Supervisor mode. */
static inline int still_begin32(void **state)
{
	struct fake_config host = fake_host_gic3;

	(void)state;
	host.aarch32 = true;
	still_make(&host, 1u << KVM_ARM_VCPU_EL1_32BIT);
	for (unsigned i = 0; i < VCPUS; i++) {
		reg_is(i, PC, RAM + 0x1000);
		reg_is(i, PSTATE, 0x1d3);
	}
	return 0;
}

/* All lines fit the person's terminal. */
static inline void assert_lines_fit(void)
{
	for (const char *line = heard; *line;) {
		const size_t n = strcspn(line, "\n");

		if (n > SAY_COLUMNS)
			fail_msg("%zu columns: %.*s", n, (int)n, line);
		line += n + (line[n] == '\n');
	}
}

static inline void assert_heard(const char *words)
{
	if (!strstr(heard, words))
		fail_msg("no \"%s\" in:\n%s", words, heard);
}

/* The same, wherever lines are broken. */
static inline void assert_words(const char *words)
{
	static char flat[sizeof(heard)];
	char *to = flat;

	for (const char *from = heard; *from; from++)
		if ((*from != ' ' && *from != '\n') || (to != flat && to[-1] != ' '))
			*to++ = *from == '\n' ? ' ' : *from;
	*to = '\0';
	if (!strstr(flat, words))
		fail_msg("no \"%s\" in:\n%s", words, heard);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, still_begin, still_end)
#define TEST32(f) cmocka_unit_test_setup_teardown(f, still_begin32, still_end)

#endif
