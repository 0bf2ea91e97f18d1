/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of an SoC and stands in no board's tree: data in dts/socs.dts, see docs/mirror.md. Pure. */
#ifndef BOARD_SOC_H
#define BOARD_SOC_H

#include "board/region.h"
#include "board/soc_ram.h"
#include "board/stub.h"
#include "board/tree.h"

/*
 * Where RAM begins on the SoC that BOARD's root names, by SOCS. False: it is not known there.
 */
bool soc_ram_base(const struct tree *socs, const struct tree *board, uint64_t *base);

/* How that SoC's registers tell the size of RAM; NULL: they do not. */
const struct soc_ram *soc_ram_encoding(const struct tree *socs, const struct tree *board);

/* The last of the compatible strings of BOARD's root: by custom, its SoC. */
const char *soc_name(const struct tree *board);

/* A call that firmware makes to the SoC's secure firmware, and what it gets in x0. */
struct soc_call {
	uint32_t fn, result;
};

/* The calls that SOCS tells of, up to MOST. Returns how many. */
unsigned soc_calls(const struct tree *socs, const struct tree *board, struct soc_call *call,
		   unsigned most);

/*
 * Property NAME of the block that NODE of BOARD is, and its LEN; NULL: none has it. Where several
 * nodes of SOCS tell of that block, the first that has it counts.
 */
const void *soc_property(const struct tree *socs, const struct tree *board, unsigned node,
			 const char *name, uint32_t *len);

/*
 * Memory that the SoC has and no board's tree: up to MOST regions. Returns how many.
 */
unsigned soc_memory(const struct tree *socs, const struct tree *board, struct region *region,
		    unsigned most);

/*
 * Windows for all that BOARD's nodes name by reg, but RAM, disabled ones included; and with SOCS
 * (NULL: none) what is known of them, RAM being told as of RAM_SIZE bytes. Walks BOARD once; ends
 * with stub_sort(). The trees must last: names are theirs.
 */
void soc_stub(struct stub *stub, const struct tree *board, const struct tree *socs,
	      uint64_t ram_size);

#endif
