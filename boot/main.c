// SPDX-License-Identifier: BSD-2-Clause
// The whole way from power-on to the guest's end, on one screen.
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "boot/engine.h"
#include "boot/init.h"
#include "boot/loop.h"
#include "boot/memory.h"
#include "boot/probe.h"
#include "boot/shim.h"

static struct shim shim;

static void handing_over(const struct plan *p)
{
	char line[80];
	int n = snprintf(line, sizeof(line),
			 "handing over at 0x%" PRIx64 ", device tree at 0x%" PRIx64 "\n", p->entry,
			 p->dtb.base);

	say_write(line, (size_t)n);
}

static int build(struct shim *s, struct failure *f)
{
	init_phase_set(PHASE_BUILD);
	engine_caps_enable(s);
	if (memory_add(s, f) || engine_vcpus_create(s, f) || engine_vgic_create(s, f) ||
	    engine_devices_bind(s, &loop_dev_env, f) || engine_addresses_commit(s, f) ||
	    engine_registers_push(s, f))
		return -1;
	return loop_open(s, f);
}

static enum outcome run(struct shim *s, struct failure *f)
{
	init_phase_set(PHASE_HOST);
	if (host_open(&s->p.host, &s->vm, &s->p.board, f))
		return f->outcome;
	init_phase_set(PHASE_PLAN);
	f->outcome = OUTCOME_INTERNAL;
	if (prepare_images(&s->p, f) == 0 && prepare_plan(&s->p, f) == 0) {
		prepare_print(&s->p, NULL);
		if (build(s, f) == 0) {
			handing_over(&s->p.plan);
			f->outcome = loop_run(s, f);
		}
	}
	engine_close(s);
	return f->outcome;
}

int main(int argc, char **argv)
{
	struct failure f = { .text = "" };
	bool pid1 = getpid() == 1;
	struct shim *s = &shim;
	char *cmdline = init_early(pid1);
	int failed;

	if (pid1)
		init_supervise();
	init_phase_set(PHASE_BOARD);
	failed = prepare_board(&s->p, argc, argv, pid1, cmdline, &f);
	init_policies_set(&s->p.settings);
	if (failed)
		return outcome_report(f.outcome, &f);
	switch (s->p.settings.verb) {
	case VERB_HELP: settings_help(); return 0;
	case VERB_VERSION:
		say_write("kvmshim " KVMSHIM_VERSION "\n",
			  sizeof("kvmshim " KVMSHIM_VERSION "\n") - 1);
		return 0;
	case VERB_PLAN: return prepare_only(&s->p, &f) ? outcome_report(f.outcome, &f) : 0;
	case VERB_PROBE: return probe(&s->p, &f) ? outcome_report(f.outcome, &f) : 0;
	case VERB_RUN: f.outcome = run(s, &f);
	}
	return outcome_report(f.outcome, f.text[0] ? &f : NULL);
}
