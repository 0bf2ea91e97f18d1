/* SPDX-License-Identifier: BSD-2-Clause */
/* The command that traces. */
#ifndef BOOT_MONITOR_TRACING_H
#define BOOT_MONITOR_TRACING_H

struct shim;

/* trace [off|on|WORDS...], trace show [N], trace file PATH|off. As struct command has it. */
int tracing(struct shim *s, int argc, char **argv);

#endif
