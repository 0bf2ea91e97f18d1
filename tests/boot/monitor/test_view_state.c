// SPDX-License-Identifier: BSD-2-Clause
// info regs, sysregs, gic, timers, devices, map, exits.
#include "tests/boot/viewer.h"

#define ESR SYSREG(3, 0, 5, 2, 0)
#define ELR VCPU_CORE_REG(elr_el1)
#define SPSR VCPU_CORE_REG(spsr[KVM_SPSR_EL1])
#define GICD_CTLR 0x0
#define GICD_ISENABLER 0x100
#define GICD_ISPENDR 0x200
#define GICD_ISACTIVER 0x300
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR 0x800
#define GICD_ICFGR 0xc00

static int setup_v2(void **state)
{
	(void)state;
	viewer_open(false, 0);
	return 0;
}

static int setup32(void **state)
{
	(void)state;
	viewer_open(true, 1u << KVM_ARM_VCPU_EL1_32BIT);
	return 0;
}

/*
 * --- registers -----------------------------------------------------------------------------------
 */

static void registers_of_the_selected_vcpu(void **state)
{
	(void)state;
	reg_is(0, PC, 0x40001000);
	reg_is(0, PSTATE, 0x600003c5);
	for (unsigned i = 0; i < 31; i++)
		reg_is(0, X(i), i + 0x100);
	reg_is(0, ELR, 0x40002000);
	reg_is(0, SPSR, 0x3c4);
	reg_is(1, PC, 0x40003000);
	says("info regs", "vCPU 0  pc 0x40001000\n"
			  "pstate 600003c5  EL1h -ZC- masked: D SError IRQ FIQ\n"
			  "x0  0000000000000100  x1  0000000000000101  x2  0000000000000102\n");
	says("info regs", "x30 000000000000011e\nsp_el0 ");
	says("info regs", "elr    0000000040002000  spsr   00000000000003c4\n");
	says("vcpu 1", "vCPU 1 of 2");
	says("info regs", "vCPU 1  pc 0x40003000\n");
	says("dump", "vCPU 0  pc 0x40001000\n");
	says("dump", "vCPU 1  pc 0x40003000\n");
}

static void aarch32_has_the_registers_of_its_mode(void **state)
{
	(void)state;
	reg_is(0, PC, 0x8000);
	for (unsigned i = 0; i < 31; i++)
		reg_is(0, X(i), i + 0x100);
	reg_is(0, VCPU_CORE_REG(spsr[KVM_SPSR_ABT]), 0x13);
	reg_is(0, PSTATE, 0x800001f7);
	says("info regs", "vCPU 0  pc 0x8000\n"
			  "pstate 800001f7  abt N--- T32 masked: SError IRQ FIQ\n"
			  "r0  00000100  r1  00000101  r2  00000102  r3  00000103\n");
	says("info regs", "r12 0000010c  sp  00000115  lr  00000114\nspsr 00000013\n");
	reg_is(0, PSTATE, 0x11);
	says("info regs", "r8  00000118  r9  00000119  r10 0000011a  r11 0000011b\n"
			  "r12 0000011c  sp  0000011d  lr  0000011e\n");
	reg_is(0, PSTATE, 0x10);
	says("info regs", "r12 0000010c  sp  0000010d  lr  0000010e\n");
	says_not("info regs", "spsr");
}

static void system_registers_by_name_and_field(void **state)
{
	(void)state;
	reg_is(0, SCTLR, 0x1005);
	says("info sysregs sctlr",
	     "SCTLR_EL1         0000000000001005 M=1 A=0 C=1 I=1 WXN=0 EE=0\n");
	says("info sysregs SCTLR_EL1", "M=1");
	reg_is(0, ESR, 0x96000045);
	says("info sysregs esr", "ESR_EL1           0000000096000045 data abort");
	reg_is(0, ELR, 0x1234);
	says("info sysregs elr", "ELR_EL1           0000000000001234\n");
	says("info sysregs midr", "Arm Cortex-A57 r1p0");
	says("info sysregs nothing", "nothing: KVM has no such register\n");
	says("info sysregs", "TTBR1_EL1 ");
	says("info sysregs", "CNTV_CTL_EL0 ");
	says("info sysregs id_aa64pfr", "ID_AA64PFR0_EL1");
	says("info sysregs id_aa64pfr", "ID_AA64PFR1_EL1");
	says_not("info sysregs id_aa64pfr", "MMFR");
}

/*
 * --- interrupts ----------------------------------------------------------------------------------
 */

static void at_reset_no_interrupt_is_told(void **state)
{
	(void)state;
	assert_string_equal(
		said("info gic"),
		"GICv3, distributor off\n"
		"vCPU 0 takes none: its groups are off; priority mask 0: none passes it\n"
		"no interrupt is enabled, pending or active\n");
}

/* The UART's line is SPI 1. */
static void interrupts_are_told_by_node(void **state)
{
	(void)state;
	gicd_write(GICD_CTLR, 2);
	gicd_write(GICD_ISENABLER + 4, 1u << 1);
	gicd_write(GICD_IPRIORITYR + 32, 0xa0 << 8);
	gicd_write(GICD_ICFGR + 8, 0);
	dev_irq_set(&shim.device[0].dev, 0, true);
	says("info gic", "GICv3, distributor on\nvCPU 0 takes none: its groups are off;");
	says("info gic",
	     "SPI 1    enabled pending -      high a0  level 0        serial@9000000\n");
	dev_irq_set(&shim.device[0].dev, 0, false);
	says("info gic",
	     "SPI 1    enabled -       -      -    a0  level 0        serial@9000000\n");
	gicd_write(GICD_ISACTIVER + 4, 1u << 1);
	says("info gic", "SPI 1    enabled -       active -    a0  level ");
	gicd_write(GICD_ISENABLER + 8, 1u << 8);
	says("info gic",
	     "SPI 40   enabled -       -      -    00  edge  0        no node with a model\n");
}

static void a_gicv2_tells_masks(void **state)
{
	(void)state;
	gicd_write(GICD_CTLR, 1);
	gicd_write(GICD_ISENABLER, 1u << 27);
	gicd_write(GICD_ISENABLER + 4, 1u << 1);
	gicd_write(GICD_ITARGETSR + 32, 2u << 8);
	says("info gic", "GICv2, distributor on\nvCPU 0 takes none: its CPU interface is off;");
	says("info gic", "PPI 11   enabled -       -      -    00  level          virtual timer\n");
	says("info gic", "SPI 1    enabled ");
	says("info gic", "mask 02  serial@9000000\n");
	/* Private interrupts are each vCPU's own. */
	monitor_vcpu_select(1);
	says_not("info gic", "PPI 11 ");
}

static void timers_are_told_with_their_interrupt(void **state)
{
	(void)state;
	reg_is(0, KVM_REG_ARM_TIMER_CTL, 1);
	gicd_write(GICD_CTLR, 2);
	says("info timers", "virtual   PPI 11  count ");
	says("info timers", "enabled, interrupt not masked, condition not met, due ");
	says("info timers", "physical  PPI 14  count ");
	says("info timers", "in the GIC: not enabled\n");
}

/*
 * --- the machine ---------------------------------------------------------------------------------
 */

static void devices_have_lines_and_fifos(void **state)
{
	static const uint8_t typed[] = "abc";

	(void)state;
	says("info devices", "serial@9000000                  0x9000000      PL011 UART\n"
			     "  SPI 1 low, receive FIFO 0 of ");
	bus_write(shim.console, UART + 0x2c, 4, 0x10); /* FIFOs on */
	bus_write(shim.console, UART + 0x30, 4, 0x301);
	assert_int_equal(bus_input(shim.console, typed, 3), 3);
	dev_irq_set(&shim.device[0].dev, 0, true);
	says("info devices", "  SPI 1 high, receive FIFO 3 of 32 bytes\n"
			     "  console: 0 bytes to the line wait, 0 from it\n");
	ring_put(&shim.io.console.rx, typed, 3);
	says("info devices", "3 from it\n");
}

static void exits_by_cause_and_second(void **state)
{
	(void)state;
	fake_stat(0, FAKE_STAT_EXITS, 1000);
	fake_stat(1, FAKE_STAT_EXITS, 23);
	fake_stat(0, FAKE_STAT_MMIO, 900);
	fake_stat(1, FAKE_STAT_WFI, 7);
	said("info exits"); /* once: a second look has rates, too */
	assert_non_null(strstr(printed, " since start "));
	assert_non_null(strstr(printed, "        1023               all exits\n"));
	assert_non_null(strstr(printed, "         900               a device, served here\n"));
	assert_non_null(
		strstr(printed, "           7               WFI: waits for an interrupt\n"));
	fake_cap_set(KVM_CAP_BINARY_STATS_FD, 0);
	says("info exits", "this kernel does not count exits; 5.14 and later do\n");
}

static void a_second_look_counts_from_the_first(void **state)
{
	unsigned long all, second;
	const char *line;

	(void)state;
	fake_stat(0, FAKE_STAT_EXITS, 100);
	said("info exits");
	usleep(100000);
	fake_stat(0, FAKE_STAT_EXITS, 1100);
	line = strstr(said("info exits"), "all exits");
	assert_non_null(line);
	while (line > printed && line[-1] != '\n')
		line--;
	assert_int_equal(sscanf(line, "%lu %lu", &all, &second), 2);
	assert_int_equal(all, 1100);
	assert_true(second > 100 && second <= 10000);
	assert_non_null(strstr(printed, "since this was asked last\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, viewer_setup, viewer_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers_of_the_selected_vcpu),
		cmocka_unit_test_setup_teardown(aarch32_has_the_registers_of_its_mode, setup32,
						viewer_close),
		TEST(system_registers_by_name_and_field),
		TEST(at_reset_no_interrupt_is_told),
		TEST(interrupts_are_told_by_node),
		cmocka_unit_test_setup_teardown(a_gicv2_tells_masks, setup_v2, viewer_close),
		TEST(timers_are_told_with_their_interrupt),
		TEST(devices_have_lines_and_fifos),
		TEST(exits_by_cause_and_second),
		TEST(a_second_look_counts_from_the_first),
	};

	return cmocka_run_group_tests_name("boot/monitor/view_state", tests, NULL, NULL);
}
