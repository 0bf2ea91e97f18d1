/* SPDX-License-Identifier: BSD-2-Clause */
/* The board's serial line, or whatever stands in for it: fds 0 and 1. */
#ifndef BOOT_IO_LINE_H
#define BOOT_IO_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line {
	int in, out; /* -1: closed */
	/*
	 * the sender waits when we do not read: a pipe, a socket, a pseudo terminal; a UART does
	 * not
	 */
	bool throttles;
};

/*
 * Take the line over: own descriptions of fds 0 and 1 that do not block (what is shared with a
 * shell stays as it was), a terminal in raw mode so that every byte passes both ways. Never fails:
 * what cannot be opened is -1.
 */
void line_open(struct line *line);

/*
 * Give the terminal back as it was, after what was written has left. Also safe without line_open().
 */
void line_close(struct line *line);

/* Its bits a second, as both sides have them; 115200 where it has none. */
unsigned line_rate(const struct line *line);

/* Bytes moved; 0: not now; -EPIPE: the other side is gone (the direction is closed). */
long line_read(struct line *line, uint8_t *buf, size_t n);
long line_write(struct line *line, const uint8_t *buf, size_t n);

#endif
