/* SPDX-License-Identifier: BSD-2-Clause */
/* Two vCPUs on the fake KVM, paused for the person; what they meet is told by exits as KVM has them. */
#ifndef TESTS_BOOT_DEBUGGER_H
#define TESTS_BOOT_DEBUGGER_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "boot/debug.h"
#include "boot/exits.h"
#include "boot/shim.h"
#include "boot/undecoded.h"
#include "kvm/mpstate.h"
#include "tests/fake/fake.h"

#include <cmocka.h>

#define RAM 0x40000000ull
#define RAM_SIZE 0x10000u
#define CODE (RAM + 0x1000)
#define FLASH 0x1000ull
#define VBAR (RAM + 0x8000)
#define VCPUS 2u

#define NOP 0xd503201f
#define BRK 0xd4200000
#define BRK_OWN 0xd4210000
#define EL1H 0x5ull
#define IF 0xc0ull
#define DAIF 0x3c0ull

#define STEPPED 0xca000022
#define HARD 0xc2000022
#define SOFT 0xf2000000
#define WATCH_WRITE 0xd2000062

#define PC VCPU_CORE_REG(regs.pc)
#define PSTATE VCPU_CORE_REG(regs.pstate)
#define ELR VCPU_CORE_REG(elr_el1)
#define SPSR VCPU_CORE_REG(spsr[KVM_SPSR_EL1])
#define VBAR_EL1 ARM64_SYS_REG(3, 0, 12, 0, 0)
#define ESR_EL1 ARM64_SYS_REG(3, 0, 5, 2, 0)

static struct shim shim;
static _Alignas(4096) uint8_t ram[RAM_SIZE];

static inline uint64_t reg(unsigned cpu, uint64_t id)
{
	uint64_t value = 0;

	assert_true(fake_reg_peek(cpu, id, &value));
	return value;
}

static inline void reg_is(unsigned cpu, uint64_t id, uint64_t value)
{
	assert_true(fake_reg_poke(cpu, id, value));
}

static inline uint32_t *word(uint64_t gpa)
{
	return (uint32_t *)(ram + (gpa - RAM));
}

static inline int setup(void **state)
{
	struct kvm_vcpu_init init;
	const char *step;

	(void)state;
	memset(&shim, 0, sizeof(shim));
	fake_reset(&fake_host_gic3);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	init.features[0] = 1u << KVM_ARM_VCPU_PSCI_0_2;
	for (unsigned i = 0; i < VCPUS; i++) {
		assert_int_equal(vcpu_create(&shim.vcpu[i], &shim.vm, i), 0);
		assert_int_equal(vcpu_init(&shim.vcpu[i], &init), 0);
		reg_is(i, PC, CODE + 0x100 * i);
		reg_is(i, PSTATE, EL1H);
		reg_is(i, VBAR_EL1, VBAR);
	}
	shim.vcpus_made = shim.p.plan.cpus = VCPUS;
	shim.p.plan.banks = shim.p.plan.rams = 1;
	shim.p.plan.ram[0] = (struct region){ RAM, RAM_SIZE };
	shim.ram[0] = ram;
	for (unsigned i = 0; i < RAM_SIZE / 4; i++)
		((uint32_t *)ram)[i] = NOP;
	pthread_mutex_init(&shim.vcpus.lock, NULL);
	shim.io.wake_fd = eventfd(0, EFD_NONBLOCK);
	stop_init(&shim.stop);
	vcpus_pause(&shim);
	debug_pause(&shim);
	return 0;
}

static inline int teardown(void **state)
{
	struct debug_stop stop;

	(void)state;
	debug_stopped(&shim, &stop);
	debug_pause(&shim);
	debug_reset(&shim, false);
	debug_points_clear(&shim);
	vcpus_resume(&shim, true);
	debug_resume(&shim, -1);
	for (unsigned i = 0; i < VCPUS; i++)
		vcpu_destroy(&shim.vcpu[i]);
	vm_close(&shim.vm);
	close(shim.io.wake_fd);
	return 0;
}

static inline void go(int step)
{
	assert_int_equal(debug_resume(&shim, step), 0);
	vcpus_resume(&shim, false);
}

/* KVM_RUN of CPU ends so, the guest being at PC with PSTATE. */
static inline void exits(unsigned cpu, uint32_t esr, uint64_t pc, uint64_t pstate)
{
	struct kvm_run *run = shim.vcpu[cpu].run;

	assert_false(shim.vcpus.thread[cpu].held);
	reg_is(cpu, PC, pc);
	reg_is(cpu, PSTATE, pstate);
	run->exit_reason = KVM_EXIT_DEBUG;
	run->debug.arch.hsr = esr;
	exit_serve(&shim, &shim.vcpu[cpu]);
}

static inline struct debug_stop stopped(enum debug_why why, unsigned cpu)
{
	struct debug_stop stop = { 0 };

	assert_true(debug_stopped(&shim, &stop));
	assert_int_equal(stop.why, why);
	assert_int_equal(stop.vcpu, cpu);
	return stop;
}

static inline void nothing_stopped(void)
{
	struct debug_stop stop;

	assert_false(debug_stopped(&shim, &stop));
}

static inline bool held(unsigned cpu)
{
	return shim.vcpus.thread[cpu].held;
}

static inline uint32_t control(unsigned cpu)
{
	return fake_debug(cpu)->control;
}

#define STEPS(cpu) !!(control(cpu) & KVM_GUESTDBG_SINGLESTEP)
#define HAS_HW(cpu) !!(control(cpu) & KVM_GUESTDBG_USE_HW)

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
