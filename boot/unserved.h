/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses that no slot, device or flash serves: `unmodelled` says what the guest sees. */
#ifndef BOOT_UNSERVED_H
#define BOOT_UNSERVED_H

#include <stdbool.h>
#include <stdint.h>

#include "board/dev.h"

struct shim;
struct vcpu;

/* Before the guest runs, unless the policy is abort: what stands in the place of blocks. */
void unserved_open(struct shim *s, const struct dev_env *env);

/* As exit_access(), for what nobody serves. Any vCPU's thread. */
int unserved_access(struct shim *s, struct vcpu *vcpu, uint64_t gpa, unsigned len, bool write,
		    uint64_t *value);

/*
 * The NODE whose block stubs stand for at GPA, and from where its offsets are told. Any thread. False:
 * none.
 */
bool unserved_place(uint64_t gpa, const char **node, uint64_t *origin);

/* Registers back to how they were, vCPUs paused; what helped a loop is remembered. */
void unserved_reset(struct shim *s);

/*
 * For the person, of the time since the last call: loops that were helped, and in a mirrored machine
 * accesses to where no node is. vCPUs paused, or out of the guest.
 */
void unserved_tell(const struct shim *s);

#endif
