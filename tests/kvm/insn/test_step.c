// SPDX-License-Identifier: BSD-2-Clause
// kvm/insn/step.c: by instruction words, what is masked, what is done here, and what the guest sees.
#include "tests/kvm/insn/cpu.h"

#include "kvm/insn/step.h"

#define D (1u << 9)
#define A (1u << 8)
#define I (1u << 7)
#define F (1u << 6)
#define EL1H 5u
#define EL0 0u
#define NRW (1u << 4)
#define T (1u << 5)
#define SS (1u << 21)
#define BTYPE (1u << 10)
#define SVC (NRW | 3)
#define USR NRW
#define IRQ (NRW | 2)
#define Z (1u << 30)
#define VBAR (RAM + 0x2000)

static struct step step;

static void at(uint32_t word, uint64_t pstate)
{
	t.cpu.aarch32 = pstate & NRW;
	t.cpu.known = t.cpu.changed = 0;
	if (pstate & T && word > 0xffff)
		word = word >> 16 | word << 16;
	memcpy(t.ram, &word, sizeof(word));
	t.reg[INSN_PC] = RAM;
	t.reg[INSN_PSTATE] = pstate;
	t.reg[INSN_VBAR] = VBAR;
	t.reg[INSN_SCTLR] = 0;
}

static bool begun(uint32_t word, uint64_t pstate)
{
	bool done;

	at(word, pstate);
	done = step_begin(&step, &t.cpu);
	assert_int_equal(insn_push(&t.cpu), 0);
	return done;
}

/* As after the instruction, at PC and with PSTATE. */
static void ended(uint64_t pc, uint64_t pstate)
{
	t.reg[INSN_PC] = pc;
	t.reg[INSN_PSTATE] = pstate;
	step_end(&step, &t.cpu, true);
	assert_int_equal(insn_push(&t.cpu), 0);
}

/* --- A64 --------------------------------------------------------------------------------------- */

static void plain_masked(void **state)
{
	(void)state;
	assert_false(begun(0x91000400, EL1H | F | Z)); /* add x0, x0, #1 */
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | I | F | Z);
	ended(RAM + 4, EL1H | I | F);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | F);
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
}

static void branch_to_itself(void **state)
{
	(void)state;
	assert_false(begun(0x14000000, EL1H)); /* b . */
	ended(RAM, EL1H | I | F);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H);
}

static void nothing_where_pc_leads_nowhere(void **state)
{
	(void)state;
	at(0, EL1H);
	t.reg[INSN_PC] = 0x1000;
	assert_false(step_begin(&step, &t.cpu));
	assert_int_equal(step.word, 0);
	assert_int_equal(insn_push(&t.cpu), 0);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | I | F);
}

static void mrs_daif(void **state)
{
	(void)state;
	assert_false(begun(0xd53b4223, EL1H | D | F)); /* mrs x3, daif */
	t.reg[3] = D | I | F;
	ended(RAM + 4, EL1H | D | I | F);
	assert_int_equal(t.reg[3], D | F);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | D | F);
	/* XZR */
	assert_false(begun(0xd53b423f, EL1H));
	t.sets = 0;
	ended(RAM + 4, EL1H | I | F);
	assert_int_equal(t.sets, 1);
}

static void msr_daifset(void **state)
{
	(void)state;
	assert_true(begun(0xd50342df, EL1H | BTYPE | SS)); /* msr daifset, #2 */
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | I);
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
	assert_true(begun(0xd5034fdf, EL1H)); /* #15 */
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | D | A | I | F);
}

static void msr_daifclr(void **state)
{
	(void)state;
	assert_true(begun(0xd50342ff, EL1H | D | A | I | F)); /* msr daifclr, #2 */
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | D | A | F);
}

static void msr_daif_register(void **state)
{
	(void)state;
	t.reg[7] = 0xffffffffffff0000 | A | I;
	assert_true(begun(0xd51b4227, EL1H | D | F | Z)); /* msr daif, x7 */
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | A | I | Z);
	assert_true(begun(0xd51b423f, EL1H | D | F)); /* xzr */
	assert_int_equal(t.reg[INSN_PSTATE], EL1H);
}

/* There it traps, or does what SCTLR.UMA lets it. */
static void el0_runs_natively(void **state)
{
	(void)state;
	assert_false(begun(0xd50342ff, EL0 | I));
	assert_int_equal(t.reg[INSN_PSTATE], EL0 | I | F);
}

static void wait_is_over_at_once(void **state)
{
	(void)state;
	assert_true(begun(0xd503207f, EL1H | F)); /* wfi */
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | F);
	assert_true(begun(0xd503205f, EL1H)); /* wfe */
	assert_false(begun(0xd503201f, EL1H)); /* nop */
	assert_false(begun(0xd503209f, EL1H)); /* sev */
}

static void eret_takes_the_guests_spsr(void **state)
{
	static const uint32_t words[] = { 0xd69f03e0, 0xd69f0bff, 0xd69f0fff };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		t.reg[INSN_SPSR] = EL0 | F | Z;
		assert_false(begun(words[i], EL1H | D | A | I | F));
		assert_int_equal(t.reg[INSN_SPSR], EL0 | I | F | Z);
		ended(RAM + 0x100, EL0 | I | F | Z);
		assert_int_equal(t.reg[INSN_SPSR], EL0 | F | Z);
		assert_int_equal(t.reg[INSN_PSTATE], EL0 | F | Z);
	}
}

static void eret_not_done_leaves_spsr(void **state)
{
	(void)state;
	t.reg[INSN_SPSR] = EL0;
	assert_false(begun(0xd69f03e0, EL1H | I));
	step_end(&step, &t.cpu, false);
	assert_int_equal(insn_push(&t.cpu), 0);
	assert_int_equal(t.reg[INSN_SPSR], EL0);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | I);
}

/* SVC, an abort and SError: SPSR_EL1 holds the guest's own masks, PSTATE the exception's. */
static void exception_saves_the_guests_masks(void **state)
{
	static const struct {
		uint32_t word;
		unsigned vector, elr;
		uint64_t from;
	} rows[] = {
		{ 0xd4000001, 0x400, 4, EL0 | F }, /* svc */
		{ 0xd4000001, 0x200, 4, EL1H },
		{ 0xf9400020, 0x200, 0, EL1H | I }, /* ldr x0, [x1] */
		{ 0xf9400020, 0x380, 8, EL1H | F }, /* SError */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_false(begun(rows[i].word, rows[i].from));
		t.reg[INSN_ELR] = RAM + rows[i].elr;
		t.reg[INSN_SPSR] = rows[i].from | I | F;
		ended(VBAR + rows[i].vector, EL1H | D | A | I | F);
		assert_int_equal(t.reg[INSN_SPSR], rows[i].from);
		assert_int_equal(t.reg[INSN_PSTATE], EL1H | D | A | I | F);
	}
}

/* A branch to the vectors is none. */
static void branch_to_vector(void **state)
{
	(void)state;
	assert_false(begun(0xd61f0000, EL1H | D | A)); /* br x0 */
	t.reg[INSN_ELR] = RAM + 0x800;
	t.reg[INSN_SPSR] = EL1H | I | F;
	ended(VBAR + 0x200, EL1H | D | A | I | F);
	assert_int_equal(t.reg[INSN_SPSR], EL1H | I | F);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | D | A);
}

static void eret_that_faults(void **state)
{
	(void)state;
	t.reg[INSN_SPSR] = EL0;
	assert_false(begun(0xd69f0bff, EL1H | F)); /* eretaa */
	t.reg[INSN_ELR] = RAM;
	t.reg[INSN_SPSR] = EL1H | I | F;
	ended(VBAR + 0x200, EL1H | D | A | I | F);
	assert_int_equal(t.reg[INSN_SPSR], EL1H | F);
}

static void call_that_comes_back(void **state)
{
	(void)state;
	assert_false(begun(0xd4000002, EL1H)); /* hvc */
	assert_true(step_calls(&step));
	ended(RAM + 4, EL1H | I | F);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H);
}

/* CPU_OFF, then CPU_ON. */
static void call_that_comes_back_elsewhere(void **state)
{
	(void)state;
	assert_false(begun(0xd4000002, EL1H));
	ended(RAM + 0x1000, EL1H | D | A | I | F);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H | D | A | I | F);
}

static void not_done(void **state)
{
	(void)state;
	assert_false(begun(0xd53b4223, EL1H)); /* mrs x3, daif */
	t.reg[3] = 77 | I;
	step_end(&step, &t.cpu, false);
	assert_int_equal(insn_push(&t.cpu), 0);
	assert_int_equal(t.reg[3], 77 | I);
	assert_int_equal(t.reg[INSN_PSTATE], EL1H);
	/* Told by the PC: done in the kernel, for example, where the access was a device's. */
	assert_false(begun(0xd53b4223, EL1H));
	t.reg[3] = I | F;
	t.reg[INSN_PC] = RAM + 4;
	step_end(&step, &t.cpu, false);
	assert_int_equal(insn_push(&t.cpu), 0);
	assert_int_equal(t.reg[3], 0);
}

/* --- A32, T32 ---------------------------------------------------------------------------------- */

static void a32_reads(void **state)
{
	(void)state;
	assert_false(begun(0xe10f4000, SVC | F)); /* mrs r4, cpsr */
	t.reg[4] = SVC | I | F;
	ended(RAM + 4, SVC | I | F);
	assert_int_equal(t.reg[4], SVC | F);
	assert_int_equal(t.reg[INSN_PSTATE], SVC | F);
	/* Its condition fails. */
	assert_false(begun(0x010f4000, SVC)); /* mrseq */
	t.reg[4] = 0xc0;
	ended(RAM + 4, SVC | I | F);
	assert_int_equal(t.reg[4], 0xc0);
	/* Banked: R14_svc. */
	assert_false(begun(0xe10fe000, SVC));
	t.reg[18] = SVC | I | F;
	ended(RAM + 4, SVC | I | F);
	assert_int_equal(t.reg[18], SVC);
}

static void a32_changes(void **state)
{
	(void)state;
	assert_true(begun(0xf1080080, SVC | I | F)); /* cpsie i */
	assert_int_equal(t.reg[INSN_PSTATE], SVC | F);
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
	assert_true(begun(0xf10c00c0, SVC)); /* cpsid if */
	assert_int_equal(t.reg[INSN_PSTATE], SVC | I | F);
	assert_true(begun(0xf10e0092, SVC)); /* cpsid i, #0x12 */
	assert_int_equal(t.reg[INSN_PSTATE], IRQ | I);
	assert_true(begun(0xf1020012, SVC | F)); /* cps #0x12 */
	assert_int_equal(t.reg[INSN_PSTATE], IRQ | F);
	assert_false(begun(0xf1020016, SVC)); /* no mode of EL1 */
	assert_false(begun(0xf1080080, USR | I)); /* there it does nothing */
}

static void a32_writes(void **state)
{
	static const uint32_t own[] = { 0xe121f000, 0xe321f013, 0xe129f001, 0xf8bd0a00 };
	static const uint32_t flags[] = { 0xe128f000, 0xe328f20f, 0xe169f000, 0xe320f004 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) { /* msr cpsr_c, r0; #0x13; cpsr_fc, r1; rfeia sp! */
		assert_false(begun(own[i], SVC | I | F));
		ended(RAM + 4, SVC | F);
		assert_int_equal(t.reg[INSN_PSTATE], SVC | F);
	}
	for (unsigned i = 0; i < 4; i++) { /* msr cpsr_f, r0; #; spsr_fc, r0; sev */
		assert_false(begun(flags[i], SVC));
		ended(RAM + 4, SVC | I | F);
		assert_int_equal(t.reg[INSN_PSTATE], SVC);
	}
}

static void a32_returns(void **state)
{
	/* movs pc, lr; subs pc, lr, #4; ldm sp!, {r0, pc}^ */
	static const uint32_t words[] = { 0xe1b0f00e, 0xe25ef004, 0xe8fd8001 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		t.reg[INSN_SPSR_IRQ] = SVC | T | F;
		assert_false(begun(words[i], IRQ | I));
		assert_int_equal(t.reg[INSN_SPSR_IRQ], SVC | T | I | F);
		ended(RAM + 0x100, SVC | T | I | F);
		assert_int_equal(t.reg[INSN_SPSR_IRQ], SVC | T | F);
		assert_int_equal(t.reg[INSN_PSTATE], SVC | T | F);
	}
	/* tst r0, r1; movs r0, r1; ldm r0, {r1}^: none */
	assert_false(begun(0xe110f001, IRQ));
	assert_int_equal(t.reg[INSN_SPSR_IRQ], SVC | T | F);
	assert_false(begun(0xe1b00001, IRQ));
	assert_int_equal(t.reg[INSN_SPSR_IRQ], SVC | T | F);
}

static void a32_exceptions(void **state)
{
	static const struct {
		unsigned vector, mode, lr, away;
		enum insn_reg spsr;
	} rows[] = {
		{ 0x04, NRW | 11, 22, 4, INSN_SPSR_UND },
		{ 0x08, SVC, 18, 4, INSN_SPSR },
		{ 0x0c, NRW | 7, 20, 4, INSN_SPSR_ABT },
		{ 0x10, NRW | 7, 20, 8, INSN_SPSR_ABT },
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_false(begun(0xef000000, USR)); /* svc */
		t.reg[rows[i].spsr] = USR | I | F;
		t.reg[rows[i].lr] = RAM + rows[i].away;
		ended(VBAR + rows[i].vector, rows[i].mode | I | F);
		assert_int_equal(t.reg[rows[i].spsr], USR);
		assert_int_equal(t.reg[INSN_PSTATE], rows[i].mode | I);
	}
}

static void t32(void **state)
{
	(void)state;
	assert_true(begun(0xb662, SVC | T | I | F)); /* cpsie i */
	assert_int_equal(t.reg[INSN_PSTATE], SVC | T | F);
	assert_int_equal(t.reg[INSN_PC], RAM + 2);
	assert_true(begun(0xb673, SVC | T)); /* cpsid if */
	assert_int_equal(t.reg[INSN_PSTATE], SVC | T | I | F);
	assert_true(begun(0xf3af8640, SVC | T | F)); /* cpsid.w i */
	assert_int_equal(t.reg[INSN_PSTATE], SVC | T | I | F);
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
}

static void t32_wide(void **state)
{
	(void)state;
	assert_true(begun(0xf3af8752, SVC | T | I)); /* cpsid i, #0x12 */
	assert_int_equal(t.reg[INSN_PSTATE], IRQ | T | I);
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
	assert_true(begun(0xf3af8003, SVC | T)); /* wfi.w */
	assert_int_equal(t.reg[INSN_PC], RAM + 4);
	assert_true(begun(0xbf30, SVC | T)); /* wfi */
	assert_int_equal(t.reg[INSN_PC], RAM + 2);
	assert_false(begun(0xf3af8000, SVC | T)); /* nop.w */
	assert_false(begun(0xf3ef8300, SVC | T)); /* mrs r3, cpsr */
	t.reg[3] = SVC | I | F;
	ended(RAM + 4, SVC | T | I | F);
	assert_int_equal(t.reg[3], SVC);
	assert_false(begun(0xf3808100, SVC | T | I)); /* msr cpsr_c, r0 */
	ended(RAM + 4, SVC | T);
	assert_int_equal(t.reg[INSN_PSTATE], SVC | T);
	t.reg[INSN_SPSR_IRQ] = SVC;
	assert_false(begun(0xf3de8f04, IRQ | T)); /* subs pc, lr, #4 */
	assert_int_equal(t.reg[INSN_SPSR_IRQ], SVC | I | F);
	ended(RAM + 0x10, SVC | I | F);
	assert_int_equal(t.reg[INSN_PSTATE], SVC);
}

/* An IT block goes on behind what is done here. */
static void t32_it_advances(void **state)
{
	const uint64_t it_al_2 = 0xeull << 12 | 1ull << 11; /* ITSTATE 0xe8 >> : two to go */

	(void)state;
	assert_true(begun(0xbf30, SVC | T | it_al_2));
	assert_int_equal(t.reg[INSN_PSTATE] & 0xfc00, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(plain_masked, test_cpu_setup),
		cmocka_unit_test_setup(branch_to_itself, test_cpu_setup),
		cmocka_unit_test_setup(nothing_where_pc_leads_nowhere, test_cpu_setup),
		cmocka_unit_test_setup(mrs_daif, test_cpu_setup),
		cmocka_unit_test_setup(msr_daifset, test_cpu_setup),
		cmocka_unit_test_setup(msr_daifclr, test_cpu_setup),
		cmocka_unit_test_setup(msr_daif_register, test_cpu_setup),
		cmocka_unit_test_setup(el0_runs_natively, test_cpu_setup),
		cmocka_unit_test_setup(wait_is_over_at_once, test_cpu_setup),
		cmocka_unit_test_setup(eret_takes_the_guests_spsr, test_cpu_setup),
		cmocka_unit_test_setup(eret_not_done_leaves_spsr, test_cpu_setup),
		cmocka_unit_test_setup(exception_saves_the_guests_masks, test_cpu_setup),
		cmocka_unit_test_setup(branch_to_vector, test_cpu_setup),
		cmocka_unit_test_setup(eret_that_faults, test_cpu_setup),
		cmocka_unit_test_setup(call_that_comes_back, test_cpu_setup),
		cmocka_unit_test_setup(call_that_comes_back_elsewhere, test_cpu_setup),
		cmocka_unit_test_setup(not_done, test_cpu_setup),
		cmocka_unit_test_setup(a32_reads, test_cpu_setup),
		cmocka_unit_test_setup(a32_changes, test_cpu_setup),
		cmocka_unit_test_setup(a32_writes, test_cpu_setup),
		cmocka_unit_test_setup(a32_returns, test_cpu_setup),
		cmocka_unit_test_setup(a32_exceptions, test_cpu_setup),
		cmocka_unit_test_setup(t32, test_cpu_setup),
		cmocka_unit_test_setup(t32_wide, test_cpu_setup),
		cmocka_unit_test_setup(t32_it_advances, test_cpu_setup),
	};

	return cmocka_run_group_tests_name("kvm/insn/step", tests, NULL, NULL);
}
