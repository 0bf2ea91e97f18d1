/* SPDX-License-Identifier: BSD-2-Clause */
/* What the monitor's own commands do. */
#ifndef BOOT_MONITOR_COMMANDS_H
#define BOOT_MONITOR_COMMANDS_H

struct shim;

/* The guest starts again, whatever on-reset says. */
void monitor_reset(struct shim *s);

/* The run ends: with the outcome of a guest that has ended, else with poweroff. */
void monitor_quit(struct shim *s);

#endif
