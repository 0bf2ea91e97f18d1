// SPDX-License-Identifier: BSD-2-Clause
// Files and block devices that keep something.
#include "boot/io/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The value of KEY in a text of lines KEY=VALUE; its length in *N. */
static const char *line_value(const char *text, const char *key, size_t *n)
{
	const size_t length = strlen(key);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		if (strncmp(text, key, length))
			continue;
		*n = strcspn(text + length, "\n");
		return text + length;
	}
	return NULL;
}

/* Does the uevent file in FOLDER of the block device ENTRY name LABEL? Then PATH is its node. */
static bool label_is(const char *folder, const char *entry, const char *label, char *path)
{
	char file[DISK_PATH_MAX + 32], text[1024];
	const char *value;
	size_t length = 0;
	ssize_t n;
	int fd;

	snprintf(file, sizeof(file), "%s/%s/uevent", folder, entry);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	value = line_value(text, "PARTNAME=", &length);
	if (!value || strlen(label) != length || strncmp(value, label, length))
		return false;
	value = line_value(text, "DEVNAME=", &length);
	if (value)
		snprintf(path, DISK_PATH_MAX, "/dev/%.*s", (int)length, value);
	return value;
}

const char *disk_label(const char *name)
{
	static const char prefix[] = "PARTLABEL=";

	return strncmp(name, prefix, sizeof(prefix) - 1) ? NULL : name + sizeof(prefix) - 1;
}

int disk_find(const char *name, const char *folder, char *path)
{
	const char *label = disk_label(name);
	_Alignas(8) char entries[2048];
	bool found = false;
	long n = 0;
	int dir;

	if (!label) {
		snprintf(path, DISK_PATH_MAX, "%s", name);
		return 0;
	}
	/* Not by opendir(), which would be the only caller of malloc(). */
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (dir >= 0 && !found &&
	       (n = syscall(SYS_getdents64, dir, entries, sizeof(entries))) > 0)
		for (long at = 0; at < n && !found;) {
			const struct dirent *entry = (const void *)(entries + at);

			found = label_is(folder, entry->d_name, label, path);
			at += entry->d_reclen;
		}
	if (dir >= 0)
		close(dir);
	return found ? 0 : -ENOENT;
}

int disk_open(struct disk *disk, const char *path, bool create)
{
	struct stat st;
	int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK, error = 0;
	off_t end;

	*disk = (struct disk){ .fd = -1 };
	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		flags |= O_EXCL; /* it is not mounted then */
	else if (create)
		flags |= O_CREAT;
	disk->fd = open(path, flags, 0644);
	if (disk->fd < 0)
		return -errno;
	if (fstat(disk->fd, &st))
		error = -errno;
	else if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		error = S_ISDIR(st.st_mode) ? -EISDIR : -ENOTBLK;
	else if (flock(disk->fd, LOCK_EX | LOCK_NB))
		error = errno == EWOULDBLOCK ? -EBUSY : -errno;
	end = error ? 0 : lseek(disk->fd, 0, SEEK_END);
	if (end < 0)
		error = -errno;
	if (error) {
		disk_close(disk);
		return error;
	}
	disk->device = S_ISBLK(st.st_mode);
	disk->size = (uint64_t)end;
	return 0;
}

int disk_read(const struct disk *disk, uint64_t at, void *buf, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(disk->fd, (char *)buf + done, n - done, (off_t)(at + done));

		if (got == 0)
			return -EIO;
		if (got < 0 && errno != EINTR)
			return -errno;
		done += got > 0 ? (size_t)got : 0;
	}
	return 0;
}

int disk_write(const struct disk *disk, uint64_t at, const void *buf, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t put =
			pwrite(disk->fd, (const char *)buf + done, n - done, (off_t)(at + done));

		if (put == 0)
			return -EIO;
		if (put < 0 && errno != EINTR)
			return -errno;
		done += put > 0 ? (size_t)put : 0;
	}
	return 0;
}

int disk_flush(const struct disk *disk)
{
	return fdatasync(disk->fd) ? -errno : 0;
}

int disk_resize(struct disk *disk, uint64_t size)
{
	if (disk->device)
		return 0;
	if (ftruncate(disk->fd, (off_t)size))
		return -errno;
	disk->size = size;
	return 0;
}

void disk_close(struct disk *disk)
{
	if (disk->fd >= 0)
		close(disk->fd);
	disk->fd = -1;
}
