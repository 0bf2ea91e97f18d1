// SPDX-License-Identifier: BSD-2-Clause
// Sizes of RAM in registers: read back as firmware reads them, for every size that can be told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "board/soc_ram.h"

#define MIB ((uint64_t)1 << 20)

static unsigned field(uint32_t word, unsigned at, unsigned bits)
{
	return word >> at & ((1u << bits) - 1);
}

static unsigned rows(unsigned low, unsigned high)
{
	return (high << 2 | low) == 7 ? 12 : 13 + (high << 2 | low);
}

/*
 * MiB, by the fields' description in U-Boot's sdram.h for Rockchip: an 8 or 4 banks chip behind 32,
 * 16 or 8 bits, of so many rows and columns; DDR4 has bank groups besides.
 */
static uint64_t rockchip_read(const uint32_t *reg)
{
	uint64_t all = 0;

	assert_int_equal(field(reg[1], 28, 4), 2); /* version */
	assert_int_not_equal(field(reg[0], 13, 3), 0); /* DDR4 */
	for (unsigned ch = 0; ch <= field(reg[0], 12, 1); ch++) {
		const unsigned half = 16 * ch;
		const unsigned chip =
			3 - field(reg[0], 8 + half, 1) + (2u >> field(reg[0], 2 + half, 2));
		const unsigned row0 =
			rows(field(reg[0], 6 + half, 2), field(reg[1], 5 + 2 * ch, 1));
		const unsigned row1 =
			rows(field(reg[0], 4 + half, 2), field(reg[1], 4 + 2 * ch, 1));
		const unsigned column0 = 9 + field(reg[0], 9 + half, 2);
		const unsigned column1 = 9 + field(reg[1], 2 * ch, 2);

		assert_true(field(reg[0], 28 + ch, 1)); /* the channel is there */
		assert_false(field(reg[0], 30 + ch, 1)); /* three quarters */
		all += (uint64_t)1 << (chip + row0 + column0 - 20);
		if (!field(reg[0], 11 + half, 1))
			continue;
		/* The second rank may not be the larger one. */
		assert_true(row1 + column1 <= row0 + column0);
		all += (uint64_t)1 << (chip + row1 + column1 - 20);
	}
	return all;
}

/* MiB of the first window, as U-Boot's a3700_dram_init() takes it. */
static uint64_t armada3700_read(const uint32_t *reg)
{
	assert_int_equal(reg[0] & 1, 1); /* enabled */
	assert_int_equal(field(reg[0], 4, 4), 0); /* DRAM */
	assert_int_equal(reg[1] & (reg[1] + 1), 0); /* ones, then zeros */
	return ((uint64_t)reg[1] + 1) << 16 >> 20;
}

static uint64_t read_back(const struct soc_ram *ram, uint64_t size)
{
	uint32_t word[SOC_RAM_WORDS] = { 0 };

	ram->tell(size, word);
	if (!strcmp(ram->name, "rockchip-os-reg2"))
		return rockchip_read(word);
	if (!strcmp(ram->name, "rockchip-os-reg2-halves"))
		return rockchip_read(word) + rockchip_read(word + 2);
	if (!strcmp(ram->name, "armada3700-window"))
		return armada3700_read(word);
	return word[0] >> 16;
}

static void every_size_is_read_back(void **state)
{
	static const char *const names[] = { "rockchip-os-reg2", "rockchip-os-reg2-halves",
					     "amlogic-gp-cfg0", "armada3700-window" };

	(void)state;
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct soc_ram *ram = soc_ram_find(names[i]);
		uint64_t last = 0;

		assert_non_null(ram);
		for (uint64_t mib = 1; mib <= 140 << 10; mib++) {
			const uint64_t fits = soc_ram_fit(ram, mib * MIB + 4096);

			assert_true(fits <= mib * MIB && fits <= ram->most && fits >= last);
			if (fits && fits != last)
				assert_int_equal(read_back(ram, fits), fits / MIB);
			last = fits;
		}
		assert_int_equal(last, ram->most);
	}
	assert_null(soc_ram_find("rockchip-os-reg"));
}

/* What is lost by rounding: less than a sixteenth, but for a unit. */
static void usual_sizes_fit_and_others_lose_little(void **state)
{
	const struct soc_ram *ram = soc_ram_find("rockchip-os-reg2");
	const struct soc_ram *halves = soc_ram_find("rockchip-os-reg2-halves");

	(void)state;
	for (uint64_t mib = 128; mib <= 16 << 10; mib *= 2) {
		assert_int_equal(soc_ram_fit(ram, mib * MIB), mib * MIB);
		assert_int_equal(soc_ram_fit(ram, mib * 3 / 2 * MIB), mib * 3 / 2 * MIB);
		assert_int_equal(soc_ram_fit(halves, mib * MIB), mib * MIB);
	}
	for (uint64_t size = 64 * MIB; size < 16384 * MIB; size += 33 * MIB)
		assert_true(size - soc_ram_fit(ram, size) < size / 16 + ram->unit);
	assert_int_equal(soc_ram_fit(ram, 63 * MIB), 0);
	assert_int_equal(soc_ram_fit(soc_ram_find("amlogic-gp-cfg0"), 947 * MIB + 5), 947 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_is_read_back),
		cmocka_unit_test(usual_sizes_fit_and_others_lose_little),
	};

	return cmocka_run_group_tests_name("board/soc_ram", tests, NULL, NULL);
}
