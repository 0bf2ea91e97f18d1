// SPDX-License-Identifier: BSD-2-Clause
// A vCPU's registers as a struct insn_cpu.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "kvm/insn/onereg.h"
#include "tests/kvm/machine.h"

static struct machine m;
static struct onereg o;

static void begin(const struct fake_config *host, uint32_t features)
{
	machine_start(&m, host, features);
	memset(&o, 0, sizeof(o));
	onereg_bind(&o, &m.vcpu[0]);
}

static void general_registers_and_those_behind(void **state)
{
	static const struct {
		enum insn_reg reg;
		uint64_t id;
	} rows[] = {
		{ 0, VCPU_CORE_REG(regs.regs[0]) },
		{ 30, VCPU_CORE_REG(regs.regs[30]) },
		{ INSN_PC, VCPU_CORE_REG(regs.pc) },
		{ INSN_SP_EL0, VCPU_CORE_REG(regs.sp) },
		{ INSN_SP_EL1, VCPU_CORE_REG(sp_el1) },
		{ INSN_ELR, VCPU_CORE_REG(elr_el1) },
		{ INSN_SPSR, VCPU_CORE_REG(spsr[0]) },
		{ INSN_SPSR_ABT, VCPU_CORE_REG(spsr[1]) },
		{ INSN_SCTLR, ARM64_SYS_REG(3, 0, 1, 0, 0) },
		{ INSN_TCR, ARM64_SYS_REG(3, 0, 2, 0, 2) },
		{ INSN_TTBR0, ARM64_SYS_REG(3, 0, 2, 0, 0) },
		{ INSN_TTBR1, ARM64_SYS_REG(3, 0, 2, 0, 1) },
		{ INSN_ESR, ARM64_SYS_REG(3, 0, 5, 2, 0) },
		{ INSN_FAR, ARM64_SYS_REG(3, 0, 6, 0, 0) },
		{ INSN_VBAR, ARM64_SYS_REG(3, 0, 12, 0, 0) },
	};

	(void)state;
	begin(&fake_host_gic3, 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t value = 0;

		assert_int_equal(vcpu_reg_set64(&m.vcpu[0], rows[i].id, 0x1000 + i), 0);
		assert_int_equal(insn_get(&o.cpu, rows[i].reg), 0x1000 + i);
		insn_set(&o.cpu, rows[i].reg, 0x2000 + i);
		assert_int_equal(insn_push(&o.cpu), 0);
		assert_int_equal(vcpu_reg_get(&m.vcpu[0], rows[i].id, &value), 0);
		assert_int_equal(value, 0x2000 + i);
	}
	assert_int_equal(o.cpu.zero_block, 64);
	assert_false(o.cpu.aarch32);
	machine_close(&m);
}

static void aarch32_is_what_the_vcpu_was_made_as(void **state)
{
	(void)state;
	begin(&fake_host_gic3, 1u << KVM_ARM_VCPU_EL1_32BIT);
	assert_true(o.cpu.aarch32);
	machine_close(&m);
}

/* By V registers, and by Z where the vCPU has SVE. */
static void simd_registers(void **state)
{
	static const uint32_t features[] = { 0, 1u << KVM_ARM_VCPU_SVE };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin(&fake_host_max, features[i]);
		for (unsigned reg = 0; reg < 32; reg++) {
			const uint64_t value[2] = { 0x1111 + reg, 0x2222 + reg };
			uint64_t got[2] = { 0 };

			assert_int_equal(o.cpu.simd_set(&o.cpu, reg, value), 0);
			assert_int_equal(o.cpu.simd_get(&o.cpu, reg, got), 0);
			assert_memory_equal(got, value, 16);
		}
		for (unsigned reg = 0; reg < 32; reg++) {
			uint64_t got[2] = { 0 };

			assert_int_equal(o.cpu.simd_get(&o.cpu, reg, got), 0);
			assert_int_equal(got[0], 0x1111 + reg);
		}
		machine_close(&m);
	}
}

static void first_error_is_what_push_returns(void **state)
{
	(void)state;
	begin(&fake_host_gic3, 0);
	fake_fail_request(KVM_GET_ONE_REG, 1, EINTR);
	assert_int_equal(insn_get(&o.cpu, 5), 0);
	insn_set(&o.cpu, 6, 1);
	assert_int_equal(insn_push(&o.cpu), -EINTR);
	assert_int_equal(insn_get(&o.cpu, 6), 0);
	insn_set(&o.cpu, 6, 1);
	fake_fail_request(KVM_SET_ONE_REG, 1, EIO);
	assert_int_equal(insn_push(&o.cpu), -EIO);
	assert_int_equal(insn_push(&o.cpu), 0);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(general_registers_and_those_behind),
		cmocka_unit_test(aarch32_is_what_the_vcpu_was_made_as),
		cmocka_unit_test(simd_registers),
		cmocka_unit_test(first_error_is_what_push_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
