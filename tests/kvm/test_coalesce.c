// SPDX-License-Identifier: BSD-2-Clause
// kvm/coalesce.c against a producer that does what KVM does, of kernels before and after 6.12.
#include "machine.h"

#include "kvm/coalesce.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

/* The kernel's side, in two steps, as another CPU may do anything in between. */
struct producer {
	struct kvm_coalesced_mmio_ring *ring;
	uint32_t max;
	bool before_6_12;
	uint32_t insert;
	bool busy;
};

static bool has_room(const struct producer *p, uint32_t last)
{
	uint32_t first = __atomic_load_n(&p->ring->first, __ATOMIC_RELAXED);

	if (p->before_6_12)
		return (uint32_t)(first - last - 1) % p->max != 0;
	return (last + 1) % p->max != first;
}

/* Take a place in the ring. False: full, the store exits. */
static bool store_begin(struct producer *p)
{
	uint32_t insert = __atomic_load_n(&p->ring->last, __ATOMIC_RELAXED);

	if (!has_room(p, insert) || insert >= p->max)
		return false;
	p->insert = insert;
	p->busy = true;
	return true;
}

static void store_end(struct producer *p, uint64_t number)
{
	struct kvm_coalesced_mmio *entry = &p->ring->coalesced_mmio[p->insert];

	entry->phys_addr = number;
	entry->len = 4;
	memcpy(entry->data, &number, 4);
	entry->pio = 0;
	__atomic_store_n(&p->ring->last, (p->insert + 1) % p->max, __ATOMIC_RELEASE);
	p->busy = false;
}

static bool store(struct producer *p, uint64_t number)
{
	if (!store_begin(p))
		return false;
	store_end(p, number);
	return true;
}

/* What came out: numbers without a gap. */
struct taken {
	uint64_t next;
	unsigned wrong;
};

static void take(void *arg, uint64_t gpa, const void *data, unsigned len)
{
	struct taken *t = arg;
	uint32_t low;

	memcpy(&low, data, sizeof(low));
	if (gpa != t->next || low != (uint32_t)gpa || len != 4)
		t->wrong++;
	t->next++;
}

static struct coalesce ring_open(struct machine *m, struct producer *p, bool before_6_12)
{
	struct coalesce c;

	machine_open(m, &fake_host_gic3);
	coalesce_init(&c, &m->vm, &m->vcpu[0]);
	assert_non_null(c.ring);
	assert_true(c.max > 100);
	*p = (struct producer){ .ring = c.ring, .max = c.max, .before_6_12 = before_6_12 };
	return c;
}

static void test_without_the_capability_nothing_happens(void **state)
{
	struct coalesce c;
	struct taken t = { 0 };
	struct machine m;
	unsigned calls;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	fake_cap_set(KVM_CAP_COALESCED_MMIO, 0);
	coalesce_init(&c, &m.vm, &m.vcpu[0]);
	assert_null(c.ring);
	calls = fake_calls();
	assert_int_equal(coalesce_add(&c, &m.vm, 0x9000000, 4), 0);
	coalesce_disarm(&c);
	coalesce_arm(&c);
	assert_int_equal(coalesce_drain(&c, take, &t), 0);
	assert_int_equal(fake_calls(), calls);
	machine_close(&m);
}

static void test_ranges_of_the_guest(void **state)
{
	struct coalesce c;
	struct producer p;
	struct machine m;
	struct taken t = { .next = 0x9000000 };

	(void)state;
	c = ring_open(&m, &p, false);
	assert_int_equal(coalesce_add(&c, &m.vm, 0x9000000, 4), 0);
	assert_false(fake_coalesced_store(0x9000000, 0x9000000, 4)); /* armed: exits */
	coalesce_disarm(&c);
	assert_true(fake_coalesced_store(0x9000000, 0x9000000, 4));
	assert_false(fake_coalesced_store(0x9000004, 0, 4));
	assert_int_equal(coalesce_drain(&c, take, &t), 1);
	assert_int_equal(t.wrong, 0);
	fake_fail_request(KVM_REGISTER_COALESCED_MMIO, 1, ENOSPC);
	assert_int_equal(coalesce_add(&c, &m.vm, 0x9010000, 4), -ENOSPC);
	machine_close(&m);
}

static void for_both_kernels(void (*check)(struct coalesce *c, struct producer *p))
{
	for (int before_6_12 = 0; before_6_12 < 2; before_6_12++) {
		struct coalesce c;
		struct producer p;
		struct machine m;

		c = ring_open(&m, &p, before_6_12);
		check(&c, &p);
		machine_close(&m);
	}
}

static void check_armed_at_every_place(struct coalesce *c, struct producer *p)
{
	struct taken t = { 0 };

	assert_false(store(p, 0)); /* armed from the start */
	for (unsigned i = 0; i < 3 * c->max; i++) {
		coalesce_disarm(c);
		assert_true(store(p, i));
		assert_int_equal(coalesce_drain(c, take, &t), 1);
		coalesce_arm(c);
		assert_false(store(p, 12345));
		assert_false(store(p, 12345));
		assert_int_equal(coalesce_drain(c, take, &t), 0);
	}
	/* With stores waiting, any number of them. */
	for (unsigned waiting = 0; waiting < c->max; waiting++) {
		unsigned stored = 0;

		coalesce_disarm(c);
		while (stored < waiting && store(p, t.next + stored))
			stored++;
		coalesce_arm(c);
		assert_false(store(p, 12345));
		coalesce_arm(c); /* twice is once */
		assert_int_equal(coalesce_drain(c, take, &t), stored);
	}
	assert_int_equal(t.wrong, 0);
}

static void test_an_armed_ring_refuses_at_every_place(void **state)
{
	(void)state;
	for_both_kernels(check_armed_at_every_place);
}

static void check_full(struct coalesce *c, struct producer *p)
{
	struct taken t = { 0 };

	coalesce_disarm(c);
	for (unsigned round = 0; round < 10; round++) {
		unsigned stored = 0;

		while (store(p, t.next + stored))
			stored++;
		assert_true(stored >= c->max / 2 - 1);
		assert_true(stored < c->max);
		assert_int_equal(coalesce_drain(c, take, &t), stored);
	}
	assert_int_equal(t.wrong, 0);
}

static void test_a_full_ring_refuses_and_loses_nothing(void **state)
{
	(void)state;
	for_both_kernels(check_full);
}

static void check_slipped_in(struct coalesce *c, struct producer *p)
{
	struct taken t = { 0 };

	coalesce_disarm(c);
	assert_true(store(p, 0));
	assert_true(store_begin(p));
	coalesce_arm(c);
	assert_int_equal(coalesce_drain(c, take, &t), 1);
	store_end(p, 1);
	/* Found by the next drain, which arms again. */
	assert_int_equal(coalesce_drain(c, take, &t), 1);
	assert_int_equal(coalesce_drain(c, take, &t), 0);
	assert_false(store(p, 2));
	assert_int_equal(t.next, 2);
	assert_int_equal(t.wrong, 0);
}

static void test_a_store_that_slips_in_is_found(void **state)
{
	(void)state;
	for_both_kernels(check_slipped_in);
}

/* What is drained was told to wait, and then nothing waits, but for a store on its way. */
static void drain_all(struct coalesce *c, struct producer *p, struct taken *t)
{
	const bool waited = coalesce_waits(c);
	const unsigned drained = coalesce_drain(c, take, t);

	assert_true(waited || !drained);
	assert_true(p->busy || !coalesce_waits(c));
}

/* Every order of seven steps of the two sides, none of which may lose a store, repeat one or change their order. */
static void check_every_order(struct coalesce *c, struct producer *p)
{
	enum { BEGIN, END, DRAIN, ARM, DISARM, STEPS };
	unsigned orders = 1;

	for (int i = 0; i < 7; i++)
		orders *= STEPS;
	for (unsigned order = 0; order < orders; order++) {
		struct taken t = { 0 };
		uint64_t stored = 0;
		unsigned rest = order;

		for (int step = 0; step < 7; step++, rest /= STEPS) {
			switch (rest % STEPS) {
			case BEGIN:
				if (!p->busy)
					store_begin(p);
				break;
			case END:
				if (p->busy)
					store_end(p, stored++);
				break;
			case DRAIN: drain_all(c, p, &t); break;
			case ARM: coalesce_arm(c); break;
			default: coalesce_disarm(c);
			}
		}
		if (p->busy)
			store_end(p, stored++);
		drain_all(c, p, &t);
		if (t.wrong || t.next != stored)
			fail_msg("order %u: %llu of %llu stores, %u wrong", order,
				 (unsigned long long)t.next, (unsigned long long)stored, t.wrong);
		/* And what was promised last holds. */
		assert_int_equal(store_begin(p), !c->armed);
		if (p->busy)
			store_end(p, stored);
		coalesce_drain(c, take, &t);
		coalesce_disarm(c);
	}
}

static void test_every_order_of_steps(void **state)
{
	(void)state;
	for_both_kernels(check_every_order);
}

#define STORES 100000u

struct race {
	struct coalesce *c;
	struct producer *p;
	pthread_mutex_t lock;
	struct taken taken;
	bool over;
};

static void *race_producer(void *arg)
{
	struct race *r = arg;

	for (uint64_t i = 0; i < STORES; i++) {
		if (store(r->p, i))
			continue;
		/* The store exits: what waits goes first. */
		if (coalesce_waits(r->c)) {
			pthread_mutex_lock(&r->lock);
			coalesce_drain(r->c, take, &r->taken);
			pthread_mutex_unlock(&r->lock);
		}
		pthread_mutex_lock(&r->lock);
		take(&r->taken, i, &i, 4);
		pthread_mutex_unlock(&r->lock);
	}
	__atomic_store_n(&r->over, true, __ATOMIC_RELEASE);
	return NULL;
}

static void check_race(struct coalesce *c, struct producer *p)
{
	struct race r = { .c = c, .p = p, .lock = PTHREAD_MUTEX_INITIALIZER };
	unsigned random = 1;
	pthread_t thread;

	coalesce_disarm(c);
	assert_int_equal(pthread_create(&thread, NULL, race_producer, &r), 0);
	while (!__atomic_load_n(&r.over, __ATOMIC_ACQUIRE)) {
		random = random * 1103515245 + 12345;
		pthread_mutex_lock(&r.lock);
		switch (random >> 16 & 3) {
		case 0: coalesce_arm(c); break;
		case 1: coalesce_disarm(c); break;
		default: coalesce_drain(c, take, &r.taken);
		}
		pthread_mutex_unlock(&r.lock);
	}
	pthread_join(thread, NULL);
	coalesce_drain(c, take, &r.taken);
	assert_int_equal(r.taken.next, STORES);
	assert_int_equal(r.taken.wrong, 0);
}

static void test_two_threads(void **state)
{
	(void)state;
	for_both_kernels(check_race);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_the_capability_nothing_happens),
		cmocka_unit_test(test_ranges_of_the_guest),
		cmocka_unit_test(test_an_armed_ring_refuses_at_every_place),
		cmocka_unit_test(test_a_full_ring_refuses_and_loses_nothing),
		cmocka_unit_test(test_a_store_that_slips_in_is_found),
		cmocka_unit_test(test_every_order_of_steps),
		cmocka_unit_test(test_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
