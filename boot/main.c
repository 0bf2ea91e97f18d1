// SPDX-License-Identifier: BSD-2-Clause
// The whole way from power-on to the guest's end, on one screen.
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "boot/calls.h"
#include "boot/engine.h"
#include "boot/flash.h"
#include "boot/gdb/gdb.h"
#include "boot/init.h"
#include "boot/loop.h"
#include "boot/memory.h"
#include "boot/monitor/load.h"
#include "boot/passthrough.h"
#include "boot/probe.h"
#include "boot/services.h"
#include "boot/shim.h"
#include "boot/symbols.h"
#include "boot/trace.h"
#include "boot/unserved.h"

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
	if ((CONFIG_DIAGNOSE && s->p.settings.raw[SET_SYMBOLS].text && symbols_open(s, f)) ||
	    (CONFIG_GDB && gdb_open(s, f)))
		return -1;
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
	if (CONFIG_DIAGNOSE)
		symbols_close();
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
	failed = settings_begin(&s->p.settings, argc, argv, pid1, cmdline, &f);
	if (CONFIG_MONITOR && !failed && init_loaded())
		settings_note(&s->p.settings, SET_FIRMWARE, init_loaded(), ORIGIN_ARGV, &f);
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
		if (CONFIG_MONITOR && load_next() && load_boot(argc, argv, &f) == OUTCOME_RESET)
			return OUTCOME_RESET;
		return outcome_report(f.outcome, f.text[0] ? &f : NULL);
	}
	failed = s->p.settings.verb == VERB_PLAN ? prepare_only(&s->p, &f) : probe(&s->p, &f);
	if (!failed && !pid1)
		return 0;
	return outcome_report(f.outcome, failed ? &f : NULL);
}
