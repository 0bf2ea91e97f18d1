/* SPDX-License-Identifier: BSD-2-Clause */
/* Android's boot.img: kernel, ramdisk, tree and command line. */
#ifndef BOOT_IMAGE_ANDROID_H
#define BOOT_IMAGE_ANDROID_H

#include "boot/image/image.h"

/*
 * Header versions 0 to 4. A kernel that can lie anywhere does; another one goes to the header's
 * address (versions 0 to 2), unless that is mkbootimg's default. Of several trees the first counts.
 * Returns 0 or fail()s with the header's place. Source: Android, boot_img_hdr_v0 to v4 of
 * mkbootimg's bootimg.h; U-Boot, boot/image-android.c.
 */
int android_read(struct image *image, const struct span *span, struct failure *f);

#endif
