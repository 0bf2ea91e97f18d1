// SPDX-License-Identifier: BSD-2-Clause
// What the text of a setting means.
#include "boot/values.h"

#include <errno.h>
#include <string.h>

#include "boot/size.h"

static const struct word cpu_words[] = { { "-sve", CPU_NO_SVE },
					 { "-pmu", CPU_NO_PMU },
					 { "-pauth", CPU_NO_PAUTH },
					 { "aarch32", CPU_AARCH32 },
					 { 0 } };

/* All of TEXT is a size. */
static int size_read(const char *text, uint64_t *size)
{
	const char *end;
	int err = size_parse(text, size, &end);

	return err ? err : *end ? -EINVAL : 0;
}

static int path_copy(char *to, const char *from, size_t n)
{
	if (n == 0)
		return -EINVAL;
	if (n >= SETTINGS_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(to, from, n);
	to[n] = '\0';
	return 0;
}

/* PATH[#CONF][@ADDR]; a # or @ in front of the last / is part of the path. */
int values_firmware(struct settings *s, const char *text)
{
	const char *name = strrchr(text, '/'), *at = strrchr(name ? name : text, '@');
	size_t n = at ? (size_t)(at - text) : strlen(text), conf;
	const char *hash = memrchr(text, '#', n);

	s->firmware.placed = at != NULL;
	if (at && size_read(at + 1, &s->firmware.gpa))
		return -EINVAL;
	s->firmware.conf[0] = '\0';
	if (!hash || (name && hash < name))
		return path_copy(s->firmware.path, text, n);
	conf = n - (size_t)(hash + 1 - text);
	if (conf == 0 || conf >= sizeof(s->firmware.conf))
		return -EINVAL;
	memcpy(s->firmware.conf, hash + 1, conf);
	s->firmware.conf[conf] = '\0';
	return path_copy(s->firmware.path, text, (size_t)(hash - text));
}

int values_overlays(struct settings *s, const char *text)
{
	s->overlays = 0;
	while (*text) {
		size_t n = strcspn(text, ",");
		int err;

		if (s->overlays == SETTINGS_OVERLAYS_MAX)
			return -EINVAL;
		err = path_copy(s->overlay[s->overlays], text, n);
		if (err)
			return err;
		s->overlays++;
		text += n + (text[n] == ',');
	}
	return 0;
}

int values_memory(struct settings *s, const char *text)
{
	const char *end;
	int err = size_parse(text, &s->memory_size, &end);

	if (err)
		return err;
	s->memory_placed = *end == '@';
	s->memory_base = 0;
	if (s->memory_placed)
		err = size_read(end + 1, &s->memory_base);
	else if (*end)
		err = -EINVAL;
	if (err)
		return err;
	if (s->memory_size < 1 << 20 || s->memory_base + s->memory_size < s->memory_base)
		return -ERANGE;
	return 0;
}

int values_cpus(struct settings *s, const char *text)
{
	uint64_t n;
	int err = size_read(text, &n);

	if (err)
		return err;
	if (n < 1 || n > CONFIG_MAX_VCPUS)
		return -ERANGE;
	s->cpus = (unsigned)n;
	return 0;
}

const struct word *values_word(const struct word *words, const char *text, size_t n)
{
	for (; words->word; words++)
		if (!strncmp(words->word, text, n) && !words->word[n])
			return words;
	return NULL;
}

int values_cpu(struct settings *s, const char *text)
{
	size_t n = strcspn(text, ",");

	s->cpu_options = 0;
	if (n != 4 || strncmp(text, "host", n))
		return -EINVAL;
	while (text[n]) {
		const struct word *word;

		text += n + 1;
		n = strcspn(text, ",");
		word = values_word(cpu_words, text, n);
		if (!word)
			return -EINVAL;
		s->cpu_options |= (unsigned)word->value;
	}
	return 0;
}

int values_silence(struct settings *s, const char *text)
{
	uint64_t seconds;
	int err;

	s->silence = 0;
	if (!strcmp(text, "off"))
		return 0;
	err = size_read(text, &seconds);
	if (err)
		return err;
	if (seconds < 1 || seconds > 3600)
		return -ERANGE;
	s->silence = (unsigned)seconds;
	return 0;
}

/* ^ and a letter, or one of [ \\ ] ^ _: a control byte, but for those that end a line. */
int values_escape(struct settings *s, const char *text)
{
	const int byte = text[0] == '^' && text[1] ? text[1] & 0x1f : 0;

	s->escape = -1;
	if (!strcmp(text, "off"))
		return 0;
	if (!byte || text[1] < '@' || text[1] > 'z' || text[2] || byte == '\r' || byte == '\n')
		return -EINVAL;
	s->escape = byte;
	return 0;
}

/* FILE[@OFFSET]; an @ in front of the last / is part of the path. */
int values_symbols(struct settings *s, const char *text)
{
	const char *name = strrchr(text, '/'), *at = strrchr(name ? name : text, '@');

	s->symbols.offset = 0;
	if (at && size_read(at + 1, &s->symbols.offset))
		return -EINVAL;
	return path_copy(s->symbols.path, text, at ? (size_t)(at - text) : strlen(text));
}
