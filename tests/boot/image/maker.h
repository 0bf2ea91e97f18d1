/* SPDX-License-Identifier: BSD-2-Clause */
/* Image files for tests, made by the tools that people make them with, then damaged on purpose. */
#ifndef TESTS_BOOT_IMAGE_MAKER_H
#define TESTS_BOOT_IMAGE_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Before cmocka's: both have a fail(). */
#include "boot/image/image.h"

#include <cmocka.h>

#define MOST (64u << 20)

static struct image image;
static struct failure failure;
/* In memory: files are written by the thousand. */
static char folder[] = "/dev/shm/kvmshim-maker-XXXXXX";

/* A file that is looked at and changed. */
static uint8_t *bytes;
static size_t size;

/* Run a line of sh; $D is the folder of the test, $C the cache of real firmware. */
static inline void sh(const char *format, ...)
{
	/* put FIT ... is fdtput; external data stays behind the tree. */
	char line[6000] =
		"set -eu; C=${KVMSHIM_CACHE:-$(initramfs/fetch.sh --where)}; exec >$D/log 2>&1; "
		"put() { f=$1; n=$(od -An -tu4 --endian=big -j4 -N4 $f); "
		"tail -c +$((n + 1)) $f >$D/tail; fdtput \"$@\"; truncate -s %4 $f; "
		"cat $D/tail >>$f; }; ";
	size_t n = strlen(line);
	va_list args;

	va_start(args, format);
	vsnprintf(line + n, sizeof(line) - n, format, args);
	va_end(args);
	if (system(line))
		fail_msg("%s: see %s/log", line + n, folder);
}

static inline const char *path_of(const char *name)
{
	static char path[4][128];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static inline void load(const char *name)
{
	FILE *file = fopen(path_of(name), "rb");
	struct stat st;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	free(bytes);
	size = (size_t)st.st_size;
	bytes = malloc(size + 1);
	assert_int_equal(fread(bytes, 1, size, file), size);
	fclose(file);
}

static inline void store_first(const char *name, size_t n)
{
	FILE *file = fopen(path_of(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	fclose(file);
}

static inline void store(const char *name)
{
	store_first(name, size);
}

static inline int open_conf(const char *name, const char *conf)
{
	image_close(&image);
	failure = (struct failure){ .text = "" };
	return image_open(&image, path_of(name), conf, MOST, &failure);
}

static inline int open_it(const char *name)
{
	return open_conf(name, NULL);
}

static inline void opens(const char *name)
{
	if (open_it(name))
		fail_msg("%s: %s", name, failure.text);
}

static inline void refused(const char *code, const char *words)
{
	assert_int_equal(failure.outcome, OUTCOME_BAD_FIRMWARE);
	if (strcmp(failure.code, code))
		fail_msg("%s and not %s: %s", failure.code, code, failure.text);
	if (!strstr(failure.text, words))
		fail_msg("no \"%s\" in: %s", words, failure.text);
}

static inline void is_refused(const char *name, const char *code, const char *words)
{
	assert_int_equal(open_it(name), -1);
	refused(code, words);
}

/* The span's bytes are those of the file NAME. */
static inline void holds_file(const struct span *span, const char *name)
{
	uint8_t *inner;

	load(name);
	assert_int_equal(span->size, size);
	inner = malloc(size + 1);
	assert_int_equal(span_read(span, 0, inner, size), 0);
	assert_memory_equal(inner, bytes, size);
	free(inner);
}

/* NAME, cut at each length from FROM on in steps of STEP (1 up to byte 128), is refused. */
static inline void cut_is_refused(const char *name, size_t from, size_t step)
{
	load(name);
	for (size_t n = from; n < size; n += n < 128 ? 1 : step) {
		store_first("cut", n);
		if (!open_it("cut"))
			fail_msg("%s is read though it is cut off at byte %zu", name, n);
		assert_int_equal(failure.outcome, OUTCOME_BAD_FIRMWARE);
	}
	store_first("cut", size - 4); /* formats fill up to that */
	assert_int_equal(open_it("cut"), -1);
}

/* Each byte of [FROM, TO) of NAME takes a few values: read or refused, whatever; no crash. */
static inline void any_byte_may_change(const char *name, size_t from, size_t to, size_t step)
{
	static const uint8_t with[] = { 0x01, 0x80, 0xff };

	load(name);
	for (size_t at = from; at < to; at += step)
		for (unsigned i = 0; i < sizeof(with); i++) {
			bytes[at] ^= with[i];
			store("changed");
			if (open_it("changed"))
				assert_int_equal(failure.outcome, OUTCOME_BAD_FIRMWARE);
			bytes[at] ^= with[i];
		}
}

static inline int maker_begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || setenv("D", folder, 1))
		return -1;
	/* What is packed: nothing that a header could be seen in. */
	sh("for f in kernel:6001 ramdisk:3000 other:4097 third:100; do "
	   "seq 1 9999 | sed 's/^/z/' | head -c ${f#*:} | sed \"1s/^/${f%%:*}/\" >$D/${f%%:*}; "
	   "done");
	sh("echo '/dts-v1/; / { compatible = \"acme,box\"; };' | dtc -O dtb -o $D/tree -");
	sh("echo '/dts-v1/; / { fragment { target-path = \"/\"; __overlay__ { more; }; }; };' | "
	   "dtc -O dtb -o $D/overlay -");
	return 0;
}

static inline int maker_end(void **state)
{
	(void)state;
	image_close(&image);
	free(bytes);
	sh("rm -rf $D");
	return 0;
}

#endif
