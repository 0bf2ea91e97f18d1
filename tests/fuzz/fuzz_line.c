// SPDX-License-Identifier: BSD-2-Clause
// One line for the guest, the monitor, gdb and files: the input is what is typed, what the guest does, and time.
#include "tests/boot/viewer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "boot/crash.h"
#include "boot/debug.h"
#include "boot/exits.h"
#include "boot/gdb/gdb.h"
#include "boot/io/ymodem.h"
#include "boot/monitor/stepping.h"
#include "boot/monitor/transfer.h"
#include "tests/fuzz/fuzz.h"

#define ESCAPE 1
#define CANCEL 3
#define GUEST_FIRST 0xe0 /* what the guest prints is 0xe0 to 0xff in turn, and no byte of ours */
#define GUEST_COUNT 0x20
#define GUEST_STOPS 512 /* bytes of room: its UART says that it is full */
#define STEPS_MOST 100 /* then the person types Ctrl-C */
#define STEPPED 0xca000022

static int person = -1; /* the other end of the line */
static uint8_t printed_next, heard_next; /* the guest's bytes, modulo GUEST_COUNT */
static bool apart; /* no file or gdb has had the line: every byte on it is text or the guest's */
static uint64_t time_ms;
static unsigned steps;

int __real_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_nanosleep(const struct timespec *t, struct timespec *left);
int __wrap_poll(struct pollfd *fds, nfds_t n, int ms);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
pid_t __wrap_fork(void);

/* --- what a program cannot wait for ------------------------------------------------------------ */

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	if (clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return __real_clock_gettime(clock, t);
	*t = (struct timespec){ .tv_sec = 1 + (time_t)(time_ms / 1000),
				.tv_nsec = (long)(time_ms % 1000) * 1000000 };
	return 0;
}

/* All that has come over the line. HELD: none of it may be the guest's. */
static void hear(bool held)
{
	uint8_t buf[4096];
	long n;

	while ((n = read(person, buf, sizeof(buf))) > 0)
		for (long i = 0; apart && i < n; i++) {
			if (buf[i] < GUEST_FIRST)
				continue;
			FUZZ_HOLDS(!held);
			FUZZ_HOLDS(buf[i] - GUEST_FIRST == heard_next);
			heard_next = (heard_next + 1) % GUEST_COUNT;
		}
}

/* The line takes what waits for it. */
int __wrap_poll(struct pollfd *fds, nfds_t n, int ms)
{
	(void)n;
	(void)ms;
	hear(false);
	return fds->fd >= 0 && person >= 0;
}

static void debug_exits(unsigned cpu, uint32_t esr)
{
	struct kvm_run *run = shim.vcpu[cpu].run;
	uint64_t pc = 0;

	if (shim.vcpus.pauses || shim.vcpus.thread[cpu].held)
		return;
	fake_reg_peek(cpu, PC, &pc);
	if (esr == STEPPED)
		fake_reg_poke(cpu, PC, pc + 4);
	run->exit_reason = KVM_EXIT_DEBUG;
	run->debug.arch.hsr = esr;
	run->debug.arch.far = RAM;
	exit_serve(&shim, &shim.vcpu[cpu]);
}

/* While a step is waited for. */
int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)t;
	(void)left;
	for (unsigned i = 0; i < 2; i++)
		if (fake_debug(i)->control & KVM_GUESTDBG_SINGLESTEP)
			debug_exits(i, STEPPED);
	if (++steps > STEPS_MOST && person >= 0 && write(person, "\3", 1) < 0)
		time_ms += 1000;
	return 0;
}

/* No input makes a file. */
int __wrap_open(const char *path, int flags, ...)
{
	if (!(flags & O_CREAT))
		return __real_open(path, flags);
	errno = EROFS;
	return -1;
}

/* Nor a process: what has come whole is not looked at. */
pid_t __wrap_fork(void)
{
	errno = EAGAIN;
	return -1;
}

/* A guest that ends is kept; where the person ends that, the next run is as one after a reset. */
static void stop_serve(void)
{
	struct failure why;

	if (!stop_asked(&shim.stop, &why))
		return;
	stop_forget(&shim.stop);
	if (!monitor_ended()) {
		vcpus_pause(&shim);
		debug_pause(&shim);
		if (why.outcome != OUTCOME_RESET) {
			if (why.outcome == OUTCOME_CRASH) {
				if (!gdb_waits() || !gdb_ending())
					monitor_line_give(&shim, LINE_MONITOR);
				crash_report(&shim, &shim.vcpu[0]);
			}
			gdb_ended(&why, true);
			monitor_keep(&shim, &why);
			return;
		}
	}
	monitor_restarted(&shim);
	debug_reset(&shim, monitor_paused());
	if (!monitor_paused())
		debug_resume(&shim, -1);
	vcpus_resume(&shim, true);
}

static void round_trip(void)
{
	transfer_serve(&shim);
	if (gdb_waits())
		gdb_serve();
	stepping_serve(&shim);
	stop_serve();
	while (console_flush(&shim.io.console) && person >= 0)
		hear(false);
	apart = apart && monitor_line_owner() <= LINE_MONITOR;
	FUZZ_HOLDS(shim.vcpus.pauses == (monitor_paused() || monitor_ended()));
}

static void type(const uint8_t *buf, size_t n)
{
	const bool held = monitor_line_owner() == LINE_MONITOR;

	if (!n)
		return;
	steps = 0;
	hear(false);
	monitor_take(&shim, buf, n);
	apart = apart && monitor_line_owner() <= LINE_MONITOR;
	if (n == 1)
		hear(held && monitor_line_owner() == LINE_MONITOR);
	round_trip();
	hear(n == 1 && held && monitor_line_owner() == LINE_MONITOR);
}

static void type_each(const uint8_t *buf, size_t n)
{
	for (size_t i = 0; i < n; i++)
		type(&buf[i], 1);
}

static void type_text(const char *text)
{
	type_each((const uint8_t *)text, strlen(text));
}

/* What has a sum is whole. */
static void packet(const uint8_t *buf, size_t n)
{
	uint8_t sum = 0;
	char end[4];

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + buf[i]);
	snprintf(end, sizeof(end), "#%02x", sum);
	type_text("$");
	type(buf, n);
	type_text(end);
}

/* The same of a file. */
static void block(const uint8_t *p, size_t n)
{
	uint8_t all[3 + 128 + 2] = { 1, p[0], (uint8_t)~p[0] };
	uint16_t crc;

	memcpy(all + 3, p + 1, n - 1);
	crc = fuzz_crc16(all + 3, 128);
	all[3 + 128] = (uint8_t)(crc >> 8);
	all[3 + 128 + 1] = (uint8_t)crc;
	type(all, sizeof(all));
}

static void guest_prints(size_t n)
{
	const uint32_t lost = atomic_load(&shim.io.console.tx_lost);

	for (; n && console_room(&shim.io.console, GUEST_STOPS); n--) {
		console_put(&shim.io.console, &(uint8_t){ GUEST_FIRST + printed_next }, 1);
		printed_next = (printed_next + 1) % GUEST_COUNT;
	}
	FUZZ_HOLDS(atomic_load(&shim.io.console.tx_lost) == lost);
}

/* --- the input --------------------------------------------------------------------------------- */

static void cable_pull(void)
{
	if (person >= 0)
		close(person);
	person = -1;
	apart = false;
}

/* The N-th command, or the end of a line. */
static void word(size_t n)
{
	unsigned i = 0;

	while (i < n && monitor_word(i))
		i++;
	type_text(monitor_word(i) ? monitor_word(i) : "\r");
}

static void guest_does(unsigned n)
{
	/* A step, a breakpoint, BRK, a watchpoint. */
	static const uint32_t esr[] = { STEPPED, 0xc2000022, 0xf2000000, 0xd2000062 };

	debug_exits(n & 1, esr[n >> 1 & 3]);
	if (n == 31 && !monitor_ended())
		exit_stop(&shim, &shim.vcpu[0], OUTCOME_CRASH, "", "%s", "");
	round_trip();
}

/* Does one thing of the input, SIZE bytes of which are left. Returns how many it took. */
static size_t step(const uint8_t *data, size_t size)
{
	const size_t n = data[0] & 0x1f, some = n + 1 < size - 1 ? n + 1 : size - 1;

	switch (data[0] >> 5) {
	case 0: type_each(data + 1, some); return 1 + some;
	case 1: type(data + 1, some); return 1 + some;
	case 2: guest_prints(n + 1); return 1;
	case 3:
		time_ms += n * 1000;
		round_trip();
		return 1;
	case 4: word(n); return 1;
	case 5:
		if (monitor_line_owner() != LINE_TRANSFER)
			packet(data + 1, some);
		else if (some)
			block(data + 1, some);
		return 1 + some;
	case 6: guest_does((unsigned)n); return 1;
	default:
		if (n == 0x1f)
			cable_pull();
		else
			type((const uint8_t[]){ ESCAPE, (uint8_t)('a' + n) }, 2);
		return 1;
	}
}

/* What `info plan` tells of. */
static void plan_is(struct prepared *p)
{
	p->inputs = (struct plan_inputs){ .settings = &p->settings,
					  .board = &p->board,
					  .board_tree = &p->board_tree,
					  .host = &p->host,
					  .firmware = &p->firmware,
					  .guest = &p->guest_tree,
					  .guest_path = "virt" };
	p->board_tree = p->guest_tree;
	p->board.model = "board";
	p->board.compatible = "vendor,board";
	p->board.console.node = -1;
	p->firmware.path = p->settings.raw[SET_FIRMWARE].text = "fw";
	strcpy(p->settings.firmware.path, "fw");
	p->settings.escape = ESCAPE;
}

static void message(const char *text, size_t n)
{
	console_message(&shim.io.console, text, n);
}

static void begin(void)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN); /* as main() does */
	viewer_open(true, 0);
	monitor_output_to(NULL, NULL);
	FUZZ_HOLDS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	shim.io.console.line = (struct line){ ends[0], ends[0], false };
	person = ends[1];
	say_through(message);
	plan_is(&shim.p);
	monitor_begin(&shim);
	gdb_begin(&shim);
	time_ms = printed_next = heard_next = 0;
	apart = true;
}

/* Whatever has been: a person who knows two keys, and waits, has the guest's console again. */
static void recover(void)
{
	for (unsigned i = 0; i < 4 && monitor_line_owner() != LINE_GUEST; i++) {
		if (monitor_line_owner() == LINE_TRANSFER)
			type_each((const uint8_t[]){ CANCEL, CANCEL, CANCEL }, 3);
		for (unsigned k = 0; k < 4; k++) {
			time_ms += YMODEM_STALL_MS;
			round_trip();
		}
		if (monitor_line_owner() == LINE_TRANSFER)
			continue;
		type_text("\r"); /* of an escape key that waits for the one behind it */
		if (monitor_ended())
			type_text("\1r");
		else if (monitor_line_owner() != LINE_GUEST)
			type_text(monitor_line_owner() == LINE_GDB ? "\1g" : "\1c");
	}
	FUZZ_HOLDS(monitor_line_owner() == LINE_GUEST && !monitor_ended());
	if (monitor_paused())
		type_text("\1c\1c");
	FUZZ_HOLDS(!monitor_paused() && !gdb_attached());
}

static void end(void)
{
	const struct ring *rx = &shim.io.console.rx;
	uint32_t waits;

	type_text("\r"); /* the key behind an escape key, if that was the last one */
	waits = ring_count(rx);
	type_text("?\r");
	FUZZ_HOLDS(ring_count(rx) == waits + 2 || !ring_room(rx));
	guest_prints(3);
	round_trip();
	hear(false);
	FUZZ_HOLDS(!apart || heard_next == printed_next);
	vcpus_pause(&shim);
	debug_pause(&shim);
	debug_points_clear(&shim);
	debug_reset(&shim, false);
	debug_resume(&shim, -1);
	monitor_command(&shim, (char[]){ "trace off" });
	monitor_command(&shim, (char[]){ "physical off" });
	say_through(NULL);
	cable_pull();
	close(shim.io.console.line.in);
	viewer_close(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_begin();
	begin();
	for (size_t at = 0; at < size;)
		at += step(data + at, size - at);
	recover();
	end();
	fuzz_end();
	return 0;
}
