// SPDX-License-Identifier: BSD-2-Clause
// A test's hand inside the emulated board. As PID 1 it runs what is typed on the line and tells how it ended;
// given words (rdinit=/launch -- WORDS) it does something to the board and becomes /init: see become.c.
//
// Typed: COMMAND ARG...                     run it; `RAN code=N signal=N rss=KiB`
//        after SECONDS SIGNAL COMMAND...    the same, and send it SIGNAL meanwhile
//        held AFTER FOR COMMAND...          the same, and the line takes nothing from AFTER ms on, FOR ms long
//        pinned COMMAND ARG...              the same, each of its threads on a processor of its own
//        late COMMAND ARG...                the same, with its output through a pipe, and `LATE NANOSECONDS` for
//                                           how long after the guest's `LAST COUNTER.` was said it came out
//        cat FILE | hex FILE | remove FILE | size FILE | grow FILE MIB | off
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "launch.h"

#define WORDS_MAX 64

static struct termios sane;

/* --- typed lines -------------------------------------------------------------------------------- */

static void line_restore(void)
{
	tcsetattr(0, TCSANOW, &sane);
	tcflow(1, TCOON);
	/* A killed shim may have left O_NONBLOCK on the line that we share. */
	fcntl(0, F_SETFL, fcntl(0, F_GETFL) & ~O_NONBLOCK);
	fcntl(1, F_SETFL, fcntl(1, F_GETFL) & ~O_NONBLOCK);
}

/* For its first seconds, PID's N-th thread is put onto the N-th processor. */
static void pin(pid_t pid)
{
	const unsigned long processors = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	for (unsigned i = 0; i < 50; i++) {
		struct dirent **task = NULL;
		const int n = scandir(path, &task, NULL, versionsort);

		for (int t = 0; t < n; t++) {
			const pid_t tid = (pid_t)atoi(task[t]->d_name);
			cpu_set_t set;

			CPU_ZERO(&set);
			CPU_SET((unsigned long)(t - 2) % processors, &set); /* behind . and .. */
			if (tid)
				sched_setaffinity(tid, sizeof(set), &set);
			free(task[t]);
		}
		free(task);
		usleep(100000);
	}
}

static void hold(unsigned after_ms, unsigned for_ms)
{
	usleep(after_ms * 1000);
	tcflow(1, TCOOFF);
	usleep(for_ms * 1000);
	tcflow(1, TCOON);
}

static void run(char **word)
{
	unsigned after = 0, held_after = 0, held_for = 0;
	int signal_sent = 0, status = 0;
	bool pinned = false;
	pid_t pid, meanwhile;
	struct rusage usage;

	if (!strcmp(word[0], "after") && word[1] && word[2] && word[3]) {
		after = (unsigned)atoi(word[1]);
		signal_sent = atoi(word[2]);
		word += 3;
	} else if (!strcmp(word[0], "held") && word[1] && word[2] && word[3]) {
		held_after = (unsigned)atoi(word[1]);
		held_for = (unsigned)atoi(word[2]);
		word += 3;
	} else if (!strcmp(word[0], "pinned") && word[1]) {
		pinned = true;
		word++;
	}
	pid = fork();
	if (pid == 0) {
		execv(word[0], word);
		_exit(127);
	}
	meanwhile = fork();
	if (meanwhile == 0) {
		if (pinned)
			pin(pid);
		if (held_for)
			hold(held_after, held_for);
		if (after) {
			sleep(after);
			kill(pid, signal_sent);
		}
		_exit(0);
	}
	wait4(pid, &status, 0, &usage);
	kill(meanwhile, SIGKILL);
	waitpid(meanwhile, NULL, 0);
	line_restore();
	printf("\nRAN code=%d signal=%d rss=%ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
	       WIFSIGNALED(status) ? WTERMSIG(status) : 0, usage.ru_maxrss);
}

static uint64_t counter(void)
{
	uint64_t v;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(v)::"memory");
	return v;
}

static uint64_t counter_hz(void)
{
	uint64_t v;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(v));
	return v;
}

static void late(char **word)
{
	static char text[65536];
	uint64_t came = 0, said = 0;
	size_t used = 0;
	int end[2], status;
	char *last = NULL;
	ssize_t n;
	pid_t pid;

	if (pipe(end))
		return;
	pid = fork();
	if (pid == 0) {
		dup2(end[1], 1);
		close(end[0]);
		close(end[1]);
		execv(word[0], word);
		_exit(127);
	}
	close(end[1]);
	while (used < sizeof(text) - 1 &&
	       (n = read(end[0], text + used, sizeof(text) - 1 - used)) > 0) {
		came = counter();
		used += (size_t)n;
		text[used] = 0;
		last = strstr(text, "LAST ");
		if (last && strchr(last, '.'))
			break;
	}
	if (last)
		said = strtoull(last + 5, NULL, 16);
	/* Nothing more comes out of it, but it burns the one processor. */
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(end[0]);
	line_restore();
	if (last)
		printf("\nLATE %llu\n",
		       (unsigned long long)((came - said) * (1000000000 / counter_hz())));
	else
		printf("\n%s\n", text);
	printf("\nRAN code=%d signal=0 rss=0\n", !last);
}

/* IN_HEX: what the line would change else. */
static void cat(const char *path, bool in_hex)
{
	unsigned char buf[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		if (in_hex)
			for (ssize_t i = 0; i < n; i++)
				printf("%02x%s", buf[i], i % 32 == 31 || i == n - 1 ? "\n" : "");
		else
			fwrite(buf, 1, (size_t)n, stdout);
	if (fd >= 0)
		close(fd);
	printf("\nRAN code=%d signal=0 rss=0\n", fd < 0);
}

static void serve(char *line)
{
	char *word[WORDS_MAX + 1], *save;
	int n = 0;

	for (char *w = strtok_r(line, " \n", &save); w && n < WORDS_MAX;
	     w = strtok_r(NULL, " \n", &save)) {
		for (char *c = w; *c; c++)
			if (*c == '~') /* a blank inside a word */
				*c = ' ';
		word[n++] = w;
	}
	word[n] = NULL;
	if (!n)
		return;
	if (!strcmp(word[0], "off"))
		reboot(RB_POWER_OFF);
	if ((!strcmp(word[0], "cat") || !strcmp(word[0], "hex")) && word[1]) {
		cat(word[1], word[0][0] == 'h');
	} else if (!strcmp(word[0], "remove") && word[1]) {
		printf("\nRAN code=%d signal=0 rss=0\n", unlink(word[1]) != 0);
	} else if (!strcmp(word[0], "size") && word[1]) {
		struct stat st = { 0 };
		int bad = stat(word[1], &st) != 0;

		printf("%lld bytes\nRAN code=%d signal=0 rss=0\n", (long long)st.st_size, bad);
	} else if (!strcmp(word[0], "grow") && word[1] && word[2]) {
		int fd = open(word[1], O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		int bad = fd < 0 || ftruncate(fd, (off_t)atoi(word[2]) * MIB);

		if (fd >= 0)
			close(fd);
		printf("\nRAN code=%d signal=0 rss=0\n", bad);
	} else if (!strcmp(word[0], "late") && word[1]) {
		late(word + 1);
	} else {
		run(word);
	}
}

int main(int argc, char **argv)
{
	static char line[4096];

	mount("dev", "/dev", "devtmpfs", 0, NULL);
	if (argc > 1)
		return become_init(argv + 1, argv + argc);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, NULL);
	tcgetattr(0, &sane);
	sane.c_lflag &= ~(tcflag_t)ECHO;
	line_restore();
	for (;;) {
		printf("launch# ");
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin)) {
			clearerr(stdin);
			usleep(100000);
			continue;
		}
		serve(line);
		fflush(stdout);
	}
}
