// SPDX-License-Identifier: BSD-2-Clause
// Settings: the kernel command line is the input's first line, each further line an argument.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/settings.h"
#include "generated/config.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 32

static void values_good(const struct settings *s)
{
	FUZZ_HOLDS(s->verb <= VERB_VERSION && s->cpus <= CONFIG_MAX_VCPUS);
	FUZZ_HOLDS(!s->memory_size || s->memory_size >= 1 << 20);
	FUZZ_HOLDS(s->memory_base + s->memory_size >= s->memory_base);
	FUZZ_HOLDS(s->overlays <= SETTINGS_OVERLAYS_MAX);
	for (unsigned i = 0; i < s->overlays; i++)
		FUZZ_HOLDS(s->overlay[i][0] && strlen(s->overlay[i]) < SETTINGS_PATH_MAX);
	FUZZ_HOLDS(s->firmware.path[0] && strlen(s->firmware.path) < SETTINGS_PATH_MAX);
	FUZZ_HOLDS(strlen(s->firmware.conf) < sizeof(s->firmware.conf));
	FUZZ_HOLDS(s->gic == 0 || s->gic == 2 || s->gic == 3 || s->gic == -2);
	for (enum setting_key k = 0; k < SETTINGS; k++)
		FUZZ_HOLDS(!s->raw[k].text || s->raw[k].text[0]);
}

/* After a failure too: they tell what is to follow it. */
static void policies_good(const struct settings *s)
{
	FUZZ_HOLDS(s->on_poweroff <= ACTION_EXIT && s->on_reset <= ACTION_EXIT);
	FUZZ_HOLDS(s->on_crash <= ACTION_EXIT && s->unmodelled <= UNMODELLED_ABORT);
	FUZZ_HOLDS(!s->pid1 || (s->on_poweroff != ACTION_EXIT && s->on_reset != ACTION_EXIT &&
				s->on_crash != ACTION_EXIT));
}

/* Given once more, each as an argument, they read the same. */
static void again_same(const struct settings *s)
{
	static char word[SETTINGS][8192];
	static struct settings again;
	char *argv[SETTINGS + 2] = { (char *)"kvmshim" };
	struct failure f;
	int argc = 1;

	for (enum setting_key k = 0; k < SETTINGS; k++) {
		if (s->raw[k].origin == ORIGIN_DEFAULT)
			continue;
		snprintf(word[k], sizeof(word[k]), "--%s=%s", settings_key_name(k),
			 s->raw[k].text ? s->raw[k].text : "");
		argv[argc++] = word[k];
	}
	if (settings_begin(&again, argc, argv, s->pid1, NULL, &f))
		fuzz_bad("given again as arguments: %s", f.text);
	FUZZ_HOLDS(!memcmp(&again.memory_size, &s->memory_size, sizeof(s->memory_size)));
	FUZZ_HOLDS(again.memory_base == s->memory_base && again.cpus == s->cpus);
	FUZZ_HOLDS(again.memory_placed == s->memory_placed && again.gic == s->gic);
	FUZZ_HOLDS(!strcmp(again.firmware.path, s->firmware.path));
	FUZZ_HOLDS(!strcmp(again.firmware.conf, s->firmware.conf));
	FUZZ_HOLDS(again.firmware.placed == s->firmware.placed);
	FUZZ_HOLDS(!again.firmware.placed || again.firmware.gpa == s->firmware.gpa);
	FUZZ_HOLDS(again.cpu_options == s->cpu_options && again.overlays == s->overlays);
	for (unsigned i = 0; i < s->overlays; i++)
		FUZZ_HOLDS(!strcmp(again.overlay[i], s->overlay[i]));
	FUZZ_HOLDS(again.stdout_path == s->stdout_path && again.rng_seed == s->rng_seed);
	FUZZ_HOLDS(again.kaslr_seed == s->kaslr_seed && again.watchdog == s->watchdog);
	FUZZ_HOLDS(again.unmodelled_given == s->unmodelled_given);
	FUZZ_HOLDS(again.on_poweroff == s->on_poweroff && again.on_reset == s->on_reset);
	FUZZ_HOLDS(again.on_crash == s->on_crash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings s;
	char *argv[WORDS_MAX + 1] = { (char *)"kvmshim" }, *rest, *line;
	struct failure f = { .text = "" };
	const bool pid1 = size && data[0] == '\t';
	char *text = malloc(size + 1), *cmdline;
	int argc = 1;

	FUZZ_HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	rest = text;
	cmdline = strsep(&rest, "\n");
	while (argc < WORDS_MAX && (line = strsep(&rest, "\n")))
		argv[argc++] = line;
	memset(&s, 0, sizeof(s));
	if (settings_begin(&s, argc, argv, pid1, cmdline, &f)) {
		fuzz_refused(&f);
	} else {
		values_good(&s);
		again_same(&s);
	}
	policies_good(&s);
	free(text);
	return 0;
}
