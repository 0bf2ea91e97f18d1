// SPDX-License-Identifier: BSD-2-Clause
// Both flash banks: the second reads as erased all over, and writes to either leave nothing behind.
#include "guest.h"

#define PAGE 4096
#define ENVIRONMENT 0x40000 /* what U-Boot reads there, byte by byte, before it prints */

static u64 erased_bytes(u64 base, u64 size)
{
	u64 n = 0;

	for (u64 i = 0; i < size; i++)
		n += mmio_read8(base + i) == 0xff;
	return n;
}

static u64 erased_pages(u64 base, u64 size)
{
	u64 n = 0;

	for (u64 i = 0; i < size; i += PAGE)
		n += *(volatile u64 *)(base + i) == ~0ull &&
		     *(volatile u64 *)(base + i + PAGE - 8) == ~0ull;
	return n;
}

static unsigned stores;

static bool write_is_dropped(u64 at)
{
	u32 before = mmio_read(at);

	mmio_write(at, ~before);
	mmio_write8(at + 1, 0);
	stores += 2;
	return mmio_read(at) == before;
}

void guest_main(void)
{
	struct fdt_node node;
	u64 bank[2], size[2], begin;

	/* One node with two regs, as QEMU has it, or two nodes. */
	if (!fdt_find("cfi-flash", 0, &node) || !fdt_reg(&node, 0, &bank[0], &size[0])) {
		fail("flash", "not in the tree");
		return;
	}
	if (!fdt_reg(&node, 1, &bank[1], &size[1]) &&
	    (!fdt_find("cfi-flash", 1, &node) || !fdt_reg(&node, 0, &bank[1], &size[1]))) {
		fail("flash", "one bank only");
		return;
	}
	print("flash 0x%lx 0x%lx, 0x%lx 0x%lx\n", bank[0], size[0], bank[1], size[1]);
	begin = now();
	check_equal("environment-bytes", erased_bytes(bank[1], ENVIRONMENT), ENVIRONMENT);
	print("environment read in %lu us\n", (now() - begin) * 1000000 / sysreg_read(cntfrq_el0));
	check_equal("erased-pages", erased_pages(bank[1], size[1]), size[1] / PAGE);
	check("write-bank-0", write_is_dropped(bank[0]) && write_is_dropped(bank[0] + size[0] - 4));
	check("write-bank-1", write_is_dropped(bank[1]) && write_is_dropped(bank[1] + size[1] - 4));
	print("stores %u\n", stores);
	check_equal("erased-after", erased_pages(bank[1], ENVIRONMENT), ENVIRONMENT / PAGE);
}
