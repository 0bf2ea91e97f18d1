// SPDX-License-Identifier: BSD-2-Clause
// QEMU's fw_cfg, the least that EDK2 asks of it. Source: QEMU's docs/specs/fw_cfg.rst, Linux's
// Documentation/devicetree/bindings/firmware/qemu,fw-cfg-mmio.yaml.
//
// It says one thing: do not wait for a key before the boot menu. Without it ArmVirtQemu waits five
// seconds. There is no DMA interface, and the items that nobody put there read as zero, as QEMU's do.
#include "board/dev.h"

enum { DATA_AT = 0, SELECTOR_AT = 8 };
enum { SIGNATURE = 0x00, ID = 0x01, BOOT_MENU = 0x0e, DIRECTORY = 0x19, BOOT_MENU_WAIT = 0x20 };

#define ID_TRADITIONAL 1

struct fw_cfg {
	uint16_t key; /* of the item that is being read */
	uint32_t at; /* its next byte */
};

/* Numbers are big-endian here; those in items are little-endian. */
static const struct {
	uint8_t files[4], size[4], key[2], reserved[2];
	char name[56];
} directory = {
	{ 0, 0, 0, 1 }, { 0, 0, 0, 2 }, { 0, BOOT_MENU_WAIT }, { 0 }, "etc/boot-menu-wait"
};

static const uint8_t id[] = { ID_TRADITIONAL, 0, 0, 0 }, menu[] = { 1, 0 }, wait_ms[] = { 0, 0 };

static const struct {
	uint16_t key, size;
	const void *bytes;
} items[] = {
	{ SIGNATURE, 4, "QEMU" },
	{ ID, sizeof(id), id },
	{ BOOT_MENU, sizeof(menu), menu },
	{ DIRECTORY, sizeof(directory), &directory },
	{ BOOT_MENU_WAIT, sizeof(wait_ms), wait_ms },
};

static uint8_t byte_next(struct fw_cfg *s)
{
	const uint32_t at = s->at;

	for (unsigned i = 0; i < sizeof(items) / sizeof(*items); i++)
		if (items[i].key == s->key && at < items[i].size) {
			s->at++;
			return ((const uint8_t *)items[i].bytes)[at];
		}
	return 0;
}

/* The bytes come in the order of addresses, whatever the access's width is. */
static uint64_t fw_cfg_read(struct dev *dev, uint64_t offset, unsigned size)
{
	uint64_t value = 0;

	if (offset == DATA_AT)
		for (unsigned i = 0; i < size; i++)
			value |= (uint64_t)byte_next(dev->state) << 8 * i;
	return value;
}

static void fw_cfg_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	if (offset == SELECTOR_AT && size == 2)
		*(struct fw_cfg *)dev->state =
			(struct fw_cfg){ .key = __builtin_bswap16((uint16_t)value) };
}

static void fw_cfg_reset(struct dev *dev)
{
	*(struct fw_cfg *)dev->state = (struct fw_cfg){ 0 };
}

static const char *const compatible[] = { "qemu,fw-cfg-mmio", NULL };

REG_NAMES regs[] = {
	{ 0x00, 0, 1, "DATA" },
	{ 0x08, 0, 0, "SELECTOR" },
	{ 0 },
};

const struct model fw_cfg_model = {
	.name = "fw_cfg",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct fw_cfg),
	.reset = fw_cfg_reset,
	.read = fw_cfg_read,
	.write = fw_cfg_write,
};
