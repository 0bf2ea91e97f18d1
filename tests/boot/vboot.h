/* SPDX-License-Identifier: BSD-2-Clause */
/* Signed FITs and their keys for the tests of verified boot, made by mkimage: tests/vboot/make. */
#ifndef TESTS_BOOT_VBOOT_H
#define TESTS_BOOT_VBOOT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/verify.h"

#include <cmocka.h>

static char vboot_folder[] = "/tmp/kvmshim-vboot-XXXXXX";
static struct failure vboot_failure;

/* A file of the folder, in memory of exactly its size, so that the sanitizer sees every byte too far. */
struct vboot_file {
	uint8_t *bytes;
	size_t size;
};

/* For a group's setup: FITs in ALGORITHMS, words with a blank in front, and base. */
static inline int vboot_make(const char *algorithms)
{
	char command[1024];

	if (!mkdtemp(vboot_folder))
		return -1;
	snprintf(command, sizeof(command), "tests/vboot/make %s%s", vboot_folder, algorithms);
	return system(command);
}

static inline int vboot_remove(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", vboot_folder);
	return system(command);
}

static inline const char *vboot_path(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", vboot_folder, name);
	return path;
}

static inline struct vboot_file vboot_read(const char *name)
{
	FILE *in = fopen(vboot_path(name), "r");
	struct vboot_file file;
	struct stat st;

	assert_non_null(in);
	assert_int_equal(fstat(fileno(in), &st), 0);
	file.size = (size_t)st.st_size;
	file.bytes = malloc(file.size);
	assert_int_equal(fread(file.bytes, 1, file.size, in), file.size);
	fclose(in);
	return file;
}

/* The required keys of the tree in file NAME. */
static inline void vboot_keys(struct verify_keys *keys, const char *name)
{
	memset(keys, 0, sizeof(*keys));
	if (verify_keys_load(keys, vboot_path(name), &vboot_failure))
		fail_msg("%s", vboot_failure.text);
}

/* What verify_fit() says: NULL, or the code of why not. */
static inline const char *vboot_verify(const struct verify_keys *keys, const uint8_t *fit,
				       size_t size, const char *conf)
{
	vboot_failure = (struct failure){ .text = "" };
	if (!verify_fit(keys, fit, size, conf, "fit", &vboot_failure))
		return NULL;
	assert_int_equal(vboot_failure.outcome, OUTCOME_REFUSED);
	assert_true(vboot_failure.text[0] && strlen(vboot_failure.text) < 470);
	return vboot_failure.code;
}

static inline void vboot_good(const char *code)
{
	if (code)
		fail_msg("%s: %s", code, vboot_failure.text);
}

/* Refused with this code, and these words in the sentence. */
static inline void vboot_refused(const char *code, const char *want, const char *words)
{
	if (!code)
		fail_msg("verified, but should be refused: %s %s", want, words);
	if (strcmp(code, want) || !strstr(vboot_failure.text, words))
		fail_msg("not %s \"%s\" but %s: %s", want, words, code, vboot_failure.text);
}

#endif
