// SPDX-License-Identifier: BSD-2-Clause
// PID 1 above the shim proper: what happens when a run has ended.
#include "boot/supervise.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "boot/clock.h"
#include "boot/fault.h"
#include "boot/say.h"
#include "boot/watchdog.h"

#define GRACE_S 10 /* for a person to read why, before the board goes off */
#define TERM_S 3 /* for the shim to end in order */

struct supervisor {
	struct shared *shared;
	struct watchdog dog;
	uint64_t dog_due; /* ms; UINT64_MAX: there is none to feed */
	bool dog_told;
	sigset_t signals;
	int ending; /* the signal that asked PID 1 to end, or 0 */
};

struct supervise_next supervise_decide(struct shared *shared, int code, uint64_t ran,
				       unsigned *failures)
{
	const bool orderly = code == OUTCOME_POWEROFF || code == OUTCOME_RESET;
	const enum action action = code == OUTCOME_POWEROFF ? shared->on_poweroff
				   : code == OUTCOME_RESET  ? shared->on_reset
							    : shared->on_crash;

	if (shared->loaded == LOADED_NOW) {
		shared->loaded = LOADED;
		return (struct supervise_next){ STEP_AGAIN, 0, NULL };
	}
	if (shared->loaded == LOADED && shared->pulse.phase < PHASE_GUEST) {
		shared->loaded = LOADED_NOT;
		return (struct supervise_next){ STEP_AGAIN, 1,
						"what was loaded cannot be started" };
	}
	if (orderly || ran >= SUPERVISE_STEADY)
		*failures = 0;
	if (!orderly)
		++*failures;
	switch (action) {
	case ACTION_RESTART:
		if (orderly)
			return (struct supervise_next){ STEP_AGAIN, 0, NULL };
		if (*failures < SUPERVISE_FAILURES)
			return (struct supervise_next){ STEP_AGAIN, 1u << (*failures - 1),
							"on-crash=restart" };
		return (struct supervise_next){ STEP_POWEROFF, GRACE_S,
						"three failures in a row are enough" };
	case ACTION_REBOOT: return (struct supervise_next){ STEP_REBOOT, 0, NULL };
	case ACTION_MONITOR:
		/* A guest that has run was kept for the monitor, and the person has left it. */
		if (CONFIG_MONITOR && shared->pulse.phase == PHASE_END)
			break;
		return (struct supervise_next){
			STEP_POWEROFF, GRACE_S,
			CONFIG_MONITOR ? "there is no guest for the monitor to show"
				       : "a monitor is not built in"
		};
	case ACTION_POWEROFF:
	case ACTION_EXIT: break;
	}
	return (struct supervise_next){ STEP_POWEROFF, 0, NULL };
}

/*
 * The watchdog's turn: open it once the settings allow that, then feed it while CHILD (0: none is
 * running) answers.
 */
static void dog_tick(struct supervisor *v, pid_t child)
{
	struct pulse *pulse = &v->shared->pulse;
	const bool alive = child == 0 || pulse->answered == pulse->asked;

	if (v->dog.fd < 0) {
		v->dog_due = clock_ms() + 1000;
		if (!atomic_load_explicit(&v->shared->policies_known, memory_order_acquire))
			return;
		v->dog_due = UINT64_MAX;
		if (!v->shared->watchdog || watchdog_open(&v->dog, WATCHDOG_PATH))
			return;
	}
	if (alive)
		watchdog_feed(&v->dog);
	else if (!v->dog_told)
		say("the shim does not answer: the watchdog is no longer fed");
	v->dog_told = !alive;
	if (child) {
		pulse->asked += alive;
		kill(child, SIGUSR1);
	}
	v->dog_due = clock_ms() + v->dog.period_ms;
}

/*
 * Wait until CHILD ends (true, with its *STATUS), or, without one (0), until the time DUE in ms or
 * until PID 1 is asked to end (false).
 */
static bool child_wait(struct supervisor *v, pid_t child, uint64_t due, int *status)
{
	for (;;) {
		const uint64_t now = clock_ms();
		const uint64_t wake = due < v->dog_due ? due : v->dog_due;
		const uint64_t ms = wake > now ? wake - now : 0;
		const struct timespec wait = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
		pid_t pid;
		int number = sigtimedwait(&v->signals, NULL, wake == UINT64_MAX ? NULL : &wait);

		while ((pid = waitpid(-1, status, WNOHANG)) > 0)
			if (pid == child)
				return true;
		if (number == SIGTERM || number == SIGINT) {
			if (!child) {
				v->ending = number;
				return false;
			}
			kill(child, v->ending ? SIGKILL : SIGTERM);
			v->ending = number;
			due = clock_ms() + TERM_S * 1000;
		}
		if (clock_ms() >= v->dog_due)
			dog_tick(v, child);
		if (clock_ms() >= due) {
			if (!child)
				return false;
			kill(child, SIGKILL);
			due = UINT64_MAX;
		}
	}
}

/* Never returns: an init that ends is a kernel panic. */
static void board_end(struct supervisor *v, enum supervise_step step)
{
	int status;

	watchdog_close(&v->dog);
	sync();
	tcdrain(STDOUT_FILENO);
	if (getpid() == 1)
		reboot(step == STEP_REBOOT ? RB_AUTOBOOT : RB_POWER_OFF);
	say("the board cannot be %s (%s); it can be switched off now",
	    step == STEP_REBOOT ? "rebooted" : "powered off", strerror(errno));
	v->dog_due = UINT64_MAX;
	for (;;)
		child_wait(v, 0, UINT64_MAX, &status);
}

/* Tell of a child that could not do so itself. Returns the exit code that the policies go by. */
static int child_judge(struct supervisor *v, int status)
{
	struct failure f = { .outcome = OUTCOME_INTERNAL, .code = "E-SHIM" };

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (v->ending)
		return outcome_report(v->ending == SIGINT ? OUTCOME_RESET : OUTCOME_POWEROFF, NULL);
	fault_tell(f.text, sizeof(f.text), &v->shared->pulse, WTERMSIG(status));
	return outcome_report(OUTCOME_INTERNAL, &f);
}

static void announce(const struct supervise_next *next)
{
	static const char *const what[] = {
		[STEP_AGAIN] = "starting again",
		[STEP_REBOOT] = "rebooting the board",
		[STEP_POWEROFF] = "powering the board off",
	};

	if (next->why)
		say("%s: %s in %u s", next->why, what[next->step], next->wait);
}

static void run_end(struct supervisor *v, int code, uint64_t ran, unsigned *failures)
{
	struct supervise_next next = supervise_decide(v->shared, code, ran, failures);
	int status;

	if (v->ending)
		board_end(v, v->ending == SIGINT ? STEP_REBOOT : STEP_POWEROFF);
	announce(&next);
	if (next.wait)
		child_wait(v, 0, clock_ms() + next.wait * 1000, &status);
	if (v->ending)
		board_end(v, v->ending == SIGINT ? STEP_REBOOT : STEP_POWEROFF);
	if (next.step != STEP_AGAIN)
		board_end(v, next.step);
}

void supervise(struct shared *shared)
{
	struct supervisor v = { .shared = shared, .dog = { .fd = -1 }, .dog_due = UINT64_MAX };
	struct pulse *pulse = &shared->pulse;
	struct termios terminal;
	const bool terminal_known = tcgetattr(STDIN_FILENO, &terminal) == 0;
	unsigned failures = 0;
	uint64_t begun;
	sigset_t before;

	sigemptyset(&v.signals);
	sigaddset(&v.signals, SIGCHLD);
	sigaddset(&v.signals, SIGTERM);
	sigaddset(&v.signals, SIGINT);
	sigprocmask(SIG_BLOCK, &v.signals, &before);
	if (access(WATCHDOG_PATH, F_OK) == 0)
		v.dog_due = 0;
	for (;;) {
		const uint64_t start = clock_ms();
		int status, code = OUTCOME_INTERNAL;
		pid_t child = fork();

		if (child == 0) {
			/* Asked for a sign of life before it can give one. */
			signal(SIGUSR1, SIG_IGN);
			pulse->shim_pid = getpid();
			sigprocmask(SIG_SETMASK, &before, NULL);
			return;
		}
		if (child < 0) {
			say("the shim could not be started: %s", strerror(errno));
		} else {
			child_wait(&v, child, UINT64_MAX, &status);
			if (terminal_known)
				tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal);
			code = child_judge(&v, status);
		}
		run_end(&v, code, (clock_ms() - start) / 1000, &failures);
		begun = pulse->mark[TIMELINE_START];
		memset(pulse, 0, sizeof(*pulse));
		pulse->mark[TIMELINE_START] = begun;
	}
}
