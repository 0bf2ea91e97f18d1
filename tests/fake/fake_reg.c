// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: a vCPU's registers, their list and their rules.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/fake_state.h"

#define CORE(member) (KVM_REG_ARM64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(member))
#define COPROC(id) ((id)&KVM_REG_ARM_COPROC_MASK)
#define SYSREG(id) ((id)&0xffff)
#define PSCI_0_1 1u
#define PSCI_0_2 2u
#define PSCI_1_0 0x10000u
#define PSCI_1_1 0x10001u
#define PSTATE_EL1H 0x3c5
#define PSTATE_SVC 0x1d3
#define SVE_VLS_QUADS 1 /* one vector length: 128 bits */

static size_t reg_size(uint64_t id)
{
	return (size_t)1 << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
}

static struct fake_reg *reg_find(const struct fake_vcpu *vcpu, uint64_t id)
{
	for (unsigned i = 0; i < vcpu->regs; i++)
		if (vcpu->reg[i].id == id)
			return &vcpu->reg[i];
	return NULL;
}

static void reg_put(struct fake_vcpu *vcpu, uint64_t id, uint64_t value, bool fixed)
{
	struct fake_reg *reg = reg_find(vcpu, id);
	size_t size = reg_size(id);

	if (!reg) {
		vcpu->reg = realloc(vcpu->reg, (vcpu->regs + 1) * sizeof(*reg));
		vcpu->store = realloc(vcpu->store, vcpu->store_size + size);
		reg = &vcpu->reg[vcpu->regs++];
		*reg = (struct fake_reg){ .id = id,
					  .offset = (uint32_t)vcpu->store_size,
					  .fixed = fixed };
		vcpu->store_size += size;
	}
	memset(vcpu->store + reg->offset, 0, size);
	memcpy(vcpu->store + reg->offset, &value, size < 8 ? size : 8);
}

static void core_put(struct fake_vcpu *vcpu)
{
	bool sve = vcpu->features & 1u << KVM_ARM_VCPU_SVE,
	     aarch32 = vcpu->features & 1u << KVM_ARM_VCPU_EL1_32BIT;

	for (unsigned i = 0; i < 31; i++)
		reg_put(vcpu, (CORE(regs.regs[0]) + 2 * i) | KVM_REG_SIZE_U64, 0, false);
	reg_put(vcpu, CORE(regs.sp) | KVM_REG_SIZE_U64, 0, false);
	reg_put(vcpu, CORE(regs.pc) | KVM_REG_SIZE_U64, 0, false);
	reg_put(vcpu, CORE(regs.pstate) | KVM_REG_SIZE_U64, aarch32 ? PSTATE_SVC : PSTATE_EL1H,
		false);
	reg_put(vcpu, CORE(sp_el1) | KVM_REG_SIZE_U64, 0, false);
	reg_put(vcpu, CORE(elr_el1) | KVM_REG_SIZE_U64, 0, false);
	for (unsigned i = 0; i < KVM_NR_SPSR; i++)
		reg_put(vcpu, (CORE(spsr[0]) + 2 * i) | KVM_REG_SIZE_U64, 0, false);
	for (unsigned i = 0; i < 32 && !sve; i++)
		reg_put(vcpu, (CORE(fp_regs.vregs[0]) + 4 * i) | KVM_REG_SIZE_U128, 0, false);
	reg_put(vcpu, CORE(fp_regs.fpsr) | KVM_REG_SIZE_U32, 0, false);
	reg_put(vcpu, CORE(fp_regs.fpcr) | KVM_REG_SIZE_U32, 0, false);
	if (!sve)
		return;
	if (!reg_find(vcpu, KVM_REG_ARM64_SVE_VLS))
		reg_put(vcpu, KVM_REG_ARM64_SVE_VLS, SVE_VLS_QUADS, false);
	for (unsigned i = 0; i < 32; i++)
		reg_put(vcpu, KVM_REG_ARM64_SVE_ZREG(i, 0), 0, false);
	for (unsigned i = 0; i < 16; i++)
		reg_put(vcpu, KVM_REG_ARM64_SVE_PREG(i, 0), 0, false);
	reg_put(vcpu, KVM_REG_ARM64_SVE_FFR(0), 0, false);
}

/* Registers that a feature brings with it. */
static bool reg_hidden(const struct fake_vcpu *vcpu, uint64_t id)
{
	unsigned op = SYSREG(id), crn = op >> 7 & 15, crm = op >> 3 & 15;
	bool pmu = vcpu->features & 1u << KVM_ARM_VCPU_PMU_V3;

	if (COPROC(id) != KVM_REG_ARM64_SYSREG)
		return false;
	if (!pmu && crn == 14 && crm >= 8) /* PMEVCNTRn, PMEVTYPERn */
		return true;
	if (!pmu && crn == 9 && crm >= 12) /* PMCR_EL0 and its like */
		return true;
	return !(vcpu->features & FAKE_PAUTH) && op >> 11 == 24 && crn == 2 && crm >= 1 &&
	       crm <= 3; /* keys */
}

/* ID registers, MPIDR and firmware registers keep what was written to them. */
static bool reg_kept(uint64_t id)
{
	return COPROC(id) == KVM_REG_ARM_FW || COPROC(id) == KVM_REG_ARM_FW_FEAT_BMAP ||
	       (COPROC(id) == KVM_REG_ARM64_SYSREG && SYSREG(id) >= 0xc008 && SYSREG(id) <= 0xc03f);
}

int fake_regs_reset(struct fake_vcpu *vcpu)
{
	const struct fake_reg_reset *r = fake.host.sve ? fake_regs_max : fake_regs_a57;
	bool first = !vcpu->regs;

	core_put(vcpu);
	if (first)
		reg_put(vcpu, KVM_REG_ARM_PSCI_VERSION, vcpu->vm->psci_version, false);
	for (; r->id; r++) {
		uint64_t value = r->value;

		if (reg_hidden(vcpu, r->id) || (!first && reg_kept(r->id)))
			continue;
		if (r->id == KVM_REG_ARM_PSCI_VERSION)
			continue;
		if (r->id == ARM64_SYS_REG(3, 0, 0, 0, 5)) /* MPIDR_EL1 */
			value = 1ull << 31 | (vcpu->id & 15) | (vcpu->id >> 4 & 0xff) << 8;
		else if (r->id == ARM64_SYS_REG(3, 0, 0, 0, 0))
			value = fake.host.midr;
		reg_put(vcpu, r->id, value, r->fixed);
	}
	return 0;
}

int fake_reg_list(const struct fake_vcpu *vcpu, struct kvm_reg_list *list)
{
	uint64_t n = list->n;

	if (vcpu->features & 1u << KVM_ARM_VCPU_SVE && !vcpu->finalised)
		return -EPERM;
	list->n = vcpu->regs;
	if (n < vcpu->regs)
		return -E2BIG;
	for (unsigned i = 0; i < vcpu->regs; i++)
		list->reg[i] = vcpu->reg[i].id;
	return 0;
}

/* Why ID is not a register here. */
static int reg_refusal(const struct fake_vcpu *vcpu, uint64_t id)
{
	unsigned offset =
		(unsigned)(id & ~(KVM_REG_ARCH_MASK | KVM_REG_SIZE_MASK | KVM_REG_ARM_CORE));

	if ((id & KVM_REG_ARCH_MASK) != KVM_REG_ARM64)
		return -EINVAL;
	if (COPROC(id) != KVM_REG_ARM_CORE)
		return -ENOENT;
	if (offset >= sizeof(struct kvm_regs) / 4 ||
	    offset + reg_size(id) / 4 >= sizeof(struct kvm_regs) / 4)
		return -ENOENT;
	(void)vcpu;
	return -EINVAL;
}

static int pstate_check(const struct fake_vcpu *vcpu, uint64_t value)
{
	bool aarch32 = vcpu->features & 1u << KVM_ARM_VCPU_EL1_32BIT;

	switch (value & 0x1f) {
	case 0x10: return 0;
	case 0x11:
	case 0x12:
	case 0x13:
	case 0x17:
	case 0x1b:
	case 0x1f: return aarch32 ? 0 : -EINVAL;
	case 0x0:
	case 0x4:
	case 0x5: return aarch32 ? -EINVAL : 0;
	default: return -EINVAL;
	}
}

static int fw_check(const struct fake_vcpu *vcpu, uint64_t id, uint64_t value, uint64_t now)
{
	bool psci = vcpu->features & 1u << KVM_ARM_VCPU_PSCI_0_2;
	const struct fake_reg_reset *r = fake.host.sve ? fake_regs_max : fake_regs_a57;

	if (id == KVM_REG_ARM_PSCI_VERSION) {
		if (value == PSCI_0_1)
			return psci ? -EINVAL : 0;
		return psci && (value == PSCI_0_2 || value == PSCI_1_0 || value == PSCI_1_1)
			       ? 0
			       : -EINVAL;
	}
	while (r->id && r->id != id)
		r++;
	if (COPROC(id) == KVM_REG_ARM_FW_FEAT_BMAP) {
		if (value & ~r->value)
			return -EINVAL;
		return vcpu->vm->ran && value != now ? -EBUSY : 0;
	}
	return value > r->value && id != KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2 ? -EINVAL : 0;
}

static bool is_id_register(uint64_t id)
{
	return COPROC(id) == KVM_REG_ARM64_SYSREG && SYSREG(id) >= 0xc008 && SYSREG(id) <= 0xc03f;
}

static int write_check(const struct fake_vcpu *vcpu, const struct fake_reg *reg, const void *from)
{
	const uint8_t *now = vcpu->store + reg->offset;
	size_t size = reg_size(reg->id);
	bool same = !memcmp(now, from, size);
	uint64_t value = 0, old = 0;

	memcpy(&value, from, size < 8 ? size : 8);
	memcpy(&old, now, size < 8 ? size : 8);
	if (reg->id == (CORE(regs.pstate) | KVM_REG_SIZE_U64))
		return pstate_check(vcpu, value);
	if (COPROC(reg->id) == KVM_REG_ARM_FW || COPROC(reg->id) == KVM_REG_ARM_FW_FEAT_BMAP)
		return fw_check(vcpu, reg->id, value, old);
	if (reg->id == KVM_REG_ARM64_SVE_VLS) {
		if (vcpu->finalised)
			return -EPERM;
		return same ? 0 : -EINVAL;
	}
	if (fake_is_6_12() && vcpu->vm->ran && is_id_register(reg->id))
		return same ? 0 : -EBUSY;
	return reg->fixed && !same ? -EINVAL : 0;
}

int fake_reg_access(struct fake_vcpu *vcpu, const struct kvm_one_reg *one, bool write)
{
	struct fake_reg *reg = reg_find(vcpu, one->id);
	void *user = (void *)(uintptr_t)one->addr;
	size_t size = reg_size(one->id);
	int ret;

	if (!reg)
		return reg_refusal(vcpu, one->id);
	if (COPROC(one->id) == KVM_REG_ARM64_SVE && one->id != KVM_REG_ARM64_SVE_VLS &&
	    !vcpu->finalised)
		return -EPERM;
	if (!write) {
		memcpy(user, vcpu->store + reg->offset, size);
		return 0;
	}
	ret = write_check(vcpu, reg, user);
	if (ret)
		return ret;
	memcpy(vcpu->store + reg->offset, user, size);
	if (is_id_register(one->id) || COPROC(one->id) == KVM_REG_ARM_FW ||
	    COPROC(one->id) == KVM_REG_ARM_FW_FEAT_BMAP) {
		/* these are the VM's */
		for (unsigned i = 0; i < vcpu->vm->vcpus; i++) {
			struct fake_vcpu *other = vcpu->vm->vcpu[i];
			struct fake_reg *twin = other != vcpu ? reg_find(other, one->id) : NULL;

			if (twin)
				memcpy(other->store + twin->offset, user, size);
		}
		if (one->id == KVM_REG_ARM_PSCI_VERSION)
			memcpy(&vcpu->vm->psci_version, user, size);
	}
	return 0;
}

bool fake_reg_peek(unsigned id, uint64_t reg_id, uint64_t *value)
{
	const struct fake_vcpu *vcpu = fake_vcpu_by_id(fake_vm_current(), id);
	const struct fake_reg *reg = vcpu ? reg_find(vcpu, reg_id) : NULL;

	if (!reg)
		return false;
	*value = 0;
	memcpy(value, vcpu->store + reg->offset, reg_size(reg_id) < 8 ? reg_size(reg_id) : 8);
	return true;
}

bool fake_reg_poke(unsigned id, uint64_t reg_id, uint64_t value)
{
	struct fake_vcpu *vcpu = fake_vcpu_by_id(fake_vm_current(), id);
	struct fake_reg *reg = vcpu ? reg_find(vcpu, reg_id) : NULL;

	if (!reg)
		return false;
	memcpy(vcpu->store + reg->offset, &value, reg_size(reg_id) < 8 ? reg_size(reg_id) : 8);
	return true;
}
