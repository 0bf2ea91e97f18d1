// SPDX-License-Identifier: BSD-2-Clause
// kvm/insn/bank.c: which register of KVM's is which of a mode's; IT blocks.
#include "tests/kvm/insn/cpu.h"

#include "kvm/insn/bank.h"

enum { USR = 0x10, FIQ, IRQ, SVC, ABT = 0x17, UND = 0x1b, SYS = 0x1f };

/* Arm ARM (DDI 0487) D1.20.1, the table that maps AArch32's registers to X0 to X30. */
static void registers_of_each_mode(void **state)
{
	static const struct {
		unsigned mode, r8, r12, r13, r14;
	} rows[] = {
		{ USR, 8, 12, 13, 14 }, { SYS, 8, 12, 13, 14 }, { FIQ, 24, 28, 29, 30 },
		{ IRQ, 8, 12, 17, 16 }, { SVC, 8, 12, 19, 18 }, { ABT, 8, 12, 21, 20 },
		{ UND, 8, 12, 23, 22 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t cpsr = 0xf00001e0 | rows[i].mode;

		for (unsigned reg = 0; reg < 8; reg++)
			assert_int_equal(bank_reg(cpsr, reg), reg);
		for (unsigned reg = 8; reg < 13; reg++)
			assert_int_equal(bank_reg(cpsr, reg), rows[i].r8 + reg - 8);
		assert_int_equal(bank_reg(cpsr, 12), rows[i].r12);
		assert_int_equal(bank_reg(cpsr, 13), rows[i].r13);
		assert_int_equal(bank_reg(cpsr, 14), rows[i].r14);
	}
}

static uint64_t with_it(uint64_t it)
{
	return 0xf80001f3 | (it & 3) << 25 | (it & 0xfc) << 8;
}

/* ITAdvance() for all states; nothing else of CPSR changes. */
static void it_advances(void **state)
{
	(void)state;
	for (unsigned it = 0; it < 256; it++) {
		unsigned next = it & 7 ? (it & 0xe0) | (it & 0xf) << 1 : 0;

		assert_int_equal(bank_it_advance(with_it(it)), with_it(next));
	}
	/* ITE EQ: 0000 1100; then the other one, NE: 0001 1000; then none. */
	assert_int_equal(bank_it_advance(with_it(0x0c)), with_it(0x18));
	assert_int_equal(bank_it_advance(with_it(0x18)), with_it(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_of_each_mode),
		cmocka_unit_test(it_advances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
