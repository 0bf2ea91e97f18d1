/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that prints nothing for some seconds is looked at, and where it does not just wait for a
 * person, one is told why. A guest that waits is looked at once, and left alone until it prints again.
 * The loop's thread. NOW is in ms, of any clock that goes on.
 */
#ifndef BOOT_SILENCE_H
#define BOOT_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

struct shim;

/* ms, for the calls below. */
uint64_t silence_now(void);

/* The guest starts, or starts again. */
void silence_begin(struct shim *s, uint64_t now);

/* The guest is being reset, its vCPUs paused: what they touched is of the past. */
void silence_forget(struct shim *s);

/* The guest has printed something. */
void silence_broken(void);

/* Is there something to wait for? Else silence_serve() need not be asked. */
bool silence_waits(void);

/* Look, if it is time. Returns ms until it is time again; -1: not until it has printed. */
int silence_serve(struct shim *s, uint64_t now);

#endif
