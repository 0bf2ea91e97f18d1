// SPDX-License-Identifier: BSD-2-Clause
// break, watch, delete, step, and what is told of a stop.
#include "boot/monitor/stepping.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "boot/debug.h"
#include "boot/exits.h"
#include "boot/gdb/gdb.h"
#include "boot/guestmem.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/words.h"
#include "boot/shim.h"

#define WATCHED 4 /* bytes, where the person does not say */
#define STEP_LOOK_NS 50000 /* how often it is looked whether a step is done */
#define STEP_LOOKS 20000 /* and how often at most: a second */

static const char *const kinds[] = {
	[POINT_SOFT] = "break, by a word in memory",
	[POINT_HARD] = "break",
	[POINT_WRITE] = "watch, writes",
	[POINT_READ] = "watch, reads",
	[POINT_ACCESS] = "watch, reads and writes",
};

static void point_print(unsigned place)
{
	const struct point *p = points_get(place);

	if (p->kind < POINT_WRITE)
		monitor_print("%2u  %#" PRIx64 "  %s\n", place + 1, p->va, kinds[p->kind]);
	else
		monitor_print("%2u  %#" PRIx64 ", %" PRIu64 " byte%s  %s\n", place + 1, p->va,
			      p->len, p->len == 1 ? "" : "s", kinds[p->kind]);
}

static int added(int place, uint64_t va)
{
	if (place >= 0) {
		point_print((unsigned)place);
		return 0;
	}
	switch (place) {
	case -EEXIST: monitor_print("%#" PRIx64 " has it already\n", va); break;
	case -ENOSPC: monitor_print("the CPU has no more of them: delete one\n"); break;
	case -EFAULT:
		monitor_print("%#" PRIx64 " is no memory that can be written now\n", va);
		break;
	case -ENOTSUP:
		monitor_print("the CPU watches 1 to 8 bytes within 8 that are aligned, or 16, 32 "
			      "and so on\nat a multiple of that; or it has no such registers\n");
		break;
	default: monitor_print("not done: %s (%d)\n", strerror(-place), place);
	}
	return -1;
}

int stepping_break(struct shim *s, int argc, char **argv)
{
	const bool soft = argc > 1 && !strcmp(argv[1], "-s");
	uint64_t va;
	int place;

	if (argc != 2 + soft) {
		monitor_print("break [-s] ADDR\n");
		return -1;
	}
	if (!words_address(s, argv[1 + soft], &va))
		return -1;
	place = debug_point_add(s, soft ? POINT_SOFT : POINT_HARD, va, 0);
	/* One in memory is copied along where the firmware moves itself. */
	if (!soft && (place == -ENOSPC || place == -ENOTSUP))
		place = debug_point_add(s, POINT_SOFT, va, 0);
	return added(place, va);
}

int stepping_watch(struct shim *s, int argc, char **argv)
{
	enum point_kind kind = POINT_WRITE;
	uint64_t va, len = WATCHED;
	int at = 1;

	for (; at < argc && argv[at][0] == '-'; at++)
		kind = !strcmp(argv[at], "-r") ? POINT_READ : POINT_ACCESS;
	if (at == argc || argc > at + 2) {
		monitor_print("watch [-r|-a] ADDR [BYTES]\n");
		return -1;
	}
	if (!words_address(s, argv[at], &va) ||
	    (argc > at + 1 && !words_number(argv[at + 1], &len)))
		return -1;
	return added(debug_point_add(s, kind, va, len), va);
}

int stepping_delete(struct shim *s, int argc, char **argv)
{
	const struct point *p;
	uint64_t n;

	if (argc < 2) {
		debug_points_clear(s);
		return 0;
	}
	if (!words_number(argv[1], &n))
		return -1;
	p = n && n <= POINTS_MAX ? points_get((unsigned)n - 1) : NULL;
	if (!p) {
		monitor_print("there is no %s: \"info breakpoints\" lists them\n", argv[1]);
		return -1;
	}
	return debug_point_remove(s, p->kind, p->va, p->len);
}

int stepping_points(struct shim *s, int argc, char **argv)
{
	(void)s;
	(void)argc;
	(void)argv;
	if (!points_any())
		monitor_print("none\n");
	for (unsigned i = 0; i < POINTS_MAX; i++)
		if (points_get(i))
			point_print(i);
	return 0;
}

/*
 * --- stops ---------------------------------------------------------------------------------------
 */

/* "vCPU 0 at 0x40001234 (do_reset+0x10): d503201f" */
static void place_text(struct shim *s, const struct debug_stop *stop, char *text, size_t size)
{
	char pc[EXIT_PC_SIZE];
	struct guestmem g;
	uint32_t word;
	int n = snprintf(text, size, "vCPU %u at %s", stop->vcpu, exit_pc(s, stop->pc, pc));

	guestmem_bind(&g, s, &s->vcpu[stop->vcpu]);
	if (guestmem_read_virtual(&g, stop->pc, &word, sizeof(word)) == sizeof(word))
		snprintf(text + n, size - (size_t)n, ": %08" PRIx32, word);
}

static void stop_text(struct shim *s, const struct debug_stop *stop, char *text, size_t size)
{
	int n = 0;

	if (stop->why == DEBUG_BREAK)
		n = snprintf(text, size, "breakpoint %u: ", stop->point + 1);
	if (stop->why == DEBUG_WATCH)
		n = snprintf(text, size, "watchpoint %u, %#" PRIx64 " is about to be accessed:\n",
			     stop->point + 1, stop->address);
	place_text(s, stop, text + n, size - (size_t)n);
}

void stepping_serve(struct shim *s)
{
	struct debug_stop stop;
	char text[256];

	if (!debug_stopped(s, &stop))
		return;
	monitor_stopped(stop.vcpu);
	if (CONFIG_GDB && gdb_stopped(&stop))
		return;
	stop_text(s, &stop, text, sizeof(text));
	monitor_open(s, text);
}

/* One instruction, waited for here: the threads serve all that it needs. */
static bool one(struct shim *s, struct debug_stop *stop)
{
	const struct timespec look = { .tv_nsec = STEP_LOOK_NS };
	const int error = monitor_resume(s, (int)monitor_vcpu(s)->id);
	struct failure why;

	if (error) {
		monitor_print(error == -ENODEV ? "vCPU %u is switched off\n"
					       : "KVM refuses to step vCPU %u\n",
			      monitor_vcpu(s)->id);
		return false;
	}
	for (unsigned i = 0; i < STEP_LOOKS; i++) {
		if (debug_stopped(s, stop)) {
			monitor_stopped(stop->vcpu);
			return true;
		}
		if (stop_asked(&s->stop, &why))
			return false; /* the guest has ended, which the loop tells */
		if (monitor_interrupted(s))
			break;
		nanosleep(&look, NULL);
	}
	monitor_pause(s);
	monitor_print("the instruction does not end\n");
	return false;
}

int stepping_step(struct shim *s, int argc, char **argv)
{
	struct debug_stop stop = { 0 };
	uint64_t n = 1;
	char text[256];

	if (argc > 1 && !words_number(argv[1], &n))
		return -1;
	if (monitor_ended()) {
		monitor_print("the guest has ended: \"reset\" starts it again\n");
		return -1;
	}
	monitor_pause(s);
	do {
		if (!one(s, &stop))
			return -1;
	} while (stop.why == DEBUG_STEP && --n && !monitor_interrupted(s));
	stop_text(s, &stop, text, sizeof(text));
	monitor_print("%s\n", text);
	return 0;
}
