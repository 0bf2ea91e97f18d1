/* SPDX-License-Identifier: BSD-2-Clause */
/* One vCPU: its fd, its shared run structure, its registers. */
#ifndef KVM_VCPU_H
#define KVM_VCPU_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

struct guestdebug_points;
struct vm;

struct vcpu {
	const struct vm *vm;
	int fd;
	unsigned id;
	struct kvm_run *run;
	struct kvm_vcpu_init init; /* what the last vcpu_init() used */
	/* kvm/guestdebug.c's own: */
	uint8_t steppers; /* enum guestdebug_stepper */
	const struct guestdebug_points *points; /* NULL: none */
};

#define VCPU_CORE_REG(member)                                                                      \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(member))

/*
 * KVM_CREATE_VCPU and the mapping of its run structure. Returns 0 or -errno: -EINVAL (ID beyond
 * KVM_CAP_MAX_VCPUS, or beyond what the vGIC takes), -EEXIST, -EBUSY (the vGIC is initialised
 * already).
 */
int vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned id);
void vcpu_destroy(struct vcpu *vcpu);

/* KVM_ARM_PREFERRED_TARGET into INIT, all feature words zero. Returns 0 or -errno. */
int vcpu_target_read(const struct vm *vm, struct kvm_vcpu_init *init);

/*
 * (Re)initialise a vCPU with INIT's target and all its feature words; KVM_ARM_VCPU_FINALIZE
 * follows where SVE is asked for and the vCPU was not finalised yet. KVM_ARM_VCPU_POWER_OFF may
 * differ from vCPU to vCPU, and between calls for one vCPU on kernels from 6.4 on; the other
 * features are the same for the whole VM. The vGIC, the pvtime base and the PMU interrupt are NOT
 * reset by this. INIT may be vcpu->init. QEMU's kvm_arm_vcpu_init. Returns 0, -ENOENT (a
 * feature bit no kernel knows), -EINVAL (not offered here, or another set than before), or -errno
 * of KVM_ARM_VCPU_FINALIZE; vcpu->init then stays what it was.
 */
int vcpu_init(struct vcpu *vcpu, const struct kvm_vcpu_init *init);

/* One register by KVM id, of the size the id states. Returns 0 or -errno of KVM_GET/SET_ONE_REG. */
int vcpu_reg_get(const struct vcpu *vcpu, uint64_t id, void *value);
int vcpu_reg_set(const struct vcpu *vcpu, uint64_t id, const void *value);

/* The same for a 64-bit register passed by value. */
int vcpu_reg_set64(const struct vcpu *vcpu, uint64_t id, uint64_t value);

/*
 * KVM_SET_DEVICE_ATTR on the vCPU fd (PMU, timers, pvtime). Returns 0 or -errno (-ENXIO: no such
 * attribute).
 */
int vcpu_attr_set(const struct vcpu *vcpu, uint32_t group, uint64_t attr, const void *value);

/*
 * PMUv3 of a vCPU that asked for it: interrupt INTID (a PPI, the same on all), then INIT. After the
 * vGIC's CTRL_INIT. 0 or -errno.
 */
int vcpu_pmu_init(const struct vcpu *vcpu, uint32_t intid);

/* KVM_RUN. Returns 0 (see run->exit_reason), -EINTR, or another -errno of KVM_RUN. */
int vcpu_run(struct vcpu *vcpu);

#endif
