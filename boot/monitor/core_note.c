// SPDX-License-Identifier: BSD-2-Clause
// Registers as gdb expects them in a core of Linux's.
#include "boot/monitor/core_note.h"

#include <elf.h>
#include <linux/kvm.h>
#include <string.h>

#include "boot/shim.h"
#include "kvm/insn/bank.h"
#include "kvm/insn/onereg.h"

#define NAME "CORE"
#define NAME_ARM "LINUX"
#define HWCAP_NEON32 0x3040u /* VFP, VFPv3, NEON: gdb then shows 32 registers of 64 bits */

/* NT_PRSTATUS, up to the registers. */
struct status64 {
	int32_t signo[3];
	int16_t cursig;
	uint64_t pending, held;
	int32_t pid, ppid, pgrp, sid;
	uint64_t times[8];
	uint64_t x[31], sp, pc, pstate;
	int32_t fp_valid;
};
struct status32 {
	int32_t signo[3];
	int16_t cursig;
	uint32_t pending, held;
	int32_t pid, ppid, pgrp, sid;
	uint32_t times[8];
	uint32_t r[16], cpsr, r0_of_call;
	int32_t fp_valid;
};
struct fp64 {
	uint64_t v[32][2];
	uint32_t fpsr, fpcr, reserved[2];
};
struct fp32 {
	uint64_t d[32];
	uint32_t fpscr;
};

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static size_t note_make(uint8_t *note, const char *name, uint32_t type, const void *desc,
			size_t size)
{
	const Elf64_Nhdr head = { (uint32_t)strlen(name) + 1, (uint32_t)size, type };
	const size_t at = sizeof(head) + padded(head.n_namesz);

	memset(note, 0, at + padded(size));
	memcpy(note, &head, sizeof(head));
	strcpy((char *)note + sizeof(head), name);
	memcpy(note + at, desc, size);
	return at + padded(size);
}

static uint32_t fp_status(const struct vcpu *vcpu, uint64_t reg)
{
	uint32_t value = 0;

	vcpu_reg_get(vcpu, KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE | reg, &value);
	return value;
}

#define FPSR KVM_REG_ARM_CORE_REG(fp_regs.fpsr)
#define FPCR KVM_REG_ARM_CORE_REG(fp_regs.fpcr)

static size_t status64(struct insn_cpu *cpu, unsigned id, uint8_t *note)
{
	struct status64 s = { .pid = (int32_t)id + 1, .fp_valid = 1 };

	for (unsigned i = 0; i < 31; i++)
		s.x[i] = insn_get(cpu, i);
	s.pc = insn_get(cpu, INSN_PC);
	s.pstate = insn_get(cpu, INSN_PSTATE);
	s.sp = insn_get(cpu, s.pstate & 1 ? INSN_SP_EL1 : INSN_SP_EL0);
	return note_make(note, NAME, NT_PRSTATUS, &s, sizeof(s));
}

static size_t fp64(struct insn_cpu *cpu, const struct vcpu *vcpu, uint8_t *note)
{
	struct fp64 f = { .fpsr = fp_status(vcpu, FPSR), .fpcr = fp_status(vcpu, FPCR) };

	for (unsigned i = 0; i < 32; i++)
		cpu->simd_get(cpu, i, f.v[i]);
	return note_make(note, NAME, NT_FPREGSET, &f, sizeof(f));
}

static size_t status32(struct insn_cpu *cpu, unsigned id, uint8_t *note)
{
	struct status32 s = { .pid = (int32_t)id + 1, .fp_valid = 1 };

	s.cpsr = (uint32_t)insn_get(cpu, INSN_PSTATE);
	for (unsigned i = 0; i < 15; i++)
		s.r[i] = (uint32_t)insn_get(cpu, bank_reg(s.cpsr, i));
	s.r[15] = (uint32_t)insn_get(cpu, INSN_PC);
	return note_make(note, NAME, NT_PRSTATUS, &s, sizeof(s));
}

/* Two D registers are one of AArch64's V. */
static size_t fp32(struct insn_cpu *cpu, const struct vcpu *vcpu, uint8_t *note)
{
	struct fp32 f = { .fpscr = fp_status(vcpu, FPSR) | fp_status(vcpu, FPCR) };

	for (unsigned i = 0; i < 16; i++)
		cpu->simd_get(cpu, i, &f.d[2 * i]);
	return note_make(note, NAME_ARM, NT_ARM_VFP, &f, sizeof(f));
}

size_t core_note(const struct shim *s, bool aarch32, unsigned first, unsigned at,
		 uint8_t note[CORE_NOTE_SIZE])
{
	static const Elf32_auxv_t aux[] = { { AT_HWCAP, { HWCAP_NEON32 } }, { AT_NULL, { 0 } } };
	struct onereg regs = { 0 };
	const struct vcpu *vcpu;
	unsigned id = at / 2;

	if (id == s->vcpus_made && aarch32 && at % 2 == 0)
		return note_make(note, NAME, NT_AUXV, aux, sizeof(aux));
	if (id >= s->vcpus_made)
		return 0;
	id = !id ? first : id <= first ? id - 1 : id;
	vcpu = &s->vcpu[id];
	onereg_bind(&regs, vcpu);
	if (aarch32)
		return at % 2 ? fp32(&regs.cpu, vcpu, note) : status32(&regs.cpu, id, note);
	return at % 2 ? fp64(&regs.cpu, vcpu, note) : status64(&regs.cpu, id, note);
}
