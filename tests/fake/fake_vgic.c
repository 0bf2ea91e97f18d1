// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: the vGIC's life, its addresses, its lines.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/fake_state.h"

#define K4 0x1000ull
#define K64 0x10000ull
#define PENDBASER_RESET 0x580 /* inner write-back, outer the same, inner shareable */

static bool is_v3(const struct fake_vm *vm)
{
	return vm->gic == KVM_DEV_TYPE_ARM_VGIC_V3;
}

int fake_vgic_create(struct fake_vm *vm, uint32_t type)
{
	unsigned max = type == KVM_DEV_TYPE_ARM_VGIC_V2 ? 8 : 512;

	if (vm->gic)
		return -EEXIST;
	for (unsigned i = 0; i < vm->vcpus; i++)
		if (vm->vcpu[i]->ran)
			return -EBUSY;
	vm->max_vcpus = max;
	if (vm->vcpus > max)
		return -E2BIG;
	vm->gic = type;
	return 0;
}

static uint64_t redist_size(const struct fake_vm *vm, uint32_t count)
{
	return (count ? count : vm->vcpus) * 2 * K64;
}

static bool redist_overlaps(const struct fake_vm *vm, uint64_t base, uint64_t size)
{
	for (unsigned i = 0; i < vm->redists; i++)
		if (base + size > vm->redist[i].base &&
		    base < vm->redist[i].base + redist_size(vm, vm->redist[i].count))
			return true;
	return false;
}

int fake_vgic_range(const struct fake_vm *vm, uint64_t old, uint64_t addr, uint64_t align,
		    uint64_t size)
{
	if (old != FAKE_UNSET)
		return -EEXIST;
	if (addr % align || size % align || addr + size < addr)
		return -EINVAL;
	return addr >> vm->ipa_bits || addr + size > 1ull << vm->ipa_bits ? -E2BIG : 0;
}

/* Do the frames fit beside each other? */
static bool layout_fits(const struct fake_vm *vm)
{
	for (unsigned i = 0; i < vm->redists; i++)
		if (fake_vgic_range(vm, FAKE_UNSET, vm->redist[i].base, K64,
				    redist_size(vm, vm->redist[i].count)))
			return false;
	return vm->dist == FAKE_UNSET || !redist_overlaps(vm, vm->dist, K64);
}

/* Give a vCPU the next free redistributor, if there is one. */
static int redist_place(struct fake_vm *vm, struct fake_vcpu *vcpu)
{
	for (unsigned i = 0; i < vm->redists && !vcpu->gic.placed; i++) {
		if (vm->redist[i].count && vm->redist[i].used == vm->redist[i].count)
			continue;
		if (!layout_fits(vm))
			return -EINVAL;
		vm->redist[i].used++;
		vcpu->gic.placed = true;
	}
	return 0;
}

static int redist_add(struct fake_vm *vm, uint32_t index, uint64_t base, uint32_t count)
{
	uint64_t size = redist_size(vm, count);
	int ret;

	if (base + size < base)
		return -EINVAL;
	if (!vm->redists && index)
		return -EINVAL;
	if (vm->redists) {
		if (!count)
			return vm->redist[vm->redists - 1].count ? -EINVAL : -EEXIST;
		if (index != vm->redists)
			return -EINVAL;
	}
	if (!count && vm->dist != FAKE_UNSET && base + size > vm->dist && base < vm->dist + K64)
		return -EINVAL;
	if (redist_overlaps(vm, base, size))
		return -EINVAL;
	ret = fake_vgic_range(vm, FAKE_UNSET, base, K64, size);
	if (ret)
		return ret;
	if (vm->redists == sizeof(vm->redist) / sizeof(vm->redist[0]))
		return -ENOMEM;
	vm->redist[vm->redists].base = base;
	vm->redist[vm->redists].used = 0;
	vm->redist[vm->redists++].count = count;
	for (unsigned i = 0; !ret && i < vm->vcpus; i++)
		ret = redist_place(vm, vm->vcpu[i]);
	if (ret)
		vm->redists--;
	return ret;
}

static int region_get(const struct fake_vm *vm, uint64_t *value)
{
	unsigned index = *value & 0xff;

	if (index >= vm->redists)
		return -ENOENT;
	*value = index | vm->redist[index].base | (uint64_t)vm->redist[index].count << 52;
	return 0;
}

static int address(struct fake_vm *vm, uint64_t type, uint64_t *value, bool write)
{
	bool v3 = type == KVM_VGIC_V3_ADDR_TYPE_DIST || type == KVM_VGIC_V3_ADDR_TYPE_REDIST ||
		  type == KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION;
	uint64_t *at = type == KVM_VGIC_V2_ADDR_TYPE_CPU ? &vm->cpu : &vm->dist;
	uint64_t size = v3 ? K64 : type == KVM_VGIC_V2_ADDR_TYPE_CPU ? 2 * K4 : K4;
	int ret;

	if (type > KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION || type == KVM_VGIC_ITS_ADDR_TYPE ||
	    v3 != is_v3(vm))
		return -ENODEV;
	if (type == KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION) {
		if (!write)
			return region_get(vm, value);
		if (!(*value >> 52) || *value >> 12 & 15)
			return -EINVAL;
		return redist_add(vm, *value & 0xff, *value & 0xfffffffff0000,
				  (uint32_t)(*value >> 52));
	}
	if (type == KVM_VGIC_V3_ADDR_TYPE_REDIST) {
		if (write)
			return redist_add(vm, 0, *value, 0);
		*value = vm->redists ? vm->redist[0].base : FAKE_UNSET;
		return 0;
	}
	if (!write) {
		*value = *at;
		return 0;
	}
	ret = fake_vgic_range(vm, *at, *value, v3 ? K64 : K4, size);
	if (!ret)
		*at = *value;
	return ret;
}

int fake_vgic_legacy_address(struct fake_vm *vm, const struct kvm_arm_device_addr *addr)
{
	uint64_t device = addr->id >> KVM_ARM_DEVICE_ID_SHIFT & 0xffff, type = addr->id & 0xffff,
		 at = addr->addr;

	if (device != KVM_ARM_DEVICE_VGIC_V2)
		return -ENODEV;
	if (!fake_cap(vm, KVM_CAP_IRQCHIP))
		return -ENXIO;
	if (type > KVM_VGIC_V2_ADDR_TYPE_CPU || vm->gic != KVM_DEV_TYPE_ARM_VGIC_V2)
		return -ENODEV;
	return address(vm, type, &at, true);
}

static void irqs_reset(struct fake_vm *vm, struct fake_vcpu *vcpu)
{
	for (unsigned i = 0; i < 32; i++) {
		struct fake_irq *irq = &vcpu->gic.irq[i];

		*irq = (struct fake_irq){ .enabled = i < 16, .edge = i < 16, .group = is_v3(vm) };
		irq->targets = (uint8_t)(is_v3(vm) ? 0 : 1u << vcpu->index);
	}
	vcpu->gic.pendbaser = PENDBASER_RESET;
}

void fake_vgic_vcpu_add(struct fake_vm *vm, struct fake_vcpu *vcpu)
{
	if (is_v3(vm))
		redist_place(vm, vcpu);
}

int fake_vgic_init(struct fake_vm *vm)
{
	if (vm->gic_inited)
		return 0;
	if (!vm->spis)
		vm->spis = 256 - 32;
	vm->spi = calloc(vm->spis, sizeof(*vm->spi));
	for (unsigned i = 0; i < vm->spis; i++)
		vm->spi[i] = (struct fake_irq){ .group = is_v3(vm), .edge = true };
	for (unsigned i = 0; i < vm->vcpus; i++)
		irqs_reset(vm, vm->vcpu[i]);
	vm->iidr_rev = 3;
	vm->gic_inited = true;
	return 0;
}

/* What the first KVM_RUN needs. */
int fake_vgic_map(struct fake_vm *vm)
{
	if (!is_v3(vm)) {
		if (vm->dist == FAKE_UNSET || vm->cpu == FAKE_UNSET)
			return -ENXIO;
		if (vm->dist + K4 > vm->cpu && vm->cpu + 2 * K4 > vm->dist)
			return -EINVAL;
		fake_vgic_init(vm);
		vm->gic_ready = true;
		return 0;
	}
	for (unsigned i = 0; i < vm->vcpus; i++)
		if (!vm->vcpu[i]->gic.placed)
			return -ENXIO;
	if (vm->dist == FAKE_UNSET)
		return -ENXIO;
	if (!layout_fits(vm))
		return -EINVAL;
	if (!vm->gic_inited)
		return -EBUSY;
	vm->gic_ready = true;
	return 0;
}

static int irqs_number(struct fake_vm *vm, uint32_t *value, bool write)
{
	if (!write) {
		*value = vm->spis + 32;
		return 0;
	}
	if (*value < 64 || *value > 1023 || *value % 32)
		return -EINVAL;
	if (vm->spis)
		return -EBUSY;
	vm->spis = *value - 32;
	return 0;
}

static int common_has(const struct fake_vm *vm, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		if (is_v3(vm))
			return attr->attr == KVM_VGIC_V3_ADDR_TYPE_DIST ||
					       attr->attr == KVM_VGIC_V3_ADDR_TYPE_REDIST ||
					       attr->attr == KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION
				       ? 0
				       : -ENXIO;
		return attr->attr <= KVM_VGIC_V2_ADDR_TYPE_CPU ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS: return 0;
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return attr->attr == KVM_DEV_ARM_VGIC_CTRL_INIT ||
				       (is_v3(vm) &&
					attr->attr == KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES)
			       ? 0
			       : -ENXIO;
	default: return -ENXIO;
	}
}

int fake_vgic_attr(struct fake_vm *vm, unsigned long request, const struct kvm_device_attr *attr)
{
	void *user = (void *)(uintptr_t)attr->addr;
	bool write = request == KVM_SET_DEVICE_ATTR;
	int ret;

	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		if (request == KVM_HAS_DEVICE_ATTR)
			return common_has(vm, attr);
		ret = address(vm, attr->attr, user, write);
		return ret == -ENODEV ? -ENXIO : ret;
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return request == KVM_HAS_DEVICE_ATTR ? 0 : irqs_number(vm, user, write);
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		if (request == KVM_HAS_DEVICE_ATTR)
			return common_has(vm, attr);
		if (!write || attr->attr != KVM_DEV_ARM_VGIC_CTRL_INIT)
			return write && !common_has(vm, attr) ? 0 : -ENXIO;
		return fake_vgic_init(vm);
	default: return fake_vgic_reg(vm, request, attr);
	}
}

struct fake_irq *fake_irq_get(struct fake_vm *vm, struct fake_vcpu *vcpu, unsigned intid)
{
	if (intid < 32)
		return vcpu ? &vcpu->gic.irq[intid] : NULL;
	return intid < vm->spis + 32 ? &vm->spi[intid - 32] : NULL;
}

int fake_irq_line(struct fake_vm *vm, const struct kvm_irq_level *level)
{
	unsigned type = level->irq >> KVM_ARM_IRQ_TYPE_SHIFT & KVM_ARM_IRQ_TYPE_MASK;
	unsigned intid = level->irq & KVM_ARM_IRQ_NUM_MASK;
	unsigned id = (level->irq >> KVM_ARM_IRQ_VCPU_SHIFT & KVM_ARM_IRQ_VCPU_MASK) +
		      (level->irq >> KVM_ARM_IRQ_VCPU2_SHIFT & KVM_ARM_IRQ_VCPU2_MASK) * 256;
	struct fake_vcpu *vcpu = fake_vcpu_by_id(vm, id);
	struct fake_irq *irq;

	if (type > KVM_ARM_IRQ_TYPE_PPI)
		return -EINVAL;
	if ((type == KVM_ARM_IRQ_TYPE_CPU) == !!vm->gic)
		return -ENXIO;
	if (type == KVM_ARM_IRQ_TYPE_CPU)
		return !vcpu || intid > KVM_ARM_IRQ_CPU_FIQ ? -EINVAL : 0;
	if (type == KVM_ARM_IRQ_TYPE_PPI && (!vcpu || intid < 16 || intid > 31))
		return -EINVAL;
	if (type == KVM_ARM_IRQ_TYPE_SPI && intid < 32)
		return -EINVAL;
	if (!vm->gic_inited) {
		if (is_v3(vm))
			return -EBUSY;
		fake_vgic_init(vm);
	}
	irq = fake_irq_get(vm, vcpu, intid);
	if (!irq)
		return -EINVAL;
	if (irq->edge)
		irq->latch |= level->level != 0;
	else
		irq->line = level->level != 0;
	return 0;
}

bool fake_line_level(uint32_t intid)
{
	struct fake_vm *vm = fake_vm_current();

	return vm && vm->spi && intid >= 32 && intid < vm->spis + 32 && vm->spi[intid - 32].line;
}

void fake_vgic_view(struct fake_vgic_view *view)
{
	const struct fake_vm *vm = fake_vm_current();

	memset(view, 0, sizeof(*view));
	view->dist = view->cpu = view->its = FAKE_UNSET;
	if (!vm)
		return;
	view->type = vm->gic;
	view->initialised = vm->gic_inited;
	view->irqs = vm->spis ? vm->spis + 32 : 0;
	view->dist = vm->dist;
	view->cpu = vm->cpu;
	view->its = vm->its.base;
	view->redists = vm->redists;
	for (unsigned i = 0; i < vm->redists; i++) {
		view->redist[i].base = vm->redist[i].base;
		view->redist[i].count = vm->redist[i].count;
	}
}
