// SPDX-License-Identifier: BSD-2-Clause
// The vGIC's life: made, numbered, told its addresses, initialised. Its registers are in vgic_regs.c.
#include "kvm/vgic.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>

#include "kvm/devaddr.h"
#include "kvm/sys.h"
#include "kvm/vm.h"

#define IRQS_DEFAULT 256 /* what KVM gives when it is told nothing */
#define REDIST_COUNT_SHIFT 52
#define REDIST_COUNT_MAX 0xfff

static int attr_set(int fd, uint32_t group, uint64_t attr, const void *value)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (uintptr_t)value };
	int ret = sys_ioctl(fd, KVM_SET_DEVICE_ATTR, &a);

	return ret < 0 ? ret : 0;
}

static int device_create(const struct vm *vm, uint32_t type)
{
	struct kvm_create_device dev = { .type = type };
	int ret = sys_ioctl(vm->fd, KVM_CREATE_DEVICE, &dev);

	return ret < 0 ? ret : (int)dev.fd;
}

static int address_note(struct devaddr_list *list, int region, int fd, uint64_t type,
			uint64_t ormask)
{
	struct devaddr record = {
		.region = region,
		.dev_fd = fd,
		.group = KVM_DEV_ARM_VGIC_GRP_ADDR,
		.attr = type,
		.legacy_id = (uint64_t)KVM_ARM_DEVICE_VGIC_V2 << KVM_ARM_DEVICE_ID_SHIFT | type,
		.ormask = ormask,
		.gpa = DEVADDR_UNMAPPED,
	};

	return devaddr_register(list, &record);
}

static int addresses_note(const struct vgic *vgic, struct devaddr_list *list,
			  const unsigned *redist_count)
{
	int ret;

	if (vgic->kind == VGIC_V2 || vgic->kind == VGIC_V2_IRQCHIP) {
		ret = address_note(list, VGIC_REGION_DIST, vgic->fd, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
		if (!ret)
			ret = address_note(list, VGIC_REGION_CPU, vgic->fd,
					   KVM_VGIC_V2_ADDR_TYPE_CPU, 0);
		return ret;
	}
	ret = address_note(list, VGIC_REGION_DIST, vgic->fd, KVM_VGIC_V3_ADDR_TYPE_DIST, 0);
	for (unsigned i = 0; !ret && i < vgic->redists; i++)
		ret = address_note(list, VGIC_REGION_REDIST + (int)i, vgic->fd,
				   KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION,
				   (uint64_t)redist_count[i] << REDIST_COUNT_SHIFT | i);
	if (!ret && vgic->its_fd >= 0)
		ret = address_note(list, VGIC_REGION_ITS, vgic->its_fd, KVM_VGIC_ITS_ADDR_TYPE, 0);
	return ret;
}

/* What can be refused before anything is made. */
static bool request_ok(enum vgic_kind kind, unsigned irqs, const unsigned *redist_count,
		       unsigned redists, bool its)
{
	if (irqs && (irqs < 64 || irqs > 992 || irqs % 32))
		return false;
	if (kind == VGIC_V2_IRQCHIP && irqs > IRQS_DEFAULT)
		return false;
	if (kind != VGIC_V3)
		return !its;
	if (!redists || redists > VGIC_REDISTS_MAX)
		return false;
	for (unsigned i = 0; i < redists; i++)
		if (!redist_count[i] || redist_count[i] > REDIST_COUNT_MAX)
			return false;
	return true;
}

int vgic_create(struct vgic *vgic, const struct vm *vm, struct devaddr_list *list,
		enum vgic_kind kind, unsigned irqs, const unsigned *redist_count, unsigned redists,
		bool its)
{
	uint32_t number = irqs;
	int ret = 0;

	*vgic = (struct vgic){ .kind = kind, .fd = -1, .its_fd = -1, .irqs = IRQS_DEFAULT };
	if (kind == VGIC_NONE)
		return 0;
	if (!request_ok(kind, irqs, redist_count, redists, its))
		return -EINVAL;
	if (kind == VGIC_V3)
		vgic->redists = redists;
	if (kind == VGIC_V2_IRQCHIP) {
		ret = sys_ioctl(vm->fd, KVM_CREATE_IRQCHIP, NULL);
	} else {
		ret = device_create(vm, kind == VGIC_V2 ? KVM_DEV_TYPE_ARM_VGIC_V2
							: KVM_DEV_TYPE_ARM_VGIC_V3);
		vgic->fd = ret < 0 ? -1 : ret;
	}
	if (ret < 0)
		return ret;
	ret = 0;
	if (kind != VGIC_V2_IRQCHIP && irqs && irqs != IRQS_DEFAULT) {
		ret = attr_set(vgic->fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &number);
		vgic->irqs = irqs;
	}
	if (!ret && its) {
		ret = device_create(vm, KVM_DEV_TYPE_ARM_VGIC_ITS);
		vgic->its_fd = ret < 0 ? -1 : ret;
		ret = ret < 0 ? ret : 0;
	}
	if (!ret)
		ret = addresses_note(vgic, list, redist_count);
	if (ret)
		vgic_destroy(vgic);
	return ret;
}

int vgic_init(const struct vgic *vgic)
{
	int ret = 0;

	if (vgic->fd >= 0)
		ret = attr_set(vgic->fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT,
			       NULL);
	if (!ret && vgic->its_fd >= 0)
		ret = attr_set(vgic->its_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT,
			       NULL);
	return ret;
}

void vgic_destroy(struct vgic *vgic)
{
	if (vgic->its_fd >= 0)
		sys_close(vgic->its_fd);
	if (vgic->fd >= 0)
		sys_close(vgic->fd);
	vgic->its_fd = vgic->fd = -1;
}
