// SPDX-License-Identifier: BSD-2-Clause
// boot/gdb/rsp.c: framing, both ways.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/gdb/rsp.h"

#include <cmocka.h>

static struct rsp r;

/* All of TEXT, N bytes; the last event that was one. */
static enum rsp_event takes(const char *text, size_t n)
{
	enum rsp_event event, last = RSP_NONE;

	while (n--) {
		event = rsp_take(&r, (uint8_t)*text++);
		last = event ? event : last;
	}
	return last;
}
#define TAKES(text) takes(text, sizeof(text) - 1)

static void packets_are_told_from_what_is_between(void **state)
{
	(void)state;
	rsp_reset(&r);
	assert_int_equal(TAKES("+"), RSP_ACK);
	assert_int_equal(TAKES("-"), RSP_AGAIN);
	assert_int_equal(TAKES("\3"), RSP_INTERRUPT);
	assert_int_equal(TAKES("login: \1"), RSP_GARBAGE);
	assert_int_equal(TAKES("$OK#9a"), RSP_GOOD);
	assert_string_equal(r.in, "OK");
	assert_int_equal(TAKES("\r\n+noise$m1,2#FC"), RSP_GOOD);
	assert_string_equal(r.in, "m1,2");
	assert_int_equal(TAKES("$#00"), RSP_GOOD);
	assert_int_equal(r.in_size, 0);
}

static void bad_sums_are_bad(void **state)
{
	(void)state;
	rsp_reset(&r);
	assert_int_equal(TAKES("$OK#9b"), RSP_BAD);
	assert_int_equal(TAKES("$OK#9x"), RSP_BAD);
	assert_false(rsp_within(&r));
	assert_int_equal(TAKES("$OK#9a"), RSP_GOOD);
}

static void a_packet_that_was_cut_off_hides_no_other(void **state)
{
	(void)state;
	rsp_reset(&r);
	TAKES("$m400");
	assert_true(rsp_within(&r));
	assert_int_equal(TAKES("$OK#9a"), RSP_GOOD);
	assert_string_equal(r.in, "OK");
	TAKES("$m400}");
	assert_int_equal(TAKES("$OK#9a"), RSP_GOOD);
	TAKES("$m400#");
	assert_int_equal(TAKES("$OK#9a"), RSP_GOOD);
	TAKES("$m400#0");
	assert_int_equal(TAKES("$OK#9a"), RSP_GOOD);
}

static void every_byte_comes_through_a_packet(void **state)
{
	char packet[1024] = "$";
	size_t n = 1;
	uint8_t sum = 0;

	(void)state;
	rsp_reset(&r);
	for (unsigned i = 0; i < 256; i++) {
		if (i == '$' || i == '#' || i == '}' || i == '*') {
			packet[n++] = '}';
			packet[n++] = (char)(i ^ 0x20);
			sum = (uint8_t)(sum + '}' + (i ^ 0x20));
		} else {
			packet[n++] = (char)i;
			sum = (uint8_t)(sum + i);
		}
	}
	n += (size_t)sprintf(packet + n, "#%02x", sum);
	assert_int_equal(takes(packet, n), RSP_GOOD);
	assert_int_equal(r.in_size, 256);
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal((uint8_t)r.in[i], i);
}

static void long_packets_are_dropped_whole(void **state)
{
	uint8_t sum = 0;
	char end[8];

	(void)state;
	rsp_reset(&r);
	TAKES("$");
	for (unsigned i = 0; i < RSP_PACKET; i++, sum = (uint8_t)(sum + 'a'))
		TAKES("a");
	snprintf(end, sizeof(end), "#%02x", sum);
	assert_int_equal(takes(end, 3), RSP_GOOD);
	assert_int_equal(r.in_size, RSP_PACKET);
	TAKES("$");
	for (unsigned i = 0; i <= RSP_PACKET; i++)
		TAKES("a");
	snprintf(end, sizeof(end), "#%02x", (uint8_t)(sum + 'a'));
	assert_int_equal(takes(end, 3), RSP_BAD);
	assert_int_equal(TAKES("$OK#9a"), RSP_GOOD);
}

/* What is between $ and # of the reply, as gdb reads it; the sum is right. */
static size_t decoded(uint8_t *to)
{
	uint8_t sum = 0, last = 0;
	unsigned given;
	size_t n = 0;

	assert_int_equal(r.out[0], '$');
	assert_true(r.out_size <= RSP_PACKET + 4);
	assert_int_equal(sscanf((char *)r.out + r.out_size - 2, "%2x", &given), 1);
	for (size_t i = 1; i < r.out_size - 3; i++) {
		uint8_t byte = r.out[i];

		sum = (uint8_t)(sum + byte);
		assert_true(byte != '$' && byte != '#');
		if (byte == '*') {
			byte = r.out[++i];
			sum = (uint8_t)(sum + byte);
			assert_in_range(byte, ' ', '~');
			assert_true(byte != '+' && byte != '-');
			for (unsigned more = byte - 29u; more; more--)
				to[n++] = last;
			continue;
		}
		if (byte == '}') {
			byte = r.out[++i];
			sum = (uint8_t)(sum + byte);
			byte ^= 0x20;
		}
		to[n++] = last = byte;
	}
	assert_int_equal(r.out[r.out_size - 3], '#');
	assert_int_equal(sum, given);
	return n;
}

static uint8_t got[4 * RSP_PACKET];

static void runs_are_short(void **state)
{
	static char text[400];

	(void)state;
	rsp_begin(&r);
	rsp_text(&r, "0000");
	rsp_end(&r);
	assert_int_equal(r.out_size, 7);
	assert_memory_equal(r.out, "$0* #7a", 7);
	/* Whatever their length. */
	for (size_t n = 0; n < sizeof(text); n++) {
		memset(text, 'x', n);
		rsp_begin(&r);
		rsp_put(&r, text, n);
		rsp_text(&r, "y");
		rsp_end(&r);
		assert_int_equal(decoded(got), n + 1);
		assert_memory_equal(got, text, n);
		assert_int_equal(got[n], 'y');
		assert_true(n < 8 || r.out_size <= 5 + 3 * (n / 98 + 3));
	}
}

static void replies_may_have_any_byte(void **state)
{
	uint8_t bytes[512];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i / 2);
	rsp_begin(&r);
	rsp_put(&r, bytes, sizeof(bytes));
	rsp_end(&r);
	assert_int_equal(decoded(got), sizeof(bytes));
	assert_memory_equal(got, bytes, sizeof(bytes));
	rsp_begin(&r);
	rsp_hex(&r, "\x01\xab", 2);
	rsp_end(&r);
	assert_memory_equal(r.out, "$01ab#", 6);
}

static void replies_fill_a_packet_and_are_cut_behind_it(void **state)
{
	(void)state;
	rsp_begin(&r);
	assert_int_equal(rsp_room(&r), RSP_PACKET / 2);
	for (unsigned i = 0; i < RSP_PACKET / 2; i++)
		rsp_hex(&r, (uint8_t[]){ (uint8_t)(i * 7) }, 1);
	assert_false(r.cut);
	assert_int_equal(rsp_room(&r), 0);
	rsp_end(&r);
	assert_int_equal(decoded(got), RSP_PACKET);
	rsp_begin(&r);
	for (unsigned i = 0; i < RSP_PACKET; i++)
		rsp_put(&r, "*", 1);
	rsp_text(&r, "x");
	rsp_end(&r);
	assert_true(r.cut);
	assert_int_equal(decoded(got), RSP_PACKET / 2);
}

static void numbers_and_bytes_are_read(void **state)
{
	const char *text = "7fffABCD,ffffffffffffffff:11223344556677889";
	uint64_t value;
	uint8_t bytes[4];

	(void)state;
	assert_true(rsp_number(&text, &value));
	assert_int_equal(value, 0x7fffabcd);
	assert_int_equal(*text++, ',');
	assert_true(rsp_number(&text, &value));
	assert_true(value == UINT64_MAX);
	text++;
	assert_false(rsp_number(&text, &value));
	assert_false(rsp_number(&text, &value));
	text = "0aFf1";
	assert_int_equal(rsp_unhex(&text, bytes, sizeof(bytes)), 2);
	assert_memory_equal(bytes, "\x0a\xff", 2);
	assert_string_equal(text, "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_told_from_what_is_between),
		cmocka_unit_test(bad_sums_are_bad),
		cmocka_unit_test(a_packet_that_was_cut_off_hides_no_other),
		cmocka_unit_test(every_byte_comes_through_a_packet),
		cmocka_unit_test(long_packets_are_dropped_whole),
		cmocka_unit_test(runs_are_short),
		cmocka_unit_test(replies_may_have_any_byte),
		cmocka_unit_test(replies_fill_a_packet_and_are_cut_behind_it),
		cmocka_unit_test(numbers_and_bytes_are_read),
	};

	return cmocka_run_group_tests_name("boot/gdb/rsp", tests, NULL, NULL);
}
