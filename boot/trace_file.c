// SPDX-License-Identifier: BSD-2-Clause
// The file that traced events go to.
#include "boot/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "boot/place.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/trace_ring.h"

#define AT_ONCE 64 /* events */
#define NAMED 1024 /* addresses, a power of two */

static int fd = -1;
static char path[256], trouble[400];
static uint64_t next; /* number of the event that comes next */
/* Addresses that the file has a name for, each where its hash is; two there are named again and again. */
static _Alignas(4096) uint64_t named[NAMED];
static struct trace_event out[AT_ONCE * (2 + TRACE_NAME_MOST) + 1];

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* N records; false: the file has ended. */
static bool put(const void *records, size_t n)
{
	const char *at = records;
	size_t left = n * sizeof(struct trace_event);

	while (left) {
		const ssize_t done = write(fd, at, left);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			snprintf(trouble, sizeof(trouble), "trace-file=%s cannot be written: %s",
				 path, strerror(done ? errno : ENOSPC));
			trace_file_close();
			return false;
		}
		at += done;
		left -= (size_t)done;
	}
	return true;
}

int trace_file_open(const struct shim *s, const char *to)
{
	const struct trace_header header = { .magic = TRACE_MAGIC,
					     .version = TRACE_VERSION,
					     .record = sizeof(struct trace_event),
					     .ns = clock_ns(CLOCK_MONOTONIC),
					     .real_ns = clock_ns(CLOCK_REALTIME),
					     .cpus = s->p.plan.cpus };
	struct stat st;
	int error = 0;

	trace_file_close();
	/* A pipe that nobody reads is not waited for. */
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0644);
	if (fd < 0)
		error = -errno;
	else if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		error = -EINVAL;
	if (error) {
		snprintf(trouble, sizeof(trouble), "trace-file=%.200s: %s", to,
			 error == -EINVAL ? "this is no file" : strerror(-error));
		trace_file_close();
		return error;
	}
	snprintf(path, sizeof(path), "%s", to);
	memset(named, 0, sizeof(named));
	next = trace_ring_count();
	return put(&header, 1) ? 0 : -EIO;
}

const char *trace_file_trouble(void)
{
	return trouble;
}

const char *trace_file_path(void)
{
	return fd >= 0 ? path : NULL;
}

/* The name of what E is about, unless the file has it. Returns how many records. */
static unsigned name_put(const struct shim *s, const struct trace_event *e, struct trace_event *to)
{
	uint64_t *seen = &named[(e->at >> 2 ^ e->at >> 12) % NAMED];
	char *text = (char *)(to + 1);
	struct place place;
	size_t n, size = TRACE_NAME_MOST * sizeof(*to);

	if ((e->kind != TRACE_MMIO && e->kind != TRACE_NISV && e->kind != TRACE_IRQ) ||
	    *seen == e->at + 1 || !place_find(s, e->at, &place))
		return 0;
	*seen = e->at + 1;
	memset(to, 0, sizeof(*to) + size);
	n = (size_t)snprintf(text, size - 24, "%s", place.node) + 1;
	n = n < size - 24 ? n : size - 24;
	n += (size_t)snprintf(text + n, size - n, "%s", place.reg ? place.reg : "") + 1;
	to->kind = TRACE_NAME;
	to->vcpu = TRACE_NO_VCPU;
	to->at = e->at;
	to->value = e->at - place.origin;
	to->size = (uint8_t)((n + sizeof(*to) - 1) / sizeof(*to));
	return 1u + to->size;
}

bool trace_file_write(const struct shim *s)
{
	struct trace_event event[AT_ONCE];
	const uint64_t end = trace_ring_count();
	uint64_t lost = 0;
	unsigned n;

	while (fd >= 0 && next < end && (n = trace_ring_take(&next, event, AT_ONCE, &lost))) {
		size_t used = 0;

		if (lost)
			out[used++] = (struct trace_event){ .kind = TRACE_LOST,
							    .vcpu = TRACE_NO_VCPU,
							    .ns = event[0].ns,
							    .value = lost };
		lost = 0;
		for (unsigned i = 0; i < n; i++) {
			used += name_put(s, &event[i], &out[used]);
			out[used++] = event[i];
		}
		if (!put(out, used))
			say("%s; it ends here", trouble);
	}
	return fd >= 0;
}

void trace_file_close(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
}
