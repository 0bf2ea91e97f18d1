/* SPDX-License-Identifier: BSD-2-Clause */
/* What a trace file holds, for people and their tools. */
#ifndef BOOT_TRACE_TOOL_H
#define BOOT_TRACE_TOOL_H

/*
 * Read the trace file at PATH and write it to JSON and SVG (NULL: not), or without either one line for
 * each event to standard output; "-" is standard input or output. Returns the exit status: 1, and
 * standard error tells why.
 */
int trace_tool(const char *path, const char *json, const char *svg);

#endif
