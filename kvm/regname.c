// SPDX-License-Identifier: BSD-2-Clause
// Names of KVM's registers. What the fields of ID registers mean is in regname_decode.c.
#include "kvm/regname.h"

#include <ctype.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>

#define ENCODING_MASK 0xffffu
#define SYSREG (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG)
#define DEMUX (KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX)
#define WORDS 4 /* of a core register's offset are 32-bit: the highest of any size */

#define S(op0, op1, crn, crm, op2) ARM64_SYS_REG(op0, op1, crn, crm, op2)
#define ENC(op0, op1, crn, crm, op2) (uint16_t)(op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2)

const struct regname regname_id_registers[] = {
	{ "MIDR_EL1", S(3, 0, 0, 0, 0) },	  { "REVIDR_EL1", S(3, 0, 0, 0, 6) },
	{ "ID_PFR0_EL1", S(3, 0, 0, 1, 0) },	  { "ID_PFR1_EL1", S(3, 0, 0, 1, 1) },
	{ "ID_DFR0_EL1", S(3, 0, 0, 1, 2) },	  { "ID_AFR0_EL1", S(3, 0, 0, 1, 3) },
	{ "ID_MMFR0_EL1", S(3, 0, 0, 1, 4) },	  { "ID_MMFR1_EL1", S(3, 0, 0, 1, 5) },
	{ "ID_MMFR2_EL1", S(3, 0, 0, 1, 6) },	  { "ID_MMFR3_EL1", S(3, 0, 0, 1, 7) },
	{ "ID_ISAR0_EL1", S(3, 0, 0, 2, 0) },	  { "ID_ISAR1_EL1", S(3, 0, 0, 2, 1) },
	{ "ID_ISAR2_EL1", S(3, 0, 0, 2, 2) },	  { "ID_ISAR3_EL1", S(3, 0, 0, 2, 3) },
	{ "ID_ISAR4_EL1", S(3, 0, 0, 2, 4) },	  { "ID_ISAR5_EL1", S(3, 0, 0, 2, 5) },
	{ "ID_MMFR4_EL1", S(3, 0, 0, 2, 6) },	  { "ID_ISAR6_EL1", S(3, 0, 0, 2, 7) },
	{ "MVFR0_EL1", S(3, 0, 0, 3, 0) },	  { "MVFR1_EL1", S(3, 0, 0, 3, 1) },
	{ "MVFR2_EL1", S(3, 0, 0, 3, 2) },	  { "ID_PFR2_EL1", S(3, 0, 0, 3, 4) },
	{ "ID_DFR1_EL1", S(3, 0, 0, 3, 5) },	  { "ID_MMFR5_EL1", S(3, 0, 0, 3, 6) },
	{ "ID_AA64PFR0_EL1", S(3, 0, 0, 4, 0) },  { "ID_AA64PFR1_EL1", S(3, 0, 0, 4, 1) },
	{ "ID_AA64PFR2_EL1", S(3, 0, 0, 4, 2) },  { "ID_AA64ZFR0_EL1", S(3, 0, 0, 4, 4) },
	{ "ID_AA64SMFR0_EL1", S(3, 0, 0, 4, 5) }, { "ID_AA64FPFR0_EL1", S(3, 0, 0, 4, 7) },
	{ "ID_AA64DFR0_EL1", S(3, 0, 0, 5, 0) },  { "ID_AA64DFR1_EL1", S(3, 0, 0, 5, 1) },
	{ "ID_AA64DFR2_EL1", S(3, 0, 0, 5, 2) },  { "ID_AA64AFR0_EL1", S(3, 0, 0, 5, 4) },
	{ "ID_AA64AFR1_EL1", S(3, 0, 0, 5, 5) },  { "ID_AA64ISAR0_EL1", S(3, 0, 0, 6, 0) },
	{ "ID_AA64ISAR1_EL1", S(3, 0, 0, 6, 1) }, { "ID_AA64ISAR2_EL1", S(3, 0, 0, 6, 2) },
	{ "ID_AA64ISAR3_EL1", S(3, 0, 0, 6, 3) }, { "ID_AA64MMFR0_EL1", S(3, 0, 0, 7, 0) },
	{ "ID_AA64MMFR1_EL1", S(3, 0, 0, 7, 1) }, { "ID_AA64MMFR2_EL1", S(3, 0, 0, 7, 2) },
	{ "ID_AA64MMFR3_EL1", S(3, 0, 0, 7, 3) }, { "ID_AA64MMFR4_EL1", S(3, 0, 0, 7, 4) },
	{ "CLIDR_EL1", S(3, 1, 0, 0, 1) },	  { "AIDR_EL1", S(3, 1, 0, 0, 7) },
	{ "CTR_EL0", S(3, 3, 0, 0, 1) },	  { NULL, 0 },
};

/* The other system registers KVM lists. The first name of an encoding is the one it is given. */
static const struct {
	uint16_t encoding;
	char name[18];
} sysregs[] = {
	{ ENC(3, 3, 14, 3, 2), "TIMER_CNT" }, /* swapped with TIMER_CVAL: ABI */
	{ ENC(3, 3, 14, 3, 2), "CNTVCT_EL0" },
	{ ENC(3, 3, 14, 0, 2), "TIMER_CVAL" },
	{ ENC(3, 3, 14, 0, 2), "CNTV_CVAL_EL0" },
	{ ENC(3, 3, 14, 3, 1), "TIMER_CTL" },
	{ ENC(3, 3, 14, 3, 1), "CNTV_CTL_EL0" },
	{ ENC(3, 3, 14, 0, 1), "PTIMER_CNT" },
	{ ENC(3, 3, 14, 0, 1), "CNTPCT_EL0" },
	{ ENC(3, 3, 14, 2, 1), "PTIMER_CTL" },
	{ ENC(3, 3, 14, 2, 1), "CNTP_CTL_EL0" },
	{ ENC(3, 3, 14, 2, 2), "PTIMER_CVAL" },
	{ ENC(3, 3, 14, 2, 2), "CNTP_CVAL_EL0" },
	{ ENC(2, 0, 0, 2, 0), "MDCCINT_EL1" },
	{ ENC(2, 0, 0, 2, 2), "MDSCR_EL1" },
	{ ENC(2, 0, 1, 1, 4), "OSLSR_EL1" },
	{ ENC(2, 4, 0, 7, 0), "DBGVCR32_EL2" },
	{ ENC(3, 0, 0, 0, 5), "MPIDR_EL1" },
	{ ENC(3, 0, 1, 0, 0), "SCTLR_EL1" },
	{ ENC(3, 0, 1, 0, 1), "ACTLR_EL1" },
	{ ENC(3, 0, 1, 0, 2), "CPACR_EL1" },
	{ ENC(3, 0, 1, 0, 3), "SCTLR2_EL1" },
	{ ENC(3, 0, 1, 0, 5), "RGSR_EL1" },
	{ ENC(3, 0, 1, 0, 6), "GCR_EL1" },
	{ ENC(3, 0, 1, 2, 0), "ZCR_EL1" },
	{ ENC(3, 0, 1, 2, 1), "TRFCR_EL1" },
	{ ENC(3, 0, 2, 0, 0), "TTBR0_EL1" },
	{ ENC(3, 0, 2, 0, 1), "TTBR1_EL1" },
	{ ENC(3, 0, 2, 0, 2), "TCR_EL1" },
	{ ENC(3, 0, 2, 0, 3), "TCR2_EL1" },
	{ ENC(3, 0, 2, 1, 0), "APIAKEYLO_EL1" },
	{ ENC(3, 0, 2, 1, 1), "APIAKEYHI_EL1" },
	{ ENC(3, 0, 2, 1, 2), "APIBKEYLO_EL1" },
	{ ENC(3, 0, 2, 1, 3), "APIBKEYHI_EL1" },
	{ ENC(3, 0, 2, 2, 0), "APDAKEYLO_EL1" },
	{ ENC(3, 0, 2, 2, 1), "APDAKEYHI_EL1" },
	{ ENC(3, 0, 2, 2, 2), "APDBKEYLO_EL1" },
	{ ENC(3, 0, 2, 2, 3), "APDBKEYHI_EL1" },
	{ ENC(3, 0, 2, 3, 0), "APGAKEYLO_EL1" },
	{ ENC(3, 0, 2, 3, 1), "APGAKEYHI_EL1" },
	{ ENC(3, 0, 4, 0, 0), "SPSR_EL1" },
	{ ENC(3, 0, 4, 0, 1), "ELR_EL1" },
	{ ENC(3, 0, 4, 1, 0), "SP_EL0" },
	{ ENC(3, 0, 5, 1, 0), "AFSR0_EL1" },
	{ ENC(3, 0, 5, 1, 1), "AFSR1_EL1" },
	{ ENC(3, 0, 5, 2, 0), "ESR_EL1" },
	{ ENC(3, 0, 5, 6, 0), "TFSR_EL1" },
	{ ENC(3, 0, 5, 6, 1), "TFSRE0_EL1" },
	{ ENC(3, 0, 6, 0, 0), "FAR_EL1" },
	{ ENC(3, 0, 7, 4, 0), "PAR_EL1" },
	{ ENC(3, 0, 9, 14, 1), "PMINTENSET_EL1" },
	{ ENC(3, 0, 9, 14, 2), "PMINTENCLR_EL1" },
	{ ENC(3, 0, 9, 14, 6), "PMMIR_EL1" },
	{ ENC(3, 0, 10, 2, 0), "MAIR_EL1" },
	{ ENC(3, 0, 10, 2, 2), "PIRE0_EL1" },
	{ ENC(3, 0, 10, 2, 3), "PIR_EL1" },
	{ ENC(3, 0, 10, 2, 4), "POR_EL1" },
	{ ENC(3, 0, 10, 3, 0), "AMAIR_EL1" },
	{ ENC(3, 0, 12, 0, 0), "VBAR_EL1" },
	{ ENC(3, 0, 12, 1, 1), "DISR_EL1" },
	{ ENC(3, 0, 13, 0, 1), "CONTEXTIDR_EL1" },
	{ ENC(3, 0, 13, 0, 4), "TPIDR_EL1" },
	{ ENC(3, 0, 13, 0, 7), "SCXTNUM_EL1" },
	{ ENC(3, 0, 14, 1, 0), "CNTKCTL_EL1" },
	{ ENC(3, 2, 0, 0, 0), "CSSELR_EL1" },
	{ ENC(3, 3, 4, 2, 2), "SVCR" },
	{ ENC(3, 3, 4, 4, 2), "FPMR" },
	{ ENC(3, 3, 9, 12, 0), "PMCR_EL0" },
	{ ENC(3, 3, 9, 12, 1), "PMCNTENSET_EL0" },
	{ ENC(3, 3, 9, 12, 2), "PMCNTENCLR_EL0" },
	{ ENC(3, 3, 9, 12, 3), "PMOVSCLR_EL0" },
	{ ENC(3, 3, 9, 12, 4), "PMSWINC_EL0" },
	{ ENC(3, 3, 9, 12, 5), "PMSELR_EL0" },
	{ ENC(3, 3, 9, 13, 0), "PMCCNTR_EL0" },
	{ ENC(3, 3, 9, 14, 0), "PMUSERENR_EL0" },
	{ ENC(3, 3, 9, 14, 3), "PMOVSSET_EL0" },
	{ ENC(3, 3, 10, 2, 4), "POR_EL0" },
	{ ENC(3, 3, 13, 0, 2), "TPIDR_EL0" },
	{ ENC(3, 3, 13, 0, 3), "TPIDRRO_EL0" },
	{ ENC(3, 3, 13, 0, 5), "TPIDR2_EL0" },
	{ ENC(3, 3, 13, 0, 7), "SCXTNUM_EL0" },
	{ ENC(3, 3, 14, 15, 7), "PMCCFILTR_EL0" },
	{ ENC(3, 4, 3, 0, 0), "DACR32_EL2" },
	{ ENC(3, 4, 5, 0, 1), "IFSR32_EL2" },
	{ ENC(3, 4, 5, 3, 0), "FPEXC32_EL2" },
};

/* Registers that differ from one another only in some bits of the encoding, numbered. %u: the number. */
static const struct {
	uint16_t encoding, number_mask;
	uint8_t count;
	char name[17];
} numbered[] = {
	{ ENC(2, 0, 0, 0, 4), 0x78, 16, "DBGBVR%u_EL1" },
	{ ENC(2, 0, 0, 0, 5), 0x78, 16, "DBGBCR%u_EL1" },
	{ ENC(2, 0, 0, 0, 6), 0x78, 16, "DBGWVR%u_EL1" },
	{ ENC(2, 0, 0, 0, 7), 0x78, 16, "DBGWCR%u_EL1" },
	{ ENC(3, 3, 14, 8, 0), 0x1f, 31, "PMEVCNTR%u_EL0" },
	{ ENC(3, 3, 14, 12, 0), 0x1f, 31, "PMEVTYPER%u_EL0" },
};

static const struct {
	uint32_t coproc;
	uint16_t number;
	char name[26];
} firmware[] = {
	{ KVM_REG_ARM_FW, 0, "PSCI_VERSION" },
	{ KVM_REG_ARM_FW, 1, "SMCCC_ARCH_WORKAROUND_1" },
	{ KVM_REG_ARM_FW, 2, "SMCCC_ARCH_WORKAROUND_2" },
	{ KVM_REG_ARM_FW, 3, "SMCCC_ARCH_WORKAROUND_3" },
	{ KVM_REG_ARM_FW_FEAT_BMAP, 0, "STD_BMAP" },
	{ KVM_REG_ARM_FW_FEAT_BMAP, 1, "STD_HYP_BMAP" },
	{ KVM_REG_ARM_FW_FEAT_BMAP, 2, "VENDOR_HYP_BMAP" },
	{ KVM_REG_ARM_FW_FEAT_BMAP, 3, "VENDOR_HYP_BMAP_2" },
};

/* Ranges of struct kvm_regs: COUNT registers of STRIDE 32-bit words from word AT. */
#define CORE(member) (uint16_t) KVM_REG_ARM_CORE_REG(member)
static const struct {
	uint16_t at;
	uint8_t count, stride;
	char name[9];
} core[] = {
	{ CORE(regs.regs[0]), 31, 2, "x%u" }, { CORE(regs.sp), 1, 2, "sp" },
	{ CORE(regs.pc), 1, 2, "pc" },	      { CORE(regs.pstate), 1, 2, "pstate" },
	{ CORE(sp_el1), 1, 2, "sp_el1" },     { CORE(elr_el1), 1, 2, "elr_el1" },
	{ CORE(spsr[0]), 5, 2, "spsr[%u]" },  { CORE(fp_regs.vregs[0]), 32, 4, "v%u" },
	{ CORE(fp_regs.fpsr), 1, 1, "fpsr" }, { CORE(fp_regs.fpcr), 1, 1, "fpcr" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void sysreg_format(uint16_t encoding, char *buf, size_t size)
{
	for (const struct regname *reg = regname_id_registers; reg->name; reg++) {
		if ((uint16_t)reg->id == encoding) {
			snprintf(buf, size, "%s", reg->name);
			return;
		}
	}
	for (size_t i = 0; i < COUNT(sysregs); i++) {
		if (sysregs[i].encoding == encoding) {
			snprintf(buf, size, "%s", sysregs[i].name);
			return;
		}
	}
	for (size_t i = 0; i < COUNT(numbered); i++) {
		unsigned mask = numbered[i].number_mask;
		unsigned number = (encoding & mask) / (mask & -mask);

		if ((encoding & ~mask) == numbered[i].encoding && number < numbered[i].count) {
			snprintf(buf, size, numbered[i].name, number);
			return;
		}
	}
	snprintf(buf, size, "S%u_%u_C%u_C%u_%u", encoding >> 14u & 3u, encoding >> 11u & 7u,
		 encoding >> 7u & 15u, encoding >> 3u & 15u, encoding & 7u);
}

static void core_format(uint64_t id, char *buf, size_t size)
{
	unsigned word = (unsigned)id & ENCODING_MASK;

	for (size_t i = 0; i < COUNT(core); i++) {
		unsigned number = (word - core[i].at) / core[i].stride;
		int n;

		if (word < core[i].at || number >= core[i].count)
			continue;
		n = snprintf(buf, size, "core ");
		if (n >= 0 && (size_t)n < size)
			snprintf(buf + n, size - (size_t)n, core[i].name, number);
		return;
	}
	snprintf(buf, size, "core word %u", word);
}

static void firmware_format(uint64_t id, char *buf, size_t size)
{
	uint64_t coproc = id & KVM_REG_ARM_COPROC_MASK;
	unsigned number = (unsigned)id & ENCODING_MASK;

	for (size_t i = 0; i < COUNT(firmware); i++) {
		if (firmware[i].coproc == coproc && firmware[i].number == number) {
			snprintf(buf, size, "%s", firmware[i].name);
			return;
		}
	}
	snprintf(buf, size, "%s[%u]", coproc == KVM_REG_ARM_FW ? "FW" : "FW_FEAT_BMAP", number);
}

static void sve_format(uint64_t id, char *buf, size_t size)
{
	unsigned word = (unsigned)id & ENCODING_MASK;

	if (word == ENCODING_MASK)
		snprintf(buf, size, "SVE vls");
	else if (word < KVM_REG_ARM64_SVE_PREG_BASE)
		snprintf(buf, size, "SVE z%u", word >> 5u & 31u);
	else if (word < KVM_REG_ARM64_SVE_FFR_BASE)
		snprintf(buf, size, "SVE p%u", word >> 5u & 15u);
	else
		snprintf(buf, size, "SVE ffr");
}

void regname_format(uint64_t id, char *buf, size_t size)
{
	switch ((id & KVM_REG_ARCH_MASK) == KVM_REG_ARM64 ? id & KVM_REG_ARM_COPROC_MASK : 0) {
	case KVM_REG_ARM_CORE: core_format(id, buf, size); break;
	case KVM_REG_ARM_DEMUX:
		snprintf(buf, size, "CCSIDR[%u]", (unsigned)(id & KVM_REG_ARM_DEMUX_VAL_MASK));
		break;
	case KVM_REG_ARM64_SYSREG: sysreg_format((uint16_t)id, buf, size); break;
	case KVM_REG_ARM_FW:
	case KVM_REG_ARM_FW_FEAT_BMAP: firmware_format(id, buf, size); break;
	case KVM_REG_ARM64_SVE: sve_format(id, buf, size); break;
	default: snprintf(buf, size, "0x%016llx", (unsigned long long)id);
	}
}

/* NAME is what FORMAT gives for some number below COUNT: that number, else -1. */
static int number_in(const char *name, const char *format, unsigned count)
{
	char buf[32];

	for (unsigned i = 0; i < count; i++) {
		snprintf(buf, sizeof(buf), format, i);
		if (strcmp(buf, name) == 0)
			return (int)i;
	}
	return -1;
}

static uint64_t core_find(const char *name)
{
	static const uint64_t size[WORDS + 1] = {
		[1] = KVM_REG_SIZE_U32,
		[2] = KVM_REG_SIZE_U64,
		[WORDS] = KVM_REG_SIZE_U128,
	};

	for (size_t i = 0; i < COUNT(core); i++) {
		int n = number_in(name, core[i].name, core[i].count);

		if (n >= 0)
			return KVM_REG_ARM64 | KVM_REG_ARM_CORE | size[core[i].stride] |
			       (core[i].at + (unsigned)n * core[i].stride);
	}
	return 0;
}

/* "S3_0_C1_C0_0" */
static uint64_t generic_find(const char *name)
{
	static const struct {
		char before[3];
		uint8_t max, shift;
	} part[] = {
		{ "S", 3, 14 }, { "_", 7, 11 }, { "_C", 15, 7 }, { "_C", 15, 3 }, { "_", 7, 0 }
	};
	uint64_t id = SYSREG;

	for (size_t i = 0; i < COUNT(part); i++) {
		size_t len = strlen(part[i].before);
		unsigned n = 0;

		if (strncmp(name, part[i].before, len) != 0 || !isdigit((unsigned char)name[len]))
			return 0;
		for (name += len; isdigit((unsigned char)*name) && n <= part[i].max; name++)
			n = 10 * n + (unsigned)(*name - '0');
		if (n > part[i].max)
			return 0;
		id |= (uint64_t)n << part[i].shift;
	}
	return *name ? 0 : id;
}

uint64_t regname_find(const char *name)
{
	int n;

	if (strncmp(name, "core ", 5) == 0)
		return core_find(name + 5);
	for (const struct regname *reg = regname_id_registers; reg->name; reg++)
		if (strcmp(reg->name, name) == 0)
			return reg->id;
	for (size_t i = 0; i < COUNT(sysregs); i++)
		if (strcmp(sysregs[i].name, name) == 0)
			return SYSREG | sysregs[i].encoding;
	for (size_t i = 0; i < COUNT(firmware); i++)
		if (strcmp(firmware[i].name, name) == 0)
			return KVM_REG_ARM64 | KVM_REG_SIZE_U64 | firmware[i].coproc |
			       firmware[i].number;
	for (size_t i = 0; i < COUNT(numbered); i++) {
		unsigned mask = numbered[i].number_mask;

		n = number_in(name, numbered[i].name, numbered[i].count);
		if (n >= 0)
			return SYSREG | numbered[i].encoding | (unsigned)n * (mask & -mask);
	}
	n = number_in(name, "CCSIDR[%u]", 16);
	if (n >= 0)
		return DEMUX | (unsigned)n;
	return generic_find(name);
}
