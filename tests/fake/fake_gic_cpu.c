// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: the vGIC's CPU interfaces, and a guest that leaves everything untidy.
#include <errno.h>

#include "tests/fake/fake_state.h"

#define PRI_BITS 5
#define BPR0_MIN (7 - PRI_BITS)
#define ICC_CTLR_FIXED ((PRI_BITS - 1) << 8 | 1u << 15) /* A3V */
#define ICC(crn, crm, op2) (3u << 14 | (crn) << 7 | (crm) << 3 | (op2))
#define ICC_PMR ICC(4, 6, 0)
#define ICC_BPR0 ICC(12, 8, 3)
#define ICC_AP0R ICC(12, 8, 4)
#define ICC_AP1R ICC(12, 9, 0)
#define ICC_BPR1 ICC(12, 12, 3)
#define ICC_CTLR ICC(12, 12, 4)
#define ICC_SRE ICC(12, 12, 5)
#define ICC_IGRPEN0 ICC(12, 12, 6)
#define ICC_IGRPEN1 ICC(12, 12, 7)

/* Binary points go up to their least value when the host's CPU takes the vCPU: at KVM_RUN. */
void fake_gic_load(struct fake_vcpu *vcpu)
{
	struct fake_gic_cpu *gic = &vcpu->gic;

	if (!vcpu->vm->gic_inited)
		return;
	if (gic->bpr0 < BPR0_MIN)
		gic->bpr0 = BPR0_MIN;
	if (gic->bpr1 < BPR0_MIN + 1)
		gic->bpr1 = BPR0_MIN + 1;
}

int fake_gicc_access(struct fake_vcpu *vcpu, uint32_t offset, bool write, uint32_t *value)
{
	struct fake_gic_cpu *gic = &vcpu->gic;
	uint32_t dummy = 0, apr = (uint32_t)gic->ap1r[0];
	uint32_t *reg = offset == 4	 ? &gic->pmr
			: offset == 8	 ? &gic->bpr0
			: offset == 0x1c ? &gic->bpr1
					 : &dummy;

	if (offset == 0xd0)
		reg = &apr;
	if (write) {
		*reg = reg == &gic->pmr ? *value & 31 : reg == &apr ? *value : *value & 7;
		gic->ap1r[0] = apr;
		if (!offset) {
			gic->grpen0 = *value & 1;
			gic->grpen1 = *value >> 1 & 1;
			gic->ackctl = *value >> 2 & 1;
			gic->fiqen = *value >> 3 & 1;
			gic->cbpr = *value >> 4 & 1;
			gic->eoim = *value >> 9 & 1;
		}
		return 0;
	}
	*value = *reg;
	if (!offset)
		*value = gic->grpen0 | gic->grpen1 << 1 | gic->ackctl << 2 | gic->fiqen << 3 |
			 gic->cbpr << 4 | gic->eoim << 9;
	else if (offset == 0xfc)
		*value = 0x4b2043b;
	return 0;
}

/* REG is op0:op1:CRn:CRm:op2. */
int fake_icc_access(struct fake_vcpu *vcpu, unsigned reg, unsigned long request, uint64_t *value)
{
	struct fake_gic_cpu *gic = &vcpu->gic;
	bool write = request == KVM_SET_DEVICE_ATTR, has = request == KVM_HAS_DEVICE_ATTR;
	uint32_t *simple = NULL, mask = 7;
	uint64_t *apr = NULL;

	switch (reg) {
	case ICC_PMR:
		simple = &gic->pmr;
		mask = 0xff;
		break;
	case ICC_BPR0: simple = &gic->bpr0; break;
	case ICC_BPR1: simple = &gic->bpr1; break;
	case ICC_IGRPEN0:
		simple = &gic->grpen0;
		mask = 1;
		break;
	case ICC_IGRPEN1:
		simple = &gic->grpen1;
		mask = 1;
		break;
	case ICC_AP0R ... ICC_AP0R + 3: apr = &gic->ap0r[reg & 3]; break;
	case ICC_AP1R ... ICC_AP1R + 3: apr = &gic->ap1r[reg & 3]; break;
	case ICC_CTLR:
	case ICC_SRE: break;
	default: return has ? -ENXIO : -ENOENT;
	}
	if (has)
		return 0;
	if (apr) {
		if (reg & 3)
			return -EINVAL;
		if (write)
			*apr = *value & UINT32_MAX;
		else
			*value = *apr;
	} else if (simple) {
		if (write && !(simple == &gic->bpr1 && gic->cbpr))
			*simple = (uint32_t)*value & mask;
		else if (!write)
			*value = simple == &gic->bpr1 && gic->cbpr ? gic->bpr0 + 1 : *simple;
	} else if (reg == ICC_SRE) {
		if (write)
			return *value & 1 ? 0 : -EINVAL;
		*value = 7;
	} else if (write) {
		if ((*value >> 8 & 7) > PRI_BITS - 1 ||
		    (*value & 1u << 15) != (ICC_CTLR_FIXED & 1u << 15) || *value >> 11 & 15)
			return -EINVAL;
		gic->cbpr = *value & 1;
		gic->eoim = *value >> 1 & 1;
	} else {
		*value = ICC_CTLR_FIXED | gic->eoim << 1 | gic->cbpr;
	}
	return 0;
}

void fake_vgic_dirty(void)
{
	struct fake_vm *vm = fake_vm_current();
	bool v3 = vm && vm->gic == KVM_DEV_TYPE_ARM_VGIC_V3;

	for (unsigned c = 0; vm && c < vm->vcpus; c++) {
		struct fake_gic_cpu *gic = &vm->vcpu[c]->gic;

		for (unsigned i = 0; i < vm->spis + 32; i++) {
			struct fake_irq *irq = fake_irq_get(vm, vm->vcpu[c], i);

			*irq = (struct fake_irq){ .enabled = i >= 16 && i % 3,
						  .latch = i % 2,
						  .active = i % 5 == 0,
						  .group = v3 ? i % 2 : i % 3 == 0,
						  .priority = 0xa0,
						  .edge = i < 32 ? i < 16 : i % 2,
						  .mpidr = i < 32 ? 0 : 1,
						  .targets = i < 32 ? irq->targets : 1,
						  .source = i < 16 && !v3 ? 3 : 0 };
			if (vm->vcpu[c]->ran && (i == 27 || i == 30))
				irq->active = irq->latch =
					false; /* KVM_ARM_VCPU_INIT has seen to these */
		}
		gic->pmr = v3 ? 0xf0 : 30;
		gic->bpr0 = gic->bpr1 = 4;
		gic->grpen0 = gic->grpen1 = gic->cbpr = gic->eoim = 1;
		gic->ap0r[0] = gic->ap1r[0] = 1u << c;
		gic->gicr_ctlr = vm->has_its;
		gic->pendbaser = v3 ? 0x40080580 : gic->pendbaser;
	}
	if (!vm)
		return;
	vm->gicd_enabled = true;
	if (vm->has_its) {
		vm->propbaser = 0x4010058f;
		vm->its.baser[0] = 0x9907000040200601;
		vm->its.baser[1] = 0x9c07000040300600;
		vm->its.cbaser = 0xb800000040400400;
		vm->its.creadr = vm->its.cwriter = 0x40;
		vm->its.ctlr = 1;
	}
}
