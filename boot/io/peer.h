/* SPDX-License-Identifier: BSD-2-Clause */
/* Where gdb is: at a tty of its own, behind a TCP port, or at the line itself. */
#ifndef BOOT_IO_PEER_H
#define BOOT_IO_PEER_H

#include <stddef.h>
#include <stdint.h>

enum peer_kind { PEER_NONE, PEER_LINE, PEER_TTY, PEER_TCP };

struct peer_name {
	enum peer_kind kind;
	const char *path; /* TTY */
	uint32_t address; /* TCP, as the network has it */
	uint16_t port;
};

/*
 * TEXT is "stdio", a path, or [ADDRESS]:PORT; without an address only this machine can connect. What it
 * points to must outlive NAME. Returns 0 or -EINVAL.
 */
int peer_name_read(const char *text, struct peer_name *name);

struct peer {
	struct peer_name name;
	int listener; /* TCP: nobody has connected while fd is -1 */
	int fd;
};

/*
 * TTY: open it, raw, at 115200. TCP: listen. PEER_LINE and PEER_NONE have nothing to open. Returns 0 or
 * -errno: -ENOTTY (no tty), -EADDRINUSE, -EADDRNOTAVAIL, -ENOENT and others of open(), socket(), bind().
 */
int peer_open(struct peer *peer, const struct peer_name *name);
void peer_close(struct peer *peer);

/* What is to be looked at for input; -1: nothing. */
int peer_fd(const struct peer *peer);

/*
 * Up to N bytes into BUF. A connection is taken first, one at a time. Returns how many, 0 (not now), or
 * -EPIPE: it is gone.
 */
long peer_read(struct peer *peer, uint8_t *buf, size_t n);

/*
 * All N bytes; waits for a slow one, and gives up on one that takes nothing for seconds. Returns 0 or
 * -EPIPE.
 */
int peer_write(struct peer *peer, const uint8_t *buf, size_t n);

#endif
