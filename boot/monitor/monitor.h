/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor: one escape key away from the guest's console, on the same line. Everything here is
 * for the loop's thread.
 */
#ifndef BOOT_MONITOR_MONITOR_H
#define BOOT_MONITOR_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/outcome.h"

struct shim;
struct vcpu;

/* Whom the bytes are for that come over the line. */
enum line_owner { LINE_GUEST, LINE_MONITOR, LINE_TRANSFER, LINE_GDB };

enum command_flag {
	COMMAND_READS =
		1 << 0, /* the guest's registers or memory: locked where a key is required */
	COMMAND_CHANGES = 1 << 1, /* the same */
	COMMAND_PAUSES = 1 << 2, /* the vCPUs are paused while it runs, if they are not already */
	COMMAND_COUNT = 1 << 3, /* the name may have /COUNT behind it, which argv[0] has, too */
};

#define COMMAND_WORDS 16 /* of a line, at most */

struct command {
	const char *name; /* one word or two: "info gic" */
	const char *args; /* for help: "ADDR [COUNT]" */
	const char *what; /* one line of help */
	unsigned flags;
	/*
	 * argv[0] is the last word of the name, argv[argc] is NULL. Returns 0, or -1 when it has
	 * printed what is wrong. NULL: it is not built in.
	 */
	int (*run)(struct shim *s, int argc, char **argv);
};
extern const struct command monitor_commands[]; /* ends with a name that is NULL */

/* Before the first byte of the line; the guest may run already. */
void monitor_begin(struct shim *s);

/* N bytes that came over the line: for whoever has it, or for the escape key. */
void monitor_take(struct shim *s, const uint8_t *buf, size_t n);

/*
 * The line goes to the monitor, its vCPUs paused. WHY is printed in front, a sentence or "". Nothing
 * where the monitor has it already, but for WHY.
 */
void monitor_open(struct shim *s, const char *why);

/* The line goes back to the guest, which goes on. */
void monitor_close(struct shim *s);

/* The guest has stopped for WHY, for good unless it is reset: it can be looked at. */
void monitor_keep(struct shim *s, const struct failure *why);

/* Is the guest, after a reset, to start again whatever on-reset says? The person wants it so. */
bool monitor_restarts(void);

/* The guest has been reset: from now on it runs, or waits where it was paused before. */
void monitor_restarted(struct shim *s);

/* The line goes to OWNER; what the guest prints is held unless that is the guest. */
void monitor_line_give(struct shim *s, enum line_owner owner);
enum line_owner monitor_line_owner(void);

/* The person's own pause: the vCPUs stop, or go on unless something else holds them, gdb for one. */
void monitor_pause(struct shim *s);
void monitor_go(struct shim *s);
bool monitor_paused(void);

/*
 * The same as monitor_go(), and vCPU STEP stops after one instruction; -1: none does. Returns 0, -EBUSY
 * (the guest is not paused by the person, or has ended), or what debug_resume() returned.
 */
int monitor_resume(struct shim *s, int step);

/* debug_stopped() has paused the vCPUs, because of vCPU ID. */
void monitor_stopped(unsigned id);
bool monitor_ended(void); /* the guest has: nothing runs until a reset */

/*
 * Print for whoever asked: the line, or what monitor_output_to() named. '\n' alone; waits for a slow
 * line.
 */
void monitor_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void monitor_output_to(void (*out)(void *arg, const char *text, size_t n), void *arg);

/* The monitor's prompt, on a line of its own that begins anew. */
void monitor_prompt(void);

/* The same, and behind it what has been typed of a line. */
void monitor_line_show(void);

/* Has the person typed Ctrl-C since the command began? What else was typed meanwhile is dropped. */
bool monitor_interrupted(struct shim *s);

/* Do what LINE says; it is cut to pieces. Returns 0 or -1. */
int monitor_command(struct shim *s, char *line);

/* Firmware must be signed here: what a guest has is nobody's to see or to change. */
bool monitor_locked(const struct shim *s);

/* The AT-th command's name; NULL: there are no more. */
const char *monitor_word(unsigned at);

/* The vCPU that commands are about. */
struct vcpu *monitor_vcpu(struct shim *s);
void monitor_vcpu_select(unsigned id);

#endif
