// SPDX-License-Identifier: BSD-2-Clause
// What follows the end of a run; and the supervisor itself, as PID 1 of a namespace of its own.
#include <sched.h>
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
#include "boot/supervise.h"
#include "boot/watchdog.h"

#include <cmocka.h> /* last: its fail() is not outcome.h's */

static const struct shared usual = {
	.on_poweroff = ACTION_POWEROFF,
	.on_reset = ACTION_RESTART,
	.on_crash = ACTION_MONITOR,
};

static void exit_code_chooses_the_policy(void **state)
{
	struct shared s = { .on_poweroff = ACTION_REBOOT,
			    .on_reset = ACTION_POWEROFF,
			    .on_crash = ACTION_RESTART };
	static const int crashes[] = { 33, 34, 64, 65, 66, 67, 68, 1, 255 };

	(void)state;
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		unsigned failures = 0;

		assert_int_equal(supervise_decide(&s, crashes[i], 0, &failures).step, STEP_AGAIN);
		assert_int_equal(failures, 1);
		assert_int_equal(supervise_decide(&s, 0, 0, &failures).step, STEP_REBOOT);
		assert_int_equal(supervise_decide(&s, 32, 0, &failures).step, STEP_POWEROFF);
		assert_int_equal(failures, 0);
	}
}

static void usual_policies_hold(void **state)
{
	unsigned failures = 0;
	struct shared seen = usual;
	struct supervise_next next;

	(void)state;
	next = supervise_decide(&seen, 0, 5, &failures);
	assert_int_equal(next.step, STEP_POWEROFF);
	assert_int_equal(next.wait, 0);
	next = supervise_decide(&seen, 32, 5, &failures);
	assert_int_equal(next.step, STEP_AGAIN);
	assert_int_equal(next.wait, 0);
	next = supervise_decide(&seen, 68, 5, &failures);
	assert_int_equal(next.step, STEP_POWEROFF);
	assert_int_equal(next.wait, 10);
	assert_string_equal(next.why, "there is no guest for the monitor to show");
	/* A guest that was kept for the monitor has been looked at. */
	seen.pulse.phase = PHASE_END;
	next = supervise_decide(&seen, 33, 5, &failures);
	assert_int_equal(next.step, STEP_POWEROFF);
	assert_int_equal(next.wait, 0);
	assert_null(next.why);
}

static void restart_backs_off_and_gives_up_after_three(void **state)
{
	struct shared s = usual;
	struct supervise_next next;
	unsigned failures = 0;

	(void)state;
	s.on_crash = ACTION_RESTART;
	for (unsigned i = 0; i < 2; i++) {
		next = supervise_decide(&s, 33, 59, &failures);
		assert_int_equal(next.step, STEP_AGAIN);
		assert_int_equal(next.wait, 1u << i);
	}
	next = supervise_decide(&s, 33, 59, &failures);
	assert_int_equal(next.step, STEP_POWEROFF);
	assert_int_equal(next.wait, 10);
}

static void steady_minute_forgives_failures(void **state)
{
	struct shared s = usual;
	unsigned failures = 0;

	(void)state;
	s.on_crash = ACTION_RESTART;
	for (int i = 0; i < 20; i++) {
		struct supervise_next next = supervise_decide(&s, 33, 60, &failures);

		assert_int_equal(next.step, STEP_AGAIN);
		assert_int_equal(next.wait, 1);
	}
}

/* --- the real thing, where the kernel lets us have a PID namespace --- */

struct scene {
	unsigned starts; /* how often the child was started */
	struct shared shared;
};

/*
 * What the child does: the first FAILURES starts end with ENDING (below 0: that signal), the next
 * one powers off.
 */
struct script {
	int ending;
	unsigned failures;
	int from_outside; /* a signal that PID 1 is sent while the child runs */
};

static void act(struct scene *scene, const struct script *script)
{
	init_pulse = &scene->shared.pulse;
	fault_catch(false);
	supervise(&scene->shared);
	/* The child. */
	init_phase_set(PHASE_GUEST);
	if (scene->starts++ >= script->failures)
		_exit(0);
	if (script->from_outside) {
		kill(1, script->from_outside);
		if (!script->ending)
			pause();
	}
	if (script->ending < 0)
		raise(-script->ending);
	_exit(script->ending);
}

/*
 * Run the supervisor as PID 1 with what it says in TEXT. Returns the signal that the kernel ends
 * such a namespace with: SIGINT for a power-off, SIGHUP for a reboot (reboot(2)); -1 where it has
 * none.
 */
static int perform(struct scene *scene, const struct script *script, char *text, size_t size)
{
	int fds[2], status, code;
	size_t used = 0;
	ssize_t n;
	pid_t outer;

	assert_int_equal(pipe(fds), 0);
	outer = fork();
	if (outer == 0) {
		pid_t inner;

		if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID))
			_exit(255);
		inner = fork();
		if (inner == 0) {
			dup2(fds[1], STDOUT_FILENO);
			if (getpid() == 1)
				act(scene, script);
			_exit(254);
		}
		close(fds[1]);
		waitpid(inner, &status, 0);
		_exit(WIFSIGNALED(status) ? WTERMSIG(status) : 253);
	}
	close(fds[1]);
	while ((n = read(fds[0], text + used, size - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(fds[0]);
	waitpid(outer, &status, 0);
	code = WEXITSTATUS(status);
	return code == 255 ? -1 : code;
}

static struct scene *scene_new(void)
{
	struct scene *scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(scene != MAP_FAILED);
	scene->shared = usual;
	return scene;
}

static void fault_is_told_and_the_shim_starts_again(void **state)
{
	const struct script script = { .ending = -SIGSEGV, .failures = 1 };
	struct scene *scene = scene_new();
	char text[4096];
	int end;

	(void)state;
	scene->shared.on_crash = ACTION_RESTART;
	end = perform(scene, &script, text, sizeof(text));
	if (end < 0)
		skip();
	assert_int_equal(end, SIGINT);
	assert_int_equal(scene->starts, 2);
	assert_non_null(strstr(text, "kvmshim: the shim died of SIGSEGV (pc 0x"));
	assert_non_null(strstr(text, "kvmshim: outcome: internal (68)\n"));
	assert_non_null(strstr(text, "starting again in 1 s"));
}

static void killed_shim_is_told_with_the_likely_cause(void **state)
{
	const struct script script = { .ending = -SIGKILL, .failures = 1 };
	struct scene *scene = scene_new();
	char text[4096];
	int end;

	(void)state;
	scene->shared.on_crash = ACTION_REBOOT;
	end = perform(scene, &script, text, sizeof(text));
	if (end < 0)
		skip();
	assert_int_equal(end, SIGHUP);
	assert_int_equal(scene->starts, 1);
	assert_non_null(strstr(text, "SIGKILL"));
	assert_non_null(strstr(text, "out of memory"));
}

static void third_failure_in_a_row_powers_off(void **state)
{
	const struct script script = { .ending = 33, .failures = 9 };
	struct scene *scene = scene_new();
	char text[4096];
	int end;

	(void)state;
	scene->shared.on_crash = ACTION_RESTART;
	end = perform(scene, &script, text, sizeof(text));
	if (end < 0)
		skip();
	assert_int_equal(end, SIGINT);
	assert_int_equal(scene->starts, 3);
	assert_non_null(strstr(text, "three failures in a row"));
}

static void term_sent_to_pid1_ends_the_board_in_order(void **state)
{
	const struct script off = { .from_outside = SIGTERM, .failures = 9 };
	const struct script again = { .from_outside = SIGINT, .failures = 9 };
	struct scene *scene = scene_new();
	char text[4096];
	int end;

	(void)state;
	end = perform(scene, &off, text, sizeof(text));
	if (end < 0)
		skip();
	assert_int_equal(end, SIGINT);
	assert_string_equal(text, "kvmshim: outcome: poweroff (0)\n");
	scene = scene_new();
	assert_int_equal(perform(scene, &again, text, sizeof(text)), SIGHUP);
	assert_string_equal(text, "kvmshim: outcome: reset (32)\n");
}

/* A fault that is only said to be one: no init dies of it. */
static void fault_sent_to_pid1_is_passed_over(void **state)
{
	const struct script script = { .from_outside = SIGSEGV, .ending = 33, .failures = 1 };
	struct scene *scene = scene_new();
	char text[4096];
	int end;

	(void)state;
	scene->shared.on_crash = ACTION_RESTART;
	end = perform(scene, &script, text, sizeof(text));
	if (end < 0)
		skip();
	assert_int_equal(end, SIGINT);
	assert_int_equal(scene->starts, 2);
	assert_null(strstr(text, "SIGSEGV"));
}

static void watchdog_is_fed_in_time(void **state)
{
	(void)state;
	for (int seconds = 1; seconds < 100; seconds++) {
		assert_true(watchdog_period(seconds) * 2 < (uint64_t)seconds * 1000);
		assert_true(watchdog_period(seconds) * 4 > (uint64_t)seconds * 1000);
	}
	assert_int_equal(watchdog_period(0), watchdog_period(1));
	assert_int_equal(watchdog_period(-1), watchdog_period(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_code_chooses_the_policy),
		cmocka_unit_test(usual_policies_hold),
		cmocka_unit_test(restart_backs_off_and_gives_up_after_three),
		cmocka_unit_test(steady_minute_forgives_failures),
		cmocka_unit_test(fault_is_told_and_the_shim_starts_again),
		cmocka_unit_test(killed_shim_is_told_with_the_likely_cause),
		cmocka_unit_test(third_failure_in_a_row_powers_off),
		cmocka_unit_test(fault_sent_to_pid1_is_passed_over),
		cmocka_unit_test(watchdog_is_fed_in_time),
		cmocka_unit_test(term_sent_to_pid1_ends_the_board_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
