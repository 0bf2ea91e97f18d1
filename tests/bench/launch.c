// SPDX-License-Identifier: BSD-2-Clause
// PID 1 of the measuring board. /commands has a command a line: `run`, `idle`, `until TEXT` or `become`, then a program and
// its arguments. Lines are run in turn, ROUNDS (from the compiler's command line) times over, but `until`, which takes long and
// waits for the program to print TEXT, and `become`, where the program takes our place, only in the last round. Reports in lines
// that begin with %.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS 32
#define IDLE_SECONDS 3

static uint64_t now(void)
{
	uint64_t ticks;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
}

static long status_number(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtol(at + strlen(key), NULL, 10) : 0;
}

/* How often the threads of PID were switched to so far. */
static long switches(pid_t pid)
{
	char path[300], text[4096];
	struct dirent *task;
	long sum = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (task = readdir(dir))) {
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", pid, task->d_name);
		fd = open(path, O_RDONLY);
		n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
		if (fd >= 0)
			close(fd);
		text[n > 0 ? n : 0] = '\0';
		sum += status_number(text, "\nvoluntary_ctxt_switches:") +
		       status_number(text, "\nnonvoluntary_ctxt_switches:");
	}
	if (dir)
		closedir(dir);
	return sum;
}

static void command_run(char **argv, bool idle)
{
	struct rusage usage;
	uint64_t end;
	int status;
	pid_t pid;

	printf("%% begin %lx\n", now());
	fflush(stdout);
	pid = vfork();
	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	if (idle) {
		long before;

		sleep(1);
		before = switches(pid);
		sleep(IDLE_SECONDS);
		printf("%% idle %ld\n", switches(pid) - before);
		kill(pid, SIGTERM);
	}
	wait4(pid, &status, 0, &usage);
	end = now();
	printf("\n%% end %lx status %x rss %ld\n", end, status, usage.ru_maxrss);
	fflush(stdout);
}

static void command_until(const char *text, char **argv)
{
	static char seen[1 << 16];
	size_t used = 0;
	int end[2];
	ssize_t n;
	pid_t pid;

	if (pipe(end))
		return;
	printf("%% begin %lx\n", now());
	fflush(stdout);
	pid = vfork();
	if (pid == 0) {
		dup2(end[1], 1);
		close(end[0]);
		close(end[1]);
		execv(argv[0], argv);
		_exit(127);
	}
	close(end[1]);
	while (used < sizeof(seen) - 1 &&
	       (n = read(end[0], seen + used, sizeof(seen) - 1 - used)) > 0) {
		used += (size_t)n;
		seen[used] = '\0';
		if (!strstr(seen, text))
			continue;
		printf("%% until %lx\n", now());
		break;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(end[0]);
}

static void line_do(char *line, unsigned round)
{
	char *word[WORDS], *rest = NULL;
	int n = 0;

	for (char *w = strtok_r(line, " \n", &rest); w && n < WORDS - 1;
	     w = strtok_r(NULL, " \n", &rest))
		word[n++] = w;
	for (int i = 0; i < n; i++)
		for (char *c = word[i]; *c; c++)
			if (*c == '~') /* a blank inside a word */
				*c = ' ';
	word[n] = NULL;
	if (n < 2)
		return;
	if (!strcmp(word[0], "run") || !strcmp(word[0], "idle")) {
		command_run(word + 1, !strcmp(word[0], "idle"));
	} else if (round < ROUNDS - 1) {
		return;
	} else if (!strcmp(word[0], "until") && n > 2) {
		command_until(word[1], word + 2);
	} else {
		printf("%% begin %lx\n", now());
		fflush(stdout);
		execv(word[1], word + 1);
	}
}

int main(void)
{
	static char text[4096];
	uint64_t hz;
	ssize_t n;
	int fd;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	printf("%% hz %lu\n", hz);
	fd = open("/commands", O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (char *line = text; *line;) {
			char own[512];
			size_t length = strcspn(line, "\n");

			snprintf(own, sizeof(own), "%.*s", (int)length, line);
			line_do(own, round);
			line += length + (line[length] == '\n');
		}
	}
	reboot(RB_POWER_OFF);
	return 0;
}
