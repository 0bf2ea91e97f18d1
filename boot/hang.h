/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that jumped to nowhere never exits: KVM gives it the abort again and again. It is found
 * by looking at its PC.
 */
#ifndef BOOT_HANG_H
#define BOOT_HANG_H

#include <signal.h>

struct shim;

#define HANG_SIGNAL SIGPROF

/*
 * Ask for HANG_SIGNAL after each second of processor time that this process burns: an idle guest
 * causes none. Returns 0 or -1 with errno.
 */
int hang_watch(void);

/*
 * Pause, look at every vCPU, resume. A vCPU is stuck when its vector's instruction cannot be
 * fetched, or is none, and so traps into that same vector: ELR and PC are equal, and nothing it
 * does can change that. One that was stuck twice in a row stops the guest with `hang`.
 */
void hang_check(struct shim *s);

/* Begin anew, after a reset. */
void hang_forget(void);

#endif
