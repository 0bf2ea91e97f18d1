// SPDX-License-Identifier: BSD-2-Clause
// What this host's CPU offers to a guest, asked on a VM made just for that.
#include "kvm/hostcpu.h"

#include "kvm/regname.h"
#include "kvm/sys.h"
#include "kvm/vcpu.h"
#include "kvm/vm.h"

#include <errno.h>

const uint32_t hostcpu_targets_64[] = {
	KVM_ARM_TARGET_AEM_V8,
	KVM_ARM_TARGET_FOUNDATION_V8,
	KVM_ARM_TARGET_CORTEX_A57,
	HOSTCPU_TRY_END,
};

enum { FD_KVM, FD_VM, FD_VCPU };

static int init_any(struct vcpu *vcpu, const uint32_t *try, struct kvm_vcpu_init *init)
{
	for (; *try != HOSTCPU_TRY_END; try++) {
		*init = (struct kvm_vcpu_init){ .target = *try };
		if (vcpu_init(vcpu, init) == 0)
			return 0;
	}
	return -ENOENT;
}

static int scratch_init(const int fds[3], const uint32_t *try, struct kvm_vcpu_init *init)
{
	struct vm vm = { .kvm_fd = fds[FD_KVM], .fd = fds[FD_VM] };
	struct vcpu vcpu = { .vm = &vm, .fd = fds[FD_VCPU] };
	struct kvm_vcpu_init used = *init;
	int ret;

	if (init->target == HOSTCPU_TARGET_PREFERRED) {
		struct kvm_vcpu_init preferred;

		ret = vcpu_target_read(&vm, &preferred);
		if (ret < 0) {
			ret = try ? init_any(&vcpu, try, &used) : ret;
			goto out;
		}
		used.target = preferred.target;
	}
	ret = vcpu_init(&vcpu, &used);
out:
	if (ret == 0)
		*init = used;
	return ret;
}

int hostcpu_scratch_create(const uint32_t *try, int fds[3], struct kvm_vcpu_init *init)
{
	const char *step;
	struct vm vm;
	int made[3];
	int ret;

	ret = vm_open(&vm, &step);
	if (ret < 0)
		return ret;
	made[FD_KVM] = vm.kvm_fd;
	made[FD_VM] = vm.fd;
	ret = sys_ioctl(vm.fd, KVM_CREATE_VCPU, NULL);
	if (ret < 0) {
		vm_close(&vm);
		return ret;
	}
	made[FD_VCPU] = ret;
	ret = init ? scratch_init(made, try, init) : 0;
	if (ret < 0) {
		hostcpu_scratch_destroy(made);
		return ret;
	}
	for (int i = 0; i < 3; i++)
		fds[i] = made[i];
	return 0;
}

void hostcpu_scratch_destroy(int fds[3])
{
	for (int i = 2; i >= 0; i--)
		sys_close(fds[i]);
}

uint32_t hostcpu_features_offered(const struct vm *vm)
{
	uint32_t features = 0;

	if (vm_cap(vm, KVM_CAP_ARM_EL1_32BIT))
		features |= HOSTCPU_AARCH32;
	if (vm_cap(vm, KVM_CAP_ARM_PMU_V3))
		features |= HOSTCPU_PMU;
	if (vm_cap(vm, KVM_CAP_ARM_SVE))
		features |= HOSTCPU_SVE;
	if (vm_cap(vm, KVM_CAP_ARM_PTRAUTH_ADDRESS) && vm_cap(vm, KVM_CAP_ARM_PTRAUTH_GENERIC))
		features |= HOSTCPU_PAUTH;
	return features;
}

void hostcpu_features_set(struct kvm_vcpu_init *init, uint32_t features)
{
	uint32_t word = 1u << KVM_ARM_VCPU_PSCI_0_2;

	if (features & HOSTCPU_AARCH32)
		word |= 1u << KVM_ARM_VCPU_EL1_32BIT;
	if (features & HOSTCPU_PMU)
		word |= 1u << KVM_ARM_VCPU_PMU_V3;
	if (features & HOSTCPU_SVE)
		word |= 1u << KVM_ARM_VCPU_SVE;
	if (features & HOSTCPU_PAUTH)
		word |= 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC;
	for (int i = 0; i < 7; i++)
		init->features[i] = 0;
	init->features[0] = word;
}

unsigned hostcpu_id_registers_read(struct hostcpu *host, const struct vcpu *vcpu)
{
	host->id_count = 0;
	for (const struct regname *reg = regname_id_registers; reg->name; reg++) {
		uint64_t value = 0;

		if (host->id_count == HOSTCPU_ID_REGISTERS)
			break;
		if (vcpu_reg_get(vcpu, reg->id, &value) < 0)
			continue;
		host->id[host->id_count].id = reg->id;
		host->id[host->id_count].value = value;
		host->id_count++;
	}
	return host->id_count;
}

int hostcpu_read(struct hostcpu *host)
{
	struct kvm_vcpu_init init = { .target = HOSTCPU_TARGET_PREFERRED };
	struct vcpu vcpu = { .fd = -1 };
	struct vm vm = { .fd = -1 };
	uint32_t features;
	int fds[3];
	int ret;

	/* The features can be asked for only once the VM is there. */
	ret = hostcpu_scratch_create(NULL, fds, NULL);
	if (ret < 0)
		return ret;
	vm.fd = fds[FD_VM];
	vcpu.fd = fds[FD_VCPU];
	features = hostcpu_features_offered(&vm);
	/* A 32-bit vCPU would hide what the CPU has in AArch64 state. */
	hostcpu_features_set(&init, features & ~(uint32_t)HOSTCPU_AARCH32);
	ret = scratch_init(fds, hostcpu_targets_64, &init);
	if (ret == 0) {
		host->target = init.target;
		host->features = features;
		host->dtb_compatible = "arm,armv8";
		hostcpu_id_registers_read(host, &vcpu);
	}
	hostcpu_scratch_destroy(fds);
	return ret;
}
