// SPDX-License-Identifier: BSD-2-Clause
// Who has the line, what the escape key does, and the monitor's own lines.
#include "boot/monitor/monitor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/debug.h"
#include "boot/exits.h"
#include "boot/monitor/commands.h"
#include "boot/monitor/edit.h"
#include "boot/monitor/keys.h"
#include "boot/monitor/transfer.h"
#include "boot/shim.h"

#define OWN 4096 /* bytes of ours on their way to the line */
#define CTRL_C 3

/* No start touches its pages. */
static _Alignas(4096) struct monitor {
	struct shim *shim; /* for the editor, which knows none */
	struct keys keys;
	enum line_owner owner;
	bool paused; /* by the person, or since the guest has ended */
	bool ended;
	bool restarts;
	struct failure why; /* the guest has ended */
	unsigned vcpu;
	void (*out)(void *arg, const char *text, size_t n);
	void *out_arg;
	struct edit edit;
	uint8_t own[OWN];
} m;

/*
 * --- what is printed -----------------------------------------------------------------------------
 */

static void line_out(void *arg, const char *text, size_t n)
{
	console_say(arg, text, n);
}

void monitor_output_to(void (*out)(void *arg, const char *text, size_t n), void *arg)
{
	m.out = out ? out : line_out;
	m.out_arg = out ? arg : &m.shim->io.console;
}

void monitor_print(const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	m.out(m.out_arg, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static void echo(const char *text, size_t n)
{
	console_say(&m.shim->io.console, text, n);
}

void monitor_prompt(void)
{
	monitor_print("%s> ", m.ended ? "ended" : m.paused ? "paused" : "running");
}

bool monitor_interrupted(struct shim *s)
{
	uint8_t buf[64];
	const size_t n = console_read(&s->io.console, buf, sizeof(buf));

	return memchr(buf, CTRL_C, n);
}

/*
 * --- who has the line ----------------------------------------------------------------------------
 */

void monitor_line_give(struct shim *s, enum line_owner owner)
{
	struct console *c = &s->io.console;

	if (m.owner == LINE_GUEST && owner != LINE_GUEST) {
		console_flush(c); /* what the guest has said comes in front, as far as it can */
		console_hold(c, true);
		if (!c->at_start)
			echo("\n", 1);
	}
	if (owner == LINE_GUEST)
		console_hold(c, false);
	m.owner = owner;
}

enum line_owner monitor_line_owner(void)
{
	return m.owner;
}

void monitor_pause(struct shim *s)
{
	if (m.paused)
		return;
	vcpus_pause(s);
	debug_pause(s);
	m.paused = true;
}

int monitor_resume(struct shim *s, int step)
{
	const int error = m.paused && !m.ended ? debug_resume(s, step) : -EBUSY;

	if (!error) {
		m.paused = false;
		vcpus_resume(s, false);
	}
	return error;
}

void monitor_go(struct shim *s)
{
	monitor_resume(s, -1);
}

void monitor_stopped(unsigned id)
{
	m.paused = true;
	m.vcpu = id;
}

bool monitor_paused(void)
{
	return m.paused;
}

bool monitor_ended(void)
{
	return m.ended;
}

void monitor_open(struct shim *s, const char *why)
{
	const bool was_open = m.owner == LINE_MONITOR;

	if (was_open && !*why)
		return;
	monitor_line_give(s, LINE_MONITOR);
	monitor_pause(s);
	if (was_open)
		monitor_print("\n");
	if (*why)
		monitor_print("%s\n", why);
	edit_begin(&m.edit);
	monitor_prompt();
}

void monitor_close(struct shim *s)
{
	if (m.ended) {
		monitor_print(
			"the guest has ended: \"reset\" starts it again, \"quit\" ends the run\n");
		return;
	}
	monitor_line_give(s, LINE_GUEST);
	monitor_go(s);
}

void monitor_keep(struct shim *s, const struct failure *why)
{
	m.why = *why;
	m.ended = true;
	m.paused = true; /* the loop has paused the vCPUs */
	monitor_line_give(s, LINE_MONITOR);
	monitor_print("the guest has ended: %s%s%s\n"
		      "\"reset\" starts it again, \"quit\" ends the run, \"help\" tells more\n",
		      outcome_name(why->outcome), why->text[0] ? ": " : "", why->text);
	edit_begin(&m.edit);
	monitor_prompt();
}

bool monitor_restarts(void)
{
	return m.restarts;
}

void monitor_restarted(struct shim *s)
{
	m.restarts = false;
	if (m.ended) {
		m.ended = m.paused = false;
		monitor_line_give(s, LINE_GUEST);
	}
}

void monitor_reset(struct shim *s)
{
	m.restarts = true;
	exit_stop(s, NULL, OUTCOME_RESET, "", "%s", "");
}

void monitor_quit(struct shim *s)
{
	if (m.ended)
		exit_stop(s, NULL, m.why.outcome, m.why.code, "%s", m.why.text);
	else
		exit_stop(s, NULL, OUTCOME_POWEROFF, "", "stopped by the person on the line");
}

/*
 * --- keys ----------------------------------------------------------------------------------------
 */

/* While the guest has the line: something of ours, on lines of its own. */
static void aside(struct shim *s, void (*what)(struct shim *s))
{
	const enum line_owner owner = m.owner;

	monitor_line_give(s, LINE_MONITOR);
	what(s);
	monitor_line_give(s, owner);
}

static void keys_print(struct shim *s)
{
	char key = 0, name[4];
	const char *help;

	(void)s;
	keys_name(m.keys.escape, name);
	for (unsigned i = 0; (help = keys_help(i, &key)); i++)
		monitor_print("%s %c   %s\n", name, key, help);
	monitor_print("%s %s  %s itself, for the guest\n", name, name, name);
}

static void dump_print(struct shim *s)
{
	char line[] = "dump";

	monitor_command(s, line);
}

static void unknown_print(struct shim *s)
{
	char name[4];

	(void)s;
	keys_name(m.keys.escape, name);
	if (m.keys.last >= ' ' && m.keys.last < 0x7f)
		monitor_print("%s %c is no key of kvmshim's, and dropped: %s h tells all\n", name,
			      m.keys.last, name);
	else
		monitor_print("%s and that key do nothing: %s h tells all\n", name, name);
}

static void stamps_print(struct shim *s)
{
	monitor_print("times in front of the guest's lines: %s\n",
		      s->io.console.stamps ? "on" : "off");
}

static void no_break_print(struct shim *s)
{
	(void)s;
	monitor_print("the guest has no console that can take a BREAK\n");
}

static void no_gdb_print(struct shim *s)
{
	(void)s;
	monitor_print("gdb is not built in\n");
}

static void act(struct shim *s, enum key_action action)
{
	const bool ours = m.owner == LINE_MONITOR;

	if (ours && action != KEY_NOTHING && action != KEY_MONITOR)
		echo("\n", 1);
	switch (action) {
	case KEY_NOTHING: return;
	case KEY_HELP: aside(s, keys_print); break;
	case KEY_MONITOR:
		if (!ours) {
			monitor_open(s, "");
			return;
		}
		echo("\n", 1);
		monitor_close(s);
		break;
	case KEY_STOP: monitor_quit(s); return;
	case KEY_RESET: monitor_reset(s); return;
	case KEY_BREAK:
		if (!s->console || !bus_break(s->console))
			aside(s, no_break_print);
		break;
	case KEY_STAMPS:
		console_stamps(&s->io.console, !s->io.console.stamps);
		aside(s, stamps_print);
		break;
	case KEY_DUMP: aside(s, dump_print); break;
	case KEY_GDB: aside(s, no_gdb_print); break;
	case KEY_UNKNOWN: aside(s, unknown_print); break;
	}
	if (m.owner == LINE_MONITOR) {
		monitor_prompt();
		edit_show(&m.edit);
	}
}

/*
 * --- bytes ---------------------------------------------------------------------------------------
 */

static void line_done(struct shim *s)
{
	char line[EDIT_LINE];

	memcpy(line, m.edit.line, sizeof(line));
	edit_begin(&m.edit);
	if (line[strspn(line, " ")])
		monitor_command(s, line);
	if (m.owner == LINE_MONITOR)
		monitor_prompt();
}

/* Bytes of the person's for the monitor; fewer than N when the line has changed hands. */
static size_t typed(struct shim *s, const uint8_t *buf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (m.owner != LINE_MONITOR)
			return i;
		switch (edit_byte(&m.edit, buf[i])) {
		case EDIT_MORE: break;
		case EDIT_DONE: line_done(s); break;
		case EDIT_CANCELLED:
			edit_begin(&m.edit);
			monitor_prompt();
			break;
		case EDIT_END:
			echo("\n", 1);
			monitor_close(s);
			if (m.owner == LINE_MONITOR)
				monitor_prompt();
			break;
		}
	}
	return n;
}

static void plain(struct shim *s, const uint8_t *buf, size_t n)
{
	size_t done = 0;

	if (m.owner == LINE_MONITOR)
		done = typed(s, buf, n);
	if (done < n)
		ring_put(&s->io.console.rx, buf + done, n - done);
}

void monitor_take(struct shim *s, const uint8_t *buf, size_t n)
{
	uint8_t kept[256];

	/* A file may have any byte in it. */
	if (m.owner == LINE_TRANSFER) {
		transfer_take(s, buf, n);
		return;
	}
	while (n) {
		enum key_action action;
		size_t some = n < sizeof(kept) ? n : sizeof(kept), keep;

		some = keys_take(&m.keys, buf, some, kept, &keep, &action);
		plain(s, kept, keep);
		act(s, action);
		buf += some;
		n -= some;
	}
}

struct vcpu *monitor_vcpu(struct shim *s)
{
	return &s->vcpu[m.vcpu];
}

void monitor_vcpu_select(unsigned id)
{
	m.vcpu = id;
}

void monitor_begin(struct shim *s)
{
	m.shim = s;
	m.keys.escape = s->p.settings.escape;
	m.edit.show = echo;
	m.edit.word = monitor_word;
	m.edit.prompt = monitor_prompt;
	monitor_output_to(NULL, NULL);
	console_own(&s->io.console, m.own, sizeof(m.own));
}
