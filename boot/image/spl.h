/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is written to cards and flash: an SPL as a vendor's boot ROM wants it, which sets up RAM that
 * a guest has already, and behind it the FIT or uImage that the SPL would load.
 */
#ifndef BOOT_IMAGE_SPL_H
#define BOOT_IMAGE_SPL_H

#include "boot/image/image.h"

/*
 * Allwinner: eGON.BT0 and TOC0. Source: U-Boot, include/sunxi_image.h,
 * board_spl_mmc_get_uboot_raw_sector(). Returns 0 or fail()s: an SPL alone, or cut off.
 */
int spl_read_egon(struct image *image, const struct span *span, struct failure *f);
int spl_read_toc0(struct image *image, const struct span *span, struct failure *f);

/*
 * Rockchip: RKNS, or the older header that RC4 hides. Source: U-Boot, tools/rkcommon.c,
 * arch/arm/dts/rockchip-u-boot.dtsi. Returns 0 or fail()s likewise.
 */
int spl_read_rockchip(struct image *image, const struct span *span, struct failure *f);

/*
 * Is SPAN, whose first four bytes are at HEAD, U-Boot's SPL or TPL? By their banner; files of a size
 * that they have and that begin with a branch are looked through.
 */
bool spl_is_bare(const struct span *span, const uint8_t *head);

#endif
