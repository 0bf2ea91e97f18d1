// SPDX-License-Identifier: BSD-2-Clause
// Reads a trace file, whatever it holds.
#include "boot/trace_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RECORD sizeof(struct trace_event)

static uint64_t number(const uint8_t *p, unsigned n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | p[n];
	return value;
}

static void event_read(const uint8_t *p, struct trace_event *e)
{
	*e = (struct trace_event){ .ns = number(p, 8),
				   .pc = number(p + 8, 8),
				   .at = number(p + 16, 8),
				   .value = number(p + 24, 8),
				   .vcpu = (uint16_t)number(p + 32, 2),
				   .kind = p[34],
				   .size = p[35],
				   .flags = p[36] };
}

static bool addressed(const struct trace_event *e)
{
	return e->kind == TRACE_MMIO || e->kind == TRACE_NISV || e->kind == TRACE_IRQ;
}

/* The record at *AT, and how many follow that belong to it. False: the end, or the file is cut there. */
static bool record_read(const struct trace_data *d, size_t at, struct trace_event *e, size_t *text)
{
	if (d->size - at < RECORD)
		return false;
	event_read(d->bytes + at, e);
	*text = e->kind == TRACE_NAME ? e->size * RECORD : 0;
	return d->size - at - RECORD >= *text;
}

/* Two texts with their NULs in N bytes. */
static bool name_read(struct trace_name *name, const struct trace_event *e, const char *text,
		      size_t n)
{
	const char *end = memchr(text, 0, n);

	if (!end || !memchr(end + 1, 0, n - (size_t)(end + 1 - text)))
		return false;
	*name = (struct trace_name){
		.at = e->at, .offset = e->value, .node = text, .reg = end + 1
	};
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct trace_name *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void times_note(struct trace_data *d, uint64_t ns)
{
	if (!d->events || ns < d->first_ns)
		d->first_ns = ns;
	if (!d->events || ns > d->last_ns)
		d->last_ns = ns;
	d->events++;
}

/* Names to where there is room, if there is, and counts. */
static void look(struct trace_data *d, struct trace_name *names)
{
	struct trace_name name;
	struct trace_event e;
	size_t at = RECORD, text;

	d->names = 0;
	d->events = d->lost = 0;
	for (; record_read(d, at, &e, &text); at += RECORD + text) {
		const char *from = (const char *)d->bytes + at + RECORD;

		if (e.kind == TRACE_NAME && name_read(&name, &e, from, text)) {
			if (names)
				names[d->names] = name;
			d->names++;
		} else if (e.kind == TRACE_LOST) {
			d->lost += e.value;
		} else if (e.kind < TRACE_KINDS && e.kind != TRACE_NAME) {
			times_note(d, e.ns);
		}
	}
	d->cut = at != d->size;
}

int trace_read_open(struct trace_data *data, const void *bytes, size_t size, const char **why)
{
	const uint8_t *p = bytes;
	struct trace_header *h = &data->header;

	memset(data, 0, sizeof(*data));
	*why = "this is no trace file of kvmshim's";
	if (size < sizeof(*h) || memcmp(p, TRACE_MAGIC, sizeof(h->magic)))
		return -EINVAL;
	memcpy(h->magic, p, sizeof(h->magic));
	h->version = (uint32_t)number(p + 8, 4);
	h->record = (uint32_t)number(p + 12, 4);
	h->ns = number(p + 16, 8);
	h->real_ns = number(p + 24, 8);
	h->cpus = (uint32_t)number(p + 32, 4);
	*why = "this is a trace file of another version of kvmshim: use its own kvmshim-trace";
	if (h->version != TRACE_VERSION || h->record != RECORD)
		return -EINVAL;
	data->bytes = bytes;
	data->size = size;
	look(data, NULL);
	data->name = malloc((data->names + 1) * sizeof(*data->name));
	*why = "there is not enough memory";
	if (!data->name)
		return -ENOMEM;
	look(data, data->name);
	qsort(data->name, data->names, sizeof(*data->name), compare);
	return 0;
}

void trace_read_close(struct trace_data *data)
{
	free(data->name);
	data->name = NULL;
}

bool trace_read_next(const struct trace_data *data, size_t *at, struct trace_event *e)
{
	size_t text;

	*at = *at ? *at : RECORD;
	while (record_read(data, *at, e, &text)) {
		*at += RECORD + text;
		if (e->kind > TRACE_NAME && e->kind < TRACE_KINDS)
			return true;
	}
	return false;
}

const struct trace_name *trace_read_name(const struct trace_data *data, const struct trace_event *e)
{
	const struct trace_name key = { .at = e->at };

	return addressed(e) ? bsearch(&key, data->name, data->names, sizeof(key), compare) : NULL;
}
