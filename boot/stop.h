/* SPDX-License-Identifier: BSD-2-Clause */
/* Why the guest stopped: noted once, by whoever is first. */
#ifndef BOOT_STOP_H
#define BOOT_STOP_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>

#include "boot/outcome.h"

struct vcpu;

struct stop {
	pthread_mutex_t lock;
	bool asked;
	const struct vcpu *vcpu; /* whose doing it was, NULL: nobody's */
	struct failure why; /* why.text is empty where the outcome says it all */
};

void stop_init(struct stop *stop);

/* Note OUTCOME and its sentence, and VCPU, unless something is noted already. Any thread. */
void stop_ask(struct stop *stop, const struct vcpu *vcpu, enum outcome outcome, const char *code,
	      const char *format, va_list args);

/* Has the guest stopped? Then WHY is filled. */
bool stop_asked(struct stop *stop, struct failure *why);

/* Nothing is noted any more. */
void stop_forget(struct stop *stop);

#endif
