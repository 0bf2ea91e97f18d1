/* SPDX-License-Identifier: BSD-2-Clause */
/* The verb `probe`: a table of what this host offers. */
#ifndef BOOT_PROBE_H
#define BOOT_PROBE_H

#include "boot/prepare.h"

/*
 * Print it, registers of a vCPU and its vGIC included; keep what plans need in the file that `save`
 * names. Returns 0 or fail()s with no-kvm or bad-config.
 */
int probe(struct prepared *p, struct failure *f);

#endif
