// SPDX-License-Identifier: BSD-2-Clause
// Firmware that came over the line, on its way to the next run.
#include "boot/monitor/load.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/exits.h"
#include "boot/init.h"
#include "boot/monitor/monitor.h"
#include "boot/shim.h"

#define MOST (256u << 20) /* bytes of a file: hours at 115200 */
#define TRY_MS 60000 /* for all that is packed to be unpacked */
#define ARGS_MOST 60 /* of this program's own, when it starts itself again */
#define NEW INIT_LOADED ".new"

static const char own_fd[] = "/proc/self/fd/";

static struct {
	int fd; /* the file, while it is not known whether it is wanted */
	uint64_t size, most;
	char path[40]; /* of the file */
	char option[INIT_FIRMWARE - 40];
	char next[INIT_FIRMWARE]; /* firmware= of the next run, "": none */
	pid_t pid; /* who looks whether it can be booted */
	int told; /* the pipe over which it tells */
	unsigned looked; /* times */
} l = { .fd = -1 };

bool load_begin(struct shim *s, const char *option)
{
	const struct settings *set = &s->p.settings;
	const size_t path = strlen(set->firmware.path);

	/* Behind the path, which was cut off when the setting was read. */
	if (!option)
		option = set->raw[SET_FIRMWARE].text + path;
	if (strlen(option) >= sizeof(l.option)) {
		monitor_print("%.40s... is too long\n", option);
		return false;
	}
	strcpy(l.option, option);
	l.size = 0;
	if (set->pid1) {
		/* PID 1's next child finds it by its name. */
		strcpy(l.path, NEW);
		unlink(NEW);
		l.fd = open(NEW, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	} else {
		/* It goes over to another program as an open file. */
		l.fd = memfd_create("loaded", 0);
		snprintf(l.path, sizeof(l.path), "%s%d", own_fd, l.fd);
	}
	if (l.fd < 0)
		monitor_print("there is no room for a file: %s\n", strerror(errno));
	return l.fd >= 0;
}

bool load_fits(uint64_t size)
{
	struct sysinfo info;

	l.most = MOST;
	if (sysinfo(&info) == 0 && (uint64_t)info.freeram * info.mem_unit / 2 < l.most)
		l.most = (uint64_t)info.freeram * info.mem_unit / 2;
	return size == UINT64_MAX || size <= l.most;
}

bool load_keep(const uint8_t *buf, size_t n)
{
	l.size += n;
	return l.size <= l.most && write(l.fd, buf, n) == (ssize_t)n;
}

void load_drop(void)
{
	if (l.pid) {
		kill(l.pid, SIGKILL);
		waitpid(l.pid, NULL, 0);
		close(l.told);
		l.pid = 0;
	}
	if (l.fd < 0)
		return;
	close(l.fd);
	l.fd = -1;
	if (!strcmp(l.path, NEW))
		unlink(NEW);
}

/* In a process of its own, which may spoil what it likes: all that a start does up to the plan. */
static _Noreturn void look(struct shim *s, int tell)
{
	struct failure f = { .text = "" };
	struct prepared *p = &s->p;
	const char *text = f.text;
	char firmware[INIT_FIRMWARE];
	int bad;

	snprintf(firmware, sizeof(firmware), "%s%s", l.path, l.option);
	p->keys.count = 0;
	bad = settings_note(&p->settings, SET_FIRMWARE, firmware, ORIGIN_ARGV, &f) ||
	      settings_read(&p->settings, NULL, -1, &f) || prepare_images(p, &f) ||
	      prepare_plan(p, &f);
	if (!bad)
		text = p->firmware.kind;
	_exit(write(tell, text, strlen(text)) < 0 || bad);
}

/* What the guest has in memory is nothing that a process of ours needs. */
static void ram_keep(const struct shim *s)
{
	for (unsigned i = 0; i < s->p.plan.banks; i++)
		madvise(s->ram[i], s->p.plan.ram[i].size, MADV_DONTFORK);
	for (unsigned i = 0; i < s->p.plan.machine.flashes; i++)
		madvise(s->flash.bank[i].hva, s->p.plan.machine.flash[i].size, MADV_DONTFORK);
}

bool load_try(struct shim *s)
{
	int ends[2] = { -1, -1 };

	l.looked = 0;
	ram_keep(s);
	if (pipe2(ends, O_CLOEXEC) < 0 || (l.pid = fork()) < 0) {
		l.pid = 0;
		monitor_print("it cannot be looked at: %s. The guest is as it was\n",
			      strerror(errno));
		close(ends[0]);
		close(ends[1]);
		load_drop();
		return false;
	}
	if (!l.pid)
		look(s, ends[1]);
	close(ends[1]);
	l.told = ends[0];
	return true;
}

/* It is to be booted. False: it has been printed why that cannot be. */
static bool take(const struct shim *s)
{
	const char *path = s->p.settings.pid1 ? INIT_LOADED : l.path;

	if (s->p.settings.pid1 && rename(NEW, INIT_LOADED) < 0) {
		monitor_print("%s cannot be made: %s\n", INIT_LOADED, strerror(errno));
		return false;
	}
	snprintf(l.next, sizeof(l.next), "%s%s", path, l.option);
	l.fd = -1; /* stays open for the other program; one of PID 1's is closed with this one */
	return true;
}

bool load_tried(struct shim *s)
{
	char text[sizeof(((struct failure *)0)->text)];
	int status;
	ssize_t n;

	if (waitpid(l.pid, &status, WNOHANG) == 0) {
		if (++l.looked < TRY_MS / LOAD_LOOK_MS)
			return false;
		monitor_print("unpacking it takes too long. The guest is as it was\n");
		load_drop();
		return true;
	}
	l.pid = 0;
	n = read(l.told, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	close(l.told);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && take(s)) {
		monitor_print("booting it: %s\n", text);
		exit_stop(s, NULL, OUTCOME_RESET, "", "%s", "");
		return true;
	}
	if (WIFSIGNALED(status))
		monitor_print("looking at it ended in signal %d: please report that\n",
			      WTERMSIG(status));
	else if (WEXITSTATUS(status))
		monitor_print("%s\n", text);
	monitor_print("The guest is as it was\n");
	load_drop();
	return true;
}

const char *load_next(void)
{
	return l.next[0] ? l.next : NULL;
}

int load_boot(int argc, char **argv, struct failure *f)
{
	const size_t n = sizeof(own_fd) - 1;
	char option[sizeof("--firmware=") + INIT_FIRMWARE], *again[ARGS_MOST + 2];

	if (init_load(l.next))
		return OUTCOME_RESET;
	if (argc > ARGS_MOST)
		argc = ARGS_MOST;
	/* What was loaded before makes room. */
	if (argc > 1 && !strncmp(argv[argc - 1], "--firmware=", 11) &&
	    !strncmp(argv[argc - 1] + 11, own_fd, n)) {
		argc--;
		close(atoi(argv[argc] + 11 + n));
	}
	snprintf(option, sizeof(option), "--firmware=%s", l.next);
	memcpy(again, argv, (size_t)argc * sizeof(*argv));
	again[argc] = option;
	again[argc + 1] = NULL;
	execv("/proc/self/exe", again);
	return fail(f, OUTCOME_INTERNAL, "E-EXEC",
		    "what was loaded cannot be booted: this program cannot start itself again: "
		    "%s: is /proc mounted?",
		    strerror(errno));
}
