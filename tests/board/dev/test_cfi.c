// SPDX-License-Identifier: BSD-2-Clause
// The flash chips: each command as the datasheet has it, and the sequences of the drivers that firmware brings.
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "board/dev/cfi.h"

#define BLOCK (256u << 10)
#define BLOCKS 4
#define BUFFER 1024 /* bytes of both chips' */

/* A command goes to both chips of a bank at once. */
#define BOTH(x) ((uint32_t)(x) | (uint32_t)(x) << 16)

enum { READY = 0x80, ERASE_FAILED = 0x20, PROGRAM_FAILED = 0x10, LOCKED = 0x02 };

static struct dev flash;
static struct dev_storage storage;
static _Alignas(8) uint8_t state[CFI_STATE_MAX];
static uint8_t memory[BLOCKS * BLOCK];
static bool direct, broken;
static unsigned switches, changes;
static uint64_t changed_at;

static uint8_t *env_storage(struct dev *dev, uint64_t offset, bool change)
{
	assert_ptr_equal(dev, &flash);
	assert_true(offset < sizeof(memory));
	assert_false(!change && !direct); /* a read of the array comes in no other mode */
	if (change) {
		changes++;
		changed_at = offset;
	}
	return broken || (change && storage.locked) ? NULL : memory + offset;
}

static void env_direct(struct dev *dev, bool on)
{
	assert_ptr_equal(dev, &flash);
	assert_int_not_equal(on, direct);
	direct = on;
	switches++;
}

static const struct dev_env env = { .storage = env_storage, .direct = env_direct };

static void bank_make(uint8_t width, bool locked)
{
	memset(memory, 0xff, sizeof(memory));
	memset(state, 0, sizeof(state));
	storage = (struct dev_storage){ sizeof(memory), BLOCK, width, locked };
	flash = (struct dev){
		.model = &cfi_model, .state = state, .env = &env, .storage = &storage
	};
	direct = true;
	broken = false;
	switches = changes = 0;
	cfi_model.reset(&flash);
}

static int setup(void **s)
{
	(void)s;
	assert_true(cfi_model.state_size <= sizeof(state));
	bank_make(4, false);
	return 0;
}

static uint32_t get(uint64_t at)
{
	return (uint32_t)cfi_model.read(&flash, at, 4);
}

static void put(uint64_t at, uint32_t value)
{
	cfi_model.write(&flash, at, 4, value);
}

/* A command to both chips. */
static void command(uint64_t at, uint8_t c)
{
	put(at, BOTH(c));
}

static uint8_t status(void)
{
	uint32_t both;

	command(0, 0x70);
	both = get(0);
	assert_int_equal(both & 0xffff, both >> 16);
	return (uint8_t)both;
}

static void word_program(uint64_t at, uint32_t word)
{
	command(at, 0x40);
	put(at, word);
}

static void block_erase(uint64_t at)
{
	command(at, 0x20);
	command(at, 0xd0);
}

static uint32_t word_at(uint64_t at)
{
	uint32_t word;

	memcpy(&word, memory + at, sizeof(word));
	return word;
}

/* --- reading ------------------------------------------------------------------------------------ */

static void reads_give_what_is_stored(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 16; i++)
		memory[i] = (uint8_t)(0x10 + i);
	assert_int_equal(get(0), 0x13121110);
	assert_int_equal(cfi_model.read(&flash, 1, 1) & 0xff, 0x11);
	assert_int_equal(cfi_model.read(&flash, 2, 2) & 0xffff, 0x1312);
	assert_true(cfi_model.read(&flash, 8, 8) == 0x1f1e1d1c1b1a1918);
	assert_int_equal(cfi_model.read(&flash, 3, 4) & 0xffffffff, 0x16151413);
	assert_int_equal(switches, 0);
}

static void read_of_storage_that_fails_gives_ones(void **s)
{
	(void)s;
	memory[0] = 0;
	broken = true;
	assert_int_equal(get(0), UINT32_MAX);
}

static void each_chip_gives_its_status(void **s)
{
	(void)s;
	command(0, 0x70);
	assert_false(direct);
	assert_int_equal(get(0), 0x00800080);
	assert_int_equal(get(BLOCK + 12), 0x00800080);
	assert_true(cfi_model.read(&flash, 0, 8) == 0x0080008000800080);
	assert_int_equal(cfi_model.read(&flash, 0, 1) & 0xff, 0x80);
	assert_int_equal(cfi_model.read(&flash, 2, 2) & 0xffff, 0x80);
	command(0, 0xff);
	assert_true(direct);
	assert_int_equal(switches, 2);
}

static void ids_are_those_of_the_virt_board(void **s)
{
	(void)s;
	command(0, 0x90);
	assert_int_equal(get(0), 0x00890089);
	assert_int_equal(get(4), 0x00180018);
	for (unsigned block = 0; block < BLOCKS; block++)
		assert_int_equal(get(block * BLOCK + 8), 0); /* not locked */
	bank_make(4, true);
	command(0, 0x90);
	assert_int_equal(get(BLOCK + 8), BOTH(3)); /* locked, for good */
}

static uint8_t query(unsigned width, unsigned index)
{
	const uint64_t word = cfi_model.read(&flash, (uint64_t)index * width, width);

	if (width == 4)
		assert_int_equal(word & 0xffff, word >> 16 & 0xffff);
	return (uint8_t)word;
}

static unsigned query16(unsigned width, unsigned index)
{
	return query(width, index) | (unsigned)query(width, index + 1) << 8;
}

/* Size, blocks and buffer of the bank, put together from its chips' as drivers do. */
static void geometry_check(unsigned width, unsigned chips)
{
	cfi_model.write(&flash, 0x55 * width, width, BOTH(0x98));
	assert_int_equal(query(width, 0x10), 'Q');
	assert_int_equal(query(width, 0x11), 'R');
	assert_int_equal(query(width, 0x12), 'Y');
	assert_int_equal(query16(width, 0x13), 1); /* Intel extended */
	assert_int_equal(query16(width, 0x15), 0x31);
	assert_int_equal(query(width, 0x31), 'P');
	assert_int_equal(query(width, 0x33), 'I');
	assert_int_equal((1u << query(width, 0x27)) * chips, sizeof(memory));
	assert_int_equal(query(width, 0x2c), 1);
	assert_int_equal(query16(width, 0x2d) + 1, BLOCKS);
	assert_int_equal(query16(width, 0x2f) * 256 * chips, BLOCK);
	assert_int_equal((1u << query16(width, 0x2a)) * chips, BUFFER / 2 * chips);
	assert_int_equal(query(width, 0x0f) | query(width, 0x40), 0); /* around the table */
}

static void query_tells_the_geometry(void **s)
{
	(void)s;
	geometry_check(4, 2);
	bank_make(2, false);
	geometry_check(2, 1);
	bank_make(1, false);
	geometry_check(1, 1);
}

static void unknown_commands_go_back_to_reading(void **s)
{
	static const uint8_t other[] = { 0xf0, 0x00, 0xaa, 0x55,
					 0x01 }; /* AMD's reset and unlock */

	(void)s;
	for (unsigned i = 0; i < sizeof(other); i++) {
		command(0, 0x98);
		assert_false(direct);
		command(0, other[i]);
		assert_true(direct);
	}
	assert_int_equal(changes, 0);
}

/* --- programming -------------------------------------------------------------------------------- */

static void programming_only_clears_bits(void **s)
{
	(void)s;
	word_program(16, 0xf0f0f0f0);
	assert_int_equal(get(16), 0x00800080);
	assert_int_equal(word_at(16), 0xf0f0f0f0);
	word_program(16, 0xffff0000);
	assert_int_equal(word_at(16), 0xf0f00000);
	assert_int_equal(word_at(12) & word_at(20), UINT32_MAX);
	command(0, 0xff);
	assert_int_equal(get(16), 0xf0f00000);
	assert_int_equal(status(), READY);
}

static void parts_of_a_word_are_programmed_alone(void **s)
{
	(void)s;
	cfi_model.write(&flash, 2, 2, 0x10);
	cfi_model.write(&flash, 2, 2, 0x1234);
	assert_int_equal(word_at(0), 0x1234ffff);
	cfi_model.write(&flash, 1, 1, 0x40);
	cfi_model.write(&flash, 1, 1, 0x56);
	assert_int_equal(word_at(0), 0x123456ff);
}

static void erasing_gives_one_block_of_ones(void **s)
{
	(void)s;
	memset(memory, 0, sizeof(memory));
	block_erase(BLOCK + 4096);
	assert_int_equal(get(0), 0x00800080);
	assert_int_equal(changes, 1);
	assert_int_equal(changed_at, BLOCK);
	for (uint64_t at = 0; at < sizeof(memory); at++)
		if (memory[at] != (at / BLOCK == 1 ? 0xff : 0))
			fail_msg("byte %#lx is %#x", (unsigned long)at, memory[at]);
}

static void erase_without_confirmation_is_a_bad_sequence(void **s)
{
	(void)s;
	memory[0] = 0;
	command(0, 0x20);
	command(0, 0xff);
	assert_int_equal(memory[0], 0);
	assert_int_equal(status(), READY | ERASE_FAILED | PROGRAM_FAILED);
	assert_int_equal(status(), READY | ERASE_FAILED | PROGRAM_FAILED); /* it stays */
	command(0, 0x50);
	assert_int_equal(status(), READY);
}

static void clearing_the_status_does_not_leave_a_mode(void **s)
{
	(void)s;
	command(0, 0x50);
	assert_true(direct);
	command(0, 0x90);
	command(0, 0x50);
	assert_int_equal(get(0), 0x00890089);
}

static void locked_bank_refuses(void **s)
{
	(void)s;
	bank_make(4, true);
	word_program(0, 0);
	assert_int_equal(get(0), BOTH(READY | PROGRAM_FAILED | LOCKED));
	command(0, 0x50);
	block_erase(0);
	assert_int_equal(get(0), BOTH(READY | ERASE_FAILED | LOCKED));
	command(0, 0x50);
	command(0, 0xe8);
	put(0, BOTH(0));
	put(0, 0);
	command(0, 0xd0);
	assert_int_equal(get(0), BOTH(READY | PROGRAM_FAILED | LOCKED));
	/* Unlocking is taken, and has no effect. */
	command(0, 0x50);
	command(0, 0x60);
	command(0, 0xd0);
	word_program(0, 0);
	assert_int_equal(get(0), BOTH(READY | PROGRAM_FAILED | LOCKED));
	assert_int_equal(changes, 4);
	assert_int_equal(word_at(0), UINT32_MAX);
}

static void storage_that_fails_fails_the_command(void **s)
{
	(void)s;
	broken = true;
	word_program(0, 0);
	assert_int_equal(get(0), BOTH(READY | PROGRAM_FAILED));
	command(0, 0x50);
	block_erase(0);
	assert_int_equal(get(0), BOTH(READY | ERASE_FAILED));
}

/* --- the buffer --------------------------------------------------------------------------------- */

static void buffer_program(uint64_t at, const uint32_t *word, unsigned n)
{
	command(at, 0xe8);
	assert_int_equal(get(at) & READY, READY);
	put(at, BOTH(n - 1));
	for (unsigned i = 0; i < n; i++)
		put(at + 4 * i, word[i]);
	command(0, 0xd0);
}

static void buffer_is_programmed_when_confirmed(void **s)
{
	static const uint32_t words[] = { 0x01234567, 0x89abcdef, 0xffffffff, 0 };

	(void)s;
	command(BLOCK, 0xe8);
	put(BLOCK, BOTH(3));
	for (unsigned i = 0; i < 4; i++)
		put(BLOCK + 64 + 4 * i, words[i]);
	assert_int_equal(changes, 0);
	command(0, 0xd0); /* at the bank's base, as EDK2 does */
	assert_memory_equal(memory + BLOCK + 64, words, sizeof(words));
	assert_int_equal(status(), READY);
	assert_int_equal(changes, 1);
}

static void buffer_can_be_full(void **s)
{
	uint32_t words[BUFFER / 4];

	(void)s;
	for (unsigned i = 0; i < BUFFER / 4; i++)
		words[i] = i * 0x01010101;
	buffer_program(BLOCK - BUFFER, words, BUFFER / 4);
	assert_memory_equal(memory + BLOCK - BUFFER, words, BUFFER);
	assert_int_equal(status(), READY);
	assert_int_equal(word_at(BLOCK), UINT32_MAX);
}

static void buffer_takes_words_of_eight_bytes_in_any_order(void **s)
{
	(void)s;
	command(0, 0xe8);
	put(0, BOTH(3));
	cfi_model.write(&flash, 24, 8, 0x8877665544332211);
	cfi_model.write(&flash, 16, 8, 0x0123456789abcdef);
	command(0, 0xd0);
	assert_int_equal(word_at(16), 0x89abcdef);
	assert_int_equal(word_at(20), 0x01234567);
	assert_int_equal(word_at(24), 0x44332211);
	assert_int_equal(word_at(28), 0x88776655);
}

static void buffer_that_is_too_small_is_a_bad_sequence(void **s)
{
	(void)s;
	command(0, 0xe8);
	put(0, BOTH(BUFFER / 4));
	assert_int_equal(get(0), BOTH(READY | ERASE_FAILED | PROGRAM_FAILED));
	assert_int_equal(status(), READY | ERASE_FAILED | PROGRAM_FAILED);
}

static void buffer_that_strays_is_not_programmed(void **s)
{
	static const uint64_t astray[] = { 2 * BUFFER, BUFFER - 4 };

	(void)s;
	for (unsigned i = 0; i < 2; i++) {
		command(BUFFER, 0xe8);
		put(BUFFER, BOTH(1));
		put(BUFFER, 0);
		put(astray[i], 0);
		command(BUFFER, 0xd0);
		assert_int_equal(status(), READY | ERASE_FAILED | PROGRAM_FAILED);
		command(0, 0x50);
	}
	assert_int_equal(changes, 0);
}

static void buffer_that_is_not_confirmed_is_not_programmed(void **s)
{
	(void)s;
	command(0, 0xe8);
	put(0, BOTH(0));
	put(0, 0);
	command(0, 0xff);
	assert_int_equal(changes, 0);
	assert_int_equal(status(), READY | ERASE_FAILED | PROGRAM_FAILED);
}

/* --- drivers ------------------------------------------------------------------------------------ */

/* U-Boot 2023.01, cfi_flash.c: finds a 16-bit port first, and goes on with that. */
static void uboot_sees_half_of_the_bus(void **s)
{
	(void)s;
	cfi_model.write(&flash, 0, 2, 0xff);
	cfi_model.write(&flash, 0x55 * 2, 2, 0x98);
	assert_int_equal(cfi_model.read(&flash, 0x20, 2) & 0xff, 0); /* no Q at twice 0x10 .. */
	assert_int_equal(cfi_model.read(&flash, 0x40, 2) & 0xffff, 'Q'); /* .. but at four times */
	cfi_model.write(&flash, 0, 2, 0xff);
	memset(memory, 0, BLOCK);
	for (unsigned at = 0; at < BLOCK; at += BLOCK / 2) { /* two sectors of its own */
		cfi_model.write(&flash, at, 2, 0x50);
		cfi_model.write(&flash, at, 2, 0x20);
		cfi_model.write(&flash, at, 2, 0xd0);
		assert_int_equal(cfi_model.read(&flash, at, 2) & 0xffff, READY);
		cfi_model.write(&flash, at, 2, 0xff);
	}
	for (unsigned at = 0; at < 8; at += 2) {
		assert_int_equal(cfi_model.read(&flash, at, 2) & 0xffff, 0xffff);
		cfi_model.write(&flash, 0, 2, 0x50);
		cfi_model.write(&flash, 0, 2, 0x40);
		cfi_model.write(&flash, at, 2, 0x1111 * at);
		assert_int_equal(cfi_model.read(&flash, 0, 2) & 0xffff, READY);
		cfi_model.write(&flash, 0, 2, 0xff);
	}
	assert_int_equal(word_at(0), 0x22220000);
	assert_int_equal(word_at(4), 0x66664444);
	assert_true(direct);
}

/* EDK2's VirtNorFlash: unlock, erase, buffers of 128 bytes, status by its own command. */
static void edk2_writes_a_block(void **s)
{
	uint32_t words[32];

	(void)s;
	for (unsigned i = 0; i < 32; i++)
		words[i] = 0xa5a50000 + i;
	command(BLOCK, 0x60);
	command(BLOCK, 0xd0);
	command(0, 0x70);
	assert_int_equal(get(0), BOTH(READY));
	command(BLOCK, 0xff);
	command(BLOCK, 0x90);
	assert_int_equal(get(BLOCK + 8), 0);
	block_erase(BLOCK);
	command(0, 0x70);
	assert_int_equal(get(0), BOTH(READY));
	command(0, 0xff);
	for (unsigned at = BLOCK; at < BLOCK + 4096; at += 128) {
		buffer_program(at, words, 32);
		command(0, 0x70);
		assert_int_equal(get(0), BOTH(READY));
		command(0, 0x50);
		command(0, 0xff);
		assert_memory_equal(memory + at, words, 128);
	}
	word_program(BLOCK + 4096, 0x12345678);
	command(0, 0x70);
	assert_int_equal(get(0), BOTH(READY));
	command(0, 0xff);
	assert_int_equal(get(BLOCK + 4096), 0x12345678);
}

/* Linux, cfi_cmdset_0001.c: suspends what takes long, and finds that it is done. */
static void linux_suspends_and_resumes(void **s)
{
	(void)s;
	memory[0] = 0;
	block_erase(0);
	command(0, 0xb0);
	command(0, 0x70);
	assert_int_equal(get(0), BOTH(READY)); /* and not suspended: it was done */
	command(0, 0xff);
	assert_int_equal(get(0), UINT32_MAX);
	command(0, 0xd0);
	command(0, 0x70);
	assert_int_equal(get(0), BOTH(READY));
	command(0, 0x60);
	command(0, 0x01);
	assert_int_equal(get(0), BOTH(READY));
}

static void reset_goes_back_to_reading(void **s)
{
	(void)s;
	command(0, 0x20);
	command(0, 0x20);
	command(0, 0xe8);
	cfi_model.reset(&flash);
	assert_true(direct);
	put(0, BOTH(0x40)); /* the count of no buffer any more */
	put(0, 0x55555555);
	assert_int_equal(word_at(0), 0x55555555);
	assert_int_equal(status(), READY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_give_what_is_stored, setup),
		cmocka_unit_test_setup(read_of_storage_that_fails_gives_ones, setup),
		cmocka_unit_test_setup(each_chip_gives_its_status, setup),
		cmocka_unit_test_setup(ids_are_those_of_the_virt_board, setup),
		cmocka_unit_test_setup(query_tells_the_geometry, setup),
		cmocka_unit_test_setup(unknown_commands_go_back_to_reading, setup),
		cmocka_unit_test_setup(programming_only_clears_bits, setup),
		cmocka_unit_test_setup(parts_of_a_word_are_programmed_alone, setup),
		cmocka_unit_test_setup(erasing_gives_one_block_of_ones, setup),
		cmocka_unit_test_setup(erase_without_confirmation_is_a_bad_sequence, setup),
		cmocka_unit_test_setup(clearing_the_status_does_not_leave_a_mode, setup),
		cmocka_unit_test_setup(locked_bank_refuses, setup),
		cmocka_unit_test_setup(storage_that_fails_fails_the_command, setup),
		cmocka_unit_test_setup(buffer_is_programmed_when_confirmed, setup),
		cmocka_unit_test_setup(buffer_can_be_full, setup),
		cmocka_unit_test_setup(buffer_takes_words_of_eight_bytes_in_any_order, setup),
		cmocka_unit_test_setup(buffer_that_is_too_small_is_a_bad_sequence, setup),
		cmocka_unit_test_setup(buffer_that_strays_is_not_programmed, setup),
		cmocka_unit_test_setup(buffer_that_is_not_confirmed_is_not_programmed, setup),
		cmocka_unit_test_setup(uboot_sees_half_of_the_bus, setup),
		cmocka_unit_test_setup(edk2_writes_a_block, setup),
		cmocka_unit_test_setup(linux_suspends_and_resumes, setup),
		cmocka_unit_test_setup(reset_goes_back_to_reading, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
