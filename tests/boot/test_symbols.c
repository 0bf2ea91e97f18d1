// SPDX-License-Identifier: BSD-2-Clause
// Names of addresses: of an ELF, of a list, of firmware that has moved itself.
#include "tests/boot/still.h"

#include "boot/exits.h"
#include "boot/symbols.h"
#include "tests/boot/image/maker.h"

#define LINKED 0x80000000ull
#define TEXT_SIZE 0x3000u
#define MOVED (RAM + 0x4000) /* where the copy is, but for the offset in its page */

static char buf[80];

/* Three pages of code, none of its blocks like another; main 0x10 from the start, last in page 2. */
static int made(void **state)
{
	maker_begin(state);
	sh("cd $D; cat >x.S <<'END'\n"
	   ".macro words n\n.rept \\n\n.4byte 0x11000000 + (. - start) * 0x9e37\n.endr\n.endm\n"
	   ".text\n.globl start, main, last\n"
	   ".type start, %%function\n.type main, %%function\n.type last, %%function\n"
	   "start: words 4\n.size start, . - start\n"
	   "main: words 2044\n.size main, . - main\n"
	   "last: words 1024\n.size last, . - last\n"
	   ".bss\n.globl table\ntable: .space 64\n"
	   "END\n"
	   "aarch64-linux-gnu-gcc -nostdlib -static -no-pie -Wl,--build-id=none,-Ttext=0x80000000,"
	   "-Tbss=0x80010000,-e,start -o elf x.S; aarch64-linux-gnu-strip -o stripped elf; "
	   "aarch64-linux-gnu-nm elf >list; aarch64-linux-gnu-nm -S elf >sizes; "
	   "aarch64-linux-gnu-objcopy -O binary -j .text elf text");
	load("text");
	assert_int_equal(size, TEXT_SIZE);
	return 0;
}

static int use(const char *name, uint64_t offset)
{
	failure = (struct failure){ .text = "" };
	symbols_close();
	snprintf(shim.p.settings.symbols.path, SETTINGS_PATH_MAX, "%s", path_of(name));
	shim.p.settings.symbols.offset = offset;
	return symbols_open(&shim, &failure);
}

static int unused(void **state)
{
	symbols_close();
	return still_end(state);
}

static void assert_named(uint64_t pc, const char *name)
{
	const char *is = symbols_text(&shim, pc, buf, sizeof(buf));

	if (!name && is)
		fail_msg("%#llx is %s", (unsigned long long)pc, is);
	if (name)
		assert_non_null(is);
	if (name)
		assert_string_equal(is, name);
}

static uint64_t found(const char *name)
{
	uint64_t value = 1;

	return symbols_find(&shim, name, strlen(name), &value) ? value : 0;
}

static void elf_and_lists_name_the_same(void **state)
{
	static const char *const files[] = { "elf", "list", "sizes" };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(use(files[i], 0), 0);
		assert_named(LINKED, i ? "start+0" : "start+0x0");
		assert_named(LINKED + 0x14, "main+0x4");
		assert_named(LINKED + 0x2ffc, "last+0xffc");
		assert_named(LINKED - 4, NULL);
		assert_named(LINKED + 0x100000, NULL);
		assert_int_equal(found("main"), LINKED + 0x10);
		assert_int_equal(found("table"), 0x80010000);
		assert_int_equal(found("mai"), 0);
		assert_int_equal(found("main2"), 0);
	}
}

static void an_offset_that_is_given_holds(void **state)
{
	static const char *const files[] = { "elf", "list" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(use(files[i], 0x123000), 0);
		assert_named(LINKED + 0x123014, "main+0x4");
		assert_named(LINKED + 0x14, "main+0x4"); /* before it moved */
		assert_int_equal(found("main"), LINKED + 0x123010);
	}
	assert_int_equal(use("elf", -(uint64_t)0x1000), 0);
	assert_named(LINKED - 0x1000 + 0x14, "main+0x4");
}

static void firmware_that_has_moved_is_found_by_its_code(void **state)
{
	(void)state;
	load("text");
	memcpy(ram + (MOVED - RAM), bytes, TEXT_SIZE);
	assert_int_equal(use("elf", 0), 0);
	assert_int_equal(found("main"), LINKED + 0x10);
	assert_named(MOVED + 0x1234, "main+0x1224");
	assert_named(MOVED + 0x2ffc, "last+0xffc");
	assert_named(RAM + 0x100, NULL);
	/* Names are of the copy as soon as it runs. */
	reg_is(0, PC, MOVED + 0x2000);
	assert_int_equal(found("main"), MOVED + 0x10);
	assert_int_equal(found("table"), MOVED + 0x10000);
	/* The firmware's own ELF does the same. */
	symbols_close();
	opens("elf");
	shim.p.firmware = image;
	assert_named(MOVED + 0x1234, "main+0x1224");
	assert_string_equal(exit_pc(&shim, MOVED + 0x10, (char[EXIT_PC_SIZE]){ "" }),
			    "0x40004010 (main+0x0)");
}

/* As far as can be told: code that is there twice is nobody's. */
static void code_that_may_be_of_two_places_has_no_name(void **state)
{
	(void)state;
	load("elf");
	sh("cd $D; sed -e 's/(. - start)/((. - start) %% 4096)/' x.S >y.S; "
	   "aarch64-linux-gnu-gcc -nostdlib -static -no-pie -Wl,--build-id=none,-Ttext=0x80000000,"
	   "-e,start -o twice y.S; aarch64-linux-gnu-objcopy -O binary -j .text twice text2");
	load("text2");
	memcpy(ram + (MOVED - RAM), bytes, TEXT_SIZE);
	assert_int_equal(use("twice", 0), 0);
	assert_named(MOVED + 0x1234, NULL);
	memset(ram, 0, RAM_SIZE);
	assert_int_equal(use("elf", 0), 0);
	assert_named(MOVED, NULL);
}

static void the_settings_file_goes_before_the_firmware(void **state)
{
	(void)state;
	opens("elf");
	shim.p.firmware = image;
	sh("cd $D; echo '0000000080000010 T other' >list2");
	assert_int_equal(use("list2", 0), 0);
	assert_named(LINKED + 0x14, "other+0x4");
	assert_named(LINKED, "start+0x0");
	assert_int_equal(found("last"), LINKED + 0x2000);
}

static void lists_may_hold_anything(void **state)
{
	(void)state;
	sh("cd $D; { echo; echo '                 U undefined'; echo 'nonsense'; "
	   "echo '0000000080000000 t $x'; echo 'ffff800080000000 T kernel'; "
	   "echo '0000000080000000 D data'; printf '0000000080000008 T module\\t[mod]\\r\\n'; "
	   "echo \"0000000080000020 t $(head -c 300 /dev/zero | tr '\\0' n)\"; "
	   "printf '0000000080000030 W end'; } >odd");
	assert_int_equal(use("odd", 0), 0);
	assert_named(LINKED, NULL);
	assert_named(LINKED + 8, "module+0");
	assert_named(LINKED + 0x34, "end+0x4");
	assert_named(LINKED + 0xffff + 0x30, "end+0xffff");
	assert_named(LINKED + 0x10000 + 0x30, NULL);
	assert_named(0xffff800080000004, "kernel+0x4");
	assert_int_equal(strlen(symbols_text(&shim, LINKED + 0x20, buf, sizeof(buf))), 64 + 2);
	assert_int_equal(found("data"), LINKED);
	assert_int_equal(found("undefined"), 0);
	assert_int_equal(found("end"), LINKED + 0x30);
}

static void lists_cut_off_or_changed_do_no_harm(void **state)
{
	(void)state;
	load("sizes");
	for (size_t n = 0; n < size; n++) {
		store_first("cut", n);
		if (!use("cut", 0))
			symbols_text(&shim, LINKED + 0x14, buf, sizeof(buf));
		found("main");
	}
	for (size_t at = 0; at < size; at++) {
		bytes[at] ^= 0x1f;
		store("changed");
		if (!use("changed", 0))
			symbols_text(&shim, LINKED + 0x14, buf, sizeof(buf));
		found("main");
		bytes[at] ^= 0x1f;
	}
}

static void assert_refused(const char *name, const char *words)
{
	assert_int_equal(use(name, 0), -1);
	assert_int_equal(failure.outcome, OUTCOME_BAD_CONFIG);
	assert_string_equal(failure.code, "E-SYMBOLS");
	if (!strstr(failure.text, words))
		fail_msg("%s", failure.text);
	assert_non_null(strstr(failure.text, ": give an ELF that is not stripped, or what nm"));
	assert_named(LINKED, NULL);
}

static void what_has_no_symbols_is_refused(void **state)
{
	(void)state;
	assert_refused("missing", "cannot be read");
	assert_refused(".", "is no file");
	assert_refused("stripped", "has no symbols");
	assert_refused("kernel", "is neither an ELF nor a list of symbols");
	sh(": >$D/empty; head -c 40 $D/elf >$D/short");
	assert_refused("empty", "is neither an ELF nor a list of symbols");
	assert_refused("short", "is no ELF for the guest's CPU, or damaged");
}

#define SYMBOLS(f) cmocka_unit_test_setup_teardown(f, still_begin, unused)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYMBOLS(elf_and_lists_name_the_same),
		SYMBOLS(an_offset_that_is_given_holds),
		SYMBOLS(firmware_that_has_moved_is_found_by_its_code),
		SYMBOLS(code_that_may_be_of_two_places_has_no_name),
		SYMBOLS(the_settings_file_goes_before_the_firmware),
		SYMBOLS(lists_may_hold_anything),
		SYMBOLS(lists_cut_off_or_changed_do_no_harm),
		SYMBOLS(what_has_no_symbols_is_refused),
	};

	return cmocka_run_group_tests_name("boot/symbols", tests, made, maker_end);
}
