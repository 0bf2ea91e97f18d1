/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest as an ELF core: registers of each vCPU, and RAM at its physical addresses without the
 * pages that are zero. It is read in order, and nowhere kept as a whole. Source: ELF for the Arm 64-bit
 * Architecture; Linux, include/uapi/linux/elfcore.h, arch/arm64/include/asm/elf.h.
 */
#ifndef BOOT_MONITOR_CORE_FILE_H
#define BOOT_MONITOR_CORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/machine.h"

#define CORE_SEGMENTS 256
#define CORE_HEAD (64 << 10) /* bytes: headers and notes */

struct shim;

struct core_file {
	struct region segment[CORE_SEGMENTS]; /* gpa */
	unsigned segments;
	uint64_t at; /* bytes that were read */
	size_t head; /* of them are in bytes[] */
	unsigned next; /* the segment that is read */
	uint64_t done; /* bytes of it */
	uint8_t bytes[CORE_HEAD];
};

/*
 * Look through RAM, or what of it is in ONLY; vCPUs paused, and they stay so until all has been read.
 * Returns the file's bytes, 0: there is nothing.
 */
uint64_t core_file_make(struct core_file *c, struct shim *s, const struct region *only);

/* The next N bytes. False: there are fewer. */
bool core_file_read(struct core_file *c, struct shim *s, uint8_t *buf, size_t n);

#endif
