// SPDX-License-Identifier: BSD-2-Clause
// kvm/insn/fault_a32.c: DFSR of each fault, and the state at the vector.
#include "tests/kvm/insn/cpu.h"

#include "kvm/insn/fault_a32.h"
#include "kvm/insn/walk.h"

#define TTBCR_EAE (1ull << 31)
#define SVC_T32_IT 0x6a008d33ull /* Z, C, Q, IT, GE 0; T32, SVC, A and F open, big-endian off */

static int setup(void **state)
{
	test_cpu_setup(state);
	t.cpu.aarch32 = true;
	t.reg[INSN_PSTATE] = SVC_T32_IT;
	t.reg[INSN_PC] = 0x8002;
	t.reg[INSN_VBAR] = 0x40008000;
	t.reg[INSN_SCTLR] = 1ull << 23;
	t.reg[INSN_FAR] = 0x1234567800000000;
	return 0;
}

static uint64_t dfsr(enum walk_kind kind, int level, unsigned domain, bool write)
{
	struct walk_fault fault = { kind, level, domain };

	fault_a32(&t.cpu, 0xdeadbeef, &fault, write);
	assert_int_equal(insn_push(&t.cpu), 0);
	return t.reg[INSN_ESR];
}

/* Arm ARM (DDI 0487) G5.10.2, table of DFSR.FS: bit 10 and bits 3:0. */
static void short_descriptors(void **state)
{
	(void)state;
	assert_int_equal(dfsr(WALK_TRANSLATION, 1, 0, false), 0x005);
	assert_int_equal(dfsr(WALK_TRANSLATION, 2, 3, false), 0x037);
	assert_int_equal(dfsr(WALK_ACCESS_FLAG, 1, 1, false), 0x013);
	assert_int_equal(dfsr(WALK_ACCESS_FLAG, 2, 1, false), 0x016);
	assert_int_equal(dfsr(WALK_DOMAIN, 1, 15, true), 0x8f9);
	assert_int_equal(dfsr(WALK_DOMAIN, 2, 2, true), 0x82b);
	assert_int_equal(dfsr(WALK_PERMISSION, 1, 0, true), 0x80d);
	assert_int_equal(dfsr(WALK_PERMISSION, 2, 0, true), 0x80f);
	assert_int_equal(dfsr(WALK_TABLE, 1, 0, false), 0x00c);
	assert_int_equal(dfsr(WALK_TABLE, 2, 0, false), 0x00e);
	assert_int_equal(dfsr(WALK_EXTERNAL, 0, 0, true), 0x808);
	assert_int_equal(dfsr(WALK_ALIGNMENT, 0, 0, false), 0x001);
}

/* BKPT: LR is the next instruction's, whatever its length; DFSR and DFAR stay. */
static void breakpoint(void **state)
{
	(void)state;
	t.reg[INSN_ESR] = 77;
	fault_break_a32(&t.cpu);
	assert_int_equal(insn_push(&t.cpu), 0);
	assert_int_equal(t.reg[INSN_IFSR], 0x02);
	assert_int_equal(t.reg[INSN_ESR], 77);
	assert_int_equal(t.reg[20], 0x8006);
	assert_int_equal(t.reg[INSN_SPSR_ABT], SVC_T32_IT);
	assert_int_equal(t.reg[INSN_PSTATE] & 0x1f, 0x17);
	assert_int_equal(t.reg[INSN_PC], 0x4000800c);
	t.reg[INSN_TCR] = TTBCR_EAE;
	t.reg[INSN_PC] = 0x8002;
	fault_break_a32(&t.cpu);
	assert_int_equal(insn_push(&t.cpu), 0);
	assert_int_equal(t.reg[INSN_IFSR], 0x222);
}

static void long_descriptors(void **state)
{
	static const struct {
		enum walk_kind kind;
		unsigned status;
	} leveled[] = {
		{ WALK_ADDRESS_SIZE, 0 }, { WALK_TRANSLATION, 4 }, { WALK_ACCESS_FLAG, 8 },
		{ WALK_PERMISSION, 12 },  { WALK_TABLE, 0x14 },
	};

	(void)state;
	t.reg[INSN_TCR] = TTBCR_EAE;
	for (unsigned i = 0; i < sizeof(leveled) / sizeof(leveled[0]); i++)
		for (int level = 1; level < 4; level++)
			assert_int_equal(dfsr(leveled[i].kind, level, 0, false),
					 0x200 | (leveled[i].status + (unsigned)level));
	assert_int_equal(dfsr(WALK_EXTERNAL, 3, 0, true), 0xa10);
	assert_int_equal(dfsr(WALK_ALIGNMENT, 0, 0, true), 0xa21);
}

/* Abort mode, A32, IT and the rest as after an entry; R14_abt and SPSR_abt where KVM has them. */
static void state_at_the_vector(void **state)
{
	(void)state;
	dfsr(WALK_TRANSLATION, 2, 0, false);
	assert_int_equal(t.reg[INSN_PC], 0x40008010);
	assert_int_equal(t.reg[INSN_PSTATE], (SVC_T32_IT & 0xf80f0040) | 0x180 | 0x17);
	assert_int_equal(t.reg[INSN_SPSR_ABT], SVC_T32_IT);
	assert_int_equal(t.reg[20], 0x800a);
	assert_int_equal(t.reg[INSN_FAR], 0x12345678deadbeef);
}

static void sctlr_has_its_say(void **state)
{
	(void)state;
	/* V, EE, TE, DSSBS, and SPAN 0 */
	t.reg[INSN_SCTLR] = 1ull << 13 | 1ull << 25 | 1ull << 30 | 1ull << 31;
	dfsr(WALK_TRANSLATION, 2, 0, false);
	assert_int_equal(t.reg[INSN_PC], 0xffff0010);
	assert_int_equal(t.reg[INSN_PSTATE],
			 (SVC_T32_IT & 0xf80f0040) | 3 << 22 | 0x200 | 0x180 | 0x20 | 0x17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(short_descriptors, setup),
		cmocka_unit_test_setup(long_descriptors, setup),
		cmocka_unit_test_setup(breakpoint, setup),
		cmocka_unit_test_setup(state_at_the_vector, setup),
		cmocka_unit_test_setup(sctlr_has_its_say, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
