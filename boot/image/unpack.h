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

/*
 * The kind by the NAME that a FIT's "compression" or a zboot kernel has for it: "none", "gzip",
 * "xzkern". UNPACK_KINDS: no such name.
 */
enum unpack_kind unpack_kind_of(const char *name);

/*
 * Unpack IN, which is of KIND, as OUT: IN itself for UNPACK_NONE, else a memory file that IMAGE
 * owns. Members and frames that follow each other are all unpacked; zeros and erased flash (0xff)
 * behind the last one are passed over. IMAGE's MOST shrinks by what came out, and its KIND is told.
 * What takes more than a second shows on fd 1 how far it is. Returns 0 or fail()s: damaged or cut
 * off (the place is named), not built in, larger than MOST, more memory wanted than there is.
 */
int unpack_span(struct image *image, const struct span *in, enum unpack_kind kind, struct span *out,
		struct failure *f);

/* For image.c: SPAN, of KIND, is unpacked and read on. 0 or fail()s. */
int unpack_read(struct image *image, const struct span *span, enum unpack_kind kind,
		struct failure *f);

#endif
