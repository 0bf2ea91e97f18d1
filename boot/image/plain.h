/* SPDX-License-Identifier: BSD-2-Clause */
/* What runs as it lies there: Linux kernels, U-Boot, anything raw. */
#ifndef BOOT_IMAGE_PLAIN_H
#define BOOT_IMAGE_PLAIN_H

#include "boot/image/image.h"

/*
 * An arm64 Image: Linux, Documentation/arm64/booting.rst. Returns 0, or fail()s: cut off before
 * what its header says, or big-endian.
 */
int plain_read_linux(struct image *image, const struct span *span, struct failure *f);

/* A 32-bit zImage: Linux, Documentation/arm/booting.rst, arch/arm/boot/compressed/head.S. */
int plain_read_zimage(struct image *image, const struct span *span, struct failure *f);

/*
 * Anything else: a raw binary; U-Boot's header says where it was linked for, and the vectors of
 * a 32-bit one that it is of that kind. Returns 0, or fail()s: it is U-Boot's SPL.
 */
int plain_read_raw(struct image *image, const struct span *span, struct failure *f);

#endif
