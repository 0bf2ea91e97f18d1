// SPDX-License-Identifier: BSD-2-Clause
// The board's watchdog.
#include "boot/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <unistd.h>

#include "kvm/sys.h"

uint64_t watchdog_period(int seconds)
{
	return (seconds < 1 ? 1 : (uint64_t)seconds) * 1000 / 3;
}

int watchdog_open(struct watchdog *w, const char *path)
{
	int seconds = 0;

	w->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (w->fd < 0)
		return -errno;
	if (sys_ioctl(w->fd, WDIOC_GETTIMEOUT, &seconds) < 0)
		seconds = 3;
	w->period_ms = watchdog_period(seconds);
	return 0;
}

/* Any byte feeds it; V before the end says that the end is meant. */
static void put(const struct watchdog *w, char byte)
{
	while (write(w->fd, &byte, 1) < 0 && errno == EINTR)
		;
}

void watchdog_feed(struct watchdog *w)
{
	put(w, '\0');
}

void watchdog_close(struct watchdog *w)
{
	if (w->fd < 0)
		return;
	put(w, 'V');
	close(w->fd);
	w->fd = -1;
}
