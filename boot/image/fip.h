/* SPDX-License-Identifier: BSD-2-Clause */
/* TF-A's firmware image packages: the one part that runs in the normal world. */
#ifndef BOOT_IMAGE_FIP_H
#define BOOT_IMAGE_FIP_H

#include "boot/image/image.h"

/*
 * BL33, whatever it is, becomes part[0]; the others are noted. Returns 0 or fail()s with the
 * entry's place. Source: TF-A, include/tools_share/firmware_image_package.h.
 */
int fip_read(struct image *image, const struct span *span, struct failure *f);

#endif
