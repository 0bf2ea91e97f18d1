// SPDX-License-Identifier: BSD-2-Clause
// YMODEM with anything at the other end: the input is bytes, packets whose CRC is right, and time.
#include <string.h>

#include "boot/io/ymodem.h"
#include "tests/fuzz/fuzz.h"

#define PATIENCE_MS 5000
#define MOST 20000u

static struct ymodem y;
static uint64_t now, told, kept, given;
static bool begun, over;

static void sent(void *arg, const uint8_t *buf, size_t n)
{
	uint8_t sum = 0;

	(void)arg;
	FUZZ_HOLDS(!over && n && n <= YMODEM_PACKET);
	for (size_t i = 0; i < n; i++)
		sum ^= buf[i];
	(void)sum;
}

static bool begin(void *arg, const char *name, uint64_t size)
{
	(void)arg;
	FUZZ_HOLDS(!begun && *name && strlen(name) < YMODEM_NAME);
	fuzz_text(name, strlen(name));
	begun = true;
	told = size;
	return size <= MOST || size == UINT64_MAX;
}

static bool sink(void *arg, const uint8_t *buf, size_t n)
{
	(void)arg;
	(void)buf;
	FUZZ_HOLDS(begun && n && n <= YMODEM_BLOCK && kept + n <= told);
	kept += n;
	return kept <= MOST;
}

static bool source(void *arg, uint8_t *buf, size_t n)
{
	(void)arg;
	memset(buf, 'x', n);
	given += n;
	FUZZ_HOLDS(n && n <= YMODEM_BLOCK && given <= told);
	return true;
}

static void take(const uint8_t *buf, size_t n)
{
	FUZZ_HOLDS(ymodem_take(&y, buf, n, now) == n || y.state != YMODEM_GOES_ON);
	over = y.state != YMODEM_GOES_ON;
}

static uint64_t wait_for(uint64_t ms)
{
	now += ms;
	ms = ymodem_tick(&y, now);
	over = y.state != YMODEM_GOES_ON;
	FUZZ_HOLDS(over || (ms && ms <= YMODEM_STALL_MS));
	return ms;
}

/* Of N bytes at P: the number, what the block is filled with, and then whatever its begin is to be. */
static void packet(bool large, const uint8_t *p, size_t n)
{
	static uint8_t block[YMODEM_PACKET];
	const size_t size = large ? YMODEM_BLOCK : 128;
	uint16_t crc;

	memset(block, p[1], sizeof(block));
	block[0] = large ? 2 : 1;
	block[1] = p[0];
	block[2] = (uint8_t)~p[0];
	memcpy(block + 3, p + 2, n - 2);
	crc = fuzz_crc16(block + 3, size);
	block[3 + size] = (uint8_t)(crc >> 8);
	block[3 + size + 1] = (uint8_t)crc;
	take(block, size + 5);
}

/* Does one thing of the input, SIZE bytes of which are left. Returns how many it took. */
static size_t step(const uint8_t *data, size_t size)
{
	static const uint8_t controls[8] = { 0x06, 0x15, 'C', 0x04, 0x18, 0x03, 0x01, 0x02 };
	const size_t n = data[0] & 0x1f, some = n < size - 1 ? n : size - 1;

	switch (data[0] >> 5) {
	case 0: wait_for(n * 200); return 1;
	case 1: take(data + 1, some); return 1 + some;
	case 2:
	case 3:
		if (some >= 2)
			packet(data[0] & 0x20, data + 1, some);
		return 1 + some;
	default: take(&controls[n & 7], 1); return 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ymodem_io io = { sent, begin, sink, source, NULL };
	const bool receives = size && data[0] & 1;
	uint64_t ms;

	now = kept = given = 0;
	begun = over = false;
	if (receives) {
		ymodem_receive(&y, &io, now, PATIENCE_MS);
	} else {
		told = size ? data[0] * 37u : 0;
		ymodem_send(&y, &io, "core", told, now, PATIENCE_MS);
	}
	for (size_t at = 1; at < size && !over;)
		at += step(data + at, size - at);
	/* Then nobody is there any more. */
	ms = now + PATIENCE_MS + YMODEM_STALL_MS;
	while (!over)
		wait_for(ymodem_tick(&y, now));
	FUZZ_HOLDS(now <= ms);
	if (y.state == YMODEM_DONE)
		FUZZ_HOLDS(receives ? kept == told || told == UINT64_MAX : given == told);
	ymodem_cancel(&y);
	take(data, size);
	return 0;
}
