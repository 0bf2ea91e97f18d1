// SPDX-License-Identifier: BSD-2-Clause
// PID 1 of a board that runs test programs: init BOARD PROGRAM... runs each with the board's name, then powers off.
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(char *program, char *board)
{
	char path[64], *argv[] = { program, board, NULL };
	int status = 0;
	pid_t pid;

	snprintf(path, sizeof(path), "/%s", program);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execv(path, argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	for (int i = 2; i < argc; i++) {
		printf("== begin %s\n", argv[i]);
		printf("== end %s %d\n", argv[i], run(argv[i], argv[1]));
	}
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 1;
}
