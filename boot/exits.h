/* SPDX-License-Identifier: BSD-2-Clause */
/* What a vCPU's exit from KVM_RUN means, and how a guest ends. */
#ifndef BOOT_EXITS_H
#define BOOT_EXITS_H

#include <pthread.h>
#include <stdbool.h>

#include "boot/outcome.h"

struct shim;
struct vcpu;

/* Why the guest stopped: the first vCPU to say so wins. */
struct stop {
	pthread_mutex_t lock;
	bool asked;
	enum outcome outcome;
	struct failure failure; /* text[0] = 0: none */
};

/* Serve the exit that VCPU's run structure tells of; from its own thread. What cannot be served stops the guest with one plain message. */
void exit_serve(struct shim *s, struct vcpu *vcpu);

/* KVM_RUN itself failed with ERROR (-errno). */
void exit_refused(struct shim *s, struct vcpu *vcpu, int error);

/* Hand over what coalesced MMIO has gathered. Any thread; must precede every other look at a device. */
void exit_stores_drain(struct shim *s);

#endif
