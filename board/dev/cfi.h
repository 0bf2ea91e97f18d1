/* SPDX-License-Identifier: BSD-2-Clause */
/* The flash chips of every guest's machine: not a model to leave out, hence not in dev_models. */
#ifndef BOARD_DEV_CFI_H
#define BOARD_DEV_CFI_H

#include "board/dev.h"

/*
 * NOR flash with the Intel extended command set: 16-bit chips side by side on a bus of 4 bytes, one
 * chip on a narrower one. Needs dev->storage; blocks are multiples of 4 KiB.
 */
extern const struct model cfi_model;

#define CFI_STATE_MAX 2048 /* bytes, state_size at most */

#endif
