/* SPDX-License-Identifier: BSD-2-Clause */
/* What the words of a command mean. */
#ifndef BOOT_MONITOR_WORDS_H
#define BOOT_MONITOR_WORDS_H

#include <stdbool.h>
#include <stdint.h>

struct shim;

/* A number, decimal or with 0x. False: it has been printed that it is none. */
bool words_number(const char *text, uint64_t *value);

/*
 * An address: a number, or $pc, $sp, $lr, $x0 to $x30 of the selected vCPU as it is now ($r0 to $r14
 * in AArch32), or a symbol, and then +NUMBER or -NUMBER. vCPUs paused. False: it has been printed
 * what is wrong.
 */
bool words_address(struct shim *s, const char *text, uint64_t *value);

#endif
