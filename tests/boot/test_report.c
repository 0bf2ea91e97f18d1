// SPDX-License-Identifier: BSD-2-Clause
// The printed plan: within 80 columns whatever the names are, and what it says.
#include "tests/boot/planner.h"

static char text[32 << 10];

/* The page for the plan made last; every line of it within 80 columns, no byte that steers a terminal. */
static const char *page(void)
{
	struct page out = { text, 0, sizeof(text) - 1 };
	unsigned column = 0;

	plan_print(&p.plan, &p.in, &out);
	text[out.used] = '\0';
	for (const char *c = text; *c; c++) {
		column = *c == '\n' ? 0 : column + 1;
		if (column > SAY_COLUMNS || (*c != '\n' && (*c < ' ' || *c > '~')))
			fail_msg("a bad line in:\n%s", text);
	}
	return text;
}

/* These words stand in the page, one behind the other, whatever the line breaks are. */
static void says(const char *words)
{
	const char *at = page();

	for (; *at; at++) {
		const char *w = words, *c = at;

		while (*w && (*w == *c || (*w == ' ' && (*c == ' ' || *c == '\n'))))
			if (*w++ == ' ')
				c += strspn(c, " \n");
			else
				c++;
		if (!*w)
			return;
	}
	fail_msg("no \"%s\" in:\n%s", words, text);
}

/* The same to the letter. */
static void holds(const char *lines)
{
	if (!strstr(page(), lines))
		fail_msg("no \"%s\" in:\n%s", lines, text);
}

static void what_board_host_and_guest_are(void **state)
{
	(void)state;
	SET("--memory=64M", "--cpus=4");
	planner_good();
	says("board A small board");
	says("2 x arm,cortex-a57, 4 GiB, GICv3, PSCI by smc");
	says("console arm,pl011 at 0x9000000");
	says("host KVM, 44-bit addresses, GICv2 GICv3 ITS PMU SVE PAuth AArch32");
	says("guest virt: 4 CPUs, PMU, SVE, PAuth, GICv3");
	p.host.pinned_cpus = 4;
	p.host.pinned_midr = 0x410fd083;
	says("AArch32 (pinned to 4 CPUs with MIDR 0x410fd083)");
	p.host.pinned_cpus = 0;
	p.host.assumed = true;
	p.board.memory_total = 0;
	says("host assumed from the tree: 44-bit addresses");
	says("RAM not told");
}

static void what_lies_where(void **state)
{
	(void)state;
	p.initrd = (struct span){ .fd = 4, .size = 5 };
	planner_good();
	holds("\n  0x0000000000     64 MiB  flash 0, read-only\n  0x0000000000      1 MiB    "
	      "firmware u-boot.bin, to flash 0\n");
	holds("\n  0x0004000000     64 MiB  flash 1, kept while this runs\n");
	holds("\n  0x00080a0000    128 KiB  GICv3 redistributors of 1 CPU\n");
	holds("\n  0x0009000000      4 KiB  PL011 UART, SPI 1, console\n");
	holds("\n  0x0040000000     64 MiB  RAM\n");
	holds("\n  0x0043fff000        5 B    initrd initrd.gz\n");
	holds("    device tree\n");
	planner_virt(2);
	planner_good();
	holds("\n  0x0008010000      8 KiB  GICv2 CPU interface\n");
	SET("--memory=64M", "--firmware=f@0x40000000");
	planner_good();
	says("firmware u-boot.bin, placed by @");
}

static void map_is_in_the_order_of_addresses(void **state)
{
	uint64_t last = 0, base;

	(void)state;
	planner_overlay("&its { status = \"okay\"; }; &{/} { early@6000 { compatible = \"acme,x\"; "
			"reg = <0 0x7f000000 0 4>; }; };");
	planner_good();
	for (const char *at = page(); (at = strstr(at, "\n  0x")); at++) {
		base = strtoull(at + 3, NULL, 16);
		assert_true(base >= last);
		last = base;
	}
	assert_int_equal(last, 0x7f000000);
}

static void every_setting_with_its_origin(void **state)
{
	(void)state;
	p.settings.raw[SET_CPUS].text = "1";
	p.settings.raw[SET_CPUS].origin = ORIGIN_TREE;
	p.settings.raw[SET_GIC].origin = ORIGIN_CMDLINE;
	planner_good();
	says("default firmware=/firmware machine=virt");
	says("\ntree cpus=1\n");
	says("\ncmdline gic=auto\n");
	says("\nargument memory=64M\n");
	for (unsigned key = 0; key < SETTINGS; key++) {
		char word[64];

		snprintf(word, sizeof(word), " %s=", settings_key_name(key));
		assert_int_equal(!!strstr(text, word),
				 p.settings.raw[key].text && p.settings.raw[key].text[0]);
	}
}

static void long_names_wrap_and_long_paths_say_so(void **state)
{
	static char path[256], args[900];

	(void)state;
	memset(path, 'p', 250);
	memcpy(path + 236, "/u-boot.bin", 12);
	memset(args, 'a', sizeof(args) - 1);
	SET("--memory=64M");
	p.firmware.path = path;
	p.settings.raw[SET_BOOTARGS].text = args;
	p.settings.raw[SET_MACHINE].text = path;
	p.board.model = args;
	p.board.kind[0].compatible = p.board.console.compatible = args;
	p.board.kinds = 4;
	p.board.kind[1] = p.board.kind[2] = p.board.kind[3] = p.board.kind[0];
	planner_overlay("&{/} { a-node-with-a-name-that-has-no-end-at-all-it-seems@ffffffff0000 { "
			"compatible = \"acme,x\";"
			"reg = <0xfff 0xffff0000 0 0x1001>; }; };");
	planner_good();
	says("firmware ...pppppppppppp/u-boot.bin, to flash 0");
	says("guest ...pppppppppppp/u-boot.bin: 1 CPU");
	says("a-node-with-a-name-that-has-no-end-at-al: no model, aborts");
	assert_non_null(strstr(text, "bootargs=aaa"));
	assert_non_null(
		strstr(text, "\n  0xfffffff0000 ")); /* all addresses as wide as the longest */
	assert_non_null(strstr(text, "\n  0x00040000000 "));
}

static void sixteen_digits(void **state)
{
	(void)state;
	planner_overlay(
		"&{/} { far@fff0000000000000 { compatible = \"acme,a-rather-long-compatible\";"
		"reg = <0xfff00000 0 0x7ffff 0xffffffff>; }; };");
	planner_good();
	holds("\n  0xfff0000000000000 ");
	says("far@fff0000000000000: no model, aborts");
	holds("\n  0x0000000040000000 ");
}

static void bytes_of_a_tree_steer_nothing(void **state)
{
	(void)state;
	p.board.model = "\033[2J\r\nboard \xc3\xa4";
	p.board.console.compatible = "acme,\007";
	planner_good();
	says("board ?[2J??board ??");
}

static void unserved_and_second_consoles(void **state)
{
	(void)state;
	planner_overlay("&{/} { serial@9040000 { compatible = \"arm,pl011\"; reg = <0 0x9040000 0 "
			"0x1000>; interrupts = <0 8 4>; };"
			"mystery@b050000 { compatible = \"acme,mystery\"; reg = <0 0xb050000 0 "
			"0x1000>; }; };");
	SET("--memory=64M", "--unmodelled=stub");
	planner_good();
	says("PL011 UART, SPI 8, not shown");
	says("mystery@b050000: no model, stub");
	SET("--memory=64M", "--unmodelled=trace");
	planner_good();
	says("mystery@b050000: no model, stub, traced");
	p.plan.machine.unserveds_more = 7;
	says("7 more nodes of the guest's tree have no model");
}

static void warnings(void **state)
{
	(void)state;
	blob_fdtput(&p.blob, "-r", "/serial@9000000");
	planner_good();
	says("warning: guest tree virt has no console that a model serves, so nothing of the guest "
	     "will be seen: enable a UART in it");
	p.in.entropy = NULL;
	says("warning: no entropy yet");
	p.settings.rng_seed = p.settings.kaslr_seed = false;
	assert_null(strstr(page(), "entropy"));
}

/* A board with one of each thing that a plan changes or leaves. */
static void board_mirrored(void)
{
	static const char source[] =
		"/memreserve/ 0x40000000 0x10000;\n"
		"/ { #address-cells = <2>; #size-cells = <2>; compatible = \"acme,board\";\n"
		" interrupt-parent = <&gic>;\n"
		" cpus { #address-cells = <1>; #size-cells = <0>;\n"
		"  cpu@0 { device_type = \"cpu\"; reg = <0>; enable-method = \"spin-table\";\n"
		"   cpu-release-addr = <0 8>; };\n"
		"  cpu@1 { device_type = \"cpu\"; reg = <1>; enable-method = \"psci\"; }; };\n"
		" memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; "
		"};\n"
		" reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n"
		"  tee@7e000000 { reg = <0 0x7e000000 0 0x100000>; }; };\n"
		" gic: gic@8000000 { compatible = \"arm,gic-v3\"; #interrupt-cells = <3>;\n"
		"  interrupt-controller;\n"
		"  reg = <0 0x8000000 0 0x10000>, <0 0x8100000 0 0x80000>; };\n"
		" its@8020000 { compatible = \"arm,gic-v3-its\"; msi-controller;\n"
		"  reg = <0 0x8020000 0 0x20000>; };\n"
		" serial@9000000 { compatible = \"arm,pl011\"; reg = <0 0x9000000 0 0x1000>;\n"
		"  interrupts = <0 8 4>; };\n"
		" block@a000000 { compatible = \"acme,block\"; reg = <0 0xa000000 0 0x1000>; };\n"
		" off@b000000 { compatible = \"acme,off\"; reg = <0 0xb000000 0 0x1000>;\n"
		"  status = \"disabled\"; };\n"
		" fixed { compatible = \"acme,fixed\"; };\n"
		" options { kvmshim { memory = \"64M\"; }; }; };\n";

	blob_compile(&p.blob, "", source);
}

static void what_a_mirrored_board_is_made_to(void **state)
{
	(void)state;
	board_mirrored();
	SET("--machine=mirror", "--memory=64M");
	planner_good();
	holds("\ndropped   memory reservations - the board's own firmware's\n");
	holds("\nrewritten /memory@40000000 - the guest's RAM, as the map has it\n");
	holds("\nrewritten /cpus - CPUs are started by psci\n");
	says("rewritten /gic@8000000 - reg is the distributor and redistributors of 2 CPUs");
	holds("\nadded     /psci - calls are made by hvc, to KVM\n");
	holds("\nadded     /timer - KVM's own interrupts\n");
	holds("\nadded     /aliases - serial0 is the console\n");
	holds("\nadded     /chosen - the guest's own\n");
	holds("\ndropped   /options/kvmshim - settings, which are not the guest's\n");
	holds("\ndisabled  /its@8020000 - no device here sends MSIs\n");
	says("dropped /reserved-memory/tee@7e000000 - outside the guest's RAM");
	holds("\nas it is  1 nodes without an address of the CPU's, 1 disabled\n");
	says("block@a000000: stub");
	assert_null(strstr(text, "\nmirror "));
	SET("--machine=mirror", "--memory=64M", "--cpus=1");
	planner_good();
	holds("\nrewritten /cpus - 1 of 2 CPUs are left\n");
	/* A run only counts, what it would tell: all of the above. */
	p.settings.verb = VERB_RUN;
	holds("\nmirror    1 nodes are stubs, 12 changes: kvmshim plan explains each\n");
	assert_null(strstr(text, "\nrewritten "));
}

static void a_kernel_that_ignores_smc(void **state)
{
	(void)state;
	board_mirrored();
	SET("--machine=mirror", "--memory=64M");
	planner_good();
	says("warning: this kernel ignores SMC from a guest, and most boards' firmware makes its "
	     "PSCI calls by it: reset and power-off from such firmware cannot work "
	     "(kernel 6.4 and later serve them)");
	p.host.smc = true;
	assert_null(strstr(page(), "SMC"));
	/* Firmware for virt was told to use hvc. */
	p.host.smc = false;
	planner_virt(3);
	SET("--memory=64M");
	planner_good();
	assert_null(strstr(page(), "SMC"));
}

static void page_that_is_full(void **state)
{
	char *small = malloc(100); /* of exactly that size: the sanitizer sees every byte too far */

	(void)state;
	planner_good();
	for (size_t size = 1; size <= 100; size++) {
		struct page out = { small + 100 - size, 0, size };

		plan_print(&p.plan, &p.in, &out);
		assert_true(out.used <= size);
	}
	free(small);
}

#define TEST(name) cmocka_unit_test_setup(name, planner_begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_board_host_and_guest_are),
		TEST(what_lies_where),
		TEST(map_is_in_the_order_of_addresses),
		TEST(every_setting_with_its_origin),
		TEST(long_names_wrap_and_long_paths_say_so),
		TEST(sixteen_digits),
		TEST(bytes_of_a_tree_steer_nothing),
		TEST(unserved_and_second_consoles),
		TEST(warnings),
		TEST(what_a_mirrored_board_is_made_to),
		TEST(a_kernel_that_ignores_smc),
		TEST(page_that_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
