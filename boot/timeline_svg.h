/* SPDX-License-Identifier: BSD-2-Clause */
/* A timeline as a picture: on a developer's machine, from what `timeline dump` printed. */
#ifndef BOOT_TIMELINE_SVG_H
#define BOOT_TIMELINE_SVG_H

#include <stdio.h>

/*
 * Take the last timeline in IN, which may be all that came over a line, and write it to OUT as SVG.
 * Returns the number of its spans, 0 where there is none (then nothing is written).
 */
unsigned timeline_svg(FILE *in, FILE *out);

#endif
