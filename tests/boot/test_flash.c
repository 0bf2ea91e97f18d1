// SPDX-License-Identifier: BSD-2-Clause
// Flash while a guest runs, on the fake KVM: when its blocks are memory, and what reaches the store.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "boot/loop.h"
#include "boot/services.h"
#include "boot/shim.h"

#include <cmocka.h>

#include "tests/fake/fake.h"

#define BLOCK (64u << 10)
#define BLOCKS 24u
#define BANK ((size_t)BLOCKS * BLOCK)
#define CODE (3u * 4096) /* of the firmware, at the beginning of bank 0 */
#define BOTH(x) ((uint32_t)(x)*0x10001)
#define PATIENCE 20 /* reads after a command, and memory is back */

static struct shim s;
static uint8_t *bank_memory[2];
static char path[] = "/tmp/kvmshim-vars-XXXXXX";

static void put(unsigned bank, uint64_t at, uint32_t value)
{
	const uint64_t gpa = s.p.plan.machine.flash[bank].base + at;

	bus_write(bus_find(&s.bus, gpa, 4), gpa, 4, value);
}

static uint32_t get(unsigned bank, uint64_t at)
{
	const uint64_t gpa = s.p.plan.machine.flash[bank].base + at;

	return (uint32_t)bus_read(bus_find(&s.bus, gpa, 4), gpa, 4);
}

static void program(uint64_t at, uint32_t word)
{
	put(1, at, BOTH(0x40));
	put(1, at, word);
}

/* Is there memory at AT of BANK? Reads of it do not come to the model then. */
static bool is_memory(unsigned bank, uint64_t at)
{
	const uint64_t gpa = s.p.plan.machine.flash[bank].base + at;
	const struct fake_slot *slot;

	for (unsigned i = 0; (slot = fake_memory(i)); i++)
		if (gpa - slot->gpa < slot->size) {
			assert_int_equal(slot->flags, KVM_MEM_READONLY);
			assert_int_equal(slot->hva - slot->gpa,
					 (uintptr_t)bank_memory[bank] -
						 s.p.plan.machine.flash[bank].base);
			return true;
		}
	return false;
}

static void begin(const char *store)
{
	struct machine *m = &s.p.plan.machine;
	struct flash_bank *code = &s.flash.bank[0];
	struct failure f;
	const char *step;

	memset(&s, 0, sizeof(s));
	fake_reset(NULL);
	assert_int_equal(vm_open(&s.vm, &step), 0);
	m->flashes = 2;
	for (unsigned i = 0; i < 2; i++) {
		m->flash[i] = (struct region){ i * BANK, BANK };
		m->flash_storage[i] = (struct dev_storage){ BANK, BLOCK, 4, i == 0 };
		s.flash.bank[i].hva = bank_memory[i];
		memset(bank_memory[i], i ? 0 : 0x11, BANK);
	}
	s.p.plan.flash_vars = 1;
	code->code = (struct region){ 0, CODE };
	code->code_slot = vm_slots_reserve(&s.vm, 1);
	assert_int_equal(vm_memory_put(&s.vm, code->code_slot, 0, CODE, bank_memory[0], true), 0);
	s.p.settings.raw[SET_FLASH].text = store;
	s.p.firmware.part[0].bytes.fd = -1;
	s.p.inputs.settings = &s.p.settings;
	s.p.inputs.firmware = &s.p.firmware;
	s.io.wake_fd = -1;
	stop_init(&s.stop);
	if (flash_open(&s, &services_dev_env, &f))
		fail_msg("%s", f.text);
}

static void end(void)
{
	struct failure f;

	assert_false(stop_asked(&s.stop, &f));
	flash_settle(&s);
	flash_close(&s);
	vm_close(&s.vm);
}

/* A file of BANK bytes: block N begins with N. */
static void file_make(void)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (unsigned n = 0; n < BLOCKS; n++)
		for (unsigned i = 0; i < BLOCK; i++)
			fputc(i ? 0xff : (int)n, file);
	assert_int_equal(fclose(file), 0);
}

static int file_byte(off_t at)
{
	unsigned char byte;
	int fd = open(path, O_RDONLY);

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	close(fd);
	return byte;
}

/* --- memory ------------------------------------------------------------------------------------- */

static void blocks_become_memory_when_they_are_read(void **state)
{
	(void)state;
	begin(NULL);
	assert_false(is_memory(1, 0));
	assert_int_equal(get(1, BLOCK + 8), UINT32_MAX);
	assert_true(is_memory(1, BLOCK) && is_memory(1, 2 * BLOCK - 4));
	assert_false(is_memory(1, 0) || is_memory(1, 2 * BLOCK));
	assert_int_equal(bank_memory[1][2 * BLOCK], 0); /* nothing is filled that nobody reads */
	end();
}

static void rest_of_the_firmwares_block_is_memory_of_its_own(void **state)
{
	(void)state;
	begin(NULL);
	assert_true(is_memory(0, 0) && is_memory(0, CODE - 4));
	assert_false(is_memory(0, CODE));
	assert_int_equal(get(0, CODE), UINT32_MAX);
	assert_true(is_memory(0, CODE) && is_memory(0, BLOCK - 4));
	assert_int_equal(bank_memory[0][CODE - 1], 0x11);
	end();
}

static void commands_take_the_memory_away(void **state)
{
	(void)state;
	begin(NULL);
	get(1, 0);
	get(1, 5 * BLOCK);
	get(0, CODE);
	put(1, 0, BOTH(0x70));
	assert_false(is_memory(1, 0) || is_memory(1, 5 * BLOCK));
	assert_true(is_memory(0, 0) && is_memory(0, CODE)); /* of the other bank it stays */
	assert_int_equal(get(1, 5 * BLOCK), BOTH(0x80));
	assert_false(flash_back(&s, BANK));
	put(1, 0, BOTH(0xff));
	for (unsigned i = 0; i < PATIENCE; i++)
		assert_int_equal(get(1, 5 * BLOCK), UINT32_MAX);
	assert_true(is_memory(1, 5 * BLOCK));
	assert_false(is_memory(1, 0));
	end();
}

static void firmwares_memory_is_back_at_once(void **state)
{
	(void)state;
	begin(NULL);
	put(0, 0, BOTH(0x98));
	assert_false(is_memory(0, 0));
	assert_int_equal(get(0, 0x40), BOTH('Q'));
	put(0, 0, BOTH(0xff));
	assert_true(is_memory(0, 0)); /* it may be executing from there */
	put(0, 0, BOTH(0x90));
	bus_reset(bus_find(&s.bus, 0, 4));
	assert_true(is_memory(0, 0));
	end();
}

static void undecoded_reads_find_memory(void **state)
{
	(void)state;
	begin(NULL);
	assert_true(flash_back(&s, BANK + 3 * BLOCK + 100));
	assert_true(is_memory(1, 3 * BLOCK));
	assert_true(flash_back(&s, 0)); /* the firmware's */
	assert_true(flash_back(&s, CODE));
	assert_true(is_memory(0, CODE));
	assert_false(flash_back(&s, 2 * BANK));
	end();
}

static void memory_that_kvm_refuses_is_read_by_exits(void **state)
{
	(void)state;
	begin(NULL);
	fake_fail_request(KVM_SET_USER_MEMORY_REGION, 1, ENOMEM);
	assert_int_equal(get(1, 0), UINT32_MAX);
	assert_false(is_memory(1, 0));
	assert_int_equal(get(1, 0), UINT32_MAX);
	assert_true(is_memory(1, 0));
	end();
}

static void memory_that_cannot_be_taken_away_stops_the_guest(void **state)
{
	struct failure f;

	(void)state;
	begin(NULL);
	get(1, 0);
	fake_fail_request(KVM_SET_USER_MEMORY_REGION, 1, ENOMEM);
	put(1, 0, BOTH(0x70));
	assert_true(stop_asked(&s.stop, &f));
	assert_string_equal(f.code, "E-KVM");
	stop_forget(&s.stop);
	end();
}

/* --- the store ---------------------------------------------------------------------------------- */

static void locked_bank_counts_what_it_refuses(void **state)
{
	(void)state;
	begin(NULL);
	put(0, 0, BOTH(0x40));
	put(0, 0, 0);
	assert_int_equal(get(0, 0), BOTH(0x92));
	put(0, 0, BOTH(0xff));
	assert_int_equal(bank_memory[0][0], 0x11);
	assert_int_equal(s.flash.bank[0].refused, 1);
	end();
	assert_int_equal(s.flash.bank[0].refused, 0); /* told */
}

static void store_is_read_block_by_block(void **state)
{
	(void)state;
	file_make();
	begin(path);
	assert_int_equal(get(1, 7 * BLOCK), 0xffffff07);
	assert_int_equal(bank_memory[1][8 * BLOCK], 0);
	assert_int_equal(get(1, 8 * BLOCK), 0xffffff08);
	end();
}

static void changes_wait_until_the_guest_is_quiet(void **state)
{
	(void)state;
	file_make();
	begin(path);
	assert_int_equal(flash_serve(&s), -1);
	program(3 * BLOCK, 0xffffff01);
	put(1, 0, BOTH(0xff));
	assert_true(flash_serve(&s) > 0);
	assert_int_equal(file_byte(3 * BLOCK), 3);
	s.flash.due -= 1000000000; /* a second later */
	s.flash.changed_at -= 1000000000;
	assert_int_equal(flash_serve(&s), -1);
	assert_int_equal(file_byte(3 * BLOCK), 3 & 1);
	assert_true(is_memory(1, 3 * BLOCK)); /* it may be executed, which does not exit */
	end();
}

static void command_that_is_not_over_delays_a_commit(void **state)
{
	(void)state;
	file_make();
	begin(path);
	program(2 * BLOCK, 0); /* still gives its status */
	s.flash.due -= 1000000000;
	s.flash.changed_at -= 1000000000;
	assert_true(flash_serve(&s) > 0);
	assert_int_equal(file_byte(2 * BLOCK), 2);
	s.flash.due -= 2000000000;
	s.flash.changed_at -= 2000000000;
	assert_int_equal(flash_serve(&s), -1);
	assert_int_equal(file_byte(2 * BLOCK), 0);
	assert_false(is_memory(1, 2 * BLOCK));
	end();
}

static void end_commits_what_is_there(void **state)
{
	(void)state;
	file_make();
	begin(path);
	put(1, 6 * BLOCK, BOTH(0x20));
	put(1, 6 * BLOCK, BOTH(0xd0));
	flash_settle(&s);
	assert_int_equal(file_byte(6 * BLOCK), 0xff);
	assert_int_equal(flash_serve(&s), -1);
	end();
}

/* More blocks than a journal takes: those before go to the store, all at once. */
static void full_journal_is_committed_first(void **state)
{
	(void)state;
	file_make();
	begin(path);
	for (unsigned n = 1; n <= STORE_JOURNAL_BLOCKS; n++)
		program(n * BLOCK, 0);
	assert_int_equal(file_byte(BLOCK), 1);
	program(BLOCK + 4, 0); /* of one that was changed already */
	assert_int_equal(file_byte(BLOCK), 1);
	program((STORE_JOURNAL_BLOCKS + 1) * BLOCK, 0);
	for (unsigned n = 1; n <= STORE_JOURNAL_BLOCKS; n++)
		assert_int_equal(file_byte(n * BLOCK), 0);
	assert_int_equal(file_byte((STORE_JOURNAL_BLOCKS + 1) * BLOCK), STORE_JOURNAL_BLOCKS + 1);
	assert_int_equal(s.flash.changed, 1);
	end();
	assert_int_equal(file_byte((STORE_JOURNAL_BLOCKS + 1) * BLOCK), 0);
}

/* The disk is full or gone: told once, and what no journal can take is refused. */
static void store_that_fails_refuses_changes(void **state)
{
	int fd;

	(void)state;
	file_make();
	begin(path);
	fd = s.flash.store.disk.fd;
	s.flash.store.disk.fd = open("/dev/null", O_RDONLY);
	for (unsigned n = 1; n <= STORE_JOURNAL_BLOCKS; n++) {
		memset(bank_memory[1] + n * BLOCK, 0xff, BLOCK);
		s.flash.bank[1].block[n] |= 1; /* filled */
		program(n * BLOCK, 0);
	}
	s.flash.bank[1].block[0] |= 1;
	put(1, 0, BOTH(0x50));
	program(0, 0);
	assert_int_equal(get(1, 0), BOTH(0x90)); /* programming failed */
	assert_true(s.flash.told_trouble);
	close(s.flash.store.disk.fd);
	s.flash.store.disk.fd = fd; /* it is there again */
	put(1, 0, BOTH(0x50));
	program(0, 0);
	assert_int_equal(get(1, 0), BOTH(0x80));
	end();
	assert_int_equal(file_byte(STORE_JOURNAL_BLOCKS * BLOCK), 0);
}

static int memory_make(void **state)
{
	const int fd = mkstemp(path);

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		bank_memory[i] = aligned_alloc(65536, BANK);
	return fd < 0 || close(fd) || !bank_memory[0] || !bank_memory[1];
}

static int memory_free(void **state)
{
	(void)state;
	free(bank_memory[0]);
	free(bank_memory[1]);
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_become_memory_when_they_are_read),
		cmocka_unit_test(rest_of_the_firmwares_block_is_memory_of_its_own),
		cmocka_unit_test(commands_take_the_memory_away),
		cmocka_unit_test(firmwares_memory_is_back_at_once),
		cmocka_unit_test(undecoded_reads_find_memory),
		cmocka_unit_test(memory_that_kvm_refuses_is_read_by_exits),
		cmocka_unit_test(memory_that_cannot_be_taken_away_stops_the_guest),
		cmocka_unit_test(locked_bank_counts_what_it_refuses),
		cmocka_unit_test(store_is_read_block_by_block),
		cmocka_unit_test(changes_wait_until_the_guest_is_quiet),
		cmocka_unit_test(command_that_is_not_over_delays_a_commit),
		cmocka_unit_test(end_commits_what_is_there),
		cmocka_unit_test(full_journal_is_committed_first),
		cmocka_unit_test(store_that_fails_refuses_changes),
	};

	return cmocka_run_group_tests(tests, memory_make, memory_free);
}
