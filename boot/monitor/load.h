/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware that comes over the line: where it lies, whether it can be booted, and what the next run
 * boots. One at a time.
 */
#ifndef BOOT_MONITOR_LOAD_H
#define BOOT_MONITOR_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/outcome.h"

struct shim;

#define LOAD_LOOK_MS 20 /* between two calls of load_tried() */

/*
 * Make the file. OPTION, "[#CONF][@ADDR]", is what stands behind its path in firmware=; NULL: what
 * stands there now. False: it has been printed why not.
 */
bool load_begin(struct shim *s, const char *option);

/* Is there room for SIZE bytes? */
bool load_fits(uint64_t size);

/* N bytes of it. False: there is no room. */
bool load_keep(const uint8_t *buf, size_t n);

/* It is not wanted. */
void load_drop(void);

/*
 * It is whole: see whether it can be booted, all as at a start up to the plan, in another process, so
 * that the guest stays as it is. False: that cannot be done, which has been printed.
 */
bool load_try(struct shim *s);

/*
 * Is it known by now? Then it has been printed, and where it can be booted the guest's end is asked
 * for, and load_next() tells of it.
 */
bool load_tried(struct shim *s);

/* The firmware= of the next run; NULL: nothing was loaded. */
const char *load_next(void);

/*
 * The run has ended: begin the next one, as PID 1's next child or as another program in this process,
 * with the arguments of this one. Returns the exit code, or -1 and fail()s.
 */
int load_boot(int argc, char **argv, struct failure *f);

#endif
