/* SPDX-License-Identifier: BSD-2-Clause */
/* The board's watchdog. */
#ifndef BOOT_WATCHDOG_H
#define BOOT_WATCHDOG_H

#include <stdint.h>

#define WATCHDOG_PATH "/dev/watchdog"

struct watchdog {
	int fd;
	uint64_t period_ms; /* between two feedings */
};

/* A third of a timeout in SECONDS, in ms; of 1 s where a driver tells of less. */
uint64_t watchdog_period(int seconds);

/*
 * Open the watchdog at PATH, which starts it. Returns 0 or -errno of open(2). Source:
 * Documentation/watchdog/watchdog-api.rst.
 */
int watchdog_open(struct watchdog *w, const char *path);

void watchdog_feed(struct watchdog *w);

/* Stop it, where the driver lets it be stopped. Nothing when it is not open. */
void watchdog_close(struct watchdog *w);

#endif
