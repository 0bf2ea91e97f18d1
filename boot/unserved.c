// SPDX-License-Identifier: BSD-2-Clause
// What nobody serves: stubs that remember and help, or an abort; and what of it is told.
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "board/soc.h"
#include "boot/exits.h"
#include "boot/place.h"
#include "boot/plan_memory.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/trace.h"
#include "boot/trace_line.h"
#include "boot/unserved.h"

#define TOLD_MOST 8 /* accesses that are told without trace */
#define TOLD_NODES 3 /* in the summary */
#define NOWHERE_MANY 1000 /* accesses of firmware that is lost, and may not come to an end */

static struct unserved_cpu {
	struct stub_cpu stub; /* first: pc_of() gets no other pointer */
	struct vcpu *vcpu;
} cpus[CONFIG_MAX_VCPUS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all here */
/* Accesses to where no node is, each time the guest runs: looking for RAM, or lost. */
static struct {
	unsigned long accesses;
	struct nowhere {
		uint64_t gpa, pc;
	} first, last;
} nowhere;
static struct {
	unsigned long accesses; /* that are told one by one */
	bool full; /* has been told */
	bool trace;
} told;
static struct stub stub;

static uint64_t pc_of(struct stub_cpu *cpu)
{
	return exit_pc_of(((struct unserved_cpu *)cpu)->vcpu);
}

/* --- what is told ------------------------------------------------------------------------------ */

static void access_trace(struct shim *s, const struct vcpu *vcpu, uint64_t gpa, unsigned len,
			 bool write, uint64_t value)
{
	char where[PLACE_SIZE], what[PLACE_SIZE + 64], pc[EXIT_PC_SIZE];

	if ((CONFIG_TRACE && trace_tells(s, gpa, len, write)) || !trace_line_allowed())
		return;
	if (CONFIG_PLACES)
		place_text(s, gpa, where);
	else
		snprintf(where, sizeof(where), "%#" PRIx64, gpa);
	trace_line_access(what, sizeof(what), where, write, len, value);
	say("%s (PC %s, vCPU %u)", what, exit_pc(s, exit_pc_of(vcpu), pc), vcpu->id);
}

static void help_trace(const struct stub *of, const struct stub_site *site,
		       const struct stub_answer *a)
{
	const struct stub_register *reg = &of->reg[site->reg];
	const struct stub_window *w = &of->window[reg->window];
	char how[48] = "counting";

	if (!told.trace || !trace_line_allowed())
		return;
	if (a->mask)
		snprintf(how, sizeof(how), "%#" PRIx32 " of bits %#" PRIx32, a->bits, a->mask);
	say("%.40s+%#" PRIx64 ": polled at PC %#" PRIx64 ", helped by %s", w->name,
	    reg->gpa - w->origin, site->pc, how);
}

static void nowhere_tell(const struct shim *s)
{
	const char *hint = told.trace ? "" : "; unmodelled=trace tells each";
	char first[EXIT_PC_SIZE], last[EXIT_PC_SIZE];

	if (!nowhere.accesses)
		return;
	exit_pc(s, nowhere.first.pc, first);
	exit_pc(s, nowhere.last.pc, last);
	if (nowhere.accesses == 1)
		say("1 access to where no node is: %#" PRIx64 " (PC %s)%s", nowhere.first.gpa,
		    first, hint);
	else
		say("%lu accesses to where no node is: first %#" PRIx64 " (PC %s), last %#" PRIx64
		    " (PC %s)%s",
		    nowhere.accesses, nowhere.first.gpa, first, nowhere.last.gpa, last, hint);
}

static void nowhere_note(const struct shim *s, const struct vcpu *vcpu, uint64_t gpa)
{
	nowhere.last = (struct nowhere){ gpa, exit_pc_of(vcpu) };
	if (!nowhere.accesses++)
		nowhere.first = nowhere.last;
	if (nowhere.accesses == NOWHERE_MANY)
		nowhere_tell(s);
}

/* An access that is no matter of course: aborted, or of a guest's own machine. */
static void access_tell(const struct shim *s, const struct vcpu *vcpu, uint64_t gpa, unsigned len,
			bool write, uint64_t value, bool there)
{
	const bool aborted = s->p.plan.unmodelled == UNMODELLED_ABORT;
	char what[40] = "read", pc[EXIT_PC_SIZE];
	struct place place = { .node = "no node of the tree" };

	if (CONFIG_PLACES)
		place_find(s, gpa, &place);
	if (write)
		snprintf(what, sizeof(what), "store of %#" PRIx64, value);
	if (told.accesses++ < TOLD_MOST)
		say("guest %s, %u bytes at %#" PRIx64 " (PC %s, vCPU %u): %s%s%s", what, len, gpa,
		    exit_pc(s, exit_pc_of(vcpu), pc), vcpu->id, CONFIG_PLACES ? place.node : "",
		    CONFIG_PLACES ? ", " : "",
		    aborted ? "external abort"
		    : there ? "stub"
			    : "reads as 0, stores are dropped");
	else if (told.accesses == TOLD_MOST + 1)
		say("further accesses to addresses that nobody serves are not told");
}

static void full_tell(void)
{
	if (told.full || !stub.dropped)
		return;
	told.full = true;
	say("a table of what nobody serves is full (%" PRIu32 " windows, %" PRIu32
	    " registers, %" PRIu32 " loops): what comes anew is not remembered",
	    stub.windows, stub.registers, stub.sites);
}

/* The node that was helped most; NULL: none is left. Its windows count as one, and then no more. */
static const char *most_helped(uint32_t *count)
{
	const struct stub_window *most = NULL;

	*count = 0;
	for (unsigned i = 0; i < stub.windows; i++)
		if (stub.window[i].helped > (most ? most->helped : 0))
			most = &stub.window[i];
	for (unsigned i = 0; most && i < stub.windows; i++)
		if (stub.window[i].name == most->name) {
			*count += stub.window[i].helped;
			stub.window[i].helped = 0;
		}
	return most ? most->name : NULL;
}

void unserved_tell(const struct shim *s)
{
	char nodes[3 * 64] = "";
	uint32_t count, all = 0;
	unsigned n = 0, more = 0;
	size_t used = 0;
	const char *name;

	if (!CONFIG_MIRROR)
		return;
	pthread_mutex_lock(&lock);
	for (; (name = most_helped(&count)); n++) {
		all += count;
		if (n < TOLD_NODES)
			used += (size_t)snprintf(nodes + used, sizeof(nodes) - used,
						 "%s%.40s %" PRIu32, n ? ", " : ": ", name, count);
		else
			more++;
	}
	if (more)
		snprintf(nodes + used, sizeof(nodes) - used, ", %u more", more);
	if (all)
		say("helped %" PRIu32 " poll%s%s", all, all == 1 ? "" : "s", nodes);
	nowhere_tell(s);
	nowhere.accesses = 0;
	pthread_mutex_unlock(&lock);
}

/* --- what is done ------------------------------------------------------------------------------ */

void unserved_open(struct shim *s, const struct dev_env *env)
{
	stub.now = env->now;
	told.trace = s->p.plan.unmodelled == UNMODELLED_TRACE;
	if (!CONFIG_MIRROR)
		return;
	for (unsigned i = 0; i < s->p.plan.cpus; i++) {
		cpus[i].stub.pc = pc_of;
		cpus[i].vcpu = &s->vcpu[i];
	}
	stub.helped = help_trace;
	soc_stub(&stub, &s->p.guest_tree, s->p.inputs.socs, plan_memory_span(&s->p.plan));
}

int unserved_access(struct shim *s, struct vcpu *vcpu, uint64_t gpa, unsigned len, bool write,
		    uint64_t *value)
{
	const bool aborts = s->p.plan.unmodelled == UNMODELLED_ABORT;
	const bool mirrored = machine_mirrored(&s->p.plan.machine) && !aborts;
	struct stub_cpu *cpu = &cpus[vcpu->id].stub;
	bool there = false, resets;

	pthread_mutex_lock(&lock);
	stub.device_stores = atomic_load_explicit(&s->device_stores, memory_order_relaxed);
	if (write)
		*value &= UINT64_MAX >> (64 - 8 * len);
	if (!write)
		*value = 0;
	if (CONFIG_MIRROR && !aborts)
		there = write ? stub_write(&stub, cpu, gpa, len, *value)
			      : stub_read(&stub, cpu, gpa, len, value);
	if (mirrored && !there)
		nowhere_note(s, vcpu, gpa);
	if (told.trace)
		access_trace(s, vcpu, gpa, len, write, *value);
	else if (!mirrored)
		access_tell(s, vcpu, gpa, len, write, *value, there);
	if (CONFIG_MIRROR)
		full_tell();
	resets = stub.resets;
	stub.resets = false;
	pthread_mutex_unlock(&lock);
	if (resets)
		exit_stop(s, vcpu, OUTCOME_RESET, "", "%s", "");
	return aborts ? -EFAULT : 0;
}

/* Windows stay as they are while the guest runs: no lock is needed. */
bool unserved_place(uint64_t gpa, const char **node, uint64_t *origin)
{
	const struct stub_window *w = CONFIG_MIRROR ? stub_find(&stub, gpa) : NULL;

	if (!w)
		return false;
	*node = w->name;
	*origin = w->origin;
	return true;
}

void unserved_reset(struct shim *s)
{
	told.accesses = 0;
	if (!CONFIG_MIRROR)
		return;
	for (unsigned i = 0; i < s->p.plan.cpus; i++)
		if (cpus[i].vcpu)
			stub_cpu_reset(&stub, &cpus[i].stub);
	stub_reset(&stub);
}
