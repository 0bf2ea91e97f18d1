/* SPDX-License-Identifier: BSD-2-Clause */
/* How a run ends, and how a step that failed says so. */
#ifndef BOOT_OUTCOME_H
#define BOOT_OUTCOME_H

#include <stddef.h>

/* The numbers are exit codes of hosted runs: part of the command line's specification. */
enum outcome {
	OUTCOME_POWEROFF = 0,
	OUTCOME_RESET = 32,
	OUTCOME_CRASH = 33,
	OUTCOME_HANG = 34,
	OUTCOME_BAD_CONFIG = 64,
	OUTCOME_NO_KVM = 65,
	OUTCOME_BAD_FIRMWARE = 66,
	OUTCOME_REFUSED = 67,
	OUTCOME_INTERNAL = 68,
};

/* "poweroff", "bad-config"; "internal" for a number that is none. */
const char *outcome_name(enum outcome outcome);

/*
 * What a step that could not be done leaves behind: one sentence with a remedy, a stable code
 * ("E-EL1"), and what was seen that proves it ("" where the sentence says it all).
 */
struct failure {
	enum outcome outcome;
	const char *code;
	char text[480];
	char proof[320];
};

/*
 * Fill F; the text is a printf format, and bytes that are not printable become '?'. Always returns
 * -1, so that a step can `return fail(...)`.
 */
int fail(struct failure *f, enum outcome outcome, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Add a line to the proof of F, which fail() has filled: the kernel's own words, a node's path, a
 * file and what it holds. Always returns -1.
 */
int fail_proof(struct failure *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Put a line, its priority "<7>" in front, into the kernel's log; nothing where that may not be
 * written. 7 keeps it off the console, which has it already. Async-signal-safe.
 */
void outcome_log(const char *line, size_t n);

/*
 * The last words of a run, on the console and in the kernel log: F's sentence if there is one
 * (NULL: none), wrapped at 80 columns, what proves it behind `seen:`, then
 * `kvmshim: outcome: NAME (CODE)`. Returns the exit code.
 */
int outcome_report(enum outcome outcome, const struct failure *f);

#endif
