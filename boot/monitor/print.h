/* SPDX-License-Identifier: BSD-2-Clause */
/* Where monitor_print() and monitor_output_to() begin. */
#ifndef BOOT_MONITOR_PRINT_H
#define BOOT_MONITOR_PRINT_H

struct console;

/* C is the line. */
void print_begin(struct console *c);

#endif
