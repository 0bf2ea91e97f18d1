// SPDX-License-Identifier: BSD-2-Clause
// The first reason for the guest's end, under its lock.
#include "boot/stop.h"

#include <stdio.h>

void stop_init(struct stop *stop)
{
	pthread_mutex_init(&stop->lock, NULL);
	stop->asked = false;
}

void stop_ask(struct stop *stop, const struct vcpu *vcpu, enum outcome outcome, const char *code,
	      const char *format, va_list args)
{
	pthread_mutex_lock(&stop->lock);
	if (!stop->asked) {
		stop->asked = true;
		stop->vcpu = vcpu;
		stop->why.outcome = outcome;
		stop->why.code = code;
		vsnprintf(stop->why.text, sizeof(stop->why.text), format, args);
	}
	pthread_mutex_unlock(&stop->lock);
}

bool stop_asked(struct stop *stop, struct failure *why)
{
	bool asked;

	pthread_mutex_lock(&stop->lock);
	asked = stop->asked;
	if (asked)
		*why = stop->why;
	pthread_mutex_unlock(&stop->lock);
	return asked;
}

void stop_forget(struct stop *stop)
{
	pthread_mutex_lock(&stop->lock);
	stop->asked = false;
	pthread_mutex_unlock(&stop->lock);
}
