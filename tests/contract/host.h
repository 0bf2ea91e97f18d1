/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rows run on: the real kernel (host_real.c) or the fake (host_fake.c). */
#ifndef TESTS_CONTRACT_HOST_H
#define TESTS_CONTRACT_HOST_H

extern const char *const host_kind; /* "real", "fake" */

/* Get ready to be NAME (the fake: gic2-6.1, gic3-6.1, max-6.12); returns the name that stands in the results. */
const char *host_begin(const char *name);
unsigned host_kernel(void); /* 601, 612 */
void host_end(void);

#endif
