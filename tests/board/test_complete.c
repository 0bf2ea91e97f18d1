// SPDX-License-Identifier: BSD-2-Clause
// The guest's tree completed: what the plan settles stands in it, all else stays, and it is the same machine when read again.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board/dev.h"
#include "board/machine.h"
#include "tests/board/treetool.h"

extern const char dts_virt_gicv2_begin[], dts_virt_gicv2_end[];
extern const char dts_virt_gicv3_begin[], dts_virt_gicv3_end[];

#define GIC "/interrupt-controller@8000000"

static struct blob blob, out;
static struct tree tree;
static struct machine m;
static struct completion with;
static struct completed done;
static uint64_t mpidr[MACHINE_CPUS_MAX];
static const uint8_t seed[32] = "0123456789abcdefghijklmnopqrstuv";

static void begin(void)
{
	struct tree_error err = { 0 };

	blob_index(&tree, &blob);
	if (machine_read(&m, &tree, dev_models, false, &err))
		fail_msg("machine_read: %s", err.what);
	with = (struct completion){ .ram = { { 0x40000000, 0x10000000 } },
				    .rams = 1,
				    .mpidr = mpidr,
				    .cpus = 1,
				    .cpu_compatible = "arm,armv8",
				    .pmu = true,
				    .stdout_path = true,
				    .slack = 64 };
	for (unsigned i = 0; i < MACHINE_CPUS_MAX; i++) /* as KVM numbers them */
		mpidr[i] = (i & 15) | (i >> 4) << 8;
}

static int virt_v2(void **state)
{
	(void)state;
	blob_copy(&blob, dts_virt_gicv2_begin, dts_virt_gicv2_end);
	begin();
	return 0;
}

static int virt_v3(void **state)
{
	(void)state;
	blob_copy(&blob, dts_virt_gicv3_begin, dts_virt_gicv3_end);
	begin();
	return 0;
}

static int bare(void **state)
{
	(void)state;
	blob_compile(&blob, "", "/ { #address-cells = <1>; #size-cells = <1>; };");
	begin();
	return 0;
}

static void complete(void)
{
	memset(out.bytes, 0xa5, sizeof(out.bytes));
	assert_int_equal(machine_complete(&m, &tree, &with, out.bytes, sizeof(out.bytes), &done),
			 0);
	out.size = (size_t)done.size;
	assert_int_equal(fdt_check_full(out.bytes, out.size), 0);
	assert_int_equal(fdt_totalsize(out.bytes), out.size);
}

/* What a node says, or NULL. */
static const void *get(const char *path, const char *name, int *len)
{
	const int node = fdt_path_offset(out.bytes, path);

	return node < 0 ? NULL : fdt_getprop(out.bytes, node, name, len);
}

static void assert_cells(const char *path, const char *name, unsigned n, const uint32_t *want)
{
	int len;
	const uint8_t *p = get(path, name, &len);

	assert_non_null(p);
	assert_int_equal(len, n * 4);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(tree_u32(p + 4 * i), want[i]);
}
#define ASSERT_CELLS(path, name, ...)                                                              \
	assert_cells(path, name, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4,                          \
		     (uint32_t[]){ __VA_ARGS__ })

static void assert_string(const char *path, const char *name, const char *want)
{
	int len;
	const char *p = get(path, name, &len);

	assert_non_null(p);
	assert_int_equal(len, strlen(want) + 1);
	assert_string_equal(p, want);
}

static void assert_no_prop(const char *path, const char *name)
{
	int len;

	assert_null(get(path, name, &len));
}

static bool there(const char *path)
{
	return fdt_path_offset(out.bytes, path) >= 0;
}

static unsigned cpus_there(void)
{
	const int cpus = fdt_path_offset(out.bytes, "/cpus");
	unsigned n = 0;
	int node;

	fdt_for_each_subnode(node, out.bytes, cpus) n++;
	return n;
}

static void test_virt(void **state)
{
	struct machine again;
	struct tree_error err = { 0 };
	struct tree t;

	(void)state;
	with.cpus = 4;
	with.bootargs = "console=ttyAMA0 quiet";
	with.slack = 0;
	complete();
	ASSERT_CELLS("/memory@40000000", "reg", 0, 0x40000000, 0, 0x10000000);
	assert_int_equal(cpus_there(), 4);
	assert_string("/cpus/cpu@3", "device_type", "cpu");
	assert_string("/cpus/cpu@3", "compatible", "arm,armv8");
	assert_string("/cpus/cpu@3", "enable-method", "psci");
	ASSERT_CELLS("/cpus/cpu@3", "reg", 3);
	assert_string("/psci", "method", "hvc");
	assert_true(there("/pmu"));
	assert_string("/chosen", "bootargs", "console=ttyAMA0 quiet");
	assert_string("/chosen", "stdout-path", "serial0:115200n8");
	assert_string("/aliases", "serial0", "/serial@9000000");

	/* the guest's tree is the machine it was made from */
	blob_index(&t, &out);
	assert_int_equal(machine_read(&again, &t, dev_models, false, &err), 0);
	assert_int_equal(again.ram[0].size, 0x10000000);
	assert_int_equal(again.cpus, 4);
	assert_int_equal(again.devices, m.devices);
	assert_int_equal(again.console, m.console);
	assert_int_equal(again.unserveds, 0);
	assert_int_equal(again.intid_max, m.intid_max);
	assert_memory_equal(&again.gic.dist, &m.gic.dist, sizeof(m.gic.dist));
	assert_memory_equal(again.gic.redist, m.gic.redist, sizeof(m.gic.redist));
	for (unsigned i = 0; i < m.devices; i++)
		assert_memory_equal(&again.device[i].reg, &m.device[i].reg, sizeof(struct region));
}

static void test_moved_ram_is_renamed(void **state)
{
	(void)state;
	with.ram[0] = (struct region){ 0x1080000000, 0x200000000 };
	complete();
	assert_false(there("/memory@40000000"));
	ASSERT_CELLS("/memory@1080000000", "reg", 0x10, 0x80000000, 2, 0);
	assert_string("/memory@1080000000", "device_type", "memory");
}

static void test_ram_in_banks(void **state)
{
	(void)state;
	with.ram[1] = (struct region){ 0x100000000, 0x8000000 };
	with.rams = 2;
	complete();
	ASSERT_CELLS("/memory@40000000", "reg", 0, 0x40000000, 0, 0x10000000, 1, 0, 0, 0x8000000);
}

static void test_ram_nodes_become_one(void **state)
{
	(void)state;
	blob_compile(
		&blob, "",
		"/ { #address-cells = <1>; #size-cells = <1>;\n"
		"memory@40000000 { device_type = \"memory\"; reg = <0x40000000 0x1000000>; };\n"
		"memory@80000000 { device_type = \"memory\"; reg = <0x80000000 0x1000000 "
		"0x90000000 0x1000>; }; };");
	begin();
	assert_int_equal(m.rams, 3);
	complete();
	ASSERT_CELLS("/memory@40000000", "reg", 0x40000000, 0x10000000);
	assert_false(there("/memory@80000000"));
}

static void test_numbers_that_do_not_fit_the_cells(void **state)
{
	(void)state;
	with.ram[0].base = 0x100000000;
	assert_int_equal(machine_complete(&m, &tree, &with, out.bytes, sizeof(out.bytes), &done),
			 -ERANGE);
}

static void test_nodes_that_are_missing_are_added(void **state)
{
	(void)state;
	with.cpus = 2;
	with.initrd_start = 0x48000000;
	with.initrd_end = 0x48123456;
	with.rng_seed = seed;
	complete();
	ASSERT_CELLS("/memory@40000000", "reg", 0x40000000, 0x10000000);
	assert_string("/memory@40000000", "device_type", "memory");
	ASSERT_CELLS("/cpus", "#address-cells", 1);
	ASSERT_CELLS("/cpus", "#size-cells", 0);
	ASSERT_CELLS("/cpus/cpu@1", "reg", 1);
	assert_string("/psci", "method", "hvc");
	ASSERT_CELLS("/chosen", "linux,initrd-start", 0, 0x48000000);
	ASSERT_CELLS("/chosen", "linux,initrd-end", 0, 0x48123456);
	assert_false(there("/aliases")); /* no console to name */
	assert_true(done.rng_seed_at > 0);
}

static void test_cpu_cells_are_those_that_are_used(void **state)
{
	(void)state;
	for (unsigned cells = 0; cells < 5; cells++) {
		char text[256];

		snprintf(text, sizeof(text),
			 "/ { #address-cells = <1>; #size-cells = <1>; cpus { #address-cells = "
			 "<%u>; #size-cells = <1>; }; };",
			 cells);
		blob_compile(&blob, "", text);
		begin();
		complete();
		ASSERT_CELLS("/cpus", "#size-cells", 0);
		if (cells == 2) {
			ASSERT_CELLS("/cpus", "#address-cells", 2);
			ASSERT_CELLS("/cpus/cpu@0", "reg", 0, 0);
		} else {
			ASSERT_CELLS("/cpus", "#address-cells", 1);
			ASSERT_CELLS("/cpus/cpu@0", "reg", 0);
		}
	}
}

/* GIC's tree is read again: the timer is KVM's, at KVM's own interrupts. */
static void assert_timer(void)
{
	static const uint32_t own[] = { 29, 30, 27, 26 };
	struct tree_error err = { 0 };
	struct machine again;
	struct tree t;
	int len;

	complete();
	assert_string("/timer", "compatible", "arm,armv8-timer");
	assert_non_null(get("/timer", "always-on", &len));
	blob_index(&t, &out);
	assert_int_equal(machine_read(&again, &t, dev_models, false, &err), 0);
	assert_true(again.timer.node > 0);
	assert_int_equal(again.timer.ppis, 4);
	for (unsigned i = 0; i < 4; i++) {
		struct tree_irq irq;
		uint32_t intid;
		bool edge;

		assert_int_equal(again.timer.ppi[i], own[i]);
		assert_int_equal(tree_irq(&t, (unsigned)again.timer.node, i, &irq), 0);
		assert_int_equal(tree_irq_intid(&irq, &intid, &edge), 0);
		assert_int_equal(intid, own[i]);
	}
}

static void test_timer_that_is_missing_is_added(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-r", "/timer");
	begin();
	assert_timer();
	blob_compile(
		&blob, "",
		"/ { #address-cells = <1>; #size-cells = <1>; interrupt-controller@8000000 {\n"
		"compatible = \"arm,gic-400\"; reg = <0x8000000 0x1000 0x8010000 0x2000>;\n"
		"interrupt-controller; #interrupt-cells = <4>; }; other { phandle = <1>; }; };");
	begin();
	assert_timer();
	ASSERT_CELLS(GIC, "phandle", 2); /* it had none, and 1 is taken */
}

static void test_psci_versions(void **state)
{
	int len;

	(void)state;
	blob_fdtput(&blob, "-ts", "/psci method smc");
	blob_fdtput(&blob, "-ts", "/psci compatible arm,psci");
	begin();
	assert_int_equal(m.psci, PSCI_SMC);
	complete();
	assert_string("/psci", "method", "hvc");
	const char *p = get("/psci", "compatible", &len);
	assert_int_equal(len, sizeof("arm,psci-1.0\0arm,psci-0.2"));
	assert_memory_equal(p, "arm,psci-1.0\0arm,psci-0.2", (size_t)len);
}

static void test_pmu_goes_without_one(void **state)
{
	(void)state;
	with.pmu = false;
	complete();
	assert_false(there("/pmu"));
	assert_true(there("/timer"));
}

static void test_seeds_stand_where_it_says(void **state)
{
	int len;

	(void)state;
	with.rng_seed = seed;
	with.kaslr = true;
	with.kaslr_seed = 0x1122334455667788;
	complete();
	const uint8_t *p = get("/chosen", "rng-seed", &len);
	assert_int_equal(len, 32);
	assert_ptr_equal(p, out.bytes + done.rng_seed_at);
	assert_memory_equal(p, seed, 32);
	p = get("/chosen", "kaslr-seed", &len);
	assert_int_equal(len, 8);
	assert_ptr_equal(p, out.bytes + done.kaslr_seed_at);
	assert_memory_equal(p, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
}

static void test_rng_seed_alone(void **state)
{
	(void)state;
	with.rng_seed = seed;
	complete();
	assert_no_prop("/chosen", "kaslr-seed");
	assert_int_equal(done.kaslr_seed_at, 0);
	assert_true(done.rng_seed_at > 0);
}

static void test_stdout_path_turned_off(void **state)
{
	(void)state;
	with.stdout_path = false;
	with.bootargs = "";
	complete();
	assert_no_prop("/chosen", "stdout-path");
	assert_no_prop("/chosen", "bootargs");
}

static void test_kaslr_seed_alone(void **state)
{
	(void)state;
	with.kaslr = true;
	with.kaslr_seed = 5;
	complete();
	ASSERT_CELLS("/chosen", "kaslr-seed", 0, 5);
	assert_no_prop("/chosen", "rng-seed");
	assert_int_equal(done.rng_seed_at, 0);
	assert_true(done.kaslr_seed_at > 0);
}

/* A seed or an initrd from another boot would be a lie. */
static void test_stale_values_go(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-tx", "/chosen rng-seed 1 2 3");
	blob_fdtput(&blob, "-tx", "/chosen kaslr-seed 1 2");
	blob_fdtput(&blob, "-tx", "/chosen linux,initrd-start 48000000");
	blob_fdtput(&blob, "-tx", "/chosen linux,initrd-end 49000000");
	blob_fdtput(&blob, "-ts", "/chosen bootargs mine");
	begin();
	complete();
	assert_no_prop("/chosen", "rng-seed");
	assert_no_prop("/chosen", "kaslr-seed");
	assert_no_prop("/chosen", "linux,initrd-start");
	assert_no_prop("/chosen", "linux,initrd-end");
	assert_string("/chosen", "bootargs", "mine");
	assert_int_equal(done.rng_seed_at, 0);
	assert_int_equal(done.kaslr_seed_at, 0);
}

static void test_alias_of_the_console(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-d", "/aliases serial0");
	blob_fdtput(&blob, "-d", "/chosen stdout-path");
	begin();
	complete();
	assert_string("/aliases", "serial0", "/serial@9000000");
	blob_fdtput(&blob, "-r", "/aliases");
	begin();
	complete();
	assert_string("/aliases", "serial0", "/serial@9000000");
	blob_fdtput(&blob, "-r", "/serial@9000000");
	begin();
	complete();
	assert_false(there("/aliases"));
}

static void test_cpus_of_the_tree_stay(void **state)
{
	(void)state;
	blob_fdtput(&blob, "-c", "/cpus/cpu@0 /cpus/cpu@1 /cpus/cpu@100 /cpus/cpu-map");
	for (unsigned i = 0; i < 3; i++) {
		static const char *const reg[] = { "0", "1", "100" };
		char arg[64];
		snprintf(arg, sizeof(arg), "/cpus/cpu@%s reg %s", reg[i], reg[i]);
		blob_fdtput(&blob, "-tx", arg);
		snprintf(arg, sizeof(arg), "/cpus/cpu@%s device_type cpu", reg[i]);
		blob_fdtput(&blob, "-ts", arg);
		snprintf(arg, sizeof(arg), "/cpus/cpu@%s compatible arm,cortex-a72", reg[i]);
		blob_fdtput(&blob, "-ts", arg);
		snprintf(arg, sizeof(arg), "/cpus/cpu@%s enable-method spin-table", reg[i]);
		blob_fdtput(&blob, "-ts", arg);
		snprintf(arg, sizeof(arg), "/cpus/cpu@%s cpu-release-addr 0", reg[i]);
		blob_fdtput(&blob, "-tx", arg);
	}
	begin();
	assert_int_equal(m.cpus, 3);
	with.cpus = 3; /* 0, 1, 2 */
	complete();
	assert_string("/cpus/cpu@1", "compatible", "arm,cortex-a72");
	assert_string("/cpus/cpu@1", "enable-method", "psci");
	assert_no_prop("/cpus/cpu@1", "cpu-release-addr");
	assert_string("/cpus/cpu@2", "compatible", "arm,armv8");
	assert_false(there("/cpus/cpu@100"));
	assert_false(there("/cpus/cpu-map")); /* it named one that has gone */
	assert_int_equal(cpus_there(), 3);
	mpidr[2] = 0x100;
	complete();
	assert_true(there("/cpus/cpu@100"));
	assert_true(there("/cpus/cpu-map"));
	mpidr[2] = 0x100000000; /* Aff3: reg becomes two cells everywhere */
	complete();
	ASSERT_CELLS("/cpus", "#address-cells", 2);
	ASSERT_CELLS("/cpus/cpu@1", "reg", 0, 1);
	ASSERT_CELLS("/cpus/cpu@100000000", "reg", 1, 0);
}

static void test_redistributors_of_130_vcpus(void **state)
{
	(void)state;
	with.cpus = 130;
	with.redist_count[0] = 123;
	with.redist_count[1] = 7;
	complete();
	ASSERT_CELLS(GIC, "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 123 * 0x20000, 0x40, 0,
		     0, 7 * 0x20000);
	ASSERT_CELLS(GIC, "#redistributor-regions", 2);
	assert_int_equal(cpus_there(), 130);
	assert_true(there("/cpus/cpu@801"));
}

static void test_redistributor_region_without_use_goes(void **state)
{
	(void)state;
	with.redist_count[0] = 2;
	complete();
	ASSERT_CELLS(GIC, "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 2 * 0x20000);
	ASSERT_CELLS(GIC, "#redistributor-regions", 1);
}

static void test_most_cpus(void **state)
{
	(void)state;
	with.cpus = MACHINE_CPUS_MAX;
	with.cpu_compatible = "a,compatible-string-of-32-bytes";
	with.rng_seed = seed;
	for (unsigned i = 0; i < MACHINE_CPUS_MAX; i++)
		mpidr[i] |= 0xff00000000;
	complete();
	assert_int_equal(cpus_there(), MACHINE_CPUS_MAX);
	ASSERT_CELLS("/cpus/cpu@ff00001f0f", "reg", 0xff, 0x1f0f);
}

static void test_refused(void **state)
{
	(void)state;
	complete();
	assert_int_equal(
		machine_complete(&m, &tree, &with, out.bytes, (size_t)done.size - 1, &done),
		-ENOSPC);
	with.cpus = 0;
	assert_int_equal(machine_complete(&m, &tree, &with, out.bytes, sizeof(out.bytes), &done),
			 -EINVAL);
	with.cpus = 1;
	with.rams = 0;
	assert_int_equal(machine_complete(&m, &tree, &with, out.bytes, sizeof(out.bytes), &done),
			 -EINVAL);
}

/* Trees with bytes flipped: read, refused or completed, but never a step outside, and what comes out is a tree. */
static void test_flipped_bytes_do_no_harm(void **state)
{
	static struct blob good, flipped;
	static struct tree_node nodes[TREETOOL_NODES];
	uint32_t random = 1;
	unsigned refused = 0, completed = 0;

	(void)state;
	good = blob;
	with.rng_seed = seed;
	with.redist_count[0] = 1;
	for (unsigned round = 0; round < 4000; round++) {
		struct tree_error err;
		memcpy(flipped.bytes, good.bytes, good.size);
		for (unsigned i = 0; i <= round % 3; i++) {
			random = random * 1664525 + 1013904223;
			flipped.bytes[(random >> 8) % good.size] ^= (uint8_t)(1u << (random >> 29));
		}
		if (tree_index(&tree, flipped.bytes, good.size, nodes, TREETOOL_NODES, &err) ||
		    machine_read(&m, &tree, dev_models, false, &err)) {
			assert_non_null(err.what);
			refused++;
			continue;
		}
		if (machine_complete(&m, &tree, &with, out.bytes, sizeof(out.bytes), &done))
			continue;
		completed++;
		assert_int_equal(fdt_check_header(out.bytes), 0);
		assert_int_equal(tree_index(&tree, out.bytes, (size_t)done.size, nodes,
					    TREETOOL_NODES, &err),
				 0);
	}
	assert_true(refused > 100);
	assert_true(completed > 100);
}

#define V2(test) cmocka_unit_test_setup(test, virt_v2)
#define V3(test) cmocka_unit_test_setup(test, virt_v3)
#define BARE(test) cmocka_unit_test_setup(test, bare)

int main(void)
{
	const struct CMUnitTest tests[] = {
		V2(test_virt),
		V3(test_moved_ram_is_renamed),
		V2(test_ram_in_banks),
		V2(test_ram_nodes_become_one),
		BARE(test_cpu_cells_are_those_that_are_used),
		V2(test_timer_that_is_missing_is_added),
		BARE(test_numbers_that_do_not_fit_the_cells),
		BARE(test_nodes_that_are_missing_are_added),
		V2(test_psci_versions),
		V3(test_pmu_goes_without_one),
		V3(test_seeds_stand_where_it_says),
		V2(test_rng_seed_alone),
		V2(test_kaslr_seed_alone),
		V3(test_stdout_path_turned_off),
		V2(test_stale_values_go),
		V3(test_alias_of_the_console),
		V2(test_cpus_of_the_tree_stay),
		V3(test_redistributors_of_130_vcpus),
		V3(test_redistributor_region_without_use_goes),
		V3(test_most_cpus),
		V2(test_refused),
		V3(test_flipped_bytes_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
