/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the user asked for: one table of keys, four sources, each value with its origin.
 * docs/kvmshim.8 specifies it.
 */
#ifndef BOOT_SETTINGS_H
#define BOOT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "board/tree.h"
#include "boot/io/peer.h"
#include "boot/outcome.h"
#include "boot/trace_rules.h"
#include "generated/config.h"

/* Precedence: a later origin wins. */
enum origin { ORIGIN_DEFAULT, ORIGIN_TREE, ORIGIN_CMDLINE, ORIGIN_ARGV, ORIGINS };

enum setting_key {
	SET_FIRMWARE,
	SET_MACHINE,
	SET_OVERLAY,
	SET_BOARD_DTB,
	SET_MEMORY,
	SET_CPUS,
	SET_CPU,
	SET_GIC, /* auto, 2, 3, 2-irqchip: which vGIC of those the host offers */
	SET_INITRD,
	SET_BOOTARGS,
	SET_KEY, /* keys that the firmware must be signed with */
	SET_STDOUT_PATH, /* on, off: is it in the guest's /chosen */
	SET_RNG_SEED, /* on, off */
	SET_KASLR_SEED, /* on, off */
	SET_UNMODELLED,
	SET_ON_POWEROFF,
	SET_ON_RESET,
	SET_ON_CRASH,
	SET_WATCHDOG,
	SET_FLASH, /* where the guest's variables are kept */
	SET_FLASH_INIT, /* off, on, overwrite */
	SET_SILENCE, /* after how many seconds of it the guest is looked at */
	SET_TRACE, /* what is traced: see boot/trace_rules.h */
	SET_TRACE_FILE, /* where to */
	SET_ESCAPE, /* the key in front of the monitor's keys */
	SET_SYMBOLS, /* a file with names of the guest's addresses */
	SET_GDB, /* where gdb is */
	SET_HOST, /* plan: a file that probe --save wrote */
	SET_SAVE, /* probe: where to write it */
	SET_DUMP_DTB, /* plan: where to write the guest's tree */
	SETTINGS
};

enum verb { VERB_RUN, VERB_PLAN, VERB_PROBE, VERB_HELP, VERB_VERSION };
enum unmodelled { UNMODELLED_STUB, UNMODELLED_TRACE, UNMODELLED_ABORT };
enum flash_init { FLASH_INIT_OFF, FLASH_INIT_ON, FLASH_INIT_OVERWRITE };
enum action { ACTION_RESTART, ACTION_REBOOT, ACTION_POWEROFF, ACTION_MONITOR, ACTION_EXIT };

/* cpu=host,-sve ...: what is taken away or asked for beyond what the host has. */
enum cpu_option {
	CPU_NO_SVE = 1 << 0,
	CPU_NO_PMU = 1 << 1,
	CPU_NO_PAUTH = 1 << 2,
	CPU_AARCH32 = 1 << 3
};

#define SETTINGS_OVERLAYS_MAX 8
#define SETTINGS_PATH_MAX 256

struct settings {
	enum verb verb;
	bool pid1; /* PID 1 cannot exit */
	struct {
		const char *text; /* as written; NULL = not set anywhere, or set to nothing */
		enum origin origin;
	} raw[SETTINGS];

	/* The same, read. */
	struct {
		char path[SETTINGS_PATH_MAX];
		char conf[64]; /* #NAME: a FIT's configuration, "": its default */
		bool placed; /* @ADDR was given */
		uint64_t gpa;
	} firmware;
	unsigned overlays;
	uint64_t memory_size; /* 0: half of what the board has free */
	uint64_t memory_base;
	bool memory_placed; /* @BASE was given */
	unsigned cpus; /* 0: as many as the tree names, else 1 */
	unsigned cpu_options;
	int gic; /* 0 auto, 2, 3, -2: GICv2 by KVM_CREATE_IRQCHIP */
	bool stdout_path, rng_seed, kaslr_seed, watchdog;
	bool unmodelled_given; /* else the machine decides */
	enum unmodelled unmodelled;
	enum flash_init flash_init;
	enum action on_poweroff, on_reset, on_crash;
	unsigned silence; /* seconds, 0: never */
	int escape; /* a control byte, -1: none */
	struct peer_name gdb;

	struct trace_rules trace;

	/* Texts made of the tree's cells and string lists. */
	char tree_text[1024];
	size_t tree_text_used;
	char overlay[SETTINGS_OVERLAYS_MAX][SETTINGS_PATH_MAX];
	struct {
		uint64_t offset; /* from where the file says to where the guest has it */
		char path[SETTINGS_PATH_MAX];
	} symbols;
};

/* "memory", "board tree": for tables. */
const char *settings_key_name(enum setting_key key);
const char *settings_origin_name(enum origin origin);

/* Is the machine the board's own? */
static inline bool settings_mirror(const struct settings *s)
{
	return CONFIG_MIRROR && !strcmp(s->raw[SET_MACHINE].text, "mirror");
}

/*
 * Everything but the board's tree: defaults, the kernel command line (NULL: none;
 * `kvmshim.KEY=VALUE`, quoted as the kernel quotes), argv (`--KEY=VALUE`, `--KEY VALUE`, a verb in
 * front; for PID 1 all that does not begin with -- is the kernel's and passed over). Strings stay
 * where they are: the sources must outlive the settings. All that stands there is read at once: after
 * a failure what could be read holds, before it and behind it, and else the defaults. Returns 0 or
 * fail()s with bad-config for the first: an unknown key (the nearest one named), a bad value (what is
 * allowed), which source it stands in.
 */
int settings_begin(struct settings *s, int argc, char **argv, bool pid1, char *cmdline,
		   struct failure *f);

/*
 * Add the properties of the board tree's /options/kvmshim node (-1: none) at their precedence, then
 * read all values. Returns 0 or fail()s.
 */
int settings_read(struct settings *s, const struct tree *tree, int node, struct failure *f);

/* The symbol of Kconfig that the key needs and that is not set ("PROBE"); NULL: it can be used. */
const char *settings_key_needs(enum setting_key key);

/*
 * Note TEXT as KEY's value from ORIGIN, unless one of higher precedence is there. For the sources.
 * Returns 0, or fail()s where the key may not be empty and TEXT is.
 */
int settings_note(struct settings *s, enum setting_key key, const char *text, enum origin origin,
		  struct failure *f);

/*
 * What a value of the key looks like ("on or off"), what the key is for, and Kconfig's default ("":
 * none).
 */
const char *settings_key_allowed(enum setting_key key);
const char *settings_key_meaning(enum setting_key key);
const char *settings_key_default(enum setting_key key);

/* The help page: verbs, then each key with its meaning and default. */
void settings_help(void);

#endif
