/* SPDX-License-Identifier: BSD-2-Clause */
/* How registers tell firmware the size of RAM that an earlier stage has found. Pure. */
#ifndef BOARD_SOC_RAM_H
#define BOARD_SOC_RAM_H

#include <stdint.h>

#define SOC_RAM_WORDS 4

/* One such encoding. */
struct soc_ram {
	const char *name; /* ram-encoding of dts/socs.dts */
	unsigned words; /* 32-bit registers, one behind the other */
	uint64_t unit, most; /* bytes: sizes are multiples of unit up to most, .. */
	unsigned ones; /* .. with so many bits set */
	void (*tell)(uint64_t size, uint32_t *word);
};

/* The encoding of that name; NULL: none. */
const struct soc_ram *soc_ram_find(const char *name);

/* The largest size up to SIZE that can be told; 0: none. */
uint64_t soc_ram_fit(const struct soc_ram *ram, uint64_t size);

#endif
