/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the guest's console UART and the line: two rings, and messages of our own that never mix
 * with the guest's.
 */
#ifndef BOOT_IO_CONSOLE_H
#define BOOT_IO_CONSOLE_H

#include <pthread.h>

#include "boot/io/line.h"
#include "boot/io/ring.h"

enum console_flow {
	CONSOLE_FLOWS,
	CONSOLE_HELD, /* the guest's bytes wait */
	CONSOLE_FRAMED, /* they and messages wait: what is on the line is for a program */
};

struct console {
	struct line line;
	struct ring tx, rx;
	struct ring own; /* what we say while the guest's bytes are held */
	enum console_flow flow;
	bool stamps; /* the time in front of each line of the guest */
	bool stamp_due; /* in front of the next byte */
	uint64_t began; /* ns, CLOCK_MONOTONIC: what the stamps count from */
	pthread_mutex_t tx_lock; /* the guest's bytes and our messages come from several threads */
	bool at_start; /* the last byte put was a newline */
	_Atomic uint32_t tx_lost; /* bytes of the guest; our own messages are none of them */
	uint32_t tx_lost_told, rx_lost_told;
};

/* TX and RX are storage for the rings, their sizes powers of two. The line is not opened yet. */
void console_init(struct console *c, uint8_t *tx, uint32_t tx_size, uint8_t *rx, uint32_t rx_size);

/* Bytes of the guest for the line. Any thread. What does not fit is lost and counted. */
void console_put(struct console *c, const uint8_t *buf, size_t n);

/*
 * Held: the guest's bytes wait, and console_say() and messages go out in front of them. OWN is
 * storage for that, OWN_SIZE a power of two; it is given once, before.
 */
void console_own(struct console *c, uint8_t *own, uint32_t own_size);
void console_hold(struct console *c, enum console_flow flow);

/*
 * N bytes for the line while the guest's are held, '\n' becomes CR LF; waits for a slow line, and
 * gives up on one that takes nothing for seconds. The loop's thread.
 */
void console_say(struct console *c, const char *text, size_t n);

/* The same without a change to any byte. */
void console_send(struct console *c, const uint8_t *buf, size_t n);

/* From now on, or no longer, "[   12.345678] " in front of each line of the guest. */
void console_stamps(struct console *c, bool on);

/* How many bytes console_put() takes now, less RESERVE. */
size_t console_room(struct console *c, size_t reserve);

/* A message of our own: on a line of its own, '\n' becomes CR LF. Any thread. */
void console_message(struct console *c, const char *text, size_t n);

/* Write what waits to the line, as much as it takes. True: more waits. */
bool console_flush(struct console *c);

/*
 * Read the line, N bytes at most. A line that cannot be throttled is always read and what does not
 * fit the guest's ring is lost there and counted; another is left alone while that is full, unless
 * the guest's bytes are held: the line is not the guest's then. Returns how many there were.
 */
size_t console_read(struct console *c, uint8_t *buf, size_t n);
bool console_wants_input(const struct console *c);

/* Say how many bytes were lost since the last time, if any were and there is room to say it. */
void console_losses_tell(struct console *c);

#endif
