// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: the vGIC's registers as user space reaches them.
#include <errno.h>
#include <stdlib.h>

#include "tests/fake/fake_state.h"

#define IIDR_KVM 0x4b00043bu
#define BASER_INNER_WB (3ull << 7)

enum irq_field {
	GROUP,
	SENABLE,
	CENABLE,
	SPEND,
	CPEND,
	SACTIVE,
	CACTIVE,
	PRIORITY,
	TARGET,
	CONFIG,
	ROUTER
};

static const struct bank {
	uint32_t offset;
	uint8_t bits;
	enum irq_field field;
} banks[] = {
	{ 0x080, 1, GROUP },  { 0x100, 1, SENABLE }, { 0x180, 1, CENABLE },  { 0x200, 1, SPEND },
	{ 0x280, 1, CPEND },  { 0x300, 1, SACTIVE }, { 0x380, 1, CACTIVE },  { 0x400, 8, PRIORITY },
	{ 0x800, 8, TARGET }, { 0xc00, 2, CONFIG },  { 0x6000, 64, ROUTER },
};

static bool is_v3(const struct fake_vm *vm)
{
	return vm->gic == KVM_DEV_TYPE_ARM_VGIC_V3;
}

static uint32_t irq_read(const struct fake_vm *vm, const struct fake_irq *irq, enum irq_field field)
{
	switch (field) {
	case GROUP: return irq->group;
	case SENABLE:
	case CENABLE: return irq->enabled;
	case SPEND: /* GICv3: the latch alone; ICPENDR reads as zero */
		return irq->latch || (!is_v3(vm) && !irq->edge && irq->line);
	case CPEND: return !is_v3(vm) && (irq->latch || (!irq->edge && irq->line));
	case SACTIVE:
	case CACTIVE: return irq->active;
	case PRIORITY: return irq->priority;
	case TARGET: return is_v3(vm) ? 0 : irq->targets;
	case CONFIG: return irq->edge ? 2 : 0;
	default: return irq->mpidr;
	}
}

static void pend_write(const struct fake_vm *vm, struct fake_irq *irq, bool sgi, unsigned self,
		       bool bit, bool set)
{
	if (is_v3(vm)) {
		if (set)
			irq->latch = bit;
		return;
	}
	if (!bit)
		return;
	irq->latch = set;
	if (sgi)
		irq->source = (uint8_t)(set ? irq->source | 1u << self : 0);
}

static void irq_write(struct fake_vm *vm, const struct fake_vcpu *vcpu, struct fake_irq *irq,
		      unsigned intid, enum irq_field field, uint32_t v)
{
	bool mapped =
		vcpu->ran && (intid == 27 || intid == 30); /* the host's timer stands behind it */

	switch (field) {
	case GROUP:
		if (is_v3(vm) || vm->groups_writable)
			irq->group = v & 1;
		break;
	case SENABLE:
	case CENABLE:
		if (v & 1)
			irq->enabled = field == SENABLE;
		break;
	case SPEND:
	case CPEND: pend_write(vm, irq, intid < 16, vcpu->id, v & 1, field == SPEND); break;
	case SACTIVE:
	case CACTIVE:
		if (v & 1 && !mapped)
			irq->active = field == SACTIVE;
		break;
	case PRIORITY: irq->priority = v & 0xf8; break;
	case TARGET:
		if (!is_v3(vm) && intid >= 32)
			irq->targets = (uint8_t)(v & ((1u << vm->vcpus) - 1));
		break;
	case CONFIG:
		if (intid >= 32)
			irq->edge = v & 2;
		break;
	case ROUTER: irq->mpidr = v & 0xffffff; break;
	}
}

/* Is OFFSET in a bank, for interrupts below LIMIT? Then access it. */
static bool bank_access(struct fake_vm *vm, struct fake_vcpu *vcpu, uint32_t offset, bool write,
			uint32_t *value, unsigned from, unsigned to)
{
	for (unsigned b = 0; b < sizeof(banks) / sizeof(banks[0]); b++) {
		uint32_t bits = banks[b].bits, at = offset - banks[b].offset;
		unsigned intid = at * 8 / bits;

		if (offset < banks[b].offset || intid >= 1024 || (bits == 64 && !is_v3(vm)))
			continue;
		if (!write)
			*value = 0;
		if (intid < from || intid >= to || (bits == 64 && at & 4))
			return true;
		for (unsigned i = 0; i < (bits == 64 ? 1 : 32 / bits); i++) {
			struct fake_irq *irq = fake_irq_get(vm, vcpu, intid + i);

			if (!irq)
				break;
			if (write)
				irq_write(vm, vcpu, irq, intid + i, banks[b].field,
					  *value >> (bits & 31) * i);
			else
				*value |= irq_read(vm, irq, banks[b].field) << (bits & 31) * i;
		}
		return true;
	}
	return false;
}

static int dist_misc(struct fake_vm *vm, uint32_t offset, bool write, uint32_t *value)
{
	uint32_t iidr = IIDR_KVM | vm->iidr_rev << 12;

	if (write) {
		if (offset == 0)
			vm->gicd_enabled = *value & (is_v3(vm) ? 2 : 1);
		if (offset == 0xc && is_v3(vm))
			return *value ? -EINVAL : 0;
		if (offset != 8)
			return 0;
		if ((iidr ^ *value) & ~0xf000u || (*value >> 12 & 15) < 2 ||
		    (*value >> 12 & 15) > 3)
			return -EINVAL;
		vm->iidr_rev = *value >> 12 & 15;
		vm->groups_writable = true;
		return 0;
	}
	*value = 0;
	if (offset == 0)
		*value = is_v3(vm) ? (vm->gicd_enabled ? 2u : 0) | 0x50 : vm->gicd_enabled;
	else if (offset == 4 && is_v3(vm))
		*value = vm->spis / 32 | (vm->has_its ? 15u << 19 | 1u << 17 : 9u << 19);
	else if (offset == 4)
		*value = vm->spis / 32 | (vm->vcpus - 1) << 5;
	else if (offset == 8)
		*value = iidr;
	return 0;
}

static void sgi_pending(struct fake_vm *vm, struct fake_vcpu *vcpu, uint32_t offset, bool write,
			uint32_t *value)
{
	unsigned sgi = offset & 12;
	bool set = offset >= 0xf20;

	if (!write)
		*value = 0;
	for (unsigned i = 0; i < 4; i++) {
		struct fake_irq *irq = fake_irq_get(vm, vcpu, sgi + i);
		uint8_t mask = (uint8_t)(*value >> 8 * i);

		if (!write) {
			*value |= (uint32_t)irq->source << 8 * i;
			continue;
		}
		irq->source = set ? irq->source | mask : irq->source & (uint8_t)~mask;
		if (set ? irq->source : !irq->source)
			irq->latch = set;
	}
}

static int dist_access(struct fake_vm *vm, struct fake_vcpu *vcpu, uint32_t offset, bool write,
		       uint32_t *value)
{
	if (offset < (is_v3(vm) ? 0x10u : 0xcu))
		return dist_misc(vm, offset, write, value);
	if (!is_v3(vm) && offset >= 0xf10 && offset < 0xf30) {
		sgi_pending(vm, vcpu, offset, write, value);
		return 0;
	}
	if (bank_access(vm, vcpu, offset, write, value, is_v3(vm) ? 32 : 0, vm->spis + 32))
		return 0;
	if (!write)
		*value = is_v3(vm) && offset == 0x10	 ? UINT32_MAX
			 : is_v3(vm) && offset == 0xffe8 ? 0x3b
							 : 0;
	return 0;
}

static uint64_t baser_merge(uint64_t old, uint32_t offset, uint32_t half)
{
	uint64_t value = offset & 4 ? (old & UINT32_MAX) | (uint64_t)half << 32
				    : (old & ~(uint64_t)UINT32_MAX) | half;

	if ((value >> 7 & 7) < 2)
		value |= BASER_INNER_WB;
	if ((value >> 10 & 3) == 2)
		value ^= 3ull << 10;
	return value;
}

static int redist_access(struct fake_vm *vm, struct fake_vcpu *vcpu, uint32_t offset, bool write,
			 uint32_t *value)
{
	struct fake_gic_cpu *gic = &vcpu->gic;
	uint64_t affinity = (vcpu->id & 15) | (uint64_t)(vcpu->id >> 4) << 8, wide = 0;

	if (offset >= 0x10000) {
		bank_access(vm, vcpu, offset - 0x10000, write, value, 0, 32);
		return 0;
	}
	if (write) {
		if (offset == 0 && vm->has_its)
			gic->gicr_ctlr = *value & 1;
		else if ((offset & ~4u) == 0x70 && !gic->gicr_ctlr)
			vm->propbaser =
				baser_merge(vm->propbaser, offset, *value) & 0x070ffffffffffff9f;
		else if ((offset & ~4u) == 0x78 && !gic->gicr_ctlr)
			gic->pendbaser =
				baser_merge(gic->pendbaser, offset, *value) & 0x470fffffffff0f80;
		return 0;
	}
	switch (offset & ~4u) {
	case 0x0:
		wide = gic->gicr_ctlr | (vm->iidr_rev >= 3 ? 6u : 0) | (uint64_t)IIDR_KVM << 32;
		break;
	case 0x8:
		wide = affinity << 32 | vcpu->id << 8 | (vm->has_its ? 1u : 0) |
		       (vcpu->index + 1 == vm->vcpus ? 16u : 0);
		break;
	case 0x70: wide = vm->propbaser; break;
	case 0x78: wide = gic->pendbaser & ~(1ull << 62); break;
	case 0xffe8: wide = 0x3b; break;
	}
	*value = (uint32_t)(offset & 4 ? wide >> 32 : wide);
	return 0;
}

static void line_level(struct fake_vm *vm, struct fake_vcpu *vcpu, unsigned from, bool write,
		       uint32_t *value)
{
	if (!write)
		*value = 0;
	for (unsigned i = 0; i < 32; i++) {
		struct fake_irq *irq = from + i < 16 ? NULL : fake_irq_get(vm, vcpu, from + i);

		if (irq && write)
			irq->line = *value >> i & 1;
		else if (irq && !irq->edge && irq->line)
			*value |= 1u << i;
	}
}

static struct fake_vcpu *vcpu_by_affinity(const struct fake_vm *vm, uint32_t affinity)
{
	for (unsigned i = 0; i < vm->vcpus; i++)
		if (((vm->vcpu[i]->id & 15) | (vm->vcpu[i]->id >> 4) << 8) == affinity)
			return vm->vcpu[i];
	return NULL;
}

static bool has_offset(const struct fake_vm *vm, uint32_t group, uint32_t offset)
{
	unsigned irqs = vm->spis + 32;

	if (offset & 3)
		return false;
	if (group == KVM_DEV_ARM_VGIC_GRP_CPU_REGS)
		return offset <= 8 || offset == 0x1c || (offset >= 0xd0 && offset < 0xe0) ||
		       offset == 0xfc;
	if (group == KVM_DEV_ARM_VGIC_GRP_REDIST_REGS) {
		if (offset < 0x10000)
			return offset <= 0x10 || offset == 0x14 ||
			       (offset >= 0x70 && offset < 0x80) || (offset & ~0x14u) == 0xa0 ||
			       offset == 0xc0 || offset >= 0xffd0;
		offset -= 0x10000;
		irqs = 32;
	} else if (offset < 0xc ||
		   (is_v3(vm) && (offset <= 0x10 || (offset >= 0xffd0 && offset < 0x10000))) ||
		   (!is_v3(vm) && (offset == 0xf00 || (offset >= 0xf10 && offset < 0xf30)))) {
		return true;
	}
	for (unsigned b = 0; b < sizeof(banks) / sizeof(banks[0]); b++)
		if (offset >= banks[b].offset &&
		    (offset - banks[b].offset) * 8 / banks[b].bits < irqs &&
		    (banks[b].bits < 64 || is_v3(vm)))
			return true;
	return false;
}

int fake_vgic_reg(struct fake_vm *vm, unsigned long request, const struct kvm_device_attr *attr)
{
	bool v2 = !is_v3(vm), write = request == KVM_SET_DEVICE_ATTR;
	uint32_t offset = (uint32_t)attr->attr, high = (uint32_t)(attr->attr >> 32),
		 group = attr->group;
	struct fake_vcpu *vcpu;
	void *user = (void *)(uintptr_t)attr->addr;

	if (group != KVM_DEV_ARM_VGIC_GRP_DIST_REGS &&
	    (v2 ? group != KVM_DEV_ARM_VGIC_GRP_CPU_REGS
		: group != KVM_DEV_ARM_VGIC_GRP_REDIST_REGS &&
			     group != KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS &&
			     group != KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO))
		return -ENXIO;
	if (group == KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO && request == KVM_HAS_DEVICE_ATTR)
		return offset >> 10 ? -ENXIO : 0;
	vcpu = v2					 ? fake_vcpu_by_id(vm, high & 0xff)
	       : group == KVM_DEV_ARM_VGIC_GRP_DIST_REGS ? vm->vcpu[0]
							 : vcpu_by_affinity(vm, high);
	if (!vcpu)
		return -EINVAL;
	if (request == KVM_HAS_DEVICE_ATTR) {
		if (group == KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS)
			return fake_icc_access(vcpu, offset & 0xffff, request, NULL);
		return has_offset(vm, group, offset) ? 0 : -ENXIO;
	}
	if (v2)
		fake_vgic_init(vm);
	if (!vm->gic_inited)
		return -EBUSY;
	switch (group) {
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS: return dist_access(vm, vcpu, offset, write, user);
	case KVM_DEV_ARM_VGIC_GRP_CPU_REGS: return fake_gicc_access(vcpu, offset, write, user);
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS: return redist_access(vm, vcpu, offset, write, user);
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
		return fake_icc_access(vcpu, offset & 0xffff, request, user);
	default:
		if (offset >> 10 || offset % 32)
			return -EINVAL;
		line_level(vm, vcpu, offset & 0x3ff, write, user);
		return 0;
	}
}
