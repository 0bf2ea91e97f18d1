// SPDX-License-Identifier: BSD-2-Clause
// What KVM is asked about the host, and the kind of core it is asked on.
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "board/board.h"
#include "boot/host.h"
#include "boot/say.h"
#include "kvm/hostcpu.h"
#include "kvm/vm.h"
#include "tests/fake/fake.h"

#include <cmocka.h> /* last: its fail() is not outcome.h's */

static char folder[] = "/tmp/kvmshim-sys-XXXXXX";

static void midr_tell(unsigned cpu, const char *midr)
{
	char line[256];

	snprintf(line, sizeof(line),
		 "mkdir -p %s/cpu%u/regs/identification && echo %s "
		 ">%s/cpu%u/regs/identification/midr_el1",
		 folder, cpu, midr, folder, cpu);
	assert_int_equal(system(line), 0);
}

static void folder_clear(void)
{
	char line[64];

	snprintf(line, sizeof(line), "rm -rf %s/*", folder);
	assert_int_equal(system(line), 0);
}

static unsigned warnings;

static void hear(const char *text, size_t n)
{
	(void)n;
	warnings += strstr(text, "warning") != NULL;
}

static void largest_group_of_equal_midrs_is_pinned_to(void **state)
{
	struct host host = { .pinned_cpus = 0 };
	cpu_set_t before, after;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	if (!CPU_ISSET(0, &before))
		skip();
	/* The tree may name the other kind first: that says nothing of Linux's numbers. */
	midr_tell(0, "0x00000000410fd083");
	midr_tell(1, "0x00000000410fd034");
	midr_tell(2, "0x00000000410fd083");
	say_through(hear);
	host_pin(&host, 4, folder); /* the fourth is off */
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	sched_setaffinity(0, sizeof(before), &before);
	assert_int_equal(host.pinned_cpus, 2);
	assert_int_equal(host.pinned_midr, 0x410fd083);
	assert_true(CPU_ISSET(0, &after));
	assert_false(CPU_ISSET(1, &after));
	assert_int_equal(warnings, 0);
	say_through(NULL);
	folder_clear();
}

static void cores_that_cannot_be_told_apart(void **state)
{
	struct host host = { .pinned_cpus = 0 };

	(void)state;
	say_through(hear);
	host_pin(&host, 4, folder);
	assert_int_equal(host.pinned_cpus, 0);
	assert_int_equal(warnings, 1);
	midr_tell(1023, "0x410fd083"); /* no machine of ours has that CPU */
	host_pin(&host, 1024, folder);
	assert_int_equal(host.pinned_cpus, 0);
	assert_int_equal(warnings, 2);
	say_through(NULL);
	folder_clear();
}

static struct host ask(const struct fake_config *config)
{
	static const struct board board = { .kinds = 1 };
	struct host host;
	struct failure f;
	struct vm vm;

	fake_reset(config);
	memset(&host, 0xff, sizeof(host));
	assert_int_equal(host_open(&host, &vm, &board, NULL, &f), 0);
	vm_close(&vm);
	return host;
}

static void kinds_of_gic(void **state)
{
	struct fake_config old = fake_host_gic2;
	struct host host = ask(&fake_host_gic2);

	(void)state;
	assert_true(host.gic_v2 && !host.gic_v3 && !host.its && !host.irqchip_only);
	assert_int_equal(host.pinned_cpus, 0);
	assert_int_equal(host.ipa_bits, fake_host_gic2.ipa_bits);
	host = ask(&fake_host_gic3);
	assert_true(!host.gic_v2 && host.gic_v3 && host.its && !host.irqchip_only);
	assert_null(host.vgic_line); /* the kernel's log is not looked at */
	old.no_device_ctrl = true;
	host = ask(&old);
	assert_true(host.gic_v2 && !host.gic_v3 && !host.its && host.irqchip_only);
	old.gicv2 = false;
	host = ask(&old);
	assert_false(host.gic_v2 || host.gic_v3 || host.its || host.irqchip_only);
	assert_non_null(host.vgic_line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(largest_group_of_equal_midrs_is_pinned_to),
		cmocka_unit_test(cores_that_cannot_be_told_apart),
		cmocka_unit_test(kinds_of_gic),
	};

	if (!mkdtemp(folder))
		return 1;
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
