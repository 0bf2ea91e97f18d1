/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzz targets share: the input as a file, and what must hold of whatever is made of it. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/prepare.h"

/* A target: tests/fuzz/fuzz_NAME.c. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What packed input may unpack to. */
#define FUZZ_MOST (1u << 20)

/* Say what does not hold and die, so that the input is kept. */
_Noreturn void fuzz_bad(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define FUZZ_HOLDS(what) ((what) ? (void)0 : fuzz_bad("%s:%d: %s", __FILE__, __LINE__, #what))

/* The input as a file that lasts until the next call but one. Returns its path. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* In memory of exactly its size, 8-byte aligned, so that the sanitizer sees every byte too far: free() it. */
uint8_t *fuzz_exact(const uint8_t *data, size_t size);

/* YMODEM's CRC of a block, so that one that is made up is taken. */
uint16_t fuzz_crc16(const uint8_t *data, size_t size);

/* Between the two no fd and no mapping may be left behind. */
void fuzz_begin(void);
void fuzz_end(void);

/* N characters at TEXT are printable, or newlines. */
void fuzz_text(const char *text, size_t n);

/*
 * A refusal is one printable sentence that is not cut, with a remedy in the imperative, a code that
 * the manual lists, and the outcome of something that the input can be guilty of.
 */
void fuzz_refused(const struct failure *f);

/*
 * Every span of an image that was read lies in a file that the image owns; footprints hold the
 * bytes; texts are text; what was unpacked keeps to FUZZ_MOST.
 */
void fuzz_image(const struct image *image);

/* Settings and board of a plan for input that is no board: virt on virt, 64 MiB. */
void fuzz_prepare(struct prepared *p);

/*
 * What a plan puts down lies within RAM or flash, apart from all else; the guest's tree is a tree;
 * the page fits.
 */
void fuzz_plan(const struct prepared *p);

#endif
