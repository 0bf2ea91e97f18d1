/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KVM on arm64 promises, row by row: order rules and errnos that kvm/ stands on. The same rows run against the real
 * kernel and against tests/fake, and must say the same of both.
 */
#ifndef TESTS_CONTRACT_CONTRACT_H
#define TESTS_CONTRACT_CONTRACT_H

#include <errno.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#include "kvm/sys.h"

/* Where a row applies. 0: everywhere. */
enum {
	ON_GIC2 = 1,
	ON_GIC3 = 2,
	ON_SVE = 4,
	ON_6_1 = 8,
	ON_6_12 = 16,
	ON_NO_SVE = 32,
	ON_PMU = 64
};

struct row {
	const char *name;
	void (*run)(void);
	unsigned on;
};

/* Ended by a NULL name. */
extern const struct row rows_vm[], rows_vcpu[], rows_reg[], rows_vgic2[], rows_vgic3[], rows_its[],
	rows_reset[];

/* GOT is what KVM answered, WANT what a row states; the first difference fails the row. */
void expect(const char *what, long long got, long long want);

/* Raw calls. Every fd made here is closed when the row ends. */
int kvm_open(void);
int vm_make(void); /* a VM with all the host's IPA bits */
int vm_make_bits(unsigned long type);
int ipa_bits(void);
int vcpu_make(int vm, unsigned long id);
int device_make(int vm, uint32_t type); /* the device's fd or -errno */
int call(int fd, unsigned long request, void *arg);
int call_number(int fd, unsigned long request, unsigned long number);
int cap(int fd, unsigned number);
int attr_set(int fd, uint32_t group, uint64_t attr, uint64_t value);
int attr_get(int fd, uint32_t group, uint64_t attr, uint64_t *value);
int attr_has(int fd, uint32_t group, uint64_t attr);
int init(int vm, int vcpu, uint32_t features);
int init_target(int vcpu, uint32_t target, uint32_t features);
uint32_t target(int vm);
int finalize(int vcpu, int what);
int reg_get(int vcpu, uint64_t id, void *value);
int reg_set(int vcpu, uint64_t id, const void *value);
int reg_set64(int vcpu, uint64_t id, uint64_t value);
int run(int vcpu); /* with immediate_exit: 0 is never the answer */
int memory(int vm, uint32_t slot, uint32_t flags, uint64_t gpa, uint64_t size,
	   uint64_t offset); /* OFFSET into an anonymous mapping */
int irq_line(int vm, unsigned type, unsigned vcpu, unsigned intid, unsigned level);
bool on(unsigned what);

#define PSCI (1u << KVM_ARM_VCPU_PSCI_0_2)
#define OFF (1u << KVM_ARM_VCPU_POWER_OFF)
#define CORE64(member)                                                                             \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(member))
#define GRP_ADDR KVM_DEV_ARM_VGIC_GRP_ADDR
#define GRP_IRQS KVM_DEV_ARM_VGIC_GRP_NR_IRQS
#define GRP_CTRL KVM_DEV_ARM_VGIC_GRP_CTRL
#define GRP_DIST KVM_DEV_ARM_VGIC_GRP_DIST_REGS
#define INIT_NOW KVM_DEV_ARM_VGIC_CTRL_INIT

#endif
