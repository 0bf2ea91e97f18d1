// SPDX-License-Identifier: BSD-2-Clause
// Stores as flash= names them: found, made, and refused for what they are.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/flash_store.h"

#include <cmocka.h>

#define BLOCK 4096u
#define SIZE (8u * BLOCK)
#define HEAD 512

static char dir[] = "/tmp/kvmshim-flash-XXXXXX";
static char path[64];
static struct settings settings;
static struct image firmware;
static struct plan plan;
static struct plan_inputs in = { .settings = &settings, .firmware = &firmware };
static struct failure f;
static struct store store;
static uint8_t scratch[BLOCK];

static int setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/vars", dir);
	unlink(path);
	memset(&settings, 0, sizeof(settings));
	memset(&firmware, 0, sizeof(firmware));
	firmware.part[0].bytes = SPAN_NONE;
	memset(&f, 0, sizeof(f));
	settings.raw[SET_FLASH].text = path;
	plan.machine.flash_storage[1] = (struct dev_storage){ SIZE, BLOCK, 4, false };
	plan.flash_vars = 1;
	return 0;
}

/* A file of SIZE bytes that begins with the N bytes at HEAD; the rest is FILL. */
static void file_make(size_t size, const void *head, size_t n, int fill)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(head, 1, n, file), n);
	while (n++ < size)
		assert_int_not_equal(fputc(fill, file), EOF);
	assert_int_equal(fclose(file), 0);
}

static int opened(void)
{
	return flash_store_open(&store, &plan, &in, scratch, &f);
}

static void good(void)
{
	if (opened())
		fail_msg("%s", f.text);
	store_close(&store);
}

static void refused(const char *code, const char *words)
{
	assert_int_equal(opened(), -1);
	assert_int_equal(f.outcome, OUTCOME_BAD_CONFIG);
	assert_string_equal(f.code, code);
	if (!strstr(f.text, words))
		fail_msg("\"%s\" is not in: %s", words, f.text);
	store_close(&store);
}

static off_t file_size(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static int file_byte(off_t at)
{
	unsigned char byte;
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	close(fd);
	return byte;
}

/* --- what it holds ------------------------------------------------------------------------------ */

/* A volume header as EDK2 writes it for LENGTH bytes in blocks of BLOCK_SIZE. */
static void volume_make(uint8_t *h, uint32_t length, uint32_t block)
{
	static const uint8_t guid[16] = { 0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
					  0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50 };
	const uint32_t blocks = length / block;
	uint16_t sum = 0;

	memset(h, 0, HEAD);
	memcpy(h + 16, guid, sizeof(guid));
	memcpy(h + 32, &length, sizeof(length));
	memcpy(h + 40, "_FVH", 4);
	h[48] = 72;
	memcpy(h + 56, &blocks, sizeof(blocks));
	memcpy(h + 60, &block, sizeof(block));
	for (unsigned i = 0; i < 72; i += 2)
		sum = (uint16_t)(sum + (h[i] | h[i + 1] << 8));
	sum = (uint16_t)-sum;
	h[50] = (uint8_t)sum;
	h[51] = (uint8_t)(sum >> 8);
}

static void contents_are_told_apart(void **state)
{
	const struct dev_storage *bank = &plan.machine.flash_storage[1];
	uint8_t head[HEAD];

	(void)state;
	memset(head, 0xff, sizeof(head));
	assert_null(flash_store_fault(head, HEAD, bank, true)); /* EDK2 formats what is erased */
	assert_null(flash_store_fault(head, HEAD, bank, false));
	memcpy(head,
	       "\x12\x34\x56\x78"
	       "bootcmd=boot",
	       16);
	assert_null(flash_store_fault(head, HEAD, bank, false)); /* U-Boot's environment */
	assert_non_null(flash_store_fault(head, HEAD, bank, true));
	volume_make(head, 3 * BLOCK, BLOCK);
	assert_null(flash_store_fault(head, HEAD, bank, true));
	assert_null(flash_store_fault(head, HEAD, bank, false));
	head[56] += 5; /* EDK2's driver maps all 8 blocks of the bank; the checksum follows */
	head[50] = (uint8_t)(head[50] - 5);
	assert_null(flash_store_fault(head, HEAD, bank, true));
}

/* Each is refused whatever the firmware: it claims to be a volume. */
static void volumes_that_do_not_fit(void **state)
{
	const struct dev_storage *bank = &plan.machine.flash_storage[1];
	uint8_t head[HEAD];

	(void)state;
	volume_make(head, 2 * SIZE, BLOCK);
	assert_non_null(strstr(flash_store_fault(head, HEAD, bank, false), "larger than the bank"));
	volume_make(head, 4 * BLOCK, 2 * BLOCK);
	assert_non_null(strstr(flash_store_fault(head, HEAD, bank, false), "other erase blocks"));
	volume_make(head, 3 * BLOCK, BLOCK);
	head[16] ^= 1;
	assert_non_null(strstr(flash_store_fault(head, HEAD, bank, false), "none of variables"));
	volume_make(head, 3 * BLOCK, BLOCK);
	head[44] ^= 1;
	assert_non_null(strstr(flash_store_fault(head, HEAD, bank, false), "checksum"));
	volume_make(head, 3 * BLOCK, BLOCK);
	head[49] = 3;
	assert_non_null(strstr(flash_store_fault(head, HEAD, bank, false), "impossible length"));
	volume_make(head, 3 * BLOCK, BLOCK);
	head[56] = 2; /* and the checksum as it should be */
	head[50]++;
	assert_non_null(strstr(flash_store_fault(head, HEAD, bank, false), "bank of another size"));
}

static void store_for_another_firmware_is_refused(void **state)
{
	uint8_t head[HEAD] = "bootcmd=boot";

	(void)state;
	file_make(SIZE, head, sizeof(head), 0xff);
	good();
	firmware.uefi = true;
	refused("E-FLASHCONTENT", "holds no UEFI variables");
	assert_non_null(strstr(f.text, "flash-init=overwrite"));
	volume_make(head, 3 * BLOCK, BLOCK);
	file_make(SIZE, head, sizeof(head), 0xff);
	good();
	settings.flash_init = FLASH_INIT_ON; /* keeps what is there */
	good();
	assert_int_equal(file_byte(40), '_');
}

static void store_that_is_not_there(void **state)
{
	(void)state;
	refused("E-FLASH", "make it by flash-init=on");
	settings.raw[SET_FLASH].text = "PARTLABEL=of-no-partition";
	refused("E-FLASH", "no partition has the label of-no-partition: give it to one (sfdisk");
	settings.flash_init = FLASH_INIT_ON; /* makes no partition */
	refused("E-FLASH", "no partition has the label of-no-partition: give it to one (sfdisk");
	settings.flash_init = FLASH_INIT_OFF;
	settings.raw[SET_FLASH].text = dir;
	refused("E-FLASH", "directory");
	settings.raw[SET_FLASH].text = "/dev/null";
	refused("E-FLASH", "/dev/null");
}

static void store_of_another_size(void **state)
{
	(void)state;
	file_make(SIZE - 1, "", 0, 0xff);
	refused("E-FLASHSIZE", "has 32767 bytes, but its flash bank 32768");
	assert_int_equal(file_size(), SIZE - 1);
	file_make(SIZE + BLOCK, "x", 1, 0xff);
	refused("E-FLASHSIZE", "has 36864 bytes");
	settings.flash_init = FLASH_INIT_ON; /* it holds something, so that it is not touched */
	refused("E-FLASHSIZE", "has 36864 bytes");
	assert_int_equal(file_size(), SIZE + BLOCK);
}

static void store_in_use_is_refused(void **state)
{
	struct store other;

	(void)state;
	file_make(SIZE, "", 0, 0xff);
	assert_int_equal(flash_store_open(&other, &plan, &in, scratch, &f), 0);
	refused("E-FLASH", "somebody else uses it");
	store_close(&other);
	good();
}

/* --- making one --------------------------------------------------------------------------------- */

static void erased_check(void)
{
	assert_int_equal(file_size(), SIZE);
	for (off_t at = 0; at < (off_t)SIZE; at += 511)
		assert_int_equal(file_byte(at), 0xff);
}

static void init_makes_what_is_missing_or_blank(void **state)
{
	uint8_t erased[512];

	(void)state;
	settings.flash_init = FLASH_INIT_ON;
	good();
	erased_check();
	good();
	file_make(SIZE, "", 0, 0);
	good();
	erased_check();
	memset(erased, 0xff, sizeof(erased));
	file_make(3 * BLOCK, erased, sizeof(erased), 0); /* cut off while it was made */
	good();
	erased_check();
	file_make(SIZE, erased, sizeof(erased), 0); /* the same, its first sector being there */
	good();
	erased_check();
	file_make(0, "", 0, 0);
	good();
	erased_check();
}

static void init_keeps_what_holds_something(void **state)
{
	(void)state;
	file_make(SIZE, "", 0, 0xff);
	assert_int_equal(truncate(path, SIZE - 1), 0);
	assert_int_equal(truncate(path, SIZE), 0); /* its last byte is 0: somebody wrote it */
	settings.flash_init = FLASH_INIT_ON;
	good();
	assert_int_equal(file_byte(SIZE - 1), 0);
	file_make(SIZE, "", 0, 0xff);
	{
		int fd = open(path, O_WRONLY);

		assert_int_equal(pwrite(fd, "v", 1, SIZE - 1), 1);
		close(fd);
	}
	good();
	assert_int_equal(file_byte(SIZE - 1), 'v');
}

static void overwrite_makes_it_anew_whatever_is_there(void **state)
{
	(void)state;
	file_make(SIZE + 100, "anything", 8, 'x');
	settings.flash_init = FLASH_INIT_OVERWRITE;
	good();
	erased_check();
}

static int dir_make(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int dir_remove(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(contents_are_told_apart, setup),
		cmocka_unit_test_setup(volumes_that_do_not_fit, setup),
		cmocka_unit_test_setup(store_for_another_firmware_is_refused, setup),
		cmocka_unit_test_setup(store_that_is_not_there, setup),
		cmocka_unit_test_setup(store_of_another_size, setup),
		cmocka_unit_test_setup(store_in_use_is_refused, setup),
		cmocka_unit_test_setup(init_makes_what_is_missing_or_blank, setup),
		cmocka_unit_test_setup(init_keeps_what_holds_something, setup),
		cmocka_unit_test_setup(overwrite_makes_it_anew_whatever_is_there, setup),
	};

	return cmocka_run_group_tests(tests, dir_make, dir_remove);
}
