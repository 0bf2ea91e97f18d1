/* SPDX-License-Identifier: BSD-2-Clause */
/* What a guest that died leaves behind, as a person reads it. */
#ifndef BOOT_CRASH_H
#define BOOT_CRASH_H

struct shim;
struct vcpu;

/*
 * Print of VCPU, which is paused: where it is, the exception it took last in words, its registers, who
 * called whom. By monitor_print().
 */
void crash_report(struct shim *s, const struct vcpu *vcpu);

/* "data abort: .., address 0x..": what ESR_EL1, or DFSR and IFSR, say, into BUF. Returns BUF. */
const char *crash_exception(const struct vcpu *vcpu, char *buf, unsigned size);

#endif
