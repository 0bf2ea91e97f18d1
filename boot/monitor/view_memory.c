// SPDX-License-Identifier: BSD-2-Clause
// Memory: shown, changed, and where an address leads.
#include <inttypes.h>
#include <string.h>

#include "boot/guestmem.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/monitor/words.h"
#include "boot/shim.h"

#define ROW 16 /* bytes */
#define MOST (64 << 10) /* bytes at once */

static struct guestmem mem; /* the loop's thread is the only one that looks */

/* The options in front: -p, -1 -2 -4 -8. How many words they took; -1: told that one is none. */
static int options(int argc, char **argv, bool *physical, unsigned *size)
{
	int at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		const char c = argv[at][1];

		if (c == 'p') {
			*physical = true;
		} else if (c == '1' || c == '2' || c == '4' || c == '8') {
			*size = (unsigned)(c - '0');
		} else {
			monitor_print("%s: -p for a physical address, -1 -2 -4 -8 for the size\n",
				      argv[at]);
			return -1;
		}
	}
	return at - 1;
}

static int nothing_there(struct shim *s, uint64_t address, bool physical)
{
	struct walk_fault fault = { 0 };
	uint64_t gpa = address;

	if (!physical)
		guestmem_translate(&mem, address, &gpa, &fault);
	if (fault.kind)
		monitor_print("%#" PRIx64 ": %s (level %d)\n", address, view_fault(fault.kind),
			      fault.level);
	else if (bus_find(&s->bus, gpa, 1))
		monitor_print("%#" PRIx64 ": a device, whose registers are not looked at\n",
			      address);
	else
		monitor_print("%#" PRIx64 ": %s\n", address, view_fault(WALK_OK));
	return -1;
}

static uint64_t unit(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, bytes, size);
	return value;
}

static void row_print(uint64_t address, const uint8_t *bytes, size_t n, unsigned size)
{
	char text[ROW + 1];

	monitor_print("%012" PRIx64 ":", address);
	for (size_t i = 0; i < ROW; i += size) {
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

int view_x(struct shim *s, int argc, char **argv)
{
	bool physical = false;
	unsigned size = 4;
	uint64_t address, count = 64;
	const int skip = options(argc, argv, &physical, &size);

	if (skip < 0)
		return -1;
	if (argc - skip < 2) {
		monitor_print("x ADDR [BYTES]: where, and how many (64)\n");
		return -1;
	}
	if (!words_address(s, argv[skip + 1], &address) ||
	    (argc - skip > 2 && !words_number(argv[skip + 2], &count)))
		return -1;
	if (count > MOST) {
		monitor_print("at most %d bytes at once: \"core\" sends more\n", MOST);
		return -1;
	}
	guestmem_bind(&mem, s, monitor_vcpu(s));
	for (uint64_t done = 0; done < count && !monitor_interrupted(s); done += ROW) {
		uint8_t bytes[ROW];
		const size_t want = count - done < ROW ? (size_t)(count - done) : ROW;
		const size_t got =
			physical ? guestmem_read(s, address + done, bytes, want)
				 : guestmem_read_virtual(&mem, address + done, bytes, want);

		if (got)
			row_print(address + done, bytes, got, size);
		if (got < want)
			return nothing_there(s, address + done + got, physical);
	}
	return 0;
}

int view_w(struct shim *s, int argc, char **argv)
{
	bool physical = false;
	unsigned size = 4;
	uint64_t address, value;
	const int skip = options(argc, argv, &physical, &size);

	if (skip < 0)
		return -1;
	if (argc - skip < 3) {
		monitor_print(
			"w [-1|-2|-4|-8] ADDR VALUE...: where, and what (words of 4 bytes)\n");
		return -1;
	}
	if (!words_address(s, argv[skip + 1], &address))
		return -1;
	for (int i = skip + 2; i < argc; i++) {
		if (!words_number(argv[i], &value))
			return -1;
		if (size < 8 && value >> 8 * size) {
			monitor_print("%s is more than %u bytes hold: nothing is written\n",
				      argv[i], size);
			return -1;
		}
	}
	guestmem_bind(&mem, s, monitor_vcpu(s));
	for (int i = skip + 2; i < argc; i++, address += size) {
		words_number(argv[i], &value);
		if ((physical ? guestmem_write(s, address, &value, size)
			      : guestmem_write_virtual(&mem, address, &value, size)) < size)
			return nothing_there(s, address, physical);
	}
	return 0;
}
