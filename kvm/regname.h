/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM register ids and ID-register fields in words. Tables only. */
#ifndef KVM_REGNAME_H
#define KVM_REGNAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * "SCTLR_EL1", "core pc", "SVE z3", "PSCI_VERSION", "CCSIDR[2]", or "S3_0_C1_C0_0" for a system
 * register without a name here; the id in hex if it is none of arm64's. The timers are called as
 * KVM's headers call them (TIMER_CNT, TIMER_CVAL, TIMER_CTL, PTIMER_CNT, ...), since two of those
 * ids belong to one another's encoding. Cut off at SIZE, always ended by NUL.
 */
void regname_format(uint64_t id, char *buf, size_t size);

/*
 * The KVM id of the register called NAME, as regname_format() writes it ("S3_0_C1_C0_0" too); 0 if
 * there is none. CNTV_CVAL_EL0 and CNTVCT_EL0, CNTV_CTL_EL0, CNTPCT_EL0, CNTP_CVAL_EL0,
 * CNTP_CTL_EL0 are found as well, with KVM's ids for them.
 */
uint64_t regname_find(const char *name);

/* Every 64-bit ID register that KVM on arm64 shows, ascending by encoding; NULL-name terminated. */
struct regname {
	const char *name;
	uint64_t id;
};
extern const struct regname regname_id_registers[];

/*
 * Decode VALUE of ID register ID into BUF: "EL0=AArch64+32 EL1=AArch64 FP=FP16 SVE ...": NAME
 * where a field says just yes, NAME=words, NAME=number for a value without words here; what is not
 * implemented is left out. MIDR_EL1 becomes "Arm Cortex-A57 r1p0". An empty string for registers
 * without a table. Cut off at SIZE. Source: Arm ARM (DDI 0487), D19.2.
 */
void regname_decode(uint64_t id, uint64_t value, char *buf, size_t size);

#endif
