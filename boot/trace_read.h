/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a trace file that is in memory, whatever it holds. For the tool of the machine that looks at it. */
#ifndef BOOT_TRACE_READ_H
#define BOOT_TRACE_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/trace_event.h"

/* What an address is, as the file says. */
struct trace_name {
	uint64_t at, offset;
	const char *node, *reg; /* in the file; reg "": none */
};

struct trace_data {
	const uint8_t *bytes;
	size_t size; /* whole records, the header's too */
	struct trace_header header;
	struct trace_name *name; /* ascending by address */
	size_t names;
	uint64_t events, lost;
	uint64_t first_ns, last_ns; /* of events */
	bool cut; /* the file ends within a record, or within a name */
};

/*
 * BYTES, which must outlive DATA, are a trace file. Returns 0, or -EINVAL, -ENOMEM, and *WHY is a
 * sentence. trace_read_close() frees what was made.
 */
int trace_read_open(struct trace_data *data, const void *bytes, size_t size, const char **why);
void trace_read_close(struct trace_data *data);

/*
 * The next event behind *AT, which is 0 before the first; those of the file's own (names) are passed
 * over. False: no more.
 */
bool trace_read_next(const struct trace_data *data, size_t *at, struct trace_event *e);

/* What the event is about; NULL: the file does not say, or nothing. */
const struct trace_name *trace_read_name(const struct trace_data *data,
					 const struct trace_event *e);

#endif
