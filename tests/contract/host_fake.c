// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/contract/host.h"
#include "tests/fake/fake.h"

const char *const host_kind = "fake";
static unsigned kernel;

const char *host_begin(const char *name)
{
	const struct fake_config *host = NULL;

	if (!strcmp(name, "gic2-6.1"))
		host = &fake_host_gic2;
	else if (!strcmp(name, "gic3-6.1"))
		host = &fake_host_gic3;
	else if (!strcmp(name, "max-6.12"))
		host = &fake_host_max;
	if (!host) {
		fprintf(stderr, "usage: contract gic2-6.1|gic3-6.1|max-6.12\n");
		exit(2);
	}
	kernel = host->kernel;
	fake_reset(host);
	return name;
}

unsigned host_kernel(void)
{
	return kernel;
}

void host_end(void)
{
	if (fake_open_fds() || fake_mappings() || fake_misuses())
		printf("contract:fake:leaks\tfail\t%u fds, %u mappings, %u misuses\n",
		       fake_open_fds(), fake_mappings(), fake_misuses());
	fake_reset(NULL);
}
