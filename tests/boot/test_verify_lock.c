// SPDX-License-Identifier: BSD-2-Clause
// What settings may not do beside a required key, wherever they stand.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "boot/verify_lock.h"
#include "generated/config.h"

#include <cmocka.h>

static struct settings s;
static struct verify_keys keys;
static struct failure f;

/* With the kernel command line CMDLINE, and a key or none. */
static int check(const char *cmdline, unsigned count)
{
	static char line[256];
	char *argv[] = { (char *)"kvmshim", NULL };

	snprintf(line, sizeof(line), "%s", cmdline);
	f = (struct failure){ .text = "" };
	assert_int_equal(settings_begin(&s, 1, argv, true, line, &f), 0);
	keys.count = count;
	return verify_lock_check(&s, &keys, &f);
}

static void what_would_change_what_runs_is_locked(void **state)
{
	static const char *const locked[] = {
		"kvmshim.machine=/m.dtb",	 "kvmshim.machine=virt",
		"kvmshim.overlay=/o.dtbo",	 "kvmshim.initrd=/i",
		"kvmshim.bootargs=init=/bin/sh", "kvmshim.cpu=host,-pauth",
		"kvmshim.cpu=host,aarch32",	 "kvmshim.rng-seed=off",
		"kvmshim.kaslr-seed=off",	 "kvmshim.firmware=/f@0x40000000",
		"kvmshim.firmware=/f#c@1G",	 "kvmshim.flash=/vars",
		"kvmshim.flash=PARTLABEL=vars",	 "kvmshim.flash-init=on",
		"kvmshim.flash-init=overwrite",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(locked) / sizeof(locked[0]); i++) {
		const char *name = locked[i] + strlen("kvmshim.");

		assert_int_equal(check(locked[i], 0), 0);
		if (CONFIG_VERIFY_UNLOCK) {
			assert_int_equal(check(locked[i], 1), 0);
			continue;
		}
		if (!check(locked[i], 1))
			fail_msg("%s is not locked", locked[i]);
		assert_int_equal(f.outcome, OUTCOME_REFUSED);
		assert_string_equal(f.code, "E-LOCKED");
		if (strncmp(f.text, name, strlen(name)) || !strstr(f.text, "(kernel command line)"))
			fail_msg("%s: %s", locked[i], f.text);
	}
}

static void all_else_is_free(void **state)
{
	(void)state;
	assert_int_equal(check("", 1), 0);
	assert_int_equal(check("kvmshim.firmware=/f#conf-2 kvmshim.memory=64M@0x40000000 "
			       "kvmshim.cpus=2 kvmshim.gic=3 kvmshim.unmodelled=stub "
			       "kvmshim.on-reset=restart kvmshim.watchdog=off kvmshim.key=/k.dtb",
			       1),
			 0);
	assert_int_equal(check("kvmshim.initrd= kvmshim.overlay= kvmshim.bootargs=", 1), 0);
}

/* Each says the way that is left, and how the build names it. */
static void a_store_is_told_how_it_is_built_in(void **state)
{
	(void)state;
	if (CONFIG_VERIFY_UNLOCK)
		skip();
	assert_int_equal(check("kvmshim.flash=/vars", 1), -1);
	assert_non_null(strstr(f.text, "build it in (FLASH), or leave it out"));
	assert_int_equal(check("kvmshim.flash-init=on", 1), -1);
	assert_non_null(strstr(f.text, "build it in (FLASH_INIT), or leave it out"));
}

/* A file that the build names is no more signed than another; words of the build are its own. */
static void defaults_of_the_build(void **state)
{
	(void)state;
	assert_int_equal(check("", 1), 0);
	s.raw[SET_BOOTARGS].text = "console=ttyAMA0";
	s.raw[SET_CPU].text = "host,-sve";
	assert_int_equal(verify_lock_check(&s, &keys, &f), 0);
	s.raw[SET_FLASH].text = "PARTLABEL=vars";
	s.raw[SET_FLASH_INIT].text = "on";
	assert_int_equal(verify_lock_check(&s, &keys, &f), 0);
	s.raw[SET_INITRD].text = "/initrd";
	assert_int_equal(verify_lock_check(&s, &keys, &f), CONFIG_VERIFY_UNLOCK ? 0 : -1);
	s.raw[SET_INITRD].text = NULL;
	s.raw[SET_MACHINE].text = "/board.dtb";
	assert_int_equal(verify_lock_check(&s, &keys, &f), CONFIG_VERIFY_UNLOCK ? 0 : -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_would_change_what_runs_is_locked),
		cmocka_unit_test(all_else_is_free),
		cmocka_unit_test(a_store_is_told_how_it_is_built_in),
		cmocka_unit_test(defaults_of_the_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
