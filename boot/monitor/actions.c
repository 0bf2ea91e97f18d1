// SPDX-License-Identifier: BSD-2-Clause
// What the keys behind the escape key do.
#include "boot/monitor/actions.h"

#include "boot/gdb/gdb.h"
#include "boot/monitor/commands.h"
#include "boot/monitor/monitor.h"
#include "boot/shim.h"

static const struct keys *keys; /* of the last action */

/* While the guest has the line: something of ours, on lines of its own. */
static void aside(struct shim *s, void (*what)(struct shim *s))
{
	const enum line_owner owner = monitor_line_owner();

	monitor_line_give(s, LINE_MONITOR);
	what(s);
	monitor_line_give(s, owner);
}

static void keys_print(struct shim *s)
{
	char key = 0, name[4];
	const char *help;

	(void)s;
	keys_name(keys->escape, name);
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
	keys_name(keys->escape, name);
	if (keys->last >= ' ' && keys->last < 0x7f)
		monitor_print("%s %c is no key of kvmshim's, and dropped: %s h tells all\n", name,
			      keys->last, name);
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
	monitor_print("no BREAK sent: the guest's console is off or full, or there is none\n");
}

static void no_gdb_print(struct shim *s)
{
	(void)s;
	monitor_print("gdb is not built in\n");
}

/* The line goes to gdb or comes back, or a sentence tells why not. */
static void gdb_line(struct shim *s)
{
	const enum line_owner owner = monitor_line_owner();
	char name[4];

	if (owner == LINE_GUEST)
		monitor_line_give(s, LINE_MONITOR);
	gdb_key(s, keys_name(keys->escape, name));
	if (owner == LINE_GUEST && monitor_line_owner() == LINE_MONITOR)
		monitor_line_give(s, owner);
}

void actions_do(struct shim *s, const struct keys *of, enum key_action action)
{
	const bool ours = monitor_line_owner() == LINE_MONITOR;

	keys = of;
	if (action == KEY_NOTHING)
		return;
	if (ours)
		monitor_print("\n");
	switch (action) {
	case KEY_NOTHING:
	case KEY_HELP: aside(s, keys_print); break;
	case KEY_MONITOR:
		if (!ours) {
			monitor_open(s, "");
			if (CONFIG_GDB)
				gdb_leave();
			return;
		}
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
	case KEY_GDB:
		if (CONFIG_GDB)
			gdb_line(s);
		else
			aside(s, no_gdb_print);
		break;
	case KEY_UNKNOWN: aside(s, unknown_print); break;
	}
	if (monitor_line_owner() == LINE_MONITOR)
		monitor_line_show();
}
