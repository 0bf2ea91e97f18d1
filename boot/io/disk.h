/* SPDX-License-Identifier: BSD-2-Clause */
/* A file or block device that keeps something: the only place that reads, writes and flushes it. */
#ifndef BOOT_IO_DISK_H
#define BOOT_IO_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_PATH_MAX 280
#define DISK_CLASS "/sys/class/block"

struct disk {
	int fd;
	bool device; /* a block device: its size is what it is */
	uint64_t size; /* bytes */
};

/* The LABEL of a NAME that is PARTLABEL=LABEL, else NULL. */
const char *disk_label(const char *name);

/*
 * The path of what NAME means, at most DISK_PATH_MAX bytes in PATH: PARTLABEL=LABEL is the partition
 * that bears that label, by PARTNAME= and DEVNAME= in the files uevent of FOLDER (DISK_CLASS; Linux's
 * block/partitions/core.c), all else is a path already. Returns 0 or -ENOENT.
 */
int disk_find(const char *name, const char *folder, char *path);

/*
 * Open PATH for reading and writing; CREATE: make an empty file where there is none. Nobody else
 * may have it open so. Returns 0, -EBUSY (somebody has, or a device is mounted), -EISDIR, -ENOTBLK
 * (neither file nor block device), or -errno of open(2).
 */
int disk_open(struct disk *disk, const char *path, bool create);

/* N bytes at AT, all of them. Returns 0, -EIO (the end comes before) or -errno. */
int disk_read(const struct disk *disk, uint64_t at, void *buf, size_t n);
int disk_write(const struct disk *disk, uint64_t at, const void *buf, size_t n);

/* Wait until all that was written, and the size, would survive a power cut. Returns 0 or -errno. */
int disk_flush(const struct disk *disk);

/* Give a file SIZE bytes; a device stays as it is. Returns 0 or -errno. */
int disk_resize(struct disk *disk, uint64_t size);

void disk_close(struct disk *disk);

#endif
