/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest that jumped to nowhere never exits: KVM gives it the abort again and again. It is found by looking at its PC. */
#ifndef BOOT_HANG_H
#define BOOT_HANG_H

#include <signal.h>
#include <stdbool.h>

#include "boot/outcome.h"

struct shim;

#define HANG_SIGNAL SIGPROF

/* Ask for HANG_SIGNAL after each second of processor time that this process burns: an idle guest causes none. Returns 0 or -1 with errno. */
int hang_watch(void);

/*
 * Pause, look at every vCPU, resume. A vCPU is stuck when fetching its vector's instruction aborts into that same vector: ELR, FAR and PC are equal and
 * ESR says instruction abort; nothing it does can change that. True when one was stuck twice in a row: F says where.
 */
bool hang_check(struct shim *s, struct failure *f);

/* Begin anew, after a reset. */
void hang_forget(void);

#endif
