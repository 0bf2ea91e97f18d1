/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An image of blocks that survives power cuts: what is read after one is what it was at an exact
 * earlier moment, the last commit that had returned or one that had begun since.
 *
 * On disk: the image as it is, then a journal: a header of 4 KiB and room for a few blocks. A commit
 * writes blocks and header to the journal, flushes, writes the blocks home, flushes. A journal that
 * is complete when the store is opened is carried out then. Behind an image in a file it is there
 * while the file is in use, and after a power cut.
 */
#ifndef BOOT_IO_STORE_H
#define BOOT_IO_STORE_H

#include "boot/io/disk.h"

#define STORE_JOURNAL_BLOCKS 16

struct store {
	struct disk disk;
	uint64_t size; /* of the image */
	uint32_t block;
	unsigned room; /* blocks of one commit */
	uint64_t sequence; /* of the last journal */
	bool broken; /* nothing may be written: the journal is yet to be carried out */
};

/* Bytes of a file that holds an image of SIZE bytes and its journal. */
uint64_t store_size_in_use(uint64_t size, uint32_t block);

/*
 * Drop the journal of an image of SIZE bytes, if DISK has room for one, and flush: it will not be
 * carried out on what is written to the image from now on. Returns 0 or -errno.
 */
int store_forget(const struct disk *disk, uint64_t size);

/*
 * Take DISK, which is the store's from now on, even after an error, and carry out a journal that is
 * there. Returns 0, -EINVAL (a file of another size, a device smaller than SIZE), -ENOSPC (a device
 * without room for a journal of one block) or -errno of the disk.
 */
int store_open(struct store *store, const struct disk *disk, uint64_t size, uint32_t block);

/* N bytes of the image at AT. Returns 0 or -errno. */
int store_read(const struct store *store, uint64_t at, void *buf, size_t n);

/*
 * Make COUNT (1 to room) blocks of the image, their numbers in NUMBER, what they are in IMAGE: all
 * or none of them. Returns 0 or -errno; after an error they may be tried again, and until that has
 * worked the store may hold either.
 */
int store_commit(struct store *store, const uint8_t *image, const uint16_t *number, unsigned count);

/* The journal goes, unless it is still needed, and the disk is closed. */
void store_close(struct store *store);

#endif
