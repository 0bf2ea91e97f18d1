// SPDX-License-Identifier: BSD-2-Clause
// YMODEM: against ourselves over lines that lose and change bytes, and against lrzsz.
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot/io/ymodem.h"

#define FILE_MOST 100000

/* One end: its machine, what it has sent and nobody has taken, the file. */
struct end {
	struct ymodem y;
	uint8_t out[8192];
	size_t outs;
	uint8_t file[FILE_MOST];
	size_t size;
	char name[YMODEM_NAME];
	uint64_t told;
	int fd; /* -1: out[] */
};

static struct end a, b;

static void send_to(void *arg, const uint8_t *buf, size_t n)
{
	struct end *e = arg;

	if (e->fd >= 0) {
		assert_int_equal(write(e->fd, buf, n), n);
		return;
	}
	assert_true(e->outs + n <= sizeof(e->out));
	memcpy(e->out + e->outs, buf, n);
	e->outs += n;
}

static bool begin(void *arg, const char *name, uint64_t size)
{
	struct end *e = arg;

	strcpy(e->name, name);
	e->told = size;
	return size == UINT64_MAX || size <= FILE_MOST;
}

static bool sink(void *arg, const uint8_t *buf, size_t n)
{
	struct end *e = arg;

	if (e->size + n > FILE_MOST)
		return false;
	memcpy(e->file + e->size, buf, n);
	e->size += n;
	return true;
}

static bool source(void *arg, uint8_t *buf, size_t n)
{
	struct end *e = arg;

	memcpy(buf, e->file + e->y.done, n);
	return true;
}

static struct ymodem_io io_of(struct end *e)
{
	return (struct ymodem_io){ send_to, begin, sink, source, e };
}

static void fill(struct end *e, size_t size)
{
	unsigned random = 1;

	for (size_t i = 0; i < size; i++) {
		random = random * 1103515245 + 12345;
		e->file[i] = (uint8_t)(random >> 16);
	}
	e->size = size;
}

static void ready(size_t size)
{
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	a.fd = b.fd = -1;
	fill(&a, size);
}

/* What FROM has sent reaches TO, but each LOSE-th byte, and each CHANGE-th is another one; 0: none. */
static void carry(struct end *from, struct end *to, unsigned lose, unsigned change, unsigned *count,
		  uint64_t now)
{
	uint8_t buf[8192];
	size_t n = 0;

	for (size_t i = 0; i < from->outs; i++) {
		++*count;
		if (lose && *count % lose == 0)
			continue;
		buf[n++] = from->out[i] ^ (change && *count % change == 0 ? 0x41 : 0);
	}
	from->outs = 0;
	ymodem_take(&to->y, buf, n, now);
}

/* Both until they end; how long it took, ms. */
static uint64_t run(unsigned lose, unsigned change)
{
	struct ymodem_io io_a = io_of(&a), io_b = io_of(&b);
	unsigned count = 0;
	uint64_t now = 1000;

	ymodem_send(&a.y, &io_a, "u-boot.bin", a.size, now, 20000);
	ymodem_receive(&b.y, &io_b, now, 20000);
	while (a.y.state == YMODEM_GOES_ON || b.y.state == YMODEM_GOES_ON) {
		if (!a.outs && !b.outs) {
			uint64_t x = ymodem_tick(&a.y, now), y = ymodem_tick(&b.y, now);

			if (!a.outs && !b.outs)
				now += x < y ? (x ? x : 1) : (y ? y : 1);
		}
		carry(&a, &b, lose, change, &count, now);
		carry(&b, &a, lose, change, &count, now);
		assert_true(now < 10000000);
	}
	return now - 1000;
}

static void assert_came_over(size_t size)
{
	assert_int_equal(a.y.state, YMODEM_DONE);
	assert_int_equal(b.y.state, YMODEM_DONE);
	assert_string_equal(b.name, "u-boot.bin");
	assert_int_equal(b.told, size);
	assert_int_equal(b.size, size);
	assert_memory_equal(a.file, b.file, size);
}

static void files_of_any_size_come_over(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 129, 1023, 1024, 1025, 4096, 99999 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ready(sizes[i]);
		assert_true(run(0, 0) < 1000);
		assert_came_over(sizes[i]);
	}
}

static void bytes_that_are_lost_or_changed_are_sent_again(void **state)
{
	(void)state;
	for (unsigned each = 3000; each < 3100; each += 7) {
		ready(20000);
		run(each, 0);
		assert_came_over(20000);
		ready(20000);
		run(0, each);
		assert_came_over(20000);
		ready(20000);
		run(each, each + 501);
		assert_came_over(20000);
	}
}

static void a_cable_that_is_pulled_ends_it(void **state)
{
	struct ymodem_io io = io_of(&b);
	uint64_t now = 0;

	(void)state;
	/* In the middle of a packet. */
	ready(5000);
	ymodem_receive(&b.y, &io, now, 5000);
	ymodem_take(&b.y,
		    (const uint8_t *)"\x01\x00\xff"
				     "abc",
		    6, now);
	while (b.y.state == YMODEM_GOES_ON && now < 1000000)
		now += ymodem_tick(&b.y, now) + 1;
	assert_int_equal(b.y.state, YMODEM_LOST);
	assert_true(now < 60000);
	/* And before there was one. */
	now = 0;
	ymodem_send(&b.y, &io, "x", 1, now, 5000);
	while (b.y.state == YMODEM_GOES_ON && now < 1000000)
		now += ymodem_tick(&b.y, now) + 1;
	assert_int_equal(b.y.state, YMODEM_LOST);
	assert_in_range(now, 5000, 6000);
}

static void it_ends_when_the_other_side_cancels(void **state)
{
	struct ymodem_io io = io_of(&b);

	(void)state;
	ready(0);
	ymodem_receive(&b.y, &io, 0, 5000);
	assert_int_equal(ymodem_take(&b.y, (const uint8_t *)"\x18\x18zz", 4, 0), 2);
	assert_int_equal(b.y.state, YMODEM_CANCELLED);
}

static void a_file_that_is_too_large_is_refused(void **state)
{
	struct ymodem_io io_a = io_of(&a), io_b = io_of(&b);
	unsigned count = 0;

	(void)state;
	ready(10);
	ymodem_send(&a.y, &io_a, "u-boot.bin", FILE_MOST + 1, 0, 20000);
	ymodem_receive(&b.y, &io_b, 0, 20000);
	for (unsigned i = 0; i < 10; i++) {
		carry(&b, &a, 0, 0, &count, 0);
		carry(&a, &b, 0, 0, &count, 0);
	}
	assert_int_equal(b.y.state, YMODEM_REFUSED);
	assert_int_equal(a.y.state, YMODEM_CANCELLED);
}

static uint64_t until_it_ends(struct end *e, uint64_t now)
{
	const uint64_t began = now;

	while (e->y.state == YMODEM_GOES_ON && now - began < 1000000)
		now += ymodem_tick(&e->y, now);
	return now - began;
}

/* Block 0 for a file "x"; SIZE "": it is not told. */
static size_t header(uint8_t *packet, const char *size)
{
	uint16_t crc = 0;

	memset(packet, 0, 133);
	memcpy(packet,
	       "\x01\x00\xff"
	       "x",
	       4);
	strcpy((char *)packet + 5, size);
	for (size_t i = 3; i < 131; i++)
		for (int bit = 7; bit >= 0; bit--)
			crc = (uint16_t)(crc << 1 ^
					 ((crc >> 15 ^ packet[i] >> bit) & 1 ? 0x1021 : 0));
	packet[131] = (uint8_t)(crc >> 8);
	packet[132] = (uint8_t)crc;
	return 133;
}

static void receiver_begin(const char *size)
{
	struct ymodem_io io = io_of(&b);
	uint8_t packet[256];
	size_t n;

	ready(5000);
	n = header(packet, size);
	ymodem_receive(&b.y, &io, 0, 5000);
	/* To the C's that waited for it sb answers one by one: they are one answer's worth. */
	ymodem_take(&b.y, packet, n, 0);
	ymodem_take(&b.y, packet, n, 10);
	assert_int_equal(ymodem_tick(&b.y, 10), 500);
	ymodem_tick(&b.y, 510);
	assert_int_equal(b.y.state, YMODEM_GOES_ON);
	assert_int_equal(b.outs, 3);
	assert_memory_equal(b.out,
			    "C\x06"
			    "C",
			    3);
	b.outs = 0;
}

static void a_sender_that_is_cancelled_within_a_packet_ends_it(void **state)
{
	(void)state;
	receiver_begin("5000");
	ymodem_take(&b.y,
		    (const uint8_t *)"\x02\x01\xfe"
				     "abcdef\x18\x18\x18\x18\x18\x18\x18\x18\b\b\b\b",
		    21, 1000);
	assert_int_equal(b.y.state, YMODEM_GOES_ON);
	assert_true(until_it_ends(&b, 1000) < 5000);
	assert_int_equal(b.y.state, YMODEM_CANCELLED);
}

static void ctrl_c_ends_it_before_it_begins(void **state)
{
	struct ymodem_io io = io_of(&b);

	(void)state;
	ready(0);
	ymodem_receive(&b.y, &io, 0, 5000);
	ymodem_take(&b.y, (const uint8_t *)"\x03", 1, 0);
	assert_int_equal(b.y.state, YMODEM_CANCELLED);
	ymodem_send(&b.y, &io, "x", 1, 0, 5000);
	ymodem_take(&b.y, (const uint8_t *)"\x03", 1, 0);
	assert_int_equal(b.y.state, YMODEM_CANCELLED);
	/* Later it is a byte like any other. */
	receiver_begin("5000");
	ymodem_take(&b.y, (const uint8_t *)"\x03", 1, 0);
	assert_int_equal(b.y.state, YMODEM_GOES_ON);
}

static void an_end_that_comes_too_soon_is_asked_for_again(void **state)
{
	(void)state;
	receiver_begin("5000");
	ymodem_take(&b.y, (const uint8_t *)"\x04\x04\x04", 3, 1000);
	assert_int_equal(b.outs, 3);
	assert_memory_equal(b.out, "\x15\x15\x15", 3);
	/* Nobody knows how long the file is: twice, then. */
	receiver_begin("");
	ymodem_take(&b.y, (const uint8_t *)"\x04\x04", 2, 1000);
	assert_int_equal(b.outs, 3);
	assert_memory_equal(b.out,
			    "\x15\x06"
			    "C",
			    3);
}

static void until_data_came_it_is_c_that_asks_again(void **state)
{
	(void)state;
	receiver_begin("5000");
	ymodem_tick(&b.y, 10000);
	assert_int_equal(b.outs, 1);
	assert_int_equal(b.out[0], 'C'); /* to a NAK sb answers with checksums */
}

static void a_line_that_never_is_quiet_ends_it(void **state)
{
	uint64_t now = 1000;

	(void)state;
	receiver_begin("5000");
	while (b.y.state == YMODEM_GOES_ON && now < 1000000) {
		ymodem_take(&b.y, (const uint8_t *)"\x01u\x55", 3, ++now);
		ymodem_tick(&b.y, now);
		b.outs = 0;
	}
	assert_int_equal(b.y.state, YMODEM_LOST);
	assert_in_range(now, YMODEM_STALL_MS, YMODEM_STALL_MS + 1000);
}

static void a_block_that_is_late_is_answered_once(void **state)
{
	struct ymodem_io io = io_of(&a);

	(void)state;
	receiver_begin("5000");
	ymodem_send(&a.y, &io, "x", 5000, 0, 1000);
	ymodem_take(&a.y, (const uint8_t *)"C\x06", 2, 0);
	a.outs = 0;
	ymodem_take(&a.y, (const uint8_t *)"C", 1, 0);
	assert_int_equal(a.outs, YMODEM_PACKET);
	/* Asked for again while it is on its way, it comes twice. */
	ymodem_tick(&b.y, 10000);
	b.outs = 0;
	ymodem_take(&b.y, a.out, a.outs, 10100);
	ymodem_take(&b.y, a.out, a.outs, 10200);
	ymodem_tick(&b.y, 10700);
	assert_int_equal(b.outs, 1);
	assert_int_equal(b.out[0], 0x06);
	assert_int_equal(b.size, YMODEM_BLOCK);
	assert_int_equal(b.y.number, 2);
}

static void a_second_file_is_not_taken(void **state)
{
	uint8_t packet[256], data[YMODEM_PACKET + 1];
	struct ymodem_io io;
	size_t n;

	(void)state;
	ready(20);
	n = header(packet, "20");
	io = io_of(&a);
	ymodem_send(&a.y, &io, "x", 20, 0, 1000);
	ymodem_take(&a.y, (const uint8_t *)"C\x06", 2, 0);
	a.outs = 0;
	ymodem_take(&a.y, (const uint8_t *)"C", 1, 0);
	memcpy(data, a.out, a.outs);
	io = io_of(&b);
	ymodem_receive(&b.y, &io, 0, 5000);
	ymodem_take(&b.y, packet, n, 0);
	ymodem_tick(&b.y, 500);
	ymodem_take(&b.y, data, a.outs, 1000);
	ymodem_take(&b.y, (const uint8_t *)"\x04", 1, 1000);
	b.outs = 0;
	ymodem_take(&b.y, packet, n, 1000);
	assert_int_equal(b.y.state, YMODEM_DONE);
	assert_int_equal(b.out[0], 0x18);
	assert_int_equal(b.size, 20);
}

static void an_answer_too_many_does_not_count_for_the_next_block(void **state)
{
	struct ymodem_io io = io_of(&a);
	static const uint8_t naks[] = { 0x15, 0x15, 0x15 };

	(void)state;
	ready(5000);
	ymodem_send(&a.y, &io, "x", 5000, 0, 1000);
	ymodem_take(&a.y, (const uint8_t *)"C", 1, 0);
	ymodem_take(&a.y,
		    (const uint8_t *)"\x06"
				     "C",
		    2, 0);
	assert_int_equal(a.y.number, 1);
	a.outs = 0;
	/* Noise in a block may be NAKed more than once; it goes out once more. */
	ymodem_take(&a.y, naks, 3, 10);
	ymodem_tick(&a.y, 1000);
	assert_int_equal(a.outs, YMODEM_PACKET);
	assert_int_equal(a.y.number, 1);
	/* And where it came over both times there are two ACKs. */
	a.outs = 0;
	ymodem_take(&a.y, (const uint8_t *)"\x06\x06", 2, 1100);
	ymodem_tick(&a.y, 2000);
	assert_int_equal(a.y.number, 2);
	assert_int_equal(a.outs, YMODEM_PACKET);
}

static void a_name_with_anything_in_it_is_told_in_printable_characters(void **state)
{
	struct ymodem_io io_a = io_of(&a), io_b = io_of(&b);

	(void)state;
	ready(10);
	ymodem_send(&a.y, &io_a, "u\033[2J.bin", 10, 0, 20000);
	ymodem_receive(&b.y, &io_b, 0, 20000);
	ymodem_take(&a.y, (const uint8_t *)"C", 1, 0);
	ymodem_take(&b.y, a.out, a.outs, 0);
	assert_string_equal(b.name, "u?[2J.bin");
}

/* A file that has come over is the file, whatever the line does. */
static void a_bad_line_never_makes_another_file(void **state)
{
	unsigned random = 3, whole = 0;

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		random = random * 1103515245 + 12345;
		ready(3000 + (random >> 16) % 9000);
		run(200 + (random >> 20) % 3000, 200 + (random >> 10) % 3000);
		if (b.y.state != YMODEM_DONE)
			continue;
		whole++;
		assert_int_equal(b.size, a.size);
		assert_memory_equal(a.file, b.file, a.size);
	}
	assert_true(whole > 10);
}

static void any_bytes_at_all_do_no_harm(void **state)
{
	struct ymodem_io io = io_of(&b);
	unsigned random = 7;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		uint64_t now = 0;

		ready(100);
		b.size = 0;
		if (round & 1)
			ymodem_receive(&b.y, &io, now, 5000);
		else
			ymodem_send(&b.y, &io, "x", 5000, now, 5000);
		for (unsigned i = 0; i < 5000; i++) {
			static const uint8_t likely[] = { 1, 2, 4, 6, 0x15, 'C', 0, 0xff };
			uint8_t byte;

			random = random * 1103515245 + 12345;
			byte = random >> 30 ? likely[random >> 16 & 7] : (uint8_t)(random >> 16);
			ymodem_take(&b.y, &byte, 1, now);
			now += random >> 28;
			ymodem_tick(&b.y, now);
			b.outs = 0;
		}
	}
}

static uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* A program of lrzsz's at the other end of E's line. */
static pid_t program(struct end *e, const char *folder, const char *name, const char *file)
{
	int pair[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = fork();
	if (!pid) {
		dup2(pair[1], 0);
		dup2(pair[1], 1);
		dup2(open("/dev/null", O_WRONLY), 2);
		close(pair[0]);
		if (chdir(folder) == 0)
			execlp(name, name, file, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	e->fd = pair[0];
	return pid;
}

static int converse(struct end *e, pid_t pid)
{
	int status = -1;

	while (e->y.state == YMODEM_GOES_ON) {
		struct pollfd p = { e->fd, POLLIN, 0 };
		uint8_t buf[512];

		poll(&p, 1, (int)ymodem_tick(&e->y, clock_ms()));
		if (p.revents) {
			ssize_t n = read(e->fd, buf, sizeof(buf));

			if (n <= 0)
				break;
			ymodem_take(&e->y, buf, (size_t)n, clock_ms());
		}
	}
	waitpid(pid, &status, 0);
	close(e->fd);
	return WEXITSTATUS(status);
}

static void lrzsz_sends_and_receives(void **state)
{
	static const size_t sizes[] = { 1, 1000, 50000 };
	char folder[] = "/tmp/ymodem.XXXXXX", path[64];
	struct ymodem_io io;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		FILE *f;
		pid_t pid;

		ready(sizes[i]);
		snprintf(path, sizeof(path), "%s/u-boot.bin", folder);
		f = fopen(path, "wb");
		assert_non_null(f);
		assert_int_equal(fwrite(a.file, 1, a.size, f), a.size);
		fclose(f);
		pid = program(&b, folder, "sb", "u-boot.bin");
		io = io_of(&b);
		ymodem_receive(&b.y, &io, clock_ms(), 20000);
		assert_int_equal(converse(&b, pid), 0);
		assert_int_equal(b.y.state, YMODEM_DONE);
		assert_string_equal(b.name, "u-boot.bin");
		assert_int_equal(b.size, a.size);
		assert_memory_equal(a.file, b.file, a.size);

		assert_int_equal(unlink(path), 0);
		pid = program(&a, folder, "rb", NULL);
		io = io_of(&a);
		ymodem_send(&a.y, &io, "u-boot.bin", a.size, clock_ms(), 20000);
		assert_int_equal(converse(&a, pid), 0);
		assert_int_equal(a.y.state, YMODEM_DONE);
		f = fopen(path, "rb");
		assert_non_null(f);
		memset(b.file, 0, sizeof(b.file));
		assert_int_equal(fread(b.file, 1, sizeof(b.file), f), a.size);
		fclose(f);
		assert_memory_equal(a.file, b.file, a.size);
		unlink(path);
	}
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_any_size_come_over),
		cmocka_unit_test(bytes_that_are_lost_or_changed_are_sent_again),
		cmocka_unit_test(a_cable_that_is_pulled_ends_it),
		cmocka_unit_test(it_ends_when_the_other_side_cancels),
		cmocka_unit_test(a_file_that_is_too_large_is_refused),
		cmocka_unit_test(a_sender_that_is_cancelled_within_a_packet_ends_it),
		cmocka_unit_test(ctrl_c_ends_it_before_it_begins),
		cmocka_unit_test(an_end_that_comes_too_soon_is_asked_for_again),
		cmocka_unit_test(until_data_came_it_is_c_that_asks_again),
		cmocka_unit_test(a_line_that_never_is_quiet_ends_it),
		cmocka_unit_test(a_block_that_is_late_is_answered_once),
		cmocka_unit_test(a_second_file_is_not_taken),
		cmocka_unit_test(an_answer_too_many_does_not_count_for_the_next_block),
		cmocka_unit_test(a_name_with_anything_in_it_is_told_in_printable_characters),
		cmocka_unit_test(a_bad_line_never_makes_another_file),
		cmocka_unit_test(any_bytes_at_all_do_no_harm),
		cmocka_unit_test(lrzsz_sends_and_receives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
