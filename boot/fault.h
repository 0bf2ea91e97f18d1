/* SPDX-License-Identifier: BSD-2-Clause */
/* A fault in the shim itself: what struck it, and the sentence about it. */
#ifndef BOOT_FAULT_H
#define BOOT_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/init.h"

/*
 * From here on a fault is noted in *init_pulse. In a hosted run it is told, the terminal put back
 * and the process ended with `internal`, as it is for SIGTERM, SIGINT and SIGHUP; a child of PID 1
 * dies of it and leaves the telling to the supervisor; PID 1 itself tells it and powers the board
 * off.
 */
void fault_catch(bool hosted);

/*
 * The sentence about a shim that died of SIGNAL, with what the pulse knows, into TEXT, ended by
 * NUL. Returns its length. Async-signal-safe.
 */
size_t fault_tell(char *text, size_t size, const struct pulse *pulse, int signal);

#endif
