/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of the guest's addresses: of what `symbols` names, an ELF or a list as System.map and nm have
 * it, then of the firmware's own ELF. Names are read from the files each time: for messages only.
 */
#ifndef BOOT_SYMBOLS_H
#define BOOT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/outcome.h"

struct shim;

/*
 * Open the file of the setting `symbols`, which is there. Before the guest runs. Returns 0 or fail()s
 * with bad-config: E-SYMBOLS, the file cannot be read or has no symbols.
 */
int symbols_open(const struct shim *s, struct failure *f);

/*
 * The function or label that PC lies in, as "do_reset+0x10", into BUF. Firmware that has copied itself
 * elsewhere, as U-Boot does to the end of RAM, is found there by its instructions, unless the setting
 * says @OFFSET. Any thread that may look at the guest's memory. Returns BUF, or NULL: it has no name.
 */
const char *symbols_text(const struct shim *s, uint64_t pc, char *buf, size_t size);

/*
 * Where NAME, of N bytes, is now: of firmware that has copied itself, its copy. vCPUs paused. False: no
 * such symbol.
 */
bool symbols_find(const struct shim *s, const char *name, size_t n, uint64_t *value);

/* Close the file, if there is one. */
void symbols_close(void);

#endif
