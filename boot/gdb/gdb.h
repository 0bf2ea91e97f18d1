/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gdb's session with the guest: over the line, or over a peer. It begins with the first packet, which
 * stops the guest, and ends with gdb's word, the escape key, or a peer that is gone; then the points
 * that gdb made are taken out, and the guest goes on. All for the loop's thread.
 */
#ifndef BOOT_GDB_GDB_H
#define BOOT_GDB_GDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/outcome.h"

struct debug_stop;
struct shim;

/* Open what gdb= names, before the guest runs. Returns 0 or fail()s. */
int gdb_open(struct shim *s, struct failure *f);

/* The line is open: gdb has it from now on where gdb= says so. And the end of all. */
void gdb_begin(struct shim *s);
void gdb_close(void);

/* Is there somebody that the loop is to ask for, by what follows? Else it costs nothing. */
bool gdb_waits(void);

/*
 * What the loop is to poll, -1: nothing; what it calls when that has input, and on each of its rounds,
 * which returns ms until it is time again, -1: never.
 */
int gdb_fd(void);
void gdb_input(void);
int gdb_serve(void);

/* The key for it: the line goes to gdb, or comes back. ESCAPE is the name of the key in front. */
void gdb_key(struct shim *s, const char *escape);

/*
 * N bytes of the line that gdb has. Returns how many of them were gdb's: it stops at ESCAPE where that is
 * no part of a packet, and when the line is gdb's no longer.
 */
size_t gdb_take(struct shim *s, const uint8_t *buf, size_t n, int escape);

/* The session over the line ends, if there is one: the person has taken the line. */
void gdb_leave(void);

/* Is there a session, and does it hold the guest, which stands still until gdb says so? */
bool gdb_attached(void);
bool gdb_holds(void);

/* The guest has stopped at a point or after a step. False: gdb does not wait for it. */
bool gdb_stopped(const struct debug_stop *stop);

/*
 * The guest has ended: what is printed from now on goes to gdb, if that has the line and listens. True:
 * it has the line.
 */
bool gdb_ending(void);

/* It has ended for F, and is KEPT for the person to look at: gdb is told, if it waits. */
void gdb_ended(const struct failure *f, bool kept);

/* A command of the monitor: see monitor.h. */
int gdb_physical(struct shim *s, int argc, char **argv);

#endif
