/* SPDX-License-Identifier: BSD-2-Clause */
/* What a vCPU's exit from KVM_RUN means, and how a guest ends. */
#ifndef BOOT_EXITS_H
#define BOOT_EXITS_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/outcome.h"

struct shim;
struct vcpu;

#define EXIT_PC_SIZE 104

/* Where VCPU is, which is out of KVM_RUN; 0: KVM does not tell. */
uint64_t exit_pc_of(const struct vcpu *vcpu);

/*
 * PC for a person, into BUF: "0x40001234", and where the firmware has symbols "0x40001234
 * (do_reset+0x10)". Reads the firmware's file: for messages only. Returns BUF.
 */
const char *exit_pc(const struct shim *s, uint64_t pc, char buf[EXIT_PC_SIZE]);

/*
 * Stop the guest with OUTCOME and a sentence ("" where the outcome says it all): VCPU (NULL: none)
 * stays out of KVM_RUN, the loop is woken. The first reason counts.
 */
void exit_stop(struct shim *s, struct vcpu *vcpu, enum outcome outcome, const char *code,
	       const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * Serve the exit that VCPU's run structure tells of; from its own thread. What cannot be served
 * stops the guest with one plain message.
 */
void exit_serve(struct shim *s, struct vcpu *vcpu);

/*
 * What VCPU accesses outside of memory: LEN bytes, 1, 2, 4 or 8, at GPA, in VALUE when WRITE, else
 * into it; VALUE has more bits than LEN. A device, flash, or nobody: then `unmodelled` decides.
 * Returns 0, or -EFAULT: the guest is to get an external abort.
 */
int exit_access(struct shim *s, struct vcpu *vcpu, uint64_t gpa, unsigned len, bool write,
		uint64_t *value);

/* KVM_RUN itself failed with ERROR (-errno). */
void exit_refused(struct shim *s, struct vcpu *vcpu, int error);

/*
 * Hand over what coalesced MMIO has gathered. Any thread; must precede every other look at a
 * device.
 */
void exit_stores_drain(struct shim *s);

#endif
