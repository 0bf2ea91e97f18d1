// SPDX-License-Identifier: BSD-2-Clause
// The whole way from power-on to the guest's end, on one screen.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/calls.h"
#include "boot/engine.h"
#include "boot/flash.h"
#include "boot/init.h"
#include "boot/loop.h"
#include "boot/memory.h"
#include "boot/monitor/transfer.h"
#include "boot/passthrough.h"
#include "boot/probe.h"
#include "boot/services.h"
#include "boot/shim.h"
#include "boot/trace.h"
#include "boot/unserved.h"

#define ARGS_MOST 60 /* of this program's own, when it starts itself again */

static _Alignas(4096) struct shim shim;
static const char version[] = "kvmshim " KVMSHIM_VERSION "\n";

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
	if (engine_caps_enable(s, f) || memory_add(s, f) ||
	    (CONFIG_PASSTHROUGH && passthrough_add(s, f)) || engine_vcpus_create(s, f) ||
	    engine_vgic_create(s, f) || flash_open(s, &services_dev_env, f) ||
	    engine_devices_bind(s, &services_dev_env, f) || engine_addresses_commit(s, f) ||
	    engine_registers_push(s, f) || calls_open(s, f))
		return -1;
	if (trace_begins(s) && trace_begin(s, f))
		return -1;
	if (s->p.plan.unmodelled != UNMODELLED_ABORT)
		unserved_open(s, &services_dev_env);
	return loop_open(s, f);
}

static enum outcome run(struct shim *s, struct failure *f)
{
	init_phase_set(PHASE_HOST);
	if (host_open(&s->p.host, &s->vm, &s->p.board, &s->p.board_tree, f))
		return f->outcome;
	init_phase_set(PHASE_PLAN);
	f->outcome = OUTCOME_INTERNAL;
	if (prepare_images(&s->p, f) == 0 && prepare_plan(&s->p, f) == 0) {
		prepare_print(&s->p);
		if (build(s, f) == 0) {
			handing_over(&s->p.plan);
			f->outcome = loop_run(s, f);
		}
	}
	engine_close(s);
	return f->outcome;
}

/* Go on with the firmware that came over the line, as another program with the same arguments. */
static int load_again(int argc, char **argv)
{
	char option[64], *again[ARGS_MOST + 2];

	if (init_loads())
		return OUTCOME_RESET; /* the supervisor does it */
	if (argc > ARGS_MOST)
		argc = ARGS_MOST;
	snprintf(option, sizeof(option), "--firmware=%s", transfer_loaded());
	memcpy(again, argv, (size_t)argc * sizeof(*argv));
	again[argc] = option;
	again[argc + 1] = NULL;
	execv("/proc/self/exe", again);
	say("the loaded firmware cannot be started: %s", strerror(errno));
	return OUTCOME_INTERNAL;
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
	failed = settings_begin(&s->p.settings, argc, argv, pid1, cmdline, &f);
	if (CONFIG_MONITOR && !failed && init_loads())
		settings_note(&s->p.settings, SET_FIRMWARE, INIT_LOADED, ORIGIN_ARGV, &f);
	if (!failed && s->p.settings.verb == VERB_HELP) {
		settings_help();
		return 0;
	}
	if (!failed && s->p.settings.verb == VERB_VERSION) {
		say_write(version, sizeof(version) - 1);
		return 0;
	}
	failed = failed || prepare_board(&s->p, &f);
	init_policies_set(&s->p.settings);
	if (failed)
		return outcome_report(f.outcome, &f);
	if (s->p.settings.verb == VERB_RUN) {
		f.outcome = run(s, &f);
		if (CONFIG_MONITOR && transfer_loaded())
			return load_again(argc, argv);
		return outcome_report(f.outcome, f.text[0] ? &f : NULL);
	}
	failed = s->p.settings.verb == VERB_PLAN ? prepare_only(&s->p, &f) : probe(&s->p, &f);
	if (!failed && !pid1)
		return 0;
	return outcome_report(f.outcome, failed ? &f : NULL);
}
