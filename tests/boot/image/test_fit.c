// SPDX-License-Identifier: BSD-2-Clause
// FITs made by mkimage: what each configuration becomes, and what is refused.
#include "tests/boot/image/maker.h"

#define IMAGE(name, file, type, rest)                                                              \
	name " { data = /incbin/(\"" file "\"); type = \"" type                                    \
	     "\"; compression = \"none\"; " rest "};"
#define HASHED(algos) "hash-1 { algo = \"" algos "\"; };"
#define KERNEL                                                                                     \
	IMAGE("kernel-1", "kernel", "kernel",                                                      \
	      "arch = \"arm64\"; os = \"linux\"; load = <0x1 0x40200000>; entry = <0x1 "           \
	      "0x40200010>;" HASHED("sha256"))
#define EXTRAS                                                                                     \
	IMAGE("fdt-1", "tree", "flat_dt", HASHED("sha1"))                                          \
	IMAGE("fdt-o", "overlay", "flat_dt", HASHED("md5"))                                        \
	IMAGE("ramdisk-1", "ramdisk", "ramdisk", "os = \"linux\";" HASHED("sha512"))

/* The .its that all tests change: /images and /configurations as text. */
static void fit_make(const char *name, const char *images, const char *configurations,
		     const char *options)
{
	FILE *its = fopen(path_of("x.its"), "w");

	assert_non_null(its);
	fprintf(its,
		"/dts-v1/; / { description = \"a FIT\"; #address-cells = <1>; images { %s }; %s };",
		images, configurations);
	fclose(its);
	sh("cd $D; mkimage %s -f x.its %s", options, name);
}

static void kernel_make(const char *options)
{
	fit_make("fit", KERNEL EXTRAS,
		 "configurations { default = \"a\"; "
		 "a { kernel = \"kernel-1\"; fdt = \"fdt-1\", \"fdt-o\"; ramdisk = \"ramdisk-1\"; "
		 "}; "
		 "b { kernel = \"kernel-1\"; }; };",
		 options);
}

static void kernel_is_read(void)
{
	assert_string_equal(image.kind, "FIT");
	assert_int_equal(image.parts, 1);
	holds_file(&image.part[0].bytes, "kernel");
	assert_true(image.part[0].placed && image.part[0].loaded && image.entry_given);
	assert_int_equal(image.part[0].gpa, 0x140200000);
	assert_int_equal(image.entry, 0x140200010);
	assert_int_equal(image.arch, ARCH_A64);
	holds_file(&image.tree, "tree");
	assert_int_equal(image.overlays, 1);
	holds_file(&image.overlay[0], "overlay");
	holds_file(&image.ramdisk, "ramdisk");
}

static void configuration_is_the_default_or_named(void **state)
{
	(void)state;
	kernel_make("");
	opens("fit");
	kernel_is_read();
	assert_string_equal(image.note, "configuration a");
	assert_int_equal(open_conf("fit", "b"), 0);
	assert_int_equal(image.parts, 1);
	assert_int_equal(image.tree.fd, -1);
	assert_int_equal(image.ramdisk.fd, -1);
	assert_int_equal(open_conf("fit", "c"), -1);
	refused("E-KIND", "has no configuration c: name one of a, b (firmware=FILE#NAME)");
	sh("put $D/fit -d /configurations default");
	is_refused("fit", "E-KIND", "no default configuration: name one of a, b");
	assert_int_equal(open_conf("fit", "b"), 0);
}

static void external_data_is_found(void **state)
{
	(void)state;
	kernel_make("-E");
	opens("fit");
	kernel_is_read();
	cut_is_refused("fit", 0, 61);
	kernel_make("-E -p 0x3000"); /* data-position */
	opens("fit");
	kernel_is_read();
	kernel_make("-E -B 0x1000"); /* the tree is padded */
	opens("fit");
	kernel_is_read();
}

static void images_without_configurations(void **state)
{
	(void)state;
	fit_make("fit", EXTRAS KERNEL IMAGE("other", "other", "firmware", "load = <0x80000>;"), "",
		 "");
	opens("fit");
	holds_file(&image.part[0].bytes, "kernel");
	holds_file(&image.tree, "tree");
	holds_file(&image.ramdisk, "ramdisk");
	assert_int_equal(open_conf("fit", "other"), 0);
	holds_file(&image.part[0].bytes, "other");
	assert_int_equal(open_conf("fit", "nobody"), -1);
	refused("E-DAMAGED", "there is no image \"nobody\"");
}

#define BOARD                                                                                      \
	IMAGE("uboot", "kernel", "standalone",                                                     \
	      "arch = \"arm64\"; os = \"U-Boot\"; load = <0x4a000000>;")                           \
	IMAGE("atf", "other", "firmware",                                                          \
	      "arch = \"arm64\"; os = \"arm-trusted-firmware\"; load = <0x40000>; entry = "        \
	      "<0x40000>;")                                                                        \
	IMAGE("tee", "other", "tee", "arch = \"arm64\"; os = \"tee\"; load = <0x8400000>;")        \
	IMAGE("scp", "third", "firmware", "arch = \"or1k\"; load = <0x50000>;")                    \
	IMAGE("spl", "third", "standalone", "arch = \"arm64\"; os = \"u-boot\"; load = <0>;")      \
	IMAGE("data", "third", "standalone", "arch = \"arm64\"; load = <0x4b000000>;")             \
	IMAGE("lost", "third", "standalone", "arch = \"arm64\";")                                  \
	IMAGE("fdt", "tree", "flat_dt", "")                                                        \
	IMAGE("fdt-o", "overlay", "flat_dt", "")                                                   \
	IMAGE("fdt-there", "tree", "flat_dt", "load = <0x4c000000>;")

static void uboot_runs_with_its_tree_behind(void **state)
{
	(void)state;
	fit_make("fit", BOARD,
		 "configurations { default = \"a\"; "
		 "a { firmware = \"atf\"; loadables = \"tee\", \"spl\", \"uboot\", \"scp\", "
		 "\"data\", "
		 "\"lost\"; fdt = \"fdt\", \"fdt-o\"; }; "
		 "b { firmware = \"uboot\"; loadables = \"uboot\", \"atf\"; fdt = \"fdt-there\"; "
		 "}; };",
		 "");
	opens("fit");
	assert_int_equal(image.parts, 3);
	holds_file(&image.part[0].bytes, "kernel");
	assert_int_equal(image.part[0].gpa, 0x4a000000);
	assert_false(image.entry_given); /* its first byte */
	assert_string_equal(image.part[1].name, "data");
	assert_int_equal(image.part[1].gpa, 0x4b000000);
	assert_string_equal(image.part[2].name, "fdt");
	holds_file(&image.part[2].bytes, "tree");
	load("kernel");
	assert_int_equal(image.part[2].gpa, 0x4a000000 + (size + 7) / 8 * 8);
	assert_int_equal(image.tree.fd, -1); /* it is U-Boot's, not the machine */
	assert_string_equal(
		image.note,
		"configuration a; atf is left out (TF-A); tee is left out (secure world); "
		"spl is left out (SPL); scp is left out (for another processor); lost is "
		"left out (no load address); overlay fdt-o is left out");
	assert_int_equal(open_conf("fit", "b"), 0);
	assert_int_equal(image.parts, 2);
	assert_int_equal(image.part[0].gpa, 0x4a000000);
	assert_int_equal(image.part[1].gpa, 0x4c000000);
}

static void nothing_that_runs(void **state)
{
	(void)state;
	fit_make("fit", BOARD,
		 "configurations { default = \"a\"; a { firmware = \"atf\"; loadables = \"tee\"; "
		 "}; };",
		 "");
	is_refused("fit", "E-KIND", "holds nothing that can run in a guest");
	fit_make("fit", BOARD, "configurations { default = \"a\"; a { fdt = \"fdt\"; }; };", "");
	is_refused("fit", "E-KIND", "in a: give the file with U-Boot in it");
	is_refused("tree", "E-KIND", "is a device tree and no FIT: give it as machine=");
}

static void hashes_are_checked(void **state)
{
	static const char *const algos[] = { "crc32", "md5", "sha1", "sha256", "sha384", "sha512" };
	char its[400], options[64];

	(void)state;
	for (unsigned external = 0; external < 2; external++)
		for (unsigned i = 0; i < sizeof(algos) / sizeof(algos[0]); i++) {
			snprintf(its, sizeof(its),
				 IMAGE("k", "kernel", "kernel",
				       "hash-1 { algo = \"crc32\"; }; "
				       "hash-2 { algo = \"%s\"; };"),
				 algos[i]);
			snprintf(options, sizeof(options), "%s", external ? "-E" : "");
			fit_make("fit", its, "", options);
			opens("fit");
			sh("cp $D/fit $D/bad; set -- $(fdtget -t bx $D/fit /images/k/hash-2 "
			   "value); "
			   "v=$1; shift; put $D/bad -t bx /images/k/hash-2 value $(printf %%x "
			   "$((0x$v ^ 1))) $*");
			is_refused("bad", "E-DAMAGED", "does not match its data");
			assert_non_null(strstr(failure.text, algos[i]));
			sh("cp $D/fit $D/bad; put $D/bad -t bx /images/k/hash-2 value 1 2 3");
			is_refused("bad", "E-DAMAGED", "does not match its data");
			load("fit");
			bytes[size - 4] ^= 1; /* of external data one of the last bytes */
			store("bad");
			if (external)
				is_refused("bad", "E-DAMAGED", "does not match its data");
		}
	sh("put $D/fit -t s /images/k/hash-2 algo crc16");
	is_refused("fit", "E-DAMAGED", "hash algorithm \"crc16\" is not built in");
	sh("put $D/fit -d /images/k/hash-2 algo");
	is_refused("fit", "E-DAMAGED", "a hash without algo");
	sh("put $D/fit -t s /images/k/hash-2 algo md5; put $D/fit -d /images/k/hash-2 value");
	is_refused("fit", "E-DAMAGED", "a hash without value");
	/* U-Boot can be told to ignore one; here none is. */
	sh("put $D/fit -t bx /images/k/hash-2 value 1; put $D/fit -t x /images/k/hash-2 "
	   "uboot-ignore 1");
	is_refused("fit", "E-DAMAGED", "does not match its data");
}

static void packed_images_are_unpacked(void **state)
{
	(void)state;
	sh("gzip -k -f $D/kernel; gzip -k -f $D/tree");
	fit_make("fit",
		 "k { data = /incbin/(\"kernel.gz\"); type = \"kernel\"; compression = \"gzip\"; "
		 "load = "
		 "<0x40000000>; hash { algo = \"sha256\"; }; };"
		 "t { data = /incbin/(\"tree.gz\"); type = \"flat_dt\"; compression = \"gzip\"; };",
		 "configurations { default = \"a\"; a { kernel = \"k\"; fdt = \"t\"; }; };", "");
	opens("fit");
	holds_file(&image.part[0].bytes, "kernel");
	assert_int_equal(image.part[0].gpa, 0x40000000);
	holds_file(&image.tree, "tree");
	sh("cp $D/fit $D/bad; put $D/bad -t s /images/k compression bzip2");
	is_refused("bad", "E-KIND", "bzip2");
	sh("put $D/bad -t s /images/k compression zip");
	is_refused("bad", "E-DAMAGED", "compression \"zip\" is not known");
}

static void linux_lies_where_it_can_run(void **state)
{
	(void)state;
	/* An arm64 Image's header: text_offset 0, a size, the magic. */
	sh("{ head -c 16 /dev/zero; printf '\\0\\100\\0\\0\\0\\0\\0\\0'; head -c 32 /dev/zero; "
	   "printf 'ARM\\144'; head -c 9000 /dev/zero; } >$D/linux");
	fit_make("fit",
		 IMAGE("k", "linux", "kernel",
		       "arch = \"arm64\"; load = <0x80000>; entry = <0x80000>;"),
		 "", "");
	opens("fit");
	assert_string_equal(image.kind, "FIT, Linux Image");
	assert_false(image.part[0].placed); /* not 2 MiB aligned: the plan decides */
	sh("put $D/fit -t x /images/k load 40200000; put $D/fit -t x /images/k entry "
	   "40200000");
	opens("fit");
	assert_true(image.part[0].placed && image.part[0].loaded);
	sh("put $D/fit -t s /images/k type kernel_noload");
	opens("fit");
	assert_false(image.part[0].placed);
}

static void arch_is_what_the_code_says(void **state)
{
	(void)state;
	fit_make("fit", IMAGE("k", "kernel", "kernel", "arch = \"arm\"; load = <0x40008000>;"), "",
		 "");
	opens("fit");
	assert_int_equal(image.arch, ARCH_A32);
	sh("cp $C/u-boot/qemu_arm64/u-boot.bin $D/uboot");
	fit_make("fit", IMAGE("k", "uboot", "firmware", "arch = \"arm\"; load = <0x40200000>;"), "",
		 "");
	opens("fit");
	assert_int_equal(image.arch, ARCH_A64);
	/* Allwinner's has no header of U-Boot's, but begins with an A64 branch. */
	sh("cp $C/boards/sunxi/pine64_plus/u-boot-nodtb.bin $D/uboot");
	fit_make("fit", IMAGE("k", "uboot", "firmware", "arch = \"arm\"; load = <0x4a000000>;"), "",
		 "");
	opens("fit");
	assert_int_equal(image.arch, ARCH_A64);
	fit_make("fit", IMAGE("k", "kernel", "kernel", "arch = \"riscv\"; load = <0x40008000>;"),
		 "", "");
	is_refused("fit", "E-KIND", "nothing that can run");
}

static void numbers_that_lie(void **state)
{
	(void)state;
	kernel_make("-E");
	sh("cp $D/fit $D/bad; put $D/bad -t x /images/kernel-1 data-size 7fffffff");
	is_refused("bad", "E-DAMAGED", "its data ends at byte");
	sh("cp $D/fit $D/bad; put $D/bad -t x /images/kernel-1 data-offset ffffffff");
	is_refused("bad", "E-DAMAGED", "node kernel-1: its data ends at byte");
	sh("cp $D/fit $D/bad; put $D/bad -t x /images/kernel-1 data-position fffffff0");
	is_refused("bad", "E-DAMAGED", "its data ends at byte");
	sh("cp $D/fit $D/bad; put $D/bad -t x /images/kernel-1 data-offset 0 0");
	is_refused("bad", "E-DAMAGED", "data-offset has 8 bytes and not 4");
	sh("cp $D/fit $D/bad; put $D/bad -d /images/kernel-1 data-size");
	is_refused("bad", "E-DAMAGED", "without data-size");
	sh("cp $D/fit $D/bad; put $D/bad -t x /images/kernel-1 data-size 0");
	is_refused("bad", "E-DAMAGED", "its data is empty");
	sh("cp $D/fit $D/bad; put $D/bad -d /images/kernel-1 data-offset");
	is_refused("bad", "E-DAMAGED", "it has no data");
	kernel_make("");
	sh("cp $D/fit $D/bad; put $D/bad -t x /images/kernel-1 load 1 2 3");
	is_refused("bad", "E-DAMAGED", "load has 12 bytes and not 4 or 8");
	sh("cp $D/fit $D/bad; put $D/bad -t x /images/kernel-1 entry 1 40300000");
	is_refused("bad", "E-DAMAGED", "the entry 0x140300000 lies outside");
	sh("cp $D/fit $D/bad; put $D/bad -t s /configurations/a kernel kernel-2");
	is_refused("bad", "E-DAMAGED", "there is no image \"kernel-2\"");
	sh("cp $D/fit $D/bad; put $D/bad -t bx /configurations/a kernel 6b 65"); /* does not end */
	is_refused("bad", "E-KIND", "nothing that can run");
	sh("cp $D/fit $D/bad; put $D/bad -c /images/kernel-1/cipher");
	is_refused("bad", "E-KIND", "encrypted");
}

static void too_many_images(void **state)
{
	char images[5000] = "", list[2000] = "\"i0\"", conf[2400];

	(void)state;
	for (unsigned i = 0; i < 26; i++) {
		size_t n = strlen(images), m = strlen(list);

		snprintf(images + n, sizeof(images) - n,
			 "i%u { data = \"zzzz\"; type = \"standalone\"; load = <%u>; compression = "
			 "\"none\"; };",
			 i, i * 4096);
		if (i && i < 24)
			snprintf(list + m, sizeof(list) - m, ", \"i%u\"", i);
	}
	snprintf(conf, sizeof(conf), "configurations { default = \"a\"; a { loadables = %s; }; };",
		 list);
	fit_make("fit", images, conf, "");
	is_refused("fit", "E-KIND", "more than 16 parts");
	snprintf(conf, sizeof(conf),
		 "configurations { default = \"a\"; a { kernel = \"i25\"; loadables = %s; }; };",
		 list);
	fit_make("fit", images, conf, "");
	is_refused("fit", "E-KIND", "more than 24 images");
}

static void fits_in_fits_end(void **state)
{
	(void)state;
	sh("cp $D/kernel $D/inner");
	for (unsigned depth = 0; depth < 6; depth++) {
		fit_make("outer", IMAGE("k", "inner", "kernel", ""), "", "-E -p 0x1000");
		sh("mv $D/outer $D/inner");
		if (depth == 0)
			opens("inner");
	}
	is_refused("inner", "E-KIND", "more than 6 formats inside each other");
}

static void configuration_of_what_is_no_fit(void **state)
{
	(void)state;
	assert_int_equal(open_conf("kernel", "a"), -1);
	refused("E-KIND", "has no configurations, which a FIT has: leave out #a");
	/* Nor is one looked for in a FIT inside. */
	kernel_make("");
	sh("mv $D/fit $D/inner");
	fit_make("fit", IMAGE("k", "inner", "kernel", ""),
		 "configurations { default = \"x\"; x { kernel = \"k\"; }; y { kernel = \"k\"; }; "
		 "};",
		 "-E -p 0x1000");
	assert_int_equal(open_conf("fit", "y"), 0);
	assert_string_equal(image.kind, "FIT, FIT");
	assert_string_equal(image.note, "configuration y; configuration a");
}

static void cut_off_anywhere(void **state)
{
	(void)state;
	kernel_make("");
	cut_is_refused("fit", 0, 97);
}

static void damaged_anywhere(void **state)
{
	(void)state;
	fit_make("fit",
		 IMAGE("k", "third", "kernel", "load = <0x40200000>;" HASHED("sha256"))
			 IMAGE("t", "tree", "flat_dt", HASHED("crc32")),
		 "configurations { default = \"a\"; a { kernel = \"k\"; fdt = \"t\"; }; };", "");
	load("fit");
	any_byte_may_change("fit", 0, size, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configuration_is_the_default_or_named),
		cmocka_unit_test(external_data_is_found),
		cmocka_unit_test(images_without_configurations),
		cmocka_unit_test(uboot_runs_with_its_tree_behind),
		cmocka_unit_test(nothing_that_runs),
		cmocka_unit_test(hashes_are_checked),
		cmocka_unit_test(packed_images_are_unpacked),
		cmocka_unit_test(linux_lies_where_it_can_run),
		cmocka_unit_test(arch_is_what_the_code_says),
		cmocka_unit_test(numbers_that_lie),
		cmocka_unit_test(too_many_images),
		cmocka_unit_test(fits_in_fits_end),
		cmocka_unit_test(configuration_of_what_is_no_fit),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(damaged_anywhere),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
