// SPDX-License-Identifier: BSD-2-Clause
// Being PID 1, the early part: file systems, a console, signals.
#include "boot/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "boot/fault.h"
#include "boot/modules.h"
#include "boot/say.h"
#include "boot/supervise.h"
#include "boot/timeline.h"

#define CONSOLE "/dev/console"
#define ACTIVE "/sys/class/tty/console/active"

static struct shared own = {
	.on_poweroff = ACTION_POWEROFF,
	.on_reset = ACTION_RESTART,
	.on_crash = ACTION_MONITOR,
};
static struct shared *shared = &own;
struct pulse *init_pulse = &own.pulse;

bool init_load(const char *firmware)
{
	if (shared == &own)
		return false;
	strcpy(shared->firmware, firmware);
	shared->loaded = LOADED_NOW;
	return true;
}

const char *init_loaded(void)
{
	return shared->loaded == LOADED_NOT ? NULL : shared->firmware;
}

void init_phase_set(enum phase phase)
{
	init_pulse->phase = phase;
	timeline_mark((enum timeline_step)phase);
}

static const struct {
	const char *type, *where;
} mounts[] = {
	{ "devtmpfs", "/dev" },
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
};
#define MOUNTS (sizeof(mounts) / sizeof(mounts[0]))

/* Returns 0 or the errno. */
static int mount_one(const char *type, const char *where)
{
	const unsigned long flags = MS_NOSUID | MS_NOEXEC;

	if (mount(type, where, type, flags, NULL) == 0 || errno == EBUSY)
		return 0;
	if (errno == ENOENT && mkdir(where, 0755) == 0 &&
	    mount(type, where, type, flags, NULL) == 0)
		return 0;
	return errno;
}

/* At most SIZE - 1 bytes of a small file, as a string. Returns false where it cannot be read. */
static bool file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static int console_open(void)
{
	char path[64] = "/dev/", active[128], *last;
	int fd = open(CONSOLE, O_RDWR | O_NOCTTY);

	if (fd < 0 && mknod(CONSOLE, S_IFCHR | 0600, makedev(5, 1)) == 0)
		fd = open(CONSOLE, O_RDWR | O_NOCTTY);
	if (fd < 0 && file_read(ACTIVE, active, sizeof(active) - 1)) {
		/* The last one named is where /dev/console would lead. */
		active[strcspn(active, "\n")] = '\0';
		last = strrchr(active, ' ');
		strncat(path, last ? last + 1 : active, sizeof(path) - sizeof("/dev/"));
		fd = open(path, O_RDWR | O_NOCTTY);
	}
	return fd < 0 ? open("/dev/null", O_RDWR) : fd;
}

/* Where the kernel opened no console: fds 0 to 2 must be something, or the next files will be. */
static void console_ensure(void)
{
	bool all = true;
	int fd;

	for (fd = 0; fd <= STDERR_FILENO; fd++)
		all &= fcntl(fd, F_GETFD) >= 0;
	if (all)
		return;
	fd = console_open();
	if (fd < 0)
		return;
	for (int to = 0; to <= STDERR_FILENO; to++)
		if (to != fd && fcntl(to, F_GETFD) < 0)
			dup2(fd, to);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* Did the person who wrote the kernel's command line choose what the kernel says on the console? */
static bool loglevel_chosen(const char *cmdline)
{
	static const char *const words[] = { "debug", "ignore_loglevel", "loglevel=" };

	for (const char *p = cmdline; *p; p += strcspn(p, " \n")) {
		p += strspn(p, " \n");
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			const size_t n = strlen(words[i]);

			if (strncmp(p, words[i], n))
				continue;
			if (words[i][n - 1] == '=' || p[n] <= ' ')
				return true;
		}
	}
	return false;
}

/*
 * Of the tables in .bss little is ever touched: a huge page for each first touch costs 2 MiB and
 * 300 thousand instructions.
 */
static void small_pages_ask(void)
{
	extern char __bss_start[], end[];
	const uintptr_t page = getauxval(AT_PAGESZ),
			start = ((uintptr_t)__bss_start + page - 1) & ~(page - 1);

	madvise((void *)start, (uintptr_t)end - start, MADV_NOHUGEPAGE);
}

char *init_early(bool pid1)
{
	static char cmdline[4096]; /* arm64's COMMAND_LINE_SIZE is 2048 */
	int errors[MOUNTS] = { 0 };
	bool known;

	timeline_mark(TIMELINE_START);
	small_pages_ask();
	if (pid1) {
		for (size_t i = 0; i < MOUNTS; i++)
			errors[i] = mount_one(mounts[i].type, mounts[i].where);
		console_ensure();
	}
	signal(SIGPIPE, SIG_IGN);
	fault_catch(!pid1);
	init_pulse->shim_pid = getpid();
	known = file_read("/proc/cmdline", cmdline, sizeof(cmdline));
	if (!pid1)
		return known ? cmdline : NULL;

	if (!known || !loglevel_chosen(cmdline))
		klogctl(8, NULL, 4); /* SYSLOG_ACTION_CONSOLE_LEVEL: errors and worse */
	for (size_t i = 0; i < MOUNTS; i++)
		if (errors[i])
			say("%s could not be mounted (%s); going on without", mounts[i].where,
			    strerror(errors[i]));
	reboot(RB_DISABLE_CAD); /* Ctrl-Alt-Del becomes SIGINT to PID 1 */
	modules_load(MODULES_FOLDER);
	return known ? cmdline : NULL;
}

void init_supervise(void)
{
	if (getpid() != 1)
		return;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		shared = &own; /* no more than the policies and the last words suffer */
	*shared = own;
	init_pulse = &shared->pulse;
	supervise(shared);
}

void init_policies_set(const struct settings *s)
{
	if (!s->raw[SET_ON_CRASH].text)
		return; /* nothing was read */
	shared->on_poweroff = s->on_poweroff;
	shared->on_reset = s->on_reset;
	shared->on_crash = s->on_crash;
	shared->watchdog = s->watchdog;
	atomic_store_explicit(&shared->policies_known, true, memory_order_release);
}
