// SPDX-License-Identifier: BSD-2-Clause
// Something happens to the board, then launch becomes /init, or while /init runs.
//
// Words: kill SIGNAL,... SECONDS (each shim that runs, one after another) | fault SECONDS (send it to address 16)
//        stop MARGIN SECONDS (a watchdog of MARGIN seconds, then the shim is stopped)
//        fill MIB (of the board's memory, for ever) | orphans N SECONDS | report FILE SECONDS | no-console | plain
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

/* State letter and parent of PID; false when it is gone. */
static bool process_read(int pid, char *state, int *parent)
{
	char path[64], text[512], *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = 0;
	end = strrchr(text, ')');
	return end && sscanf(end + 1, " %c %d", state, parent) == 2;
}

/* Calls FN for each process; stops when it returns true. */
static int processes_find(bool (*fn)(int pid, char state, int parent, int arg), int arg)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int found = 0;

	while (dir && !found && (e = readdir(dir))) {
		int pid = atoi(e->d_name), parent;
		char state;

		if (pid > 0 && process_read(pid, &state, &parent) && fn(pid, state, parent, arg))
			found = pid;
	}
	if (dir)
		closedir(dir);
	return found;
}

static int zombies;

static bool zombie_count(int pid, char state, int parent, int arg)
{
	(void)pid, (void)parent, (void)arg;
	zombies += state == 'Z';
	return false;
}

/* The shim proper: PID 1's child that has /dev/kvm open, so not this helper. */
static bool is_shim(int pid, char state, int parent, int self)
{
	char path[64], target[64];

	if (parent != 1 || pid == self || state == 'Z')
		return false;
	for (int fd = 0; fd < 64; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		n = readlink(path, target, sizeof(target) - 1);
		if (n > 0) {
			target[n] = 0;
			if (strstr(target, "kvm-vm"))
				return true;
		}
	}
	return false;
}

static void tell(const char *text)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		dprintf(fd, "<1>launch: %s\n", text);
		close(fd);
	}
}

/* --- words: something happens to the board while /init runs ------------------------------------- */

/* The shim once it has been running for SECONDS; not OTHER. */
static int shim_wait(const char *seconds, int other)
{
	int pid;

	while ((pid = processes_find(is_shim, getpid())) == 0 || pid == other)
		usleep(100000);
	sleep((unsigned)atoi(seconds));
	return pid;
}

static void kill_later(char **word)
{
	int pid = 0;

	for (char *number = strtok(word[0], ","); number; number = strtok(NULL, ",")) {
		pid = shim_wait(word[1], pid);
		tell("killing the shim");
		kill(pid, atoi(number));
	}
}

/* A fault of the shim's own: its first thread goes on where nothing is. */
static void fault_later(char **word)
{
	int pid = shim_wait(word[0], 0);
	struct user_regs_struct regs;
	struct iovec io = { &regs, sizeof(regs) };

	tell("sending the shim astray");
	ptrace(PTRACE_ATTACH, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_GETREGSET, pid, 1 /* NT_PRSTATUS */, &io);
	regs.pc = 16;
	ptrace(PTRACE_SETREGSET, pid, 1, &io);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static void stop_later(char **word)
{
	int pid = shim_wait(word[1], 0);

	tell("stopping the shim");
	kill(pid, SIGSTOP);
}

/* Before /init, which loads modules without parameters and finds this one there. */
static void softdog_load(const char *margin)
{
	char text[64];
	int fd = open("/softdog.ko", O_RDONLY | O_CLOEXEC);

	snprintf(text, sizeof(text), "soft_margin=%s", margin);
	if (fd < 0 || syscall(SYS_finit_module, fd, text, 0))
		tell("softdog could not be loaded");
	close(fd);
}

static void orphans_later(char **word)
{
	char text[64];

	for (int i = 0; i < atoi(word[0]); i++) {
		if (fork() == 0) {
			if (fork() == 0) {
				usleep(100000);
				_exit(0);
			}
			_exit(0);
		}
		wait(NULL);
	}
	sleep((unsigned)atoi(word[1]));
	zombies = 0;
	processes_find(zombie_count, 0);
	snprintf(text, sizeof(text), "%d zombies", zombies);
	tell(text);
}

static void report_later(char **word)
{
	char text[256];
	ssize_t n = -1;
	int fd;

	mount("sys", "/sys", "sysfs", 0, NULL);
	sleep((unsigned)atoi(word[1]));
	fd = open(word[0], O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	text[n < 0 ? 0 : n] = 0;
	tell(n < 0 ? "no such file" : text);
}

/* Files of the initramfs's file system are never swapped out or written back. */
static void fill(const char *mib)
{
	static char zeros[MIB];
	int fd = open("/fill", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	for (int left = atoi(mib); left; left--)
		if (write(fd, zeros, MIB) != (ssize_t)MIB)
			tell("the board's memory could not be filled");
	close(fd);
}

int become_init(char **word, char **rest)
{
	static const struct {
		const char *name;
		int words;
		void (*later)(char **word);
	} acts[] = {
		{ "kill", 2, kill_later },     { "fault", 1, fault_later },
		{ "stop", 2, stop_later },     { "orphans", 2, orphans_later },
		{ "report", 2, report_later }, { "no-console", 0, NULL },
		{ "plain", 0, NULL },	       { "fill", 1, NULL },
	};
	const char *name = word[0];

	for (unsigned i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		if (strcmp(name, acts[i].name))
			continue;
		if (!strcmp(name, "stop"))
			softdog_load(word[1]);
		if (!strcmp(name, "fill"))
			fill(word[1]);
		if (acts[i].later && fork() == 0) {
			/* /proc is /init's to mount: this one is seen here alone. */
			unshare(CLONE_NEWNS);
			mount("proc", "/proc", "proc", 0, NULL);
			acts[i].later(word + 1);
			_exit(0);
		}
		if (!strcmp(name, "no-console")) {
			unlink("/dev/console");
			for (int fd = 0; fd < 3; fd++)
				close(fd);
		}
		rest = word + acts[i].words;
		rest[0] = (char *)"/init";
		execv("/init", rest);
	}
	_exit(126);
}
