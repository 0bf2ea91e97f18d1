/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM register ids and ID-register fields in words. Tables only. */
#ifndef KVM_REGNAME_H
#define KVM_REGNAME_H

#include <stddef.h>
#include <stdint.h>

/* "SCTLR_EL1", "core pc", "PSCI_VERSION", "CCSIDR[2]", or "S3_0_C1_C0_0" for a system register without a name here. */
void regname_format(uint64_t id, char *buf, size_t size);

/* The KVM id of the system register or firmware register called NAME; 0 if there is none. */
uint64_t regname_find(const char *name);

/* Every 64-bit ID register that KVM on arm64 shows, ascending by encoding; NULL-name terminated. */
struct regname {
	const char *name;
	uint64_t id;
};
extern const struct regname regname_id_registers[];

/* A field of an ID register: bits [shift+3:shift], and what its values mean ("0 not implemented" is not listed). */
struct regfield {
	uint64_t id;
	const char *name; /* "SVE" */
	uint8_t shift;
	uint8_t width;
	const char *const *values; /* values[v] in words, NULL where there is none; array of 1 << width at most 16 */
};

/* Decode VALUE of register ID: "EL0=AArch64+AArch32 EL1=AArch64 FP=1 SVE=1 ..." into BUF. Unknown fields as NAME=value. */
void regname_decode(uint64_t id, uint64_t value, char *buf, size_t size);

#endif
