// SPDX-License-Identifier: BSD-2-Clause
// recover FILE SIZE BLOCK: opens FILE, an image of a partition, as the shim does after a power cut, and closes it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/io/store.h"

int main(int argc, char **argv)
{
	struct disk disk;
	struct store store;
	int error;

	if (argc != 4)
		return 2;
	error = disk_open(&disk, argv[1], false);
	disk.device = true;
	if (!error)
		error = store_open(&store, &disk, strtoull(argv[2], NULL, 0),
				   (uint32_t)strtoul(argv[3], NULL, 0));
	if (error)
		fprintf(stderr, "recover: %s: %s\n", argv[1], strerror(-error));
	else
		store_close(&store);
	return error != 0;
}
