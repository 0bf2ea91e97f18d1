/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that stop the guest where the person wants it. All are commands' run() as monitor.h says. */
#ifndef BOOT_MONITOR_STEPPING_H
#define BOOT_MONITOR_STEPPING_H

struct shim;

int stepping_break(struct shim *s, int argc, char **argv);
int stepping_watch(struct shim *s, int argc, char **argv);
int stepping_delete(struct shim *s, int argc, char **argv);
int stepping_step(struct shim *s, int argc, char **argv);
int stepping_points(struct shim *s, int argc, char **argv);

/* The loop: has the guest stopped at a point? Then the monitor opens and tells. */
void stepping_serve(struct shim *s);

#endif
