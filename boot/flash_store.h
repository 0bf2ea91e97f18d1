/* SPDX-License-Identifier: BSD-2-Clause */
/* The store that flash= names: found, made where flash-init says so, and looked at before the guest sees it. */
#ifndef BOOT_FLASH_STORE_H
#define BOOT_FLASH_STORE_H

#include "boot/io/store.h"
#include "boot/outcome.h"
#include "boot/plan.h"

/*
 * Open the store of PLAN's variable bank as the settings of IN say; store_close() it, even after an
 * error. SCRATCH has room for a block.
 * Returns 0 or fail()s with bad-config: it is not there, cannot be written, is in use, has another
 * size than the bank, has no room for its journal, or holds what the firmware would not take for
 * its own.
 */
int flash_store_open(struct store *store, const struct plan *plan, const struct plan_inputs *in,
		     uint8_t *scratch, struct failure *f);

/*
 * What is wrong with a store that begins with the N (at least 128) bytes at HEAD, for a bank like
 * BANK and, if UEFI, a firmware that keeps UEFI's variables; NULL: nothing. Sources: UEFI PI
 * specification, volume 3, 3.2.1 (EFI_FIRMWARE_VOLUME_HEADER); EDK2's NorFlashFvb ValidateFvHeader().
 */
const char *flash_store_fault(const uint8_t *head, size_t n, const struct dev_storage *bank,
			      bool uefi);

#endif
