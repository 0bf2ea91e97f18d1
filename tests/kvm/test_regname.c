// SPDX-License-Identifier: BSD-2-Clause
// kvm/regname.c: names of registers both ways, ID registers in words.
#include "machine.h"

#include "kvm/reglist.h"
#include "kvm/regname.h"

#include <stdlib.h>
#include <string.h>

#define MIDR ARM64_SYS_REG(3, 0, 0, 0, 0)
#define PFR0 ARM64_SYS_REG(3, 0, 0, 4, 0)
#define DFR0 ARM64_SYS_REG(3, 0, 0, 5, 0)
#define MMFR0 ARM64_SYS_REG(3, 0, 0, 7, 0)

static void assert_name(uint64_t id, const char *expected)
{
	char name[40];

	regname_format(id, name, sizeof(name));
	assert_string_equal(name, expected);
	assert_int_equal(regname_find(expected), id);
}

static void test_system_registers(void **state)
{
	(void)state;
	assert_name(MIDR, "MIDR_EL1");
	assert_name(ARM64_SYS_REG(3, 0, 0, 0, 5), "MPIDR_EL1");
	assert_name(ARM64_SYS_REG(3, 0, 1, 0, 0), "SCTLR_EL1");
	assert_name(ARM64_SYS_REG(3, 4, 5, 3, 0), "FPEXC32_EL2");
	assert_name(ARM64_SYS_REG(2, 0, 0, 15, 7), "DBGWCR15_EL1");
	assert_name(ARM64_SYS_REG(2, 0, 0, 0, 4), "DBGBVR0_EL1");
	assert_name(ARM64_SYS_REG(2, 0, 0, 2, 2), "MDSCR_EL1");
	assert_name(ARM64_SYS_REG(3, 3, 14, 8, 0), "PMEVCNTR0_EL0");
	assert_name(ARM64_SYS_REG(3, 3, 14, 11, 6), "PMEVCNTR30_EL0");
	assert_name(ARM64_SYS_REG(3, 3, 14, 12, 1), "PMEVTYPER1_EL0");
	assert_name(ARM64_SYS_REG(3, 3, 14, 15, 7), "PMCCFILTR_EL0");
	assert_name(ARM64_SYS_REG(3, 3, 15, 2, 1), "S3_3_C15_C2_1");
}

static void test_timers_keep_their_swapped_ids(void **state)
{
	(void)state;
	assert_name(0x603000000013df1a, "TIMER_CNT");
	assert_name(0x603000000013df02, "TIMER_CVAL");
	assert_name(0x603000000013df19, "TIMER_CTL");
	assert_name(0x603000000013df01, "PTIMER_CNT");
	assert_name(0x603000000013df11, "PTIMER_CTL");
	assert_name(0x603000000013df12, "PTIMER_CVAL");
	assert_int_equal(regname_find("CNTVCT_EL0"), 0x603000000013df1a);
	assert_int_equal(regname_find("CNTV_CVAL_EL0"), 0x603000000013df02);
	assert_int_equal(regname_find("CNTV_CTL_EL0"), 0x603000000013df19);
}

static void test_core_registers(void **state)
{
	(void)state;
	assert_name(VCPU_CORE_REG(regs.regs[0]), "core x0");
	assert_name(VCPU_CORE_REG(regs.regs[30]), "core x30");
	assert_name(VCPU_CORE_REG(regs.sp), "core sp");
	assert_name(VCPU_CORE_REG(regs.pc), "core pc");
	assert_name(VCPU_CORE_REG(regs.pstate), "core pstate");
	assert_name(VCPU_CORE_REG(elr_el1), "core elr_el1");
	assert_name(VCPU_CORE_REG(spsr[4]), "core spsr[4]");
	assert_name(KVM_REG_ARM64 | KVM_REG_SIZE_U128 | KVM_REG_ARM_CORE |
			    KVM_REG_ARM_CORE_REG(fp_regs.vregs[31]),
		    "core v31");
	assert_name(KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE |
			    KVM_REG_ARM_CORE_REG(fp_regs.fpcr),
		    "core fpcr");
}

static void test_firmware_cache_and_sve_registers(void **state)
{
	char name[24];

	(void)state;
	assert_name(0x6030000000140000, "PSCI_VERSION");
	assert_name(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3, "SMCCC_ARCH_WORKAROUND_3");
	assert_name(KVM_REG_ARM_VENDOR_HYP_BMAP, "VENDOR_HYP_BMAP");
	assert_name(KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | 2, "CCSIDR[2]");
	regname_format(KVM_REG_ARM_FW_REG(99), name, sizeof(name));
	assert_string_equal(name, "FW[99]");
	regname_format(KVM_REG_ARM64_SVE_ZREG(31, 0), name, sizeof(name));
	assert_string_equal(name, "SVE z31");
	regname_format(KVM_REG_ARM64_SVE_PREG(15, 0), name, sizeof(name));
	assert_string_equal(name, "SVE p15");
	regname_format(KVM_REG_ARM64_SVE_FFR(0), name, sizeof(name));
	assert_string_equal(name, "SVE ffr");
	regname_format(KVM_REG_ARM64_SVE_VLS, name, sizeof(name));
	assert_string_equal(name, "SVE vls");
	regname_format(0x2030000000100000, name, sizeof(name)); /* of x86 */
	assert_string_equal(name, "0x2030000000100000");
}

static void test_names_that_are_none(void **state)
{
	static const char *const wrong[] = {
		"",
		"SCTLR",
		"sctlr_el1",
		"core",
		"core ",
		"core x31",
		"core x01",
		"DBGBVR16_EL1",
		"PMEVCNTR31_EL0",
		"CCSIDR[16]",
		"S3_0_C1_C0",
		"S3_0_C1_C0_0x",
		"S4_0_C1_C0_0",
		"S3_8_C1_C0_0",
		"S3_0_C16_C0_0",
		"S3_0_C1_C0_-1",
		"S3_ 0_C1_C0_0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (regname_find(wrong[i]))
			fail_msg("'%s' found", wrong[i]);
	assert_int_equal(regname_find("S3_0_C1_C0_0"), ARM64_SYS_REG(3, 0, 1, 0, 0));
}

static void test_name_is_cut_off_at_the_buffers_end(void **state)
{
	char name[8] = "zzzzzzz";

	(void)state;
	regname_format(MIDR, name, 5);
	assert_string_equal(name, "MIDR");
	assert_int_equal(name[5], 'z');
	regname_format(VCPU_CORE_REG(regs.pstate), name, 4);
	assert_string_equal(name, "cor");
	regname_format(VCPU_CORE_REG(regs.pstate), name, 8);
	assert_string_equal(name, "core ps");
}

/* Every register of the lists of both kernels has a name that leads back to it, and most have one of their own. */
static void check_list(const struct fake_config *host, uint32_t features)
{
	unsigned generic = 0, unnamed = 0;
	struct reglist list;
	struct machine m;

	machine_start(&m, host, features);
	assert_int_equal(reglist_init(&list, &m.vcpu[0]), 0);
	for (unsigned i = 0; i < list.count; i++) {
		char name[40];
		unsigned crm = list.id[i] >> 3 & 15;

		regname_format(list.id[i], name, sizeof(name));
		if (regname_find(name) != list.id[i])
			fail_msg("%s does not lead back to 0x%llx", name,
				 (unsigned long long)list.id[i]);
		if (strncmp(name, "S3_", 3) != 0 && strncmp(name, "S2_", 3) != 0)
			continue;
		/* The ID space holds places without a register. */
		if ((list.id[i] & 0xffff & ~0x7full) == 0xc000 && crm)
			unnamed++;
		else
			generic++;
	}
	assert_int_equal(generic, 0);
	assert_true(unnamed < 32);
	machine_close(&m);
}

static void test_every_register_kvm_lists(void **state)
{
	(void)state;
	check_list(&fake_host_gic3, 0);
	check_list(&fake_host_max, 1u << KVM_ARM_VCPU_SVE | 1u << KVM_ARM_VCPU_PMU_V3);
}

static void test_id_registers_ascend(void **state)
{
	unsigned count = 0;

	(void)state;
	for (const struct regname *reg = regname_id_registers; reg->name; reg++, count++) {
		assert_int_equal(regname_find(reg->name), reg->id);
		if (count)
			assert_true(reg[-1].id < reg->id);
	}
	assert_true(count > 40);
}

static void assert_decoded(uint64_t id, uint64_t value, const char *expected)
{
	char text[512];

	regname_decode(id, value, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void test_decode_of_a_cortex_a57(void **state)
{
	(void)state;
	assert_decoded(MIDR, 0x411fd070, "Arm Cortex-A57 r1p0");
	assert_decoded(
		PFR0, 0x01002222,
		"EL0=AArch64+32 EL1=AArch64+32 EL2=AArch64+32 EL3=AArch64+32 FP AdvSIMD GIC=v3");
	assert_decoded(DFR0, 0x10305106,
		       "Debug=v8 PMU=v3 breakpoints=6 watchpoints=4 ctx_cmps=2 DoubleLock");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 6, 0), 0x00011120,
		       "AES=PMULL SHA1 SHA2=SHA256 CRC32");
	assert_decoded(MMFR0, 0x00001124, "PA=44bit ASID=16bit BigEnd SecureMem 64K 4K");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 1, 0), 0x131, "A32 T32=Thumb-2 Jazelle");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 1, 2), 0x03010066, "Debug=v8 MMapTrace PMU=v3");
}

static void test_decode_of_later_features(void **state)
{
	(void)state;
	assert_decoded(
		PFR0, 0x1101000010110111 | 1ull << 32,
		"EL0=AArch64 EL1=AArch64 EL2=AArch64 FP=FP16 AdvSIMD=FP16 RAS SVE DIT CSV2 CSV3");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 4, 1), 0x321, "BTI SSBS=MSR MTE=v3");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 4, 4), 0x1, "SVE=v2");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 6, 1), 0x51, "DPB=DCCVAP APA=FPACC");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 6, 2), 0x10002, "WFxT MOPS");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 7, 1), 0x10212122,
		       "HAFDBS=AF+DBM VMID=16bit VHE HPD=v2 LOR PAN=v2 XNX");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 7, 2), 0x1011ull << 28 | 0x11, "CnP UAO ST AT FWB");
}

static void test_decode_of_values_without_words(void **state)
{
	(void)state;
	assert_decoded(PFR0, 0xff0007ull | 9ull << 32, "EL0=7 SVE=9");
	assert_decoded(MMFR0, 0x1f0ull | 0xff000000ull, "PA=32bit BigEnd");
	assert_decoded(ARM64_SYS_REG(3, 0, 0, 0, 6), 0x1234, ""); /* REVIDR: no table */
	assert_decoded(ARM64_SYS_REG(3, 0, 1, 0, 0), 0x1234, "");
}

static void test_makers_and_parts(void **state)
{
	(void)state;
	assert_decoded(MIDR, 0x410fd034, "Arm Cortex-A53 r0p4");
	assert_decoded(MIDR, 0x414fd0c1, "Arm Neoverse-N1 r4p1");
	assert_decoded(MIDR, 0x000f0510, "maker 0x00 part 0x051 r0p0");
	assert_decoded(MIDR, 0x610f0230, "Apple part 0x023 r0p0");
	assert_decoded(MIDR, 0x410ffff0, "Arm part 0xfff r0p0");
}

static void test_decode_is_cut_off_at_the_buffers_end(void **state)
{
	char *text = malloc(12);

	(void)state;
	regname_decode(PFR0, 0x1111, text, 12);
	assert_string_equal(text, "EL0=AArch64");
	regname_decode(PFR0, 0x1111, text, 6);
	assert_string_equal(text, "EL0=A");
	regname_decode(PFR0, 0x1111, text, 1);
	assert_string_equal(text, "");
	regname_decode(PFR0, 0x1111, text, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_system_registers),
		cmocka_unit_test(test_timers_keep_their_swapped_ids),
		cmocka_unit_test(test_core_registers),
		cmocka_unit_test(test_firmware_cache_and_sve_registers),
		cmocka_unit_test(test_names_that_are_none),
		cmocka_unit_test(test_name_is_cut_off_at_the_buffers_end),
		cmocka_unit_test(test_every_register_kvm_lists),
		cmocka_unit_test(test_id_registers_ascend),
		cmocka_unit_test(test_decode_of_a_cortex_a57),
		cmocka_unit_test(test_decode_of_later_features),
		cmocka_unit_test(test_decode_of_values_without_words),
		cmocka_unit_test(test_makers_and_parts),
		cmocka_unit_test(test_decode_is_cut_off_at_the_buffers_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
