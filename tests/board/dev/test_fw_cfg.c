// SPDX-License-Identifier: BSD-2-Clause
// fw_cfg's two registers, as EDK2's and Linux's drivers use them.
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "board/dev.h"

#include <cmocka.h>

#define DATA 0u
#define SELECTOR 8u
#define DMA 16u

enum { SIGNATURE = 0x00, ID = 0x01, KERNEL_SIZE = 0x08, BOOT_MENU = 0x0e, DIRECTORY = 0x19 };

extern const struct model fw_cfg_model;

static struct dev dev;
static _Alignas(8) uint8_t state_bytes[16];

static int setup(void **state)
{
	(void)state;
	assert_true(fw_cfg_model.state_size <= sizeof(state_bytes));
	memset(state_bytes, 0xff, sizeof(state_bytes));
	dev = (struct dev){ .model = &fw_cfg_model, .state = state_bytes };
	fw_cfg_model.reset(&dev);
	return 0;
}

static void item_select(uint16_t key)
{
	fw_cfg_model.write(&dev, SELECTOR, 2, (uint16_t)(key >> 8 | key << 8));
}

static uint64_t get(unsigned size)
{
	const uint64_t value = fw_cfg_model.read(&dev, DATA, size);

	return size == 8 ? value : value & ((1ull << 8 * size) - 1);
}

static uint32_t get_be32(void)
{
	return __builtin_bswap32((uint32_t)get(4));
}

static void compatible_is_the_bindings(void **state)
{
	(void)state;
	assert_string_equal(fw_cfg_model.compatible[0], "qemu,fw-cfg-mmio");
	assert_null(fw_cfg_model.compatible[1]);
}

/* EDK2: the signature and the interface, a byte or eight at a time; bit 1 would be DMA. */
static void edk2_finds_it(void **state)
{
	(void)state;
	assert_int_equal(get(4), 0x554d4551); /* item 0 after a reset */
	item_select(SIGNATURE);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(get(1), "QEMU"[i]);
	item_select(ID);
	assert_int_equal(get(4), 1);
	assert_int_equal(fw_cfg_model.read(&dev, DMA, 8), 0);
}

/* EDK2: is there a menu, is there a file that says how long it waits, and how long. */
static void edk2_does_not_wait(void **state)
{
	char name[56];
	uint32_t size;
	uint16_t key;

	(void)state;
	item_select(BOOT_MENU);
	assert_int_equal(get(2), 1);
	item_select(DIRECTORY);
	assert_int_equal(get_be32(), 1);
	size = get_be32();
	key = __builtin_bswap16((uint16_t)get(2));
	assert_int_equal(get(2), 0);
	for (unsigned i = 0; i < sizeof(name); i += 8) {
		const uint64_t part = get(8);

		memcpy(name + i, &part, 8);
	}
	assert_string_equal(name, "etc/boot-menu-wait");
	assert_int_equal(size, 2);
	item_select(key);
	assert_int_equal(get(2), 0);
}

static void what_is_not_there_reads_as_zero(void **state)
{
	(void)state;
	item_select(KERNEL_SIZE);
	assert_int_equal(get(8), 0);
	item_select(0xffff);
	assert_int_equal(get(8), 0);
	item_select(SIGNATURE);
	get(4);
	assert_int_equal(get(8), 0); /* beyond its end */
	for (uint64_t at = 1; at < 24; at++)
		assert_int_equal(fw_cfg_model.read(&dev, at, 1), 0);
}

static void other_writes_change_nothing(void **state)
{
	(void)state;
	item_select(SIGNATURE);
	assert_int_equal(get(1), 'Q');
	fw_cfg_model.write(&dev, DATA, 1, 0x55);
	fw_cfg_model.write(&dev, SELECTOR, 1, 1);
	fw_cfg_model.write(&dev, SELECTOR, 4, 1);
	fw_cfg_model.write(&dev, SELECTOR + 1, 1, 1);
	fw_cfg_model.write(&dev, DMA, 8, 0x40000000);
	assert_int_equal(get(1), 'E');
}

static void reset_goes_back_to_the_first_item(void **state)
{
	(void)state;
	item_select(BOOT_MENU);
	get(1);
	fw_cfg_model.reset(&dev);
	assert_int_equal(get(1), 'Q');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(compatible_is_the_bindings, setup),
		cmocka_unit_test_setup(edk2_finds_it, setup),
		cmocka_unit_test_setup(edk2_does_not_wait, setup),
		cmocka_unit_test_setup(what_is_not_there_reads_as_zero, setup),
		cmocka_unit_test_setup(other_writes_change_nothing, setup),
		cmocka_unit_test_setup(reset_goes_back_to_the_first_item, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
