/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of the system registers that firmware sets up, in words. Tables only. */
#ifndef KVM_SYSFIELD_H
#define KVM_SYSFIELD_H

#include <stddef.h>
#include <stdint.h>

/* Registers worth a look, by the name that regname_find() knows; NULL behind the last. */
const char *sysfield_register(unsigned at);

/* KVM's id of that register, or of any that regname_find() knows; 0: there is none. */
uint64_t sysfield_id(const char *name);

/*
 * VALUE of the register NAME into BUF: "M=1 C=0 A=1", bits that are clear and fields that are 0
 * too where their being so tells something; "" for a register without a table. Cut off at SIZE.
 * Source: Arm ARM (DDI 0487), D19.2.
 */
void sysfield_decode(const char *name, uint64_t value, char *buf, size_t size);

#define SYSFIELD_MEMORY 24 /* bytes of a memory type in words */

/*
 * A byte of MAIR_EL1 in words: "device-nGnRE", "write-back", "outer WB, inner NC", "0x50" for what
 * means nothing. Returns BUF.
 */
const char *sysfield_memory(uint8_t attr, char buf[SYSFIELD_MEMORY]);

#endif
