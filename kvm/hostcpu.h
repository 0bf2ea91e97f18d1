/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host CPU as KVM offers it to a guest: a scratch vCPU to ask, features, target, ID registers.
 */
#ifndef KVM_HOSTCPU_H
#define KVM_HOSTCPU_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

struct vm;
struct vcpu;

/* Features a vCPU may ask for. Bits of hostcpu.features. */
enum hostcpu_feature {
	HOSTCPU_AARCH32 = 1 << 0, /* EL1 may run AArch32 */
	HOSTCPU_PMU = 1 << 1,
	HOSTCPU_SVE = 1 << 2,
	HOSTCPU_PAUTH = 1 << 3,
};

#define HOSTCPU_ID_REGISTERS 64

struct hostcpu {
	uint32_t target; /* KVM_ARM_TARGET_ */
	uint32_t features; /* enum hostcpu_feature, as the capabilities say */
	const char *dtb_compatible; /* for a guest's cpu node: "arm,armv8" */
	unsigned id_count; /* ID registers read */
	struct {
		uint64_t id, value;
	} id[HOSTCPU_ID_REGISTERS];
};

/*
 * Open /dev/kvm, a VM and one vCPU just to ask. TRY is a list of targets ended by HOSTCPU_TRY_END,
 * for kernels without KVM_ARM_PREFERRED_TARGET (features zero, the first that works wins); NULL:
 * no such fallback. INIT in/out, NULL allowed (then the vCPU is not initialised): target
 * HOSTCPU_TARGET_PREFERRED = ask KVM; the caller's feature words are kept. FDS = {kvm, vm, vcpu}.
 * On failure everything is closed, vcpu first, FDS is untouched. Returns 0 or -errno of the step
 * that failed; -ENOENT: TRY holds nothing that works. QEMU's kvm_arm_create_scratch_host_vcpu.
 */
#define HOSTCPU_TARGET_PREFERRED UINT32_MAX
#define HOSTCPU_TRY_END UINT32_MAX
int hostcpu_scratch_create(const uint32_t *try, int fds[3], struct kvm_vcpu_init *init);

/* Close FDS: vcpu, vm, kvm. QEMU's kvm_arm_destroy_scratch_host_vcpu. */
void hostcpu_scratch_destroy(int fds[3]);

/* Targets of kernels without KVM_ARM_PREFERRED_TARGET (< 3.12), 64-bit. */
extern const uint32_t hostcpu_targets_64[];

/* Which HOSTCPU_ features the VM's capabilities offer. */
uint32_t hostcpu_features_offered(const struct vm *vm);

/*
 * Feature words of KVM_ARM_VCPU_INIT for these HOSTCPU_ features: PSCI 0.2 always, both PAUTH bits
 * or none.
 */
void hostcpu_features_set(struct kvm_vcpu_init *init, uint32_t features);

/*
 * Fill HOST from a scratch vCPU that asks for every feature offered (or KVM would hide its
 * fields). A register that this host lacks is left out. Returns 0 or -errno; nothing stays open.
 * QEMU's kvm_arm_get_host_cpu_features.
 */
int hostcpu_read(struct hostcpu *host);

/* The ID registers of an initialised vCPU into HOST's id table. Returns their number. */
unsigned hostcpu_id_registers_read(struct hostcpu *host, const struct vcpu *vcpu);

#endif
