/* SPDX-License-Identifier: BSD-2-Clause */
/* The services that device models see. */
#ifndef BOOT_SERVICES_H
#define BOOT_SERVICES_H

#include "board/dev.h"

extern const struct dev_env services_dev_env;

/* ns since 1970, as models are told. */
uint64_t services_now(void);

#endif
