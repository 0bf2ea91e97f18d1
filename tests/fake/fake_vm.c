// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: /dev/kvm and the VM: capabilities, memory, devices, coalesced ranges.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/fake_state.h"

#define CAPS_SET 16

static struct {
	unsigned cap;
	int value;
} cap_set[CAPS_SET];
static unsigned cap_sets;
static int api_version = KVM_API_VERSION;

void fake_cap_set(unsigned cap, int value)
{
	if (cap == UINT32_MAX) {
		cap_sets = 0;
		return;
	}
	if (cap_sets < CAPS_SET) {
		cap_set[cap_sets].cap = cap;
		cap_set[cap_sets++].value = value;
	}
}

void fake_api_version(int version)
{
	api_version = version;
}

int fake_cap(const struct fake_vm *vm, unsigned cap)
{
	for (unsigned i = cap_sets; i--;)
		if (cap_set[i].cap == cap)
			return cap_set[i].value;
	switch (cap) {
	case KVM_CAP_IRQCHIP: return fake.host.gicv2 || fake.host.gicv3;
	case KVM_CAP_USER_MEMORY:
	case KVM_CAP_DESTROY_MEMORY_REGION_WORKS:
	case KVM_CAP_CHECK_EXTENSION_VM:
	case KVM_CAP_COALESCED_MMIO:
	case KVM_CAP_COALESCED_PIO:
	case KVM_CAP_IOEVENTFD:
	case KVM_CAP_IRQFD:
	case KVM_CAP_ONE_REG:
	case KVM_CAP_READONLY_MEM:
	case KVM_CAP_ARM_PSCI:
	case KVM_CAP_ARM_PSCI_0_2:
	case KVM_CAP_ARM_SET_DEVICE_ADDR:
	case KVM_CAP_ENABLE_CAP_VM:
	case KVM_CAP_VCPU_ATTRIBUTES:
	case KVM_CAP_IMMEDIATE_EXIT:
	case KVM_CAP_VCPU_EVENTS:
	case KVM_CAP_SET_GUEST_DEBUG:
	case KVM_CAP_ARM_USER_IRQ:
	case KVM_CAP_ARM_IRQ_LINE_LAYOUT_2:
	case KVM_CAP_ARM_NISV_TO_USER:
	case KVM_CAP_ARM_INJECT_EXT_DABT:
	case KVM_CAP_SYSTEM_EVENT_DATA:
	case KVM_CAP_ARM_SYSTEM_SUSPEND:
	case KVM_CAP_BINARY_STATS_FD:
	case KVM_CAP_STEAL_TIME: return 1;
	case KVM_CAP_DEVICE_CTRL: return !fake.host.no_device_ctrl;
	case KVM_CAP_MP_STATE: return !fake.host.no_mp_state;
	case KVM_CAP_NR_VCPUS: return 1;
	case KVM_CAP_MAX_VCPUS:
	case KVM_CAP_MAX_VCPU_ID: return (int)(vm ? vm->max_vcpus : fake.host.max_vcpus);
	case KVM_CAP_NR_MEMSLOTS: return 32767;
	case KVM_CAP_ARM_VM_IPA_SIZE: return (int)fake.host.ipa_bits;
	case KVM_CAP_ARM_EL1_32BIT: return fake.host.aarch32;
	case KVM_CAP_ARM_PMU_V3: return fake.host.pmu;
	case KVM_CAP_ARM_SVE: return fake.host.sve;
	case KVM_CAP_ARM_PTRAUTH_ADDRESS:
	case KVM_CAP_ARM_PTRAUTH_GENERIC: return fake.host.pauth;
	case KVM_CAP_GUEST_DEBUG_HW_BPS: return (int)fake.host.breakpoints;
	case KVM_CAP_GUEST_DEBUG_HW_WPS: return (int)fake.host.watchpoints;
	case KVM_CAP_MSI_DEVID: return vm ? vm->has_its : -EINVAL;
	default: return 0;
	}
}

static int vm_create(unsigned long type)
{
	unsigned bits = type & KVM_VM_TYPE_ARM_IPA_SIZE_MASK,
		 limit = fake.host.ipa_bits ? fake.host.ipa_bits : 40;
	struct fake_vm *vm;

	if (type & ~(unsigned long)KVM_VM_TYPE_ARM_IPA_SIZE_MASK)
		return -EINVAL;
	if (bits && (!fake.host.ipa_bits || bits < 32 || bits > limit))
		return -EINVAL;
	if (!bits && limit < 40)
		return -EINVAL;
	if (fake.vms == FAKE_VMS)
		return -ENOMEM;
	vm = calloc(1, sizeof(*vm));
	vm->ipa_bits = bits ? bits : 40;
	vm->max_vcpus = fake.host.max_vcpus;
	vm->psci_version = fake_is_6_12() ? 0x10001 : 0x10001;
	vm->dist = vm->cpu = vm->its.base = FAKE_UNSET;
	fake.vm[fake.vms++] = vm;
	return fake_fd_make(FAKE_VM, vm, NULL);
}

void fake_vm_free(struct fake_vm *vm)
{
	for (unsigned i = 0; i < vm->vcpus; i++)
		fake_vcpu_free(vm->vcpu[i]);
	free(vm->spi);
	free(vm);
}

int fake_kvm_ioctl(unsigned long request, void *arg)
{
	switch (request) {
	case KVM_GET_API_VERSION: return arg ? -EINVAL : api_version;
	case KVM_CREATE_VM: return vm_create((unsigned long)arg);
	case KVM_CHECK_EXTENSION: return fake_cap(NULL, (unsigned)(uintptr_t)arg);
	case KVM_GET_VCPU_MMAP_SIZE: return arg ? -EINVAL : (int)FAKE_RUN_SIZE;
	default: return -EINVAL;
	}
}

static int memory_set(struct fake_vm *vm, const struct kvm_userspace_memory_region *mem)
{
	struct fake_slot *old = NULL;
	uint64_t end = mem->guest_phys_addr + mem->memory_size;

	if (mem->flags & ~(uint32_t)(KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY))
		return -EINVAL;
	if (mem->flags & KVM_MEM_READONLY && !fake_cap(vm, KVM_CAP_READONLY_MEM))
		return -EINVAL;
	if ((mem->memory_size | mem->guest_phys_addr | mem->userspace_addr) % FAKE_PAGE)
		return -EINVAL;
	if (mem->slot >= 32767 || end < mem->guest_phys_addr)
		return -EINVAL;
	for (unsigned i = 0; i < vm->slots; i++)
		if (vm->slot[i].slot == mem->slot && vm->slot[i].size)
			old = &vm->slot[i];
	if (!mem->memory_size) {
		if (!old)
			return -EINVAL;
		old->size = 0;
		return 0;
	}
	if (old && (mem->userspace_addr != old->hva || mem->memory_size != old->size ||
		    (mem->flags ^ old->flags) & KVM_MEM_READONLY))
		return -EINVAL;
	for (unsigned i = 0; i < vm->slots; i++)
		if (&vm->slot[i] != old && vm->slot[i].size && vm->slot[i].gpa < end &&
		    mem->guest_phys_addr < vm->slot[i].gpa + vm->slot[i].size)
			return -EEXIST;
	if (end > 1ull << vm->ipa_bits)
		return -EFAULT;
	if (!old) {
		if (vm->slots == FAKE_SLOTS)
			return -ENOMEM;
		old = &vm->slot[vm->slots++];
	}
	*old = (struct fake_slot){ mem->slot, mem->flags, mem->guest_phys_addr, mem->memory_size,
				   mem->userspace_addr };
	return 0;
}

const struct fake_slot *fake_memory(unsigned i)
{
	const struct fake_vm *vm = fake_vm_current();

	return vm && i < vm->slots ? &vm->slot[i] : NULL;
}

static int device_create(struct fake_vm *vm, struct kvm_create_device *dev)
{
	bool offered =
		(dev->type == KVM_DEV_TYPE_ARM_VGIC_V2 && fake.host.gicv2) ||
		(dev->type == KVM_DEV_TYPE_ARM_VGIC_V3 && fake.host.gicv3) ||
		(dev->type == KVM_DEV_TYPE_ARM_VGIC_ITS && fake.host.gicv3 && !fake.host.no_its);
	int ret;

	if (fake.host.no_device_ctrl)
		return -EINVAL;
	if (!offered)
		return -ENODEV;
	if (dev->flags & KVM_CREATE_DEVICE_TEST)
		return 0;
	if (dev->type == KVM_DEV_TYPE_ARM_VGIC_ITS)
		ret = fake_its_create(vm);
	else
		ret = fake_vgic_create(vm, dev->type);
	if (ret)
		return ret;
	dev->fd = (uint32_t)fake_fd_make(
		dev->type == KVM_DEV_TYPE_ARM_VGIC_ITS ? FAKE_ITS : FAKE_VGIC, vm, NULL);
	return 0;
}

static int cap_enable(const struct kvm_enable_cap *cap)
{
	if (cap->flags)
		return -EINVAL;
	switch (cap->cap) {
	case KVM_CAP_ARM_NISV_TO_USER:
	case KVM_CAP_ARM_SYSTEM_SUSPEND: return fake_cap(NULL, cap->cap) ? 0 : -EINVAL;
	default: return -EINVAL;
	}
}

static int zone_set(struct fake_vm *vm, const struct kvm_coalesced_mmio_zone *zone, bool add)
{
	if (zone->pio > 1)
		return -EINVAL;
	if (add) {
		if (vm->zones == FAKE_ZONES)
			return -ENOSPC;
		vm->zone[vm->zones++] = *zone;
		return 0;
	}
	for (unsigned i = vm->zones; i--;)
		if (vm->zone[i].pio == zone->pio && zone->addr >= vm->zone[i].addr &&
		    zone->addr + zone->size <= vm->zone[i].addr + vm->zone[i].size)
			vm->zone[i] = vm->zone[--vm->zones];
	return 0;
}

static int target_get(struct kvm_vcpu_init *init)
{
	if (fake.host.no_preferred_target)
		return -EINVAL;
	memset(init, 0, sizeof(*init));
	init->target = fake.host.target;
	return 0;
}

/* Of a VM's own attributes only the SMCCC filter, group 0. */
static int attr_call(struct fake_vm *vm, unsigned long request, const struct kvm_device_attr *attr)
{
	const struct {
		uint32_t base, count;
		uint8_t action, pad[15];
	} *filter = (const void *)(uintptr_t)attr->addr;

	if (!fake_is_6_12())
		return -EINVAL;
	if (attr->group || attr->attr)
		return -ENXIO;
	if (request == KVM_HAS_DEVICE_ATTR)
		return 0;
	if (!filter->count || filter->action > 2)
		return -EINVAL;
	for (unsigned i = 0; i < sizeof(filter->pad); i++)
		if (filter->pad[i])
			return -EINVAL;
	if (vm->ran)
		return -EBUSY;
	if (filter->base >> 24 == 0x80 || filter->base >> 24 == 0xc0)
		return -EEXIST; /* Arm's architecture calls are KVM's own */
	for (unsigned i = 0; i < vm->filters; i++)
		if (filter->base < vm->filter[i].base + vm->filter[i].count &&
		    vm->filter[i].base < filter->base + filter->count)
			return -EEXIST;
	if (vm->filters == FAKE_FILTERS)
		return -ENOMEM;
	vm->filter[vm->filters].base = filter->base;
	vm->filter[vm->filters++].count = filter->count;
	return 0;
}

int fake_vm_ioctl(struct fake_vm *vm, unsigned long request, void *arg)
{
	switch (request) {
	case KVM_CHECK_EXTENSION: return fake_cap(vm, (unsigned)(uintptr_t)arg);
	case KVM_ENABLE_CAP: return cap_enable(arg);
	case KVM_SET_USER_MEMORY_REGION: return memory_set(vm, arg);
	case KVM_CREATE_VCPU: return fake_vcpu_create(vm, (unsigned long)arg);
	case KVM_CREATE_DEVICE: return device_create(vm, arg);
	case KVM_CREATE_IRQCHIP:
		if (!fake_cap(vm, KVM_CAP_IRQCHIP))
			return -ENXIO;
		return fake.host.gicv2 ? fake_vgic_create(vm, KVM_DEV_TYPE_ARM_VGIC_V2) : -ENODEV;
	case KVM_ARM_SET_DEVICE_ADDR: return fake_vgic_legacy_address(vm, arg);
	case KVM_ARM_PREFERRED_TARGET: return target_get(arg);
	case KVM_IRQ_LINE: return fake_irq_line(vm, arg);
	case KVM_HAS_DEVICE_ATTR:
	case KVM_SET_DEVICE_ATTR: return attr_call(vm, request, arg);
	case KVM_REGISTER_COALESCED_MMIO:
		return fake_cap(vm, KVM_CAP_COALESCED_MMIO) ? zone_set(vm, arg, true) : -EINVAL;
	case KVM_UNREGISTER_COALESCED_MMIO:
		return fake_cap(vm, KVM_CAP_COALESCED_MMIO) ? zone_set(vm, arg, false) : -EINVAL;
	default: return -EINVAL;
	}
}
