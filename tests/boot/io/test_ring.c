// SPDX-License-Identifier: BSD-2-Clause
// The byte ring: a small one to its limits, and one between two threads.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boot/io/ring.h"

#define SMALL 8

static uint8_t storage[SMALL];

/* Take everything that waits, piece by piece. Returns how many bytes. */
static size_t drain(struct ring *ring, uint8_t *to)
{
	const uint8_t *piece;
	size_t all = 0, n;

	while ((n = ring_peek(ring, &piece))) {
		memcpy(to + all, piece, n);
		ring_drop(ring, n);
		all += n;
	}
	return all;
}

static void new_ring_is_empty(void **state)
{
	struct ring ring;
	const uint8_t *piece;

	(void)state;
	ring_init(&ring, storage, SMALL);
	assert_int_equal(ring_count(&ring), 0);
	assert_int_equal(ring_room(&ring), SMALL);
	assert_int_equal(ring_peek(&ring, &piece), 0);
	assert_int_equal(ring_lost(&ring), 0);
}

static void full_ring_takes_what_fits_and_counts_the_rest(void **state)
{
	struct ring ring;
	uint8_t out[SMALL];

	(void)state;
	ring_init(&ring, storage, SMALL);
	assert_int_equal(ring_put(&ring, (const uint8_t *)"abcde", 5), 5);
	assert_int_equal(ring_room(&ring), 3);
	assert_int_equal(ring_put(&ring, (const uint8_t *)"fghij", 5), 3);
	assert_int_equal(ring_room(&ring), 0);
	assert_int_equal(ring_lost(&ring), 2);
	assert_int_equal(ring_put(&ring, (const uint8_t *)"k", 1), 0);
	assert_int_equal(ring_lost(&ring), 3);
	assert_int_equal(drain(&ring, out), SMALL);
	assert_memory_equal(out, "abcdefgh", SMALL);
	assert_int_equal(ring_put(&ring, (const uint8_t *)"l", 1), 1);
	assert_int_equal(ring_lost(&ring), 3);
}

static void putting_nothing_changes_nothing(void **state)
{
	struct ring ring;

	(void)state;
	ring_init(&ring, storage, SMALL);
	assert_int_equal(ring_put(&ring, storage, 0), 0);
	assert_int_equal(ring_count(&ring), 0);
	assert_int_equal(ring_lost(&ring), 0);
}

static void every_length_at_every_position(void **state)
{
	uint8_t in[SMALL + 3], out[SMALL];

	(void)state;
	for (unsigned i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(0x40 + i);
	for (unsigned at = 0; at < SMALL; at++) {
		for (unsigned n = 0; n <= sizeof(in); n++) {
			unsigned fits = n < SMALL ? n : SMALL;
			const uint8_t *piece;
			struct ring ring;

			ring_init(&ring, storage, SMALL);
			assert_int_equal(ring_put(&ring, in, at), at);
			assert_int_equal(drain(&ring, out), at);
			assert_int_equal(ring_put(&ring, in, n), fits);
			assert_int_equal(ring_count(&ring), fits);
			assert_int_equal(ring_lost(&ring), n - fits);
			/* A piece ends where the storage ends. */
			assert_int_equal(ring_peek(&ring, &piece),
					 fits < SMALL - at ? fits : SMALL - at);
			assert_ptr_equal(piece, storage + at);
			assert_int_equal(drain(&ring, out), fits);
			assert_memory_equal(out, in, fits);
		}
	}
}

static void part_of_a_piece_can_be_dropped(void **state)
{
	struct ring ring;
	const uint8_t *piece;

	(void)state;
	ring_init(&ring, storage, SMALL);
	ring_put(&ring, (const uint8_t *)"abcdef", 6);
	ring_drop(&ring, 4);
	assert_int_equal(ring_count(&ring), 2);
	assert_int_equal(ring_peek(&ring, &piece), 2);
	assert_memory_equal(piece, "ef", 2);
	ring_drop(&ring, ring_count(&ring));
	assert_int_equal(ring_count(&ring), 0);
	assert_int_equal(ring_room(&ring), SMALL);
}

static void positions_wrap_with_their_type(void **state)
{
	struct ring ring;
	uint8_t out[SMALL];

	(void)state;
	ring_init(&ring, storage, SMALL);
	atomic_store(&ring.head, UINT32_MAX - 2);
	atomic_store(&ring.tail, UINT32_MAX - 2);
	assert_int_equal(ring_put(&ring, (const uint8_t *)"abcdefghi", 9), SMALL);
	assert_int_equal(ring_count(&ring), SMALL);
	assert_int_equal(ring_room(&ring), 0);
	assert_int_equal(drain(&ring, out), SMALL);
	assert_memory_equal(out, "abcdefgh", SMALL);
	assert_int_equal(ring_room(&ring), SMALL);
}

#define STREAM 200000

static void *stream_put(void *arg)
{
	struct ring *ring = arg;
	uint8_t chunk[5];

	for (uint32_t at = 0; at < STREAM;) {
		uint32_t room = ring_room(ring), n = 0;

		while (n < room && n < sizeof(chunk) && at + n < STREAM) {
			chunk[n] = (uint8_t)((at + n) * 7);
			n++;
		}
		if (ring_put(ring, chunk, n) != n)
			return ring;
		at += n;
		if (!n)
			sched_yield();
	}
	return NULL;
}

static void two_threads_keep_order_and_lose_nothing(void **state)
{
	struct ring ring;
	pthread_t putter;
	void *failed;
	uint32_t at = 0, wrong = 0;

	(void)state;
	ring_init(&ring, storage, SMALL);
	assert_int_equal(pthread_create(&putter, NULL, stream_put, &ring), 0);
	while (at < STREAM) {
		const uint8_t *piece;
		size_t n = ring_peek(&ring, &piece);

		for (size_t i = 0; i < n; i++)
			wrong += piece[i] != (uint8_t)(at++ * 7);
		ring_drop(&ring, n);
		if (!n)
			sched_yield();
	}
	pthread_join(putter, &failed);
	assert_null(failed);
	assert_int_equal(wrong, 0);
	assert_int_equal(ring_lost(&ring), 0);
	assert_int_equal(ring_count(&ring), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_ring_is_empty),
		cmocka_unit_test(full_ring_takes_what_fits_and_counts_the_rest),
		cmocka_unit_test(putting_nothing_changes_nothing),
		cmocka_unit_test(every_length_at_every_position),
		cmocka_unit_test(part_of_a_piece_can_be_dropped),
		cmocka_unit_test(positions_wrap_with_their_type),
		cmocka_unit_test(two_threads_keep_order_and_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
