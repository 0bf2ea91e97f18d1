/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses whose instruction KVM does not decode: done here in its place. */
#ifndef BOOT_UNDECODED_H
#define BOOT_UNDECODED_H

#include <stdint.h>

struct shim;
struct vcpu;

/*
 * KVM_EXIT_ARM_NISV: do what the instruction at VCPU's PC does, and tell of the first ones. One that
 * is not known stops the guest with a sentence.
 */
void undecoded_serve(struct shim *s, struct vcpu *vcpu);

/*
 * KVM_EXIT_DEBUG: after an exclusive load from a device VCPU goes instruction by instruction, since
 * the CPU's own monitor watches nothing and the exclusive store would fail without an exit. Looks at
 * the instruction that is next; nothing where VCPU does not.
 */
void undecoded_step(struct shim *s, struct vcpu *vcpu);

/* LEN bytes at GPA are stored to: no exclusive load watches them any more. Any thread. */
void undecoded_stored(struct shim *s, uint64_t gpa, unsigned len);

/* The guest is being reset, its vCPUs paused: nothing is watched or stepped. */
void undecoded_reset(struct shim *s);

/* Say how many there were since the last time, if any. */
void undecoded_tell(void);

#endif
