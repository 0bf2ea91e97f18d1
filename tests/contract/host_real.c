// SPDX-License-Identifier: BSD-2-Clause
// The real kernel: as PID 1 of an emulated board.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tests/contract/host.h"

const char *const host_kind = "real";

const char *host_begin(const char *name)
{
	const char *board = getenv("contract"); /* contract=NAME of the kernel's command line */

	if (getpid() == 1)
		mount("dev", "/dev", "devtmpfs", 0, NULL);
	return board ? board : name;
}

unsigned host_kernel(void)
{
	struct utsname u;
	unsigned major = 0, minor = 0;

	if (uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return major * 100 + minor;
}

void host_end(void)
{
	if (getpid() != 1)
		return;
	puts("contract: end");
	fflush(stdout);
	reboot(RB_POWER_OFF);
}
