/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's RAM and flash in this process. */
#ifndef BOOT_MEMORY_H
#define BOOT_MEMORY_H

#include "boot/shim.h"

/*
 * Reserve RAM and flash, place firmware, initrd and tree, tell KVM the slots. Returns 0 or fail()s.
 */
int memory_add(struct shim *s, struct failure *f);

/*
 * Place the images in RAM anew, the tree with fresh seeds; other RAM is kept, as over a board's
 * warm reset. vCPUs paused and initialised again, so that their caches hold nothing of it. Returns
 * 0 or fail()s.
 */
int memory_renew(struct shim *s, struct failure *f);

/*
 * Where GPA of RAM, or not WRITE of the firmware's flash, lies in this process, and with it all up to
 * the page's end; NULL: neither is there. Any thread.
 */
void *memory_at(const struct shim *s, uint64_t gpa, bool write);

/* Where SIZE bytes at GPA lie in this process; NULL: they are not all in one bank of RAM. Any thread. */
void *memory_all_at(const struct shim *s, uint64_t gpa, uint64_t size);

/* Unmap what memory_add() reserved. */
void memory_close(struct shim *s);

#endif
