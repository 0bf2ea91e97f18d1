/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A vCPU's registers as gdb numbers them: general ones, SIMD and floating point, system registers. Those
 * of AArch32 where EL1 is that. vCPUs paused.
 */
#ifndef BOOT_GDB_REGISTERS_H
#define BOOT_GDB_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

struct vcpu;

#define REGISTERS_VALUE 16 /* bytes of the widest */

/* The target description: OUT gets it in pieces, in order. Source: gdb's manual, "Target Descriptions". */
void registers_describe(const struct vcpu *vcpu, void (*out)(void *arg, const char *text, size_t n),
			void *arg);

/* How many there are, and how many of them are general ones, which come first. */
unsigned registers_count(const struct vcpu *vcpu);
unsigned registers_general(const struct vcpu *vcpu);

/* Bytes of register N, which is one of them. */
size_t registers_size(const struct vcpu *vcpu, unsigned n);

/* Its value, the least byte first. Returns 0 or -errno of KVM_GET_ONE_REG, KVM_SET_ONE_REG. */
int registers_get(const struct vcpu *vcpu, unsigned n, uint8_t value[REGISTERS_VALUE]);
int registers_set(const struct vcpu *vcpu, unsigned n, const uint8_t value[REGISTERS_VALUE]);

/* The AT-th of those that gdb asks for at each stop: told with the stop they save it that. -1: no more. */
int registers_expedited(const struct vcpu *vcpu, unsigned at);

#endif
