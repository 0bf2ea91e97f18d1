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

struct console {
	struct line line;
	struct ring tx, rx;
	pthread_mutex_t tx_lock; /* the guest's bytes and our messages come from several threads */
	bool at_start; /* the last byte put was a newline */
	_Atomic uint32_t tx_lost; /* bytes of the guest; our own messages are none of them */
	uint32_t tx_lost_told, rx_lost_told;
};

/* TX and RX are storage for the rings, their sizes powers of two. The line is not opened yet. */
void console_init(struct console *c, uint8_t *tx, uint32_t tx_size, uint8_t *rx, uint32_t rx_size);

/* Bytes of the guest for the line. Any thread. What does not fit is lost and counted. */
void console_put(struct console *c, const uint8_t *buf, size_t n);

/* How many bytes console_put() takes now, less RESERVE. */
size_t console_room(struct console *c, size_t reserve);

/* A message of our own: on a line of its own, '\n' becomes CR LF. Any thread. */
void console_message(struct console *c, const char *text, size_t n);

/* Write what waits to the line, as much as it takes. True: more waits. */
bool console_flush(struct console *c);

/*
 * Read the line into the ring. A line that cannot be throttled is always read and what does not fit
 * is lost and counted; another is left alone while the ring is full.
 */
void console_fill(struct console *c);
bool console_wants_input(const struct console *c);

/* Say how many bytes were lost since the last time, if any were and there is room to say it. */
void console_losses_tell(struct console *c);

#endif
