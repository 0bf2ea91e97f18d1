// SPDX-License-Identifier: BSD-2-Clause
// Kernel modules that the initramfs carries.
#include "boot/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot/say.h"

#define UNPACK 4 /* MODULE_INIT_COMPRESSED_FILE, linux/module.h since 5.17 */

/* Returns 0 or -errno. */
static int module_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	const size_t n = strlen(path);
	const bool packed = n < 3 || strcmp(path + n - 3, ".ko");

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", packed ? UNPACK : 0))
		err = -errno;
	close(fd);
	return err == -EEXIST ? 0 : err;
}

unsigned modules_load(const char *folder)
{
	static char list[8192];
	struct utsname kernel;
	char order[128], *line, *rest = list;
	unsigned failed = 0;
	ssize_t n;
	int fd;

	if (uname(&kernel))
		return 0;
	snprintf(order, sizeof(order), "%s/%s/kvmshim.order", folder, kernel.release);
	fd = open(order, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (access(folder, F_OK) == 0)
			say("the kernel modules here are not for this kernel, %s; going on without",
			    kernel.release);
		return 0;
	}
	n = read(fd, list, sizeof(list) - 1);
	close(fd);
	list[n > 0 ? n : 0] = '\0';
	if (n == sizeof(list) - 1)
		say("%s is longer than %zu bytes; the modules at its end are not loaded", order,
		    sizeof(list) - 1);
	while ((line = strsep(&rest, "\n"))) {
		const char *name = strrchr(line, '/');
		int err;

		if (*line == '\0' || *line == '#')
			continue;
		err = module_load(line);
		if (!err)
			continue;
		name = name ? name + 1 : line;
		say("kernel module %.*s could not be loaded (%s); going on without",
		    (int)strcspn(name, "."), name, strerror(-err));
		failed++;
	}
	return failed;
}
