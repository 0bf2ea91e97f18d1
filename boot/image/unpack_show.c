// SPDX-License-Identifier: BSD-2-Clause
// Tells the person, and the supervisor, that unpacking goes on.
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include "boot/image/unpack_show.h"
#include "boot/init.h"
#include "boot/say.h"

#define TICK_S 1
#define SHOWN_MAX 7 /* on a line, which then has at most 80 characters */

static struct {
	int fd;
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

/* By processor time: SIGALRM is left to whoever guards us against hangs. */
static void timer_set(time_t seconds)
{
	const struct itimerval each = { { seconds, 0 }, { seconds, 0 } };

	setitimer(ITIMER_VIRTUAL, &each, NULL);
}

void unpack_show_begin(int fd)
{
	const struct sigaction action = { .sa_handler = tick, .sa_flags = SA_RESTART };

	state.fd = fd;
	state.out = 0;
	state.shown = 0;
	sigaction(SIGVTALRM, &action, NULL);
	timer_set(TICK_S);
}

void unpack_show_end(void)
{
	timer_set(0);
	if (state.shown)
		say_write("\n", 1);
}
