/* SPDX-License-Identifier: BSD-2-Clause */
/* gdb's side of a session over the line, with two vCPUs on the fake KVM. */
#ifndef TESTS_BOOT_GDB_TALKER_H
#define TESTS_BOOT_GDB_TALKER_H

#include "tests/boot/debugger.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

#include "boot/gdb/gdb.h"
#include "boot/gdb/rsp.h"
#include "boot/monitor/monitor.h"

#define ESCAPE "\1"

static uint8_t tx_bytes[1 << 14], rx_bytes[256];
static int person; /* the other end of the line */

/* All that has come over the line, as a string. */
static inline const char *heard(void)
{
	static char text[1 << 17];
	size_t n = 0;
	long got;

	do {
		console_flush(&shim.io.console);
		got = read(person, text + n, sizeof(text) - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	text[n] = '\0';
	return text;
}

static inline void types(const char *text, size_t n)
{
	monitor_take(&shim, (const uint8_t *)text, n);
}
#define TYPES(text) types(text, sizeof(text) - 1)

/* N bytes as a packet. */
static inline void sends(const char *bytes, size_t n)
{
	uint8_t sum = 0;
	char end[8];

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + (uint8_t)bytes[i]);
	snprintf(end, sizeof(end), "#%02x", sum);
	TYPES("$");
	types(bytes, n);
	types(end, 3);
}

/* The first packet in TEXT, which is behind it then; NULL: there is none. Runs are undone. */
static inline const char *packet_in(const char **text)
{
	static char got[1 << 15];
	const char *at = strchr(*text, '$');
	size_t n = 0;

	if (!at)
		return NULL;
	for (at++; *at && *at != '#'; at++) {
		if (*at == '*') {
			for (unsigned more = (uint8_t) * ++at - 29u; more; more--, n++)
				got[n] = got[n - 1];
		} else {
			got[n++] = *at;
		}
	}
	got[n] = '\0';
	assert_int_equal(*at, '#');
	*text = at + 3;
	return got;
}

/* What gdb is told next: one packet, after an ack. */
static inline const char *told(void)
{
	const char *text = heard();

	return packet_in(&text);
}

/* The reply to PACKET; "silence": none comes. */
static inline const char *ask(const char *packet)
{
	const char *text, *reply;

	heard();
	sends(packet, strlen(packet));
	text = heard();
	assert_int_equal(text[0], '+');
	reply = packet_in(&text);
	return reply ? reply : "silence";
}

static inline void line_open_fake(void)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	console_init(&shim.io.console, tx_bytes, sizeof(tx_bytes), rx_bytes, sizeof(rx_bytes));
	shim.io.console.line = (struct line){ ends[0], ends[0], true };
	person = ends[1];
}

/* The guest runs, and the line is its own. */
static inline int guest_runs(void **state)
{
	setup(state);
	pthread_mutex_init(&shim.coalesce_lock, NULL);
	line_open_fake();
	shim.p.settings.escape = ESCAPE[0];
	monitor_begin(&shim);
	gdb_begin(&shim);
	go(-1);
	return 0;
}

static inline void key(const char *k)
{
	TYPES(ESCAPE);
	types(k, 1);
}

/* And gdb has come to it. */
static inline int gdb_comes(void **state)
{
	guest_runs(state);
	key("g");
	assert_non_null(strstr(heard(), "gdb-multiarch"));
	assert_non_null(strstr(ask("qSupported:xmlRegisters=i386"), "PacketSize=4000"));
	return 0;
}

static inline int gdb_goes(void **state)
{
	if (gdb_attached()) {
		gdb_leave();
		heard();
	}
	monitor_vcpu_select(0);
	if (monitor_line_owner() != LINE_GUEST)
		monitor_close(&shim);
	vcpus_pause(&shim);
	debug_pause(&shim);
	close(shim.io.console.line.in);
	close(person);
	return teardown(state);
}

#define TEST_GDB(f) cmocka_unit_test_setup_teardown(f, gdb_comes, gdb_goes)
#define TEST_LINE(f) cmocka_unit_test_setup_teardown(f, guest_runs, gdb_goes)

#endif
