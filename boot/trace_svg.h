/* SPDX-License-Identifier: BSD-2-Clause */
/* A trace as a picture. */
#ifndef BOOT_TRACE_SVG_H
#define BOOT_TRACE_SVG_H

#include <stdio.h>

#include "boot/trace_lanes.h"

/*
 * Write DATA to OUT as an SVG: time from left to right, a lane for each vCPU and each node, in each
 * column ticks as high as there are events: reads up, stores down, all else over both; a bar below
 * while an interrupt is high. Returns 0 or -ENOMEM.
 */
int trace_svg_write(FILE *out, const struct trace_data *data, const struct trace_lanes *lanes);

#endif
