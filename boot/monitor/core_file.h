/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest as an ELF core: registers of each vCPU, and memory without the pages that are zero, which
 * are there all the same, as a segment's end that no file holds. Nothing of it is kept as a whole: what
 * stands in the headers is looked for again while they are read. Sources: System V ABI, gabi 4.1; Linux,
 * include/linux/elfcore.h, arch/arm64/include/asm/elf.h, arch/arm/include/asm/user.h; as gdb reads it.
 */
#ifndef BOOT_MONITOR_CORE_FILE_H
#define BOOT_MONITOR_CORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/machine.h"
#include "boot/guestmem.h"
#include "boot/monitor/core_note.h"

struct shim;

/* Memory that is not zero, and zeros behind it. */
struct core_run {
	uint64_t base, filled, size;
};

struct core_file {
	struct shim *shim;
	unsigned first; /* vCPU, which a debugger shows first */
	bool physical; /* addresses are, else the first vCPU's */
	bool aarch32;
	struct region area[MACHINE_BANKS_MAX]; /* that is looked through */
	unsigned areas;
	uint64_t grain; /* bytes that are all zero, or not left out */
	uint64_t runs, notes; /* how many; bytes */

	/* What is read next. */
	unsigned stage;
	unsigned index; /* within it */
	uint64_t offset; /* in the file, of the next segment's bytes */
	unsigned in; /* which area */
	uint64_t at; /* address in it */
	struct core_run run;
	uint64_t run_done;
	size_t piece_size, piece_done;
	uint8_t piece[CORE_NOTE_SIZE];
	struct guestmem mem;
};

/*
 * Look through RAM at its physical addresses, or through PART of what VCPU sees (PHYSICAL: of physical
 * memory); vCPUs paused, and they stay so until all has been read. Returns the file's bytes, 0: there is
 * nothing.
 */
uint64_t core_file_make(struct core_file *c, struct shim *s, const struct vcpu *vcpu,
			const struct region *part, bool physical);

/* The next N bytes; zeros behind the end. */
void core_file_read(struct core_file *c, uint8_t *buf, size_t n);

#endif
