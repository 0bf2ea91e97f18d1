/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's memory seen from outside: RAM and flash by physical address, and by a vCPU's own
 * addresses. No device is touched. vCPUs paused, or the caller's own.
 */
#ifndef BOOT_GUESTMEM_H
#define BOOT_GUESTMEM_H

#include <stddef.h>
#include <stdint.h>

#include "kvm/insn/onereg.h"
#include "kvm/insn/walk.h"

struct shim;
struct vcpu;

/* A vCPU as translations see it; its registers are read once. */
struct guestmem {
	struct onereg regs; /* first: see onereg.h */
	struct shim *shim;
};

void guestmem_bind(struct guestmem *g, struct shim *s, const struct vcpu *vcpu);

/*
 * Up to N bytes at GPA, fewer where memory ends; flash as it is stored. What is written is seen by the guest whether its
 * caches are on or not, as data and as code; flash cannot be written. Returns how many bytes.
 */
size_t guestmem_read(struct shim *s, uint64_t gpa, void *buf, size_t n);
size_t guestmem_write(struct shim *s, uint64_t gpa, const void *buf, size_t n);

/* The same at VA as the vCPU's translation has it now, whatever the rights. */
size_t guestmem_read_virtual(struct guestmem *g, uint64_t va, void *buf, size_t n);
size_t guestmem_write_virtual(struct guestmem *g, uint64_t va, const void *buf, size_t n);

/* Where VA is, in GPA, or why it is nowhere, in FAULT. Nothing changes. */
enum walk_kind guestmem_translate(struct guestmem *g, uint64_t va, uint64_t *gpa,
				  struct walk_fault *fault);

#endif
