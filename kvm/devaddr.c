// SPDX-License-Identifier: BSD-2-Clause
// Deferred device addresses: noted, remapped at will, told to KVM once.
#include "kvm/devaddr.h"

#include "kvm/sys.h"
#include "kvm/vm.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>

int devaddr_register(struct devaddr_list *list, const struct devaddr *record)
{
	struct devaddr *entry;

	if (list->committed)
		return -EBUSY;
	if (list->count == DEVADDR_MAX)
		return -ENOSPC;
	entry = &list->entry[list->count];
	*entry = *record;
	entry->gpa = DEVADDR_UNMAPPED;
	for (unsigned i = 0; i < list->count; i++)
		if (list->entry[i].region == record->region)
			entry->gpa = list->entry[i].gpa;
	list->count++;
	return 0;
}

void devaddr_map(struct devaddr_list *list, int region, uint64_t gpa)
{
	if (list->committed)
		return;
	for (unsigned i = 0; i < list->count; i++)
		if (list->entry[i].region == region)
			list->entry[i].gpa = gpa;
}

void devaddr_unmap(struct devaddr_list *list, int region)
{
	devaddr_map(list, region, DEVADDR_UNMAPPED);
}

static int tell(const struct devaddr *entry, const struct vm *vm)
{
	uint64_t addr = entry->gpa | entry->ormask;
	struct kvm_device_attr attr = {
		.group = entry->group,
		.attr = entry->attr,
		.addr = (uintptr_t)&addr,
	};
	struct kvm_arm_device_addr legacy = { .id = entry->legacy_id, .addr = addr };

	if (entry->dev_fd >= 0)
		return sys_ioctl(entry->dev_fd, KVM_SET_DEVICE_ATTR, &attr);
	return sys_ioctl(vm->fd, KVM_ARM_SET_DEVICE_ADDR, &legacy);
}

int devaddr_commit(struct devaddr_list *list, const struct vm *vm, const struct devaddr **failed)
{
	*failed = NULL;
	if (list->committed)
		return 0;
	for (unsigned i = 0; i < list->count; i++) {
		const struct devaddr *entry = &list->entry[i];
		int ret;

		if (entry->gpa == DEVADDR_UNMAPPED)
			continue;
		ret = tell(entry, vm);
		if (ret < 0) {
			*failed = entry;
			return ret;
		}
	}
	list->committed = true;
	return 0;
}
