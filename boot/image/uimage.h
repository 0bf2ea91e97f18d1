/* SPDX-License-Identifier: BSD-2-Clause */
/* Legacy uImages: U-Boot's header of 64 bytes with checksums, load address and entry. */
#ifndef BOOT_IMAGE_UIMAGE_H
#define BOOT_IMAGE_UIMAGE_H

#include "boot/image/image.h"

/*
 * A kernel, standalone program or firmware for Arm, or a multi-file image of kernel, ramdisk and
 * tree; both checksums are checked. Returns 0 or fail()s with the place: damaged or cut off, for
 * another processor, of a type that does not run. Source: U-Boot, include/image.h, boot/bootm.c.
 */
int uimage_read(struct image *image, const struct span *span, struct failure *f);

#endif
