/* SPDX-License-Identifier: BSD-2-Clause */
/* What to do about an exception that firmware did not survive. Tables only. */
#ifndef BOOT_ADVICE_H
#define BOOT_ADVICE_H

#include <stdint.h>

/* Of ESR_EL1: a sentence without an end, 76 characters at the most. */
const char *advice_of_esr(uint64_t esr);

/* The same of AArch32's: an undefined instruction, a prefetch abort, a data abort of that DFSR. */
enum advice_abort { ADVICE_UNDEFINED, ADVICE_PREFETCH, ADVICE_DATA };
const char *advice_of_abort(enum advice_abort abort, uint32_t dfsr);

#endif
