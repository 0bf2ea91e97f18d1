/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * YMODEM, as lrzsz's sb and rb speak it: one file over a line that has all eight bits. Two machines of
 * bytes and times, without fds or clocks. Source: Chuck Forsberg, XMODEM/YMODEM Protocol Reference,
 * 1988-10-14.
 */
#ifndef BOOT_IO_YMODEM_H
#define BOOT_IO_YMODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YMODEM_BLOCK 1024
#define YMODEM_PACKET (3 + YMODEM_BLOCK + 2)
#define YMODEM_NAME 64
#define YMODEM_STALL_MS 30000 /* without a block that is good: it is given up */

enum ymodem_state {
	YMODEM_GOES_ON,
	YMODEM_DONE,
	YMODEM_CANCELLED, /* by the other side, or by the person before it began */
	YMODEM_LOST, /* the other side says nothing, or nothing that makes sense, any more */
	YMODEM_REFUSED, /* the sink or the source said no: there is no room, a file is too large */
};

/* The outside's. */
struct ymodem_io {
	/* Bytes to the line. */
	void (*send)(void *arg, const uint8_t *buf, size_t n);
	/*
	 * Receiver: the file's name, of printable characters, and its size (UINT64_MAX: not told).
	 * False: it is not wanted.
	 */
	bool (*begin)(void *arg, const char *name, uint64_t size);
	/* Receiver: N bytes of the file. False: they cannot be kept. */
	bool (*sink)(void *arg, const uint8_t *buf, size_t n);
	/* Sender: the next N bytes of the file. False: there are none. */
	bool (*source)(void *arg, uint8_t *buf, size_t n);
	void *arg;
};

struct ymodem {
	struct ymodem_io io;
	enum ymodem_state state;
	uint8_t step;
	uint8_t number; /* of the block that is next, or under way */
	uint8_t cancels; /* CANs in a row */
	bool hushed; /* what comes is dropped until the line is quiet */
	bool acked; /* sender: then comes the next block, not the same again */
	bool asked; /* receiver: since the last block: more than one like the next may come */
	bool answers; /* receiver: once the line is quiet */
	bool eot_seen; /* receiver: once, which may have been noise */
	bool resent; /* sender: answers to more than one packet may come */
	uint64_t due; /* ms: when the line has been silent for too long */
	uint64_t give_up; /* ms: when there was no progress for too long */
	uint64_t size, done; /* bytes of the file */
	char name[YMODEM_NAME];
	size_t used; /* receiver: bytes of packet[] */
	size_t length; /* sender: bytes of packet[] */
	uint8_t packet[YMODEM_PACKET];
};

/* Wait for a file. NOW in ms, as everywhere here; PATIENCE_MS: how long for its first block. */
void ymodem_receive(struct ymodem *y, const struct ymodem_io *io, uint64_t now,
		    uint64_t patience_ms);

/* Offer a file of SIZE bytes called NAME. */
void ymodem_send(struct ymodem *y, const struct ymodem_io *io, const char *name, uint64_t size,
		 uint64_t now, uint64_t patience_ms);

/* Bytes that came over the line. Returns how many were taken: all, unless it has ended. */
size_t ymodem_take(struct ymodem *y, const uint8_t *buf, size_t n, uint64_t now);

/*
 * Silence is looked at. Returns ms until it is to be looked at again, 0: it has ended. Whatever comes or does not, it
 * ends YMODEM_STALL_MS after the last progress, or after PATIENCE_MS where there was none.
 */
uint64_t ymodem_tick(struct ymodem *y, uint64_t now);

/* End it from this side: the other one is told. */
void ymodem_cancel(struct ymodem *y);

#endif
