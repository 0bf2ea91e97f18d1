// SPDX-License-Identifier: BSD-2-Clause
// How many lines about single accesses go out.
#include "boot/trace_line.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "boot/say.h"
#include "generated/config.h"

#define MOST 1000 /* lines at once */
#define SECOND 20 /* and further ones each second */

/* The least binary stops for good at the first MOST. */
#define REFILLS (CONFIG_MIRROR || CONFIG_TRACE)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned used; /* lines of MOST */
static unsigned long hidden; /* since the last line */
static time_t since;

void trace_line_access(char *buf, size_t size, const char *where, bool write, unsigned len,
		       uint64_t value)
{
	snprintf(buf, size, "%s: %s %u bytes: %#" PRIx64, where, write ? "store" : "read", len,
		 value);
}

/* More lines as time passes. */
static void refill(void)
{
	struct timespec now;
	uint64_t lines;

	clock_gettime(CLOCK_MONOTONIC, &now);
	lines = (uint64_t)(now.tv_sec - since) * SECOND;
	since = now.tv_sec;
	used -= lines < used ? (unsigned)lines : used;
}

bool trace_line_allowed(void)
{
	unsigned long left_out = 0;
	bool allowed;

	pthread_mutex_lock(&lock);
	if (REFILLS)
		refill();
	allowed = used < MOST;
	used += allowed;
	if (!allowed) {
		hidden++;
	} else if (REFILLS) {
		left_out = hidden;
		hidden = 0;
	}
	pthread_mutex_unlock(&lock);
	if (left_out)
		say("%lu lines of trace were left out", left_out);
	return allowed;
}

void trace_line_leave_out(void)
{
	pthread_mutex_lock(&lock);
	hidden++;
	pthread_mutex_unlock(&lock);
}
