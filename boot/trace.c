// SPDX-License-Identifier: BSD-2-Clause
// Events come in, by the rules, and go to memory and the line; the loop takes them to the file.
#include "boot/trace.h"

#include <time.h>

#include "boot/exits.h"
#include "boot/loop.h"
#include "boot/place.h"
#include "boot/say.h"
#include "boot/trace_file.h"
#include "boot/trace_line.h"
#include "boot/trace_ring.h"

#define CALL_LENGTH 4 /* of HVC and SMC, in all instruction sets */
#define SERVE_MS 100 /* how long an event may wait for the file */
#define LINE_ROOM 1024 /* bytes that the line's ring must have for one more */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct trace_rules rules; /* under the lock, but for the loop's own reads */

/* --- events ------------------------------------------------------------------------------------ */

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool wanted(const struct shim *s, const struct trace_event *e, bool *line)
{
	struct place place;
	const char *node;
	bool want;

	pthread_mutex_lock(&lock);
	node = trace_rules_by_node(&rules) && place_find(s, e->at, &place) ? place.node : NULL;
	want = trace_rules_want(&rules, e, node);
	*line = rules.line;
	pthread_mutex_unlock(&lock);
	return want;
}

static void line_tell(struct shim *s, const struct trace_event *e)
{
	char text[TRACE_TEXT_SIZE];

	if (!console_room(&s->io.console, LINE_ROOM))
		trace_line_leave_out();
	else if (trace_line_allowed())
		say("%s", trace_text(s, e, text));
}

static void note(struct shim *s, const struct vcpu *vcpu, struct trace_event *e)
{
	bool line;

	e->ns = now();
	e->vcpu = vcpu ? (uint16_t)vcpu->id : TRACE_NO_VCPU;
	if (!wanted(s, e, &line))
		return;
	if (vcpu)
		e->pc = exit_pc_of(vcpu) - (e->kind == TRACE_CALL ? CALL_LENGTH : 0);
	/* The loop looks at the ring before it has gone round. */
	if (trace_ring_put(e) % (TRACE_RING / 2) == TRACE_RING / 4)
		loop_wake(s);
	if (line)
		line_tell(s, e);
}

/* The vCPU whose thread this is; NULL: it is none's. */
static const struct vcpu *own_vcpu(const struct shim *s)
{
	for (unsigned i = 0; i < s->vcpus.started; i++)
		if (pthread_equal(s->vcpus.thread[i].id, pthread_self()))
			return s->vcpus.thread[i].vcpu;
	return NULL;
}

void trace_mmio(struct shim *s, const struct vcpu *vcpu, uint64_t gpa, unsigned len, unsigned flags,
		uint64_t value)
{
	struct trace_event e = { .kind = TRACE_MMIO,
				 .at = gpa,
				 .size = (uint8_t)len,
				 .flags = (uint8_t)flags,
				 .value = value & UINT64_MAX >> (64 - 8 * len) };

	note(s, vcpu, &e);
}

void trace_call(struct shim *s, const struct vcpu *vcpu, uint64_t fn, bool smc, uint64_t result)
{
	struct trace_event e = { .kind = TRACE_CALL, .at = fn, .value = result };

	e.flags = smc ? TRACE_SMC : 0;
	note(s, vcpu, &e);
}

void trace_irq(struct shim *s, uint64_t gpa, uint32_t intid, bool level)
{
	struct trace_event e = { .kind = TRACE_IRQ, .at = gpa, .value = intid };

	e.flags = level ? TRACE_HIGH : 0;
	note(s, own_vcpu(s), &e);
}

void trace_nisv(struct shim *s, const struct vcpu *vcpu, uint64_t gpa, bool write, uint32_t word,
		unsigned len)
{
	struct trace_event e = {
		.kind = TRACE_NISV, .at = gpa, .value = word, .size = (uint8_t)len
	};

	e.flags = write ? TRACE_WRITE : 0;
	note(s, vcpu, &e);
}

void trace_reset(struct shim *s)
{
	struct trace_event e = { .kind = TRACE_RESET };

	note(s, NULL, &e);
}

bool trace_tells(struct shim *s, uint64_t gpa, unsigned len, bool write)
{
	const struct trace_event e = { .kind = TRACE_MMIO,
				       .at = gpa,
				       .size = (uint8_t)len,
				       .flags = write ? TRACE_WRITE : 0 };
	bool line;

	return trace_on(s) && wanted(s, &e, &line) && line;
}

/* --- rules ------------------------------------------------------------------------------------- */

/* A rule for a node that nobody has is a slip of the pen. */
static void nodes_check(const struct shim *s, const struct trace_rules *r)
{
	for (unsigned i = 0; i < r->nodes; i++) {
		unsigned n = 0;

		while (n < s->p.guest_tree.count &&
		       !trace_rules_names(r->node[i], tree_name(&s->p.guest_tree, n)))
			n++;
		if (n == s->p.guest_tree.count)
			say("trace: the guest's tree has no node %s", r->node[i]);
	}
}

void trace_set(struct shim *s, const struct trace_rules *r)
{
	nodes_check(s, r);
	pthread_mutex_lock(&lock);
	rules = *r;
	pthread_mutex_unlock(&lock);
	atomic_store(&s->tracing, r->kinds != 0);
	/* Stores that gather have neither PC nor time of their own: from now on they exit. */
	if (r->kinds >> TRACE_MMIO & 1) {
		pthread_mutex_lock(&s->coalesce_lock);
		coalesce_arm(&s->coalesce);
		pthread_mutex_unlock(&s->coalesce_lock);
	}
}

const struct trace_rules *trace_rules(void)
{
	return &rules;
}

int trace_begin(struct shim *s, struct failure *f)
{
	const char *path = s->p.settings.raw[SET_TRACE_FILE].text;

	if (path && trace_file_open(s, path))
		return fail(f, OUTCOME_BAD_CONFIG, "E-TRACE", "%s", trace_file_trouble());
	if (s->p.settings.raw[SET_TRACE].text)
		trace_set(s, &s->p.settings.trace);
	return 0;
}

/* --- for the loop ------------------------------------------------------------------------------ */

int trace_serve(struct shim *s)
{
	return trace_file_write(s) ? SERVE_MS : -1;
}

void trace_end(struct shim *s)
{
	trace_file_write(s);
	trace_file_close();
}

void trace_last(struct shim *s, unsigned count, void (*line)(const char *text))
{
	const uint64_t there = trace_ring_count();
	uint64_t next = there > count ? there - count : 0, lost = 0;
	char text[TRACE_TEXT_SIZE];
	struct trace_event e;

	while (next < there && trace_ring_take(&next, &e, 1, &lost))
		line(trace_text(s, &e, text));
}
