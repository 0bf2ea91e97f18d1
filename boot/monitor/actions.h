/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keys behind the escape key do. */
#ifndef BOOT_MONITOR_ACTIONS_H
#define BOOT_MONITOR_ACTIONS_H

#include "boot/monitor/keys.h"

struct shim;

/* Do what ACTION asks for, which KEYS have just found. */
void actions_do(struct shim *s, const struct keys *keys, enum key_action action);

#endif
