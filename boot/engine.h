/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries the plan out, step by step in the order of main(). It decides nothing. Each step returns
 * 0 or fail()s.
 */
#ifndef BOOT_ENGINE_H
#define BOOT_ENGINE_H

#include "boot/shim.h"

/*
 * Capabilities of the VM that are off until asked for and change what exits look like; those that
 * the kernel lacks are done without, but for what a guest without a vGIC needs.
 */
int engine_caps_enable(struct shim *s, struct failure *f);

int engine_vcpus_create(struct shim *s, struct failure *f);

/* The in-kernel GIC; its addresses are noted, not told yet. */
int engine_vgic_create(struct shim *s, struct failure *f);

/* SIZE zeroed bytes for the state of a model, for good; NULL: there are none left. */
void *engine_state_take(struct shim *s, size_t size);

/*
 * Every device of the plan gets its model, its window on the bus, its lines; the GIC's regions are
 * mapped where the tree has them.
 */
int engine_devices_bind(struct shim *s, const struct dev_env *env, struct failure *f);

/* Tell KVM the device addresses, once, and initialise the vGIC. */
int engine_addresses_commit(struct shim *s, struct failure *f);

/*
 * vCPUs initialised, what the plan changes of their registers pushed, boot registers of the first
 * one set.
 */
int engine_registers_push(struct shim *s, struct failure *f);

/*
 * From now on stores that may arrive late (posted ones of the models) gather without exits. At any
 * time, once; it need not be before the guest runs, and costs 20 thousand instructions.
 */
void engine_stores_gather(struct shim *s);

/*
 * Everything back to how engine_registers_push() left it, with all vCPUs paused: images placed anew
 * (other RAM is kept, as over a board's warm reset), seeds renewed, devices, vGIC, vCPUs. Returns 0
 * or fail()s.
 */
int engine_reset(struct shim *s, struct failure *f);

/* Close and unmap whatever the steps above made, however far they came. No vCPU may be running. */
void engine_close(struct shim *s);

/*
 * The sentence for a call that KVM refused with ERROR (-errno); STEP is what was wanted. Returns
 * -1.
 */
int engine_kvm_failed(struct failure *f, const char *step, int error);

#endif
