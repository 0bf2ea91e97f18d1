// SPDX-License-Identifier: BSD-2-Clause
// A test's hand inside the emulated board. As PID 1 it runs what is typed on the line and tells how it ended;
// given words (rdinit=/launch -- WORDS) it does something to the board first and then becomes /init.
//
// Typed: COMMAND ARG...                     run it; `RAN code=N signal=N rss=KiB`
//        after SECONDS SIGNAL COMMAND...    the same, and send it SIGNAL meanwhile
//        cat FILE | count (of zombies) | remove FILE | grow FILE MIB | off
// Words: kill SIGNAL SECONDS | hog SECONDS | orphans N SECONDS | report FILE SECONDS | no-console | plain
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define WORDS_MAX 64
#define MIB (1u << 20)

static struct termios sane;

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

static void kill_later(char **word)
{
	int pid;

	sleep((unsigned)atoi(word[1]));
	pid = processes_find(is_shim, getpid());
	tell(pid ? "killing the shim" : "no shim to kill");
	if (pid)
		kill(pid, atoi(word[0]));
}

static void hog_later(char **word)
{
	int shim, fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		dprintf(fd, "-1000");
		close(fd);
	}
	sleep((unsigned)atoi(word[0]));
	shim = processes_find(is_shim, getpid());
	tell("eating memory");
	for (int left = 1 << 16; left; left--) {
		char *p =
			mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			break;
		/* Page by page: with the shim gone it stops at once, for the next one is to live. */
		for (unsigned at = 0; at < MIB; at += 4096) {
			p[at] = 1;
			if (kill(shim, 0) < 0)
				return;
		}
	}
	tell("memory was eaten");
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

static int become_init(char **word, char **rest)
{
	static const struct {
		const char *name;
		int words;
		void (*later)(char **word);
	} acts[] = {
		{ "kill", 2, kill_later },	 { "hog", 1, hog_later },
		{ "orphans", 2, orphans_later }, { "report", 2, report_later },
		{ "no-console", 0, NULL },	 { "plain", 0, NULL },
	};
	const char *name = word[0];

	for (unsigned i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		if (strcmp(name, acts[i].name))
			continue;
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

/* --- typed lines -------------------------------------------------------------------------------- */

static void line_restore(void)
{
	tcsetattr(0, TCSANOW, &sane);
	/* A killed shim may have left O_NONBLOCK on the line that we share. */
	fcntl(0, F_SETFL, fcntl(0, F_GETFL) & ~O_NONBLOCK);
	fcntl(1, F_SETFL, fcntl(1, F_GETFL) & ~O_NONBLOCK);
}

static void run(char **word)
{
	unsigned after = 0;
	int signal_sent = 0, status = 0;
	pid_t pid, timer = 0;
	struct rusage usage;

	if (!strcmp(word[0], "after") && word[1] && word[2] && word[3]) {
		after = (unsigned)atoi(word[1]);
		signal_sent = atoi(word[2]);
		word += 3;
	}
	pid = fork();
	if (pid == 0) {
		execv(word[0], word);
		_exit(127);
	}
	if (after) {
		timer = fork();
		if (timer == 0) {
			sleep(after);
			kill(pid, signal_sent);
			_exit(0);
		}
	}
	wait4(pid, &status, 0, &usage);
	if (timer) {
		kill(timer, SIGKILL);
		waitpid(timer, NULL, 0);
	}
	line_restore();
	printf("\nRAN code=%d signal=%d rss=%ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
	       WIFSIGNALED(status) ? WTERMSIG(status) : 0, usage.ru_maxrss);
}

static void cat(const char *path)
{
	char buf[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
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
	if (!strcmp(word[0], "cat") && word[1]) {
		cat(word[1]);
	} else if (!strcmp(word[0], "remove") && word[1]) {
		printf("\nRAN code=%d signal=0 rss=0\n", unlink(word[1]) != 0);
	} else if (!strcmp(word[0], "grow") && word[1] && word[2]) {
		int fd = open(word[1], O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		int bad = fd < 0 || ftruncate(fd, (off_t)atoi(word[2]) * MIB);

		if (fd >= 0)
			close(fd);
		printf("\nRAN code=%d signal=0 rss=0\n", bad);
	} else if (!strcmp(word[0], "count")) {
		zombies = 0;
		processes_find(zombie_count, 0);
		printf("\nRAN code=%d signal=0 rss=0\n", zombies);
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
