// SPDX-License-Identifier: BSD-2-Clause
// The real kernel: on an emulated board.
#include <stdio.h>
#include <sys/utsname.h>

#include "tests/contract/host.h"

const char *const host_kind = "real";

const char *host_begin(const char *name)
{
	return name;
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
}
