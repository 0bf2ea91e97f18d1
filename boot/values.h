/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of settings, read into struct settings. */
#ifndef BOOT_VALUES_H
#define BOOT_VALUES_H

#include "boot/settings.h"

struct word {
	const char *word;
	int value;
};

/* The one of WORDS, which ends with a word that is NULL, that is TEXT, N bytes; NULL: none is. */
const struct word *values_word(const struct word *words, const char *text, size_t n);

/*
 * TEXT into S. They return 0, -EINVAL (it cannot be read), -ERANGE, or -ENAMETOOLONG (a path of more
 * than 255 bytes).
 */
int values_firmware(struct settings *s, const char *text);
int values_overlays(struct settings *s, const char *text);
int values_memory(struct settings *s, const char *text);
int values_cpus(struct settings *s, const char *text);
int values_cpu(struct settings *s, const char *text);
int values_silence(struct settings *s, const char *text);
int values_escape(struct settings *s, const char *text);
int values_symbols(struct settings *s, const char *text);

#endif
