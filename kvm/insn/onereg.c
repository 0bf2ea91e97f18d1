// SPDX-License-Identifier: BSD-2-Clause
// Which KVM register is which of enum insn_reg.
#include "kvm/insn/onereg.h"

#include <string.h>

#include "kvm/sys.h"
#include "kvm/vcpu.h"

#define SYSREG(op0, op1, crn, crm, op2) ARM64_SYS_REG(op0, op1, crn, crm, op2)

/* But X0 to X30, which follow each other. */
static const uint64_t ids[INSN_REGS] = {
	[INSN_PC] = VCPU_CORE_REG(regs.pc),
	[INSN_PSTATE] = VCPU_CORE_REG(regs.pstate),
	[INSN_SP_EL0] = VCPU_CORE_REG(regs.sp),
	[INSN_SP_EL1] = VCPU_CORE_REG(sp_el1),
	[INSN_ELR] = VCPU_CORE_REG(elr_el1),
	[INSN_SPSR] = VCPU_CORE_REG(spsr[KVM_SPSR_EL1]),
	[INSN_SPSR_ABT] = VCPU_CORE_REG(spsr[KVM_SPSR_ABT]),
	[INSN_SPSR_UND] = VCPU_CORE_REG(spsr[KVM_SPSR_UND]),
	[INSN_SPSR_IRQ] = VCPU_CORE_REG(spsr[KVM_SPSR_IRQ]),
	[INSN_SPSR_FIQ] = VCPU_CORE_REG(spsr[KVM_SPSR_FIQ]),
	[INSN_SCTLR] = SYSREG(3, 0, 1, 0, 0),
	[INSN_TCR] = SYSREG(3, 0, 2, 0, 2),
	[INSN_TTBR0] = SYSREG(3, 0, 2, 0, 0),
	[INSN_TTBR1] = SYSREG(3, 0, 2, 0, 1),
	[INSN_MAIR] = SYSREG(3, 0, 10, 2, 0),
	[INSN_ESR] = SYSREG(3, 0, 5, 2, 0),
	[INSN_FAR] = SYSREG(3, 0, 6, 0, 0),
	[INSN_VBAR] = SYSREG(3, 0, 12, 0, 0),
	[INSN_DACR] = SYSREG(3, 4, 3, 0, 0),
	[INSN_IFSR] = SYSREG(3, 4, 5, 0, 1),
};

static const struct vcpu *vcpu_of(struct insn_cpu *cpu)
{
	return ((struct onereg *)cpu)->vcpu;
}

static uint64_t id_of(enum insn_reg reg)
{
	return ids[reg] ? ids[reg] : VCPU_CORE_REG(regs.regs[0]) + 2 * reg;
}

static int reg_get(struct insn_cpu *cpu, enum insn_reg reg, uint64_t *value)
{
	return vcpu_reg_get(vcpu_of(cpu), id_of(reg), value);
}

static int reg_set(struct insn_cpu *cpu, enum insn_reg reg, uint64_t value)
{
	return vcpu_reg_set64(vcpu_of(cpu), id_of(reg), value);
}

/* With SVE KVM shows the Z registers in place of V, 256 bytes each, whatever their length is. */
static bool has_z(const struct vcpu *vcpu)
{
	return vcpu->init.features[0] & 1u << KVM_ARM_VCPU_SVE;
}

static uint64_t v_id(unsigned reg)
{
	return KVM_REG_ARM64 | KVM_REG_SIZE_U128 | KVM_REG_ARM_CORE |
	       (KVM_REG_ARM_CORE_REG(fp_regs.vregs[0]) + 4 * reg);
}

static int simd_get(struct insn_cpu *cpu, unsigned reg, uint64_t value[2])
{
	const struct vcpu *vcpu = vcpu_of(cpu);
	uint64_t z[32] = { 0 };
	int error;

	if (!has_z(vcpu))
		return vcpu_reg_get(vcpu, v_id(reg), value);
	error = vcpu_reg_get(vcpu, KVM_REG_ARM64_SVE_ZREG(reg, 0), z);
	memcpy(value, z, 16);
	return error;
}

/* A write to V clears the rest of Z. */
static int simd_set(struct insn_cpu *cpu, unsigned reg, const uint64_t value[2])
{
	const struct vcpu *vcpu = vcpu_of(cpu);
	uint64_t z[32] = { value[0], value[1] };

	if (!has_z(vcpu))
		return vcpu_reg_set(vcpu, v_id(reg), value);
	return vcpu_reg_set(vcpu, KVM_REG_ARM64_SVE_ZREG(reg, 0), z);
}

void onereg_bind(struct onereg *o, const struct vcpu *vcpu)
{
	o->vcpu = vcpu;
	o->cpu.aarch32 = vcpu->init.features[0] & 1u << KVM_ARM_VCPU_EL1_32BIT;
	o->cpu.zero_block = sys_zero_block();
	o->cpu.get = reg_get;
	o->cpu.set = reg_set;
	o->cpu.simd_get = simd_get;
	o->cpu.simd_set = simd_set;
}
