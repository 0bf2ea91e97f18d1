// SPDX-License-Identifier: BSD-2-Clause
// `load` and `core`: YMODEM between the line and a file or the guest's memory.
#include "boot/monitor/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "boot/exits.h"
#include "boot/image/image.h"
#include "boot/init.h"
#include "boot/monitor/core_file.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/words.h"
#include "boot/shim.h"

#define PATIENCE_MS 60000 /* for the person to start the other side */
#define MOST (256u << 20) /* bytes of a file: hours at 115200 */
#define LINE_RATE 11520 /* bytes a second at 115200 8N1 */
#define OVERHEAD 101 / 100 /* of YMODEM's blocks of 1 KiB, about */

static _Alignas(4096) struct {
	struct ymodem y;
	bool active, loads;
	int fd;
	uint64_t size; /* that came in */
	char path[40];
	bool ready; /* path is to be booted */
	struct image image; /* what came in, looked at */
	struct core_file core;
} t;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void line_send(void *arg, const uint8_t *buf, size_t n)
{
	struct shim *s = arg;

	console_send(&s->io.console, buf, n);
}

static bool file_begin(void *arg, const char *name, uint64_t size)
{
	(void)arg;
	(void)name;
	return size == UINT64_MAX || size <= MOST;
}

static bool file_sink(void *arg, const uint8_t *buf, size_t n)
{
	(void)arg;
	t.size += n;
	return t.size <= MOST && write(t.fd, buf, n) == (ssize_t)n;
}

static bool core_source(void *arg, uint8_t *buf, size_t n)
{
	return core_file_read(&t.core, arg, buf, n);
}

static struct ymodem_io io_of(struct shim *s)
{
	return (struct ymodem_io){ .send = line_send,
				   .begin = file_begin,
				   .sink = file_sink,
				   .source = core_source,
				   .arg = s };
}

/*
 * Where the file comes to lie: PID 1 starts another shim proper, which finds it by its name; a hosted
 * one goes on as another program, to which its fd stays open.
 */
static int file_make(const struct shim *s)
{
	if (s->p.settings.pid1) {
		snprintf(t.path, sizeof(t.path), "%s.new", INIT_LOADED);
		unlink(t.path);
		t.fd = open(t.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	} else {
		t.fd = memfd_create("firmware", 0);
		snprintf(t.path, sizeof(t.path), "/proc/self/fd/%d", t.fd);
	}
	return t.fd < 0 ? -errno : 0;
}

int transfer_load(struct shim *s, int argc, char **argv)
{
	const struct ymodem_io io = io_of(s);
	const int error = file_make(s);

	(void)argc;
	(void)argv;
	if (error) {
		monitor_print("there is no room for a file: %s\n", strerror(-error));
		return -1;
	}
	monitor_pause(s);
	monitor_print(
		"send the file now, by YMODEM: sb FILE (C-a C-s in picocom); ^X ^X gives up\n");
	t.active = t.loads = true;
	t.size = 0;
	monitor_line_give(s, LINE_TRANSFER);
	ymodem_receive(&t.y, &io, now_ms(), PATIENCE_MS);
	return 0;
}

int transfer_core(struct shim *s, int argc, char **argv)
{
	const struct ymodem_io io = io_of(s);
	struct region only = { 0, 0 };
	uint64_t size, seconds;

	if (argc == 2 || argc > 3) {
		monitor_print("core [ADDR SIZE]: all of RAM, or a part of it\n");
		return -1;
	}
	if (argc == 3 &&
	    (!words_address(s, argv[1], &only.base) || !words_number(argv[2], &only.size)))
		return -1;
	monitor_pause(s);
	size = core_file_make(&t.core, s, argc == 3 ? &only : NULL);
	if (!size) {
		monitor_print("no RAM of the guest is there\n");
		return -1;
	}
	seconds = size * OVERHEAD / LINE_RATE;
	monitor_print("core: %" PRIu64 " bytes without pages of zeros, %" PRIu64 " min %" PRIu64
		      " s at 115200\n"
		      "receive it now, by YMODEM: rb (C-a C-r in picocom); ^X ^X gives up\n",
		      size, seconds / 60, seconds % 60);
	t.active = true;
	t.loads = false;
	monitor_line_give(s, LINE_TRANSFER);
	ymodem_send(&t.y, &io, "kvmshim.core", size, now_ms(), PATIENCE_MS);
	return 0;
}

static const char *why(enum ymodem_state state)
{
	static const char *const texts[] = {
		[YMODEM_CANCELLED] = "the other side gave it up",
		[YMODEM_LOST] = "the other side fell silent",
		[YMODEM_REFUSED] = "there is no room for that file",
	};

	return texts[state];
}

/* What came in is looked at before the guest that runs is given up for it. */
static void loaded(struct shim *s)
{
	struct failure f = { .text = "" };
	const struct prepared *p = &s->p;
	int bad;

	monitor_print("%" PRIu64 " bytes of %s have come\n", t.size, t.y.name);
	memset(&t.image, 0, sizeof(t.image));
	bad = CONFIG_VERIFY && p->keys.count
		      ? image_open_signed(&t.image, t.path, NULL, MOST, &p->keys, &f)
		      : image_open(&t.image, t.path, NULL, MOST, &f);
	if (bad) {
		monitor_print("%s\nthe guest is as it was\n", f.text);
		close(t.fd);
		return;
	}
	monitor_print("booting it: %s\n", t.image.kind[0] ? t.image.kind : "raw");
	image_close(&t.image);
	if (p->settings.pid1 && rename(t.path, INIT_LOADED) == 0)
		init_load_again();
	t.ready = true;
	exit_stop(s, NULL, OUTCOME_RESET, "", "%s", "");
}

static void finished(struct shim *s)
{
	t.active = false;
	monitor_line_give(s, LINE_MONITOR);
	monitor_print("\n");
	if (t.y.state != YMODEM_DONE)
		monitor_print("not done: %s\n", why(t.y.state));
	if (t.loads && t.y.state != YMODEM_DONE)
		close(t.fd);
	else if (t.loads)
		loaded(s);
	else if (t.y.state == YMODEM_DONE)
		monitor_print("sent: gdb-multiarch FIRMWARE.elf kvmshim.core opens it\n");
	if (!t.ready)
		monitor_prompt();
}

void transfer_take(struct shim *s, const uint8_t *buf, size_t n)
{
	ymodem_take(&t.y, buf, n, now_ms());
	if (t.y.state != YMODEM_GOES_ON)
		finished(s);
}

int transfer_serve(struct shim *s)
{
	uint64_t ms;

	if (!t.active)
		return -1;
	ms = ymodem_tick(&t.y, now_ms());
	if (t.y.state != YMODEM_GOES_ON)
		finished(s);
	return (int)ms;
}

const char *transfer_loaded(void)
{
	return t.ready ? t.path : NULL;
}
