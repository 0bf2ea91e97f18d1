// SPDX-License-Identifier: BSD-2-Clause
// Both flash banks: what is locked and what can be written, by commands and by mistake, while another CPU reads.
// bootargs: next=N (1) is written to bank 1; a guest that finds it there only checks that all of it was kept.
// how=reset resets behind that, in place of powering off.
#include "guest.h"

#define PAGE 4096
#define ENVIRONMENT 0x40000 /* what U-Boot reads there, byte by byte, before it prints */
#define BLOCK 0x40000
#define BUFFER 1024
#define KEPT 0x2000 /* bytes of a block that are kept */
#define VARS_BLOCK 5 /* of bank 1, and the one behind it: what is kept */
#define SCRATCH 8 /* of bank 1: what is tried out, and erased in the end */
#define BOTH(x) ((u32)(x) | (u32)(x) << 16)
#define READY BOTH(0x80)

static u64 bank[2], size[2];
static unsigned refused;
static volatile bool done;

static u64 erased_bytes(u64 base, u64 length)
{
	u64 n = 0;

	for (u64 i = 0; i < length; i++)
		n += mmio_read8(base + i) == 0xff;
	return n;
}

static u64 erased_pages(u64 base, u64 length)
{
	u64 n = 0;

	for (u64 i = 0; i < length; i += PAGE)
		n += *(volatile u64 *)(base + i) == ~0ull &&
		     *(volatile u64 *)(base + i + PAGE - 8) == ~0ull;
	return n;
}

/* --- commands ----------------------------------------------------------------------------------- */

static void command(u64 at, u32 c)
{
	mmio_write(at, BOTH(c));
}

static void array(unsigned i)
{
	command(bank[i], 0xff);
}

/* Status, which is then cleared. */
static u32 outcome(unsigned i)
{
	u32 status;

	command(bank[i], 0x70);
	status = mmio_read(bank[i]);
	command(bank[i], 0x50);
	return status;
}

static u32 erase(unsigned i, u64 at)
{
	command(bank[i] + at, 0x20);
	command(bank[i] + at, 0xd0);
	return outcome(i);
}

static u32 program(unsigned i, u64 at, u32 word)
{
	command(bank[i] + at, 0x40);
	mmio_write(bank[i] + at, word);
	return outcome(i);
}

static u32 pattern(u32 seed, u64 at)
{
	return (u32)(at * 2654435761u) ^ seed * 0x9e3779b9u;
}

/* By the buffer. */
static u32 block_program(unsigned i, u64 block, u32 seed)
{
	u32 all = 0;

	for (u64 at = block * BLOCK; at < block * BLOCK + KEPT; at += BUFFER) {
		command(bank[i] + at, 0xe8);
		mmio_write(bank[i] + at, BOTH(BUFFER / 4 - 1));
		for (u64 w = 0; w < BUFFER; w += 4)
			mmio_write(bank[i] + at + w, pattern(seed, at + w));
		command(bank[i] + at, 0xd0);
		all |= outcome(i);
	}
	return all;
}

static u64 pattern_words(unsigned i, u64 block, u32 seed)
{
	u64 n = 0;

	for (u64 at = block * BLOCK; at < block * BLOCK + KEPT; at += 4)
		n += *(volatile u32 *)(bank[i] + at) == pattern(seed, at);
	return n;
}

/* --- checks ------------------------------------------------------------------------------------- */

static void erased_check(void)
{
	u64 begin = now();

	check_equal("environment-bytes", erased_bytes(bank[1], ENVIRONMENT), ENVIRONMENT);
	print("environment read in %lu us\n", (now() - begin) * 1000000 / sysreg_read(cntfrq_el0));
	check_equal("erased-pages", erased_pages(bank[0], size[0]), size[0] / PAGE);
}

static void locked_check(void)
{
	u64 last = size[0] - 4;

	check_equal("locked-program", program(0, 0, 0), BOTH(0x92));
	check_equal("locked-erase", erase(0, last), BOTH(0xa2));
	refused += 2;
	array(0);
	check("locked-kept", mmio_read(bank[0]) == ~0u && mmio_read(bank[0] + last) == ~0u);
}

static void query_check(void)
{
	static const char qry[] = { 'Q', 'R', 'Y' };
	bool good = true;

	command(bank[1] + 0x55 * 4, 0x98);
	for (unsigned i = 0; i < 3; i++)
		good &= mmio_read(bank[1] + (0x10 + i) * 4) == BOTH(qry[i]);
	good &= 2ull << mmio_read8(bank[1] + 0x27 * 4) == size[1];
	command(bank[1], 0x90);
	good &= mmio_read(bank[1]) == BOTH(0x89);
	array(1);
	check("query-and-id", good && mmio_read(bank[1] + SCRATCH * BLOCK) == ~0u);
}

static void writing_check(void)
{
	u64 at = SCRATCH * BLOCK + 0x100;
	bool good = program(1, at, 0xffff1234) == READY && program(1, at, 0x5678ffff) == READY;

	array(1);
	check("words-programmed", good && mmio_read(bank[1] + at) == 0x56781234);
	mmio_write8(bank[1] + at + 5, 0x40);
	mmio_write8(bank[1] + at + 5, 0xab);
	array(1);
	check("byte-programmed", mmio_read(bank[1] + at + 4) == 0xffffabff);
	good = erase(1, at) == READY;
	array(1);
	check_equal("block-erased", good ? erased_pages(bank[1] + SCRATCH * BLOCK, BLOCK) : 0,
		    BLOCK / PAGE);
}

/* Two blocks, so that both must be kept. */
static void kept_write(u32 next)
{
	bool good = true;

	for (unsigned b = VARS_BLOCK; b < VARS_BLOCK + 2; b++) {
		good &= erase(1, b * BLOCK) == READY;
		good &= block_program(1, b, next + b) == READY;
	}
	array(1);
	check_equal("blocks-written", good ? pattern_words(1, VARS_BLOCK, next + VARS_BLOCK) : 0,
		    KEPT / 4);
}

/* All the while: reads of either bank give something, and nothing aborts. */
static void reader(struct cpu *self)
{
	u64 reads = 0, at = 0;

	while (!done) {
		at = (at + 0x11004) % (size[1] - 8);
		(void)mmio_read(bank[0] + (at & ~3ull));
		(void)mmio_read(bank[1] + (at & ~3ull));
		reads++;
	}
	print("other CPU: %lu reads\n", reads);
	self->mark = 1;
	for (;;)
		doze();
}

static bool banks_find(void)
{
	struct fdt_node node;

	/* One node with two regs, as QEMU has it, or two nodes. */
	return fdt_find("cfi-flash", 0, &node) && fdt_reg(&node, 0, &bank[0], &size[0]) &&
	       (fdt_reg(&node, 1, &bank[1], &size[1]) ||
		(fdt_find("cfi-flash", 1, &node) && fdt_reg(&node, 0, &bank[1], &size[1])));
}

void guest_main(void)
{
	u32 next = (u32)arg_number("next", 1);

	if (!banks_find()) {
		fail("flash", "not two banks in the tree");
		return;
	}
	print("flash 0x%lx 0x%lx, 0x%lx 0x%lx\n", bank[0], size[0], bank[1], size[1]);
	if (mmio_read(bank[1] + VARS_BLOCK * BLOCK) ==
	    pattern(next + VARS_BLOCK, VARS_BLOCK * BLOCK)) {
		check_equal("kept-0", pattern_words(1, VARS_BLOCK, next + VARS_BLOCK), KEPT / 4);
		check_equal("kept-1", pattern_words(1, VARS_BLOCK + 1, next + VARS_BLOCK + 1),
			    KEPT / 4);
		return;
	}
	erased_check();
	if (machine.cpus > 1)
		cpu_on(1, reader);
	locked_check();
	query_check();
	writing_check();
	kept_write(next);
	done = true;
	if (machine.cpus > 1)
		check("other-cpu-reads", wait_until(&cpu_slot(1)->mark, 1, 60000));
	print("refused %u\n", refused);
	if (arg_is("how", "reset")) {
		command(bank[1], 0x70); /* a reset ends that */
		psci(PSCI_SYSTEM_RESET, 0, 0, 0);
	}
}
