/* SPDX-License-Identifier: BSD-2-Clause */
/* What an exception was, in words. Tables only. */
#ifndef KVM_ESR_H
#define KVM_ESR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ESR_EL1 into BUF: "data abort: translation fault, level 1, on a write of 4 bytes". Cut off at SIZE.
 * Returns BUF. Source: Arm ARM (DDI 0487), D19.2.40.
 */
const char *esr_text(uint64_t esr, char *buf, size_t size);

/* Does FAR_EL1 say which address it was about? */
bool esr_has_far(uint64_t esr);

/*
 * DFSR or IFSR of AArch32 into BUF: "section translation fault, domain 2, on a write". Returns BUF.
 * Source: Arm ARM, G8.2.43 and G8.2.64.
 */
const char *esr_fsr_text(uint32_t fsr, bool fetch, char *buf, size_t size);

#endif
