/* SPDX-License-Identifier: BSD-2-Clause */
/* What is packed is unpacked: into memory of its own, which is a file like any other afterwards. */
#ifndef BOOT_IMAGE_UNPACK_H
#define BOOT_IMAGE_UNPACK_H

#include "boot/image/image.h"

/* The numbers up to UNPACK_ZSTD are those of a uImage's ih_comp: U-Boot, include/image.h. */
enum unpack_kind {
	UNPACK_NONE,
	UNPACK_GZIP,
	UNPACK_BZIP2,
	UNPACK_LZMA, /* "alone", as lzma(1) makes it: it has no magic */
	UNPACK_LZO,
	UNPACK_LZ4, /* frames, and the legacy format of `lz4 -l` */
	UNPACK_ZSTD,
	UNPACK_XZ,
	UNPACK_KINDS, /* none of them */
};

/* The kind by its NAME, as in a FIT's "compression": "none", "gzip". UNPACK_KINDS: no such name. */
enum unpack_kind unpack_kind_of(const char *name);

/* The kind by the first bytes; UNPACK_NONE where none is known by them. */
enum unpack_kind unpack_kind_by_magic(const struct span *span);

/*
 * Unpack IN, which is of KIND, as OUT: IN itself for UNPACK_NONE, else a memory file that IMAGE
 * owns. One after the other, members and frames are all unpacked; zeros and erased flash (0xff)
 * behind the last one are passed over. IMAGE's MOST shrinks by what came out, and its KIND is told.
 * Shows on fd 1 how far it is when that takes more than a second. Returns 0 or fail()s: damaged or
 * cut off (the place is named), not built in, larger than MOST, more memory wanted than there is.
 */
int unpack_span(struct image *image, const struct span *in, enum unpack_kind kind, struct span *out,
		struct failure *f);

/* A reader for image.c: unpacked by its first bytes, then read on. 0 or fail()s. */
int unpack_read(struct image *image, const struct span *span, struct failure *f);

#endif
