/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gdb's remote serial protocol, its framing: bytes become packets, replies become bytes. Knows no guest
 * and no line. Source: gdb's manual, "Remote Protocol", "Overview".
 */
#ifndef BOOT_GDB_RSP_H
#define BOOT_GDB_RSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSP_PACKET 0x4000 /* bytes between $ and #, both ways */
#define RSP_STALE_MS 1000 /* after a silence as long as this the rest of a packet does not come */

enum rsp_event {
	RSP_NONE,
	RSP_GOOD, /* in[] holds a packet */
	RSP_BAD, /* its checksum is wrong, or it is too long: dropped */
	RSP_INTERRUPT, /* Ctrl-C between packets */
	RSP_ACK,
	RSP_AGAIN, /* gdb wants what was sent last once more */
	RSP_GARBAGE, /* a byte between packets that is none of the protocol's */
};

enum rsp_state { RSP_BETWEEN, RSP_DATA, RSP_ESCAPED, RSP_SUM_HIGH, RSP_SUM_LOW };

struct rsp {
	uint8_t state; /* enum rsp_state */
	uint8_t sum, given; /* of the packet, and what stands behind it */
	bool too_long;
	size_t in_size;
	size_t out_size; /* bytes of out[] */
	uint8_t out_sum, last; /* of the reply; its last byte, which comes RUN times */
	unsigned run;
	bool cut; /* the reply did not fit */
	char in[RSP_PACKET + 1]; /* escapes undone, NUL behind it */
	uint8_t out[RSP_PACKET + 8]; /* the reply, as it is sent */
};

/* Nothing has come. */
void rsp_reset(struct rsp *r);

/* One byte of gdb's. in[] stays as it is from RSP_GOOD to the next byte. */
enum rsp_event rsp_take(struct rsp *r, uint8_t byte);

/* Is a packet under way, so that the next byte is a part of it? */
bool rsp_within(const struct rsp *r);

/* A reply: begin, put, end; out[] then holds what is sent. */
void rsp_begin(struct rsp *r);
void rsp_end(struct rsp *r);

/*
 * Bytes as they are, escaped where they must be; and N bytes in hex, as gdb has registers and memory.
 * What does not fit is left out, and r->cut says so.
 */
void rsp_put(struct rsp *r, const void *bytes, size_t n);
void rsp_text(struct rsp *r, const char *text);
void rsp_format(struct rsp *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void rsp_hex(struct rsp *r, const void *bytes, size_t n);

/* How many bytes a reply takes yet, whatever they are: each may need two. */
size_t rsp_room(const struct rsp *r);

/*
 * Two digits a byte at *TEXT into BYTES, N at most; *TEXT is behind them then. Returns how many bytes
 * there were.
 */
size_t rsp_unhex(const char **text, void *bytes, size_t n);

/* A number in hex at *TEXT, which is behind it then. False: none is there, or it has over 16 digits. */
bool rsp_number(const char **text, uint64_t *value);

#endif
