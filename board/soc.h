/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of an SoC and stands in no board's tree: data in dts/socs.dts. Pure. */
#ifndef BOARD_SOC_H
#define BOARD_SOC_H

#include "board/tree.h"

/*
 * Where RAM begins on the SoC that BOARD's root names, by SOCS. False: it is not known there.
 */
bool soc_ram_base(const struct tree *socs, const struct tree *board, uint64_t *base);

/* The last of the compatible strings of BOARD's root: by custom, its SoC. */
const char *soc_name(const struct tree *board);

#endif
