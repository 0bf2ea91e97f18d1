/* SPDX-License-Identifier: BSD-2-Clause */
/* Files over the line: firmware comes in and is booted, memory goes out. */
#ifndef BOOT_MONITOR_TRANSFER_H
#define BOOT_MONITOR_TRANSFER_H

#include <stddef.h>
#include <stdint.h>

#include "boot/io/ymodem.h"

struct shim;

/* Commands. */
int transfer_load(struct shim *s, int argc, char **argv);
int transfer_core(struct shim *s, int argc, char **argv);

/* Bytes of the line while a transfer has it. */
void transfer_take(struct shim *s, const uint8_t *buf, size_t n);

/* Silence is looked at. Returns ms until it is time again; -1: no transfer goes on. */
int transfer_serve(struct shim *s);

/* The path of firmware that was loaded and is to be booted now; NULL: there is none. */
const char *transfer_loaded(void);

#endif
