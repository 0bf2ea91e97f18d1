// SPDX-License-Identifier: BSD-2-Clause
// kvm/reglist.c on the fake: sized, sorted, filtered, levels, push, pull, reset.
#include "machine.h"

#include "kvm/reglist.h"
#include "kvm/regname.h"

#include <errno.h>
#include <string.h>

#define MIDR ARM64_SYS_REG(3, 0, 0, 0, 0)
#define SCTLR ARM64_SYS_REG(3, 0, 1, 0, 0)
#define PFR0 ARM64_SYS_REG(3, 0, 0, 4, 0)

static uint64_t coproc(uint64_t id)
{
	return id & KVM_REG_ARM_COPROC_MASK;
}

static void list_start(struct machine *m, struct reglist *list, const struct fake_config *host,
		       uint32_t features)
{
	machine_start(m, host, features);
	assert_int_equal(reglist_init(list, &m->vcpu[0]), 0);
	assert_true(list->count > 100);
}

static void test_init_sizes_in_two_steps(void **state)
{
	struct reglist list;
	struct machine m;
	int first;

	(void)state;
	list_start(&m, &list, &fake_host_gic3, 0);
	assert_int_equal(calls_of(KVM_GET_REG_LIST, 0), 2);
	first = fake_log_find(KVM_GET_REG_LIST, 0);
	assert_int_equal(fake_log((unsigned)first)->result, -E2BIG);
	assert_int_equal(
		fake_log((unsigned)fake_log_find(KVM_GET_REG_LIST, (unsigned)first + 1))->result,
		0);
	machine_close(&m);
}

static void test_init_returns_any_other_answer(void **state)
{
	struct reglist list;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	assert_int_equal(reglist_init(&list, &m.vcpu[0]), -ENOEXEC);
	assert_int_equal(list.count, 0);
	machine_close(&m);

	machine_start(&m, &fake_host_gic3, 0);
	for (unsigned n = 1; n <= 2; n++) {
		fake_fail_request(KVM_GET_REG_LIST, n, EPERM);
		assert_int_equal(reglist_init(&list, &m.vcpu[0]), -EPERM);
		assert_int_equal(list.count, 0);
	}
	fake_fail_request(KVM_GET_ONE_REG, 30, EIO);
	assert_int_equal(reglist_init(&list, &m.vcpu[0]), -EINVAL);
	assert_int_equal(list.count, 0);
	machine_close(&m);
}

static void test_init_sorts_and_filters(void **state)
{
	unsigned u32 = 0, firmware = 0;
	struct reglist list;
	struct machine m;

	(void)state;
	list_start(&m, &list, &fake_host_max, 1u << KVM_ARM_VCPU_SVE);
	for (unsigned i = 0; i < list.count; i++) {
		uint64_t size = list.id[i] & KVM_REG_SIZE_MASK, peeked;

		if (i)
			assert_true(list.id[i - 1] < list.id[i]);
		assert_true(reglist_syncs(list.id[i]));
		assert_true(coproc(list.id[i]) != KVM_REG_ARM_CORE &&
			    coproc(list.id[i]) != KVM_REG_ARM64_SVE);
		assert_true(size == KVM_REG_SIZE_U32 || size == KVM_REG_SIZE_U64);
		u32 += size == KVM_REG_SIZE_U32;
		firmware += coproc(list.id[i]) == KVM_REG_ARM_FW;
		if (list.id[i] != KVM_REG_ARM_TIMER_CNT && list.id[i] != KVM_REG_ARM_PTIMER_CNT &&
		    fake_reg_peek(0, list.id[i], &peeked))
			assert_int_equal(list.value[i], peeked);
		if (size == KVM_REG_SIZE_U32)
			assert_int_equal(list.value[i] >> 32, 0);
	}
	assert_true(u32 > 0); /* CCSIDR */
	assert_true(firmware > 0);
	machine_close(&m);
}

static void test_what_syncs(void **state)
{
	(void)state;
	assert_false(reglist_syncs(VCPU_CORE_REG(regs.pc)));
	assert_false(reglist_syncs(KVM_REG_ARM64_SVE_ZREG(0, 0)));
	assert_false(reglist_syncs(KVM_REG_ARM64_SVE_VLS));
	assert_true(reglist_syncs(KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | 1));
	assert_true(reglist_syncs(SCTLR));
	assert_true(reglist_syncs(KVM_REG_ARM_PSCI_VERSION));
	assert_true(reglist_syncs(KVM_REG_ARM_STD_BMAP));
}

static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(reglist_level(0x603000000013df1a), REG_FULL); /* TIMER_CNT */
	assert_int_equal(reglist_level(KVM_REG_ARM_PTIMER_CNT), REG_FULL);
	assert_int_equal(reglist_level(0x603000000013df02), REG_RUNTIME); /* TIMER_CVAL */
	assert_int_equal(reglist_level(SCTLR), REG_RUNTIME);
}

static void test_set_and_get_by_id(void **state)
{
	uint64_t value = 7;
	struct reglist list;
	struct machine m;

	(void)state;
	list_start(&m, &list, &fake_host_gic3, 0);
	assert_true(reglist_set(&list, SCTLR, 0x1234));
	assert_true(reglist_get(&list, SCTLR, &value));
	assert_int_equal(value, 0x1234);
	for (unsigned i = 0; i < list.count; i++)
		assert_true(reglist_get(&list, list.id[i], &value));
	value = 7;
	assert_false(reglist_get(&list, SCTLR + 7, &value));
	assert_int_equal(value, 7);
	assert_false(reglist_set(&list, 0, 1));
	assert_false(reglist_set(&list, UINT64_MAX, 1));
	machine_close(&m);
}

/* Registers written since FROM; was ID among them? */
static unsigned written(unsigned from, uint64_t id, bool *there)
{
	unsigned n = 0;

	*there = false;
	for (int i = fake_log_find(KVM_SET_ONE_REG, from); i >= 0;
	     i = fake_log_find(KVM_SET_ONE_REG, (unsigned)i + 1)) {
		*there |= fake_log((unsigned)i)->a == id;
		n++;
	}
	return n;
}

static void test_push_keeps_to_its_level(void **state)
{
	struct reglist list;
	unsigned counters = 0;
	struct machine m;
	unsigned from;
	bool there;

	(void)state;
	list_start(&m, &list, &fake_host_max, 0);
	for (unsigned i = 0; i < list.count; i++)
		counters += reglist_level(list.id[i]) == REG_FULL;
	assert_true(counters > 0);
	for (enum reg_level level = REG_RUNTIME; level <= REG_FULL; level++) {
		from = fake_calls();
		assert_true(reglist_push(&list, &m.vcpu[0], level, NULL));
		assert_int_equal(written(from, KVM_REG_ARM_TIMER_CNT, &there),
				 level == REG_FULL ? list.count : list.count - counters);
		assert_int_equal(there, level == REG_FULL);
		written(from, KVM_REG_ARM_TIMER_CVAL, &there);
		assert_true(there);
	}
	machine_close(&m);
}

static void test_push_writes_id_registers_first(void **state)
{
	struct reglist list;
	struct machine m;
	unsigned rank = 0;
	unsigned from;

	(void)state;
	list_start(&m, &list, &fake_host_gic3, 0);
	from = fake_calls();
	assert_true(reglist_push(&list, &m.vcpu[0], REG_FULL, NULL));
	for (int i = fake_log_find(KVM_SET_ONE_REG, from); i >= 0;
	     i = fake_log_find(KVM_SET_ONE_REG, (unsigned)i + 1)) {
		uint64_t id = fake_log((unsigned)i)->a;
		bool is_id = coproc(id) == KVM_REG_ARM64_SYSREG && (id & 0xc780) == 0xc000 &&
			     id != ARM64_SYS_REG(3, 2, 0, 0, 0);
		unsigned now =
			is_id ? 0
			: coproc(id) == KVM_REG_ARM_FW || coproc(id) == KVM_REG_ARM_FW_FEAT_BMAP
				? 1
				: 2;

		assert_true(now >= rank);
		rank = now;
	}
	assert_int_equal(rank, 2);
	machine_close(&m);
}

static void test_push_tries_all_and_names_what_failed(void **state)
{
	struct reglist_failures failures = { .count = 99 };
	struct reglist list;
	uint64_t pfr0, value;
	char name[32];
	struct machine m;
	unsigned from;
	bool there;

	(void)state;
	list_start(&m, &list, &fake_host_gic3, 0);
	assert_true(reglist_get(&list, MIDR, &value));
	assert_true(reglist_get(&list, PFR0, &pfr0));
	assert_true(reglist_set(&list, MIDR, value + 1)); /* constant */
	assert_true(reglist_set(&list, SCTLR, 0x30d00801));
	from = fake_calls();
	assert_false(reglist_push(&list, &m.vcpu[0], REG_FULL, &failures));
	assert_int_equal(written(from, SCTLR, &there), list.count);
	assert_true(there);
	assert_int_equal(failures.count, 1);
	assert_int_equal(failures.first[0].id, MIDR);
	assert_int_equal(failures.first[0].error, -EINVAL);
	regname_format(failures.first[0].id, name, sizeof(name));
	assert_string_equal(name, "MIDR_EL1");
	assert_true(fake_reg_peek(0, SCTLR, &value));
	assert_int_equal(value, 0x30d00801); /* though one before it failed */
	/* Put right, all is well, and the old failure is forgotten. */
	assert_true(reglist_get(&list, MIDR, &value));
	assert_true(reglist_set(&list, MIDR, value - 1));
	assert_true(reglist_push(&list, &m.vcpu[0], REG_FULL, &failures));
	assert_int_equal(failures.count, 0);
	machine_close(&m);
}

static void test_more_failures_than_are_noted(void **state)
{
	struct reglist_failures failures;
	struct vcpu gone = { .fd = -1 };
	struct reglist list;
	struct machine m;

	(void)state;
	list_start(&m, &list, &fake_host_gic3, 0);
	assert_false(reglist_push(&list, &gone, REG_FULL, &failures));
	assert_int_equal(failures.count, list.count);
	assert_int_equal(failures.first[REGLIST_FAILURES - 1].error, -EBADF);
	assert_false(reglist_pull(&list, &gone, &failures));
	assert_int_equal(failures.count, list.count);
	for (unsigned i = 0; i < REGLIST_FAILURES; i++)
		assert_int_equal(failures.first[i].id, list.id[i]);
	for (unsigned i = 0; i < MACHINE_VCPUS; i++)
		vcpu_destroy(&m.vcpu[i]);
	vm_close(&m.vm);
}

static void test_pull_reads_all_and_keeps_what_it_cannot_read(void **state)
{
	struct reglist_failures failures;
	struct reglist list;
	struct machine m;

	(void)state;
	list_start(&m, &list, &fake_host_gic3, 0);
	assert_true(fake_reg_poke(0, SCTLR, 0xabc));
	for (unsigned i = 0; i < list.count; i++)
		list.value[i] = 0x5555;
	fake_fail_request(KVM_GET_ONE_REG, 5, EIO);
	assert_false(reglist_pull(&list, &m.vcpu[0], &failures));
	assert_int_equal(failures.count, 1);
	assert_int_equal(failures.first[0].id, list.id[4]);
	assert_int_equal(failures.first[0].error, -EIO);
	assert_int_equal(list.value[4], 0x5555);
	for (unsigned i = 0; i < list.count; i++)
		if (list.id[i] == SCTLR)
			assert_int_equal(list.value[i], 0xabc);
	assert_true(reglist_pull(&list, &m.vcpu[0], &failures));
	assert_int_equal(failures.count, 0);
	assert_int_not_equal(list.value[4], 0x5555);
	machine_close(&m);
}

static void test_reset_leaves_no_stale_value(void **state)
{
	struct reglist list, fresh;
	uint64_t pc;
	struct machine m;

	(void)state;
	list_start(&m, &list, &fake_host_gic3, 0);
	assert_int_equal(reglist_init(&fresh, &m.vcpu[0]), 0);
	/* The guest has run, and the list was read then and changed since. */
	assert_true(fake_reg_poke(0, SCTLR, 0x30d0198d));
	assert_true(fake_reg_poke(0, ARM64_SYS_REG(3, 0, 12, 0, 0), 0x47f00000));
	assert_int_equal(vcpu_reg_set64(&m.vcpu[0], VCPU_CORE_REG(regs.pc), 0x47f00000), 0);
	assert_int_equal(vcpu_reg_set64(&m.vcpu[0], KVM_REG_ARM_TIMER_CVAL, 12345), 0);
	assert_true(reglist_pull(&list, &m.vcpu[0], NULL));
	assert_true(reglist_set(&list, SCTLR, 1));
	assert_true(reglist_set(&list, KVM_REG_ARM_TIMER_CVAL, 99));

	assert_int_equal(reglist_vcpu_reset(&list, &m.vcpu[0], false), 0);
	assert_int_equal(list.count, fresh.count);
	for (unsigned i = 0; i < list.count; i++)
		if (reglist_level(list.id[i]) != REG_FULL)
			assert_int_equal(list.value[i], fresh.value[i]);
	assert_int_equal(vcpu_reg_get(&m.vcpu[0], VCPU_CORE_REG(regs.pc), &pc), 0);
	assert_int_equal(pc, 0);
	/* Nothing was written: that is the caller's, at level REG_RESET. */
	assert_true(reglist_push(&list, &m.vcpu[0], REG_RESET, NULL));
	machine_close(&m);
}

static void reset_both_ways(const struct fake_config *host, uint32_t features)
{
	struct reglist list;
	struct machine m;
	unsigned finalised;

	list_start(&m, &list, host, features);
	finalised = calls_of(KVM_ARM_VCPU_FINALIZE, 0);
	assert_int_equal(reglist_vcpu_reset(&list, &m.vcpu[0], true), 0);
	assert_int_equal(fake_mp_state(0), KVM_MP_STATE_STOPPED);
	assert_int_equal(reglist_vcpu_reset(&list, &m.vcpu[0], false), 0);
	assert_int_equal(fake_mp_state(0), KVM_MP_STATE_RUNNABLE);
	assert_int_equal(fake_inits(0), 3);
	assert_int_equal(calls_of(KVM_ARM_VCPU_FINALIZE, 0), finalised);
	fake_fail_request(KVM_SET_MP_STATE, 1, EINVAL);
	assert_int_equal(reglist_vcpu_reset(&list, &m.vcpu[0], true), -EINVAL);
	machine_close(&m);
}

static void test_reset_starts_or_stops_the_vcpu(void **state)
{
	(void)state;
	reset_both_ways(&fake_host_gic3, 0);
	reset_both_ways(&fake_host_max, 1u << KVM_ARM_VCPU_SVE);
}

static void test_reset_that_fails_says_so(void **state)
{
	struct reglist list;
	struct machine m;

	(void)state;
	list_start(&m, &list, &fake_host_gic3, 0);
	fake_fail_request(KVM_ARM_VCPU_INIT, 1, EINVAL);
	assert_int_equal(reglist_vcpu_reset(&list, &m.vcpu[0], false), -EINVAL);
	fake_fail_request(KVM_GET_ONE_REG, 9, ENOENT);
	assert_int_equal(reglist_vcpu_reset(&list, &m.vcpu[0], false), -EIO);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init_sizes_in_two_steps),
		cmocka_unit_test(test_init_returns_any_other_answer),
		cmocka_unit_test(test_init_sorts_and_filters),
		cmocka_unit_test(test_what_syncs),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_set_and_get_by_id),
		cmocka_unit_test(test_push_keeps_to_its_level),
		cmocka_unit_test(test_push_writes_id_registers_first),
		cmocka_unit_test(test_push_tries_all_and_names_what_failed),
		cmocka_unit_test(test_more_failures_than_are_noted),
		cmocka_unit_test(test_pull_reads_all_and_keeps_what_it_cannot_read),
		cmocka_unit_test(test_reset_leaves_no_stale_value),
		cmocka_unit_test(test_reset_starts_or_stops_the_vcpu),
		cmocka_unit_test(test_reset_that_fails_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
