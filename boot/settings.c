// SPDX-License-Identifier: BSD-2-Clause
// The table of settings, and what their values mean.
#include "boot/settings.h"

#include <errno.h>
#include <string.h>

#include "boot/size.h"
#include "boot/sources.h"
#include "boot/values.h"
#include "generated/config.h"

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
#define AT(member) offsetof(struct settings, member)
#define ACTIONS "restart, reboot, poweroff, monitor or exit"
#define SWITCH "on or off"

enum kind {
	ANY_TEXT,
	FIRMWARE,
	OVERLAYS,
	MEMORY,
	CPUS,
	CPU,
	WORD,
	TRUTH,
	STORE,
	SILENCE,
	ESCAPE,
	TRACE,
	SYMBOLS,
	PEER
};

static const struct word gics[] = {
	{ "auto", 0 }, { "2", 2 }, { "3", 3 }, { "2-irqchip", -2 }, { 0 }
};
static const struct word unmodelled[] = { { "stub", UNMODELLED_STUB },
					  { "trace", UNMODELLED_TRACE },
					  { "abort", UNMODELLED_ABORT },
					  { 0 } };
static const struct word actions[] = {
	{ "restart", ACTION_RESTART }, { "reboot", ACTION_REBOOT }, { "poweroff", ACTION_POWEROFF },
	{ "monitor", ACTION_MONITOR }, { "exit", ACTION_EXIT },	    { 0 }
};
static const struct word flash_inits[] = { { "off", FLASH_INIT_OFF },
					   { "on", FLASH_INIT_ON },
					   { "overwrite", FLASH_INIT_OVERWRITE },
					   { 0 } };
static const struct word switches[] = { { "on", true }, { "off", false }, { 0 } };

/* Words are read into an int-sized enum, truths into a bool, at FIELD. */
_Static_assert(sizeof(enum action) == sizeof(int) && sizeof(enum unmodelled) == sizeof(int) &&
		       sizeof(enum flash_init) == sizeof(int),
	       "");

static const struct key {
	const char *name;
	const char *fallback; /* Kconfig's; NULL: a key of one command, without one */
	const char *allowed, *meaning;
	enum kind kind;
	const struct word *words;
	size_t field;
	bool may_be_empty;
	const char *needs; /* the symbol of its code, which is not configured in */
} keys[SETTINGS] = {
	[SET_FIRMWARE] = { "firmware", CONFIG_FIRMWARE, "PATH[#CONF][@ADDR]",
			   "what to boot, and where it lies", .kind = FIRMWARE },
	[SET_MACHINE] = { "machine", CONFIG_MACHINE, "virt, mirror or a .dtb file",
			  "the guest machine", .kind = ANY_TEXT },
	[SET_OVERLAY] = { "overlay", CONFIG_OVERLAY, "up to 8 .dtbo files, separated by commas",
			  "changes to the guest's tree", .kind = OVERLAYS, .may_be_empty = true },
	[SET_BOARD_DTB] = { "board-dtb", CONFIG_BOARD_DTB, "a .dtb file",
			    "the tree of the board this runs on", .kind = ANY_TEXT },
	[SET_MEMORY] = { "memory", CONFIG_MEMORY, "SIZE[@BASE], SIZE in K, M or G, 1M at least",
			 "guest RAM; empty for half of what is free", .kind = MEMORY,
			 .may_be_empty = true },
	[SET_CPUS] = { "cpus", CONFIG_CPUS, "a number from 1 to " TEXT(CONFIG_MAX_VCPUS),
		       "vCPUs; empty for what the guest's tree says", .kind = CPUS,
		       .may_be_empty = true },
	[SET_CPU] = { "cpu", CONFIG_CPU, "host, then any of ,-sve ,-pmu ,-pauth ,aarch32",
		      "what the vCPUs can do", .kind = CPU },
	[SET_GIC] = { "gic", CONFIG_GIC, "auto, 2, 3 or 2-irqchip", "the interrupt controller",
		      .kind = WORD, .words = gics, .field = AT(gic) },
	[SET_INITRD] = { "initrd", CONFIG_INITRD, "a file", "ramdisk for a Linux Image",
			 .kind = ANY_TEXT, .may_be_empty = true },
	[SET_BOOTARGS] = { "bootargs", CONFIG_BOOTARGS, "text", "command line for a Linux Image",
			   .kind = ANY_TEXT, .may_be_empty = true },
	[SET_KEY] = { "key", CONFIG_KEY, "a .dtb file", "keys the firmware must be signed with",
		      .kind = ANY_TEXT, .may_be_empty = true,
		      .needs = CONFIG_VERIFY ? NULL : "VERIFY" },
	[SET_STDOUT_PATH] = { "stdout-path", CONFIG_STDOUT_PATH, SWITCH,
			      "the console's name in /chosen", .kind = TRUTH,
			      .field = AT(stdout_path) },
	[SET_RNG_SEED] = { "rng-seed", CONFIG_RNG_SEED, SWITCH, "random bytes in /chosen",
			   .kind = TRUTH, .field = AT(rng_seed) },
	[SET_KASLR_SEED] = { "kaslr-seed", CONFIG_KASLR_SEED, SWITCH,
			     "random kernel address, in /chosen", .kind = TRUTH,
			     .field = AT(kaslr_seed) },
	[SET_UNMODELLED] = { "unmodelled", CONFIG_UNMODELLED, "stub, trace or abort",
			     "accesses that nobody serves", .kind = WORD, .words = unmodelled,
			     .field = AT(unmodelled), .may_be_empty = true },
	[SET_ON_POWEROFF] = { "on-poweroff", CONFIG_ON_POWEROFF, ACTIONS,
			      "when the guest powers off", .kind = WORD, .words = actions,
			      .field = AT(on_poweroff) },
	[SET_ON_RESET] = { "on-reset", CONFIG_ON_RESET, ACTIONS, "when the guest resets",
			   .kind = WORD, .words = actions, .field = AT(on_reset) },
	[SET_ON_CRASH] = { "on-crash", CONFIG_ON_CRASH, ACTIONS, "when it ends in any other way",
			   .kind = WORD, .words = actions, .field = AT(on_crash) },
	[SET_WATCHDOG] = { "watchdog", CONFIG_WATCHDOG, SWITCH, "feed the board's watchdog",
			   .kind = TRUTH, .field = AT(watchdog) },
	[SET_FLASH] = { "flash", CONFIG_FLASH, "PARTLABEL=NAME, a block device or a file",
			"where the guest's variables are kept", .kind = STORE,
			.may_be_empty = true },
	[SET_FLASH_INIT] = { "flash-init", CONFIG_FLASH_INIT, "off, on or overwrite",
			     "make that store where there is none", .kind = WORD,
			     .words = flash_inits, .field = AT(flash_init) },
	[SET_SILENCE] = { "silence", CONFIG_DIAGNOSE ? CONFIG_SILENCE : NULL,
			  "seconds, 1 to 3600, or off", "when a silent guest is looked at",
			  .kind = SILENCE, .needs = CONFIG_DIAGNOSE ? NULL : "DIAGNOSE" },
	[SET_ESCAPE] = { "escape", CONFIG_MONITOR ? CONFIG_ESCAPE : NULL, "^A to ^_, or off",
			 "the key in front of the monitor's", .kind = ESCAPE,
			 .needs = CONFIG_MONITOR ? NULL : "MONITOR" },
	[SET_TRACE] = { "trace", CONFIG_TRACE ? CONFIG_TRACE_WHAT : NULL,
			"off, on, or words such as mmio, calls, node=NAME",
			"tell what the guest does to its devices", .kind = TRACE,
			.may_be_empty = true, .needs = CONFIG_TRACE ? NULL : "TRACE" },
	[SET_TRACE_FILE] = { "trace-file", CONFIG_TRACE ? CONFIG_TRACE_FILE : NULL, "a file",
			     "where that is kept", .kind = ANY_TEXT, .may_be_empty = true,
			     .needs = CONFIG_TRACE ? NULL : "TRACE" },
	[SET_SYMBOLS] = { "symbols", NULL, "FILE[@OFFSET], an ELF or what nm prints",
			  "names for the guest's addresses", .kind = SYMBOLS,
			  .needs = CONFIG_DIAGNOSE ? NULL : "DIAGNOSE" },
	[SET_GDB] = { "gdb", CONFIG_GDB ? CONFIG_GDB_PEER : NULL, "a tty, [ADDRESS]:PORT or stdio",
		      "where gdb is", .kind = PEER, .may_be_empty = true,
		      .needs = CONFIG_GDB ? NULL : "GDB" },
	[SET_HOST] = { "host", NULL, "a file", "plan: what probe --save wrote", .kind = ANY_TEXT },
	[SET_SAVE] = { "save", NULL, "a file", "probe: where to keep what it found",
		       .kind = ANY_TEXT, .needs = CONFIG_PROBE ? NULL : "PROBE" },
	[SET_DUMP_DTB] = { "dump-dtb", NULL, "a file", "plan: where to write the guest's tree",
			   .kind = ANY_TEXT },
};

static const char *const origins[ORIGINS] = { "default", "board tree", "kernel command line",
					      "argument" };

const char *settings_key_name(enum setting_key key)
{
	return keys[key].name;
}

const char *settings_key_allowed(enum setting_key key)
{
	return keys[key].allowed;
}

const char *settings_key_meaning(enum setting_key key)
{
	return keys[key].meaning;
}

const char *settings_key_default(enum setting_key key)
{
	return keys[key].fallback ? keys[key].fallback : "";
}

const char *settings_key_needs(enum setting_key key)
{
	return keys[key].needs;
}

const char *settings_origin_name(enum origin origin)
{
	return origins[origin];
}

static int word_read(struct settings *s, const struct key *key, const char *text)
{
	const struct word *words = key->kind == TRUTH ? switches : key->words;
	const struct word *word = values_word(words, text, strlen(text));
	char *field = (char *)s + key->field;
	const bool truth = word && word->value;

	if (!word)
		return -EINVAL;
	if (words == actions && s->pid1 && word->value == ACTION_EXIT)
		return -EPERM;
	if (key->kind == TRUTH)
		memcpy(field, &truth, sizeof(truth));
	else
		memcpy(field, &word->value, sizeof(word->value));
	return 0;
}

static int trace_read(struct settings *s, const char *text)
{
	const char *bad;
	size_t n;

	return CONFIG_TRACE ? trace_rules_read(&s->trace, text, &bad, &n) : -EINVAL;
}

/* Nothing given: what the header says for it. */
static void nothing_read(struct settings *s, enum kind kind)
{
	if (kind == OVERLAYS)
		s->overlays = 0;
	if (kind == MEMORY) {
		s->memory_size = s->memory_base = 0;
		s->memory_placed = false;
	}
	if (kind == CPUS)
		s->cpus = 0;
	if (kind == PEER)
		s->gdb.kind = PEER_NONE;
}

static int value_read(struct settings *s, const struct key *key, const char *text)
{
	switch (key->kind) {
	case FIRMWARE: return values_firmware(s, text);
	case OVERLAYS: return values_overlays(s, text);
	case MEMORY: return values_memory(s, text);
	case CPUS: return values_cpus(s, text);
	case CPU: return values_cpu(s, text);
	case WORD:
	case TRUTH: return word_read(s, key, text);
	case SILENCE: return CONFIG_DIAGNOSE ? values_silence(s, text) : 0;
	case ESCAPE: return CONFIG_MONITOR ? values_escape(s, text) : 0;
	case TRACE: return trace_read(s, text);
	case SYMBOLS: return CONFIG_DIAGNOSE ? values_symbols(s, text) : 0;
	case PEER: return CONFIG_GDB ? peer_name_read(text, &s->gdb) : 0;
	case STORE: return strcmp(text, "PARTLABEL=") ? 0 : -EINVAL;
	case ANY_TEXT: break;
	}
	return 0;
}

/* The key as it is spelled in its source. */
static const char *spelling(enum origin origin)
{
	return origin == ORIGIN_ARGV ? "--" : origin == ORIGIN_CMDLINE ? "kvmshim." : "";
}

static int value_refuse(const struct settings *s, enum setting_key k, int err, struct failure *f)
{
	const char *why = err == -ERANGE	 ? "is out of range"
			  : err == -ENAMETOOLONG ? "has a path of more than 255 characters"
			  : err == -EPERM	 ? "is for hosted runs: PID 1 cannot exit"
						 : "cannot be read";

	return fail(f, OUTCOME_BAD_CONFIG, "E-VALUE", "%s%s=%.200s (%s) %s. Allowed: %s.",
		    spelling(s->raw[k].origin), keys[k].name, s->raw[k].text,
		    origins[s->raw[k].origin], why,
		    err == -EPERM ? "restart, reboot, poweroff or monitor" : keys[k].allowed);
}

/* Read the values that came from one of the origins FROM to ORIGIN_ARGV. */
static int values_read(struct settings *s, enum origin from, struct failure *f)
{
	int err, result = 0;

	for (enum setting_key k = 0; k < SETTINGS; k++) {
		if (s->raw[k].origin < from)
			continue;
		if (!s->raw[k].text)
			nothing_read(s, keys[k].kind);
		else if ((err = value_read(s, &keys[k], s->raw[k].text)) && !result)
			result = value_refuse(s, k, err, f);
	}
	s->unmodelled_given = s->raw[SET_UNMODELLED].text != NULL;
	return result;
}

int settings_note(struct settings *s, enum setting_key key, const char *text, enum origin origin,
		  struct failure *f)
{
	if (!*text && !keys[key].may_be_empty)
		return fail(f, OUTCOME_BAD_CONFIG, "E-VALUE",
			    "%s%s (%s) has no value. Allowed: %s.", spelling(origin),
			    keys[key].name, origins[origin], keys[key].allowed);
	if (origin < s->raw[key].origin)
		return 0;
	s->raw[key].origin = origin;
	s->raw[key].text = *text ? text : NULL;
	return 0;
}

int settings_begin(struct settings *s, int argc, char **argv, bool pid1, char *cmdline,
		   struct failure *f)
{
	struct failure later; /* the first is the one to tell */
	int bad;

	s->verb = VERB_RUN;
	s->pid1 = pid1;
	s->tree_text_used = 0;
	for (enum setting_key k = 0; k < SETTINGS; k++) {
		const char *fallback = settings_key_default(k);

		s->raw[k].origin = ORIGIN_DEFAULT;
		s->raw[k].text = *fallback ? fallback : NULL;
	}
	/* First of all, so that a failure below finds the policies in place. */
	if (values_read(s, ORIGIN_DEFAULT, f))
		return -1;
	bad = cmdline ? sources_cmdline(s, cmdline, f) : 0;
	bad |= sources_argv(s, argc, argv, bad ? &later : f);
	return values_read(s, ORIGIN_CMDLINE, bad ? &later : f) | bad;
}

int settings_read(struct settings *s, const struct tree *tree, int node, struct failure *f)
{
	if (node >= 0 && sources_tree(s, tree, (unsigned)node, f))
		return -1;
	return values_read(s, ORIGIN_TREE, f);
}
