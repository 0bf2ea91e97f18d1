// SPDX-License-Identifier: BSD-2-Clause
// boot/gdb/registers.c: what the description names, and that values are those registers'.
#include "tests/boot/debugger.h"

#include <stdio.h>

#include "boot/gdb/registers.h"
#include "kvm/insn/bank.h"

#define V0                                                                                         \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U128 | KVM_REG_ARM_CORE |                                    \
	 KVM_REG_ARM_CORE_REG(fp_regs.vregs[0]))
#define X(n) (VCPU_CORE_REG(regs.regs[0]) + 2 * (n))

static char xml[1 << 14];

static void text(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	strncat(xml, bytes, n);
}

static const char *described(void)
{
	xml[0] = '\0';
	registers_describe(&shim.vcpu[0], text, NULL);
	return xml;
}

/* The number of the register called NAME, as gdb counts them; its size agrees. */
static unsigned number(const char *name)
{
	const char *at = described();
	char wanted[40];
	unsigned bits;

	snprintf(wanted, sizeof(wanted), "\"%s\" bitsize=\"", name);
	for (unsigned n = 0; (at = strstr(at, "<reg name=")); n++) {
		at += strlen("<reg name=");
		if (!strncmp(at, wanted, strlen(wanted))) {
			assert_int_equal(sscanf(at + strlen(wanted), "%u", &bits), 1);
			assert_int_equal(registers_size(&shim.vcpu[0], n) * 8, bits);
			return n;
		}
	}
	fail();
	return 0;
}

static uint64_t get(const char *name)
{
	uint8_t value[REGISTERS_VALUE];
	uint64_t low;

	assert_int_equal(registers_get(&shim.vcpu[0], number(name), value), 0);
	memcpy(&low, value, sizeof(low));
	return low;
}

static void set(const char *name, uint64_t low, uint64_t high)
{
	const uint64_t value[2] = { low, high };

	assert_int_equal(registers_set(&shim.vcpu[0], number(name), (const uint8_t *)value), 0);
}

static int setup32(void **state)
{
	struct kvm_vcpu_init init;

	setup(state);
	fake_reset(&fake_host_gic2);
	assert_int_equal(vm_open(&shim.vm, &(const char *){ NULL }), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	init.features[0] = 1u << KVM_ARM_VCPU_PSCI_0_2 | 1u << KVM_ARM_VCPU_EL1_32BIT;
	for (unsigned i = 0; i < VCPUS; i++) {
		assert_int_equal(vcpu_create(&shim.vcpu[i], &shim.vm, i), 0);
		assert_int_equal(vcpu_init(&shim.vcpu[i], &init), 0);
	}
	return 0;
}

static void numbers_are_those_of_the_description(void **state)
{
	unsigned many = 0;

	(void)state;
	for (const char *at = described(); (at = strstr(at, "<reg name=")); at++)
		many++;
	assert_int_equal(registers_count(&shim.vcpu[0]), many);
	assert_int_equal(number("x0"), 0);
	assert_int_equal(number("x30"), 30);
	assert_int_equal(number("sp"), 31);
	assert_int_equal(number("pc"), 32);
	assert_int_equal(number("cpsr"), 33);
	assert_int_equal(number("v0"), 34);
	assert_int_equal(number("fpcr"), 67);
	assert_int_equal(registers_general(&shim.vcpu[0]), 34);
	assert_non_null(strstr(described(), "<architecture>aarch64</architecture>"));
	assert_non_null(strstr(xml, "<feature name=\"org.gnu.gdb.aarch64.core\">"));
	assert_non_null(strstr(xml, "<feature name=\"org.gnu.gdb.aarch64.fpu\">"));
	assert_non_null(strstr(xml, "</feature></target>"));
}

static void general_registers(void **state)
{
	(void)state;
	set("x7", 0x1122334455667788, 0);
	assert_true(reg(0, X(7)) == 0x1122334455667788);
	assert_true(get("x7") == 0x1122334455667788);
	set("pc", CODE + 8, 0);
	assert_true(reg(0, PC) == CODE + 8);
	set("cpsr", EL1H | DAIF, 0);
	assert_true(reg(0, PSTATE) == (EL1H | DAIF));
}

static void the_stack_is_the_levels(void **state)
{
	static const struct {
		uint64_t pstate;
		bool el1;
	} levels[] = { { 0, false }, { 4, false }, { 5, true } };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		reg_is(0, PSTATE, levels[i].pstate);
		reg_is(0, VCPU_CORE_REG(regs.sp), 0x1000);
		reg_is(0, VCPU_CORE_REG(sp_el1), 0x2000);
		assert_int_equal(get("sp"), levels[i].el1 ? 0x2000 : 0x1000);
		assert_int_equal(get("SP_EL0"), 0x1000);
		assert_int_equal(get("SP_EL1"), 0x2000);
		set("sp", 0x3000, 0);
		assert_int_equal(get(levels[i].el1 ? "SP_EL1" : "SP_EL0"), 0x3000);
	}
}

static void simd_and_floating_point(void **state)
{
	uint8_t value[REGISTERS_VALUE];

	(void)state;
	set("v3", 0x0102030405060708, 0x1112131415161718);
	assert_int_equal(registers_get(&shim.vcpu[0], number("v3"), value), 0);
	assert_memory_equal(value, "\x08\7\6\5\4\3\2\1\x18\x17\x16\x15\x14\x13\x12\x11", 16);
	set("fpsr", 0x8000001f, 0);
	set("fpcr", 0x03000000, 0);
	assert_int_equal(get("fpsr"), 0x8000001f);
	assert_int_equal(get("fpcr"), 0x03000000);
}

static void system_registers_by_name(void **state)
{
	(void)state;
	set("TTBR0_EL1", 0x40010000, 0);
	assert_true(reg(0, ARM64_SYS_REG(3, 0, 2, 0, 0)) == 0x40010000);
	set("ELR_EL1", 0x40001234, 0);
	assert_true(reg(0, ELR) == 0x40001234);
	reg_is(0, ESR_EL1, 0x96000004);
	assert_true(get("ESR_EL1") == 0x96000004);
}

static void aarch32_has_its_own(void **state)
{
	(void)state;
	assert_non_null(strstr(described(), "<architecture>arm</architecture>"));
	assert_non_null(strstr(xml, "\"org.gnu.gdb.arm.core\""));
	assert_non_null(strstr(xml, "\"org.gnu.gdb.arm.vfp\""));
	assert_int_equal(number("r12"), 12);
	assert_int_equal(number("pc"), 15);
	assert_int_equal(registers_general(&shim.vcpu[0]), 17);
	assert_null(strstr(described(), "SP_EL1"));
	/* Those of the mode. */
	reg_is(0, PSTATE, 0x1d3); /* svc */
	set("sp", 0x40002000, 0);
	assert_true(reg(0, X(bank_reg(0x1d3, 13))) == 0x40002000);
	assert_true(bank_reg(0x1d3, 13) != 13);
	set("lr", 0x40003000, 0);
	assert_true(reg(0, X(bank_reg(0x1d3, 14))) == 0x40003000);
	set("r8", 8, 0);
	assert_true(reg(0, X(8)) == 8);
	set("d5", 0x1122334455667788, 0);
	set("d4", 1, 0);
	assert_true(get("d5") == 0x1122334455667788);
	assert_true(get("d4") == 1);
	set("fpscr", 0xb3c0009f, 0);
	assert_true(get("fpscr") == 0xb3c0009f);
}

static void what_is_asked_for_at_each_stop(void **state)
{
	const bool aarch32 = shim.vcpu[0].init.features[0] & 1u << KVM_ARM_VCPU_EL1_32BIT;
	static const char *const names[][2] = {
		{ "pc", "pc" },	  { "sp", "sp" },  { "cpsr", "cpsr" },
		{ "x29", "r11" }, { "x30", "lr" },
	};

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(registers_expedited(&shim.vcpu[0], i), number(names[i][aarch32]));
	assert_int_equal(registers_expedited(&shim.vcpu[0], 5), -1);
}

#define TEST32(f) cmocka_unit_test_setup_teardown(f, setup32, NULL)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_are_those_of_the_description),
		TEST(general_registers),
		TEST(the_stack_is_the_levels),
		TEST(simd_and_floating_point),
		TEST(system_registers_by_name),
		TEST(what_is_asked_for_at_each_stop),
		TEST32(aarch32_has_its_own),
		TEST32(what_is_asked_for_at_each_stop),
	};

	return cmocka_run_group_tests_name("boot/gdb/registers", tests, NULL, NULL);
}
