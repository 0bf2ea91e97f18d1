/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that show the guest. All are commands' run() as monitor.h says. */
#ifndef BOOT_MONITOR_VIEWS_H
#define BOOT_MONITOR_VIEWS_H

#include <stdbool.h>

#include "kvm/insn/walk.h"

struct shim;
struct vcpu;

/* Why an address leads nowhere; WALK_OK: it does, and no memory is there. */
const char *view_fault(enum walk_kind kind);

/* A vCPU's registers, as the commands below print them. */
void view_regs_of(const struct shim *s, const struct vcpu *vcpu);

/* What may wake VCPU, which is paused. */
struct silence_wake;
void view_gic_wake(struct shim *s, const struct vcpu *vcpu, struct silence_wake *wake);

/* What the vGIC has of VCPU's interrupt INTID: "enabled, pending", into BUF; false: it does not tell. */
bool view_gic_line(struct shim *s, const struct vcpu *vcpu, unsigned intid, char buf[32]);

int view_regs(struct shim *s, int argc, char **argv);
int view_dump(struct shim *s, int argc, char **argv);
int view_x(struct shim *s, int argc, char **argv);
int view_w(struct shim *s, int argc, char **argv);
int view_translate(struct shim *s, int argc, char **argv);
int view_mmu(struct shim *s, int argc, char **argv);
int view_plan(struct shim *s, int argc, char **argv);
int view_map(struct shim *s, int argc, char **argv);
int view_devices(struct shim *s, int argc, char **argv);
int view_sysregs(struct shim *s, int argc, char **argv);
int view_timers(struct shim *s, int argc, char **argv);
int view_gic(struct shim *s, int argc, char **argv);
int view_exits(struct shim *s, int argc, char **argv);
int view_timeline(struct shim *s, int argc, char **argv);

#endif
