// SPDX-License-Identifier: BSD-2-Clause
// The guest's machine as its tree says it: the trees we ship, as users change them, and as they get them wrong.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board/dev.h"
#include "board/machine.h"
#include "board/overlay.h"
#include "tests/board/treetool.h"

extern const char dts_virt_gicv2_begin[], dts_virt_gicv2_end[];
extern const char dts_virt_gicv3_begin[], dts_virt_gicv3_end[];

#define UART "/serial@9000000"
#define GIC "/interrupt-controller@8000000"

static struct blob blob;
static struct tree tree;
static struct machine m;
static struct tree_error err;

static int read_with(const struct model *const *models)
{
	memset(&m, 0xa5, sizeof(m));
	err = (struct tree_error){ 0 };
	blob_index(&tree, &blob);
	return machine_read(&m, &tree, models, false, &err);
}

static void assert_good(void)
{
	const int ret = read_with(dev_models);

	if (ret)
		print_message("%s: %s\n", err.node < 0 ? "" : tree_name(&tree, (unsigned)err.node),
			      err.what);
	assert_int_equal(ret, 0);
}

static void assert_bad(int code, const char *node, const char *what)
{
	char path[128] = "";

	assert_int_equal(read_with(dev_models), -code);
	if (err.node >= 0)
		tree_path(&tree, (unsigned)err.node, path, sizeof(path));
	assert_string_equal(path, node);
	assert_string_equal(err.what, what);
}

static void assert_region(const struct region *r, uint64_t base, uint64_t size)
{
	assert_int_equal(r->base, base);
	assert_int_equal(r->size, size);
}

static const char *device_name(unsigned i)
{
	return tree_name(&tree, (unsigned)m.device[i].node);
}

static void overlay(const char *text)
{
	static struct blob dtbo;
	static struct blob grown;

	blob_compile(&dtbo, "", text);
	assert_int_equal(
		overlay_begin(grown.bytes, sizeof(grown.bytes), blob.bytes, blob.size, &err), 0);
	if (overlay_apply(grown.bytes, dtbo.bytes, dtbo.size, &err))
		fail_msg("overlay: %s", err.what);
	blob_copy(&blob, grown.bytes, grown.bytes + overlay_end(grown.bytes));
}

static int virt_v2(void **state)
{
	(void)state;
	blob_copy(&blob, dts_virt_gicv2_begin, dts_virt_gicv2_end);
	return 0;
}

static int virt_v3(void **state)
{
	(void)state;
	blob_copy(&blob, dts_virt_gicv3_begin, dts_virt_gicv3_end);
	return 0;
}

static void assert_virt(void)
{
	assert_int_equal(m.rams, 1);
	assert_region(&m.ram[0], 0x40000000, 0);
	assert_int_equal(m.flashes, 2);
	assert_region(&m.flash[0], 0, 0x4000000);
	assert_region(&m.flash[1], 0x4000000, 0x4000000);
	assert_int_equal(m.devices, 2);
	assert_string_equal(device_name(0), "serial@9000000");
	assert_region(&m.device[0].reg, 0x9000000, 0x1000);
	assert_string_equal(m.device[0].model->compatible[0], "arm,pl011");
	assert_int_equal(m.device[0].traits.lines, 1);
	assert_int_equal(m.device[0].intid[0], 33);
	assert_region(&m.device[1].reg, 0x9010000, 0x1000);
	assert_int_equal(m.device[1].intid[0], 34);
	assert_int_equal(m.console, 0);
	assert_int_equal(m.timer.ppis, 4);
	assert_int_equal(m.timer.ppi[0], 29);
	assert_int_equal(m.timer.ppi[1], 30);
	assert_int_equal(m.timer.ppi[2], 27);
	assert_int_equal(m.timer.ppi[3], 26);
	assert_int_equal(m.pmu_ppi, 23);
	assert_int_equal(m.psci, PSCI_HVC);
	assert_int_equal(m.cpus, 0);
	assert_true(m.cpus_node > 0 && m.psci_node > 0 && m.chosen_node > 0 && m.aliases_node > 0);
	assert_int_equal(m.unserveds, 0);
	assert_int_equal(m.intid_max, 34);
}

static void test_virt_gicv2(void **state)
{
	(void)state;
	assert_good();
	assert_virt();
	assert_int_equal(m.gic.version, GIC_V2);
	assert_region(&m.gic.dist, 0x8000000, 0x1000);
	assert_region(&m.gic.cpu, 0x8010000, 0x2000);
}

static void test_virt_gicv3(void **state)
{
	(void)state;
	assert_good();
	assert_virt();
	assert_int_equal(m.gic.version, GIC_V3);
	assert_region(&m.gic.dist, 0x8000000, 0x10000);
	assert_int_equal(m.gic.redists, 2);
	assert_region(&m.gic.redist[0], 0x80a0000, 123 * 0x20000);
	assert_true(m.gic.redist[1].base + m.gic.redist[1].size <= 1ull << 39);
	assert_false(m.gic.has_its);
}

static void test_its_by_overlay(void **state)
{
	(void)state;
	overlay("/plugin/; &its { status = \"okay\"; };");
	assert_good();
	assert_virt();
	assert_true(m.gic.has_its);
	assert_region(&m.gic.its, 0x8080000, 0x20000);
}

static void test_moved_by_fdtput(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", GIC " reg 0 2c000000 0 1000 0 2c002000 0 2000");
	blob_fdtput(&blob, "-tx", UART " reg 1 c0de000 0 1000");
	blob_fdtput(&blob, "-tu", UART " interrupts 0 77 4");
	blob_fdtput(&blob, "-tx", "/memory@40000000 reg 1 80000000 0 0");
	assert_good();
	assert_region(&m.gic.dist, 0x2c000000, 0x1000);
	assert_region(&m.gic.cpu, 0x2c002000, 0x2000);
	assert_region(&m.device[0].reg, 0x10c0de000, 0x1000);
	assert_int_equal(m.device[0].intid[0], 32 + 77);
	assert_int_equal(m.intid_max, 32 + 77);
	assert_region(&m.ram[0], 0x180000000, 0);
}

static void test_moved_by_overlay(void **state)
{
	(void)state;
	overlay("/plugin/; &gic { reg = <0 0x3000000 0 0x10000 0 0x3100000 0 0x100000>;\n"
		"  #redistributor-regions = <1>; };\n"
		"&uart0 { reg = <0 0x1000000 0 0x1000>; interrupts = <0 40 4>; };\n"
		"&ram { reg = <0 0x80000000 0 0x10000000>; };\n"
		"&flash { reg = <0 0x20000000 0 0x100000>; };");
	assert_good();
	assert_region(&m.gic.dist, 0x3000000, 0x10000);
	assert_int_equal(m.gic.redists, 1);
	assert_region(&m.gic.redist[0], 0x3100000, 0x100000);
	assert_region(&m.device[0].reg, 0x1000000, 0x1000);
	assert_int_equal(m.device[0].intid[0], 72);
	assert_region(&m.ram[0], 0x80000000, 0x10000000);
	assert_int_equal(m.flashes, 1);
	assert_region(&m.flash[0], 0x20000000, 0x100000);
}

static void test_uart_removed(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-r", UART);
	assert_good();
	assert_int_equal(m.devices, 1);
	assert_string_equal(device_name(0), "rtc@9010000");
	assert_int_equal(m.console, -1);
}

static void test_uart_disabled_by_overlay(void **state)
{
	(void)state;
	overlay("/plugin/; &uart0 { status = \"disabled\"; };");
	assert_good();
	assert_int_equal(m.devices, 1);
	assert_int_equal(m.console, -1);
	assert_int_equal(m.unserveds, 0);
}

static const char second_uart[] =
	"/plugin/; &{/} { uart1: serial@9040000 { compatible = \"arm,pl011\", \"arm,primecell\";\n"
	"  reg = <0 0x9040000 0 0x1000>; interrupts = <0 8 4>; }; };";

static void test_second_uart(void **state)
{
	(void)state;
	overlay(second_uart);
	assert_good();
	assert_int_equal(m.devices, 3);
	assert_int_equal(m.intid_max, 40);
	assert_string_equal(device_name((unsigned)m.console), "serial@9000000");
	assert_ptr_equal(m.device[m.console].model, dev_models[0]);
}

static void test_stdout_path_chooses_the_console(void **state)
{
	(void)state;
	overlay(second_uart);
	blob_fdtput(&blob, "-ts", "/chosen stdout-path /serial@9040000:115200");
	assert_good();
	assert_string_equal(device_name((unsigned)m.console), "serial@9040000");
	blob_fdtput(&blob, "-ts", "/chosen stdout-path /rtc@9010000");
	assert_good(); /* takes no input: the first that does */
	assert_true(m.device[m.console].model->input != NULL);
	blob_fdtput(&blob, "-d", "/chosen stdout-path");
	assert_good();
	assert_true(m.console >= 0);
	blob_fdtput(&blob, "-r", "/chosen");
	assert_good();
	assert_true(m.console >= 0);
	assert_int_equal(m.chosen_node, -1);
}

static void test_unknown_node_is_unserved(void **state)
{
	(void)state;
	overlay("/plugin/; &{/} { soc { compatible = \"simple-bus\"; #address-cells = <1>;\n"
		"  #size-cells = <1>; ranges = <0x1000 0 0xa0000000 0x100000>;\n"
		"  nobody@2000 { compatible = \"acme,unknown\"; reg = <0x2000 0x800>;\n"
		"    interrupts = <0 99 4>; };\n"
		"  off@3000 { compatible = \"acme,unknown\"; reg = <0x3000 0x800>;\n"
		"    status = \"disabled\"; below@3100 { compatible = \"acme,unknown\"; reg = "
		"<0x3100 4>; }; };\n"
		"  beyond@800000 { compatible = \"acme,unknown\"; reg = <0x800000 4>; };\n"
		"  i2c@4000 { compatible = \"acme,i2c\"; reg = <0x4000 0x1000>;\n"
		"    #address-cells = <1>; #size-cells = <0>;\n"
		"    sensor@48 { compatible = \"acme,sensor\"; reg = <0x48>; }; };\n"
		"  noreg { compatible = \"acme,unknown\"; };\n"
		"  plain@5000 { reg = <0x5000 0x10>; }; };\n"
		"  reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n"
		"    pool@50000000 { compatible = \"shared-dma-pool\"; reg = <0 0x50000000 0 "
		"0x1000>; }; }; };");
	assert_good();
	assert_int_equal(m.unserveds, 2);
	/* libfdt adds nodes in front of those there are */
	const unsigned nobody = m.unserved[0].reg.base != 0xa0001000;
	assert_string_equal(tree_name(&tree, (unsigned)m.unserved[nobody].node), "nobody@2000");
	assert_region(&m.unserved[nobody].reg, 0xa0001000, 0x800);
	assert_region(&m.unserved[!nobody].reg, 0xa0003000, 0x1000);
	assert_int_equal(m.unserveds_more, 0);
	assert_int_equal(m.intid_max, 32 + 99);
	assert_int_equal(m.devices, 2);
}

static void test_many_unserved_nodes_are_counted(void **state)
{
	static char text[0x20000] = "/plugin/; &{/} {";

	(void)state;
	for (unsigned i = 0; i < MACHINE_UNSERVED_MAX + 6; i++)
		sprintf(text + strlen(text), "x@%x{compatible=\"acme,x\";reg=<0 0x%x 0 4>;};",
			0x20000000 + i * 0x1000, 0x20000000 + i * 0x1000);
	strcat(text, " };");
	overlay(text);
	assert_good();
	assert_int_equal(m.unserveds, MACHINE_UNSERVED_MAX);
	assert_int_equal(m.unserveds_more, 6);
}

static void test_device_below_buses_with_ranges(void **state)
{
	(void)state;
	overlay("/plugin/; &{/} { soc { #address-cells = <1>; #size-cells = <1>;\n"
		"  ranges = <0 0x1 0xfe000000 0x1000000>;\n"
		"  apb@200000 { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x200000 "
		"0x10000>;\n"
		"    serial@1000 { compatible = \"arm,pl011\"; reg = <0x1000 0x1000>;\n"
		"      interrupts = <0 5 4>; }; }; }; };");
	assert_good();
	unsigned i = 0;
	while (strcmp(device_name(i), "serial@1000"))
		assert_true(++i < m.devices);
	assert_region(&m.device[i].reg, 0x1fe201000, 0x1000);
	assert_int_equal(m.device[i].intid[0], 37);
}

static void test_interrupts_extended(void **state)
{
	(void)state;
	overlay("/plugin/; &uart0 { interrupt-parent = <0xdead>;\n"
		"  interrupts-extended = <&gic 0 50 4>, <&gic 0 3 4>; };");
	assert_good();
	assert_int_equal(m.device[0].traits.lines, 2);
	assert_int_equal(m.device[0].intid[0], 82);
	assert_int_equal(m.device[0].intid[1], 35);
}

static void test_interrupt_map(void **state)
{
	(void)state;
	overlay("/plugin/; &{/} { bus: bus { #address-cells = <1>; #size-cells = <1>;\n"
		"  #interrupt-cells = <1>; ranges = <0 0 0x1c000000 0x100000>;\n"
		"  interrupt-map-mask = <0 0x3f>;\n"
		"  interrupt-map = <0 4 &gic 0 0 0 44 4>, <0 5 &gic 0 0 0 45 4>;\n"
		"  serial@90000 { compatible = \"arm,pl011\"; reg = <0x90000 0x1000>;\n"
		"    interrupt-parent = <&bus>; interrupts = <5>; }; }; };");
	/* #address-cells of the GIC decides how many cells follow its phandle */
	blob_fdtput(&blob, "-tu", GIC " '#address-cells' 2");
	assert_good();
	unsigned i = 0;
	while (strcmp(device_name(i), "serial@90000"))
		assert_true(++i < m.devices);
	assert_region(&m.device[i].reg, 0x1c090000, 0x1000);
	assert_int_equal(m.device[i].intid[0], 32 + 45);
}

static void test_interrupt_that_is_not_the_gics(void **state)
{
	(void)state;
	overlay("/plugin/; &{/} { pic: pic { interrupt-controller; #interrupt-cells = <1>; }; };\n"
		"&uart0 { interrupts-extended = <&pic 3>; };");
	assert_bad(EINVAL, UART, "an interrupt that is not the GIC's");
}

static void test_interrupt_that_leads_nowhere(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", UART " interrupt-parent 7777");
	assert_bad(EINVAL, UART, "an interrupt that leads nowhere");
}

static void test_interrupt_of_no_known_type(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", UART " interrupts 9 1 4");
	assert_bad(EINVAL, UART, "an interrupt that no GIC has");
}

static void test_interrupts_that_kvm_has_not(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tu", UART " interrupts 0 959 4");
	assert_good();
	assert_int_equal(m.intid_max, 991);
	blob_fdtput(&blob, "-tu", UART " interrupts 0 960 4");
	assert_bad(EINVAL, UART, "an interrupt that KVM gives no device");
	assert_int_equal(err.value, 992);
	blob_fdtput(&blob, "-tu", UART " interrupts 1 5 4");
	assert_bad(EINVAL, UART, "an interrupt that KVM gives no device");
	blob_fdtput(&blob, "-tu", UART " interrupts 0 1 4");
	overlay("/plugin/; &{/} { nobody@a0000000 { compatible = \"acme,unknown\";\n"
		"  reg = <0 0xa0000000 0 0x1000>; interrupts = <0 980 4>, <0 70 4>; }; };");
	assert_good(); /* nobody serves it */
	assert_int_equal(m.intid_max, 102);
}

static void test_timer_by_name_or_position(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tu", "/timer interrupts 1 1 4 1 2 4 1 3 4");
	assert_good();
	assert_int_equal(m.timer.ppi[1], 18);
	assert_int_equal(m.timer.ppi[2], 19);
	assert_int_equal(m.timer.ppi[3], 26); /* KVM's own */
	blob_fdtput(&blob, "-ts", "/timer interrupt-names virt hyp-phys phys");
	assert_good();
	assert_int_equal(m.timer.ppis, 4);
	assert_int_equal(m.timer.ppi[0], 29);
	assert_int_equal(m.timer.ppi[1], 19);
	assert_int_equal(m.timer.ppi[2], 17);
	assert_int_equal(m.timer.ppi[3], 18);
	blob_fdtput(&blob, "-ts", "/timer interrupt-names virt hyp-phys sec-phys");
	assert_good();
	assert_int_equal(m.timer.ppi[1], 30);
}

static void test_timers_that_kvm_has_not(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tu", "/timer interrupts 1 13 4 1 14 4 0 11 4 1 10 4");
	assert_bad(EINVAL, "/timer", "a timer's interrupt is no PPI");
	blob_fdtput(&blob, "-tu", "/timer interrupts 1 13 4 1 11 4");
	assert_bad(EINVAL, "/timer", "two timers on one interrupt"); /* KVM's own is the other */
	blob_fdtput(&blob, "-tu", "/timer interrupts 1 13 4 1 14 4 1 7 4 1 10 4");
	assert_bad(EINVAL, "/pmu", "it has the interrupt of a timer");
}

static void test_too_many_interrupts(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx",
		    UART " interrupts 0 1 4 0 2 4 0 3 4 0 4 4 0 5 4 0 6 4 0 7 4 0 8 4 0 9 4 0 a 4");
	assert_bad(E2BIG, UART, "too many interrupts");
}

/* What the host has, at each address that reg names; no model is asked for. */
static void test_passthrough(void **state)
{
	(void)state;
	overlay("/plugin/; &{/} { theirs@b100000 { compatible = \"arm,pl011\"; passthrough;\n"
		"  reg = <0 0xb100000 0 0x1000>, <0 0xb200000 0 0x2000>; };\n"
		" off@b300000 { passthrough; status = \"disabled\"; reg = <0 0xb300000 0 0x1000>; "
		"}; };");
	assert_good();
	assert_int_equal(m.passes, 2);
	assert_region(&m.pass[0], 0xb100000, 0x1000);
	assert_region(&m.pass[1], 0xb200000, 0x2000);
	assert_string_equal(tree_name(&tree, (unsigned)m.pass_node[1]), "theirs@b100000");
	assert_int_equal(m.unserveds, 0);
	assert_int_equal(m.devices, 2); /* virt's own */
}

static void test_passthrough_that_cannot_be(void **state)
{
	(void)state;
	overlay("/plugin/; &{/} { theirs { passthrough; }; };");
	assert_bad(EINVAL, "/theirs", "reg lacks an entry");
	virt_v3(NULL);
	overlay("/plugin/; &{/} { theirs@b100000 { passthrough; reg = <0 0xb100000 0 0>; }; };");
	assert_bad(EINVAL, "/theirs@b100000", "passthrough of a region of size 0");
	virt_v3(NULL);
	overlay("/plugin/; &{/} { theirs@b100000 { passthrough; reg = <0 0x9000000 0 0x1000>; }; "
		"};");
	assert_int_equal(read_with(dev_models), -EINVAL);
	assert_string_equal(err.what, "its region overlaps another one");
	virt_v3(NULL);
	overlay("/plugin/; &{/} { theirs@b100000 { passthrough; reg = <0 1 0 1>, <0 2 0 1>, <0 3 0 "
		"1>,\n"
		"<0 4 0 1>, <0 5 0 1>, <0 6 0 1>, <0 7 0 1>, <0 8 0 1>, <0 9 0 1>; }; };");
	assert_bad(E2BIG, "/theirs@b100000", "too many regions with passthrough");
}

static void test_overlapping_devices(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", "/rtc@9010000 reg 0 9000800 0 1000");
	assert_bad(EINVAL, "/rtc@9010000", "its region overlaps another one");
	assert_int_equal(err.value, 0x9000800);
}

static void test_device_in_the_gic(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", UART " reg 0 8fe0000 0 1000"); /* a redistributor */
	assert_bad(EINVAL, UART, "its region overlaps another one");
}

static void test_ram_is_left_to_the_plan(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", "/memory@40000000 reg 0 9000000 0 8000000");
	assert_good();
	assert_region(&m.ram[0], 0x9000000, 0x8000000);
}

static void test_flash_geometry(void **state)
{
	static const struct {
		unsigned size, block;
	} bank[] = {
		{ 0x4000000, 256 << 10 }, { 0x80000, 256 << 10 },      { 0x8000, 32 << 10 },
		{ 0x11000, 4 << 10 },	  { 0x8000000, 512 << 10 },    { 0x6000000, 512 << 10 },
		{ 0x4080000, 512 << 10 }, { 0x40000000, 4096u << 10 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(bank) / sizeof(bank[0]); i++) {
		char reg[64];

		snprintf(reg, sizeof(reg), "/flash@0 reg 10 0 0 %x", bank[i].size);
		blob_fdtput(&blob, "-tx", reg);
		assert_good();
		assert_int_equal(m.flash_storage[0].size, bank[i].size);
		assert_int_equal(m.flash_storage[0].block, bank[i].block);
		assert_int_equal(m.flash_storage[0].width, 4);
	}
	blob_fdtput(&blob, "-tx", "/flash@0 reg 10 0 0 4001000");
	assert_bad(EINVAL, "/flash@0", "a flash bank of an odd size");
	blob_fdtput(&blob, "-tx", "/flash@0 reg 10 0 0 4000000");
	blob_fdtput(&blob, "-tx", "/flash@0 bank-width 2");
	assert_good();
	assert_int_equal(m.flash_storage[0].width, 2);
	blob_fdtput(&blob, "-tx", "/flash@0 bank-width 3");
	assert_bad(EINVAL, "/flash@0", "bank-width is no flash chip's");
}

static void test_flash_overlaps(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", "/flash@0 reg 0 0 0 4000000 0 3ffffff 0 1000");
	assert_bad(EINVAL, "/flash@0", "its region overlaps another one");
}

static void test_gicv2_unaligned(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", GIC " reg 0 8000000 0 1000 0 8010800 0 2000");
	assert_bad(EINVAL, GIC, "the GIC's address is not aligned");
	assert_string_equal(err.remedy, "GICv2: move it to a multiple of 4 KiB");
	assert_int_equal(err.value, 0x8010800);
}

static void test_gicv3_unaligned(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", GIC " reg 0 8001000 0 10000 0 80a0000 0 f60000 40 0 0 4000000");
	assert_bad(EINVAL, GIC, "the GIC's address is not aligned");
	assert_string_equal(err.remedy, "GICv3: move it to a multiple of 64 KiB");
}

static void test_gic_reg_too_short(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", GIC " reg 0 8000000 0 10000");
	assert_bad(EINVAL, GIC, "reg lacks an entry");
}

static void test_gicv3_redistributor_properties(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", GIC " redistributor-stride 0 20000");
	assert_good();
	blob_fdtput(&blob, "-tx", GIC " redistributor-stride 0 40000");
	assert_bad(EINVAL, GIC, "redistributor-stride is not KVM's");
	for (unsigned len = 1; len < 12; len++) {
		if (len == 4 || len == 8)
			continue;
		assert_int_equal(fdt_open_into(blob.bytes, blob.bytes, sizeof(blob.bytes)), 0);
		assert_int_equal(fdt_setprop(blob.bytes, fdt_path_offset(blob.bytes, GIC),
					     "redistributor-stride", "\0\2\0\0\0\2\0\0\0\2\0",
					     (int)len),
				 0);
		fdt_pack(blob.bytes);
		blob.size = fdt_totalsize(blob.bytes);
		assert_bad(EINVAL, GIC, "redistributor-stride is not KVM's");
	}
	blob_fdtput(&blob, "-d", GIC " redistributor-stride");
	blob_fdtput(&blob, "-tx", GIC " '#redistributor-regions' 9");
	assert_bad(E2BIG, GIC, "too many redistributor regions");
	blob_fdtput(&blob, "-tx", GIC " '#redistributor-regions' 0");
	assert_bad(EINVAL, GIC, "#redistributor-regions is 0");
}

static void test_beyond_the_address_space(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", UART " reg ffffffff fffff800 0 1000");
	assert_int_equal(read_with(dev_models), -EINVAL);
	assert_string_equal(tree_name(&tree, (unsigned)err.node), "serial@9000000");
}

static void test_reg_that_is_not_translated(void **state)
{
	(void)state;
	overlay("/plugin/; &{/} { bus { #address-cells = <1>; #size-cells = <1>;\n"
		"  serial@90000 { compatible = \"arm,pl011\"; reg = <0x90000 0x1000>; }; }; };");
	assert_bad(EINVAL, "/bus/serial@90000", "reg is at no address of the CPU's");
}

static void test_reg_of_size_0_or_bad_length(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", UART " reg 0 9000000 0 0");
	assert_bad(EINVAL, UART, "a device of size 0");
	blob_fdtput(&blob, "-tx", UART " reg 0 9000000 1000");
	assert_bad(EINVAL, UART, "reg does not fit its bus's cells");
	blob_fdtput(&blob, "-d", UART " reg");
	assert_bad(EINVAL, UART, "reg lacks an entry");
}

static void test_no_gic_but_interrupts(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-ts", GIC " status disabled");
	assert_int_equal(read_with(dev_models), -EINVAL);
	assert_string_equal(err.what, "an interrupt that is not the GIC's");
}

static void test_second_gic(void **state)
{
	(void)state;
	overlay("/plugin/; &{/} { g@2000000 { compatible = \"arm,gic-400\";\n"
		"  reg = <0 0x2000000 0 0x1000 0 0x2002000 0 0x2000>; interrupt-controller;\n"
		"  #interrupt-cells = <3>; }; };");
	assert_int_equal(read_with(dev_models), -E2BIG);
	assert_string_equal(err.what, "a second GIC");
}

static void test_too_many_devices(void **state)
{
	static char text[0x20000] = "/plugin/; &{/} {";

	(void)state;
	for (unsigned i = 0; i < MACHINE_DEVICES_MAX - 1; i++)
		sprintf(text + strlen(text),
			" s@%x { compatible = \"arm,pl031\"; reg = <0 0x%x 0 0x1000>; };",
			0x20000000 + i * 0x1000, 0x20000000 + i * 0x1000);
	strcat(text, " };");
	overlay(text);
	assert_int_equal(read_with(dev_models), -E2BIG);
	assert_string_equal(err.what, "too many devices");
}

static void test_memory_in_banks(void **state)
{
	(void)state;
	overlay("/plugin/; &ram { reg = <0 0x40000000 0 0x1000000 0 0x60000000 0 0x2000000>; };\n"
		"&{/} { memory@100000000 { device_type = \"memory\"; reg = <1 0 0 0x100000>; }; "
		"};");
	assert_good();
	assert_int_equal(m.rams, 3);
	unsigned high = m.ram[0].base == 0x100000000 ? 0 : 2, low = high ? 0 : 1;
	assert_region(&m.ram[high], 0x100000000, 0x100000);
	assert_region(&m.ram[low], 0x40000000, 0x1000000);
	assert_region(&m.ram[low + 1], 0x60000000, 0x2000000);
	assert_int_equal(m.ram_node[low], m.ram_node[low + 1]);
	assert_int_not_equal(m.ram_node[low], m.ram_node[high]);
}

static void test_cpus_of_the_tree(void **state)
{
	(void)state;
	overlay("/plugin/; &cpus { #address-cells = <2>; #size-cells = <0>;\n"
		"  cpu@0 { device_type = \"cpu\"; compatible = \"arm,armv8\"; reg = <0 0>; };\n"
		"  cpu@100 { device_type = \"cpu\"; compatible = \"arm,armv8\"; reg = <1 0x100>; "
		"};\n"
		"  cpu@200 { device_type = \"cpu\"; reg = <0 0x200>; status = \"disabled\"; };\n"
		"  cpu-map { }; };");
	assert_good();
	assert_int_equal(m.cpus, 2);
	assert_true((m.mpidr[0] == 0 && m.mpidr[1] == 0x100000100) ||
		    (m.mpidr[1] == 0 && m.mpidr[0] == 0x100000100));
	assert_int_equal(m.unserveds, 0);
	blob_fdtput(&blob, "-tx", "/cpus/cpu@100 reg 100");
	assert_bad(EINVAL, "/cpus/cpu@100", "a CPU without a good reg");
}

/* Give the property at AT of NODE the length LEN. False: it has it already. */
static bool prop_resize(int node, const char *name, int len)
{
	uint8_t value[16] = { 0 };
	int had;
	const void *p = fdt_getprop(blob.bytes, node, name, &had);

	if (had == len)
		return false;
	memcpy(value, p, (size_t)(had < len ? had : len));
	assert_int_equal(fdt_open_into(blob.bytes, blob.bytes, sizeof(blob.bytes)), 0);
	assert_int_equal(fdt_setprop(blob.bytes, node, name, value, len), 0);
	fdt_pack(blob.bytes);
	blob.size = fdt_totalsize(blob.bytes);
	return true;
}

/* Whatever the length of any property: the tree is read or refused with words, and if read can be completed. */
static void test_every_property_of_every_length(void **state)
{
	static const uint64_t mpidr = 0;
	static struct blob whole, out;
	static char name[64];
	unsigned read = 0, refused = 0;
	struct completed done;
	const char *s;

	(void)state;
	overlay("/plugin/; &gic { redistributor-stride = <0 0x20000>; }; &its { status = \"okay\"; "
		"};\n"
		"&cpus { #address-cells = <2>; #size-cells = <0>;\n"
		"  cpu@0 { device_type = \"cpu\"; compatible = \"arm,armv8\"; reg = <0 0>; }; };");
	whole = blob;
	for (int node = 0, at; node >= 0; node = fdt_next_node(whole.bytes, node, NULL))
		fdt_for_each_property_offset(at, whole.bytes, node)
		{
			const struct completion with = { .ram = { { 0x40000000, 0x100000 } },
							 .rams = 1,
							 .mpidr = &mpidr,
							 .cpus = 1,
							 .cpu_compatible = "arm,armv8",
							 .redist_count = { 1 } };

			fdt_getprop_by_offset(whole.bytes, at, &s, NULL);
			snprintf(name, sizeof(name), "%s", s);
			for (int len = 0; len <= 16; len++) {
				blob_copy(&blob, whole.bytes, whole.bytes + whole.size);
				if (!prop_resize(node, name, len))
					continue;
				if (read_with(dev_models)) {
					assert_non_null(err.what);
					refused++;
					continue;
				}
				const int ret = machine_complete(&m, &tree, &with, out.bytes,
								 sizeof(out.bytes), &done);
				assert_true(ret == 0 || ret == -ERANGE);
				read++;
			}
		}
	assert_true(read > 100 && refused > 100);
}

/* Two models; which one serves is the tree's choice, not the table's. */
static void test_models_in_the_order_of_the_compatible_list(void **state)
{
	static const char *const general_list[] = { "acme,general", NULL };
	static const char *const special_list[] = { "acme,other", "acme,special", NULL };
	const struct model general = { .name = "general", .compatible = general_list };
	const struct model special = { .name = "special", .compatible = special_list };
	const struct model *const models[] = { &general, &special, NULL };

	(void)state;
	blob_compile(&blob, "",
		     "/ { #address-cells = <1>; #size-cells = <1>;\n"
		     "a@1000 { compatible = \"acme,special\", \"acme,general\"; reg = <0x1000 "
		     "0x100>; };\n"
		     "b@2000 { compatible = \"acme,unheard\", \"acme,general\", \"acme,special\";\n"
		     "  reg = <0x2000 0x100>; };\n"
		     "c@3000 { compatible = \"acme,specia\"; reg = <0x3000 0x100>; }; };");
	assert_int_equal(read_with(models), 0);
	assert_int_equal(m.devices, 2);
	assert_ptr_equal(m.device[0].model, &special);
	assert_int_equal(m.device[0].traits.kind, 1);
	assert_ptr_equal(m.device[1].model, &general);
	assert_int_equal(m.device[1].traits.kind, 0);
	assert_int_equal(m.unserveds, 1);
	assert_int_equal(m.gic.version, GIC_NONE);
	assert_int_equal(m.gic.node, -1);
	assert_int_equal(m.timer.node, -1);
	assert_int_equal(m.pmu_node, -1);
	assert_int_equal(m.psci_node, -1);
	assert_int_equal(m.cpus_node, -1);
	assert_int_equal(m.console, -1);
}

/* A node whose registers lie where it says; other models do not look. */
static void test_layout_of_a_devices_registers(void **state)
{
	static const char *const spread_list[] = { "acme,spread", "acme,wide", NULL };
	static const uint8_t spread_shifts[] = { 0, 3 };
	static const char *const plain_list[] = { "acme,plain", NULL };
	const struct model spread = {
		.name = "s", .compatible = spread_list, .layout = true, .reg_shifts = spread_shifts
	};
	const struct model plain = { .name = "p", .compatible = plain_list };
	const struct model *const models[] = { &spread, &plain, NULL };
	static const char bus[] = "/ { #address-cells = <1>; #size-cells = <1>;\n";
	char text[512];

	(void)state;
	snprintf(text, sizeof(text),
		 "%s a@1000 { compatible = \"acme,spread\"; reg = <0x1000 0x100>;\n"
		 "reg-shift = <2>; reg-io-width = <4>; };\n"
		 "b@2000 { compatible = \"acme,spread\"; reg = <0x2000 0x100>; };\n"
		 "c@3000 { compatible = \"acme,plain\"; reg = <0x3000 0x100>; reg-shift = <9>; };\n"
		 "d@4000 { compatible = \"acme,wide\"; reg = <0x4000 0x100>; };\n"
		 "e@5000 { compatible = \"acme,wide\"; reg = <0x5000 0x100>; reg-shift = <1>; }; "
		 "};",
		 bus);
	blob_compile(&blob, "", text);
	assert_int_equal(read_with(models), 0);
	assert_int_equal(m.device[0].traits.reg_shift, 2);
	assert_int_equal(m.device[0].traits.reg_width, 4);
	assert_int_equal(m.device[1].traits.reg_shift, 0);
	assert_int_equal(m.device[1].traits.reg_width, 0);
	assert_int_equal(m.device[2].traits.reg_shift, 0);
	assert_int_equal(m.device[3].traits.reg_shift, 3);
	assert_int_equal(m.device[4].traits.reg_shift, 1);
	static const char *const bad[][2] = {
		{ "reg-shift = <5>;", "reg-shift is too large" },
		{ "reg-io-width = <3>;", "reg-io-width is no access's" },
		{ "reg-io-width = <8>;", "reg-io-width is no access's" },
	};
	for (unsigned i = 0; i < 3; i++) {
		snprintf(text, sizeof(text),
			 "%s a@1000 { compatible = \"acme,spread\"; reg = <0x1000 0x100>; %s }; };",
			 bus, bad[i][0]);
		blob_compile(&blob, "", text);
		assert_int_equal(read_with(models), -EINVAL);
		assert_string_equal(err.what, bad[i][1]);
	}
}

#define V2(test) cmocka_unit_test_setup(test, virt_v2)
#define V3(test) cmocka_unit_test_setup(test, virt_v3)

int main(void)
{
	const struct CMUnitTest tests[] = {
		V2(test_virt_gicv2),
		V3(test_virt_gicv3),
		V3(test_its_by_overlay),
		V2(test_moved_by_fdtput),
		V3(test_moved_by_overlay),
		V2(test_uart_removed),
		V3(test_uart_disabled_by_overlay),
		V3(test_second_uart),
		V2(test_stdout_path_chooses_the_console),
		V3(test_unknown_node_is_unserved),
		V2(test_many_unserved_nodes_are_counted),
		V3(test_device_below_buses_with_ranges),
		V3(test_interrupts_extended),
		V2(test_interrupt_map),
		V3(test_interrupt_that_is_not_the_gics),
		V2(test_interrupt_that_leads_nowhere),
		V3(test_interrupt_of_no_known_type),
		V2(test_interrupts_that_kvm_has_not),
		V3(test_timer_by_name_or_position),
		V2(test_timers_that_kvm_has_not),
		V3(test_too_many_interrupts),
		V3(test_passthrough),
		V3(test_passthrough_that_cannot_be),
		V2(test_overlapping_devices),
		V3(test_device_in_the_gic),
		V2(test_ram_is_left_to_the_plan),
		V3(test_flash_geometry),
		V3(test_flash_overlaps),
		V2(test_gicv2_unaligned),
		V3(test_gicv3_unaligned),
		V3(test_gic_reg_too_short),
		V3(test_gicv3_redistributor_properties),
		V2(test_beyond_the_address_space),
		V3(test_reg_that_is_not_translated),
		V2(test_reg_of_size_0_or_bad_length),
		V3(test_no_gic_but_interrupts),
		V3(test_second_gic),
		V2(test_too_many_devices),
		V3(test_memory_in_banks),
		V3(test_cpus_of_the_tree),
		V3(test_every_property_of_every_length),
		V2(test_models_in_the_order_of_the_compatible_list),
		V2(test_layout_of_a_devices_registers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
