/* SPDX-License-Identifier: BSD-2-Clause */
/* The system registers kept as they stood at a CPU's first instruction; one list for assembler and C. */
#ifndef GUEST_SYSREGS_H
#define GUEST_SYSREGS_H

/* FAR_EL1 is not among them: start.S needs one register to put x30 into. */
/* clang-format off */
#define BOOT_SYSREGS(R) \
	R(SP_EL0) R(NZCV) R(DAIF) R(CurrentEL) R(SPSel) R(SCTLR_EL1) R(ACTLR_EL1) R(CPACR_EL1) \
	R(TTBR0_EL1) R(TTBR1_EL1) R(TCR_EL1) R(ESR_EL1) R(AFSR0_EL1) R(AFSR1_EL1) R(MAIR_EL1) \
	R(AMAIR_EL1) R(VBAR_EL1) R(CONTEXTIDR_EL1) R(TPIDR_EL1) R(TPIDR_EL0) R(TPIDRRO_EL0) \
	R(CNTKCTL_EL1) R(PAR_EL1) R(ELR_EL1) R(SPSR_EL1) R(MDSCR_EL1) R(CSSELR_EL1) \
	R(CNTV_CTL_EL0) R(CNTV_CVAL_EL0) R(CNTP_CTL_EL0) R(CNTP_CVAL_EL0) R(CNTFRQ_EL0) \
	R(MPIDR_EL1) R(MIDR_EL1) R(ID_AA64PFR0_EL1) R(ID_AA64PFR1_EL1) R(ID_AA64DFR0_EL1) \
	R(ID_AA64ISAR0_EL1) R(ID_AA64ISAR1_EL1) R(ID_AA64MMFR0_EL1) R(ID_AA64MMFR1_EL1)
/* clang-format on */

#define CPU_SIZE 8192 /* struct cpu: the state, then the stack */
#define CPUS_MAX 160

#endif
