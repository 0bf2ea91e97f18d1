// SPDX-License-Identifier: BSD-2-Clause
// The VM: made, asked what it offers, given memory.
#include "kvm/vm.h"

#include "kvm/sys.h"

#include <errno.h>
#include <linux/kvm.h>

/*
 * KVM_CREATE_VM may be interrupted without any signal being there; a bound, so that a broken kernel
 * cannot hang us.
 */
#define CREATE_TRIES 100

#define IPA_BITS_DEFAULT 40 /* what type 0 means */
#define SMCCC_CTRL 0 /* KVM_ARM_VM_SMCCC_CTRL, younger than the headers */
#define SMCCC_FILTER 0

static void *number(uintptr_t n)
{
	return (void *)n;
}

static int vm_create(int kvm_fd, unsigned ipa_bits)
{
	int ret = -EINTR;

	for (int i = 0; ret == -EINTR && i < CREATE_TRIES; i++)
		ret = sys_ioctl(kvm_fd, KVM_CREATE_VM, number(ipa_bits));
	return ret;
}

int vm_open(struct vm *vm, const char **step)
{
	int ret, ipa_bits;

	*vm = (struct vm){ .kvm_fd = -1, .fd = -1 };

	*step = "open /dev/kvm";
	ret = sys_open("/dev/kvm");
	if (ret < 0)
		return ret;
	vm->kvm_fd = ret;

	*step = "KVM_GET_API_VERSION";
	ret = sys_ioctl(vm->kvm_fd, KVM_GET_API_VERSION, NULL);
	if (ret != KVM_API_VERSION) {
		ret = ret < 0 ? ret : -EPROTO;
		goto fail;
	}

	*step = "KVM_GET_VCPU_MMAP_SIZE";
	ret = sys_ioctl(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
	if (ret < (int)sizeof(struct kvm_run)) {
		ret = ret < 0 ? ret : -EPROTO;
		goto fail;
	}
	vm->run_size = (size_t)ret;

	*step = "KVM_CREATE_VM";
	ipa_bits = sys_ioctl(vm->kvm_fd, KVM_CHECK_EXTENSION, number(KVM_CAP_ARM_VM_IPA_SIZE));
	vm->ipa_bits = ipa_bits > 0 ? (unsigned)ipa_bits : IPA_BITS_DEFAULT;
	ret = vm_create(vm->kvm_fd, ipa_bits > 0 ? vm->ipa_bits : 0);
	if (ret < 0)
		goto fail;
	vm->fd = ret;
	return 0;

fail:
	vm_close(vm);
	return ret;
}

void vm_close(struct vm *vm)
{
	if (vm->fd >= 0)
		sys_close(vm->fd);
	if (vm->kvm_fd >= 0)
		sys_close(vm->kvm_fd);
	vm->fd = -1;
	vm->kvm_fd = -1;
}

int vm_cap(const struct vm *vm, unsigned cap)
{
	int ret = sys_ioctl(vm->fd, KVM_CHECK_EXTENSION, number(cap));

	return ret < 0 ? 0 : ret;
}

int vm_cap_enable(const struct vm *vm, unsigned cap, uint64_t arg0)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { arg0 } };

	return sys_ioctl(vm->fd, KVM_ENABLE_CAP, &enable);
}

bool vm_device_offered(const struct vm *vm, unsigned type)
{
	struct kvm_create_device device = { .type = type, .flags = KVM_CREATE_DEVICE_TEST };

	return sys_ioctl(vm->fd, KVM_CREATE_DEVICE, &device) >= 0;
}

/* struct kvm_smccc_filter, younger than the headers. */
struct smccc_filter {
	uint32_t base, count;
	uint8_t action, pad[15];
};
#define SMCCC_FORWARD 2 /* KVM_SMCCC_FILTER_FWD_TO_USER */

int vm_calls_forward(const struct vm *vm, uint32_t fn, uint32_t count)
{
	const struct smccc_filter filter = { .base = fn, .count = count, .action = SMCCC_FORWARD };
	struct kvm_device_attr a = { .group = SMCCC_CTRL,
				     .attr = SMCCC_FILTER,
				     .addr = (uintptr_t)&filter };
	int ret = sys_ioctl(vm->fd, KVM_SET_DEVICE_ATTR, &a);

	return ret < 0 ? ret : 0;
}

bool vm_smc_served(const struct vm *vm)
{
	struct kvm_device_attr a = { .group = SMCCC_CTRL, .attr = SMCCC_FILTER };

	return sys_ioctl(vm->fd, KVM_HAS_DEVICE_ATTR, &a) == 0;
}

int vm_memory_put(const struct vm *vm, uint32_t slot, uint64_t gpa, uint64_t size, void *hva,
		  bool readonly)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = readonly ? KVM_MEM_READONLY : 0,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)hva,
	};
	int ret;

	/* KVM takes size 0 for "delete this slot" and would complain of something else. */
	if (size == 0)
		return -EINVAL;
	ret = sys_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region);
	return ret < 0 ? ret : 0;
}

int vm_memory_add(struct vm *vm, uint64_t gpa, uint64_t size, void *hva, bool readonly)
{
	int ret = vm_memory_put(vm, vm->slots, gpa, size, hva, readonly);

	vm->slots += ret == 0;
	return ret;
}

int vm_memory_drop(const struct vm *vm, uint32_t slot)
{
	struct kvm_userspace_memory_region region = { .slot = slot };
	int ret = sys_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region);

	return ret < 0 ? ret : 0;
}

uint32_t vm_slots_reserve(struct vm *vm, uint32_t count)
{
	const uint32_t first = vm->slots;

	vm->slots += count;
	return first;
}

int vm_spi_set(const struct vm *vm, uint32_t intid, bool level)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | intid,
		.level = level,
	};
	int ret = sys_ioctl(vm->fd, KVM_IRQ_LINE, &line);

	return ret < 0 ? ret : 0;
}
