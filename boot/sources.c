// SPDX-License-Identifier: BSD-2-Clause
// The places where settings stand: the kernel command line, the arguments, the board's tree.
#include "boot/sources.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "generated/config.h"

#define NAME_MAX_LENGTH 32

static const struct {
	const char *word;
	enum verb verb;
	const char *needs; /* as in the keys' table */
} verbs[] = {
	{ "run", VERB_RUN, NULL },
	{ "plan", VERB_PLAN, NULL },
	{ "probe", VERB_PROBE, CONFIG_PROBE ? NULL : "PROBE" },
	{ "help", VERB_HELP, NULL },
	{ "version", VERB_VERSION, NULL },
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* As in the kernel's parameters, - and _ are the same. */
static char fold(char c)
{
	return c == '_' ? '-' : c;
}

/* How many letters must be added, dropped or changed to make A of the N letters at B. */
static unsigned distance(const char *a, const char *b, size_t n)
{
	unsigned row[NAME_MAX_LENGTH + 1], up;

	if (n > NAME_MAX_LENGTH)
		n = NAME_MAX_LENGTH;
	for (size_t i = 0; i <= n; i++)
		row[i] = (unsigned)i;
	for (; *a; a++) {
		up = row[0]++;
		for (size_t i = 1; i <= n; i++) {
			unsigned best = up + (*a != fold(b[i - 1]));

			up = row[i];
			if (up + 1 < best)
				best = up + 1;
			if (row[i - 1] + 1 < best)
				best = row[i - 1] + 1;
			row[i] = best;
		}
	}
	return row[n];
}

static enum setting_key key_nearest(const char *name, size_t n, unsigned *far)
{
	enum setting_key nearest = 0;

	*far = ~0u;
	for (enum setting_key k = 0; k < SETTINGS; k++) {
		unsigned d = distance(settings_key_name(k), name, n);

		if (d < *far && !settings_key_needs(k)) {
			*far = d;
			nearest = k;
		}
	}
	return nearest;
}

static bool key_is(enum setting_key key, const char *name, size_t n)
{
	const char *own = settings_key_name(key);

	for (size_t i = 0; i < n; i++)
		if (own[i] == '\0' || own[i] != fold(name[i]))
			return false;
	return own[n] == '\0';
}

static int left_out_refuse(const char *what, size_t n, const char *needs, enum origin origin,
			   struct failure *f)
{
	return fail(f, OUTCOME_BAD_CONFIG, "E-NOT-BUILT-IN",
		    "%.*s (%s) is not built in. Switch %s on with make menuconfig.", (int)n, what,
		    settings_origin_name(origin), needs);
}

/* The key of N letters that stands at NAME, behind PREFIX, in a source; SETTINGS after fail(). */
static enum setting_key key_find(const char *prefix, const char *name, size_t n, enum origin origin,
				 struct failure *f)
{
	unsigned far;
	enum setting_key k;

	for (k = 0; k < SETTINGS; k++)
		if (key_is(k, name, n))
			break;
	if (k < SETTINGS && !settings_key_needs(k))
		return k;
	if (k < SETTINGS) {
		left_out_refuse(name, n, settings_key_needs(k), origin, f);
		return SETTINGS;
	}
	k = key_nearest(name, n, &far);
	fail(f, OUTCOME_BAD_CONFIG, "E-KEY",
	     "%s%.*s (%s) is no setting. The nearest is %s%s; kvmshim --help lists all.", prefix,
	     (int)(n < 64 ? n : 64), name, settings_origin_name(origin), prefix,
	     settings_key_name(k));
	return SETTINGS;
}

/* --- the kernel command line --- */

/*
 * Cut the first word off LINE as the kernel does: blanks within quotes do not end it, and quotes
 * around the word or around its value are taken away. VALUE is NULL where there is no `=`. Returns
 * what follows.
 */
static char *word_cut(char *line, char **name, char **value)
{
	const bool quoted = *line == '"';
	bool inside = quoted;
	char *p, *equals = NULL;

	line += quoted;
	for (p = line; *p && (inside || !isspace((unsigned char)*p)); p++) {
		if (*p == '=' && !equals)
			equals = p;
		if (*p == '"')
			inside = !inside;
	}
	*name = line;
	*value = NULL;
	line = *p ? p + 1 : p;
	*p = '\0';
	if (equals) {
		*equals = '\0';
		*value = equals + 1;
	}
	if (p > *name && p[-1] == '"' && (quoted || (equals && **value == '"' && p > *value + 1)))
		p[-1] = '\0';
	if (*value && **value == '"')
		++*value;
	return line;
}

int sources_cmdline(struct settings *s, char *line, struct failure *f)
{
	static const char prefix[] = "kvmshim.";
	const size_t n = sizeof(prefix) - 1;
	struct failure later; /* the first is the one to tell */
	char *name, *value;
	int result = 0;

	for (;;) {
		enum setting_key key;

		while (isspace((unsigned char)*line))
			line++;
		if (!*line)
			return result;
		line = word_cut(line, &name, &value);
		if (!value && !strcmp(name, "--"))
			return result; /* what follows are init's arguments */
		if (strncmp(name, prefix, n))
			continue;
		key = key_find(prefix, name + n, strlen(name + n), ORIGIN_CMDLINE, f);
		if (key == SETTINGS ||
		    settings_note(s, key, value ? value : "", ORIGIN_CMDLINE, f)) {
			result = -1;
			f = &later;
		}
	}
}

/* --- the arguments --- */

static int verb_read(struct settings *s, const char *word, struct failure *f)
{
	unsigned least = ~0u;
	size_t nearest = 0;

	for (size_t i = 0; i < VERBS; i++) {
		unsigned d = distance(verbs[i].word, word, strlen(word));

		if (!strcmp(verbs[i].word, word)) {
			s->verb = verbs[i].verb;
			return verbs[i].needs ? left_out_refuse(word, strlen(word), verbs[i].needs,
								ORIGIN_ARGV, f)
					      : 0;
		}
		if (d < least && !verbs[i].needs) {
			least = d;
			nearest = i;
		}
	}
	return fail(f, OUTCOME_BAD_CONFIG, "E-VERB",
		    "%.64s (argument) is no command. The nearest is %s; options begin with --.",
		    word, verbs[nearest].word);
}

/* --help and --version, with -h, end it all wherever they stand. */
static bool is_last(const char *word, bool pid1)
{
	return !strcmp(word, "--help") || !strcmp(word, "--version") ||
	       (!pid1 && !strcmp(word, "-h"));
}

/* What the option at WORD says; where its value is the next argument, *NEXT moves on. */
static int option_read(struct settings *s, const char *word, char ***next, struct failure *f)
{
	const char *value = strchr(word, '=');
	const size_t n = value ? (size_t)(value - word) : strlen(word);
	enum setting_key key = key_find("--", word, n, ORIGIN_ARGV, f);

	if (value)
		value++;
	else if (!s->pid1 && **next && (key < SETTINGS || strncmp(**next, "--", 2)))
		value = *(*next)++;
	if (key == SETTINGS)
		return -1;
	if (!value)
		return fail(f, OUTCOME_BAD_CONFIG, "E-VALUE",
			    "--%s (argument) has no value. Allowed: %s.", settings_key_name(key),
			    settings_key_allowed(key));
	return settings_note(s, key, value, ORIGIN_ARGV, f);
}

/* The argument at WORD, the FIRST one or not. */
static int argument_read(struct settings *s, const char *word, bool first, char ***next,
			 struct failure *f)
{
	if (!strncmp(word, "--", 2)) {
		/* The kernel hands on words without dashes that are none of ours: PID 1's verbs have them. */
		if (s->pid1 && !strcmp(word, "--probe"))
			return verb_read(s, word + 2, f);
		return s->pid1 && !word[2] ? 0 : option_read(s, word + 2, next, f);
	}
	if (s->pid1)
		return 0;
	if (first && *word != '-')
		return verb_read(s, word, f);
	return fail(f, OUTCOME_BAD_CONFIG, "E-KEY",
		    "%.64s (argument) cannot be read: options are --KEY=VALUE; kvmshim --help "
		    "lists them.",
		    word);
}

int sources_argv(struct settings *s, int argc, char **argv, struct failure *f)
{
	struct failure later; /* the first is the one to tell */
	char **next = argv + (argc > 0);
	int result = 0;

	while (*next) {
		const char *word = *next++;

		if (is_last(word, s->pid1)) {
			s->verb = strcmp(word, "--version") ? VERB_HELP : VERB_VERSION;
			return result;
		}
		if (argument_read(s, word, next == argv + 2, &next, f)) {
			result = -1;
			f = &later;
		}
	}
	return result;
}

/* --- the board's tree --- */

/* Text that outlives the call, or NULL where the room for it is used up. */
static char *text_keep(struct settings *s, const char *text, size_t n)
{
	char *kept = s->tree_text + s->tree_text_used;

	if (n >= sizeof(s->tree_text) - s->tree_text_used)
		return NULL;
	memcpy(kept, text, n);
	kept[n] = '\0';
	s->tree_text_used += n + 1;
	return kept;
}

static bool is_number(enum setting_key key)
{
	return key == SET_MEMORY || key == SET_CPUS || key == SET_GIC;
}

/* Text ends in NUL, and all before is printable or the NUL between two strings. */
static bool is_text(const char *value, uint32_t len)
{
	if (len == 0 || value[len - 1] != '\0' || (len > 1 && value[0] == '\0'))
		return false;
	for (uint32_t i = 0; i + 1 < len; i++)
		if (value[i] ? !isprint((unsigned char)value[i]) : value[i + 1] == '\0')
			return false;
	return true;
}

static int property_note(struct settings *s, enum setting_key key, const char *value, uint32_t len,
			 struct failure *f)
{
	const char *name = settings_key_name(key);
	const char *text = value;

	if (is_text(value, len)) {
		if (strlen(value) + 1 < len) {
			char *list = key == SET_OVERLAY ? text_keep(s, value, len - 1) : NULL;

			for (char *p = list; p && p < list + len - 1; p++)
				if (*p == '\0')
					*p = ',';
			text = list;
		}
	} else if (is_number(key) && (len == 4 || (len == 8 && key == SET_MEMORY))) {
		char number[24];

		snprintf(number, sizeof(number), key == SET_MEMORY ? "0x%llx" : "%llu",
			 (unsigned long long)tree_cells(value, len / 4));
		text = text_keep(s, number, strlen(number));
	} else if (len > 0) {
		text = NULL;
	} else {
		text = "";
	}
	if (!text)
		return fail(f, OUTCOME_BAD_CONFIG, "E-VALUE",
			    "property %s of /options/kvmshim (board tree) cannot be read: "
			    "give %s%s. Allowed: %s.",
			    name,
			    key == SET_OVERLAY ? "strings of at most 1000 bytes" : "one string",
			    is_number(key) ? " or a number" : "", settings_key_allowed(key));
	return settings_note(s, key, text, ORIGIN_TREE, f);
}

int sources_tree(struct settings *s, const struct tree *tree, unsigned node, struct failure *f)
{
	static const char *const not_ours[] = { "compatible", "status", "phandle",
						"linux,phandle" };
	uint32_t at = 0, len = 0;
	const char *name, *value;

	while ((value = tree_prop_next(tree, node, &at, &name, &len))) {
		enum setting_key key;
		bool skip = false;

		for (size_t i = 0; i < sizeof(not_ours) / sizeof(not_ours[0]); i++)
			skip |= !strcmp(name, not_ours[i]);
		if (skip)
			continue;
		key = key_find("", name, strlen(name), ORIGIN_TREE, f);
		if (key == SETTINGS || property_note(s, key, value, len, f))
			return -1;
	}
	return 0;
}
