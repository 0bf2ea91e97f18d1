/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor before a machine on the fake KVM that stands still: virt's tree, two vCPUs, RAM, flash. */
#ifndef TESTS_BOOT_VIEWER_H
#define TESTS_BOOT_VIEWER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "board/machine.h"
#include "boot/engine.h"
#include "boot/guestmem.h"
#include "boot/monitor/monitor.h"
#include "boot/services.h"
#include "boot/shim.h"
#include "kvm/sys.h"
#include "tests/fake/fake.h"

#include <cmocka.h>

#include "tests/board/treetool.h"

#define RAM 0x40000000ull
#define RAM_SIZE 0x40000u
#define UART 0x09000000ull
#define BLOCK 0x10000u
#define FLASH_SIZE (2 * BLOCK)

#define PC VCPU_CORE_REG(regs.pc)
#define PSTATE VCPU_CORE_REG(regs.pstate)
#define X(n) (VCPU_CORE_REG(regs.regs[0]) + 2ull * (n))
#define SYSREG(op0, op1, crn, crm, op2) ARM64_SYS_REG(op0, op1, crn, crm, op2)
#define SCTLR SYSREG(3, 0, 1, 0, 0)
#define TCR SYSREG(3, 0, 2, 0, 2)
#define TTBR0 SYSREG(3, 0, 2, 0, 0)
#define TTBR1 SYSREG(3, 0, 2, 0, 1)
#define MAIR SYSREG(3, 0, 10, 2, 0)

extern const uint8_t dts_virt_gicv2_begin[], dts_virt_gicv2_end[];
extern const uint8_t dts_virt_gicv3_begin[], dts_virt_gicv3_end[];

static struct shim shim;
static _Alignas(65536) uint8_t ram[RAM_SIZE];
static _Alignas(4096) uint8_t bank[FLASH_SIZE];
static char printed[32768];

static inline void viewer_print(void *arg, const char *text, size_t n)
{
	(void)arg;
	assert_true(strlen(printed) + n < sizeof(printed));
	strncat(printed, text, n);
}

static inline void reg_is(unsigned cpu, uint64_t id, uint64_t value)
{
	assert_true(fake_reg_poke(cpu, id, value));
}

static inline void put64(uint64_t gpa, uint64_t value)
{
	memcpy(ram + (gpa - RAM), &value, sizeof(value));
}

static inline void viewer_vgic(bool v3)
{
	const struct machine *m = &shim.p.plan.machine;
	unsigned redist_count[] = { 2 };
	struct failure f;

	assert_int_equal(vgic_create(&shim.vgic, &shim.vm, &shim.addresses, v3 ? VGIC_V3 : VGIC_V2,
				     128, redist_count, v3, false),
			 0);
	shim.vgic_made = true;
	shim.p.plan.vgic = shim.vgic.kind;
	assert_true(m->devices > 0);
	if (engine_devices_bind(&shim, &services_dev_env, &f) || engine_addresses_commit(&shim, &f))
		fail_msg("%s", f.text);
}

/* FEATURES beside PSCI, of both vCPUs. */
static inline void viewer_open(bool v3, uint32_t features)
{
	static struct blob blob;
	static uint8_t tx[4096], rx[4096], own[4096];
	struct machine *m = &shim.p.plan.machine;
	struct tree_error e = { 0 };
	struct kvm_vcpu_init init;
	struct failure f;
	const char *step;

	memset(&shim, 0, sizeof(shim));
	memset(ram, 0, sizeof(ram));
	fake_reset(v3 ? &fake_host_gic3 : &fake_host_gic2);
	if (v3)
		blob_copy(&blob, dts_virt_gicv3_begin, dts_virt_gicv3_end);
	else
		blob_copy(&blob, dts_virt_gicv2_begin, dts_virt_gicv2_end);
	blob_index(&shim.p.guest_tree, &blob);
	assert_int_equal(machine_read(m, &shim.p.guest_tree, dev_models, false, &e), 0);
	m->flashes = 1;
	m->flash[0] = (struct region){ 0, FLASH_SIZE };
	m->flash_storage[0] = (struct dev_storage){ FLASH_SIZE, BLOCK, 4, true };
	shim.p.plan.flash_vars = -1;
	shim.flash.bank[0].hva = bank;
	shim.p.plan.banks = shim.p.plan.rams = 1;
	shim.p.plan.ram[0] = (struct region){ RAM, RAM_SIZE };
	shim.ram[0] = ram;
	shim.p.firmware.part[0].bytes.fd = -1;
	shim.io.wake_fd = eventfd(0, EFD_NONBLOCK);
	stop_init(&shim.stop);
	pthread_mutex_init(&shim.vcpus.lock, NULL);
	pthread_mutex_init(&shim.coalesce_lock, NULL);
	console_init(&shim.io.console, tx, sizeof(tx), rx, sizeof(rx));
	console_own(&shim.io.console, own, sizeof(own));
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(vcpu_create(&shim.vcpu[i], &shim.vm, i), 0);
	shim.vcpus_made = shim.p.plan.cpus = 2;
	assert_int_equal(flash_open(&shim, &services_dev_env, &f), 0);
	viewer_vgic(v3);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	init.features[0] = 1u << KVM_ARM_VCPU_PSCI_0_2 | features;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(vcpu_init(&shim.vcpu[i], &init), 0);
	monitor_begin(&shim);
	monitor_output_to(viewer_print, NULL);
	monitor_vcpu_select(0);
}

static inline int viewer_setup(void **state)
{
	(void)state;
	viewer_open(true, 0);
	return 0;
}

static inline int viewer_close(void **state)
{
	(void)state;
	flash_close(&shim);
	for (unsigned i = 0; i < 2; i++)
		vcpu_destroy(&shim.vcpu[i]);
	vgic_destroy(&shim.vgic);
	vm_close(&shim.vm);
	close(shim.io.wake_fd);
	assert_int_equal(fake_open_fds() + fake_mappings() + fake_misuses(), 0);
	return 0;
}

/* What COMMAND prints, of which no line is longer than a screen is wide. */
static inline const char *said(const char *command)
{
	char line[128];

	printed[0] = '\0';
	snprintf(line, sizeof(line), "%s", command);
	monitor_command(&shim, line);
	for (const char *at = printed; *at; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") > 80)
			fail_msg("%s: more than 80 columns: %s", command, at);
	return printed;
}

static inline void says(const char *command, const char *part)
{
	if (!strstr(said(command), part))
		fail_msg("%s\nsays no \"%s\" but:\n%s", command, part,
			 printed + (strlen(printed) > 800 ? strlen(printed) - 800 : 0));
}

static inline void says_not(const char *command, const char *part)
{
	if (strstr(said(command), part))
		fail_msg("%s says \"%s\":\n%s", command, part, printed);
}

/* A register of the vGIC's distributor. */
static inline void gicd_write(uint32_t offset, uint32_t value)
{
	struct kvm_device_attr attr = { .group = KVM_DEV_ARM_VGIC_GRP_DIST_REGS,
					.attr = offset,
					.addr = (uintptr_t)&value };

	assert_int_equal(sys_ioctl(shim.vgic.fd, KVM_SET_DEVICE_ATTR, &attr), 0);
}

/*
 * --- the guest's MMU -----------------------------------------------------------------------------
 */

#define TABLE0 (RAM + 0x10000)
#define TABLE1 (RAM + 0x11000)
#define TABLE2 (RAM + 0x12000)
#define TABLE3 (RAM + 0x13000)
#define TCR_39 (25ull | 25ull << 16 | 2ull << 30 | 2ull << 32)
#define AF (1ull << 10)
#define PXN (1ull << 53)
#define UXN (1ull << 54)
#define RO (1ull << 7)
#define NORMAL (1ull << 2)

/*
 * 39 bits by pages of 4 KiB: RAM as it is, by a table of pages, the first read-only; the UART by a
 * block of devices; and RAM again at the top, by a block.
 */
static inline void viewer_mmu(unsigned cpu)
{
	reg_is(cpu, SCTLR, 1);
	reg_is(cpu, TCR, TCR_39);
	reg_is(cpu, MAIR, 0x44ff04);
	reg_is(cpu, TTBR0, TABLE0);
	reg_is(cpu, TTBR1, TABLE3);
	reg_is(cpu, PSTATE, 0x3c5);
	put64(TABLE0, TABLE1 | 3);
	put64(TABLE0 + 8, (RAM + 0x14000) | 3);
	put64(TABLE1 + 8 * 72, (UART & ~0x1fffffull) | AF | PXN | UXN | 1);
	put64(RAM + 0x14000, TABLE2 | 3);
	for (unsigned i = 0; i < RAM_SIZE >> 12; i++)
		put64(TABLE2 + 8 * i, (RAM + (i << 12)) | (i ? 0 : RO) | AF | UXN | NORMAL | 3);
	put64(TABLE3, RAM | AF | UXN | NORMAL | 1);
}

#endif
