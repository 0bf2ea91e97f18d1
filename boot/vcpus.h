/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread per vCPU, and pausing them all: a vCPU is only touched from outside while it is paused.
 */
#ifndef BOOT_VCPUS_H
#define BOOT_VCPUS_H

#include <pthread.h>
#include <stdbool.h>

#include "generated/config.h"

struct shim;
struct vcpu;

struct vcpu_thread {
	pthread_t id;
	struct shim *shim;
	struct vcpu *vcpu;
	bool parked; /* out of KVM_RUN, its last exit finished */
	/*
	 * waits for a releasing vcpus_resume() even when nothing is paused: it has something to
	 * tell
	 */
	bool halted;
	bool held; /* waits until it is no longer */
};

struct vcpus {
	unsigned started;
	pthread_mutex_t lock;
	pthread_cond_t parking, resuming;
	unsigned parked;
	unsigned pauses; /* vcpus_pause() without its vcpus_resume() */
	bool ending;
	struct vcpu_thread thread[CONFIG_MAX_VCPUS];
};

/*
 * Start the threads: that of vCPU 0 first, and it gets the processor before the others are made.
 * All signals are blocked in them but the one that kicks them out of KVM_RUN. Returns 0 or -errno.
 */
int vcpus_start(struct shim *s);

/*
 * Kick every vCPU out of KVM_RUN, let it finish its last exit (the result of an MMIO read is taken
 * by the next KVM_RUN), and wait until all are parked. Not from a vCPU's own thread. Pauses nest.
 */
void vcpus_pause(struct shim *s);

/*
 * Take one pause back; with the last one the paused vCPUs go on. Those that halted stay where they are
 * unless RELEASE.
 */
void vcpus_resume(struct shim *s, bool release);

/*
 * From a vCPU's own thread: stay out of KVM_RUN until released. Takes effect when its exit has been
 * served.
 */
void vcpus_halt(struct shim *s, struct vcpu *vcpu);

/*
 * VCPU stays out of KVM_RUN while ON, whatever else is paused or resumed. From its own thread, or with
 * all paused.
 */
void vcpus_hold(struct shim *s, struct vcpu *vcpu, bool on);

/* End the threads of paused vCPUs; no vCPU runs again. */
void vcpus_end(struct shim *s);

#endif
