// SPDX-License-Identifier: BSD-2-Clause
// Firmware on blocks that nobody serves: it stores and reads back, sizes RAM, waits for registers, is reset, waits
// again. The tree has the blocks as acme,block.
#include "guest.h"

#define READS_MOST 5000
#define KEPT_MAGIC 0x73747562

static u64 block;

static void remembers(void)
{
	const u64 wide = 0x1122334455667788;
	u64 back;

	check_equal("reads-zero", mmio_read(block + 0x40), 0);
	mmio_write(block + 0x40, 0x12345678);
	check_equal("word", mmio_read(block + 0x40), 0x12345678);
	mmio_write8(block + 0x41, 0xab);
	check_equal("byte-in-word", mmio_read(block + 0x40), 0x1234ab78);
	check_equal("byte", mmio_read8(block + 0x43), 0x12);
	__asm__ volatile("str %0, [%1]" ::"r"(wide), "r"(block + 0x48) : "memory");
	__asm__ volatile("ldr %0, [%1]" : "=r"(back) : "r"(block + 0x48) : "memory");
	check_equal("double-word", back, wide);
	check_equal("word-of-it", mmio_read(block + 0x4c), wide >> 32);
	/* Decoded by the shim itself. */
	__asm__ volatile("stp %w0, %w1, [%2]" ::"r"(7), "r"(8), "r"(block + 0x50) : "memory");
	check_equal("pair", mmio_read(block + 0x50) | (u64)mmio_read(block + 0x54) << 32,
		    (u64)8 << 32 | 7);
}

/* As boot loaders do: what can be stored at each power of two, and is not the same as at the base. */
static u64 ram_probe(void)
{
	u64 size = 16 << 20;

	for (; size < (u64)1 << 36; size <<= 1) {
		const u64 at = machine.ram_base + size;
		const u32 before = mmio_read(at);

		mmio_write(at, ~before ^ 0x5a5a5a5a);
		if (mmio_read(at) != (~before ^ 0x5a5a5a5a))
			break;
		mmio_write(at, before);
	}
	return size;
}

/* Returns how often it looked. */
static __attribute__((noinline)) u32 wait_for(u64 at, u32 mask, u32 want)
{
	u32 reads = 1;

	for (; (mmio_read(at) & mask) != want && reads < READS_MOST; reads++)
		continue;
	return reads;
}

/* Looks 20 times, then gives up, as drivers do. */
static __attribute__((noinline)) bool wait_shortly(u64 at, u32 mask)
{
	for (unsigned i = 0; i < 20; i++)
		if (mmio_read(at) & mask)
			return true;
	return false;
}

static __attribute__((noinline)) u32 wait_with_watchdog(u64 at, u32 mask)
{
	u32 reads = 1;

	for (; !(mmio_read(at) & mask) && reads < READS_MOST; reads++) {
		mmio_write(block + 0x80, 0x76);
		if (mmio_read(block + 0x84) == 1)
			return READS_MOST;
	}
	return reads;
}

static bool waits(const char *when, bool first)
{
	u32 reads[5];
	bool good = true;

	mmio_write(block + 0x80, 0x76);
	mmio_write(block + 0x10, 0x3000);
	reads[0] = wait_for(block + 0x10, 1 << 5, 1 << 5);
	check_equal("other-bits-stay", mmio_read(block + 0x10), 0x3000);
	mmio_write(block + 0x14, 0x80000000); /* a command, and its busy bit */
	reads[1] = wait_for(block + 0x14, 1u << 31, 0);
	mmio_write(block + 0x18, 0);
	reads[2] = wait_with_watchdog(block + 0x18, 1 << 17);
	mmio_write(block + 0x1c, 0x10000);
	reads[3] = wait_shortly(block + 0x1c, 1 << 1) ? 1 : READS_MOST;
	mmio_write(block + 0x20, 0x7);
	reads[4] = wait_for(block + 0x20, 0xffffffff, 0x7 + 30); /* a counter */
	print("%s: %u %u %u %u %u reads\n", when, reads[0], reads[1], reads[2], reads[3], reads[4]);
	/* The compiler may have put the first look of a loop in front of it: another load. */
	for (unsigned i = 0; i < 5; i++)
		good = good && reads[i] < (first ? 600 : i == 4 ? 64 : 3);
	return good;
}

void guest_main(void)
{
	struct {
		u64 magic, boots;
	} *kept = ram_kept(sizeof(*kept));
	struct fdt_node node;
	u64 size;

	if (!fdt_find("acme,block", 0, &node) || !fdt_reg(&node, 0, &block, &size)) {
		fail("block", "the tree has none");
		return;
	}
	if (kept->magic != KEPT_MAGIC) {
		kept->magic = KEPT_MAGIC;
		kept->boots = 0;
	}
	if (!kept->boots++) {
		remembers();
		check_equal("ram-is-what-it-is", ram_probe(), machine.ram_size);
		check("waits-end", waits("first", true));
		check("waits-end-at-once", waits("second", false));
		psci(PSCI_SYSTEM_RESET, 0, 0, 0);
	}
	check_equal("reset-forgets-values", mmio_read(block + 0x40), 0);
	check("waits-end-at-once-after-a-reset", waits("after the reset", false));
	kept->magic = 0;
}
