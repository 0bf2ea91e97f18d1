/* SPDX-License-Identifier: BSD-2-Clause */
/* FITs, U-Boot's flat image trees: kernels, firmware, ramdisks and trees by configuration. */
#ifndef BOOT_IMAGE_FIT_H
#define BOOT_IMAGE_FIT_H

#include "boot/image/image.h"

/*
 * The configuration that IMAGE's CONF names, else the default one; in a FIT without configurations
 * CONF names the image. What runs is its kernel, else its firmware, else the U-Boot among its
 * loadables, else the first loadable that can run; other loadables become parts at their load
 * addresses. What runs at EL3, in the secure world or on another processor is left out and noted.
 * The tree of a U-Boot becomes a part behind it, where SPL puts it; that of anything else is the
 * guest's machine, with its overlays. Hashes are checked. Returns 0 or fail()s with the node's
 * place. Source: the FIT specification; U-Boot, boot/image-fit.c, common/spl/spl_fit.c.
 */
int fit_read(struct image *image, const struct span *span, struct failure *f);

#endif
