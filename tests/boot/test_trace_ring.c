// SPDX-License-Identifier: BSD-2-Clause
// The ring of events: the last ones, in order, what is gone counted.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "boot/trace_ring.h"

static uint64_t put(uint64_t value)
{
	const struct trace_event e = { .kind = TRACE_MMIO, .value = value };

	return trace_ring_put(&e);
}

static void events_come_in_order_once(void **state)
{
	const uint64_t first = trace_ring_count();
	uint64_t next = first, lost = 0;
	struct trace_event e[3];

	(void)state;
	assert_int_equal(trace_ring_take(&next, e, 3, &lost), 0);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(put(i), first + i);
	assert_int_equal(trace_ring_take(&next, e, 3, &lost), 3);
	assert_true(e[0].value == 0 && e[2].value == 2);
	assert_int_equal(trace_ring_take(&next, e, 3, &lost), 1);
	assert_int_equal(e[0].value, 3);
	assert_int_equal(trace_ring_take(&next, e, 3, &lost), 0);
	assert_int_equal(lost, 0);
}

static void what_is_gone_is_counted(void **state)
{
	uint64_t next = trace_ring_count(), lost = 0;
	struct trace_event e;

	(void)state;
	for (unsigned i = 0; i < TRACE_RING + 5; i++)
		put(i);
	assert_int_equal(trace_ring_take(&next, &e, 1, &lost), 1);
	assert_int_equal(lost, 5);
	assert_int_equal(e.value, 5);
	assert_int_equal(trace_ring_take(&next, &e, 1, &lost), 1);
	assert_int_equal(lost, 5);
	assert_int_equal(e.value, 6);
}

#define EACH 20000

static void *putter(void *arg)
{
	for (unsigned i = 0; i < EACH; i++)
		put((uint64_t)(uintptr_t)arg << 32 | i);
	return NULL;
}

static void threads_lose_none_of_what_is_not_counted(void **state)
{
	uint64_t next = trace_ring_count(), lost = 0, seen = 0;
	const uint64_t end = next + 2 * EACH;
	int64_t last[3] = { -1, -1, -1 };
	struct trace_event e[50];
	pthread_t thread[2];

	(void)state;
	for (uintptr_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, putter, (void *)(i + 1)), 0);
	while (next < end) {
		const unsigned n = trace_ring_take(&next, e, 50, &lost);

		for (unsigned i = 0; i < n; i++) {
			const unsigned who = (unsigned)(e[i].value >> 32);

			assert_true(who == 1 || who == 2);
			assert_true((int64_t)(uint32_t)e[i].value > last[who]);
			last[who] = (uint32_t)e[i].value;
		}
		seen += n;
	}
	for (unsigned i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(seen + lost, 2 * EACH);
	/* What was put last of all is still there; of the other thread all may be gone by then. */
	assert_true(last[1] == EACH - 1 || last[2] == EACH - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_in_order_once),
		cmocka_unit_test(what_is_gone_is_counted),
		cmocka_unit_test(threads_lose_none_of_what_is_not_counted),
	};

	return cmocka_run_group_tests_name("boot/trace_ring", tests, NULL, NULL);
}
