/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The register list of a vCPU: every system, firmware and cache-size register KVM has, with its
 * value and a write-back level. QEMU's cpreg list. Core and SVE registers are not part of it.
 */
#ifndef KVM_REGLIST_H
#define KVM_REGLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vcpu;

/*
 * When a register is written back: at every stop, at reset, or only when a whole machine state is
 * put in place.
 */
enum reg_level { REG_RUNTIME = 1, REG_RESET = 2, REG_FULL = 3 };

#define REGLIST_MAX 1024 /* registers KVM may name; 6.12 names about 400 */

/* A fixed table, so that a reset allocates nothing. */
struct reglist {
	uint64_t
		named; /* how many KVM named; with id[] behind it this is KVM's struct kvm_reg_list */
	uint64_t id[REGLIST_MAX]; /* ascending */
	uint64_t value[REGLIST_MAX]; /* U32 registers in the low half */
	unsigned count;
};

/* What could not be read or written; the first few by id. */
#define REGLIST_FAILURES 16
struct reglist_failures {
	unsigned count;
	struct {
		uint64_t id;
		int error; /* -errno */
	} first[REGLIST_FAILURES];
};

/*
 * Ask KVM for the list of VCPU (which must be initialised and, with SVE, finalised), keep what
 * syncs through it, sort it by id, read all values. On failure the list is empty. Returns 0; -ENOSPC:
 * more than REGLIST_MAX; -ENOEXEC, -EPERM and others of KVM_GET_REG_LIST; -EINVAL: a register is
 * neither U32 nor U64, or a value cannot be read; -EPROTO: KVM took a list of size 0.
 * Source: Documentation/virt/kvm/api.rst 4.70. QEMU's kvm_arm_init_cpreg_list.
 */
int reglist_init(struct reglist *list, const struct vcpu *vcpu);

/*
 * Is ID part of the list at all? No: core and SVE registers, as in QEMU's
 * kvm_arm_reg_syncs_via_cpreg_list, and the PMU's registers that clear what is written to them.
 */
bool reglist_syncs(uint64_t id);

/*
 * REG_FULL for the virtual and the physical timer's counter, else REG_RUNTIME. QEMU's
 * kvm_arm_cpreg_level.
 */
enum reg_level reglist_level(uint64_t id);

/* Set the value of ID in the list (not in KVM). False: no such id. */
bool reglist_set(struct reglist *list, uint64_t id, uint64_t value);
bool reglist_get(const struct reglist *list, uint64_t id, uint64_t *value);

/*
 * Write every register whose level is at most LEVEL; ID registers first, since others depend on
 * them. All are tried; what fails is noted in FAILURES (may be NULL). True only if none failed.
 * QEMU's write_list_to_kvmstate.
 */
bool reglist_push(const struct reglist *list, const struct vcpu *vcpu, enum reg_level level,
		  struct reglist_failures *failures);

/*
 * Read every register into the list; a value that cannot be read stays as it is. QEMU's
 * write_kvmstate_to_list.
 */
bool reglist_pull(struct reglist *list, const struct vcpu *vcpu, struct reglist_failures *failures);

/*
 * Reset in place: vcpu_init() again with the same words, the timers' compare values zeroed, which
 * KVM keeps, the MP state set where POWERED_OFF says other than they do, then the whole list read
 * anew, so that no value from before the reset is left in it. What a plan changes is set and
 * pushed by the caller. The vGIC is not touched. Returns 0, -errno of vcpu_init(), mpstate_push()
 * or vcpu_reg_set64(), or -EIO when a register could not be read. QEMU's kvm_arm_reset_vcpu.
 */
int reglist_vcpu_reset(struct reglist *list, struct vcpu *vcpu, bool powered_off);

#endif
