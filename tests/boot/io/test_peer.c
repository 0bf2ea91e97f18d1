// SPDX-License-Identifier: BSD-2-Clause
// boot/io/peer.c: names, a tty, TCP connections one after the other.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "boot/io/peer.h"

#include <cmocka.h>

static struct peer peer;

static void names(void **state)
{
	static const char *const bad[] = { "tty",      "1234",	   ":",		  ":0",
					   ":65536",   ":12x",	   ":-12",	  "a:123",
					   "1.2.3:12", "1.2.3.4:", "localhost:12" };
	struct peer_name name;

	(void)state;
	assert_int_equal(peer_name_read("stdio", &name), 0);
	assert_int_equal(name.kind, PEER_LINE);
	assert_int_equal(peer_name_read("/dev/ttyS1", &name), 0);
	assert_int_equal(name.kind, PEER_TTY);
	assert_string_equal(name.path, "/dev/ttyS1");
	assert_int_equal(peer_name_read(":1234", &name), 0);
	assert_int_equal(name.kind, PEER_TCP);
	assert_int_equal(name.port, 1234);
	assert_int_equal(ntohl(name.address), INADDR_LOOPBACK);
	assert_int_equal(peer_name_read("0.0.0.0:65535", &name), 0);
	assert_int_equal(name.address, 0);
	assert_int_equal(name.port, 65535);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(peer_name_read(bad[i], &name), -EINVAL);
}

/* Listen where nobody does. */
static uint16_t listens(void)
{
	char text[16];

	for (unsigned port = 40000; port < 60000; port += 7) {
		struct peer_name name;

		snprintf(text, sizeof(text), ":%u", port);
		assert_int_equal(peer_name_read(text, &name), 0);
		if (peer_open(&peer, &name) == 0)
			return (uint16_t)port;
	}
	fail();
	return 0;
}

static int connects(uint16_t port)
{
	const struct sockaddr_in in = { .sin_family = AF_INET,
					.sin_port = htons(port),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

/* Waits for it. */
static long reads(uint8_t *buf, size_t n)
{
	long got;

	do
		poll(&(struct pollfd){ peer_fd(&peer), POLLIN, 0 }, 1, 5000);
	while (!(got = peer_read(&peer, buf, n)));
	return got;
}

static void connections_come_one_after_the_other(void **state)
{
	const uint16_t port = listens();
	uint8_t buf[16];
	int first, second;

	(void)state;
	assert_int_equal(peer_read(&peer, buf, sizeof(buf)), 0); /* nobody yet */
	first = connects(port);
	assert_int_equal(write(first, "one", 3), 3);
	second = connects(port);
	assert_int_equal(write(second, "two", 3), 3);
	assert_int_equal(reads(buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "one", 3);
	assert_int_equal(peer_write(&peer, (const uint8_t *)"reply", 5), 0);
	assert_int_equal(read(first, buf, sizeof(buf)), 5);
	close(first);
	assert_int_equal(reads(buf, sizeof(buf)), -EPIPE);
	assert_int_equal(peer_write(&peer, (const uint8_t *)"reply", 5), -EPIPE);
	assert_int_equal(reads(buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "two", 3);
	close(second);
	peer_close(&peer);
	assert_int_equal(peer_fd(&peer), -1);
}

/* It is waited for, and then given up. */
static void one_that_takes_nothing_is_dropped(void **state)
{
	static uint8_t much[1 << 20];
	const int fd = (listens(), connects(peer.name.port));
	uint8_t buf[1];

	(void)state;
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(reads(buf, 1), 1);
	while (peer_write(&peer, much, sizeof(much)) == 0)
		;
	assert_int_equal(peer.fd, -1);
	close(fd);
	peer_close(&peer);
}

static void ports_that_are_taken_are_refused(void **state)
{
	const uint16_t port = listens();
	struct peer_name name = peer.name;
	struct peer other;

	(void)state;
	assert_int_equal(name.port, port);
	assert_int_equal(peer_open(&other, &name), -EADDRINUSE);
	assert_int_equal(peer_fd(&other), -1);
	peer_close(&peer);
}

static void a_tty_passes_all_bytes(void **state)
{
	const int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct peer_name name = { .kind = PEER_TTY };
	struct termios t;
	uint8_t buf[256], back[256];

	(void)state;
	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	name.path = ptsname(master);
	assert_int_equal(peer_open(&peer, &name), 0);
	assert_int_equal(tcgetattr(peer.fd, &t), 0);
	assert_int_equal(cfgetospeed(&t), B115200);
	for (unsigned i = 0; i < 256; i++)
		buf[i] = (uint8_t)i;
	assert_int_equal(write(master, buf, 256), 256);
	assert_int_equal(reads(back, 256), 256);
	assert_memory_equal(back, buf, 256);
	assert_int_equal(peer_write(&peer, buf, 256), 0);
	assert_int_equal(read(master, back, 256), 256);
	assert_memory_equal(back, buf, 256);
	close(master);
	assert_int_equal(reads(back, 256), -EPIPE);
	name.path = "/dev/null";
	assert_int_equal(peer_open(&peer, &name), -ENOTTY);
	name.path = "/nowhere";
	assert_int_equal(peer_open(&peer, &name), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(connections_come_one_after_the_other),
		cmocka_unit_test(one_that_takes_nothing_is_dropped),
		cmocka_unit_test(ports_that_are_taken_are_refused),
		cmocka_unit_test(a_tty_passes_all_bytes),
	};

	return cmocka_run_group_tests_name("boot/io/peer", tests, NULL, NULL);
}
