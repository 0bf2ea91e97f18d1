// SPDX-License-Identifier: BSD-2-Clause
// Exception syndromes in words.
#include "kvm/esr.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define EC(esr) ((unsigned)((esr) >> 26 & 0x3f))
#define ISS(esr) ((uint32_t)((esr)&0x1ffffff))
#define STATUS(iss) ((iss)&0x3f) /* of a fault */
#define EXTERNAL 0x10
#define ASYNCHRONOUS 0x11

enum kind { PLAIN, FETCH, DATA, IMMEDIATE, SYSREG, WAIT, KEY, ERROR, WATCH };

static const struct {
	uint8_t ec, kind;
	const char *words;
} classes[] = {
	{ 0x00, PLAIN, "undefined instruction" },
	{ 0x01, WAIT, "trapped " },
	{ 0x03, PLAIN, "trapped access to a register of p15" },
	{ 0x04, PLAIN, "trapped access to a 64-bit register of p15" },
	{ 0x05, PLAIN, "trapped access to a register of p14" },
	{ 0x06, PLAIN, "trapped LDC or STC" },
	{ 0x07, PLAIN, "SIMD or FP instruction while CPACR_EL1.FPEN traps them" },
	{ 0x0a, PLAIN, "trapped LD64B or ST64B" },
	{ 0x0c, PLAIN, "trapped access to a 64-bit register of p14" },
	{ 0x0d, PLAIN, "branch to where no BTI is" },
	{ 0x0e, PLAIN, "illegal execution state: PSTATE.IL is set" },
	{ 0x11, IMMEDIATE, "SVC of AArch32" },
	{ 0x14, PLAIN, "trapped access to a 128-bit system register" },
	{ 0x15, IMMEDIATE, "SVC" },
	{ 0x18, SYSREG, "trapped access to a system register" },
	{ 0x19, PLAIN, "SVE instruction while CPACR_EL1.ZEN traps them" },
	{ 0x1b, PLAIN, "trapped TSTART" },
	{ 0x1c, KEY, "pointer authentication failed" },
	{ 0x1d, PLAIN, "trapped SME instruction" },
	{ 0x20, FETCH, "instruction abort from EL0" },
	{ 0x21, FETCH, "instruction abort" },
	{ 0x22, PLAIN, "PC is not aligned" },
	{ 0x24, DATA, "data abort from EL0" },
	{ 0x25, DATA, "data abort" },
	{ 0x26, PLAIN, "SP is not aligned" },
	{ 0x27, PLAIN, "memory copy or set instruction (CPY, SET) in a wrong state" },
	{ 0x28, PLAIN, "floating-point exception of AArch32" },
	{ 0x2c, PLAIN, "floating-point exception" },
	{ 0x2d, PLAIN, "guarded control stack: what it has does not match" },
	{ 0x2f, ERROR, "SError: an error of memory or a bus, told late" },
	{ 0x30, PLAIN, "breakpoint from EL0" },
	{ 0x31, PLAIN, "breakpoint" },
	{ 0x32, PLAIN, "single step from EL0" },
	{ 0x33, PLAIN, "single step" },
	{ 0x34, WATCH, "watchpoint from EL0" },
	{ 0x35, WATCH, "watchpoint" },
	{ 0x38, IMMEDIATE, "BKPT of AArch32" },
	{ 0x3c, IMMEDIATE, "BRK" },
	{ 0x3d, PLAIN, "overflow of a performance counter" },
};

/* Fault status codes: COUNT of them from CODE on are of levels, ascending from LEVEL; 0: of none. */
static const struct {
	uint8_t code, count;
	int8_t level;
	const char *words;
} faults[] = {
	{ 0x00, 4, 0, "address size fault" },
	{ 0x04, 4, 0, "translation fault" },
	{ 0x08, 4, 0, "access flag fault" },
	{ 0x0c, 4, 0, "permission fault" },
	{ EXTERNAL, 0, 0, "external abort: nothing answers there" },
	{ 0x11, 0, 0, "tag check fault" },
	{ 0x12, 6, -2, "external abort on a table" },
	{ 0x18, 0, 0, "parity or ECC error" },
	{ 0x1b, 5, -1, "parity or ECC error on a table" },
	{ 0x21, 0, 0, "alignment fault" },
	{ 0x22, 6, -2, "granule fault on a table" },
	{ 0x28, 0, 0, "granule fault" },
	{ 0x29, 1, -1, "address size fault" },
	{ 0x2a, 2, -2, "translation fault" },
	{ 0x2c, 1, -2, "address size fault" },
	{ 0x30, 0, 0, "TLB conflict" },
	{ 0x31, 0, 0, "atomic update not supported there" },
	{ 0x34, 0, 0, "lockdown fault" },
	{ 0x35, 0, 0, "exclusive or atomic not supported there" },
};

/* A text that is put together piece by piece, cut off where the buffer ends. */
struct text {
	char *buf;
	size_t used, size;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->buf + t->used, t->size - t->used, format, args);
	va_end(args);
	t->used += n < (int)(t->size - t->used) ? (size_t)n : t->size - t->used - 1;
}

static void fault_add(struct text *t, unsigned code)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const unsigned at = code - faults[i].code, count = faults[i].count;

		if (at >= (count ? count : 1))
			continue;
		add(t, "%s", faults[i].words);
		if (count)
			add(t, ", level %d", faults[i].level + (int)at);
		return;
	}
	add(t, "fault status %#x", code);
}

static void access_add(struct text *t, bool write)
{
	add(t, ", on a %s", write ? "write" : "read");
}

static void data_add(struct text *t, uint32_t iss)
{
	const unsigned size = 1u << (iss >> 22 & 3);

	add(t, ": ");
	fault_add(t, STATUS(iss));
	if (iss >> 8 & 1)
		add(t, ", on cache maintenance");
	else
		access_add(t, iss >> 6 & 1);
	if (iss >> 24 & 1)
		add(t, " of %u byte%s", size, size > 1 ? "s" : "");
}

static void sysreg_add(struct text *t, uint32_t iss)
{
	add(t, ": %s of S%u_%u_C%u_C%u_%u, X%u", iss & 1 ? "read" : "write", iss >> 20 & 3,
	    iss >> 14 & 7, iss >> 10 & 15, iss >> 1 & 15, iss >> 17 & 7, iss >> 5 & 31);
}

/* What is left of the CPU's state; the implementation's own codes say nothing of it. */
static void error_add(struct text *t, uint32_t iss)
{
	static const char *const states[8] = {
		"uncontainable", "unrecoverable", "restartable", "recoverable", NULL, NULL,
		"corrected"
	};
	const char *state = states[iss >> 10 & 7];

	if (!(iss >> 24 & 1) && STATUS(iss) == ASYNCHRONOUS && state)
		add(t, ", %s", state);
}

static void syndrome_add(struct text *t, enum kind kind, uint32_t iss)
{
	static const char *const waits[4] = { "WFI", "WFE", "WFIT", "WFET" };

	switch (kind) {
	case PLAIN: break;
	case FETCH:
		add(t, ": ");
		fault_add(t, STATUS(iss));
		break;
	case DATA: data_add(t, iss); break;
	case IMMEDIATE: add(t, " #%#x", iss & 0xffff); break;
	case SYSREG: sysreg_add(t, iss); break;
	case WAIT: add(t, "%s", waits[iss & 3]); break;
	case KEY:
		add(t, ", %s key %c", iss & 2 ? "data" : "instruction", iss & 1 ? 'B' : 'A');
		break;
	case ERROR: error_add(t, iss); break;
	case WATCH: access_add(t, iss >> 6 & 1); break;
	}
}

const char *esr_text(uint64_t esr, char *buf, size_t size)
{
	struct text t = { buf, 0, size };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (classes[i].ec != EC(esr))
			continue;
		add(&t, "%s", classes[i].words);
		syndrome_add(&t, classes[i].kind, ISS(esr));
		return buf;
	}
	add(&t, "exception class %#x, syndrome %#" PRIx32, EC(esr), ISS(esr));
	return buf;
}

bool esr_has_far(uint64_t esr)
{
	const unsigned ec = EC(esr);

	/* FnV: the address is not known. */
	if (ec == 0x20 || ec == 0x21 || ec == 0x24 || ec == 0x25)
		return !(esr >> 10 & 1) || STATUS(esr) != EXTERNAL;
	return ec == 0x22 || ec == 0x34 || ec == 0x35;
}

/* Short descriptors: bit 10 and bits 3:0. */
static const char *const short_faults[32] = {
	[0x01] = "alignment fault",
	[0x02] = "debug event",
	[0x03] = "section access flag fault",
	[0x04] = "fault of cache maintenance",
	[0x05] = "section translation fault",
	[0x06] = "page access flag fault",
	[0x07] = "page translation fault",
	[0x08] = "external abort: nothing answers there",
	[0x09] = "section domain fault",
	[0x0b] = "page domain fault",
	[0x0c] = "external abort on a table, level 1",
	[0x0d] = "section permission fault",
	[0x0e] = "external abort on a table, level 2",
	[0x0f] = "page permission fault",
	[0x10] = "TLB conflict",
	[0x14] = "lockdown fault",
	[0x15] = "exclusive access not supported there",
	[0x16] = "external abort, told late",
	[0x18] = "parity or ECC error, told late",
	[0x19] = "parity or ECC error",
	[0x1c] = "parity or ECC error on a table, level 1",
	[0x1e] = "parity or ECC error on a table, level 2",
};

/* What long descriptors have in the place of AArch64's codes. */
static const char *long_fault(unsigned code)
{
	return code == ASYNCHRONOUS ? "external abort, told late"
	       : code == 0x19	    ? "parity or ECC error, told late"
	       : code == 0x22	    ? "debug event"
				    : NULL;
}

const char *esr_fsr_text(uint32_t fsr, bool fetch, char *buf, size_t size)
{
	const bool is_long = fsr >> 9 & 1;
	const unsigned code = is_long ? STATUS(fsr) : (fsr & 15) | (fsr >> 10 & 1) << 4;
	const char *words = is_long ? long_fault(code) : short_faults[code];
	struct text t = { buf, 0, size };

	if (words)
		add(&t, "%s", words);
	else if (is_long)
		fault_add(&t, code);
	else
		add(&t, "fault status %#x", code);
	if (fetch)
		return buf;
	if (!is_long && words && strstr(words, "domain"))
		add(&t, ", domain %u", fsr >> 4 & 15);
	if (fsr >> 13 & 1)
		add(&t, ", on cache maintenance");
	else
		access_add(&t, fsr >> 11 & 1);
	return buf;
}
