/* SPDX-License-Identifier: BSD-2-Clause */
/* The places where settings stand: the kernel command line, the arguments, the board's tree. */
#ifndef BOOT_SOURCES_H
#define BOOT_SOURCES_H

#include "boot/settings.h"

/*
 * Each notes what its source says in S. They return 0, or fail() with bad-config: an unknown key
 * (the nearest one named), one that is not built in, a value that is missing. All is read: the
 * first failure is told, and what stands behind it holds.
 */

/*
 * `kvmshim.KEY=VALUE` words up to `--`, quoted as the kernel's own; `-` and `_` are the same in
 * KEY. LINE is cut to pieces, which the settings then point to.
 */
int sources_cmdline(struct settings *s, char *line, struct failure *f);

/*
 * Hosted: a verb in front, then `--KEY=VALUE` and `--KEY VALUE`; --help, -h and --version end them.
 * PID 1: only words `--KEY=VALUE` are ours, all others are passed over. ARGV ends in NULL.
 */
int sources_argv(struct settings *s, int argc, char **argv, struct failure *f);

/*
 * The properties of NODE but compatible, status and phandle: strings, string lists (joined by
 * commas), cells where the key takes a number.
 */
int sources_tree(struct settings *s, const struct tree *tree, unsigned node, struct failure *f);

#endif
