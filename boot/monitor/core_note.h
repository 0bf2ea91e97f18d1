/* SPDX-License-Identifier: BSD-2-Clause */
/* The notes of a core: each vCPU's registers, as Linux has them for a thread. */
#ifndef BOOT_MONITOR_CORE_NOTE_H
#define BOOT_MONITOR_CORE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CORE_NOTE_SIZE 640 /* bytes, at most */

struct shim;

/*
 * The AT-th note into NOTE: of vCPU FIRST, then of the others. Returns its size, a multiple of 4; 0:
 * there are no more. vCPUs paused.
 */
size_t core_note(const struct shim *s, bool aarch32, unsigned first, unsigned at,
		 uint8_t note[CORE_NOTE_SIZE]);

#endif
