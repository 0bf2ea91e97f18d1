/* SPDX-License-Identifier: BSD-2-Clause */
/* What settings may not do beside a required key. */
#ifndef BOOT_VERIFY_LOCK_H
#define BOOT_VERIFY_LOCK_H

#include "boot/settings.h"
#include "boot/verify_keys.h"

/*
 * With a required key in KEYS nothing that changes what runs may come from where nobody signed it:
 * no file but the firmware, no @ADDR, no bootargs, cpu or seeds but those that are built in.
 * VERIFY_UNLOCK allows it all. Returns 0, or fail()s with refused, E-LOCKED.
 */
int verify_lock_check(const struct settings *s, const struct verify_keys *keys, struct failure *f);

/* Is there a required key in KEYS, and does nothing unlock what it locks? */
bool verify_lock_is_on(const struct verify_keys *keys);

#endif
