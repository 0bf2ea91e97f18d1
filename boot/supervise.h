/* SPDX-License-Identifier: BSD-2-Clause */
/* PID 1 above the shim proper: what happens when a run has ended. */
#ifndef BOOT_SUPERVISE_H
#define BOOT_SUPERVISE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "boot/init.h"
#include "boot/settings.h"

/* The page that the supervisor and its child share. */
struct shared {
	struct pulse pulse;
	atomic_bool policies_known; /* released once the settings below are there */
	enum action on_poweroff, on_reset, on_crash;
	bool watchdog;
	/* Firmware came over the line: it is booted from now on, and now at once. */
	enum { LOADED_NOT, LOADED, LOADED_NOW } loaded;
	char firmware[INIT_FIRMWARE]; /* as firmware= has it */
};

enum supervise_step { STEP_AGAIN, STEP_REBOOT, STEP_POWEROFF };

/*
 * What follows the end of a run, in WAIT seconds; WHY is what a person is told, NULL where the step
 * was asked for.
 */
struct supervise_next {
	enum supervise_step step;
	unsigned wait;
	const char *why;
};

/* Failures in a row, less than SUPERVISE_STEADY seconds after their start, that `restart` takes. */
#define SUPERVISE_FAILURES 3
#define SUPERVISE_STEADY 60

/*
 * The policies applied to a child that ended with exit code CODE after RAN seconds. FAILURES counts
 * those in a row; an orderly end (0, 32) or a steady run begins anew. Firmware that came over the
 * line is booted at once, and given up when it cannot be.
 */
struct supervise_next supervise_decide(struct shared *shared, int code, uint64_t ran,
				       unsigned *failures);

/* Fork the shim proper and be its supervisor. Returns in the child only, once for each start. */
void supervise(struct shared *shared);

#endif
