/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of boot/gdb share: one session. */
#ifndef BOOT_GDB_SESSION_H
#define BOOT_GDB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/debug.h"
#include "boot/gdb/rsp.h"
#include "boot/io/peer.h"

struct shim;

enum session_way { SESSION_NONE, SESSION_LINE, SESSION_PEER };

struct session {
	struct shim *shim;
	enum session_way way; /* who has sent something */
	bool attached; /* a packet has come */
	bool running; /* gdb waits for a stop */
	bool acks;
	bool leaving; /* it ends with gdb's next ack */
	bool kills; /* and the run with it */
	bool physical; /* addresses are, and no vCPU's */
	unsigned thread, mover; /* the vCPUs that Hg and Hc name */
	int step, alone; /* as the guest went on the last time: vCPUs, -1 */
	uint64_t first, end; /* steps go on while the PC is from FIRST to below END */
	uint64_t points; /* those that gdb made: a bit for each place of the table */
	struct debug_stop stop; /* the last one */
	uint8_t signal; /* and what it is to gdb */
	uint64_t heard; /* ms, when its last byte came */
	struct peer peer;
	struct rsp rsp;
	size_t printed; /* bytes of text[] */
	char text[RSP_PACKET / 4]; /* what a command of the monitor prints */
};

/* Signals, as gdb numbers them. */
#define SESSION_TRAP 5
#define SESSION_INTERRUPTED 2
#define SESSION_ABORTED 6

#define SESSION_SAID 512 /* bytes of text in a packet for gdb's person */

/* N bytes as they are. */
void gdb_write(struct session *g, const void *bytes, size_t n);

/* Send the reply that rsp holds, which stays there, should gdb want it again. */
void gdb_send(struct session *g);

/* Does the way to gdb lose no byte? */
bool gdb_reliable(const struct session *g);

/* N bytes for gdb's person to read, while gdb waits; what is longer is sent as several packets. */
void gdb_say(struct session *g, const char *text, size_t n);

/* The same with what the guest has printed, MOST bytes of it: it cannot go to the line while that is gdb's. */
void gdb_output(struct session *g, size_t most);

/* The session is over; its points are gone, and the guest goes on. */
void gdb_end(struct session *g);

#endif
