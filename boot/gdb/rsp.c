// SPDX-License-Identifier: BSD-2-Clause
// Packets in and out of bytes.
#include "boot/gdb/rsp.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CTRL_C 3
#define ESCAPE '}'
#define ESCAPE_XOR 0x20
#define RUN '*'
#define RUN_BIAS 28 /* a run of N equal bytes is the byte, * and N + 28 */
#define RUN_LEAST 4 /* shorter ones are no shorter so */
#define RUN_MOST 98

static const char digits[] = "0123456789abcdef";

void rsp_reset(struct rsp *r)
{
	r->state = RSP_BETWEEN;
	r->in_size = r->out_size = 0;
}

static int digit(int c)
{
	const int lower = c | 0x20;

	return c >= '0' && c <= '9'	      ? c - '0'
	       : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
					      : -1;
}

static enum rsp_event between(struct rsp *r, uint8_t byte)
{
	switch (byte) {
	case '$':
		r->state = RSP_DATA;
		r->in_size = 0;
		r->sum = 0;
		r->too_long = false;
		return RSP_NONE;
	case '+': return RSP_ACK;
	case '-': return RSP_AGAIN;
	case CTRL_C: return RSP_INTERRUPT;
	default: return RSP_GARBAGE;
	}
}

static void keep(struct rsp *r, uint8_t byte)
{
	r->too_long |= r->in_size == RSP_PACKET;
	if (!r->too_long)
		r->in[r->in_size++] = (char)byte;
}

static enum rsp_event within(struct rsp *r, uint8_t byte)
{
	const bool escaped = r->state == RSP_ESCAPED;

	/* What it means is not escaped in any packet: one that was cut off, and gdb tries again. */
	if (byte == '$')
		return between(r, byte);
	if (byte == '#') {
		r->state = RSP_SUM_HIGH;
		return RSP_NONE;
	}
	r->sum = (uint8_t)(r->sum + byte);
	r->state = byte == ESCAPE && !escaped ? RSP_ESCAPED : RSP_DATA;
	if (r->state == RSP_DATA)
		keep(r, escaped ? byte ^ ESCAPE_XOR : byte);
	return RSP_NONE;
}

static enum rsp_event behind(struct rsp *r, uint8_t byte)
{
	const int value = digit(byte);

	if (value < 0) {
		r->state = RSP_BETWEEN;
		return byte == '$' ? between(r, byte) : RSP_BAD;
	}
	if (r->state == RSP_SUM_HIGH) {
		r->given = (uint8_t)(value << 4);
		r->state = RSP_SUM_LOW;
		return RSP_NONE;
	}
	r->state = RSP_BETWEEN;
	r->in[r->in_size] = '\0';
	return (r->given | value) == r->sum && !r->too_long ? RSP_GOOD : RSP_BAD;
}

enum rsp_event rsp_take(struct rsp *r, uint8_t byte)
{
	switch (r->state) {
	case RSP_BETWEEN: return between(r, byte);
	case RSP_DATA:
	case RSP_ESCAPED: return within(r, byte);
	default: return behind(r, byte);
	}
}

bool rsp_within(const struct rsp *r)
{
	return r->state != RSP_BETWEEN;
}

/*
 * --- replies -------------------------------------------------------------------------------------
 */

static void raw(struct rsp *r, uint8_t byte)
{
	r->out[r->out_size++] = byte;
	r->out_sum = (uint8_t)(r->out_sum + byte);
}

/* A run's count must be none of the bytes that frame packets, and gdb takes + and - for its own. */
static bool is_count(unsigned run)
{
	const unsigned count = run + RUN_BIAS;

	return count != '#' && count != '$' && count != '+' && count != '-';
}

/* What was put last goes out, as often as it came. */
static void run_end(struct rsp *r)
{
	while (r->run) {
		unsigned run = r->run < RUN_MOST ? r->run : RUN_MOST;

		while (run >= RUN_LEAST && !is_count(run))
			run--;
		raw(r, r->last);
		if (run >= RUN_LEAST) {
			raw(r, RUN);
			raw(r, (uint8_t)(run + RUN_BIAS));
		} else {
			run = 1;
		}
		r->run -= run;
	}
}

void rsp_begin(struct rsp *r)
{
	r->out[0] = '$';
	r->out_size = 1;
	r->out_sum = 0;
	r->run = 0;
	r->cut = false;
}

void rsp_end(struct rsp *r)
{
	run_end(r);
	r->out[r->out_size++] = '#';
	r->out[r->out_size] = (uint8_t)digits[r->out_sum >> 4];
	r->out[r->out_size + 1] = (uint8_t)digits[r->out_sum & 15];
	r->out_size += 2;
}

/* Bytes between $ and #, were the run to go out as it is. */
static size_t used(const struct rsp *r)
{
	return r->out_size - 1 + r->run;
}

size_t rsp_room(const struct rsp *r)
{
	return (RSP_PACKET - used(r)) / 2;
}

static bool is_special(uint8_t byte)
{
	return byte == '$' || byte == '#' || byte == ESCAPE || byte == RUN;
}

static void put(struct rsp *r, uint8_t byte)
{
	const bool special = is_special(byte);

	if (used(r) + 1 + special > RSP_PACKET) {
		r->cut = true;
		return;
	}
	if (special) {
		run_end(r);
		raw(r, ESCAPE);
		raw(r, byte ^ ESCAPE_XOR);
		return;
	}
	if (r->run && byte != r->last)
		run_end(r);
	r->last = byte;
	r->run++;
}

void rsp_put(struct rsp *r, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	while (n--)
		put(r, *at++);
}

void rsp_text(struct rsp *r, const char *text)
{
	rsp_put(r, text, strlen(text));
}

void rsp_format(struct rsp *r, const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	rsp_text(r, text);
}

void rsp_hex(struct rsp *r, const void *bytes, size_t n)
{
	for (const uint8_t *at = bytes; n; at++, n--) {
		put(r, (uint8_t)digits[*at >> 4]);
		put(r, (uint8_t)digits[*at & 15]);
	}
}

/*
 * --- what stands in packets ----------------------------------------------------------------------
 */

size_t rsp_unhex(const char **text, void *bytes, size_t n)
{
	const char *at = *text;
	uint8_t *to = bytes;
	size_t done = 0;

	while (done < n && digit(at[0]) >= 0 && digit(at[1]) >= 0) {
		to[done++] = (uint8_t)(digit(at[0]) << 4 | digit(at[1]));
		at += 2;
	}
	*text = at;
	return done;
}

bool rsp_number(const char **text, uint64_t *value)
{
	const char *at = *text;
	unsigned n = 0;

	*value = 0;
	for (; digit(*at) >= 0; at++, n++)
		*value = *value << 4 | (unsigned)digit(*at);
	*text = at;
	return n && n <= 16;
}
