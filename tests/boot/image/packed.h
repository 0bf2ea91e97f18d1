/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware packed by the real programs, for the tests of what unpacks it. */
#ifndef TESTS_BOOT_IMAGE_PACKED_H
#define TESTS_BOOT_IMAGE_PACKED_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/image/image.h"
#include "boot/image/unpack.h"

#include <cmocka.h>

#define PACKED_MOST (1u << 20)

static char packed_dir[] = "/tmp/kvmshim-packed-XXXXXX", packed_path[64];
static struct image packed_image;
static struct failure packed_failure;

struct packer {
	const char *command; /* stdin to stdout */
	const char *name; /* of the kind */
	enum unpack_kind kind;
	bool checked; /* by a checksum */
};

static const struct packer packers[] = {
	{ "gzip -9", "gzip", UNPACK_GZIP, true },
	{ "gzip -1n", "gzip", UNPACK_GZIP, true },
	{ "lz4 -q -9", "lz4", UNPACK_LZ4, true },
	{ "lz4 -q -B4 -BD --content-size", "lz4", UNPACK_LZ4, true }, /* blocks refer to others */
	{ "lz4 -q -BX --no-frame-crc", "lz4", UNPACK_LZ4, true },
	{ "lz4 -q -l", "lz4", UNPACK_LZ4, false },
	{ "zstd -19", "zstd", UNPACK_ZSTD, true },
	{ "zstd -1 --long=30", "zstd", UNPACK_ZSTD, true },
	{ "xz", "xz", UNPACK_XZ, true },
	{ "xz --check=crc32 --arm64 --lzma2=dict=32MiB", "xz", UNPACK_XZ, true },
	{ "xz --check=sha256", "xz", UNPACK_XZ, true },
	{ "lzma", "lzma", UNPACK_LZMA, false },
};

#define FOR_PACKERS(p)                                                                             \
	for (const struct packer *p = packers; p < packers + sizeof(packers) / sizeof(packers[0]); \
	     p++)

/* A shell command in the folder of the test's files. */
static inline void packed_run(const char *format, ...)
{
	char command[512];
	va_list args;
	int n = snprintf(command, sizeof(command), "cd %s && ", packed_dir);

	va_start(args, format);
	vsnprintf(command + n, sizeof(command) - (size_t)n, format, args);
	va_end(args);
	if (system(command))
		fail_msg("failed: %s", command);
}

/* The whole of a file of the folder, in memory of exactly its size; the test frees it. */
static inline uint8_t *packed_load(const char *name, size_t *size)
{
	char path[128];
	struct stat st;
	uint8_t *bytes;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", packed_dir, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	*size = (size_t)st.st_size;
	bytes = malloc(*size + 1);
	assert_int_equal(read(fd, bytes, *size), *size);
	close(fd);
	return bytes;
}

static inline void packed_store(const char *name, const uint8_t *bytes, size_t size)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", packed_dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

/* Open NAME of the folder as firmware. One without magic is unpacked as KIND. */
static inline int packed_open_most(const char *name, enum unpack_kind kind, uint64_t most)
{
	struct span file, out;
	struct stat st;
	int fd;

	image_close(&packed_image);
	packed_failure = (struct failure){ .text = "" };
	snprintf(packed_path, sizeof(packed_path), "%s/%s", packed_dir, name);
	if (kind != UNPACK_LZMA)
		return image_open(&packed_image, packed_path, NULL, most, &packed_failure);
	packed_image = (struct image){ .path = packed_path, .most = most };
	fd = open(packed_path, O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	file = (struct span){ fd, 0, (uint64_t)st.st_size };
	assert_true(image_own(&packed_image, fd));
	if (unpack_span(&packed_image, &file, kind, &out, &packed_failure))
		return -1;
	return image_read(&packed_image, &out, &packed_failure);
}

static inline int packed_open(const char *name, enum unpack_kind kind)
{
	return packed_open_most(name, kind, PACKED_MOST);
}

/* What was opened is, byte for byte, what lies in the file NAME. */
static inline bool packed_is(const char *name)
{
	const struct span *part = &packed_image.part[0].bytes;
	size_t size;
	uint8_t *want = packed_load(name, &size), *got = malloc(size + 1);
	bool same =
		part->size == size && !span_read(part, 0, got, size) && !memcmp(got, want, size);

	free(want);
	free(got);
	return same;
}

static inline void packed_refused(const char *code, const char *words)
{
	assert_int_equal(packed_failure.outcome, OUTCOME_BAD_FIRMWARE);
	if (strcmp(packed_failure.code, code) || !strstr(packed_failure.text, words))
		fail_msg("no %s with \"%s\": %s (%s)", code, words, packed_failure.text,
			 packed_failure.code);
}

/*
 * The folder, with two things to be packed: `uboot`, the real one, and `small`, which packs into
 * many kinds of sequences.
 */
static inline int packed_begin(void **state)
{
	uint8_t small[700];
	uint32_t noise = 1;

	(void)state;
	if (!mkdtemp(packed_dir))
		return -1;
	for (unsigned i = 0; i < sizeof(small); i++) {
		noise = noise * 1664525 + 1013904223;
		small[i] = i % 200 < 60 ? (uint8_t)(noise >> 24) : (uint8_t)(i / 7 & 15);
	}
	packed_store("small", small, sizeof(small));
	packed_run("cp $(sh %s/initramfs/fetch.sh --where)/u-boot/qemu_arm64/u-boot.bin uboot",
		   getenv("PWD"));
	return 0;
}

static inline int packed_end(void **state)
{
	(void)state;
	image_close(&packed_image);
	packed_run("rm -r %s", packed_dir);
	return 0;
}

#endif
