// SPDX-License-Identifier: BSD-2-Clause
// The rows of a picture of a trace.
#include "boot/trace_lanes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "board/dev.h"
#include "boot/trace_names.h"

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static unsigned find(const struct trace_lanes *l, const char *node, uint16_t vcpu)
{
	for (unsigned i = 0; i < l->count; i++)
		if (same(l->lane[i].node, node) && (node || l->lane[i].vcpu == vcpu))
			return i;
	return TRACE_NO_LANE;
}

static void add(struct trace_lanes *l, const char *node, uint16_t vcpu)
{
	if (l->count < TRACE_LANES_MAX && find(l, node, vcpu) == TRACE_NO_LANE)
		l->lane[l->count++] = (struct trace_lane){ .node = node, .vcpu = vcpu };
}

static void vcpus_sort(struct trace_lanes *l)
{
	for (unsigned i = 1; i < l->count; i++)
		for (unsigned at = i; at && l->lane[at].vcpu < l->lane[at - 1].vcpu; at--) {
			const struct trace_lane lane = l->lane[at];

			l->lane[at] = l->lane[at - 1];
			l->lane[at - 1] = lane;
		}
}

unsigned trace_lanes_vcpu(const struct trace_lanes *lanes, const struct trace_event *e)
{
	return e->vcpu == TRACE_NO_VCPU ? TRACE_NO_LANE : find(lanes, NULL, e->vcpu);
}

unsigned trace_lanes_node(const struct trace_lanes *lanes, const struct trace_data *data,
			  const struct trace_event *e)
{
	const struct trace_name *name = trace_read_name(data, e);

	return name ? find(lanes, name->node, 0) : TRACE_NO_LANE;
}

void trace_lanes_make(struct trace_lanes *lanes, const struct trace_data *data)
{
	struct trace_event e;

	memset(lanes, 0, sizeof(*lanes));
	for (size_t at = 0; trace_read_next(data, &at, &e);)
		if (e.kind != TRACE_LOST && e.vcpu != TRACE_NO_VCPU)
			add(lanes, NULL, e.vcpu);
	vcpus_sort(lanes);
	for (size_t i = 0; i < data->names; i++)
		add(lanes, data->name[i].node, 0);
	for (size_t at = 0; trace_read_next(data, &at, &e);) {
		const unsigned vcpu = trace_lanes_vcpu(lanes, &e);
		const unsigned node = trace_lanes_node(lanes, data, &e);

		if (vcpu != TRACE_NO_LANE)
			lanes->lane[vcpu].events++;
		if (node != TRACE_NO_LANE)
			lanes->lane[node].events++;
	}
}

/* "UARTFR", "+0x18", or where no node is "0x9000018". */
static void place_words(const struct trace_name *name, const struct trace_event *e, char *buf,
			size_t size)
{
	unsigned n;
	const char *reg;

	if (!name) {
		snprintf(buf, size, "%#" PRIx64, e->at);
	} else if (!*name->reg) {
		snprintf(buf, size, "+%#" PRIx64, name->offset);
	} else {
		reg = dev_reg_side(name->reg, e->flags & TRACE_WRITE, &n);
		snprintf(buf, size, "%.*s", (int)(n < 32 ? n : 32), reg);
	}
}

const char *trace_lanes_words(const struct trace_data *data, const struct trace_event *e,
			      char buf[TRACE_WORDS_SIZE])
{
	char place[40], call[TRACE_CALL_SIZE];

	place_words(trace_read_name(data, e), e, place, sizeof(place));
	switch (e->kind) {
	case TRACE_MMIO:
		snprintf(buf, TRACE_WORDS_SIZE, "%s %s = %#" PRIx64,
			 e->flags & TRACE_WRITE ? "store" : "read", place, e->value);
		break;
	case TRACE_CALL:
		snprintf(buf, TRACE_WORDS_SIZE, "%s", trace_names_call(e->at, call));
		break;
	case TRACE_IRQ:
		snprintf(buf, TRACE_WORDS_SIZE, "interrupt %" PRIu64 " %s", e->value,
			 e->flags & TRACE_HIGH ? "high" : "low");
		break;
	case TRACE_NISV:
		snprintf(buf, TRACE_WORDS_SIZE, "%s %s by %0*" PRIx64, "emulated", place,
			 e->size < 4 ? 4 : 8, e->value);
		break;
	case TRACE_LOST:
		snprintf(buf, TRACE_WORDS_SIZE, "%" PRIu64 " events lost", e->value);
		break;
	default: snprintf(buf, TRACE_WORDS_SIZE, "reset");
	}
	return buf;
}
