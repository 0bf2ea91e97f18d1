/* SPDX-License-Identifier: BSD-2-Clause */
/* A trace as Perfetto and Chrome read it. */
#ifndef BOOT_TRACE_JSON_H
#define BOOT_TRACE_JSON_H

#include <stdio.h>

#include "boot/trace_lanes.h"

/*
 * Write DATA to OUT as JSON: a track for each vCPU and each node, a counter for each interrupt. Source:
 * Trace Event Format, which Perfetto reads.
 */
void trace_json_write(FILE *out, const struct trace_data *data, const struct trace_lanes *lanes);

#endif
