// SPDX-License-Identifier: BSD-2-Clause
// When a silent guest is looked at, and what is told of it.
#include "boot/silence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "boot/crash.h"
#include "boot/debug.h"
#include "boot/exits.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/place.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/silence_look.h"
#include "kvm/stats.h"

#define SAMPLE_MS 40 /* from look to look */

/* No start touches its pages. */
static _Alignas(4096) struct {
	bool armed; /* there is a time to look */
	bool broken; /* printed since */
	bool spoke; /* printed since the start */
	bool counted; /* KVM tells of exits */
	uint64_t due; /* ms */
	uint64_t began; /* ms, of the first look */
	uint64_t exits, exits_before; /* of all vCPUs, now and at the first look */
	unsigned looks;
	struct silence_facts facts[CONFIG_MAX_VCPUS];
	struct silence_touch touch[CONFIG_MAX_VCPUS];
} silence;

uint64_t silence_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void arm(const struct shim *s, uint64_t now)
{
	silence.armed = s->p.settings.silence != 0;
	silence.broken = false;
	silence.looks = 0;
	silence.due = now + s->p.settings.silence * 1000ull;
}

void silence_begin(struct shim *s, uint64_t now)
{
	silence.spoke = false;
	arm(s, now);
}

void silence_forget(struct shim *s)
{
	for (unsigned i = 0; i < s->vcpus_made; i++) {
		silence_touched(&s->vcpu[i], &silence.touch[i]);
		silence.touch[i].known = false;
	}
}

void silence_broken(void)
{
	silence.broken = silence.spoke = true;
}

bool silence_waits(void)
{
	return silence.armed || silence.broken;
}

static void exits_note(void *arg, const char *name, uint64_t value)
{
	(void)arg;
	if (!strcmp(name, "mmio_exit_user"))
		silence.exits += value;
}

/* For a look the vCPUs are paused, and breakpoints are no part of what they execute. */
static void pause(struct shim *s)
{
	vcpus_pause(s);
	debug_hide(s);
}

static void resume(struct shim *s)
{
	debug_show(s);
	vcpus_resume(s, false);
}

static void look(struct shim *s, uint64_t now)
{
	const bool first = !silence.looks++;

	pause(s);
	silence.exits = 0;
	silence.counted = true;
	for (unsigned i = 0; i < s->vcpus_made; i++) {
		struct silence_facts *f = &silence.facts[i];
		bool touched;

		if (first)
			*f = (struct silence_facts){ .spoke = silence.spoke };
		silence_look(s, &s->vcpu[i], f);
		touched = silence_touched(&s->vcpu[i], &silence.touch[i]);
		if (touched && !first)
			f->place = silence_place_of(s, silence.touch[i].gpa);
		if (stats_each(&s->vcpu[i], exits_note, NULL))
			silence.counted = false;
	}
	resume(s);
	if (!first)
		return;
	silence.exits_before = silence.exits;
	silence.began = now;
}

static void exits_text(uint64_t now, char *buf, size_t size)
{
	const uint64_t ms = now - silence.began;

	buf[0] = '\0';
	if (silence.counted && ms)
		snprintf(buf, size, ", %" PRIu64 " exits a second",
			 (silence.exits - silence.exits_before) * 1000 / ms);
}

static void where_tell(struct shim *s, unsigned id, uint64_t now)
{
	const struct silence_facts *f = &silence.facts[id];
	const struct silence_touch *t = &silence.touch[id];
	char pc[EXIT_PC_SIZE], place[PLACE_SIZE], exits[48];

	if (t->known)
		place_access_text(s, t->gpa, t->write, place);
	exits_text(now, exits, sizeof(exits));
	say("silent for %u s: vCPU %u at PC %s, EL%u%s, %s%s%s", s->p.settings.silence, id,
	    exit_pc(s, f->pc[f->samples - 1], pc), f->el, f->aarch32 ? " (AArch32)" : "",
	    !t->known  ? "no device touched"
	    : t->write ? "last wrote "
		       : "last read ",
	    t->known ? place : "", exits);
}

static void cause_tell(struct shim *s, unsigned id, enum silence_cause cause)
{
	const char *text = silence_cause_text(cause);
	struct crash_exception e;
	char address[32] = "";

	if (cause != SILENCE_VECTORS || !crash_exception_read(&s->vcpu[id], &e)) {
		say("%s: %s", text, silence_cause_remedy(cause));
		return;
	}
	if (e.has_address)
		snprintf(address, sizeof(address), ", address %#" PRIx64, e.address);
	say("%s: %s%s: %s", text, e.text, address, e.advice);
}

static void conclude(struct shim *s, uint64_t now)
{
	enum silence_cause cause;
	int worst;

	pause(s);
	for (unsigned i = 0; i < s->vcpus_made; i++)
		if (silence.facts[i].sleeps)
			view_gic_wake(s, &s->vcpu[i], &silence.facts[i].wake);
	worst = silence_worst(silence.facts, s->vcpus_made, &cause);
	if (worst >= 0) {
		where_tell(s, (unsigned)worst, now);
		cause_tell(s, (unsigned)worst, cause);
	}
	resume(s);
}

int silence_serve(struct shim *s, uint64_t now)
{
	if (silence.broken && !silence.armed)
		arm(s, now);
	if (!silence.armed)
		return -1;
	if (now < silence.due)
		return (int)(silence.due - now);
	if (silence.broken || monitor_paused()) {
		arm(s, now);
		return (int)(silence.due - now);
	}
	look(s, now);
	silence.due = now + SAMPLE_MS;
	if (silence.looks < SILENCE_SAMPLES)
		return SAMPLE_MS;
	silence.armed = false;
	conclude(s, now);
	return -1;
}
