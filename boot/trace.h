/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guest does to its devices, event by event: on the line, in memory, in a file. Each of the
 * trace_*() below is called by whoever serves such an event, where trace_on() says so; what the rules
 * do not want is dropped. Any thread.
 */
#ifndef BOOT_TRACE_H
#define BOOT_TRACE_H

#include "boot/shim.h"
#include "boot/trace_rules.h"

/* One load, of what an exit touches in any case. */
static inline bool trace_on(const struct shim *s)
{
	return CONFIG_TRACE && atomic_load_explicit(&s->tracing, memory_order_relaxed);
}

/* An access has been served; FLAGS: of enum trace_flag. VCPU NULL: not known. */
void trace_mmio(struct shim *s, const struct vcpu *vcpu, uint64_t gpa, unsigned len, unsigned flags,
		uint64_t value);

/* A call of function FN, its PC behind it; RESULT: x0. */
void trace_call(struct shim *s, const struct vcpu *vcpu, uint64_t fn, bool smc, uint64_t result);

/* The line of INTID, of the device at GPA, is LEVEL from now on. */
void trace_irq(struct shim *s, uint64_t gpa, uint32_t intid, bool level);

/* An instruction WORD of LEN bytes, which accesses GPA, is about to be emulated. */
void trace_nisv(struct shim *s, const struct vcpu *vcpu, uint64_t gpa, bool write, uint32_t word,
		unsigned len);

/* The guest starts again. */
void trace_reset(struct shim *s);

/* Does the line already tell of an access like that? */
bool trace_tells(struct shim *s, uint64_t gpa, unsigned len, bool write);

/* Is there anything for trace_begin() to do? Are calls to be traced, so that KVM must hand them over? */
static inline bool trace_begins(const struct shim *s)
{
	return CONFIG_TRACE &&
	       (s->p.settings.raw[SET_TRACE].text || s->p.settings.raw[SET_TRACE_FILE].text);
}
static inline bool trace_begins_with_calls(const struct shim *s)
{
	return CONFIG_TRACE && s->p.settings.raw[SET_TRACE].text &&
	       s->p.settings.trace.kinds >> TRACE_CALL & 1;
}

/*
 * The settings `trace` and `trace-file`, before the guest runs. Returns 0 or fail()s: the file cannot
 * be made.
 */
int trace_begin(struct shim *s, struct failure *f);

/* From now on by RULES. The loop's thread, as are the rest of these. */
void trace_set(struct shim *s, const struct trace_rules *rules);
const struct trace_rules *trace_rules(void);

/* For the loop: write to the file. Returns ms until it is to be called again, -1: never mind. */
int trace_serve(struct shim *s);

/* What is still in memory goes to the file, and that is closed. */
void trace_end(struct shim *s);

/* The last COUNT events, oldest first, one line each without a newline. */
void trace_last(struct shim *s, unsigned count, void (*line)(const char *text));

#define TRACE_TEXT_SIZE 320

/* "12.345678 pl011@9000000+0x18 UARTFR: read 4 bytes: 0x90 (PC 0x40001234, vCPU 0)". Returns BUF. */
const char *trace_text(const struct shim *s, const struct trace_event *e,
		       char buf[TRACE_TEXT_SIZE]);

#endif
