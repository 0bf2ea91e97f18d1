// SPDX-License-Identifier: BSD-2-Clause
// The board reader: what it collects from boards of each kind.

#include <errno.h>

#include "board/board.h"
#include "tests/board/dtc.h"

#define ROOT "/ { #address-cells = <2>; #size-cells = <2>; "
#define GIC3                                                                                       \
	"gic: gic@8000000 { compatible = \"arm,gic-v3\"; interrupt-controller; "                   \
	"#interrupt-cells = <3>; "
#define FRAMES "reg = <0 0x8000000 0 0x10000>, <0 0x8100000 0 0x100000>;"

static struct dtc d;
static struct board board;

static int teardown(void **state)
{
	(void)state;
	dtc_free(&d);
	return 0;
}

static int collect(const char *text)
{
	dtc_index(&d, text);
	memset(&board, 0xa5, sizeof(board)); /* nothing may lean on a zeroed board */
	memset(&d.err, 0, sizeof(d.err));
	return board_collect(&board, &d.tree, &d.err);
}

static void collected(const char *text)
{
	if (collect(text))
		fail_msg("%s %s", tree_name(&d.tree, (unsigned)d.err.node), d.err.what);
}

static void test_collect_empty(void **state)
{
	(void)state;
	collected("/ { };");
	assert_string_equal(board.model, "");
	assert_string_equal(board.compatible, "");
	assert_int_equal(board.memories + board.reserveds + board.cpus + board.kinds, 0);
	assert_int_equal(board.memory_total, 0);
	assert_int_equal(board.gic.version, GIC_NONE);
	assert_int_equal(board.gic.node, -1);
	assert_false(board.gic.virt || board.gic.its);
	assert_int_equal(board.timer.node, -1);
	assert_int_equal(board.psci, PSCI_NONE);
	assert_int_equal(board.console.node, -1);
	assert_null(board.console.stdout_path);
	assert_int_equal(board.options, -1);
}

static void test_collect_identity(void **state)
{
	(void)state;
	collected("/ { model = \"A Board\"; compatible = \"v,board\", \"v,soc\"; "
		  "options { kvmshim { cpus = <2>; }; }; };");
	assert_string_equal(board.model, "A Board");
	assert_string_equal(board.compatible, "v,board");
	assert_int_equal(board.options, dtc_node(&d, "/options/kvmshim"));
}

static void test_collect_memory(void **state)
{
	(void)state;
	collected("/memreserve/ 0x5000 0x1000;" ROOT "memory@40000000 { device_type = \"memory\"; "
		  "reg = <0 0x40000000 0 0x1000 0x8 0 0x1 0>; }; memory@0 { "
		  "device_type = \"memory\"; reg = <0 0 0 0>; }; memory@1 { "
		  "device_type = \"memory\"; status = \"disabled\"; "
		  "reg = <0 1 0 1>; }; memory@2 { reg = <0 2 0 2>; }; "
		  "reserved-memory { #address-cells = <2>; #size-cells = <1>; "
		  "ranges; a { reg = <0 0x41000000 0x100>, <0 0x42000000 0x200>; "
		  "no-map; }; off { reg = <0 0x1 0x1>; status = \"disabled\"; }; "
		  "pool { size = <0x100000>; }; }; };");
	assert_int_equal(board.memories, 2);
	assert_int_equal(board.memory[0].base, 0x40000000);
	assert_int_equal(board.memory[0].size, 0x1000);
	assert_true(board.memory[1].base == 0x800000000 && board.memory[1].size == 0x100000000);
	assert_true(board.memory_total == 0x100001000);
	assert_int_equal(board.reserveds, 3);
	assert_int_equal(board.reserved[0].size, 0x100);
	assert_int_equal(board.reserved[1].base, 0x42000000);
	assert_int_equal(board.reserved[2].base, 0x5000);
}

static void test_collect_cpus(void **state)
{
	(void)state;
	collected("/ { cpus { #address-cells = <2>; #size-cells = <0>; cpu-map { "
		  "cluster0 { }; }; cpu@0 { device_type = \"cpu\"; "
		  "compatible = \"arm,cortex-a53\"; reg = <0 0>; }; cpu@1 { "
		  "device_type = \"cpu\"; compatible = \"arm,cortex-a53\"; "
		  "reg = <0 1>; status = \"disabled\"; }; cpu@100 { "
		  "device_type = \"cpu\"; "
		  "compatible = \"arm,cortex-a72\", \"arm,armv8\"; "
		  "reg = <0x1 0x100>; }; cpu@101 { device_type = \"cpu\"; "
		  "compatible = \"arm,cortex-a72\"; reg = <0x1 0x101>; "
		  "status = \"okay\"; }; l2-cache { compatible = \"cache\"; }; }; "
		  "};");
	assert_int_equal(board.cpus, 3);
	assert_int_equal(board.cpu[0].mpidr, 0);
	assert_true(board.cpu[1].mpidr == 0x100000100 && board.cpu[2].mpidr == 0x100000101);
	assert_int_equal(board.kinds, 2);
	assert_string_equal(board.kind[0].compatible, "arm,cortex-a53");
	assert_int_equal(board.kind[0].cpus, 1);
	assert_string_equal(board.kind[1].compatible, "arm,cortex-a72");
	assert_int_equal(board.kind[1].cpus, 2);
	assert_int_equal(board.cpu[0].kind, 0);
	assert_int_equal(board.cpu[2].kind, 1);

	collected("/ { cpus { #address-cells = <1>; #size-cells = <0>; cpu@3 { "
		  "device_type = \"cpu\"; reg = <3>; }; }; };");
	assert_int_equal(board.cpu[0].mpidr, 3);
	assert_string_equal(board.kind[0].compatible, "");
}

static void test_collect_gicv2(void **state)
{
	static const char *const names[] = { "arm,gic-400",	  "arm,cortex-a15-gic",
					     "arm,cortex-a9-gic", "arm,cortex-a7-gic",
					     "qcom,msm-qgic2",	  "arm,pl390" };
	char text[1024];

	(void)state;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(
			text, sizeof(text),
			"/ { #address-cells = <1>; #size-cells = <1>; "
			"interrupt-parent = <&gic>; soc { #address-cells = <1>; "
			"#size-cells = <1>; ranges = <0 0x10000000 0x100000>; "
			"gic: gic@1000 { compatible = \"%s\"; interrupt-controller; "
			"#interrupt-cells = <3>; interrupts = <1 9 4>; "
			"reg = <0x1000 0x1000>, <0x2000 0x2000>, <0x4000 0x2000>, <0x6000 0x2000>; "
			"}; }; };",
			names[i]);
		collected(text);
		assert_int_equal(board.gic.version, GIC_V2);
		assert_int_equal(board.gic.node, 2);
		assert_int_equal(board.gic.dist.base, 0x10001000);
		assert_int_equal(board.gic.cpu.base, 0x10002000);
		assert_int_equal(board.gic.cpu.size, 0x2000);
		assert_int_equal(board.gic.redists, 0);
		assert_true(board.gic.virt);
	}
}

static void test_collect_gicv2_no_virt(void **state)
{
	(void)state;
	/* no GICH and GICV */
	collected(ROOT "interrupt-parent = <&gic>; "
		       "gic: gic@0 { compatible = \"arm,gic-400\"; interrupt-controller; "
		       "#interrupt-cells = <3>; interrupts = <1 9 4>; "
		       "reg = <0 0x1000 0 0x1000>, <0 0x2000 0 0x2000>; }; };");
	assert_int_equal(board.gic.version, GIC_V2);
	assert_false(board.gic.virt);
	/* no maintenance interrupt */
	collected(ROOT "gic@0 { compatible = \"arm,gic-400\"; interrupt-controller; "
		       "#interrupt-cells = <3>; "
		       "reg = <0 0x1000 0 0x1000>, <0 0x2000 0 0x2000>, <0 0x4000 0 0x2000>, <0 "
		       "0x6000 0 0x2000>; "
		       "}; };");
	assert_false(board.gic.virt);
}

static void test_collect_gicv3(void **state)
{
	(void)state;
	collected(ROOT "interrupt-parent = <&gic>;" GIC3 "#redistributor-regions = <2>; "
		       "redistributor-stride = <0 0x40000>; interrupts = <1 9 4>; "
		       "#address-cells = <2>; #size-cells = <2>; ranges; "
		       "reg = <0 0x8000000 0 0x10000>, <0 0x8100000 0 0x100000>, <0x1 0 0 "
		       "0x200000>, <0 0x8200000 0 0x2000>; "
		       "its@8080000 { compatible = \"arm,gic-v3-its\"; msi-controller; "
		       "reg = <0 0x8080000 0 0x20000>; }; }; };");
	assert_int_equal(board.gic.version, GIC_V3);
	assert_int_equal(board.gic.dist.base, 0x8000000);
	assert_int_equal(board.gic.redists, 2);
	assert_int_equal(board.gic.redist[0].base, 0x8100000);
	assert_true(board.gic.redist[1].base == 0x100000000 &&
		    board.gic.redist[1].size == 0x200000);
	assert_int_equal(board.gic.stride, 0x40000);
	assert_true(board.gic.virt);
	assert_true(board.gic.its);

	collected(ROOT GIC3 FRAMES
		  " #address-cells = <2>; #size-cells = <2>; ranges; its@8080000 { "
		  "compatible = \"arm,gic-v3-its\"; status = \"disabled\"; "
		  "reg = <0 0x8080000 0 0x20000>; }; }; };");
	assert_int_equal(board.gic.redists, 1);
	assert_int_equal(board.gic.stride, 0);
	assert_false(board.gic.its);
	assert_false(board.gic.virt);
}

static void test_collect_gic_disabled(void **state)
{
	(void)state;
	collected(ROOT "gic@1000 { compatible = \"arm,gic-400\"; interrupt-controller; "
		       "status = \"disabled\"; reg = <0 0x1001 0 0x1000>; };" GIC3 FRAMES " }; };");
	assert_int_equal(board.gic.version, GIC_V3);
	assert_int_equal(board.gic.node, 2);
}

static void test_collect_gic_first(void **state)
{
	(void)state;
	collected(ROOT GIC3 FRAMES " }; "
				   "gic@2000 { compatible = \"arm,gic-400\"; interrupt-controller; "
				   "reg = <0 0x2001 0 0x1000>; }; };");
	assert_int_equal(board.gic.version, GIC_V3);
	assert_int_equal(board.gic.node, 1);
}

static void test_collect_timer(void **state)
{
	(void)state;
	collected(ROOT "interrupt-parent = <&gic>; timer { "
		       "compatible = \"arm,armv8-timer\"; "
		       "interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>; };" GIC3 FRAMES
		       " }; };");
	assert_int_equal(board.timer.node, 1);
	assert_int_equal(board.timer.virt_ppi, 27);

	collected(ROOT "timer { compatible = \"arm,armv7-timer\"; "
		       "interrupts-extended = <&gic 1 4 4>, <&gic 1 5 4>; "
		       "interrupt-names = \"phys\", \"virt\"; };" GIC3 FRAMES " }; };");
	assert_int_equal(board.timer.virt_ppi, 21);

	/* another controller takes it */
	collected(ROOT "timer { compatible = \"arm,armv8-timer\"; "
		       "interrupt-parent = <&local>; "
		       "interrupts = <0 4>, <1 4>, <3 4>, <2 4>; }; local: local { "
		       "interrupt-controller; #interrupt-cells = <2>; }; };");
	assert_int_equal(board.timer.node, 1);
	assert_int_equal(board.timer.virt_ppi, 0);

	/* a timer of one CPU does not use a line that all share */
	collected(ROOT
		  "timer { compatible = \"arm,armv8-timer\"; "
		  "interrupts-extended = <&gic 1 1 4>, <&gic 1 2 4>, <&gic 0 3 4>; };" GIC3 FRAMES
		  " }; };");
	assert_int_equal(board.timer.virt_ppi, 0);

	/* a timer in memory is another thing */
	collected(ROOT "timer@0 { compatible = \"arm,armv7-timer-mem\"; "
		       "reg = <0 0 0 0x1000>; }; };");
	assert_int_equal(board.timer.node, -1);
}

static void test_collect_psci(void **state)
{
	(void)state;
	collected("/ { psci { compatible = \"arm,psci-1.0\", \"arm,psci-0.2\"; "
		  "method = \"smc\"; }; };");
	assert_int_equal(board.psci, PSCI_SMC);
	collected("/ { firmware { psci { compatible = \"arm,psci\"; "
		  "method = \"hvc\"; }; }; };");
	assert_int_equal(board.psci, PSCI_HVC);
	collected("/ { psci { compatible = \"arm,psci-0.2\"; method = \"svc\"; }; "
		  "optee { compatible = \"linaro,optee-tz\"; method = \"smc\"; }; "
		  "};");
	assert_int_equal(board.psci, PSCI_NONE);
	collected("/ { psci { compatible = \"arm,psci-0.2\"; method = \"smc\"; "
		  "status = \"disabled\"; }; };");
	assert_int_equal(board.psci, PSCI_NONE);
}

#define CONSOLE                                                                                    \
	ROOT "interrupt-parent = <&gic>; "                                                         \
	     "aliases { serial0 = \"/soc/a@100\"; serial1 = \"/soc/b@200\"; }; "                   \
	     "soc { #address-cells = <1>; #size-cells = <1>; "                                     \
	     "ranges = <0 0 0x9000000 0x1000>; "                                                   \
	     "a@100 { compatible = \"arm,pl011\", \"arm,primecell\"; "                             \
	     "reg = <0x100 0x10>; interrupts = <0 1 4>; }; "                                       \
	     "b@200 { compatible = \"ns16550a\"; reg = <0x2000 0x10>; }; }; " GIC3 FRAMES " }; "

static void test_collect_console(void **state)
{
	(void)state;
	collected(CONSOLE "chosen { stdout-path = \"serial0:115200n8\"; }; };");
	assert_int_equal(board.console.node, dtc_node(&d, "/soc/a@100"));
	assert_string_equal(board.console.compatible, "arm,pl011");
	assert_int_equal(board.console.reg.base, 0x9000100);
	assert_int_equal(board.console.reg.size, 0x10);
	assert_int_equal(board.console.intid, 33);
	assert_string_equal(board.console.stdout_path, "serial0:115200n8");

	/* one that no bus reaches, without an interrupt */
	collected(CONSOLE "chosen { stdout-path = \"/soc/b@200:9600\"; }; };");
	assert_int_equal(board.console.node, dtc_node(&d, "/soc/b@200"));
	assert_int_equal(board.console.reg.size, 0);
	assert_int_equal(board.console.intid, 0);

	/* nothing said, or what is said is not there: serial0 */
	collected(CONSOLE "};");
	assert_int_equal(board.console.node, dtc_node(&d, "/soc/a@100"));
	assert_null(board.console.stdout_path);
	collected(CONSOLE "chosen { stdout-path = \"serial7\"; }; };");
	assert_int_equal(board.console.node, dtc_node(&d, "/soc/a@100"));
}

#define ROW(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_collect_empty),     ROW(test_collect_identity),
		ROW(test_collect_memory),    ROW(test_collect_cpus),
		ROW(test_collect_gicv2),     ROW(test_collect_gicv2_no_virt),
		ROW(test_collect_gicv3),     ROW(test_collect_gic_disabled),
		ROW(test_collect_gic_first), ROW(test_collect_timer),
		ROW(test_collect_psci),	     ROW(test_collect_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
