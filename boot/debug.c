// SPDX-License-Identifier: BSD-2-Clause
// Points and steps while the guest runs.
#include "boot/debug.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "boot/exits.h"
#include "boot/guestmem.h"
#include "boot/loop.h"
#include "boot/monitor/monitor.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/target.h"
#include "boot/undecoded.h"
#include "kvm/insn/fault.h"

static struct {
	bool paused; /* debug_pause() is in force */
	bool over; /* some go over points, the others wait */
	int step; /* whose step the person waits for, -1: nobody's */
	int alone; /* who goes on while the others stand still, -1: all go on */
	atomic_bool due; /* for debug_stopped() */
	struct guestdebug_points points;
} debug = { .step = -1, .alone = -1 };

static const struct guestdebug_points soft_only = { .soft = true };

/*
 * --- exits ---------------------------------------------------------------------------------------
 */

/* The vCPU stays out of KVM_RUN, and the loop looks. */
static void halt(struct shim *s, struct vcpu *vcpu)
{
	vcpus_hold(s, vcpu, true);
	atomic_store(&debug.due, true);
	loop_wake(s);
}

static void stopped_at(struct shim *s, struct vcpu *vcpu, const struct point *p, uint64_t pc,
		       uint64_t address)
{
	target[vcpu->id].stop = (struct debug_stop){
		.why = p->kind < POINT_WRITE ? DEBUG_BREAK : DEBUG_WATCH,
		.vcpu = vcpu->id,
		.pc = pc,
		.address = address < p->va	       ? p->va
			   : address - p->va >= p->len ? p->va + p->len - 1
						       : address,
		.kind = p->kind,
		.point = points_place(p),
	};
	halt(s, vcpu);
}

/* BRK or BKPT that is no point: the guest gets it, as it would have without us. */
static void reflect(struct shim *s, struct vcpu *vcpu, uint32_t esr)
{
	struct guestmem g;
	int error;

	guestmem_bind(&g, s, vcpu);
	fault_break(&g.regs.cpu, esr);
	error = insn_push(&g.regs.cpu);
	if (error)
		exit_stop(s, vcpu, OUTCOME_INTERNAL, "E-KVM",
			  "KVM refused vCPU %u its own breakpoint's exception: %s (%d)", vcpu->id,
			  strerror(-error), error);
}

void debug_exit(struct shim *s, struct vcpu *vcpu)
{
	const struct guestdebug_exit exit = guestdebug_exit_of(vcpu->run);
	struct target *t = &target[vcpu->id];
	const bool stepping = t->progress == TARGET_STEPS;
	const uint64_t pc = exit_pc_of(vcpu);
	const struct point *p = NULL;
	struct guestmem g;

	if (stepping)
		target_finish(s, vcpu, exit.cause == GUESTDEBUG_STEPPED);
	switch (exit.cause) {
	case GUESTDEBUG_STEPPED: undecoded_step(s, vcpu); break;
	case GUESTDEBUG_SOFT:
		guestmem_bind(&g, s, vcpu);
		p = points_soft_at(target_gpa(&g, pc));
		if (!p) {
			reflect(s, vcpu, exit.esr);
			t->progress = stepping ? TARGET_STEPPED : TARGET_FREE;
		}
		break;
	case GUESTDEBUG_HARD: p = points_hard_at(pc); break;
	case GUESTDEBUG_WATCH: p = points_watch_at(exit.address, exit.write); break;
	case GUESTDEBUG_OTHER: break;
	}
	if (p)
		stopped_at(s, vcpu, p, pc, exit.address);
	else if (stepping)
		halt(s, vcpu);
}

void debug_emulated(struct shim *s, struct vcpu *vcpu)
{
	struct target *t = &target[vcpu->id];

	if (t->progress != TARGET_STEPS || exit_pc_of(vcpu) == t->step.pc)
		return;
	target_finish(s, vcpu, true);
	halt(s, vcpu);
}

/*
 * --- all of them, paused -------------------------------------------------------------------------
 */

/* The points, as the vCPU is to meet them now. */
static int points_tell(struct vcpu *vcpu)
{
	const struct target *t = &target[vcpu->id];
	const struct guestdebug_points *points = points_any() ? &debug.points : NULL;

	/* Over the one that it stands at. */
	if (t->progress == TARGET_STEPS && t->stands)
		points = &soft_only;
	return guestdebug_points_set(vcpu, points);
}

/* Points into memory and to KVM. */
static int points_engage(struct shim *s)
{
	int error = 0;

	points_put(s);
	points_gather(&debug.points);
	for (unsigned i = 0; i < s->vcpus_made && !error; i++)
		error = points_tell(&s->vcpu[i]);
	return error;
}

void debug_pause(struct shim *s)
{
	if (debug.paused)
		return;
	for (unsigned i = 0; i < s->vcpus_made; i++) {
		struct target *t = &target[i];

		if (t->progress == TARGET_STEPS)
			target_finish(s, &s->vcpu[i], false);
		t->progress = TARGET_FREE;
		t->stands = true;
		t->pc = exit_pc_of(&s->vcpu[i]);
		t->watch = false;
		vcpus_hold(s, &s->vcpu[i], false);
		guestdebug_points_set(&s->vcpu[i], NULL);
	}
	points_take(s);
	points_drop();
	debug.paused = true;
	debug.over = false;
	debug.step = debug.alone = -1;
	atomic_store(&debug.due, false);
}

void debug_alone(int vcpu)
{
	debug.alone = vcpu;
}

/* Is what VCPU has stopped for still so? */
static bool still_there(struct shim *s, const struct debug_stop *stop)
{
	struct guestmem g;

	if (stop->why == DEBUG_NONE || exit_pc_of(&s->vcpu[stop->vcpu]) != stop->pc)
		return false;
	if (stop->why == DEBUG_WATCH)
		return points_watch_at(stop->address, stop->kind == POINT_WRITE);
	guestmem_bind(&g, s, &s->vcpu[stop->vcpu]);
	return points_hard_at(stop->pc) || points_soft_at(target_gpa(&g, stop->pc));
}

/* Some have stopped that nobody was told of: nothing runs before. */
static bool untold(struct shim *s)
{
	bool any = false;

	for (unsigned i = 0; i < s->vcpus_made; i++) {
		struct debug_stop *stop = &target[i].stop;

		if (!still_there(s, stop))
			stop->why = DEBUG_NONE;
		any |= stop->why != DEBUG_NONE;
	}
	return any;
}

/* Does VCPU stand at a point, so that it has to go over it? Lifts that. */
static bool at_point(struct shim *s, const struct vcpu *vcpu)
{
	struct target *t = &target[vcpu->id];
	struct guestmem g;

	t->stands = t->stands && exit_pc_of(vcpu) == t->pc && !target_is_off(s, vcpu);
	if (!t->stands)
		return false;
	guestmem_bind(&g, s, vcpu);
	t->stands = points_lift(t->pc, target_gpa(&g, t->pc)) || t->watch;
	return t->stands;
}

/* Is vCPU I one that stands still whatever the others do? */
static bool stays(unsigned i)
{
	return debug.alone >= 0 && (int)i != debug.alone;
}

static void hold_all(struct shim *s, bool hold)
{
	for (unsigned i = 0; i < s->vcpus_made; i++)
		vcpus_hold(s, &s->vcpu[i], hold || stays(i));
}

/* Is a vCPU still on its way over a point? */
static bool under_way(const struct shim *s)
{
	for (unsigned i = 0; i < s->vcpus_made; i++)
		if (target[i].progress == TARGET_STEPS && target[i].stands)
			return true;
	return false;
}

/* All are over: the points are put down, but the person's step is still to be told of. */
static void over_end(const struct shim *s)
{
	for (unsigned i = 0; i < s->vcpus_made; i++)
		if (target[i].progress == TARGET_STEPPED && (int)i != debug.step)
			target[i].progress = TARGET_FREE;
	debug.over = false;
	points_drop();
}

/* Those that go over a point, and the one that the person steps. */
static int steps_start(struct shim *s, int step)
{
	bool wait = false;
	int error = 0;

	for (unsigned i = 0; i < s->vcpus_made && !error; i++) {
		const bool at = !stays(i) && at_point(s, &s->vcpu[i]);

		if (!at && (int)i != step)
			continue;
		error = target_step(s, &s->vcpu[i]);
		debug.over |= at;
		/* A call may not come back before another vCPU has done something. */
		wait |= at && target[i].progress == TARGET_STEPS && !step_calls(&target[i].step);
	}
	if (step >= 0 && target[step].progress == TARGET_STEPPED) {
		hold_all(s, true);
		atomic_store(&debug.due, true);
		loop_wake(s);
	} else {
		for (unsigned i = 0; i < s->vcpus_made; i++)
			vcpus_hold(s, &s->vcpu[i],
				   stays(i) || (wait && target[i].progress != TARGET_STEPS));
	}
	if (debug.over && !under_way(s))
		over_end(s);
	return error;
}

int debug_resume(struct shim *s, int step)
{
	int error;

	if (!debug.paused)
		return 0;
	if (step >= 0 && target_is_off(s, &s->vcpu[step]))
		return -ENODEV;
	debug.paused = false;
	debug.step = step;
	if (untold(s)) {
		hold_all(s, true);
		atomic_store(&debug.due, true);
		loop_wake(s);
		return 0;
	}
	hold_all(s, false);
	error = points_any() || step >= 0 ? steps_start(s, step) : 0;
	if (!error)
		error = points_engage(s);
	if (error)
		debug_pause(s);
	if (!error || step >= 0)
		return error;
	debug.paused = false;
	say("KVM refuses the breakpoints: %s (%d): the guest goes on without", strerror(-error),
	    error);
	return 0;
}

/* The first that is to be told; what it stands at is gone over next time. */
static bool tell(struct shim *s, struct debug_stop *stop)
{
	const int step = debug.step;
	unsigned i = 0;

	while (i < s->vcpus_made && target[i].stop.why == DEBUG_NONE)
		i++;
	if (i < s->vcpus_made) {
		*stop = target[i].stop;
		target[i].stop.why = DEBUG_NONE;
	} else if (step >= 0 && target[step].progress == TARGET_STEPPED) {
		*stop = (struct debug_stop){ .why = DEBUG_STEP, .vcpu = (unsigned)step };
	} else {
		return false;
	}
	debug_pause(s);
	stop->pc = target[stop->vcpu].pc;
	target[stop->vcpu].watch = stop->why == DEBUG_WATCH;
	return true;
}

bool debug_stopped(struct shim *s, struct debug_stop *stop)
{
	int error;

	if (!atomic_load_explicit(&debug.due, memory_order_relaxed))
		return false;
	vcpus_pause(s);
	atomic_store(&debug.due, false);
	if (tell(s, stop))
		return true;
	if (debug.over && !under_way(s)) {
		over_end(s);
		hold_all(s, false);
		error = points_engage(s);
		if (error)
			exit_stop(s, NULL, OUTCOME_INTERNAL, "E-KVM",
				  "KVM refused the breakpoints: %s (%d)", strerror(-error), error);
	}
	vcpus_resume(s, false);
	return false;
}

void debug_hide(struct shim *s)
{
	if (!debug.paused)
		points_take(s);
}

void debug_show(struct shim *s)
{
	if (!debug.paused)
		points_engage(s);
}

void debug_reset(struct shim *s, bool seen)
{
	for (unsigned i = 0; i < s->vcpus_made; i++) {
		target[i].stop.why = DEBUG_NONE;
		target[i].stands = seen;
		if (seen)
			target[i].pc = exit_pc_of(&s->vcpu[i]);
	}
}

/*
 * --- points --------------------------------------------------------------------------------------
 */

int debug_point_add(struct shim *s, enum point_kind kind, uint64_t va, uint64_t len)
{
	struct guestmem g;

	guestmem_bind(&g, s, monitor_vcpu(s));
	return points_add(s, &g, kind, va, len);
}

int debug_point_remove(struct shim *s, enum point_kind kind, uint64_t va, uint64_t len)
{
	return points_remove(s, kind, va, len);
}

void debug_points_clear(struct shim *s)
{
	const struct point *p;

	for (unsigned i = 0; i < POINTS_MAX; i++) {
		p = points_get(i);
		if (p)
			points_remove(s, p->kind, p->va, p->len);
	}
}
