/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that prints nothing for some seconds is looked at, and where it does not just wait for a
 * person, one is told why. A guest that waits is looked at once, and left alone until it prints again.
 * The loop's thread.
 */
#ifndef BOOT_SILENCE_H
#define BOOT_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

struct shim;

/* The guest starts, or starts again. */
void silence_begin(struct shim *s);

/* The guest has printed something. */
void silence_broken(void);

/* Look, if it is time. Returns ms until it is time again; -1: not until it has printed. */
int silence_serve(struct shim *s);

#endif
