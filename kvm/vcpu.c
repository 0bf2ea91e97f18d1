// SPDX-License-Identifier: BSD-2-Clause
// One vCPU: its life, its registers, its attributes.
#include "kvm/vcpu.h"

#include "kvm/sys.h"
#include "kvm/vm.h"

#include <errno.h>
#include <stddef.h>

static bool wants_sve(const struct kvm_vcpu_init *init)
{
	return init->features[0] & 1u << KVM_ARM_VCPU_SVE;
}

int vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned id)
{
	void *run;
	int ret;

	*vcpu = (struct vcpu){ .vm = vm, .fd = -1, .id = id };
	ret = sys_ioctl(vm->fd, KVM_CREATE_VCPU, (void *)(uintptr_t)id);
	if (ret < 0)
		return ret;
	vcpu->fd = ret;
	ret = sys_map(vcpu->fd, vm->run_size, &run);
	if (ret < 0) {
		vcpu_destroy(vcpu);
		return ret;
	}
	vcpu->run = run;
	return 0;
}

void vcpu_destroy(struct vcpu *vcpu)
{
	if (vcpu->run)
		sys_unmap(vcpu->run, vcpu->vm->run_size);
	if (vcpu->fd >= 0)
		sys_close(vcpu->fd);
	vcpu->run = NULL;
	vcpu->fd = -1;
}

int vcpu_target_read(const struct vm *vm, struct kvm_vcpu_init *init)
{
	*init = (struct kvm_vcpu_init){ 0 };
	return sys_ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, init);
}

int vcpu_init(struct vcpu *vcpu, const struct kvm_vcpu_init *init)
{
	struct kvm_vcpu_init arg = *init;
	int feature = KVM_ARM_VCPU_SVE;
	int ret;

	ret = sys_ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &arg);
	if (ret < 0)
		return ret;
	/* KVM stays finalised over a second INIT and answers -EPERM to a second FINALIZE. */
	if (wants_sve(init) && !wants_sve(&vcpu->init)) {
		ret = sys_ioctl(vcpu->fd, KVM_ARM_VCPU_FINALIZE, &feature);
		if (ret < 0)
			return ret;
	}
	vcpu->init = *init;
	return 0;
}

int vcpu_reg_get(const struct vcpu *vcpu, uint64_t id, void *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return sys_ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg);
}

int vcpu_reg_set(const struct vcpu *vcpu, uint64_t id, const void *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return sys_ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg);
}

int vcpu_reg_set64(const struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	return vcpu_reg_set(vcpu, id, &value);
}

int vcpu_attr_set(const struct vcpu *vcpu, uint32_t group, uint64_t attr, const void *value)
{
	struct kvm_device_attr arg = { .group = group, .attr = attr, .addr = (uintptr_t)value };

	return sys_ioctl(vcpu->fd, KVM_SET_DEVICE_ATTR, &arg);
}

int vcpu_pmu_init(const struct vcpu *vcpu, uint32_t intid)
{
	int ret;

	ret = vcpu_attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, &intid);
	if (ret < 0)
		return ret;
	return vcpu_attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_INIT, NULL);
}

int vcpu_run(struct vcpu *vcpu)
{
	int ret = sys_ioctl(vcpu->fd, KVM_RUN, NULL);

	return ret < 0 ? ret : 0;
}
