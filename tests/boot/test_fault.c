// SPDX-License-Identifier: BSD-2-Clause
// A fault in the shim: the sentence, and the real handler in a process of its own.
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/fault.h"

#include <cmocka.h>

static const struct {
	struct pulse pulse;
	int signal;
	const char *text;
} told[] = {
	{ { .phase = PHASE_GUEST,
	    .fault_signal = SIGSEGV,
	    .fault_code = SEGV_MAPERR,
	    .fault_address = 0x10,
	    .fault_pc = 0x402f3c,
	    .shim_pid = 7 },
	  SIGSEGV,
	  "the shim died of SIGSEGV at address 0x10 (pc 0x402f3c) while the guest ran. "
	  "This is a defect of kvmshim: please report it with this line." },
	{ { .phase = PHASE_BUILD,
	    .fault_signal = SIGSEGV,
	    .fault_code = (uint32_t)SI_USER,
	    .fault_address = 41,
	    .fault_pc = 0x400000,
	    .shim_pid = 7 },
	  SIGSEGV,
	  "the shim was ended by SIGSEGV from process 41 while the guest was built: "
	  "somebody wanted it to end." },
	{ { .phase = PHASE_PLAN,
	    .fault_signal = SIGABRT,
	    .fault_code = (uint32_t)SI_TKILL,
	    .fault_address = 7,
	    .fault_pc = 0x400000,
	    .shim_pid = 7 },
	  SIGABRT,
	  "the shim died of SIGABRT (pc 0x400000) while the plan was made. "
	  "This is a defect of kvmshim: please report it with this line." },
	{ { .phase = PHASE_GUEST },
	  SIGKILL,
	  "the shim was ended by SIGKILL while the guest ran: out of memory, or by hand. "
	  "Give the guest less with memory=SIZE if the kernel's log tells of memory." },
	{ { .phase = PHASE_GUEST },
	  SIGTERM,
	  "the shim was ended by SIGTERM while the guest ran: somebody wanted it to end." },
	{ { .phase = PHASE_BOARD },
	  SIGSEGV,
	  "the shim died of SIGSEGV while the board's tree was read. "
	  "This is a defect of kvmshim: please report it with this line." },
	{ { .phase = 99 },
	  40,
	  "the shim was ended by signal 40 while nobody knows what: somebody wanted it to end." },
};

static void death_is_told_in_one_sentence(void **state)
{
	char text[480];

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		size_t n = fault_tell(text, sizeof(text), &told[i].pulse, told[i].signal);

		assert_string_equal(text, told[i].text);
		assert_int_equal(n, strlen(text));
	}
}

static void sentence_stays_within_its_buffer(void **state)
{
	char text[16];

	(void)state;
	text[11] = '#';
	assert_int_equal(fault_tell(text, 11, &told[0].pulse, SIGSEGV), 10);
	assert_string_equal(text, "the shim d");
	assert_int_equal(text[11], '#');
}

/*
 * Run CRIME in a hosted process. Returns its exit code (or 1000 + signal) with what it printed in
 * TEXT.
 */
static int hosted(void (*crime)(void), char *text, size_t size)
{
	int fds[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		init_early(false);
		init_supervise(); /* nothing when hosted */
		init_phase_set(PHASE_GUEST);
		crime();
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], text + used, size - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void touch_nothing(void)
{
	char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*(volatile char *)page = 1;
}

static void read_beyond_a_file(void)
{
	int fd = memfd_create("empty", 0);
	char *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	(void)*(volatile char *)page;
}

static void overflow(void)
{
	volatile char frame[1 << 16];

	frame[0] = 1;
	if (frame[0])
		overflow();
	frame[1] = 2;
}

static void be_told_to_end(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	for (;;)
		pause();
}

static void write_to_nobody(void)
{
	int fds[2];

	if (pipe(fds))
		_exit(99);
	close(fds[0]);
	_exit(write(fds[1], "x", 1) < 0 ? 5 : 6);
}

static void hosted_fault_is_told_and_ends_with_68(void **state)
{
	char text[1024];

	(void)state;
	assert_int_equal(hosted(touch_nothing, text, sizeof(text)), 68);
	assert_non_null(strstr(text, "kvmshim: the shim died of SIGSEGV at address 0x"));
	assert_non_null(strstr(text, "(pc 0x"));
	assert_non_null(strstr(text, "while the"));
	assert_string_equal(strstr(text, "kvmshim: outcome"), "kvmshim: outcome: internal (68)\n");
	assert_int_equal(hosted(read_beyond_a_file, text, sizeof(text)), 68);
	assert_non_null(strstr(text, "died of SIGBUS"));
	assert_int_equal(hosted(overflow, text, sizeof(text)), 68);
	assert_non_null(strstr(text, "died of SIGSEGV"));
}

static void hosted_term_is_told_with_its_sender(void **state)
{
	char text[1024];

	(void)state;
	assert_int_equal(hosted(be_told_to_end, text, sizeof(text)), 68);
	assert_non_null(strstr(text, "was ended by SIGTERM from process "));
	assert_non_null(strstr(text, "kvmshim: outcome: internal (68)\n"));
}

static void broken_pipe_is_an_error_not_a_death(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(hosted(write_to_nobody, text, sizeof(text)), 5);
}

static void hosted_kernel_command_line_is_read(void **state)
{
	char want[4096] = "";
	int fd = open("/proc/cmdline", O_RDONLY);

	(void)state;
	assert_true(fd >= 0);
	assert_true(read(fd, want, sizeof(want) - 1) > 0);
	close(fd);
	assert_string_equal(init_early(false), want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(death_is_told_in_one_sentence),
		cmocka_unit_test(sentence_stays_within_its_buffer),
		cmocka_unit_test(hosted_fault_is_told_and_ends_with_68),
		cmocka_unit_test(hosted_term_is_told_with_its_sender),
		cmocka_unit_test(broken_pipe_is_an_error_not_a_death),
		cmocka_unit_test(hosted_kernel_command_line_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
