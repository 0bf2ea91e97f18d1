// SPDX-License-Identifier: BSD-2-Clause
// Settings: four sources, precedence, values, and what is said about bad ones.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libfdt.h>

#include "boot/settings.h"
#include "boot/size.h"
#include "generated/config.h"

#include <cmocka.h> /* last: its fail() is not outcome.h's */

#define MAX_ARGS 8

static struct settings s;
static struct failure f;
static bool as_pid1;

/* Read settings from a kernel command line (or NULL), a prepared tree (or NULL) and arguments. */
static int get(const char *cmdline, const void *fdt, const char *const *args)
{
	static char line[1024];
	static struct tree_node nodes[16];
	char *argv[MAX_ARGS + 1] = { "kvmshim" };
	struct tree_error err;
	struct tree tree;
	int argc = 1;

	memset(&s, 0xa5, sizeof(s));
	memset(&f, 0, sizeof(f));
	for (; args && *args; args++)
		argv[argc++] = (char *)(uintptr_t)*args;
	snprintf(line, sizeof(line), "%s", cmdline ? cmdline : "");
	if (settings_begin(&s, argc, argv, as_pid1, cmdline ? line : NULL, &f))
		return -1;
	if (!fdt)
		return settings_read(&s, NULL, -1, &f);
	assert_int_equal(tree_index(&tree, fdt, fdt_totalsize(fdt), nodes, 16, &err), 0);
	return settings_read(&s, &tree, tree_by_path(&tree, "/options/kvmshim"), &f);
}

#define ARGS(...)                                                                                  \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

/* A tree whose /options/kvmshim has one property. */
static const void *tree_with(const char *name, const void *value, int len)
{
	static _Alignas(8) char fdt[2048];

	fdt_create(fdt, sizeof(fdt));
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_begin_node(fdt, "options");
	fdt_begin_node(fdt, "kvmshim");
	fdt_property_string(fdt, "compatible", "kvmshim");
	fdt_property_string(fdt, "status", "okay");
	fdt_property_u32(fdt, "phandle", 7);
	fdt_property(fdt, name, value, len);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	assert_int_equal(fdt_finish(fdt), 0);
	return fdt;
}

static const void *tree_string(const char *name, const char *value)
{
	return tree_with(name, value, (int)strlen(value) + 1);
}

static void defaults_are_kconfigs(void **state)
{
	(void)state;
	assert_int_equal(get(NULL, NULL, NULL), 0);
	assert_int_equal(s.verb, VERB_RUN);
	assert_string_equal(s.firmware.path, CONFIG_FIRMWARE);
	assert_string_equal(s.raw[SET_MACHINE].text, CONFIG_MACHINE);
	assert_int_equal(s.raw[SET_MACHINE].origin, ORIGIN_DEFAULT);
	assert_null(s.raw[SET_MEMORY].text);
	assert_int_equal(s.memory_size, 0);
	assert_false(s.memory_placed);
	assert_int_equal(s.cpus, 0);
	assert_int_equal(s.gic, 0);
	assert_int_equal(s.cpu_options, 0);
	assert_int_equal(s.overlays, 0);
	assert_true(s.stdout_path && s.rng_seed && s.kaslr_seed && s.watchdog);
	assert_false(s.unmodelled_given);
	assert_int_equal(s.on_poweroff, ACTION_POWEROFF);
	assert_int_equal(s.on_reset, ACTION_RESTART);
	assert_int_equal(s.on_crash, ACTION_MONITOR);
	assert_null(s.raw[SET_HOST].text);
}

static void later_source_wins(void **state)
{
	const void *fdt = tree_string("machine", "tree.dtb");

	(void)state;
	assert_int_equal(get("kvmshim.machine=cmdline.dtb", fdt, ARGS("--machine=argv.dtb")), 0);
	assert_string_equal(s.raw[SET_MACHINE].text, "argv.dtb");
	assert_int_equal(s.raw[SET_MACHINE].origin, ORIGIN_ARGV);
	assert_int_equal(get("kvmshim.machine=cmdline.dtb", fdt, NULL), 0);
	assert_string_equal(s.raw[SET_MACHINE].text, "cmdline.dtb");
	assert_int_equal(s.raw[SET_MACHINE].origin, ORIGIN_CMDLINE);
	assert_int_equal(get("quiet", fdt, NULL), 0);
	assert_string_equal(s.raw[SET_MACHINE].text, "tree.dtb");
	assert_int_equal(s.raw[SET_MACHINE].origin, ORIGIN_TREE);
	assert_string_equal(settings_origin_name(ORIGIN_TREE), "board tree");
	assert_int_equal(get("quiet", NULL, NULL), 0);
	assert_int_equal(s.raw[SET_MACHINE].origin, ORIGIN_DEFAULT);
}

static void same_key_in_all_four_places_is_read_from_the_last(void **state)
{
	const void *fdt = tree_string("memory", "128M");

	(void)state;
	assert_int_equal(get("kvmshim.memory=256M", fdt, ARGS("--memory=512M")), 0);
	assert_int_equal(s.memory_size, 512 << 20);
	assert_int_equal(get("kvmshim.memory=256M", fdt, NULL), 0);
	assert_int_equal(s.memory_size, 256 << 20);
	assert_int_equal(get(NULL, fdt, NULL), 0);
	assert_int_equal(s.memory_size, 128 << 20);
	/* Nothing, said later, takes back what was said before. */
	assert_int_equal(get("kvmshim.memory=256M", fdt, ARGS("--memory=")), 0);
	assert_int_equal(s.memory_size, 0);
	assert_int_equal(s.raw[SET_MEMORY].origin, ORIGIN_ARGV);
	/* A bad value that is overridden does no harm. */
	assert_int_equal(get("kvmshim.memory=lots", fdt, ARGS("--memory=512M")), 0);
	assert_int_equal(s.memory_size, 512 << 20);
}

static const struct {
	const char *text;
	int err;
	uint64_t size;
	const char *rest;
} sizes[] = {
	{ "0", 0, 0, "" },
	{ "4096", 0, 4096, "" },
	{ "64K", 0, 65536, "" },
	{ "64k", 0, 65536, "" },
	{ "64 ", 0, 64, " " },
	{ "64\t", 0, 64, "\t" },
	{ "256M", 0, 256ull << 20, "" },
	{ "3g@0x40000000", 0, 3ull << 30, "@0x40000000" },
	{ "0x1000", 0, 4096, "" },
	{ "0XfFG", 0, 255ull << 30, "" },
	{ "0xffffffffffffffff", 0, UINT64_MAX, "" },
	{ "18446744073709551615", 0, UINT64_MAX, "" },
	{ "18446744073709551616", -ERANGE, 0, "" },
	{ "17179869184G", -ERANGE, 0, "" },
	{ "12a", 0, 12, "a" },
	{ "1MB", 0, 1 << 20, "B" },
	{ "", -EINVAL, 0, "" },
	{ "0x", -EINVAL, 0, "" },
	{ "M", -EINVAL, 0, "" },
	{ "-1", -EINVAL, 0, "" },
	{ " 1", -EINVAL, 0, "" },
};

static void sizes_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t size = 0;
		const char *end = "";

		assert_int_equal(size_parse(sizes[i].text, &size, &end), sizes[i].err);
		assert_int_equal(size, sizes[i].size);
		if (!sizes[i].err)
			assert_string_equal(end, sizes[i].rest);
	}
}

static const char *const good[] = {
	"--firmware=/u-boot.bin",
	"--firmware=u-boot.bin@0x200000",
	"--firmware=a@b/c",
	"--memory=1M",
	"--memory=256M@0x80000000",
	"--cpus=1",
	"--cpus=160",
	"--cpu=host",
	"--cpu=host,-sve,-pmu",
	"--cpu=host,aarch32,-pauth",
	"--gic=auto",
	"--gic=2",
	"--gic=3",
	"--gic=2-irqchip",
	"--overlay=a.dtbo,b.dtbo",
	"--overlay=",
	"--unmodelled=trace",
	"--unmodelled=",
	"--initrd=",
	"--bootargs=a=b c",
	"--on-crash=exit",
	"--on_crash=reboot",
	"--watchdog=off",
	"--flash=",
	"--flash=PARTLABEL=a",
	"--flash=PARTLABEL=PARTLABEL=",
	"--flash=PARTLABEL",
	"--host=x",
	"--symbols=/a@b/System.map",
	"--symbols=u-boot@0x3f000000",
	"--silence=off",
	"--silence=3600",
};

static void good_values_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (get(NULL, NULL, ARGS(good[i])))
			fail_msg("%s: %s", good[i], f.text);
}

/* A word that is refused, and what must stand in the sentence. */
static const struct {
	const char *word, *says;
} bad[] = {
	{ "--memory=lots", "SIZE[@BASE]" },
	{ "--symbols=u-boot@", "FILE[@OFFSET]" },
	{ "--symbols=u-boot@here", "FILE[@OFFSET]" },
	{ "--symbols=@0x1000", "FILE[@OFFSET]" },
	{ "--silence=0", "out of range" },
	{ "--silence=long", "1 to 3600, or off" },
	{ "--memory=256", "out of range" },
	{ "--memory=256MB", "K, M or G" },
	{ "--memory=99T", "K, M or G" },
	{ "--memory=1M@", "SIZE[@BASE]" },
	{ "--memory=1M@x", "SIZE[@BASE]" },
	{ "--memory=2M@0xfffffffffff00000", "out of range" },
	{ "--memory=99999999999999999999", "out of range" },
	{ "--cpus=0", "1 to " },
	{ "--cpus=161", "out of range" },
	{ "--cpus=two", "1 to " },
	{ "--cpus=2,3", "1 to " },
	{ "--cpu=cortex-a57", "host" },
	{ "--cpu=host,-mmu", "-pmu" },
	{ "--cpu=host,", "-pmu" },
	{ "--cpu=hostess", "host" },
	{ "--gic=4", "2-irqchip" },
	{ "--firmware=", "no value" },
	{ "--firmware=@0x1000", "PATH[#CONF][@ADDR]" },
	{ "--firmware=x@", "PATH[#CONF][@ADDR]" },
	{ "--firmware=x@here", "PATH[#CONF][@ADDR]" },
	{ "--firmware=x#", "PATH[#CONF][@ADDR]" },
	{ "--firmware=#conf", "PATH[#CONF][@ADDR]" },
	{ "--machine=", "no value" },
	{ "--overlay=,", ".dtbo" },
	{ "--overlay=a,b,c,d,e,f,g,h,i", "up to 8" },
	{ "--unmodelled=ignore", "stub, trace or abort" },
	{ "--on-reset=again", "restart" },
	{ "--watchdog=yes", "on or off" },
	{ "--rng-seed=1", "on or off" },
	{ "--flash=PARTLABEL=", "PARTLABEL=NAME, a block device or a file" },
	{ "--flash-init=yes", "off, on or overwrite" },
	{ "--memroy=1M", "--memory" },
	{ "--cpus2=1", "--cpus" },
	{ "--onreset=restart", "--on-reset" },
	{ "--board_dbt=x", "--board-dtb" },
	{ "--memory", "no value" },
	{ "--", "no setting" },
	{ "-m", "--help" },
	{ "plam", "nearest is plan" },
};

static void bad_values_are_refused_with_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!get(NULL, NULL, ARGS(bad[i].word)))
			fail_msg("%s was taken", bad[i].word);
		assert_int_equal(f.outcome, OUTCOME_BAD_CONFIG);
		if (!strstr(f.text, bad[i].says) || !strstr(f.text, "(argument)"))
			fail_msg("%s: %s", bad[i].word, f.text);
	}
}

static void long_path_is_refused(void **state)
{
	char word[400] = "--firmware=";

	(void)state;
	memset(word + 11, 'x', 255);
	assert_int_equal(get(NULL, NULL, ARGS(word)), 0);
	word[11 + 255] = 'x';
	assert_int_equal(get(NULL, NULL, ARGS(word)), -1);
	assert_non_null(strstr(f.text, "255 characters"));
}

static void error_names_its_source(void **state)
{
	(void)state;
	assert_int_equal(get("kvmshim.cpus=none", NULL, NULL), -1);
	assert_non_null(strstr(f.text, "kvmshim.cpus=none (kernel command line)"));
	assert_int_equal(get("kvmshim.cpuss=1", NULL, NULL), -1);
	assert_non_null(strstr(f.text, "kvmshim.cpuss (kernel command line)"));
	assert_non_null(strstr(f.text, "kvmshim.cpus;"));
	assert_int_equal(get(NULL, tree_string("cpus", "none"), NULL), -1);
	assert_non_null(strstr(f.text, "cpus=none (board tree)"));
	assert_int_equal(get(NULL, tree_string("frimware", "x"), NULL), -1);
	assert_non_null(strstr(f.text, "frimware (board tree)"));
	assert_non_null(strstr(f.text, "firmware;"));
}

static void firmware_address_is_split_off(void **state)
{
	(void)state;
	assert_int_equal(get(NULL, NULL, ARGS("--firmware", "/fw/u-boot.bin@0x200000")), 0);
	assert_string_equal(s.firmware.path, "/fw/u-boot.bin");
	assert_true(s.firmware.placed);
	assert_int_equal(s.firmware.gpa, 0x200000);
	assert_int_equal(get(NULL, NULL, ARGS("--firmware=/a@b/c")), 0);
	assert_string_equal(s.firmware.path, "/a@b/c");
	assert_false(s.firmware.placed);
}

static void firmware_configuration_is_split_off(void **state)
{
	(void)state;
	assert_int_equal(get(NULL, NULL, ARGS("--firmware=/fw/b.itb#conf-1")), 0);
	assert_string_equal(s.firmware.path, "/fw/b.itb");
	assert_string_equal(s.firmware.conf, "conf-1");
	assert_false(s.firmware.placed);
	assert_int_equal(get(NULL, NULL, ARGS("--firmware=b.itb#conf@0x1000")), 0);
	assert_string_equal(s.firmware.path, "b.itb");
	assert_string_equal(s.firmware.conf, "conf");
	assert_int_equal(s.firmware.gpa, 0x1000);
	assert_int_equal(get(NULL, NULL, ARGS("--firmware=/a#b/c")), 0);
	assert_string_equal(s.firmware.path, "/a#b/c");
	assert_string_equal(s.firmware.conf, "");
}

static void lists_are_split(void **state)
{
	(void)state;
	assert_int_equal(
		get(NULL, NULL, ARGS("--overlay=a.dtbo,/b.dtbo", "--cpu=host,-sve,aarch32")), 0);
	assert_int_equal(s.overlays, 2);
	assert_string_equal(s.overlay[0], "a.dtbo");
	assert_string_equal(s.overlay[1], "/b.dtbo");
	assert_int_equal(s.cpu_options, CPU_NO_SVE | CPU_AARCH32);
}

static void command_line_is_quoted_as_the_kernels(void **state)
{
	(void)state;
	assert_int_equal(get("root=/dev/x kvmshim.bootargs=\"a b=c  d\" quiet", NULL, NULL), 0);
	assert_string_equal(s.raw[SET_BOOTARGS].text, "a b=c  d");
	assert_int_equal(get("\"kvmshim.bootargs=a b\" kvmshim.cpus=2\n", NULL, NULL), 0);
	assert_string_equal(s.raw[SET_BOOTARGS].text, "a b");
	assert_int_equal(s.cpus, 2);
	assert_int_equal(get("kvmshim.bootargs=\"\"", NULL, NULL), 0);
	assert_null(s.raw[SET_BOOTARGS].text);
	assert_int_equal(get("kvmshim.bootargs=\"open end", NULL, NULL), 0);
	assert_string_equal(s.raw[SET_BOOTARGS].text, "open end");
	assert_int_equal(get("kvmshim.on_reset=reboot", NULL, NULL), 0);
	assert_int_equal(s.on_reset, ACTION_REBOOT);
	assert_int_equal(get("kvmshim.watchdog", NULL, NULL), -1);
	assert_non_null(strstr(f.text, "no value"));
}

static void command_line_ends_at_two_dashes(void **state)
{
	(void)state;
	assert_int_equal(get("kvmshim.cpus=2 -- kvmshim.cpus=3 kvmshim.nonsense=1", NULL, NULL), 0);
	assert_int_equal(s.cpus, 2);
	assert_int_equal(get("xkvmshim.cpus=3 kvmshimcpus=4", NULL, NULL), 0);
	assert_int_equal(s.cpus, 0);
}

static void tree_takes_cells_and_lists(void **state)
{
	(void)state;
	assert_int_equal(get(NULL, tree_with("cpus", "\0\0\0\4", 4), NULL), 0);
	assert_int_equal(s.cpus, 4);
	assert_int_equal(get(NULL, tree_with("gic", "\0\0\0\3", 4), NULL), 0);
	assert_int_equal(s.gic, 3);
	assert_int_equal(get(NULL, tree_with("memory", "\x10\0\0\0", 4), NULL), 0);
	assert_int_equal(s.memory_size, 256 << 20);
	assert_int_equal(get(NULL, tree_with("memory", "\0\0\0\1\0\0\0\0", 8), NULL), 0);
	assert_int_equal(s.memory_size, 1ull << 32);
	assert_int_equal(get(NULL, tree_with("overlay", "a.dtbo\0b.dtbo", 14), NULL), 0);
	assert_int_equal(s.overlays, 2);
	assert_string_equal(s.overlay[1], "b.dtbo");
	assert_string_equal(s.raw[SET_OVERLAY].text, "a.dtbo,b.dtbo");
	assert_int_equal(get(NULL, tree_with("machine", "a\0b", 4), NULL), -1);
	assert_int_equal(get(NULL, tree_with("machine", "\0\0\0\4", 4), NULL), -1);
	assert_int_equal(get(NULL, tree_with("machine", "virt", 4), NULL), -1);
	assert_int_equal(get(NULL, tree_with("cpus", "\0\0\0\0\0\0\0\4", 8), NULL), -1);
	assert_non_null(strstr(f.text, "board tree"));
	assert_int_equal(get(NULL, tree_with("overlay", "", 0), NULL), 0);
	assert_int_equal(s.overlays, 0);
}

static void verb_is(enum verb verb, const char *const *argv)
{
	assert_int_equal(get(NULL, NULL, argv), 0);
	assert_int_equal(s.verb, verb);
}

static void verb_stands_in_front(void **state)
{
	(void)state;
	assert_int_equal(get(NULL, NULL, ARGS("plan", "--host=h", "--dump-dtb", "d")), 0);
	assert_int_equal(s.verb, VERB_PLAN);
	assert_string_equal(s.raw[SET_DUMP_DTB].text, "d");
	verb_is(VERB_RUN, ARGS("run"));
	verb_is(VERB_HELP, ARGS("--help"));
	verb_is(VERB_HELP, ARGS("help"));
	verb_is(VERB_HELP, ARGS("plan", "-h"));
	verb_is(VERB_VERSION, ARGS("version"));
	verb_is(VERB_VERSION, ARGS("plan", "--version"));
	assert_int_equal(get(NULL, NULL, ARGS("--cpus=2", "plan")), -1);
}

static void what_is_left_out_is_not_built_in(void **state)
{
	static const struct {
		const char *word, *needs;
		bool built_in;
	} words[] = { { "probe", "PROBE", CONFIG_PROBE },
		      { "--save=x", "PROBE", CONFIG_PROBE },
		      { "--key=x", "VERIFY", CONFIG_VERIFY } };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].built_in) {
			assert_int_equal(get(NULL, NULL, ARGS(words[i].word)), 0);
		} else {
			assert_int_equal(get(NULL, NULL, ARGS(words[i].word)), -1);
			assert_non_null(strstr(f.text, "not built in"));
			assert_non_null(strstr(f.text, words[i].needs));
		}
	}
}

static void pid1_passes_over_the_kernels_words(void **state)
{
	(void)state;
	as_pid1 = true;
	assert_int_equal(get(NULL, NULL, ARGS("single", "-x", "plan", "--", "--cpus=2")), 0);
	assert_int_equal(s.verb, VERB_RUN);
	assert_int_equal(s.cpus, 2);
	assert_int_equal(get(NULL, NULL, ARGS("--cpus", "2")), -1);
	assert_int_equal(get(NULL, NULL, ARGS("--cpsu=2")), -1);
	as_pid1 = false;
}

static void pid1_cannot_exit(void **state)
{
	(void)state;
	as_pid1 = true;
	assert_int_equal(get("kvmshim.on-poweroff=exit", NULL, NULL), -1);
	assert_int_equal(f.outcome, OUTCOME_BAD_CONFIG);
	assert_non_null(strstr(f.text, "PID 1 cannot exit"));
	assert_int_equal(get("kvmshim.on-poweroff=reboot", NULL, NULL), 0);
	as_pid1 = false;
	assert_int_equal(get("kvmshim.on-poweroff=exit", NULL, NULL), 0);
	assert_int_equal(s.on_poweroff, ACTION_EXIT);
}

static void policies_are_there_after_a_failure(void **state)
{
	(void)state;
	assert_int_equal(get("kvmshim.nonsense=1", NULL, NULL), -1);
	assert_int_equal(s.on_crash, ACTION_MONITOR);
	assert_int_equal(s.on_reset, ACTION_RESTART);
	assert_true(s.watchdog);
	assert_int_equal(get("kvmshim.on-crash=reboot kvmshim.nonsense=1", NULL, NULL), -1);
	assert_int_equal(s.on_crash, ACTION_REBOOT);
	assert_non_null(strstr(f.text, "nonsense"));
}

static void what_stands_behind_a_typo_holds(void **state)
{
	(void)state;
	assert_int_equal(get("kvmshim.cpsu=2 kvmshim.memroy=5 kvmshim.on-crash=reboot", NULL,
			     ARGS("--on-reset=poweroff")),
			 -1);
	assert_non_null(strstr(f.text, "kvmshim.cpsu"));
	assert_int_equal(s.on_crash, ACTION_REBOOT);
	assert_int_equal(s.on_reset, ACTION_POWEROFF);
	/* A value that cannot be read is no better than a key. */
	assert_int_equal(get("kvmshim.memory=lots kvmshim.on-crash=reboot", NULL, NULL), -1);
	assert_non_null(strstr(f.text, "memory=lots"));
	assert_int_equal(s.on_crash, ACTION_REBOOT);
	assert_int_equal(get("kvmshim.watchdog kvmshim.on-crash=reboot", NULL, NULL), -1);
	assert_non_null(strstr(f.text, "kvmshim.watchdog"));
	assert_int_equal(s.on_crash, ACTION_REBOOT);
	assert_int_equal(
		get(NULL, NULL, ARGS("plam", "--memroy", "1M", "--gic=4", "--on-crash", "reboot")),
		-1);
	assert_non_null(strstr(f.text, "plam"));
	assert_int_equal(s.on_crash, ACTION_REBOOT);
	as_pid1 = true;
	assert_int_equal(get(NULL, NULL, ARGS("--cpsu=2", "--cpus", "--on-crash=reboot")), -1);
	assert_non_null(strstr(f.text, "--cpsu"));
	assert_int_equal(s.on_crash, ACTION_REBOOT);
	assert_int_equal(get(NULL, NULL, ARGS("-h", "help", "--cpus=2")), 0);
	assert_int_equal(s.verb, VERB_RUN);
	as_pid1 = false;
}

static void help_fits_80_columns_and_names_every_key(void **state)
{
	FILE *file = tmpfile();
	char page[8192], *line = page;
	int kept = dup(STDOUT_FILENO);
	size_t n;

	(void)state;
	assert_non_null(file);
	dup2(fileno(file), STDOUT_FILENO);
	settings_help();
	dup2(kept, STDOUT_FILENO);
	close(kept);
	rewind(file);
	n = fread(page, 1, sizeof(page) - 1, file);
	page[n] = '\0';
	fclose(file);
	for (enum setting_key k = 0; k < SETTINGS; k++) {
		char want[32];

		snprintf(want, sizeof(want), "\n  --%s ", settings_key_name(k));
		if (!settings_key_needs(k) && !strstr(page, want))
			fail_msg("no %s in the help page", want);
	}
	while (*line) {
		char *eol = strchr(line, '\n');

		assert_non_null(eol);
		if (eol - line > 80)
			fail_msg("too wide: %.*s", (int)(eol - line), line);
		line = eol + 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_kconfigs),
		cmocka_unit_test(later_source_wins),
		cmocka_unit_test(same_key_in_all_four_places_is_read_from_the_last),
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(good_values_are_taken),
		cmocka_unit_test(bad_values_are_refused_with_what_is_allowed),
		cmocka_unit_test(long_path_is_refused),
		cmocka_unit_test(error_names_its_source),
		cmocka_unit_test(firmware_address_is_split_off),
		cmocka_unit_test(firmware_configuration_is_split_off),
		cmocka_unit_test(lists_are_split),
		cmocka_unit_test(command_line_is_quoted_as_the_kernels),
		cmocka_unit_test(command_line_ends_at_two_dashes),
		cmocka_unit_test(tree_takes_cells_and_lists),
		cmocka_unit_test(verb_stands_in_front),
		cmocka_unit_test(what_is_left_out_is_not_built_in),
		cmocka_unit_test(pid1_passes_over_the_kernels_words),
		cmocka_unit_test(pid1_cannot_exit),
		cmocka_unit_test(policies_are_there_after_a_failure),
		cmocka_unit_test(what_stands_behind_a_typo_holds),
		cmocka_unit_test(help_fits_80_columns_and_names_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
