// SPDX-License-Identifier: BSD-2-Clause
// Who has the line, what the escape key does, and the monitor's own lines.
#include "boot/monitor/monitor.h"

#include <errno.h>
#include <string.h>

#include "boot/debug.h"
#include "boot/exits.h"
#include "boot/monitor/actions.h"
#include "boot/gdb/gdb.h"
#include "boot/monitor/commands.h"
#include "boot/monitor/edit.h"
#include "boot/monitor/keys.h"
#include "boot/monitor/print.h"
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
	struct edit edit;
	uint8_t own[OWN];
} m;

/*
 * --- what is printed -----------------------------------------------------------------------------
 */

static void echo(const char *text, size_t n)
{
	console_say(&m.shim->io.console, text, n);
}

void monitor_prompt(void)
{
	monitor_print("%s> ", m.ended ? "ended" : m.paused ? "paused" : "running");
}

void monitor_line_show(void)
{
	monitor_prompt();
	edit_show(&m.edit);
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
	static const enum console_flow flows[] = {
		[LINE_GUEST] = CONSOLE_FLOWS,
		[LINE_MONITOR] = CONSOLE_HELD,
		[LINE_TRANSFER] = CONSOLE_FRAMED,
		[LINE_GDB] = CONSOLE_FRAMED,
	};
	struct console *c = &s->io.console;

	if (m.owner == LINE_TRANSFER)
		transfer_drop(); /* nothing, where it is over */
	if (m.owner == LINE_GUEST && owner != LINE_GUEST) {
		console_flush(c); /* what the guest has said comes in front, as far as it can */
		console_hold(c, CONSOLE_HELD);
		if (!c->at_start)
			echo("\n", 1);
	}
	console_hold(c, flows[owner]);
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
	if (!CONFIG_GDB || !gdb_holds())
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
	if (CONFIG_GDB && gdb_holds())
		monitor_print("gdb holds the guest\n");
	monitor_line_give(s, LINE_GUEST);
	monitor_go(s);
}

void monitor_keep(struct shim *s, const struct failure *why)
{
	m.why = *why;
	m.ended = true;
	if (m.paused)
		vcpus_resume(s, false); /* the loop has paused them, too */
	m.paused = true;
	if (m.owner == LINE_GDB)
		return;
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
	if (!m.ended)
		return;
	m.ended = m.paused = false;
	if (CONFIG_GDB && gdb_holds())
		monitor_pause(s);
	if (m.owner != LINE_GDB)
		monitor_line_give(s, LINE_GUEST);
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
	if (m.owner == LINE_TRANSFER)
		transfer_take(s, buf + done, n - done);
	else if (done < n && m.owner != LINE_GDB)
		ring_put(&s->io.console.rx, buf + done, n - done);
}

void monitor_take(struct shim *s, const uint8_t *buf, size_t n)
{
	uint8_t kept[256];

	while (n) {
		enum key_action action;
		size_t some = n < sizeof(kept) ? n : sizeof(kept), keep;

		/* A file may have any byte in it. */
		if (m.owner == LINE_TRANSFER) {
			transfer_take(s, buf, n);
			return;
		}
		/* Between packets the escape key is one, and the key behind it. */
		if (CONFIG_GDB && m.owner == LINE_GDB) {
			const size_t taken = m.keys.begun ? 0 : gdb_take(s, buf, n, m.keys.escape);

			buf += taken;
			n -= taken;
			some = n > 0;
		}
		some = keys_take(&m.keys, buf, some, kept, &keep, &action);
		plain(s, kept, keep);
		/* Nor is it a key that came along with the line which asks for the file. */
		if (m.owner == LINE_TRANSFER)
			m.keys.begun = false;
		else
			actions_do(s, &m.keys, action);
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
	print_begin(&s->io.console);
	console_own(&s->io.console, m.own, sizeof(m.own));
}
