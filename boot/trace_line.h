/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines about single accesses, which are many: unmodelled=trace and trace= share them. */
#ifndef BOOT_TRACE_LINE_H
#define BOOT_TRACE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "WHERE: read 4 bytes: 0x90" into BUF. */
void trace_line_access(char *buf, size_t size, const char *where, bool write, unsigned len,
		       uint64_t value);

/*
 * May such a line go out now? A thousand at once, then twenty each second; how many were left out
 * meanwhile is told in front of the next. Any thread.
 */
bool trace_line_allowed(void);

/* It was allowed, but there was no room for it. */
void trace_line_leave_out(void);

#endif
