// SPDX-License-Identifier: BSD-2-Clause
// What flash= names: found, made, opened, looked at.
#include "boot/flash_store.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "boot/say.h"

#define HEAD 512 /* bytes that are looked at */
#define SECTOR 512
#define WAIT_MS 5000 /* for a disk whose driver is not done yet, as PID 1 */
#define WAIT_STEP_MS 50

enum { HELD, BLANK, ERASED };

/* gEfiSystemNvDataFvGuid: a volume of UEFI variables. */
static const uint8_t variables_guid[16] = { 0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
					    0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50 };

static uint64_t le(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

/* Are the N bytes, at least one, all BYTE? */
static bool is_filled(const uint8_t *p, size_t n, uint8_t byte)
{
	return *p == byte && !memcmp(p, p + 1, n - 1);
}

static bool is_erased(const uint8_t *p, size_t n)
{
	return is_filled(p, n, 0xff);
}

static const char *volume_fault(const uint8_t *head, size_t n, const struct dev_storage *bank)
{
	const uint64_t length = le(head + 32, 8), header = le(head + 48, 2);
	uint64_t mapped = 0;
	uint16_t sum = 0;

	if (memcmp(head + 16, variables_guid, sizeof(variables_guid)))
		return "it holds a UEFI firmware volume, but none of variables";
	if (header < 72 || header % 8 || header > n)
		return "its volume header has an impossible length";
	for (uint64_t i = 0; i < header; i += 2)
		sum = (uint16_t)(sum + le(head + i, 2));
	if (sum)
		return "the checksum of its volume header is wrong";
	if (!length || length > bank->size)
		return "its volume of variables is larger than the bank";
	/* Pairs of number and length, up to 0 and 0. */
	for (uint64_t at = 56; at + 8 <= header && le(head + at, 8); at += 8) {
		if (le(head + at + 4, 4) != bank->block)
			return "its volume of variables was made for flash with other erase blocks";
		mapped += le(head + at, 4) * le(head + at + 4, 4);
	}
	/* EDK2's driver maps the whole bank where it makes a volume, its build tools the volume. */
	return mapped != length && mapped != bank->size
		       ? "its volume of variables was made for a bank of another size"
		       : NULL;
}

const char *flash_store_fault(const uint8_t *head, size_t n, const struct dev_storage *bank,
			      bool uefi)
{
	if (is_erased(head, n))
		return NULL;
	if (!memcmp(head + 40, "_FVH", 4))
		return volume_fault(head, n, bank);
	return uefi ? "it holds no UEFI variables, and the firmware would erase it" : NULL;
}

/* --- making one --------------------------------------------------------------------------------- */

/*
 * Each sector of it is erased, or all zeros, as in an empty partition or in a store whose making was
 * cut short. Zeros between other bytes are what somebody wrote.
 */
static bool is_blank(const uint8_t *p, size_t n)
{
	for (size_t at = 0, m; at < n; at += m) {
		m = n - at < SECTOR ? n - at : SECTOR;
		if (!is_erased(p + at, m) && !is_filled(p + at, m, 0))
			return false;
	}
	return true;
}

/* What DISK has of an image of SIZE bytes. HELD: it holds something. -errno: it cannot be read. */
static int content_look(const struct disk *disk, uint64_t size, uint8_t *scratch, uint32_t block)
{
	int content = ERASED, error;

	for (uint64_t at = 0, n; at < size && at < disk->size; at += n) {
		n = disk->size - at < block ? disk->size - at : block;
		n = size - at < n ? size - at : n;
		error = disk_read(disk, at, scratch, (size_t)n);
		if (error || !is_blank(scratch, (size_t)n))
			return error ? error : HELD;
		if (!is_erased(scratch, (size_t)n))
			content = BLANK;
	}
	return disk->size < size ? BLANK : content;
}

/* Make DISK an erased image, where it is blank or OVERWRITE. Returns 0 or -errno. */
static int store_make(struct disk *disk, const struct dev_storage *bank, bool overwrite,
		      uint8_t *scratch, bool *made)
{
	int error;

	if (disk->device && disk->size < bank->size)
		return 0; /* that will be told */
	error = overwrite ? BLANK : content_look(disk, bank->size, scratch, bank->block);
	if (error != BLANK)
		return error < 0 ? error : 0;
	*made = true;
	error = disk->device ? store_forget(disk, bank->size) : disk_resize(disk, 0);
	memset(scratch, 0xff, bank->block);
	for (uint64_t at = 0; at < bank->size && !error; at += bank->block)
		error = disk_write(disk, at, scratch, bank->block);
	if (!disk->device)
		disk->size = bank->size;
	return error ? error : disk_flush(disk);
}

/* --- all together ------------------------------------------------------------------------------- */

static int open_failed(const char *name, const struct plan_inputs *in, int error, struct failure *f)
{
	const char *remedy = error != -ENOENT ? "name a file or block device that is free"
			     : in->settings->flash_init == FLASH_INIT_OFF
				     ? "name one that is there, or make it by flash-init=on"
				     : "name one whose folder or disk is there";

	if (error == -ENOENT && disk_label(name))
		return fail(f, OUTCOME_BAD_CONFIG, "E-FLASH",
			    "no partition has the label %.72s: %s", disk_label(name),
			    in->settings->pid1
				    ? "give it to one from another system (sfdisk --part-label), "
				      "or put the driver of its disk into the initramfs "
				      "(CONFIG_MODULES)"
				    : "give it to one (sfdisk --part-label DISK NUMBER LABEL), or "
				      "name a file");
	return fail(f, OUTCOME_BAD_CONFIG, "E-FLASH", "flash=%.200s cannot be used: %s: %s", name,
		    error == -EBUSY ? "somebody else uses it" : strerror(-error), remedy);
}

/* On a board disks come when their drivers are done. */
static int disk_await(struct disk *disk, const char *name, const struct settings *s)
{
	const bool create = s->flash_init != FLASH_INIT_OFF;
	const bool node = !strncmp(name, "/dev/", 5) || disk_label(name);
	char path[DISK_PATH_MAX];
	int error, waited = 0;

	for (;;) {
		error = disk_find(name, DISK_CLASS, path);
		if (!error)
			error = disk_open(disk, path, create && !node);
		if (error != -ENOENT || !s->pid1 || !node || waited >= WAIT_MS)
			return error;
		poll(NULL, 0, WAIT_STEP_MS);
		waited += WAIT_STEP_MS;
	}
}

static int size_refuse(const char *name, const struct disk *disk, const struct dev_storage *bank,
		       int error, struct failure *f)
{
	if (error == -EINVAL && !disk->device)
		return fail(
			f, OUTCOME_BAD_CONFIG, "E-FLASHSIZE",
			"flash=%.200s has %" PRIu64 " bytes, but its flash bank %" PRIu64
			": give a file of that size, or one that is not there and flash-init=on",
			name, disk->size, bank->size);
	return fail(f, OUTCOME_BAD_CONFIG, "E-FLASHSIZE",
		    "flash=%.200s has %" PRIu64 " KiB: its flash bank needs %" PRIu64
		    " and as much for a journal as makes %" PRIu64 ": give a larger partition",
		    name, disk->size >> 10, bank->size >> 10,
		    store_size_in_use(bank->size, bank->block) >> 10);
}

int flash_store_open(struct store *store, const struct plan *plan, const struct plan_inputs *in,
		     uint8_t *scratch, struct failure *f)
{
	const struct settings *s = in->settings;
	const struct dev_storage *bank = &plan->machine.flash_storage[plan->flash_vars];
	const char *name = s->raw[SET_FLASH].text, *fault;
	uint8_t head[HEAD];
	struct disk disk;
	bool made = false;
	int error = disk_await(&disk, name, s);

	*store = (struct store){ .disk.fd = -1 };
	if (error)
		return open_failed(name, in, error, f);
	if (s->flash_init != FLASH_INIT_OFF)
		error = store_make(&disk, bank, s->flash_init == FLASH_INIT_OVERWRITE, scratch,
				   &made);
	if (made && !error)
		say("flash=%s was made anew: erased, %" PRIu64 " MiB", name, bank->size >> 20);
	if (error) {
		disk_close(&disk);
		return fail(f, OUTCOME_BAD_CONFIG, "E-FLASH",
			    "flash=%.200s cannot be made: %s: see that there is room for %" PRIu64
			    " MiB",
			    name, strerror(-error), bank->size >> 20);
	}
	error = store_open(store, &disk, bank->size, bank->block);
	if (error == -EINVAL || error == -ENOSPC)
		return size_refuse(name, &disk, bank, error, f);
	if (!error)
		error = store_read(store, 0, head, sizeof(head));
	if (error)
		return open_failed(name, in, error, f);
	fault = flash_store_fault(head, sizeof(head), bank, in->firmware->uefi);
	if (fault)
		return fail(f, OUTCOME_BAD_CONFIG, "E-FLASHCONTENT",
			    "flash=%.200s is not for this firmware: %s: name another, or make it "
			    "anew by flash-init=overwrite, which loses what it holds",
			    name, fault);
	return 0;
}
