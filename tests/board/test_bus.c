// SPDX-License-Identifier: BSD-2-Clause
// The bus: windows in order, look-ups at their edges, access under the lock.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "board/bus.h"

/* A device that remembers how it was called, and whether its lock was held. */
struct probe {
	pthread_mutex_t lock;
	struct dev dev;
	unsigned reads, writes, inputs, resets, wakes;
	uint64_t offset, value;
	unsigned size;
};

static struct probe *probe_of(struct dev *dev)
{
	struct probe *p = dev->owner;

	assert_int_equal(pthread_mutex_trylock(&p->lock), EBUSY);
	return p;
}

static uint64_t probe_read(struct dev *dev, uint64_t offset, unsigned size)
{
	struct probe *p = probe_of(dev);

	p->reads++;
	p->offset = offset;
	p->size = size;
	return 0x8877665544332211;
}

static void probe_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct probe *p = probe_of(dev);

	p->writes++;
	p->offset = offset;
	p->size = size;
	p->value = value;
}

static size_t probe_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	probe_of(dev)->inputs++;
	assert_memory_equal(buf, "abc", n);
	return n - 1;
}

static void probe_reset(struct dev *dev)
{
	probe_of(dev)->resets++;
}

static void probe_wake(struct dev *dev)
{
	probe_of(dev)->wakes++;
}

static const struct model full = {
	.read = probe_read,
	.write = probe_write,
	.input = probe_input,
	.reset = probe_reset,
	.wake = probe_wake,
};

static const struct model plain = { .read = probe_read,
				    .write = probe_write,
				    .reset = probe_reset };

static void probe_init(struct probe *p, const struct model *model)
{
	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	p->dev.model = model;
	p->dev.owner = p;
}

static void empty_bus_finds_nothing(void **state)
{
	static const struct bus bus;

	(void)state;
	assert_null(bus_find(&bus, 0, 1));
	assert_null(bus_find(&bus, UINT64_MAX, 1));
}

static void windows_are_sorted_whatever_the_order(void **state)
{
	static const uint64_t order[] = { 5, 1, 9, 0, 3, 7, 2, 8, 6, 4 };
	struct dev dev[10];
	struct bus bus = { .count = 0 };

	(void)state;
	for (unsigned n = 0; n < 10; n++) {
		assert_int_equal(
			bus_add(&bus, 0x1000 + order[n] * 0x100, 0x80, &dev[order[n]], NULL), 0);
		for (unsigned i = 1; i < bus.count; i++)
			assert_true(bus.window[i - 1].gpa < bus.window[i].gpa);
		/* What was added is found, and only that. */
		for (unsigned i = 0; i < 10; i++) {
			const struct bus_window *w = bus_find(&bus, 0x1000 + i * 0x100 + 0x40, 4);
			bool added = false;

			for (unsigned k = 0; k <= n; k++)
				added |= order[k] == i;
			if (added)
				assert_ptr_equal(w->dev, &dev[i]);
			else
				assert_null(w);
		}
	}
}

static void edges_and_straddles(void **state)
{
	static const unsigned sizes[] = { 1, 2, 4, 8 };
	struct bus bus = { .count = 0 };
	struct dev a, b;

	(void)state;
	assert_int_equal(bus_add(&bus, 0x1000, 0x100, &a, NULL), 0);
	assert_int_equal(bus_add(&bus, 0x1100, 0x10, &b, NULL), 0);
	for (unsigned i = 0; i < 4; i++) {
		unsigned size = sizes[i];

		assert_null(bus_find(&bus, 0x1000 - size, size));
		assert_null(bus_find(&bus, 0xfff, size));
		assert_ptr_equal(bus_find(&bus, 0x1000, size)->dev, &a);
		assert_ptr_equal(bus_find(&bus, 0x1100 - size, size)->dev, &a);
		/* Half in one window, half in its neighbour, is nobody's. */
		if (size > 1)
			assert_null(bus_find(&bus, 0x1101 - size, size));
		assert_ptr_equal(bus_find(&bus, 0x1100, size)->dev, &b);
		assert_ptr_equal(bus_find(&bus, 0x1110 - size, size)->dev, &b);
		assert_null(bus_find(&bus, 0x1111 - size, size));
		assert_null(bus_find(&bus, 0x1110, size));
		assert_null(bus_find(&bus, UINT64_MAX - size + 1, size));
	}
}

static void window_at_the_end_of_the_address_space(void **state)
{
	struct bus bus = { .count = 0 };
	struct dev dev;

	(void)state;
	assert_int_equal(bus_add(&bus, UINT64_MAX - 0xfff, 0x1000, &dev, NULL), 0);
	assert_ptr_equal(bus_find(&bus, UINT64_MAX - 7, 8)->dev, &dev);
	assert_ptr_equal(bus_find(&bus, UINT64_MAX, 1)->dev, &dev);
	assert_null(bus_find(&bus, UINT64_MAX, 2));
	assert_null(bus_find(&bus, 0, 1));
}

static void overlap_and_nonsense_are_refused(void **state)
{
	struct bus bus = { .count = 0 };
	struct dev dev;

	(void)state;
	assert_int_equal(bus_add(&bus, 0x2000, 0x1000, &dev, NULL), 0);
	assert_int_equal(bus_add(&bus, 0x2000, 0x1000, &dev, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0x2fff, 1, &dev, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0x1fff, 2, &dev, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0x1000, 0x4000, &dev, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0, UINT64_MAX, &dev, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0x8000, 0, &dev, NULL), -EINVAL);
	assert_int_equal(bus_add(&bus, UINT64_MAX, 2, &dev, NULL), -EINVAL);
	assert_int_equal(bus.count, 1);
	assert_int_equal(bus_add(&bus, 0x1000, 0x1000, &dev, NULL), 0);
	assert_int_equal(bus_add(&bus, 0x3000, 0x1000, &dev, NULL), 0);
}

static void full_bus_refuses_one_more(void **state)
{
	struct bus bus = { .count = 0 };
	struct dev dev;

	(void)state;
	for (uint64_t i = BUS_WINDOWS_MAX; i; i--)
		assert_int_equal(bus_add(&bus, i * 0x1000, 0x1000, &dev, NULL), 0);
	assert_int_equal(bus_add(&bus, 0, 0x1000, &dev, NULL), -ENOSPC);
	for (uint64_t i = 1; i <= BUS_WINDOWS_MAX; i++)
		assert_int_equal(bus_find(&bus, i * 0x1000 + 0xff8, 8)->gpa, i * 0x1000);
}

static void access_is_under_the_lock_and_of_its_size(void **state)
{
	static const struct {
		unsigned size;
		uint64_t mask;
	} row[] = { { 1, 0xff }, { 2, 0xffff }, { 4, 0xffffffff }, { 8, UINT64_MAX } };
	struct bus bus = { .count = 0 };
	struct probe p;

	(void)state;
	probe_init(&p, &full);
	assert_int_equal(bus_add(&bus, 0x9000000, 0x1000, &p.dev, &p.lock), 0);
	for (unsigned i = 0; i < 4; i++) {
		const struct bus_window *w = bus_find(&bus, 0x9000018, row[i].size);

		assert_int_equal(bus_read(w, 0x9000018, row[i].size),
				 0x8877665544332211 & row[i].mask);
		assert_int_equal(p.offset, 0x18);
		assert_int_equal(p.size, row[i].size);
		bus_write(w, 0x9000ff8, row[i].size, 0x123456789abcdef0);
		assert_int_equal(p.offset, 0xff8);
		assert_int_equal(p.size, row[i].size);
		assert_int_equal(p.value, 0x123456789abcdef0 & row[i].mask);
	}
	assert_int_equal(p.reads, 4);
	assert_int_equal(p.writes, 4);
	assert_int_equal(pthread_mutex_trylock(&p.lock), 0);
}

static void input_reset_and_wake_reach_the_model(void **state)
{
	struct probe p;
	struct bus_window w = { .gpa = 0x1000, .size = 0x1000, .dev = &p.dev, .lock = &p.lock };

	(void)state;
	probe_init(&p, &full);
	assert_int_equal(bus_input(&w, (const uint8_t *)"abc", 3), 2);
	bus_reset(&w);
	bus_wake(&w);
	assert_int_equal(p.inputs, 1);
	assert_int_equal(p.resets, 1);
	assert_int_equal(p.wakes, 1);
	assert_int_equal(pthread_mutex_trylock(&p.lock), 0);
}

static void model_without_input_takes_none(void **state)
{
	struct probe p;
	struct bus_window w = { .gpa = 0x1000, .size = 0x1000, .dev = &p.dev, .lock = &p.lock };

	(void)state;
	probe_init(&p, &plain);
	assert_int_equal(bus_input(&w, (const uint8_t *)"abc", 3), 0);
	bus_wake(&w);
	assert_int_equal(pthread_mutex_trylock(&p.lock), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_bus_finds_nothing),
		cmocka_unit_test(windows_are_sorted_whatever_the_order),
		cmocka_unit_test(edges_and_straddles),
		cmocka_unit_test(window_at_the_end_of_the_address_space),
		cmocka_unit_test(overlap_and_nonsense_are_refused),
		cmocka_unit_test(full_bus_refuses_one_more),
		cmocka_unit_test(access_is_under_the_lock_and_of_its_size),
		cmocka_unit_test(input_reset_and_wake_reach_the_model),
		cmocka_unit_test(model_without_input_takes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
