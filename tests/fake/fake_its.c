// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: one ITS: its address, its registers, no tables.
#include <errno.h>

#include "tests/fake/fake_state.h"

#define GITS_CTLR 0x0
#define GITS_IIDR 0x4
#define GITS_TYPER 0x8
#define GITS_CBASER 0x80
#define GITS_CWRITER 0x88
#define GITS_CREADR 0x90
#define GITS_BASER 0x100
#define GITS_PIDR4 0xffd0
#define BASER_VALID (1ull << 63)
#define BASER_RO 0x071f000000000000ull /* entry size and type */
#define BASER_INDIRECT (1ull << 62)
#define BASER_64K 0x200ull
#define CREADR_MASK 0xfffe0ull

int fake_its_create(struct fake_vm *vm)
{
	vm->has_its = true;
	vm->its.exists = true;
	vm->its.base = FAKE_UNSET;
	vm->its.baser[0] = 0x1907000000000600; /* devices; write-back, inner shareable, 64K pages */
	vm->its.baser[1] = 0x1c07000000000600; /* collections */
	vm->propbaser = 0x580;
	return 0;
}

static uint64_t its_read(const struct fake_its *its, uint64_t offset)
{
	switch (offset) {
	case GITS_CTLR:
		return its->ctlr | (its->creadr == its->cwriter ? 1u << 31 : 0); /* quiescent */
	case GITS_IIDR: return 0x4b00043b;
	case GITS_TYPER: return 0x1ef71;
	case GITS_CBASER: return its->cbaser;
	case GITS_CWRITER: return its->cwriter;
	case GITS_CREADR: return its->creadr;
	default:
		return offset >= GITS_BASER && offset < GITS_BASER + 64
			       ? its->baser[(offset - GITS_BASER) / 8]
			       : 0;
	}
}

/* One page size, no inner non-cacheable, no outer shareable. */
static uint64_t baser_clean(uint64_t value)
{
	if ((value >> 59 & 7) < 2)
		value |= 3ull << 59;
	if ((value >> 10 & 3) == 2)
		value ^= 3ull << 10;
	if ((value >> 53 & 7) > 1)
		value &= ~(7ull << 53);
	return (value & ~0x300ull) | BASER_64K;
}

static int its_write(struct fake_its *its, uint64_t offset, uint64_t value)
{
	unsigned n = (unsigned)(offset - GITS_BASER) / 8;

	switch (offset) {
	case GITS_CTLR:
		if (!(value & 1) || its->baser[0] & its->baser[1] & BASER_VALID & its->cbaser)
			its->ctlr = value & 1;
		return 0;
	case GITS_CBASER:
		if (!(its->ctlr & 1)) {
			its->cbaser =
				(value & ~0xf000ull) | ((value >> 59 & 7) < 2 ? 3ull << 59 : 0);
			its->creadr = its->cwriter = 0;
		}
		return 0;
	case GITS_CWRITER: its->cwriter = value & CREADR_MASK; return 0;
	case GITS_CREADR:
		if (its->ctlr & 1)
			return -EBUSY;
		if ((value & CREADR_MASK) >= ((its->cbaser & 0xff) + 1) * 4096)
			return -EINVAL;
		its->creadr = value & CREADR_MASK;
		return 0;
	case GITS_IIDR: return value >> 12 & 15 ? -EINVAL : 0;
	default:
		if (offset >= GITS_BASER && n < 2 && !(its->ctlr & 1))
			its->baser[n] =
				baser_clean(value & ~(BASER_RO | (n ? BASER_INDIRECT : 0))) |
				(its->baser[n] & BASER_RO);
		return 0;
	}
}

static bool its_has(uint64_t offset)
{
	return offset <= GITS_TYPER || offset == GITS_CBASER || offset == GITS_CWRITER ||
	       offset == GITS_CREADR || (offset >= GITS_BASER && offset < GITS_BASER + 64) ||
	       (offset >= GITS_PIDR4 && offset < 0x10000);
}

static int its_reg(struct fake_its *its, unsigned long request, const struct kvm_device_attr *attr)
{
	uint64_t offset = attr->attr, *user = (uint64_t *)(uintptr_t)attr->addr;
	unsigned align = offset < GITS_TYPER || offset >= GITS_PIDR4 ? 3 : 7;

	if (offset & align)
		return -EINVAL;
	if (request == KVM_HAS_DEVICE_ATTR)
		return its_has(offset) ? 0 : -ENXIO;
	if (its->base == FAKE_UNSET || !its_has(offset))
		return -ENXIO;
	if (request == KVM_SET_DEVICE_ATTR)
		return its_write(its, offset, *user);
	*user = its_read(its, offset);
	return 0;
}

static int its_control(struct fake_its *its, uint64_t attr)
{
	if (attr != KVM_DEV_ARM_ITS_CTRL_RESET)
		return 0;
	its->baser[0] &= ~BASER_VALID;
	its->baser[1] &= ~BASER_VALID;
	its->cbaser = its->creadr = its->cwriter = its->ctlr = 0;
	return 0;
}

int fake_its_attr(struct fake_vm *vm, unsigned long request, const struct kvm_device_attr *attr)
{
	uint64_t *user = (uint64_t *)(uintptr_t)attr->addr;
	bool has = request == KVM_HAS_DEVICE_ATTR;
	int ret;

	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		if (attr->attr != KVM_VGIC_ITS_ADDR_TYPE)
			return has ? -ENXIO : -ENODEV;
		if (has)
			return 0;
		if (request == KVM_GET_DEVICE_ATTR) {
			*user = vm->its.base;
			return 0;
		}
		ret = fake_vgic_range(vm, vm->its.base, *user, 0x10000, 0x20000);
		if (!ret)
			vm->its.base = *user;
		return ret;
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		if (has)
			return attr->attr <= KVM_DEV_ARM_ITS_CTRL_RESET &&
					       attr->attr != KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES
				       ? 0
				       : -ENXIO;
		return request == KVM_SET_DEVICE_ATTR ? its_control(&vm->its, attr->attr) : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_ITS_REGS: return its_reg(&vm->its, request, attr);
	default: return -ENXIO;
	}
}
