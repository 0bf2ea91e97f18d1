// SPDX-License-Identifier: BSD-2-Clause
// Opens a firmware file cut off at given lengths, and prints what became of each.
//
// usage: cut_images FILE <LENGTHS    descending; prints "LENGTH ok KIND" or "LENGTH CODE TEXT"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot/image/image.h"

#define MOST (256u << 20) /* bytes that it may unpack to */
#define SECONDS_MAX 20 /* for one length */

static int copy_make(const char *path)
{
	static char buf[1 << 16];
	FILE *f = fopen(path, "rb");
	int fd = memfd_create("cut", 0);
	size_t n;

	if (!f || fd < 0)
		return -1;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		if (write(fd, buf, n) != (ssize_t)n)
			return -1;
	fclose(f);
	return fd;
}

int main(int argc, char **argv)
{
	static struct image image;
	char path[64];
	unsigned long length;
	int fd = argc == 2 ? copy_make(argv[1]) : -1;

	if (fd < 0)
		return 64;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	while (scanf("%lu", &length) == 1) {
		struct failure f = { .code = "", .text = "" };

		alarm(SECONDS_MAX);
		if (ftruncate(fd, (off_t)length))
			return 1;
		if (image_open(&image, path, NULL, MOST, &f))
			printf("%lu %s %s\n", length, f.code, f.text);
		else
			printf("%lu ok %s\n", length, image.kind);
		image_close(&image);
	}
	return 0;
}
