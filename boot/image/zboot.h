/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI programs: the kind that holds a packed kernel is unpacked, others are not for us. */
#ifndef BOOT_IMAGE_ZBOOT_H
#define BOOT_IMAGE_ZBOOT_H

#include "boot/image/image.h"

/*
 * A kernel built with CONFIG_EFI_ZBOOT: what is packed in it is unpacked and read on. Returns 0 or
 * fail()s: another EFI program, damaged, packed in an unknown way. Source: Linux,
 * drivers/firmware/efi/libstub/zboot-header.S.
 */
int zboot_read(struct image *image, const struct span *span, struct failure *f);

#endif
