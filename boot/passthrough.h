/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of the host's own that the guest gets: nodes of its tree with `passthrough`. */
#ifndef BOOT_PASSTHROUGH_H
#define BOOT_PASSTHROUGH_H

#include "boot/outcome.h"

struct shim;

/*
 * Map what the plan passes through from /dev/mem and give it to the VM, at the same addresses.
 * Returns 0 or fail()s: E-PASSTHROUGH says who has it, or why it may not be had.
 */
int passthrough_add(struct shim *s, struct failure *f);

/* The VM is closed: unmap. */
void passthrough_close(struct shim *s);

#endif
