/* SPDX-License-Identifier: BSD-2-Clause */
/* Files over the line, by YMODEM: firmware comes in and is booted, the guest goes out as a core. */
#ifndef BOOT_MONITOR_TRANSFER_H
#define BOOT_MONITOR_TRANSFER_H

#include <stddef.h>
#include <stdint.h>

struct shim;

/* Commands. The line is theirs until the file is over or given up; the guest stands still meanwhile. */
int transfer_load(struct shim *s, int argc, char **argv);
int transfer_core(struct shim *s, int argc, char **argv);

/* Bytes of the line while a transfer has it. */
void transfer_take(struct shim *s, const uint8_t *buf, size_t n);

/* What is due is done. Returns ms until something is again; -1: no transfer goes on. */
int transfer_serve(struct shim *s);

/* The line is needed for something else: the other side is told, and nothing is kept. */
void transfer_drop(void);

#endif
