// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: a vCPU's life, power state and attributes.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/fake_state.h"

int fake_vcpu_create(struct fake_vm *vm, unsigned long id)
{
	struct fake_vcpu *vcpu;

	if (id >= FAKE_VCPUS || vm->vcpus >= vm->max_vcpus)
		return -EINVAL;
	if (vm->gic && vm->gic_inited)
		return -EBUSY;
	if (id >= vm->max_vcpus)
		return -EINVAL;
	if (fake_vcpu_by_id(vm, (unsigned)id))
		return -EEXIST;
	vcpu = calloc(1, sizeof(*vcpu));
	vcpu->vm = vm;
	vcpu->id = (unsigned)id;
	vcpu->index = vm->vcpus;
	vcpu->run = aligned_alloc(FAKE_PAGE, FAKE_RUN_SIZE);
	memset(vcpu->run, 0, FAKE_RUN_SIZE);
	vm->vcpu[vm->vcpus++] = vcpu;
	fake_vgic_vcpu_add(vm, vcpu);
	return fake_fd_make(FAKE_VCPU, vm, vcpu);
}

void fake_vcpu_free(struct fake_vcpu *vcpu)
{
	free(vcpu->run);
	free(vcpu->reg);
	free(vcpu->store);
	free(vcpu->script);
	free(vcpu);
}

/* What a host without the hardware refuses, whatever the kernel. */
static bool features_offered(uint32_t features)
{
	if (features & 1u << KVM_ARM_VCPU_EL1_32BIT && !fake.host.aarch32)
		return false;
	if (features & 1u << KVM_ARM_VCPU_PMU_V3 && !fake.host.pmu)
		return false;
	if (features & 1u << KVM_ARM_VCPU_SVE && !fake.host.sve)
		return false;
	if (features & FAKE_PAUTH && (!fake.host.pauth || (features & FAKE_PAUTH) != FAKE_PAUTH))
		return false;
	return !(features >> FAKE_FEATURES_6_1); /* nested: not on this host */
}

static bool width_differs(const struct fake_vcpu *vcpu, uint32_t features)
{
	for (unsigned i = 0; i < vcpu->vm->vcpus; i++) {
		const struct fake_vcpu *other = vcpu->vm->vcpu[i];

		if (other != vcpu && other->inited &&
		    (other->features ^ features) & 1u << KVM_ARM_VCPU_EL1_32BIT)
			return true;
	}
	return false;
}

/* 6.1: each vCPU keeps its own set, POWER_OFF included. Bits are looked at one by one, the lowest first. */
static int features_check_6_1(const struct fake_vcpu *vcpu, const struct kvm_vcpu_init *init)
{
	if (init->target != fake.host.target)
		return -EINVAL;
	for (unsigned i = 0; i < 32 * 7; i++) {
		bool set = init->features[i / 32] >> i % 32 & 1;

		if (set && i >= FAKE_FEATURES_6_1)
			return -ENOENT;
		if (vcpu->inited && i < FAKE_FEATURES_6_1 && set != (vcpu->features >> i & 1))
			return -EINVAL;
	}
	if (width_differs(vcpu, init->features[0]) || !features_offered(init->features[0]))
		return -EINVAL;
	return 0;
}

/* 6.12: one set for the VM, POWER_OFF apart. */
static int features_check_6_12(const struct fake_vcpu *vcpu, const struct kvm_vcpu_init *init)
{
	uint32_t features = init->features[0] & ~FAKE_POWER_OFF;

	if (init->target != fake.host.target && init->target != KVM_ARM_TARGET_GENERIC_V8)
		return -EINVAL;
	if (features >> FAKE_FEATURES_6_12)
		return -ENOENT;
	for (unsigned i = 1; i < 7; i++)
		if (init->features[i])
			return -ENOENT;
	if (!features_offered(features))
		return -EINVAL;
	if (vcpu->vm->features_set && features != vcpu->vm->features)
		return -EINVAL;
	return 0;
}

static int vcpu_init(struct fake_vcpu *vcpu, const struct kvm_vcpu_init *init)
{
	int ret = fake_is_6_12() ? features_check_6_12(vcpu, init) : features_check_6_1(vcpu, init);

	if (ret)
		return ret;
	vcpu->features = init->features[0];
	vcpu->vm->features = init->features[0] & ~FAKE_POWER_OFF;
	vcpu->vm->features_set = true;
	vcpu->inited = true;
	vcpu->inits++;
	vcpu->mp_state =
		init->features[0] & FAKE_POWER_OFF ? KVM_MP_STATE_STOPPED : KVM_MP_STATE_RUNNABLE;
	if (vcpu->ran) /* the timers' lines fall, and what KVM maps to the host's timer is idle again */
		for (unsigned ppi = 27; ppi <= 30; ppi += 3)
			vcpu->gic.irq[ppi].active = vcpu->gic.irq[ppi].latch =
				vcpu->gic.irq[ppi].line = false;
	return fake_regs_reset(vcpu);
}

static int finalize(struct fake_vcpu *vcpu, int what)
{
	if (!vcpu->inited)
		return -ENOEXEC;
	if (what != KVM_ARM_VCPU_SVE || !(vcpu->features & 1u << KVM_ARM_VCPU_SVE))
		return -EINVAL;
	if (vcpu->finalised)
		return -EPERM;
	vcpu->finalised = true;
	return 0;
}

static int mp_state_set(struct fake_vcpu *vcpu, uint32_t state)
{
	if (state != KVM_MP_STATE_RUNNABLE && state != KVM_MP_STATE_STOPPED &&
	    state != KVM_MP_STATE_SUSPENDED)
		return -EINVAL;
	vcpu->mp_state = (int)state;
	return 0;
}

static bool pmu_irq_fits(const struct fake_vcpu *vcpu, int irq)
{
	for (unsigned i = 0; i < vcpu->vm->vcpus; i++) {
		int other = vcpu->vm->vcpu[i]->pmu_irq;

		if (other && (irq < 32 ? other != irq : other == irq))
			return false;
	}
	return true;
}

static int pmu_set(struct fake_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	int irq;

	if (!(vcpu->features & 1u << KVM_ARM_VCPU_PMU_V3))
		return -ENODEV;
	if (vcpu->pmu_created)
		return -EBUSY;
	switch (attr->attr) {
	case KVM_ARM_VCPU_PMU_V3_IRQ:
		if (!vcpu->vm->gic)
			return -EINVAL;
		irq = *(const int *)(uintptr_t)attr->addr;
		if (irq < 16 || irq > 1019 || !pmu_irq_fits(vcpu, irq))
			return -EINVAL;
		if (vcpu->pmu_irq)
			return -EBUSY;
		vcpu->pmu_irq = irq;
		return 0;
	case KVM_ARM_VCPU_PMU_V3_INIT:
		if (vcpu->vm->gic && !vcpu->vm->gic_inited)
			return -ENODEV;
		if (vcpu->vm->gic && !vcpu->pmu_irq)
			return -ENXIO;
		vcpu->pmu_created = true;
		return 0;
	default: return -ENXIO;
	}
}

static int attr_has(const struct fake_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_ARM_VCPU_PMU_V3_CTRL:
		return attr->attr <= KVM_ARM_VCPU_PMU_V3_SET_PMU &&
				       vcpu->features & 1u << KVM_ARM_VCPU_PMU_V3
			       ? 0
			       : -ENXIO;
	case KVM_ARM_VCPU_TIMER_CTRL:
		return attr->attr <= KVM_ARM_VCPU_TIMER_IRQ_PTIMER ? 0 : -ENXIO;
	default: return -ENXIO;
	}
}

static int attr_set(struct fake_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	int irq;

	switch (attr->group) {
	case KVM_ARM_VCPU_PMU_V3_CTRL: return pmu_set(vcpu, attr);
	case KVM_ARM_VCPU_TIMER_CTRL:
		if (!vcpu->vm->gic)
			return -EINVAL;
		irq = *(const int *)(uintptr_t)attr->addr;
		if (irq < 16 || irq > 31)
			return -EINVAL;
		if (vcpu->ran)
			return -EBUSY;
		return attr_has(vcpu, attr);
	default: return -ENXIO;
	}
}

static int attr_get(const struct fake_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	int *irq = (int *)(uintptr_t)attr->addr;

	if (attr->group == KVM_ARM_VCPU_TIMER_CTRL && !attr_has(vcpu, attr)) {
		*irq = attr->attr == KVM_ARM_VCPU_TIMER_IRQ_VTIMER ? 27 : 30;
		return 0;
	}
	if (attr->group == KVM_ARM_VCPU_PMU_V3_CTRL && attr->attr == KVM_ARM_VCPU_PMU_V3_IRQ) {
		if (!vcpu->vm->gic)
			return -EINVAL;
		if (!(vcpu->features & 1u << KVM_ARM_VCPU_PMU_V3))
			return -ENODEV;
		if (!vcpu->pmu_irq)
			return -ENXIO;
		*irq = vcpu->pmu_irq;
		return 0;
	}
	return -ENXIO;
}

/* Registers are taken with USE_HW only. */
static int debug_set(struct fake_vcpu *vcpu, const struct kvm_guest_debug *debug)
{
	const uint32_t known = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP |
			       KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_USE_HW;

	if (debug->control & ~known)
		return -EINVAL;
	vcpu->debug.control = debug->control & KVM_GUESTDBG_ENABLE ? debug->control : 0;
	if (vcpu->debug.control & KVM_GUESTDBG_USE_HW)
		vcpu->debug.arch = debug->arch;
	return 0;
}

int fake_vcpu_ioctl(struct fake_vcpu *vcpu, unsigned long request, void *arg)
{
	switch (request) {
	case KVM_RUN: return fake_run(vcpu, arg);
	case KVM_ARM_VCPU_INIT: return vcpu_init(vcpu, arg);
	case KVM_ARM_VCPU_FINALIZE: return finalize(vcpu, *(const int *)arg);
	case KVM_GET_MP_STATE:
		if (fake.host.no_mp_state)
			return -EINVAL;
		((struct kvm_mp_state *)arg)->mp_state = (uint32_t)vcpu->mp_state;
		return 0;
	case KVM_SET_MP_STATE:
		if (fake.host.no_mp_state)
			return -EINVAL;
		return mp_state_set(vcpu, ((const struct kvm_mp_state *)arg)->mp_state);
	case KVM_GET_ONE_REG:
	case KVM_SET_ONE_REG:
		return vcpu->inited ? fake_reg_access(vcpu, arg, request == KVM_SET_ONE_REG)
				    : -ENOEXEC;
	case KVM_GET_REG_LIST: return vcpu->inited ? fake_reg_list(vcpu, arg) : -ENOEXEC;
	case KVM_SET_GUEST_DEBUG: return debug_set(vcpu, arg);
	case KVM_GET_STATS_FD: return fake_stats_fd(vcpu);
	case KVM_HAS_DEVICE_ATTR: return attr_has(vcpu, arg);
	case KVM_SET_DEVICE_ATTR: return attr_set(vcpu, arg);
	case KVM_GET_DEVICE_ATTR: return attr_get(vcpu, arg);
	default: return -EINVAL;
	}
}

int fake_mp_state(unsigned id)
{
	const struct fake_vcpu *vcpu = fake_vcpu_by_id(fake_vm_current(), id);

	return vcpu ? vcpu->mp_state : -1;
}

unsigned fake_inits(unsigned id)
{
	const struct fake_vcpu *vcpu = fake_vcpu_by_id(fake_vm_current(), id);

	return vcpu ? vcpu->inits : 0;
}

const struct kvm_guest_debug *fake_debug(unsigned id)
{
	const struct fake_vcpu *vcpu = fake_vcpu_by_id(fake_vm_current(), id);

	return vcpu ? &vcpu->debug : NULL;
}
