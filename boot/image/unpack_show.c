// SPDX-License-Identifier: BSD-2-Clause
// Tells the person, and the supervisor, that unpacking goes on.
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "boot/image/unpack_show.h"
#include "boot/init.h"
#include "boot/say.h"

#define TICK_S 1
#define SHOWN_MAX 7 /* on a line, which then has at most 80 characters */

static struct {
	int fd;
	timer_t timer;
	bool timed;
	off_t out; /* bytes that had come out at the last tick */
	unsigned shown;
} state;

static void tick(int number)
{
	const int saved = errno;
	const off_t out = lseek(state.fd, 0, SEEK_HOLE);
	const char *lead = state.shown % SHOWN_MAX ? ""
			   : state.shown	   ? "\nunpacking:"
						   : "unpacking:";
	char text[40];
	int n = snprintf(text, sizeof(text), "%s %" PRIu64 " MiB", lead, (uint64_t)out >> 20);

	(void)number;
	say_write(text, (size_t)n);
	state.shown++;
	if (out > state.out)
		init_pulse->answered = init_pulse->asked;
	state.out = out;
	errno = saved;
}

void unpack_show_begin(int fd)
{
	const struct sigaction action = { .sa_handler = tick, .sa_flags = SA_RESTART };
	const struct itimerspec each = { .it_interval.tv_sec = TICK_S, .it_value.tv_sec = TICK_S };
	/* SIGALRM is left to whoever guards us against hangs. */
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM };

	state.fd = fd;
	state.out = 0;
	state.shown = 0;
	sigaction(SIGVTALRM, &action, NULL);
	state.timed = timer_create(CLOCK_MONOTONIC, &event, &state.timer) == 0;
	if (state.timed)
		timer_settime(state.timer, 0, &each, NULL);
}

void unpack_show_end(void)
{
	if (state.timed)
		timer_delete(state.timer);
	if (state.shown)
		say_write("\n", 1);
}
