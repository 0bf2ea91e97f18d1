// SPDX-License-Identifier: BSD-2-Clause
// YMODEM: packets with a CRC, one at a time, each acknowledged.
#include "boot/io/ymodem.h"

#include <stdio.h>
#include <string.h>

#define SOH 0x01 /* 128 bytes follow */
#define STX 0x02 /* 1024 */
#define EOT 0x04
#define ACK 0x06
#define NAK 0x15
#define CAN 0x18
#define CRC 'C' /* the receiver wants CRCs */
#define PAD 0x1a

#define ASK_MS 1000 /* between two of the receiver's C */
#define SILENCE_MS 3000 /* within a transfer, to the receiver */
/* The sender is more patient: both sending again at once would leave an answer too many. */
#define SENDER_MS 10000
#define TRIES 10
#define SMALL 128

enum step {
	/* receiver */
	WAIT_HEADER, /* C is sent until block 0 comes */
	WAIT_DATA, /* blocks of the file */
	WAIT_END, /* block 0 without a name ends the batch */
	/* sender */
	OFFER, /* the receiver's C is waited for */
	HEADER, /* block 0 is under way */
	START, /* the C that asks for data */
	DATA,
	EOT_SENT,
	ANOTHER, /* the C for another file: there is none */
	LAST, /* the empty block 0 is under way */
};

static uint64_t patience(const struct ymodem *y)
{
	return y->step == WAIT_HEADER ? ASK_MS : y->step >= OFFER ? SENDER_MS : SILENCE_MS;
}

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

static void end(struct ymodem *y, enum ymodem_state state)
{
	static const uint8_t cans[] = { CAN, CAN, CAN, CAN, CAN, '\b', '\b', '\b', '\b', '\b' };

	y->state = state;
	if (state == YMODEM_LOST || state == YMODEM_REFUSED)
		y->io.send(y->io.arg, cans, sizeof(cans));
}

void ymodem_cancel(struct ymodem *y)
{
	if (y->state == YMODEM_GOES_ON)
		end(y, YMODEM_REFUSED);
}

/* --- receiver ---------------------------------------------------------------------------------- */

void ymodem_receive(struct ymodem *y, const struct ymodem_io *io, uint64_t now,
		    uint64_t patience_ms)
{
	memset(y, 0, sizeof(*y));
	y->io = *io;
	y->step = WAIT_HEADER;
	y->size = UINT64_MAX;
	/* Until the first byte each try takes ASK_MS: so many more than TRIES are allowed. */
	y->due = now + ASK_MS;
	y->done = patience_ms / ASK_MS;
	byte(y, CRC);
}

static size_t packet_length(uint8_t first)
{
	return first == SOH ? 3 + SMALL + 2 : first == STX ? YMODEM_PACKET : 1;
}

/* "name\0size mode ..." of block 0. */
static void header_take(struct ymodem *y, const uint8_t *data, size_t n)
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
	y->done = 0;
	snprintf(y->name, sizeof(y->name), "%.*s",
		 (int)(length < YMODEM_NAME ? length : YMODEM_NAME - 1), (const char *)data);
	if (!y->io.begin(y->io.arg, y->name, y->size)) {
		end(y, YMODEM_REFUSED);
		return;
	}
	y->step = WAIT_DATA;
	y->number = 1;
	byte(y, ACK);
	byte(y, CRC);
}

static void data_take(struct ymodem *y, const uint8_t *data, size_t n)
{
	const uint64_t left = y->size - y->done;

	if (left < n)
		n = (size_t)left; /* the rest of the last block is padding */
	if (!y->io.sink(y->io.arg, data, n)) {
		end(y, YMODEM_REFUSED);
		return;
	}
	y->done += n;
	y->number++;
	byte(y, ACK);
}

static void fail_once(struct ymodem *y)
{
	y->used = 0;
	if (++y->tries == TRIES)
		end(y, YMODEM_LOST);
	else
		byte(y, y->step == WAIT_HEADER ? CRC : NAK);
}

/* A whole packet has come. */
static void packet_take(struct ymodem *y)
{
	const size_t n = y->used - 5;
	const uint8_t *data = y->packet + 3;
	const uint16_t crc = (uint16_t)(data[n] << 8 | data[n + 1]);
	const bool whole = (y->packet[1] ^ y->packet[2]) == 0xff && crc == crc16(data, n);

	y->used = 0;
	if (!whole) {
		fail_once(y);
		return;
	}
	y->tries = 0;
	if (y->step == WAIT_END && y->packet[1] == 0) {
		byte(y, ACK);
		end(y, YMODEM_DONE);
	} else if (y->step == WAIT_HEADER && y->packet[1] == 0) {
		header_take(y, data, n);
	} else if (y->step == WAIT_DATA && y->packet[1] == y->number) {
		data_take(y, data, n);
	} else if (y->step == WAIT_DATA && y->packet[1] == (uint8_t)(y->number - 1)) {
		/* Our answer was lost: it has come again. */
		byte(y, ACK);
		if (y->number == 1 && !y->done)
			byte(y, CRC);
	} else {
		end(y, YMODEM_LOST);
	}
}

static void receiver_byte(struct ymodem *y, uint8_t b)
{
	if (!y->used && b == EOT && y->step == WAIT_DATA) {
		y->step = WAIT_END;
		byte(y, ACK);
		byte(y, CRC);
		return;
	}
	if (!y->used && b == EOT && y->step == WAIT_END) {
		byte(y, ACK); /* the first one was lost */
		byte(y, CRC);
		return;
	}
	if (!y->used && b != SOH && b != STX)
		return; /* noise between packets */
	y->packet[y->used++] = b;
	if (y->used == packet_length(y->packet[0]))
		packet_take(y);
}

/* --- sender ------------------------------------------------------------------------------------ */

void ymodem_send(struct ymodem *y, const struct ymodem_io *io, const char *name, uint64_t size,
		 uint64_t now, uint64_t patience_ms)
{
	memset(y, 0, sizeof(*y));
	y->io = *io;
	y->step = OFFER;
	y->size = size;
	y->due = now + patience_ms;
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

		snprintf((char *)y->packet + 3 + n + 1, (size_t)(SMALL - n - 1), "%llu",
			 (unsigned long long)y->size);
	}
	y->number = 0;
	packet_send(y, SMALL);
}

/* The next block, or the end. */
static void data_send(struct ymodem *y)
{
	const uint64_t left = y->size - y->done;
	const size_t n = left < YMODEM_BLOCK ? (size_t)left : YMODEM_BLOCK;

	if (!n) {
		y->step = EOT_SENT;
		byte(y, EOT);
		return;
	}
	if (!y->io.source(y->io.arg, y->packet + 3, n)) {
		end(y, YMODEM_REFUSED);
		return;
	}
	memset(y->packet + 3 + n, PAD, YMODEM_BLOCK - n);
	y->step = DATA;
	y->number++;
	packet_send(y, n <= SMALL ? SMALL : YMODEM_BLOCK);
	y->done += n;
}

static void send_again(struct ymodem *y)
{
	if (++y->tries == TRIES)
		end(y, YMODEM_LOST);
	else if (y->step == EOT_SENT)
		byte(y, EOT);
	else if (y->length)
		y->io.send(y->io.arg, y->packet, y->length);
}

static void sender_byte(struct ymodem *y, uint8_t b)
{
	if (b == NAK && y->step != OFFER && y->step != START && y->step != ANOTHER) {
		send_again(y);
		return;
	}
	if (b != CRC && b != ACK)
		return;
	switch ((enum step)y->step) {
	case OFFER:
		if (b == CRC) {
			y->step = HEADER;
			header_send(y, false);
		}
		return;
	case HEADER:
		if (b == CRC)
			return; /* it asked again before the header had come */
		y->step = START;
		break;
	case START:
		if (b != CRC)
			return;
		data_send(y);
		break;
	case DATA:
		if (b != ACK)
			return;
		data_send(y);
		break;
	case EOT_SENT:
		if (b != ACK)
			return;
		y->step = ANOTHER;
		break;
	case ANOTHER:
		if (b != CRC)
			return;
		y->step = LAST;
		header_send(y, true);
		break;
	case LAST:
		if (b == ACK)
			end(y, YMODEM_DONE);
		break;
	default: return;
	}
	y->tries = 0;
}

/* --- both -------------------------------------------------------------------------------------- */

size_t ymodem_take(struct ymodem *y, const uint8_t *buf, size_t n, uint64_t now)
{
	for (size_t i = 0; i < n; i++) {
		if (y->state != YMODEM_GOES_ON)
			return i;
		/* Two CANs end it, but for those within a packet. */
		y->cancels = (uint8_t)(buf[i] == CAN && !y->used ? y->cancels + 1 : 0);
		if (y->cancels == 2) {
			end(y, YMODEM_CANCELLED);
			continue;
		}
		if (y->step >= OFFER)
			sender_byte(y, buf[i]);
		else
			receiver_byte(y, buf[i]);
		if (y->step != OFFER && y->step != WAIT_HEADER)
			y->due = now + patience(y);
	}
	return n;
}

static void silent(struct ymodem *y)
{
	switch ((enum step)y->step) {
	case WAIT_HEADER:
		y->used = 0;
		if (y->done) {
			y->done--;
			byte(y, CRC);
		} else {
			end(y, YMODEM_LOST);
		}
		break;
	case WAIT_DATA: fail_once(y); break;
	/* The file is whole: a sender that ends without the last block has done its work. */
	case WAIT_END:
	case ANOTHER:
	case LAST: end(y, YMODEM_DONE); break;
	case OFFER: end(y, YMODEM_LOST); break;
	case HEADER:
	case START:
	case DATA:
	case EOT_SENT: send_again(y); break;
	}
}

uint64_t ymodem_tick(struct ymodem *y, uint64_t now)
{
	if (y->state == YMODEM_GOES_ON && now >= y->due) {
		y->due = now + patience(y);
		silent(y);
	}
	return y->state == YMODEM_GOES_ON && y->due > now ? y->due - now : 0;
}
