// SPDX-License-Identifier: BSD-2-Clause
// `load` and `core`: YMODEM between the line and a file or the guest's memory.
#include "boot/monitor/transfer.h"

#include <inttypes.h>
#include <string.h>

#include "boot/clock.h"
#include "boot/io/ymodem.h"
#include "boot/monitor/core_file.h"
#include "boot/monitor/load.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/words.h"
#include "boot/shim.h"

#define PATIENCE_MS 120000 /* for the person to start the other side */
#define QUIET_MS 400 /* the other side's program ends, and takes what comes too soon with it */
#define NOISE_MS 4000 /* a line that does not become quiet */
#define LINE_RATE 11520 /* bytes a second at 115200 8N1 */
#define BLOCK_COST (YMODEM_PACKET + 1) /* bytes on the line for one of 1,024 */

static _Alignas(4096) struct {
	enum { IDLE, RUNS, SETTLES, TRIES } stage;
	bool loads;
	uint64_t began; /* ms */
	uint64_t due, latest; /* ms: the line is quiet, or taken for it */
	struct ymodem y;
	struct core_file core;
} t;

static void line_send(void *arg, const uint8_t *buf, size_t n)
{
	struct shim *s = arg;

	console_send(&s->io.console, buf, n);
}

static bool file_begin(void *arg, const char *name, uint64_t size)
{
	(void)arg;
	(void)name;
	t.began = clock_ms();
	return load_fits(size);
}

static bool file_sink(void *arg, const uint8_t *buf, size_t n)
{
	(void)arg;
	return load_keep(buf, n);
}

static bool core_source(void *arg, uint8_t *buf, size_t n)
{
	(void)arg;
	core_file_read(&t.core, buf, n);
	return true;
}

static struct ymodem_io io_of(struct shim *s)
{
	return (struct ymodem_io){ .send = line_send,
				   .begin = file_begin,
				   .sink = file_sink,
				   .source = core_source,
				   .arg = s };
}

static void line_take(struct shim *s, bool loads)
{
	t.stage = RUNS;
	t.loads = loads;
	t.began = clock_ms();
	monitor_line_give(s, LINE_TRANSFER);
}

/* The person's terminal is at the other end of the line? */
static bool line_is_free(void)
{
	if (monitor_line_owner() == LINE_GDB)
		monitor_print("gdb has the line: files come and go over it from the monitor\n");
	return monitor_line_owner() != LINE_GDB;
}

int transfer_load(struct shim *s, int argc, char **argv)
{
	const struct ymodem_io io = io_of(s);

	if (!line_is_free())
		return -1;
	if (argc > 2 || (argc == 2 && !strchr("#@", argv[1][0]))) {
		monitor_print("load [#CONF][@ADDR]: what firmware= has behind the path\n");
		return -1;
	}
	if (!load_begin(s, argc == 2 ? argv[1] : NULL))
		return -1;
	monitor_pause(s);
	monitor_print("send it by YMODEM: sb FILE (picocom C-a C-s, minicom C-a s, tio C-t y); ^C "
		      "ends\n");
	line_take(s, true);
	ymodem_receive(&t.y, &io, clock_ms(), PATIENCE_MS);
	return 0;
}

int transfer_core(struct shim *s, int argc, char **argv)
{
	const struct ymodem_io io = io_of(s);
	const bool physical = argc > 1 && !strcmp(argv[1], "-p");
	const int at = physical ? 2 : 1;
	struct region part = { 0, 0 };
	uint64_t size, seconds;

	if (!line_is_free())
		return -1;
	if (argc != 1 && argc != at + 2) {
		monitor_print("core [[-p] ADDR BYTES]: all of RAM, or a part of memory\n");
		return -1;
	}
	if (argc > 1 &&
	    (!words_address(s, argv[at], &part.base) || !words_number(argv[at + 1], &part.size)))
		return -1;
	monitor_pause(s);
	size = core_file_make(&t.core, s, monitor_vcpu(s), argc > 1 ? &part : NULL, physical);
	if (!size) {
		monitor_print("no memory of the guest's is there\n");
		return -1;
	}
	seconds = (size / YMODEM_BLOCK + 1) * BLOCK_COST / LINE_RATE + 1;
	monitor_print("kvmshim.core: %" PRIu64 " bytes, without pages of zeros: %" PRIu64
		      " min %02" PRIu64 " s at 115200\n"
		      "receive it by YMODEM: rb (picocom C-a C-r, minicom C-a r); ^C ends\n",
		      size, seconds / 60, seconds % 60);
	line_take(s, false);
	ymodem_send(&t.y, &io, "kvmshim.core", size, clock_ms(), PATIENCE_MS);
	return 0;
}

/* The line goes back to the person. */
static void finish(struct shim *s)
{
	t.stage = IDLE;
	monitor_line_give(s, LINE_MONITOR);
	monitor_prompt();
}

static const char *why(enum ymodem_state state)
{
	static const char *const texts[] = {
		[YMODEM_CANCELLED] = "it was given up",
		[YMODEM_LOST] = "the other side fell silent, or the line is bad",
		[YMODEM_REFUSED] = "there is no room for that file",
	};

	return texts[state];
}

static void settled(struct shim *s)
{
	const uint64_t ms = t.latest - NOISE_MS - t.began;

	monitor_print("\n");
	if (t.y.state != YMODEM_DONE) {
		monitor_print("not done: %s%s\n", why(t.y.state),
			      t.loads ? ". The guest is as it was" : "");
		load_drop();
		finish(s);
		return;
	}
	monitor_print("%s: %" PRIu64 " bytes in %" PRIu64 ".%" PRIu64 " s\n", t.y.name, t.y.done,
		      ms / 1000, ms % 1000 / 100);
	if (t.loads && load_try(s)) {
		t.stage = TRIES;
		return;
	}
	if (!t.loads)
		monitor_print("gdb-multiarch FIRMWARE.elf %s opens it\n", t.y.name);
	finish(s);
}

static void settle(uint64_t now)
{
	t.stage = SETTLES;
	t.due = now + QUIET_MS;
	t.latest = now + NOISE_MS;
}

void transfer_take(struct shim *s, const uint8_t *buf, size_t n)
{
	const uint64_t now = clock_ms();

	(void)s;
	if (t.stage == SETTLES)
		t.due = now + QUIET_MS;
	if (t.stage != RUNS)
		return;
	ymodem_take(&t.y, buf, n, now);
	if (t.y.state != YMODEM_GOES_ON)
		settle(now);
}

int transfer_serve(struct shim *s)
{
	uint64_t now, ms;

	if (t.stage == IDLE)
		return -1;
	now = clock_ms();
	switch (t.stage) {
	case RUNS:
		ms = ymodem_tick(&t.y, now);
		if (t.y.state == YMODEM_GOES_ON)
			return (int)ms;
		settle(now);
		return QUIET_MS;
	case SETTLES:
		if (now < t.due && now < t.latest)
			return (int)(t.due - now);
		settled(s);
		return 0;
	case IDLE:
	case TRIES: break;
	}
	if (!load_tried(s))
		return LOAD_LOOK_MS;
	if (load_next())
		t.stage = IDLE; /* the run ends, for that one */
	else
		finish(s);
	return 0;
}

void transfer_drop(void)
{
	if (t.stage == RUNS)
		ymodem_cancel(&t.y);
	if (t.stage != IDLE && t.loads)
		load_drop();
	t.stage = IDLE;
}
