// SPDX-License-Identifier: BSD-2-Clause
// Sizes of RAM as SoCs' registers tell them.
#include "board/soc_ram.h"

#include <stddef.h>
#include <string.h>

#define MIB ((uint64_t)1 << 20)

static unsigned log2_of(uint64_t size)
{
	return 63 - (unsigned)__builtin_clzll(size);
}

/* A rank of 2^LOG bytes: 8 banks on a bus of 32 bits, the rest of it rows and columns. */
#define ROWS_LEAST 12
#define ROWS_MOST 19
#define COLUMNS_LEAST 9
#define COLUMNS_USUAL 10

static void rank_split(unsigned log, uint32_t *row, uint32_t *column)
{
	const unsigned both = log - 5;
	unsigned rows = both - COLUMNS_USUAL;

	if (rows < ROWS_LEAST)
		rows = ROWS_LEAST;
	if (rows > ROWS_MOST)
		rows = ROWS_MOST;
	*column = both - rows - COLUMNS_LEAST;
	*row = rows == ROWS_LEAST ? 7 : rows - ROWS_LEAST - 1;
}

/*
 * sys_reg2 and sys_reg3 of version 2: U-Boot, arch/arm/mach-rockchip/sdram.c, rockchip_sdram_size();
 * the fields stand in its sdram.h. DDR3, up to two channels of up to two ranks, each a power of two.
 */
static void rockchip_tell(uint64_t size, uint32_t *word)
{
	uint32_t low = 3u << 13, high = 2u << 28, row, column;

	for (unsigned ch = 0; size; ch++) {
		low |= ch << 12 | 1u << (28 + ch);
		rank_split(log2_of(size), &row, &column);
		size -= (uint64_t)1 << log2_of(size);
		low |= column << (9 + 16 * ch) | (row & 3) << (6 + 16 * ch);
		high |= row >> 2 << (5 + 2 * ch);
		if (!size)
			break;
		rank_split(log2_of(size), &row, &column);
		size -= (uint64_t)1 << log2_of(size);
		low |= 1u << (11 + 16 * ch) | (row & 3) << (4 + 16 * ch);
		high |= row >> 2 << (4 + 2 * ch) | column << (2 * ch);
	}
	word[0] = low;
	word[1] = high;
}

/* os_reg[2] to [5] of an RK3588: U-Boot, drivers/ram/rockchip/sdram_rk3588.c, adds both halves. */
static void rockchip_halves_tell(uint64_t size, uint32_t *word)
{
	rockchip_tell(size / 2, word);
	rockchip_tell(size / 2, word + 2);
}

/* U-Boot, arch/arm/mach-meson/board-gx.c, get_effective_memsize(): MiB in the upper half. */
static void amlogic_tell(uint64_t size, uint32_t *word)
{
	word[0] = (uint32_t)(size / MIB) << 16;
}

/*
 * Window 0 of an Armada 3700's address decoder: enabled, for DRAM; its size as ones from bit 0 on, in units
 * of 64 KiB. U-Boot, arch/arm/mach-mvebu/armada3700/cpu.c, a3700_dram_init().
 */
static void armada3700_tell(uint64_t size, uint32_t *word)
{
	word[0] = 1;
	word[1] = (uint32_t)(size >> 16) - 1;
}

static const struct soc_ram encodings[] = {
	{ "rockchip-os-reg2", 2, MIB * 64, MIB << 16, 4, rockchip_tell },
	{ "rockchip-os-reg2-halves", 4, MIB * 128, MIB << 17, 4, rockchip_halves_tell },
	{ "amlogic-gp-cfg0", 1, MIB, MIB * 65535, 16, amlogic_tell },
	{ "armada3700-window", 2, MIB, MIB << 11, 1, armada3700_tell },
};

const struct soc_ram *soc_ram_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(encodings) / sizeof(*encodings); i++)
		if (!strcmp(encodings[i].name, name))
			return &encodings[i];
	return NULL;
}

uint64_t soc_ram_fit(const struct soc_ram *ram, uint64_t size)
{
	uint64_t fits = 0;

	size = (size < ram->most ? size : ram->most) & ~(ram->unit - 1);
	for (unsigned i = 0; i < ram->ones && size; i++) {
		const uint64_t one = (uint64_t)1 << log2_of(size);

		fits |= one;
		size -= one;
	}
	return fits;
}
