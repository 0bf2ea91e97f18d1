/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that show the guest. All are commands' run() as monitor.h says. */
#ifndef BOOT_MONITOR_VIEWS_H
#define BOOT_MONITOR_VIEWS_H

#include <stdbool.h>

struct shim;
struct vcpu;

/* A vCPU's registers, as the commands below print them. */
void view_regs_of(const struct shim *s, const struct vcpu *vcpu);

/* Can an interrupt reach VCPU: is one enabled, and does its CPU interface let it pass? */
bool view_gic_open(struct shim *s, const struct vcpu *vcpu);

int view_regs(struct shim *s, int argc, char **argv);
int view_dump(struct shim *s, int argc, char **argv);
int view_x(struct shim *s, int argc, char **argv);
int view_w(struct shim *s, int argc, char **argv);
int view_translate(struct shim *s, int argc, char **argv);
int view_plan(struct shim *s, int argc, char **argv);
int view_map(struct shim *s, int argc, char **argv);
int view_devices(struct shim *s, int argc, char **argv);
int view_sysregs(struct shim *s, int argc, char **argv);
int view_timers(struct shim *s, int argc, char **argv);
int view_gic(struct shim *s, int argc, char **argv);
int view_exits(struct shim *s, int argc, char **argv);
int view_timeline(struct shim *s, int argc, char **argv);

#endif
