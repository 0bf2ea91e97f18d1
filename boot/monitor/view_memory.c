// SPDX-License-Identifier: BSD-2-Clause
// Memory: shown, changed, and where an address leads.
#include <inttypes.h>
#include <string.h>

#include "boot/exits.h"
#include "boot/guestmem.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/monitor/words.h"
#include "boot/place.h"
#include "boot/shim.h"

#define ROW 16 /* bytes */
#define MOST (64 << 10) /* bytes at once */

static struct guestmem mem; /* the loop's thread is the only one that looks */

/* What is asked for. */
struct request {
	bool physical;
	bool device; /* registers, whose reading may change them */
	unsigned size; /* bytes of a unit */
	uint64_t address;
	uint64_t bytes;
	int words; /* of the command in front of the address */
};

/* What is behind x/: how many, and gdb's letters. False: has told that it is neither. */
static bool count_read(const char *text, struct request *r)
{
	const char *at = text;
	uint64_t count = 0;

	for (; *at >= '0' && *at <= '9'; at++)
		count = count > MOST ? count : count * 10 + (uint64_t)(*at - '0');
	for (; *at; at++) {
		switch (*at) {
		case 'b': r->size = 1; break;
		case 'h': r->size = 2; break;
		case 'w': r->size = 4; break;
		case 'g': r->size = 8; break;
		case 'x': break; /* how it is shown anyway */
		default:
			monitor_print("/%s is no count: x/8, x/16b; b h w g are 1, 2, 4, 8 bytes\n",
				      text);
			return false;
		}
	}
	r->bytes = (count ? count : 1) * r->size;
	return true;
}

/* The count and the options: -p -d, -1 -2 -4 -8. False: has told what is wrong. */
static bool options_read(int argc, char **argv, struct request *r)
{
	const char *count = strchr(argv[0], '/');
	int at = 1;

	if (count && !count_read(count + 1, r))
		return false;
	for (; at < argc && argv[at][0] == '-'; at++) {
		const char c = strlen(argv[at]) == 2 ? argv[at][1] : '?';

		if (c == 'p') {
			r->physical = true;
		} else if (c == 'd') {
			r->device = true;
		} else if (c == '1' || c == '2' || c == '4' || c == '8') {
			r->size = (unsigned)(c - '0');
		} else {
			monitor_print("%s: -p physical, -d device, -1 -2 -4 -8 bytes at once\n",
				      argv[at]);
			return false;
		}
	}
	r->words = at;
	return true;
}

/* Where ADDRESS is. False: has told that it is nowhere. */
static bool physical_of(const struct request *r, uint64_t address, uint64_t *gpa)
{
	struct walk_fault fault;

	*gpa = address;
	if (r->physical || !guestmem_translate(&mem, address, gpa, &fault))
		return true;
	monitor_print("%#" PRIx64 ": %s (level %d)\n", address, view_fault(fault.kind),
		      fault.level);
	return false;
}

static int nothing_there(struct shim *s, const struct request *r, uint64_t address)
{
	uint64_t gpa;
	uint8_t byte;

	if (!physical_of(r, address, &gpa))
		return -1;
	if (guestmem_read(s, gpa, &byte, 1))
		monitor_print("%#" PRIx64 ": flash, which only the guest itself changes\n",
			      address);
	else if (bus_find(&s->bus, gpa, 1))
		monitor_print("%#" PRIx64 ": a device: -d looks at its registers\n", address);
	else
		monitor_print("%#" PRIx64 ": %s\n", address, view_fault(WALK_OK));
	return -1;
}

/*
 * --- registers of devices ------------------------------------------------------------------------
 */

/* The register of a model at ADDRESS; NULL: has told that there is none. */
static const struct bus_window *register_at(struct shim *s, const struct request *r,
					    uint64_t address, uint64_t *gpa)
{
	const struct bus_window *w;

	if (!physical_of(r, address, gpa))
		return NULL;
	exit_stores_drain(s);
	w = bus_find(&s->bus, *gpa, r->size);
	if (!w)
		monitor_print("%#" PRIx64 ": no device that a model serves\n", address);
	return w;
}

static int registers_show(struct shim *s, const struct request *r)
{
	char place[PLACE_SIZE];
	uint64_t gpa;

	for (uint64_t done = 0; done < r->bytes && !monitor_interrupted(s); done += r->size) {
		const struct bus_window *w = register_at(s, r, r->address + done, &gpa);

		if (!w)
			return -1;
		monitor_print("%-40s %0*" PRIx64 "\n", place_access_text(s, gpa, false, place),
			      (int)r->size * 2, bus_read(w, gpa, r->size));
	}
	return 0;
}

/*
 * --- memory --------------------------------------------------------------------------------------
 */

static uint64_t unit(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, bytes, size);
	return value;
}

static void row_print(uint64_t address, const uint8_t *bytes, size_t n, size_t row, unsigned size)
{
	char text[ROW + 1];

	monitor_print("%012" PRIx64 ":", address);
	for (size_t i = 0; i < row; i += size) {
		if (i + size <= n)
			monitor_print(" %0*" PRIx64, (int)size * 2, unit(bytes + i, size));
		else
			monitor_print(" %*s", (int)size * 2, "");
	}
	for (size_t i = 0; i < n; i++)
		text[i] = (char)(bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '.');
	text[n] = '\0';
	monitor_print("  %s\n", text);
}

static int memory_show(struct shim *s, const struct request *r)
{
	/* Bytes at a long address would not fit into a line. */
	const size_t row = r->size == 1 && r->address >> 48 ? ROW / 2 : ROW;

	for (uint64_t done = 0; done < r->bytes && !monitor_interrupted(s); done += row) {
		const uint64_t address = r->address + done;
		uint8_t bytes[ROW];
		const size_t want = r->bytes - done < row ? (size_t)(r->bytes - done) : row;
		const size_t got = r->physical ? guestmem_read(s, address, bytes, want)
					       : guestmem_read_virtual(&mem, address, bytes, want);

		if (got)
			row_print(address, bytes, got, row, r->size);
		if (got < want)
			return nothing_there(s, r, address + got);
	}
	return 0;
}

int view_x(struct shim *s, int argc, char **argv)
{
	struct request r = { .size = 4 };

	if (!options_read(argc, argv, &r))
		return -1;
	if (argc <= r.words) {
		monitor_print("x ADDR [BYTES], or x/COUNT ADDR: where, and how much (64 bytes)\n");
		return -1;
	}
	if (!words_address(s, argv[r.words], &r.address))
		return -1;
	if (argc > r.words + 1 && !words_number(argv[r.words + 1], &r.bytes))
		return -1;
	if (!r.bytes)
		r.bytes = r.device ? r.size : 64;
	if (r.bytes > MOST) {
		monitor_print("at most %d bytes at once: \"core\" sends more\n", MOST);
		return -1;
	}
	r.bytes = (r.bytes + r.size - 1) / r.size * r.size;
	guestmem_bind(&mem, s, monitor_vcpu(s));
	return r.device ? registers_show(s, &r) : memory_show(s, &r);
}

/* VALUE, a unit, at ADDRESS. False: has told why it is not written. */
static bool write_one(struct shim *s, const struct request *r, uint64_t address, uint64_t value)
{
	const struct bus_window *w;
	uint64_t gpa;

	if (r->device) {
		w = register_at(s, r, address, &gpa);
		if (w)
			bus_write(w, gpa, r->size, value);
		return w;
	}
	if ((r->physical ? guestmem_write(s, address, &value, r->size)
			 : guestmem_write_virtual(&mem, address, &value, r->size)) < r->size) {
		nothing_there(s, r, address);
		return false;
	}
	return true;
}

int view_w(struct shim *s, int argc, char **argv)
{
	struct request r = { .size = 4 };
	uint64_t value;

	if (!options_read(argc, argv, &r))
		return -1;
	if (argc < r.words + 2) {
		monitor_print(
			"w [-1|-2|-4|-8] ADDR VALUE...: where, and what (words of 4 bytes)\n");
		return -1;
	}
	if (!words_address(s, argv[r.words], &r.address))
		return -1;
	for (int i = r.words + 1; i < argc; i++) {
		if (!words_number(argv[i], &value))
			return -1;
		if (r.size < 8 && value >> 8 * r.size) {
			monitor_print("%s is more than %u bytes hold: nothing is written\n",
				      argv[i], r.size);
			return -1;
		}
	}
	guestmem_bind(&mem, s, monitor_vcpu(s));
	for (int i = r.words + 1; i < argc; i++, r.address += r.size) {
		words_number(argv[i], &value);
		if (!write_one(s, &r, r.address, value))
			return -1;
	}
	return 0;
}
