// SPDX-License-Identifier: BSD-2-Clause
// vCPU threads: run, serve, park.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>

#include "boot/exits.h"
#include "boot/shim.h"
#include "boot/timeline.h"

#define KICK SIGUSR2
#define STACK (16 << 10)
#define START_MS 1 /* for the first vCPU alone, where cores are few */

static void kicked(int signal)
{
	(void)signal; /* KVM_RUN has returned -EINTR: that is all it is for */
}

/* False: the thread is to end. */
static bool park(struct vcpus *v, struct vcpu_thread *me)
{
	bool go_on;

	pthread_mutex_lock(&v->lock);
	while ((v->pauses || me->halted || me->held) && !v->ending) {
		if (!me->parked) {
			me->parked = true;
			v->parked++;
			pthread_cond_signal(&v->parking);
		}
		pthread_cond_wait(&v->resuming, &v->lock);
	}
	if (me->parked) {
		me->parked = false;
		v->parked--;
	}
	go_on = !v->ending;
	pthread_mutex_unlock(&v->lock);
	return go_on;
}

static void *vcpu_thread(void *arg)
{
	struct vcpu_thread *me = arg;
	struct shim *s = me->shim;

	if (me->vcpu->id == 0)
		timeline_mark(TIMELINE_RUN);
	for (;;) {
		int error = vcpu_run(me->vcpu);

		if (error == 0) {
			exit_serve(s, me->vcpu);
			continue;
		}
		/*
		 * A run that KVM refuses for good never comes back with -EINTR: it parks at once.
		 */
		if (error != -EINTR)
			exit_refused(s, me->vcpu, error);
		if (!park(&s->vcpus, me))
			return NULL;
	}
}

int vcpus_start(struct shim *s)
{
	static _Alignas(4096) uint8_t stack[CONFIG_MAX_VCPUS][STACK];
	struct sigaction action = { .sa_handler = kicked };
	struct vcpus *v = &s->vcpus;
	sigset_t all, old;
	int error = 0;

	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->parking, NULL);
	pthread_cond_init(&v->resuming, NULL);
	sigaction(KICK, &action, NULL);
	sigfillset(&all);
	sigdelset(&all, KICK);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGABRT);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 0; i < s->p.plan.cpus && !error; i++) {
		struct vcpu_thread *t = &v->thread[i];
		pthread_attr_t attr;

		t->shim = s;
		t->vcpu = &s->vcpu[i];
		pthread_attr_init(&attr);
		pthread_attr_setstack(&attr, stack[i], STACK);
		error = pthread_create(&t->id, &attr, vcpu_thread, t);
		v->started += !error;
		/*
		 * The guest's start comes before all else; sched_yield() would often go on with us.
		 */
		if (i == 0)
			poll(NULL, 0, START_MS);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -error;
}

void vcpus_pause(struct shim *s)
{
	struct vcpus *v = &s->vcpus;

	pthread_mutex_lock(&v->lock);
	v->pauses++;
	for (unsigned i = 0; i < v->started; i++) {
		v->thread[i].vcpu->run->immediate_exit = 1;
		if (!v->thread[i].parked)
			pthread_kill(v->thread[i].id, KICK);
	}
	while (v->parked < v->started)
		pthread_cond_wait(&v->parking, &v->lock);
	pthread_mutex_unlock(&v->lock);
}

void vcpus_resume(struct shim *s, bool release)
{
	struct vcpus *v = &s->vcpus;

	pthread_mutex_lock(&v->lock);
	v->pauses--;
	for (unsigned i = 0; i < v->started; i++) {
		if (release)
			v->thread[i].halted = false;
		/* A halted one keeps it, so that it parks again should it ever be woken. */
		v->thread[i].vcpu->run->immediate_exit =
			v->pauses || v->thread[i].halted || v->thread[i].held;
	}
	pthread_cond_broadcast(&v->resuming);
	pthread_mutex_unlock(&v->lock);
}

void vcpus_halt(struct shim *s, struct vcpu *vcpu)
{
	struct vcpus *v = &s->vcpus;

	pthread_mutex_lock(&v->lock);
	v->thread[vcpu->id].halted = true;
	vcpu->run->immediate_exit = 1;
	pthread_mutex_unlock(&v->lock);
}

void vcpus_hold(struct shim *s, struct vcpu *vcpu, bool on)
{
	struct vcpus *v = &s->vcpus;

	pthread_mutex_lock(&v->lock);
	v->thread[vcpu->id].held = on;
	if (on)
		vcpu->run->immediate_exit = 1;
	pthread_mutex_unlock(&v->lock);
}

void vcpus_end(struct shim *s)
{
	struct vcpus *v = &s->vcpus;

	pthread_mutex_lock(&v->lock);
	v->ending = true;
	pthread_cond_broadcast(&v->resuming);
	pthread_mutex_unlock(&v->lock);
	while (v->started)
		pthread_join(v->thread[--v->started].id, NULL);
}
