/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that is to lie in guest memory: firmware or ramdisk. What it is, is told by its content,
 * never by its name.
 */
#ifndef BOOT_IMAGE_H
#define BOOT_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/outcome.h"

struct image {
	int fd; /* -1: no file */
	const char *path;
	uint64_t size; /* bytes in the file */
	uint64_t footprint; /* bytes it needs in memory: bss included; at least size */
	bool linked; /* link_gpa is where its own header wants it */
	uint64_t link_gpa;
	bool offset_known; /* a Linux Image: goes to RAM base, 2 MiB aligned, + text_offset */
	uint64_t text_offset;
};

/*
 * Open PATH for reading and look at its first bytes. Returns 0 or fail()s with bad-firmware:
 * missing (both ways to put one in are named), empty, unreadable, no regular file, or of a kind
 * that cannot be booted as it is.
 */
int image_open(struct image *image, const char *path, struct failure *f);

/* The same for a ramdisk, whose content is the guest's affair: compressed or not. */
int image_open_initrd(struct image *image, const char *path, struct failure *f);

/*
 * Put the file's bytes at HVA, where SIZE bytes are ours: mapped where HVA is on a page boundary,
 * else read. Returns 0 or -errno.
 */
int image_place(const struct image *image, void *hva, uint64_t size);

/*
 * Is it EDK2 or its like: a volume of UEFI's at its beginning, or behind the 4 KiB with the first
 * jump that ArmVirtQemu has? Source: UEFI PI specification, volume 3, 3.2.1.
 */
bool image_is_uefi(const struct image *image);

void image_close(struct image *image);

#endif
