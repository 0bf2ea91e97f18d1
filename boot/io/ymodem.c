// SPDX-License-Identifier: BSD-2-Clause
// YMODEM: packets with a CRC, one at a time, each acknowledged.
#include "boot/io/ymodem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boot/io/ymodem_wire.h"

static uint16_t crc16(const uint8_t *p, size_t n)
{
	uint16_t crc = 0;

	while (n--) {
		crc ^= (uint16_t)(*p++ << 8);
		for (unsigned i = 0; i < 8; i++)
			crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
	}
	return crc;
}

static void byte(struct ymodem *y, uint8_t b)
{
	y->io.send(y->io.arg, &b, 1);
}

static void cancel_send(struct ymodem *y)
{
	/* The backspaces take them off the screen where nobody listens. */
	static const uint8_t cans[] = { CAN, CAN, CAN, CAN, CAN, '\b', '\b', '\b', '\b', '\b' };

	y->io.send(y->io.arg, cans, sizeof(cans));
}

static void end(struct ymodem *y, enum ymodem_state state)
{
	y->state = state;
	if (state == YMODEM_LOST || state == YMODEM_REFUSED)
		cancel_send(y);
}

void ymodem_cancel(struct ymodem *y)
{
	if (y->state == YMODEM_GOES_ON)
		end(y, YMODEM_REFUSED);
}

/* What is still on its way is dropped; then something is sent. */
static void hush(struct ymodem *y, uint64_t now)
{
	y->hushed = true;
	y->due = now + HUSH_MS;
}

static uint64_t silence_of(const struct ymodem *y)
{
	return y->step == WAIT_HEADER ? ASK_MS : y->step < OFFER ? SILENCE_MS : ANSWER_MS;
}

static void progress(struct ymodem *y, enum step step, uint64_t now)
{
	y->step = (uint8_t)step;
	y->due = now + silence_of(y);
	y->give_up = now + (step == WAIT_END || step >= ANOTHER ? END_MS : YMODEM_STALL_MS);
}

/* --- receiver ---------------------------------------------------------------------------------- */

void ymodem_receive(struct ymodem *y, const struct ymodem_io *io, uint64_t now,
		    uint64_t patience_ms)
{
	memset(y, 0, sizeof(*y));
	y->io = *io;
	y->step = WAIT_HEADER;
	y->size = UINT64_MAX;
	y->due = now + ASK_MS;
	y->give_up = now + patience_ms;
	y->asked = true;
	byte(y, CRC);
}

/* Ask for what is missing. C, until there was data: to a NAK a sender answers without CRCs. */
static void ask(struct ymodem *y)
{
	y->asked = true;
	byte(y, y->step == WAIT_DATA && (y->done || y->number != 1) ? NAK : CRC);
}

/* To a block that is whole; behind block 0 the first one of data is asked for. */
static void answer(struct ymodem *y)
{
	y->asked = y->answers = false;
	byte(y, ACK);
	if (!y->done && y->number == 1)
		byte(y, CRC);
}

/*
 * Once for all of them where the sender may have sent it more than once: it would take a second ACK
 * for the next block's.
 */
static void answer_once(struct ymodem *y, uint64_t now)
{
	y->answers = true;
	hush(y, now);
}

/* "name\0size mode ..." of block 0. */
static void header_take(struct ymodem *y, const uint8_t *data, size_t n, uint64_t now)
{
	const uint8_t *end_of_name = memchr(data, '\0', n);
	const size_t length = end_of_name ? (size_t)(end_of_name - data) : n;
	uint64_t size = 0;
	bool told = false;

	if (!length) { /* the batch is over before it began */
		byte(y, ACK);
		end(y, YMODEM_CANCELLED);
		return;
	}
	for (size_t i = length + 1; i < n && data[i] >= '0' && data[i] <= '9'; i++) {
		size = size * 10 + (data[i] - '0');
		told = true;
		if (size > UINT64_MAX / 20)
			break;
	}
	y->size = told ? size : UINT64_MAX;
	snprintf(y->name, sizeof(y->name), "%.*s",
		 (int)(length < YMODEM_NAME ? length : YMODEM_NAME - 1), (const char *)data);
	for (char *c = y->name; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	if (!y->io.begin(y->io.arg, y->name, y->size)) {
		end(y, YMODEM_REFUSED);
		return;
	}
	progress(y, WAIT_DATA, now);
	y->number = 1;
	answer_once(y, now);
}

static void data_take(struct ymodem *y, const uint8_t *data, size_t n, uint64_t now)
{
	const uint64_t left = y->size - y->done;

	if (left < n)
		n = (size_t)left; /* the rest of the last block is padding */
	if (n && !y->io.sink(y->io.arg, data, n)) {
		end(y, YMODEM_REFUSED);
		return;
	}
	if (n) /* a sender that never stops makes none */
		progress(y, WAIT_DATA, now);
	y->done += n;
	y->number++;
	if (y->asked)
		answer_once(y, now);
	else
		answer(y);
}

/* A whole packet has come. */
static void packet_take(struct ymodem *y, uint64_t now)
{
	const size_t n = y->used - 5;
	const uint8_t *data = y->packet + 3, number = y->packet[1];

	y->used = 0;
	if (crc16(data, n) != (data[n] << 8 | data[n + 1])) {
		hush(y, now);
	} else if (y->step == WAIT_HEADER && number == 0) {
		header_take(y, data, n, now);
	} else if (y->step == WAIT_DATA && number == y->number) {
		data_take(y, data, n, now);
	} else if (y->step == WAIT_DATA && number == (uint8_t)(y->number - 1)) {
		answer_once(y, now); /* the last one was lost, or late */
	} else if (y->step == WAIT_END && number == 0) {
		if (data[0]) /* another file: one is enough */
			cancel_send(y);
		else
			byte(y, ACK);
		end(y, YMODEM_DONE);
	} else {
		end(y, YMODEM_LOST);
	}
}

/* Between packets. Returns whether one begins. */
static bool begins(struct ymodem *y, uint8_t b, uint64_t now)
{
	if (b == CTRL_C && y->step == WAIT_HEADER)
		end(y, YMODEM_CANCELLED);
	if (b != EOT || y->step == WAIT_HEADER)
		return b == SOH || b == STX;
	/* Before all has come, or where nobody knows how much, one alone may be noise. */
	if (y->step == WAIT_DATA && y->done != y->size && (y->size != UINT64_MAX || !y->eot_seen)) {
		y->eot_seen = true;
		byte(y, NAK);
		return false;
	}
	if (y->step == WAIT_DATA)
		progress(y, WAIT_END, now);
	byte(y, ACK);
	byte(y, CRC);
	return false;
}

static void receiver_byte(struct ymodem *y, uint8_t b, uint64_t now)
{
	if (!y->used && !begins(y, b, now))
		return;
	y->packet[y->used++] = b;
	if (y->used == 3 && (y->packet[1] ^ y->packet[2]) != 0xff) {
		y->used = 0; /* no packet at all */
		hush(y, now);
	} else if (y->used == (y->packet[0] == SOH ? 3 + SMALL + 2 : YMODEM_PACKET)) {
		packet_take(y, now);
	}
}

/* --- sender ------------------------------------------------------------------------------------ */

void ymodem_send(struct ymodem *y, const struct ymodem_io *io, const char *name, uint64_t size,
		 uint64_t now, uint64_t patience_ms)
{
	memset(y, 0, sizeof(*y));
	y->io = *io;
	y->step = OFFER;
	y->size = size;
	y->due = y->give_up = now + patience_ms;
	snprintf(y->name, sizeof(y->name), "%s", name);
}

static void packet_send(struct ymodem *y, size_t n)
{
	const uint16_t crc = crc16(y->packet + 3, n);

	y->packet[0] = n == SMALL ? SOH : STX;
	y->packet[1] = y->number;
	y->packet[2] = (uint8_t)~y->number;
	y->packet[3 + n] = (uint8_t)(crc >> 8);
	y->packet[3 + n + 1] = (uint8_t)crc;
	y->length = n + 5;
	y->io.send(y->io.arg, y->packet, y->length);
}

static void header_send(struct ymodem *y, bool empty)
{
	memset(y->packet + 3, 0, SMALL);
	if (!empty) {
		const int n = snprintf((char *)y->packet + 3, SMALL, "%s", y->name);

		snprintf((char *)y->packet + 3 + n + 1, (size_t)(SMALL - n - 1), "%" PRIu64,
			 y->size);
	}
	y->number = 0;
	packet_send(y, SMALL);
}

/* The next block, or the end. */
static void data_send(struct ymodem *y, uint64_t now)
{
	const uint64_t left = y->size - y->done;
	const size_t n = left < YMODEM_BLOCK ? (size_t)left : YMODEM_BLOCK;

	if (!n) {
		progress(y, EOT_SENT, now);
		byte(y, EOT);
		return;
	}
	if (!y->io.source(y->io.arg, y->packet + 3, n)) {
		end(y, YMODEM_REFUSED);
		return;
	}
	memset(y->packet + 3 + n, PAD, YMODEM_BLOCK - n);
	progress(y, DATA, now);
	y->number++;
	packet_send(y, n <= SMALL ? SMALL : YMODEM_BLOCK);
	y->done += n;
}

static void send_again(struct ymodem *y)
{
	y->resent = true;
	if (y->step == EOT_SENT)
		byte(y, EOT);
	else if (y->step == HEADER || y->step == DATA || y->step == LAST)
		y->io.send(y->io.arg, y->packet, y->length);
}

/* What was sent has come over, and the other side waits for more. */
static void send_next(struct ymodem *y, uint64_t now)
{
	y->resent = false;
	switch ((enum step)y->step) {
	case START:
	case DATA: data_send(y, now); break;
	case ANOTHER:
		progress(y, LAST, now);
		header_send(y, true);
		break;
	default: end(y, YMODEM_DONE); break;
	}
}

/* The receiver wants the file: it has been offered since the start. */
static void offer_byte(struct ymodem *y, uint8_t b, uint64_t now)
{
	if (b == CTRL_C)
		end(y, YMODEM_CANCELLED);
	if (b != CRC)
		return;
	progress(y, HEADER, now);
	header_send(y, false);
}

static void sender_byte(struct ymodem *y, uint8_t b, uint64_t now)
{
	const bool waits = y->step == START || y->step == ANOTHER;

	if (y->step == OFFER) {
		offer_byte(y, b, now);
		return;
	}
	if (b != NAK && b != (waits ? CRC : ACK))
		return;
	if (b == ACK && (y->step == HEADER || y->step == EOT_SENT)) {
		progress(y, y->step == HEADER ? START : ANOTHER, now);
		return;
	}
	y->acked = waits || b == ACK;
	/* Of something sent twice a second ACK may come, which must not count for the next. */
	if (y->resent || !y->acked)
		hush(y, now);
	else
		send_next(y, now);
}

/* --- both -------------------------------------------------------------------------------------- */

size_t ymodem_take(struct ymodem *y, const uint8_t *buf, size_t n, uint64_t now)
{
	for (size_t i = 0; i < n; i++) {
		if (y->state != YMODEM_GOES_ON)
			return i;
		if (buf[i] != '\b')
			y->cancels = (uint8_t)(buf[i] != CAN	   ? 0
					       : y->cancels < 0xff ? y->cancels + 1
								   : 0xff);
		if (y->hushed) {
			y->due = now + HUSH_MS;
			continue;
		}
		if (y->cancels >= 2 && !y->used) {
			end(y, YMODEM_CANCELLED);
			continue;
		}
		if (y->step != OFFER && (y->step != WAIT_HEADER || y->used))
			y->due = now + silence_of(y);
		if (y->step >= OFFER)
			sender_byte(y, buf[i], now);
		else
			receiver_byte(y, buf[i], now);
	}
	return n;
}

static void silent(struct ymodem *y, uint64_t now)
{
	const bool hushed = y->hushed;

	y->due = now + silence_of(y);
	y->used = 0;
	y->hushed = false;
	if (y->cancels >= 5) /* within a packet, or what was to be one */
		end(y, YMODEM_CANCELLED);
	else if (y->answers)
		answer(y);
	else if (y->step < OFFER)
		ask(y);
	else if (hushed && y->acked)
		send_next(y, now);
	else
		send_again(y);
}

uint64_t ymodem_tick(struct ymodem *y, uint64_t now)
{
	if (y->state == YMODEM_GOES_ON && now >= y->give_up)
		/* The file is whole: what may be missing is the other side's farewell. */
		end(y, y->step == WAIT_END || y->step >= ANOTHER ? YMODEM_DONE : YMODEM_LOST);
	if (y->state == YMODEM_GOES_ON && now >= y->due)
		silent(y, now);
	if (y->state != YMODEM_GOES_ON)
		return 0;
	return (y->due < y->give_up ? y->due : y->give_up) - now;
}
