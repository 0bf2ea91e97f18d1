// SPDX-License-Identifier: BSD-2-Clause
// The mailbox's registers, each tag as firmware asks it, and requests that no honest guest makes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "board/dev.h"

enum { READ = 0x00, PEEK = 0x10, STATUS = 0x18, CONFIG = 0x1c, WRITE = 0x20, STATUS1 = 0x38 };
enum { OK = 0x80000000u, BAD = 0x80000001u, EMPTY = 0x40000000u, FULL = 0x80000000u };
enum { REVISION = 0x10002, MAC = 0x10003, SERIAL = 0x10004, ARM = 0x10005, VC = 0x10006 };

#define ALIAS 0xc0000000u /* uncached, as U-Boot has it */
#define BASE 0x4000u /* of RAM */
#define WORDS 64

extern const struct model bcm2835_mbox_model;

static struct dev mbox;
static _Alignas(8) uint8_t store[256];
static uint32_t ram[WORDS]; /* its end is the sanitizer's to watch */
static uint64_t ram_base, ram_size; /* as they are told */
static const char *tree_path, *tree_name; /* the one property that there is */
static const void *tree_value;
static uint32_t tree_len;
static bool line;
static unsigned flushes;
static uint64_t most_asked; /* bytes, in one call of memory() */
static uint32_t code_flushed; /* as the last call of memory() found it */
static uint32_t *request; /* the last one sent */

static void env_irq(struct dev *dev, unsigned number, bool level)
{
	assert_ptr_equal(dev, &mbox);
	assert_int_equal(number, 0);
	assert_int_not_equal(level, line);
	line = level;
}

static void *env_memory(struct dev *dev, uint64_t gpa, uint64_t size)
{
	assert_ptr_equal(dev, &mbox);
	most_asked = size > most_asked ? size : most_asked;
	if (gpa < BASE || gpa > BASE + sizeof(ram) || size > BASE + sizeof(ram) - gpa)
		return NULL;
	flushes++;
	code_flushed = ram[(gpa - BASE) / 4 + 1];
	return ram + (gpa - BASE) / 4;
}

static uint64_t env_ram(struct dev *dev, uint64_t *base)
{
	assert_ptr_equal(dev, &mbox);
	*base = ram_base;
	return ram_size;
}

static const void *env_property(struct dev *dev, const char *path, const char *name, uint32_t *len)
{
	assert_ptr_equal(dev, &mbox);
	if (!tree_name || strcmp(name, tree_name) || !path != !tree_path ||
	    (path && strcmp(path, tree_path)))
		return NULL;
	*len = tree_len;
	return tree_value;
}

static const struct dev_env env = {
	.irq = env_irq, .memory = env_memory, .ram = env_ram, .property = env_property
};

static int setup(void **state)
{
	(void)state;
	assert_true(bcm2835_mbox_model.state_size <= sizeof(store));
	memset(store, 0, sizeof(store));
	memset(ram, 0xa5, sizeof(ram));
	mbox = (struct dev){ .model = &bcm2835_mbox_model, .state = store, .env = &env };
	ram_base = 0;
	ram_size = 512u << 20;
	tree_path = tree_name = NULL;
	line = false;
	most_asked = 0;
	bcm2835_mbox_model.reset(&mbox);
	return 0;
}

static void tree_has(const char *path, const char *name, const void *value, uint32_t len)
{
	tree_path = path;
	tree_name = name;
	tree_value = value;
	tree_len = len;
}

static uint32_t get(uint64_t offset)
{
	return (uint32_t)bcm2835_mbox_model.read(&mbox, offset, 4);
}

static void put(uint64_t offset, uint32_t value)
{
	bcm2835_mbox_model.write(&mbox, offset, 4, value);
}

/* The request of COUNT words, from its tags on, at word AT of RAM; its code. */
static uint32_t send_at(unsigned at, const uint32_t *tags, uint32_t count)
{
	const uint32_t word = (ALIAS | (BASE + 4 * at)) + 8;

	assert_true(at % 4 == 0 && at + 2 + count <= WORDS);
	request = ram + at;
	request[0] = 4 * (2 + count);
	request[1] = 0;
	memcpy(request + 2, tags, 4 * count);
	put(WRITE, word);
	assert_int_equal(get(STATUS), 1);
	assert_int_equal(get(READ), word);
	assert_int_equal(get(STATUS), EMPTY);
	return request[1];
}

#define SEND(...)                                                                                  \
	send_at(16, (const uint32_t[]){ __VA_ARGS__ },                                             \
		sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)

/* The first two words of the answer to TAG for ID, WANTED; its length. */
static uint32_t ask(uint32_t tag, uint32_t id, uint32_t wanted, uint32_t answer[2])
{
	assert_int_equal(SEND(tag, 8, 8, id, wanted, 0), OK);
	assert_int_equal(request[4] & OK, OK);
	answer[0] = request[5];
	answer[1] = request[6];
	return request[4] & ~OK;
}

static void registers(void **state)
{
	(void)state;
	assert_int_equal(get(STATUS), EMPTY);
	assert_int_equal(get(STATUS1), EMPTY);
	assert_int_equal(get(READ), 0);
	assert_int_equal(get(PEEK), 0);
	put(CONFIG, UINT32_MAX);
	assert_int_equal(get(CONFIG), 7);
	put(STATUS, 0);
	put(READ, 0x12345678);
	assert_int_equal(get(STATUS), EMPTY);
	for (uint64_t offset = 0; offset < 0x40; offset++)
		if (offset != STATUS && offset != STATUS1 && offset != CONFIG)
			assert_int_equal(bcm2835_mbox_model.read(&mbox, offset, 1), 0);
	assert_string_equal(bcm2835_mbox_model.compatible[0], "brcm,bcm2835-mbox");
}

/* Linux's driver is told by the interrupt; it is high while there is something to read. */
static void interrupt_while_a_word_waits(void **state)
{
	(void)state;
	ram[0] = 12;
	ram[1] = ram[2] = 0;
	put(WRITE, BASE + 8);
	assert_false(line);
	put(CONFIG, 1);
	assert_true(line);
	put(WRITE, BASE + 8);
	get(READ);
	assert_true(line);
	get(READ);
	assert_false(line);
	put(WRITE, BASE + 8);
	assert_true(line);
	put(CONFIG, 6);
	assert_false(line);
}

static void words_wait_in_order_and_reset_drops_them(void **state)
{
	(void)state;
	put(CONFIG, 1);
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 8; i++) {
			assert_int_equal(get(STATUS1), EMPTY);
			put(WRITE, BASE + 16 * i + 8);
		}
		assert_int_equal(get(STATUS), FULL | 8);
		assert_int_equal(get(STATUS1), FULL);
		ram[36] = 12;
		ram[37] = ram[38] = 0;
		put(WRITE, BASE + 4 * 36 + 8); /* is not taken */
		assert_int_equal(ram[37], 0);
		assert_int_equal(get(PEEK), BASE + 8);
		for (uint32_t i = 0; i < 8; i++)
			assert_int_equal(get(READ), BASE + 16 * i + 8);
		assert_int_equal(get(STATUS), EMPTY);
		put(WRITE, BASE + 8); /* the next round begins elsewhere */
		get(READ);
	}
	put(WRITE, BASE + 8);
	assert_true(line);
	bcm2835_mbox_model.reset(&mbox);
	assert_false(line);
	assert_int_equal(get(STATUS), EMPTY);
	assert_int_equal(get(CONFIG), 0);
}

static void other_channels_do_not_answer(void **state)
{
	(void)state;
	for (uint32_t channel = 0; channel < 16; channel++)
		if (channel != 8)
			put(WRITE, BASE + channel);
	assert_int_equal(get(STATUS), EMPTY);
	assert_int_equal(ram[1], 0xa5a5a5a5);
}

static void ram_is_the_plans(void **state)
{
	uint32_t answer[2];

	(void)state;
	assert_int_equal(ask(ARM, 7, 7, answer), 8);
	assert_int_equal(answer[0], 0);
	assert_int_equal(answer[1], 512u << 20);
	ask(VC, 7, 7, answer);
	assert_int_equal(answer[0], 512u << 20);
	assert_int_equal(answer[1], 0);
	ram_base = 0x10000000;
	ram_size = 4ull << 30; /* as far as a bus address reaches */
	ask(ARM, 7, 7, answer);
	assert_int_equal(answer[0], 0x10000000);
	assert_int_equal(answer[1], 0x30000000);
	ram_base = 1ull << 30;
	ask(ARM, 7, 7, answer);
	assert_int_equal(answer[0] | answer[1], 0);
}

static void revision_is_the_trees_or_the_boards(void **state)
{
	static const uint8_t tree[] = { 0x00, 0xc0, 0x31, 0x14 };

	(void)state;
	assert_int_equal(SEND(REVISION, 4, 0, 7, 0), OK);
	assert_int_equal(request[4], OK | 4);
	assert_int_equal(request[5], 0);
	tree_has("/system", "linux,revision", tree, 4);
	SEND(REVISION, 4, 0, 7, 0);
	assert_int_equal(request[5], 0xc03114);
	tree_has("/system", "linux,revision", tree, 3);
	SEND(REVISION, 4, 0, 7, 0);
	assert_int_equal(request[5], 0);
	tree_has(NULL, "board-revision", tree, 4);
	SEND(REVISION, 4, 0, 7, 0);
	assert_int_equal(request[5], 0xc03114);
	SEND(0x10001, 4, 0, 7, 0); /* model: always 0 */
	assert_int_equal(request[5], 0);
}

static void mac_is_the_trees_or_nobodys(void **state)
{
	static const uint8_t mac[] = { 0xdc, 0xa6, 0x32, 1, 2, 3 }, none[6],
			     local[] = { 2, 0, 0, 0, 0, 1 };

	(void)state;
	tree_has("ethernet0", "local-mac-address", mac, 6);
	assert_int_equal(SEND(MAC, 6, 0, 0xffffffff, 0xffffffff, 0), OK);
	assert_int_equal(request[4], OK | 6);
	assert_int_equal(request[5], 0x0132a6dc);
	SEND(MAC, 8, 0, 0, 0, 0);
	assert_memory_equal(request + 5, mac, 6);
	tree_has("ethernet0", "local-mac-address", none, 6);
	SEND(MAC, 8, 0, 0, 0, 0);
	assert_memory_equal(request + 5, local, 6);
	tree_has("ethernet0", "local-mac-address", mac, 5);
	SEND(MAC, 8, 0, 0, 0, 0);
	assert_memory_equal(request + 5, local, 6);
}

static void serial_is_the_trees(void **state)
{
	static const struct {
		const char *text;
		uint32_t len;
		uint64_t serial;
	} cases[] = {
		{ "10000000a1b2c3d4", 17, 0x10000000a1b2c3d4 },
		{ "00ff", 5, 0xff },
		{ "123456", 3, 0x123 }, /* does not end */
		{ "110000000a1b2c3d4", 18, 0 }, /* too long */
		{ "12x4", 5, 0 },
		{ "", 1, 0 },
	};
	uint64_t serial;

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tree_has("/", "serial-number", cases[i].text, cases[i].len);
		assert_int_equal(SEND(SERIAL, 8, 0, 7, 7, 0), OK);
		assert_int_equal(request[4], OK | 8);
		memcpy(&serial, request + 5, 8);
		assert_true(serial == cases[i].serial);
	}
}

static void clocks_have_a_rate_and_are_on(void **state)
{
	static const uint32_t rates[] = { 0x30002, 0x30004, 0x30007, 0x38002 };
	uint32_t answer[2];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(ask(rates[i], 12, 5, answer), 8);
		assert_int_equal(answer[0], 12);
		assert_int_equal(answer[1], 100000000);
		ask(rates[i], 13, 5, answer);
		assert_int_equal(answer[1], 0);
	}
	ask(0x38001, 2, 0, answer);
	assert_int_equal(answer[1], 1);
	ask(0x30001, 13, 0, answer);
	assert_int_equal(answer[1], 2);
	/* Each clock of the list has a rate. */
	uint32_t list[36] = { 0x10007, 128, 0 };
	assert_int_equal(send_at(16, list, 36), OK);
	const uint32_t bytes = request[4] & ~OK;
	assert_int_equal(bytes, 7 * 8);
	memcpy(list, request + 5, bytes);
	for (unsigned i = 0; i < bytes / 4; i += 2) {
		ask(0x30002, list[i + 1], 0, answer);
		assert_int_equal(answer[0], list[i + 1]);
		assert_int_not_equal(answer[1], 0);
	}
}

/* U-Boot: on, and wait until it is. */
static void power_is_what_was_set(void **state)
{
	uint32_t answer[2];

	(void)state;
	ask(0x20001, 3, 0, answer);
	assert_int_equal(answer[1], 0);
	ask(0x28001, 3, 3, answer);
	assert_int_equal(answer[0], 3);
	assert_int_equal(answer[1], 1);
	ask(0x20001, 3, 0, answer);
	assert_int_equal(answer[1], 1);
	ask(0x20001, 2, 1, answer);
	assert_int_equal(answer[1], 0);
	ask(0x28001, 3, 2, answer);
	assert_int_equal(answer[1], 0);
	ask(0x28001, 9, 1, answer);
	assert_int_equal(answer[1], 2); /* no such device */
	ask(0x20002, 3, 1, answer);
	assert_int_equal(answer[1], 0);
	ask(0x38030, 31, 1, answer);
	assert_int_equal(answer[1], 1);
	ask(0x30030, 31, 0, answer);
	assert_int_equal(answer[1], 1);
	ask(0x30030, 32, 0, answer);
	assert_int_equal(answer[1], 2);
	bcm2835_mbox_model.reset(&mbox);
	ask(0x30030, 31, 0, answer);
	assert_int_equal(answer[1], 0);
}

/* U-Boot's request for a frame buffer, cut to its ends, and beside it a tag that is known. */
static void frame_buffer_is_refused(void **state)
{
	(void)state;
	assert_int_equal(SEND(0x48003, 8, 8, 640, 480, ARM, 8, 0, 7, 7, 0x40001, 8, 4, 256, 0, 0),
			 BAD);
	assert_int_equal(request[4], 8);
	assert_int_equal(request[5], 640);
	assert_int_equal(request[9], OK | 8);
	assert_int_equal(request[11], 512u << 20);
	assert_int_equal(request[14], 4);
	assert_int_equal(request[15], 256);
}

/* An answer that has no room is cut, and tells how long it would be. */
static void answers_are_cut_to_their_room(void **state)
{
	for (uint32_t room = 0; room < 8; room++) {
		const uint32_t words = (room + 3) / 4, tail = 5 + words;
		uint32_t tags[] = { ARM, room, 0, 0x77, 0x77, 0x77 };

		setup(state);
		tags[3 + words] = 0;
		assert_int_equal(send_at(16, tags, 4 + words), OK);
		assert_int_equal(request[4], OK | 8);
		if (words)
			assert_int_equal(request[5], room < 4 ? 0x77 : 0);
		if (words > 1)
			assert_int_equal(request[6], 0x77);
		assert_int_equal(request[tail], 0);
		assert_int_equal(request[tail + 1], 0xa5a5a5a5);
	}
}

/* At the end of RAM, cut behind each word: what is there is answered, and nothing behind is touched. */
static void requests_are_looked_at_within_their_size(void **state)
{
	static const uint32_t tags[] = {
		0x28001, 8, 8, 3, 1, ARM, 8, 0, 7, 7, 0, 0x5a5a, 0x5a5a, 0
	};

	for (uint32_t count = 0; count <= 14; count++) {
		const uint32_t cut = 4 * ((14 - count) / 4); /* it begins at a multiple of 16 */

		setup(state);
		assert_int_equal(send_at(WORDS - 16 + cut, tags, count), count > 10 ? OK : BAD);
		if (count >= 3)
			assert_int_equal(request[4], count >= 5 ? OK | 8 : 8);
		if (count >= 8)
			assert_int_equal(request[9], count >= 10 ? OK | 8 : 0);
		for (uint32_t *word = ram; word < request; word++)
			assert_int_equal(*word, 0xa5a5a5a5);
		for (uint32_t *word = request + 2 + count; word < ram + WORDS; word++)
			assert_int_equal(*word, 0xa5a5a5a5);
	}
}

static void rooms_beyond_the_request_are_errors(void **state)
{
	static const uint32_t rooms[] = { 9, 12, 0x7ffffffc, 0x80000000, 0xfffffff4, 0xffffffff };

	(void)state;
	for (unsigned i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
		const uint32_t tags[] = { ARM, rooms[i], 0, 7, 7 };

		assert_int_equal(send_at(WORDS - 8, tags, 5), BAD);
		assert_int_equal(request[4], 0);
		assert_int_equal(request[5], 7);
	}
}

static void sizes_that_cannot_be_are_errors(void **state)
{
	static const uint32_t sizes[] = { 0, 4, 7, 8, 11, 36, 0x10000, 0x10001, UINT32_MAX };

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		request = ram + WORDS - 8; /* 32 bytes to the end of RAM */
		memset(request, 0, 32);
		request[0] = sizes[i];
		request[2] = ARM;
		put(WRITE, BASE + 4 * (WORDS - 8) + 8);
		assert_int_equal(get(STATUS), 1);
		get(READ);
		assert_int_equal(request[1], BAD);
		assert_int_equal(request[4], 0);
	}
	assert_int_equal(most_asked, 0x10000); /* what is larger would keep its vCPU too long */
}

/* What lies beside RAM in whole or in part is left alone; its word comes back, so that nobody waits. */
static void requests_outside_ram_come_back(void **state)
{
	static const uint32_t words[] = { 8, BASE - 8, BASE + 4 * WORDS + 8, 0xfffffff8,
					  0x3ffffff8 };

	(void)state;
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		put(WRITE, words[i]);
		assert_int_equal(get(STATUS), 1);
		assert_int_equal(get(READ), words[i]);
	}
	for (unsigned i = 0; i < WORDS; i++)
		assert_int_equal(ram[i], 0xa5a5a5a5);
}

/* A guest with its caches off: memory() is asked before the request is read and after it is answered. */
static void answers_are_for_guests_without_caches(void **state)
{
	uint32_t answer[2];

	(void)state;
	flushes = 0;
	ask(ARM, 0, 0, answer);
	assert_true(flushes >= 2);
	assert_int_equal(code_flushed, OK);
	ram[0] = 0;
	ram[1] = 0;
	put(WRITE, BASE + 8);
	assert_int_equal(code_flushed, BAD);
}

/* Every alias of a bus address is the same memory. */
static void bus_addresses_have_four_aliases(void **state)
{
	(void)state;
	for (uint32_t alias = 0; alias < 4; alias++) {
		ram[0] = 12;
		ram[1] = ram[2] = 0;
		put(WRITE, (alias << 30 | BASE) + 8);
		assert_int_equal(ram[1], OK);
		assert_int_equal(get(READ), (alias << 30 | BASE) + 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(registers, setup),
		cmocka_unit_test_setup(interrupt_while_a_word_waits, setup),
		cmocka_unit_test_setup(words_wait_in_order_and_reset_drops_them, setup),
		cmocka_unit_test_setup(other_channels_do_not_answer, setup),
		cmocka_unit_test_setup(ram_is_the_plans, setup),
		cmocka_unit_test_setup(revision_is_the_trees_or_the_boards, setup),
		cmocka_unit_test_setup(mac_is_the_trees_or_nobodys, setup),
		cmocka_unit_test_setup(serial_is_the_trees, setup),
		cmocka_unit_test_setup(clocks_have_a_rate_and_are_on, setup),
		cmocka_unit_test_setup(power_is_what_was_set, setup),
		cmocka_unit_test_setup(frame_buffer_is_refused, setup),
		cmocka_unit_test_setup(answers_are_cut_to_their_room, setup),
		cmocka_unit_test_setup(requests_are_looked_at_within_their_size, setup),
		cmocka_unit_test_setup(rooms_beyond_the_request_are_errors, setup),
		cmocka_unit_test_setup(sizes_that_cannot_be_are_errors, setup),
		cmocka_unit_test_setup(requests_outside_ram_come_back, setup),
		cmocka_unit_test_setup(answers_are_for_guests_without_caches, setup),
		cmocka_unit_test_setup(bus_addresses_have_four_aliases, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
