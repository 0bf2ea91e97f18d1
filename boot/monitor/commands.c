// SPDX-License-Identifier: BSD-2-Clause
// The table of commands, and how a line finds its own.
#include "boot/monitor/commands.h"

#include <string.h>

#include "boot/debug.h"
#include "boot/gdb/gdb.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/stepping.h"
#include "boot/monitor/tracing.h"
#include "boot/monitor/transfer.h"
#include "boot/monitor/views.h"
#include "boot/monitor/words.h"
#include "boot/shim.h"
#include "boot/verify_lock.h"

#define READS (COMMAND_READS | COMMAND_PAUSES)
#define CHANGES (COMMAND_CHANGES | COMMAND_PAUSES)

static bool begins(const struct command *c, const char *begin)
{
	return c->run && !strncmp(c->name, begin, strlen(begin));
}

/* Commands whose names begin with BEGIN, a line each. */
static void names_print(const char *begin)
{
	size_t width = 0;

	for (const struct command *c = monitor_commands; c->name; c++) {
		const size_t n = strlen(c->name) + 1 + strlen(c->args);

		if (begins(c, begin) && n > width)
			width = n;
	}
	for (const struct command *c = monitor_commands; c->name; c++)
		if (begins(c, begin))
			monitor_print("%s %-*s  %s\n", c->name, (int)(width - strlen(c->name) - 1),
				      c->args, c->what);
}

static int help(struct shim *s, int argc, char **argv)
{
	(void)s;
	names_print(argc > 1 ? argv[1] : "");
	if (argc == 1)
		monitor_print(
			"a command may be cut short while it is the only one; Tab completes\n");
	return 0;
}

static int pause(struct shim *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	monitor_pause(s);
	return 0;
}

static int go(struct shim *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (monitor_ended()) {
		monitor_print("the guest has ended: \"reset\" starts it again\n");
		return -1;
	}
	if (CONFIG_GDB && gdb_holds()) {
		monitor_print("gdb holds the guest: it goes on from there\n");
		return -1;
	}
	monitor_go(s);
	return 0;
}

static int leave(struct shim *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	monitor_close(s);
	return monitor_ended() ? -1 : 0;
}

static int reset(struct shim *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	monitor_reset(s);
	return 0;
}

static int quit(struct shim *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	monitor_quit(s);
	return 0;
}

static int vcpu(struct shim *s, int argc, char **argv)
{
	uint64_t n;

	if (argc > 1) {
		if (!words_number(argv[1], &n))
			return -1;
		if (n >= s->vcpus_made) {
			monitor_print("there is no vCPU %s: 0 to %u\n", argv[1], s->vcpus_made - 1);
			return -1;
		}
		monitor_vcpu_select((unsigned)n);
	}
	monitor_print("vCPU %u of %u\n", monitor_vcpu(s)->id, s->vcpus_made);
	return 0;
}

const struct command monitor_commands[] = {
	{ "help", "[COMMAND]", "what there is", 0, help },
	{ "continue", "", "back to the guest's console; the guest goes on", 0, leave },
	{ "pause", "", "the guest stands still", 0, pause },
	{ "go", "", "the guest goes on, its output held meanwhile", 0, go },
	{ "reset", "", "the guest starts again", 0, reset },
	{ "quit", "", "the guest is stopped, and the run ends", 0, quit },
	{ "vcpu", "[N]", "which vCPU the commands are about", 0, vcpu },
	{ "dump", "", "registers of all vCPUs", READS, view_dump },
	{ "x", "[-p|-d] ADDR [BYTES]", "memory; x/8w; -p: physical; -d: a device's",
	  READS | COMMAND_COUNT, view_x },
	{ "w", "[-p|-d] ADDR VALUE...", "change that; -1 -2 -4 -8: bytes of a value", CHANGES,
	  view_w },
	{ "translate", "ADDR", "where an address leads, step by step", READS, view_translate },
	{ "load", "[#CONF][@ADDR]", "receive firmware over this line, and boot it", COMMAND_CHANGES,
	  transfer_load },
	{ "core", "[[-p] ADDR BYTES]", "send the guest's memory and registers, for gdb", READS,
	  transfer_core },
	{ "break", "[-s] ADDR", "stop at an instruction; -s: by a word in memory", CHANGES,
	  stepping_break },
	{ "watch", "[-r|-a] ADDR [BYTES]", "stop at a write; -r: a read, -a: both", CHANGES,
	  stepping_watch },
	{ "delete", "[N]", "a breakpoint or watchpoint no longer, or all", CHANGES,
	  stepping_delete },
	{ "step", "[N]", "one instruction, or N, of the selected vCPU", COMMAND_CHANGES,
	  stepping_step },
	{ "info breakpoints", "", "break- and watchpoints", COMMAND_READS, stepping_points },
	{ "info plan", "", "the plan, as it was printed at the start", 0, view_plan },
	{ "info map", "", "what lies where", 0, view_map },
	{ "info devices", "", "devices, their lines, the console's bytes", READS, view_devices },
	{ "info regs", "", "registers", READS, view_regs },
	{ "info sysregs", "[NAME]", "system registers, by name and field", READS, view_sysregs },
	{ "info gic", "", "interrupts that are enabled, pending or active", READS, view_gic },
	{ "info mmu", "[ADDR]", "what is mapped where, from ADDR on", READS, view_mmu },
	{ "info timers", "", "the vCPU's timers, and when they are due", READS, view_timers },
	{ "info exits", "", "why the vCPUs leave the guest, how often", COMMAND_PAUSES,
	  view_exits },
	{ "physical", "[on|off]", "gdb's addresses are physical, or the vCPU's own", 0,
	  CONFIG_GDB ? gdb_physical : NULL },
	{ "timeline", "[dump]", "what happened when since power-on; dump: for a PC", 0,
	  CONFIG_TIMELINE ? view_timeline : NULL },
	{ "trace", "[WORD...|show N|file F]", "tell what the guest does to its devices",
	  COMMAND_READS, CONFIG_TRACE ? tracing : NULL },
	{ 0 },
};

const char *monitor_word(unsigned at)
{
	return monitor_commands[at].name;
}

/* How many words of the line the command's name takes; 0: it is another one. EXACT: not cut short. */
static int matches(const struct command *c, int argc, char **argv, bool *exact)
{
	const char *name = c->name;
	int words = 0;

	*exact = true;
	if (!c->run)
		return 0;
	do {
		const size_t n = strcspn(name, " ");
		const char *ends = c->flags & COMMAND_COUNT ? "/" : "";
		const size_t given = words < argc ? strcspn(argv[words], ends) : 0;

		if (!given || given > n || strncmp(name, argv[words], given))
			return 0;
		*exact = *exact && given == n;
		name += n + (name[n] == ' ');
		words++;
	} while (*name);
	return words;
}

/* No command has this name: "info" alone is the beginning of several. */
static void none_tell(int argc, char **argv)
{
	const struct command *c = monitor_commands;

	while (c->name && !begins(c, argv[0]))
		c++;
	if (c->name && argc == 1)
		names_print(argv[0]);
	else
		monitor_print("there is no command %s%s%s: help tells what there is\n", argv[0],
			      c->name ? " " : "", c->name ? argv[1] : "");
}

/* The command of the line; NULL: has been told. *WORDS of ARGV are its name. */
static const struct command *find(int argc, char **argv, int *words)
{
	const struct command *found = NULL;
	unsigned many = 0;

	for (const struct command *c = monitor_commands; c->name; c++) {
		bool exact;
		const int n = matches(c, argc, argv, &exact);

		if (!n)
			continue;
		if (!many++ || exact) {
			found = c;
			*words = n;
		}
		if (exact)
			return c;
	}
	if (many == 1)
		return found;
	if (!many) {
		none_tell(argc, argv);
		return NULL;
	}
	monitor_print("%s may be:", argv[0]);
	for (const struct command *c = monitor_commands; c->name; c++) {
		bool exact;

		if (matches(c, argc, argv, &exact))
			monitor_print(" %s%s", c->name, --many ? "," : "\n");
	}
	return NULL;
}

bool monitor_locked(const struct shim *s)
{
	return CONFIG_VERIFY && verify_lock_is_on(&s->p.keys);
}

int monitor_command(struct shim *s, char *line)
{
	char *argv[COMMAND_WORDS + 1], *rest = NULL;
	const struct command *c;
	int argc = 0, words = 0, ret;

	for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (argc == COMMAND_WORDS) {
			monitor_print("more than %d words: not done\n", COMMAND_WORDS);
			return -1;
		}
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	c = argc ? find(argc, argv, &words) : NULL;
	if (!c)
		return -1;
	if (!c->run) {
		monitor_print("%s is not built in\n", c->name);
		return -1;
	}
	if (monitor_locked(s) && c->flags & (COMMAND_READS | COMMAND_CHANGES)) {
		monitor_print("%s is locked, since firmware must be signed here: a build with\n"
			      "VERIFY_UNLOCK allows it\n",
			      c->name);
		return -1;
	}
	if (c->flags & COMMAND_PAUSES) {
		vcpus_pause(s);
		debug_hide(s);
	}
	ret = c->run(s, argc - words + 1, argv + words - 1);
	if (c->flags & COMMAND_PAUSES) {
		debug_show(s);
		vcpus_resume(s, false);
	}
	return ret;
}
