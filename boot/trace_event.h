/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One traced event: what is kept in memory, and a record of a trace file. A file is a struct
 * trace_header and then records, all 40 bytes long and little-endian. docs/trace.md tells it for
 * those who write a reader.
 */
#ifndef BOOT_TRACE_EVENT_H
#define BOOT_TRACE_EVENT_H

#include <stdint.h>

/* Numbers stay as they are: files have them. */
enum trace_kind {
	TRACE_NAME, /* of a file: what `at` is, before its first event */
	TRACE_LOST, /* of a file: `value` events came faster than they were written */
	TRACE_MMIO,
	TRACE_CALL, /* PSCI, SMCCC: those that KVM hands over */
	TRACE_IRQ, /* a line of a device of ours has changed */
	TRACE_NISV, /* an instruction that KVM does not decode, in front of its accesses */
	TRACE_RESET, /* the guest starts again */
	TRACE_KINDS
};

enum trace_flag {
	TRACE_WRITE = 1 << 0,
	TRACE_ABORTED = 1 << 1, /* the guest got an external abort */
	TRACE_UNSERVED = 1 << 2, /* no model has served it */
	TRACE_HIGH = 1 << 3, /* the line's level */
	TRACE_SMC = 1 << 4, /* not HVC */
	TRACE_POSTED = 1 << 5, /* by a store that did not exit: told late, without vCPU and PC */
};

#define TRACE_NO_VCPU UINT16_MAX

struct trace_event {
	uint64_t ns; /* CLOCK_MONOTONIC */
	uint64_t pc; /* 0: not known */
	uint64_t at; /* guest physical; CALL: the function; IRQ: of the device; RESET: 0 */
	uint64_t
		value; /* IRQ: the INTID; CALL: x0 behind it; NISV: the instruction; NAME: offset */
	uint16_t vcpu; /* TRACE_NO_VCPU: none */
	uint8_t kind;
	uint8_t size; /* bytes accessed, or of the instruction; NAME: records of text behind this one */
	uint8_t flags;
	uint8_t reserved[3];
};

/* The text of a name: "pl011@9000000", NUL, "UARTFR" or nothing, NUL; then zeros. */
#define TRACE_NAME_MOST 3 /* records of it */

#define TRACE_MAGIC "KVMTRACE"
#define TRACE_VERSION 1

struct trace_header {
	char magic[8];
	uint32_t version;
	uint32_t record; /* bytes of a record, and of this */
	uint64_t ns; /* CLOCK_MONOTONIC when the file was begun, .. */
	uint64_t real_ns; /* .. and CLOCK_REALTIME */
	uint32_t cpus;
	uint32_t reserved;
};

_Static_assert(sizeof(struct trace_event) == 40 && sizeof(struct trace_header) == 40,
	       "files have them like this");

#endif
