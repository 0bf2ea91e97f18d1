/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of a picture of a trace: one for each vCPU that has events, one for each node. */
#ifndef BOOT_TRACE_LANES_H
#define BOOT_TRACE_LANES_H

#include "boot/trace_read.h"

#define TRACE_LANES_MAX 256
#define TRACE_NO_LANE UINT32_MAX

struct trace_lane {
	const char *node; /* NULL: of a vCPU */
	uint16_t vcpu;
	uint64_t events;
};

/* vCPUs first, by number, then nodes, by their lowest address that is named. What has no room has no lane. */
struct trace_lanes {
	struct trace_lane lane[TRACE_LANES_MAX];
	unsigned count;
};

void trace_lanes_make(struct trace_lanes *lanes, const struct trace_data *data);

/* The event's lane among vCPUs, and among nodes; TRACE_NO_LANE: none. */
unsigned trace_lanes_vcpu(const struct trace_lanes *lanes, const struct trace_event *e);
unsigned trace_lanes_node(const struct trace_lanes *lanes, const struct trace_data *data,
			  const struct trace_event *e);

/* What the event is, in few words: "read UARTFR = 0x90", "PSCI SYSTEM_RESET". Returns BUF. */
#define TRACE_WORDS_SIZE 96
const char *trace_lanes_words(const struct trace_data *data, const struct trace_event *e,
			      char buf[TRACE_WORDS_SIZE]);

#endif
