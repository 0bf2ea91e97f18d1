/* SPDX-License-Identifier: BSD-2-Clause */
/* Being PID 1: mounts, a console, modules, and a supervisor above the shim proper. */
#ifndef BOOT_INIT_H
#define BOOT_INIT_H

#include <stdbool.h>
#include <stdint.h>

#include "generated/config.h"

struct settings;

/* What the shim proper was doing, for the last words over it. Order as main() goes. */
enum phase {
	PHASE_START,
	PHASE_BOARD,
	PHASE_HOST,
	PHASE_PLAN,
	PHASE_BUILD,
	PHASE_GUEST,
	PHASE_RESET,
	PHASE_END
};

/* What is marked with its time (boot/timeline.h): phases under their own numbers, then moments. */
enum timeline_step {
	TIMELINE_START = PHASE_START,
	TIMELINE_BOARD = PHASE_BOARD,
	TIMELINE_HOST = PHASE_HOST,
	TIMELINE_PLAN = PHASE_PLAN,
	TIMELINE_BUILD = PHASE_BUILD,
	TIMELINE_GUEST = PHASE_GUEST,
	TIMELINE_RESET = PHASE_RESET,
	TIMELINE_END = PHASE_END,
	TIMELINE_IMAGES, /* firmware and initrd were opened */
	TIMELINE_PRINT, /* the plan was made */
	TIMELINE_RUN, /* right before the guest's first instruction */
	TIMELINE_BYTE, /* the first one on its console; from here on the guest's own */
	TIMELINE_QUIET, /* the last byte before it became quiet */
	TIMELINE_KEY, /* the last key that came while it had the line */
	TIMELINE_PROMPT, /* the last byte before it got one */
	TIMELINE_STEPS
};

/*
 * A page shared by the supervisor and the shim proper. The shim writes where it is and, from its
 * fault handler, what struck it; the supervisor asks for a sign of life by raising `asked`, and the
 * shim's I/O loop answers by copying it to `answered`.
 */
struct pulse {
	volatile uint32_t phase;
	volatile uint32_t fault_signal, fault_code;
	volatile uint64_t fault_address, fault_pc;
	volatile uint32_t asked, answered;
	volatile int32_t shim_pid;
	/* Ticks of the counter, 0: not reached. */
	volatile uint64_t mark[CONFIG_TIMELINE ? TIMELINE_STEPS : 1];
};
extern struct pulse *init_pulse; /* never NULL: hosted runs have one of their own */

/* Note it, with the time. */
void init_phase_set(enum phase phase);

/*
 * What must be there before anything else: for PID 1 /dev, /proc, /sys mounted, fds 0 to 2 on the
 * board's console even if the kernel opened none, kernel messages below warnings kept off the line,
 * modules of /lib/modules/RELEASE/kvmshim.order loaded. Everywhere: SIGPIPE ignored, a fault
 * handler that fills the pulse. Never fails: what could not be done is said and gone on without.
 * Returns the kernel command line or NULL.
 */
char *init_early(bool pid1);

/*
 * PID 1 forks here: the child returns and is the shim proper; the parent stays below, reaps
 * orphans, feeds the watchdog while the child answers, reports a child that died of a fault
 * (signal, address, what it was doing), carries out on-poweroff, on-reset and on-crash by the
 * child's exit code (restart backs off, and gives up after three failures in a row), and never
 * exits. The child tells the policies by init_policies_set().
 */
void init_supervise(void);

/* Firmware that came over the line lies here, on a file system that is always there. */
#define INIT_LOADED "/dev/kvmshim.loaded"
#define INIT_FIRMWARE 160 /* bytes of a firmware= that names it */

/*
 * The supervisor is to start another shim proper with firmware=FIRMWARE, at once when this one has
 * ended. False: there is no supervisor.
 */
bool init_load(const char *firmware);

/* The firmware= that this shim proper was started with in that way; NULL: in another. */
const char *init_loaded(void);

/*
 * Tell the supervisor what the settings say (policies, watchdog). For the child, once they are
 * read. Nothing when hosted.
 */
void init_policies_set(const struct settings *s);

#endif
