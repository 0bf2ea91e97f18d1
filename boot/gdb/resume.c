// SPDX-License-Identifier: BSD-2-Clause
// vCont and its like; stops.
#include "boot/gdb/resume.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <string.h>

#include "boot/gdb/access.h"
#include "boot/gdb/registers.h"
#include "boot/gdb/session.h"
#include "boot/monitor/monitor.h"
#include "boot/shim.h"

#define EVERY (-1) /* a thread's number that stands for all of them */
#define ANY 0

/*
 * --- threads -------------------------------------------------------------------------------------
 */

/* A thread at *TEXT: a vCPU's id + 1, ANY or EVERY. False: there is no such one. */
static bool thread(const struct session *g, const char **text, int *n)
{
	uint64_t value;

	if (**text == '-') {
		(*text)++;
		*n = EVERY;
		return rsp_number(text, &value) && value == 1;
	}
	if (!rsp_number(text, &value) || value > g->shim->vcpus_made)
		return false;
	*n = (int)value;
	return true;
}

enum packets_reply resume_thread(struct session *g, const char *args)
{
	const char what = *args++;
	int n;

	if ((what != 'g' && what != 'c') || !thread(g, &args, &n))
		return packets_error(g, -EINVAL);
	if (n > ANY && what == 'g')
		g->thread = (unsigned)n - 1;
	if (n > ANY && what == 'c')
		g->mover = (unsigned)n - 1;
	rsp_text(&g->rsp, "OK");
	return PACKETS_SEND;
}

enum packets_reply resume_is_alive(struct session *g, const char *args)
{
	int n;

	if (!thread(g, &args, &n) || n <= ANY)
		return packets_error(g, -ESRCH);
	rsp_text(&g->rsp, "OK");
	return PACKETS_SEND;
}

enum packets_reply resume_current(struct session *g, const char *args)
{
	(void)args;
	rsp_format(&g->rsp, "QC%x", g->thread + 1);
	return PACKETS_SEND;
}

enum packets_reply resume_threads(struct session *g, const char *args)
{
	(void)args;
	for (unsigned i = 0; i < g->shim->vcpus_made; i++)
		rsp_format(&g->rsp, "%c%x", i ? ',' : 'm', i + 1);
	return PACKETS_SEND;
}

enum packets_reply resume_threads_more(struct session *g, const char *args)
{
	(void)args;
	rsp_text(&g->rsp, "l");
	return PACKETS_SEND;
}

/*
 * --- stops ---------------------------------------------------------------------------------------
 */

void resume_stop_tell(struct session *g)
{
	static const char *const watches[] = {
		[POINT_WRITE] = "watch",
		[POINT_READ] = "rwatch",
		[POINT_ACCESS] = "awatch",
	};
	const struct debug_stop *stop = &g->stop;
	int n;

	rsp_format(&g->rsp, "T%02x", g->signal);
	if (stop->why == DEBUG_BREAK)
		rsp_text(&g->rsp, stop->kind == POINT_SOFT ? "swbreak:;" : "hwbreak:;");
	if (stop->why == DEBUG_WATCH)
		rsp_format(&g->rsp, "%s:%" PRIx64 ";", watches[stop->kind], stop->address);
	rsp_format(&g->rsp, "thread:%x;", g->thread + 1);
	for (unsigned i = 0; (n = registers_expedited(&g->shim->vcpu[g->thread], i)) >= 0; i++) {
		rsp_format(&g->rsp, "%x:", (unsigned)n);
		access_register_tell(g, (unsigned)n);
		rsp_text(&g->rsp, ";");
	}
}

enum packets_reply resume_why(struct session *g, const char *args)
{
	(void)args;
	resume_stop_tell(g);
	return PACKETS_SEND;
}

/*
 * --- going on ------------------------------------------------------------------------------------
 */

/* All go on, or ALONE does; STEP stops after an instruction. -1: nobody is the one. */
static int go(struct session *g, int step, int alone)
{
	int error;

	debug_alone(alone);
	error = monitor_resume(g->shim, step);
	if (error) {
		debug_alone(-1);
		return error;
	}
	g->step = step;
	g->alone = alone;
	g->running = true;
	return 0;
}

bool resume_again(struct session *g, uint64_t pc)
{
	return pc >= g->first && pc < g->end && go(g, g->step, g->alone) == 0;
}

/* One of vCont's actions, up to its thread. */
static bool action(struct session *g, const char **text, char *what)
{
	uint64_t signal;

	*what = (char)(*(*text)++ | 0x20);
	switch ((*text)[-1]) {
	case 'c':
	case 's': return true;
	case 'C':
	case 'S': return rsp_number(text, &signal);
	case 'r':
		*what = 's';
		return rsp_number(text, &g->first) && *(*text)++ == ',' &&
		       rsp_number(text, &g->end);
	default: return false;
	}
}

/* ;ACTION[:THREAD]... : of a thread, the first one that names it. */
enum packets_reply resume_actions(struct session *g, const char *args)
{
	char does[CONFIG_MAX_VCPUS] = { 0 };
	int step = -1, alone = -1, error = 0;
	unsigned many = 0;

	g->first = g->end = 0;
	while (*args == ';' && !error) {
		int n = EVERY;
		char what;

		args++;
		if (!action(g, &args, &what) || (*args == ':' && (args++, !thread(g, &args, &n))))
			error = -EINVAL;
		for (int i = 0; i < (int)g->shim->vcpus_made && !error; i++)
			if (!does[i] && (n == EVERY || n == i + 1 || (n == ANY && i == 0)))
				does[i] = what;
	}
	for (int i = 0; i < (int)g->shim->vcpus_made; i++) {
		if (!does[i])
			continue;
		many++;
		alone = i;
		if (does[i] == 's' && step < 0)
			step = i;
	}
	if (*args || !many)
		error = -EINVAL;
	if (!error)
		error = go(g, step, many == 1 && g->shim->vcpus_made > 1 ? alone : -1);
	return error ? packets_error(g, error) : PACKETS_SILENT;
}

/* [ADDR]: from there. */
static enum packets_reply move(struct session *g, const char *args, int step)
{
	uint64_t pc;
	int error = 0;

	g->first = g->end = 0;
	if (rsp_number(&args, &pc))
		error = vcpu_reg_set64(&g->shim->vcpu[g->mover], VCPU_CORE_REG(regs.pc), pc);
	if (!error)
		error = go(g, step, -1);
	return error ? packets_error(g, error) : PACKETS_SILENT;
}

enum packets_reply resume_continue(struct session *g, const char *args)
{
	return move(g, args, -1);
}

enum packets_reply resume_step(struct session *g, const char *args)
{
	return move(g, args, (int)g->mover);
}

/* SIGNAL[;ADDR]: a machine has no signals. */
static const char *behind_signal(const char *args)
{
	args += strcspn(args, ";");
	return args + (*args == ';');
}

enum packets_reply resume_continue_signal(struct session *g, const char *args)
{
	return move(g, behind_signal(args), -1);
}

enum packets_reply resume_step_signal(struct session *g, const char *args)
{
	return move(g, behind_signal(args), (int)g->mover);
}
