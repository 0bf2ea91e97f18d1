// SPDX-License-Identifier: BSD-2-Clause
// A trace as Perfetto and Chrome read it.
#include "boot/trace_json.h"

#include <inttypes.h>

enum { VCPUS = 1, NODES }; /* processes, as the format calls groups of tracks */

static void string_write(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

/* Microseconds since the first event. */
static void time_write(FILE *out, const struct trace_data *d, uint64_t ns)
{
	ns = ns > d->first_ns ? ns - d->first_ns : 0;
	fprintf(out, "\"ts\":%" PRIu64 ".%03u", ns / 1000, (unsigned)(ns % 1000));
}

static void name_write(FILE *out, const char *what, unsigned pid, unsigned tid, const char *name)
{
	fprintf(out,
		",\n{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":", what,
		pid, tid);
	string_write(out, name);
	fputs("}}", out);
}

static void names_write(FILE *out, const struct trace_lanes *lanes)
{
	char name[24];

	name_write(out, "process_name", NODES, 0, "devices");
	name_write(out, "thread_name", NODES, TRACE_LANES_MAX + 1, "all else");
	for (unsigned i = 0; i < lanes->count; i++) {
		const struct trace_lane *lane = &lanes->lane[i];

		snprintf(name, sizeof(name), "vCPU %u", lane->vcpu);
		name_write(out, "thread_name", lane->node ? NODES : VCPUS, i + 1,
			   lane->node ? lane->node : name);
	}
}

/* A moment on the track of LANE. */
static void instant_write(FILE *out, const struct trace_data *d, const struct trace_event *e,
			  unsigned pid, unsigned lane, const char *words)
{
	fprintf(out, ",\n{\"ph\":\"i\",\"s\":\"t\",\"pid\":%u,\"tid\":%u,", pid, lane + 1);
	time_write(out, d, e->ns);
	fputs(",\"name\":", out);
	string_write(out, words);
	fprintf(out,
		",\"args\":{\"pc\":\"0x%" PRIx64 "\",\"at\":\"0x%" PRIx64
		"\",\"value\":\"0x%" PRIx64 "\",\"size\":%u}}",
		e->pc, e->at, e->value, e->size);
}

static void line_write(FILE *out, const struct trace_data *d, const struct trace_event *e)
{
	fprintf(out, ",\n{\"ph\":\"C\",\"pid\":%u,\"name\":\"interrupt %" PRIu64 "\",", NODES,
		e->value);
	time_write(out, d, e->ns);
	fprintf(out, ",\"args\":{\"level\":%d}}", e->flags & TRACE_HIGH ? 1 : 0);
}

void trace_json_write(FILE *out, const struct trace_data *data, const struct trace_lanes *lanes)
{
	char words[TRACE_WORDS_SIZE];
	struct trace_event e;

	/* The first of them, so that each one behind it begins with a comma. */
	fprintf(out,
		"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
		"{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,\"args\":{\"name\":\"vCPUs\"}}",
		(unsigned)VCPUS);
	names_write(out, lanes);
	for (size_t at = 0; trace_read_next(data, &at, &e);) {
		const unsigned vcpu = trace_lanes_vcpu(lanes, &e);
		const unsigned node = trace_lanes_node(lanes, data, &e);

		trace_lanes_words(data, &e, words);
		if (vcpu != TRACE_NO_LANE)
			instant_write(out, data, &e, VCPUS, vcpu, words);
		if (node != TRACE_NO_LANE)
			instant_write(out, data, &e, NODES, node, words);
		/* What belongs to neither. */
		if (vcpu == TRACE_NO_LANE && node == TRACE_NO_LANE)
			instant_write(out, data, &e, NODES, TRACE_LANES_MAX, words);
		if (e.kind == TRACE_IRQ)
			line_write(out, data, &e);
	}
	fputs("\n]}\n", out);
}
