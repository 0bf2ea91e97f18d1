// SPDX-License-Identifier: BSD-2-Clause
// A board's own tree as the guest's machine: each thing in it that KVM cannot be is noted and changed, all else stays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board/dev.h"
#include "board/mirror.h"
#include "tests/board/treetool.h"

#define GIC "/soc/interrupt-controller@38800000"
#define UART "/soc/serial@30860000"

static struct blob blob, out;
static struct tree tree;
static struct machine m;
static struct tree_error err;
static const uint64_t mpidr[] = { 0, 1 };

/* A board with a GICv3 below a bus that moves addresses; MORE stands in its root. */
static void board(const char *more)
{
	static char text[0x4000];

	snprintf(text, sizeof(text),
		 "/memreserve/ 0x40000000 0x10000;\n"
		 "/ {\n"
		 "	#address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;\n"
		 "	cpus {\n"
		 "		#address-cells = <1>; #size-cells = <0>;\n"
		 "		cpu@0 { device_type = \"cpu\"; reg = <0>; enable-method = "
		 "\"spin-table\";\n"
		 "			cpu-release-addr = <0 8>; };\n"
		 "		cpu@1 { device_type = \"cpu\"; reg = <1>; enable-method = "
		 "\"psci\"; };\n"
		 "	};\n"
		 "	psci { compatible = \"arm,psci-1.0\"; method = \"smc\"; };\n"
		 "	timer: timer { compatible = \"arm,armv8-timer\"; always-on;\n"
		 "		interrupts = <1 13 8>, <1 14 8>, <1 11 8>, <1 10 8>; };\n"
		 "	soc: soc {\n"
		 "		compatible = \"simple-bus\"; #address-cells = <1>; #size-cells = "
		 "<1>;\n"
		 "		ranges = <0 0 0x30000000 0x10000000>;\n"
		 "		gic: interrupt-controller@38800000 {\n"
		 "			compatible = \"arm,gic-v3\"; #interrupt-cells = <3>;\n"
		 "			interrupt-controller; reg = <0x8800000 0x10000 0x8880000 "
		 "0xc0000>;\n"
		 "			#address-cells = <1>; #size-cells = <1>; ranges;\n"
		 "		};\n"
		 "		uart: serial@30860000 { compatible = \"arm,pl011\"; reg = "
		 "<0x860000 0x1000>;\n"
		 "			interrupts = <0 26 4>; };\n"
		 "	};\n"
		 "	%s\n"
		 "};\n",
		 more);
	blob_compile(&blob, "", text);
	blob_index(&tree, &blob);
}

static bool read_as(bool mirrored)
{
	memset(&m, 0xa5, sizeof(m));
	return machine_read(&m, &tree, dev_models, mirrored, &err) == 0;
}

static bool noted(const char *path, enum machine_change_kind kind)
{
	const int node = tree_by_path(&tree, path);

	assert_true(node >= 0);
	return machine_has_change(&m, node, kind);
}

/* As a guest's tree it is refused; as a board's it is read, with this one change. */
static void assert_only_change(const char *path, enum machine_change_kind kind)
{
	assert_false(read_as(false));
	if (!read_as(true))
		fail_msg("%s", err.what);
	assert_int_equal(m.changes, 1);
	assert_true(noted(path, kind));
}

static void complete(void)
{
	const struct completion with = { .ram = { { 0x40000000, 0x10000000 } },
					 .rams = 1,
					 .mpidr = mpidr,
					 .cpus = 2,
					 .cpu_compatible = "arm,armv8",
					 .pmu = true,
					 .stdout_path = true,
					 .redist_count = { 2 } };
	struct completed done;

	mirror_fit(&m, &tree, with.ram, with.rams);
	assert_int_equal(machine_complete(&m, &tree, &with, out.bytes, sizeof(out.bytes), &done),
			 0);
	out.size = (size_t)done.size;
	assert_int_equal(fdt_check_full(out.bytes, out.size), 0);
}

static const void *get(const char *path, const char *name)
{
	const int node = fdt_path_offset(out.bytes, path);

	return node < 0 ? NULL : fdt_getprop(out.bytes, node, name, NULL);
}

static bool there(const char *path)
{
	return fdt_path_offset(out.bytes, path) >= 0;
}

static void board_without_faults(void **state)
{
	(void)state;
	board("");
	assert_true(read_as(true));
	assert_int_equal(m.changes, 0);
	assert_int_equal(m.gic.dist.base, 0x38800000);
	assert_int_equal(m.gic.redist[0].base, 0x38880000);
	assert_int_equal(m.console, 0);
	assert_int_equal(m.device[0].reg.base, 0x30860000);
	assert_int_equal(m.device[0].intid[0], 58);
	complete();
	assert_string_equal(get("/psci", "method"), "hvc");
	assert_string_equal(get("/cpus/cpu@0", "enable-method"), "psci");
	assert_null(get("/cpus/cpu@0", "cpu-release-addr"));
	assert_non_null(get("/cpus/cpu@1", "reg"));
	assert_int_equal(fdt_num_mem_rsv(out.bytes), 0);
}

static void second_gic_is_a_stub(void **state)
{
	(void)state;
	board("second: interrupt-controller@50000000 { compatible = \"arm,gic-400\";\n"
	      "	#interrupt-cells = <3>; interrupt-controller;\n"
	      "	reg = <0 0x50000000 0 0x1000 0 0x50002000 0 0x2000>; };\n"
	      "serial@60000000 { compatible = \"arm,pl011\"; reg = <0 0x60000000 0 0x1000>;\n"
	      "	interrupt-parent = <&second>; interrupts = <0 1 4>; };");
	assert_false(read_as(false));
	assert_true(read_as(true));
	assert_int_equal(m.gic.version, GIC_V3);
	assert_true(noted("/interrupt-controller@50000000", CHANGE_GIC));
	/* What hangs on it cannot be raised. */
	assert_true(noted("/serial@60000000", CHANGE_LINES));
	assert_int_equal(m.device[1].traits.lines, 0);
	complete();
	assert_true(there("/interrupt-controller@50000000"));
}

static void its_is_disabled_where_it_stands(void **state)
{
	(void)state;
	board("pcie@70000000 { msi-parent = <&its>; };\n};\n"
	      "&gic { its: msi-controller@38820000 { compatible = \"arm,gic-v3-its\";\n"
	      "	msi-controller; #msi-cells = <1>; reg = <0x8820000 0x20000>; };");
	assert_true(read_as(true));
	assert_int_equal(m.changes, 1);
	assert_true(noted(GIC "/msi-controller@38820000", CHANGE_ITS));
	assert_false(m.gic.has_its);
	complete();
	assert_string_equal(get(GIC "/msi-controller@38820000", "status"), "disabled");
	/* What names it names a node still. */
	assert_int_equal(fdt_node_offset_by_phandle(out.bytes,
						    tree_u32(get("/pcie@70000000", "msi-parent"))),
			 fdt_path_offset(out.bytes, GIC "/msi-controller@38820000"));
}

static void redistributors_are_128_kib_apart(void **state)
{
	(void)state;
	board("};\n&gic { redistributor-stride = <0 0x40000>;");
	assert_only_change(GIC, CHANGE_STRIDE);
	complete();
	assert_null(get(GIC, "redistributor-stride"));
	board("};\n&gic { redistributor-stride = <0 0x20000>;");
	assert_true(read_as(true));
	assert_int_equal(m.changes, 0);
	complete();
	assert_non_null(get(GIC, "redistributor-stride"));
}

static void timer_frequency_is_the_hosts(void **state)
{
	(void)state;
	board("};\n&timer { clock-frequency = <24000000>;");
	assert_true(read_as(true));
	assert_int_equal(m.changes, 1);
	assert_true(noted("/timer", CHANGE_FREQUENCY));
	complete();
	assert_null(get("/timer", "clock-frequency"));
	assert_non_null(get("/timer", "interrupts"));
	/* In a tree written for a guest it is the writer's business. */
	assert_true(read_as(false));
	assert_int_equal(m.changes, 0);
}

static void timer_never_stops(void **state)
{
	(void)state;
	board("};\n&timer { /delete-property/ always-on;");
	assert_true(read_as(true));
	assert_int_equal(m.changes, 1);
	assert_true(noted("/timer", CHANGE_ALWAYS_ON));
	complete();
	assert_non_null(get("/timer", "always-on"));
	assert_non_null(get("/timer", "interrupts"));
	assert_true(read_as(false));
	assert_int_equal(m.changes, 0);
}

static void timer_on_spis_gets_kvms_interrupts(void **state)
{
	static const uint32_t ppi[] = { 29, 30, 27, 26 };

	(void)state;
	board("};\n&timer { interrupts = <0 13 8>, <0 14 8>, <0 11 8>, <0 10 8>;\n"
	      "	interrupt-names = \"phys\", \"virt\", \"sec-phys\", \"hyp-phys\";");
	assert_false(read_as(false));
	assert_true(read_as(true));
	assert_true(noted("/timer", CHANGE_TIMER));
	assert_memory_equal(m.timer.ppi, ppi, sizeof(ppi));
	complete();
	assert_null(get("/timer", "interrupt-names"));
	for (unsigned i = 0; i < 4; i++) {
		const uint8_t *cell = get("/timer", "interrupts");

		assert_int_equal(tree_u32(cell + 12 * i), 1);
		assert_int_equal(tree_u32(cell + 12 * i + 4), ppi[i] - 16);
	}
}

static void pmu_of_spis_goes(void **state)
{
	static const char *const interrupts[] = { "<0 7 4>", "<0 7 4>, <0 8 4>",
						  "<1 7 4>, <1 8 4>" };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char text[200];

		snprintf(text, sizeof(text),
			 "pmu { compatible = \"arm,armv8-pmuv3\"; interrupts = %s; };",
			 interrupts[i]);
		board(text);
		assert_true(read_as(true));
		assert_int_equal(m.changes, 1);
		assert_true(noted("/pmu", CHANGE_PMU));
		assert_int_equal(m.pmu_ppi, 0);
		complete();
		assert_false(there("/pmu"));
	}
	board("pmu { compatible = \"arm,armv8-pmuv3\"; interrupts = <1 7 4>; };");
	assert_true(read_as(true));
	assert_int_equal(m.changes, 0);
	assert_int_equal(m.pmu_ppi, 23);
	complete();
	assert_true(there("/pmu"));
}

static void device_on_interrupts_kvm_has_not(void **state)
{
	static const char *const interrupts[] = { "<1 5 4>", "<0 2000 4>", "<9 0 4>" };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char text[64];

		snprintf(text, sizeof(text), "};\n&uart { interrupts = %s;", interrupts[i]);
		board(text);
		assert_only_change(UART, CHANGE_LINES);
		assert_int_equal(m.device[0].traits.lines, 0);
		assert_int_equal(m.console, 0); /* it is polled */
	}
}

static void device_that_cannot_be_is_a_stub(void **state)
{
	(void)state;
	board("};\n&uart { reg = <0x860000 0>;");
	assert_only_change(UART, CHANGE_DEVICE);
	assert_int_equal(m.devices, 0);
	assert_int_equal(m.console, -1);
	board("};\n&uart { reg-shift = <9>;"); /* a PL011 has no layout to be wrong */
	assert_true(read_as(true));
	assert_int_equal(m.changes, 0);
}

static void reserved_memory_outside_of_ram_goes(void **state)
{
	(void)state;
	board("reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n"
	      "	in@40100000 { reg = <0 0x40100000 0 0x1000>; };\n"
	      "	out@90000000 { reg = <0 0x90000000 0 0x1000>; };\n"
	      "	half@4ffff000 { reg = <0 0x4ffff000 0 0x2000>; };\n"
	      "	anywhere { size = <0 0x100000>; };\n"
	      "};");
	assert_true(read_as(true));
	assert_int_equal(m.changes, 0);
	complete();
	assert_int_equal(m.changes, 2);
	assert_true(noted("/reserved-memory/out@90000000", CHANGE_RESERVED));
	assert_true(noted("/reserved-memory/half@4ffff000", CHANGE_RESERVED));
	assert_true(there("/reserved-memory/in@40100000"));
	assert_true(there("/reserved-memory/anywhere"));
	assert_false(there("/reserved-memory/out@90000000"));
	assert_false(there("/reserved-memory/half@4ffff000"));
}

static void memory_by_its_name_alone_is_ram(void **state)
{
	(void)state;
	board("memory { reg = <0 0x40000000 0 0xc0000000>; };");
	assert_true(read_as(true));
	assert_int_equal(m.rams, 1);
	assert_int_equal(m.ram[0].size, 0xc0000000);
	complete();
	assert_string_equal(get("/memory", "device_type"), "memory");
	assert_memory_equal(get("/memory", "reg"), "\0\0\0\0\x40\0\0\0\0\0\0\0\x10\0\0\0", 16);
}

static void what_the_host_was_told_goes(void **state)
{
	static const char *const gone[] = { "bootargs", "linux,initrd-start", "linux,uefi-mmap",
					    "rng-seed", "kaslr-seed" };

	(void)state;
	board("chosen { bootargs = \"quiet\"; linux,initrd-start = <1>; linux,uefi-mmap = <2>;\n"
	      "	rng-seed = <3>; kaslr-seed = <4>; stdout-path = \"/soc/serial@30860000\";\n"
	      "	u-boot,version = \"2024\"; };\n"
	      "options { kvmshim { memory = \"64M\"; }; u-boot { bootscr-address = <0>; }; };");
	assert_true(read_as(true));
	complete();
	for (unsigned i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		assert_null(get("/chosen", gone[i]));
	assert_string_equal(get("/chosen", "stdout-path"), "/soc/serial@30860000");
	assert_string_equal(get("/chosen", "u-boot,version"), "2024");
	assert_false(there("/options/kvmshim"));
	assert_true(there("/options/u-boot"));
}

static void sram_at_no_address_is_left_out(void **state)
{
	(void)state;
	board("sram@100000 { compatible = \"mmio-sram\"; reg = <0 0x100000 0 0x10000>; };\n"
	      "bus { #address-cells = <1>; #size-cells = <1>;\n"
	      "	sram@0 { compatible = \"mmio-sram\"; reg = <0 0x1000>; }; };");
	assert_true(read_as(true));
	assert_int_equal(m.srams, 1);
	assert_int_equal(m.sram[0].base, 0x100000);
}

static void each_change_has_words(void **state)
{
	(void)state;
	for (enum machine_change_kind k = CHANGE_GIC; k <= CHANGE_COVERS; k++) {
		assert_non_null(mirror_words(k)->done);
		assert_non_null(mirror_words(k)->why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(board_without_faults),
		cmocka_unit_test(second_gic_is_a_stub),
		cmocka_unit_test(its_is_disabled_where_it_stands),
		cmocka_unit_test(redistributors_are_128_kib_apart),
		cmocka_unit_test(timer_frequency_is_the_hosts),
		cmocka_unit_test(timer_never_stops),
		cmocka_unit_test(timer_on_spis_gets_kvms_interrupts),
		cmocka_unit_test(pmu_of_spis_goes),
		cmocka_unit_test(device_on_interrupts_kvm_has_not),
		cmocka_unit_test(device_that_cannot_be_is_a_stub),
		cmocka_unit_test(reserved_memory_outside_of_ram_goes),
		cmocka_unit_test(memory_by_its_name_alone_is_ram),
		cmocka_unit_test(what_the_host_was_told_goes),
		cmocka_unit_test(sram_at_no_address_is_left_out),
		cmocka_unit_test(each_change_has_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
