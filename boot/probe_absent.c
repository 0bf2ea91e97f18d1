// SPDX-License-Identifier: BSD-2-Clause
// The verb `probe` where it is not configured in: the command line refuses it before anything gets here.
#include "boot/probe.h"

int probe(struct prepared *p, struct failure *f)
{
	(void)p;
	return fail(f, OUTCOME_BAD_CONFIG, "E-NOT-BUILT-IN", "probe is not built in");
}
