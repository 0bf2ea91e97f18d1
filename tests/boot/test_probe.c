// SPDX-License-Identifier: BSD-2-Clause
// What `probe` prints and keeps.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/probe.h"
#include "kvm/hostcpu.h"
#include "kvm/reglist.h"
#include "kvm/regname.h"
#include "kvm/vcpu.h"
#include "kvm/vm.h"
#include "tests/fake/fake.h"

#include <cmocka.h> /* last: its fail() is not outcome.h's */

static char folder[] = "/tmp/kvmshim-probe-XXXXXX", saved[64], shown[64], text[256 << 10];
static struct prepared prepared;

/* All that it prints for HOST, in lines of at most 80 columns. */
static const char *probed(const struct fake_config *host)
{
	char save[80], *argv[] = { (char *)"kvmshim", (char *)"probe", save, NULL };
	const int terminal = dup(STDOUT_FILENO);
	int fd = open(shown, O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct failure f = { .text = "" };
	unsigned column = 0;
	ssize_t n;

	snprintf(save, sizeof(save), "--save=%s", saved);
	fake_reset(host);
	assert_int_equal(settings_begin(&prepared.settings, 3, argv, false, NULL, &f), 0);
	prepared.board.kinds = 1;
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	const int ret = probe(&prepared, &f);
	dup2(terminal, STDOUT_FILENO);
	close(terminal);
	assert_int_equal(ret, 0);
	n = pread(fd, text, sizeof(text) - 1, 0);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	for (const char *c = text; *c; c++) {
		column = *c == '\n' ? 0 : column + 1;
		if (column > 80)
			fail_msg("too wide:\n%s", text);
	}
	assert_int_equal(fake_open_fds(), 0);
	assert_int_equal(fake_mappings(), 0);
	assert_int_equal(fake_misuses(), 0);
	return text;
}

static void assert_says(const char *what)
{
	if (!strstr(text, what))
		fail_msg("no %s in:\n%s", what, text + strlen(text) - 700);
}

static void every_register_is_there(void **state)
{
	const struct fake_config *const hosts[] = { &fake_host_gic2, &fake_host_gic3,
						    &fake_host_max };
	static struct reglist list;

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct kvm_vcpu_init init;
		struct vcpu vcpu;
		const char *step;
		struct vm vm;

		probed(hosts[i]);
		/* The same host, asked by ourselves. */
		assert_int_equal(vm_open(&vm, &step), 0);
		assert_int_equal(vcpu_create(&vcpu, &vm, 0), 0);
		assert_int_equal(vcpu_target_read(&vm, &init), 0);
		hostcpu_features_set(&init, prepared.host.features & ~(uint32_t)HOSTCPU_AARCH32);
		assert_int_equal(vcpu_init(&vcpu, &init), 0);
		assert_int_equal(reglist_init(&list, &vcpu), 0);
		assert_true(list.count > 20);
		for (unsigned r = 0; r < list.count; r++) {
			char name[40], id[44], other[44];

			regname_format(list.id[r], name, sizeof(name));
			snprintf(id, sizeof(id), "  %s ", name);
			snprintf(other, sizeof(other), " %s=0x", name);
			if (!strstr(text, id) && !strstr(text, other))
				fail_msg("no %s in:\n%s", name, text + strlen(text) - 700);
		}
		vcpu_destroy(&vcpu);
		vm_close(&vm);
	}
}

static void vgic_registers_are_there(void **state)
{
	(void)state;
	probed(&fake_host_gic3);
	assert_says("GICv3 guests           yes");
	assert_says("GICD_IIDR=0x");
	assert_says("registers, the ");
	probed(&fake_host_gic2);
	assert_says("GICv2 guests           yes");
	assert_says("GICD_IIDR=0x");
}

static void host_without_the_device_api(void **state)
{
	struct fake_config old = fake_host_gic2;

	(void)state;
	old.no_device_ctrl = true;
	probed(&old);
	assert_says("GICv2 guests           yes");
	assert_says("  0 registers");
}

static void what_is_saved_is_what_was_found(void **state)
{
	struct failure f = { .text = "" };
	struct host host;

	(void)state;
	probed(&fake_host_max);
	assert_int_equal(host_load(&host, saved, &f), 0);
	assert_false(host.assumed);
	assert_int_equal(host.ipa_bits, prepared.host.ipa_bits);
	assert_int_equal(host.vcpus_max, prepared.host.vcpus_max);
	assert_int_equal(host.gic_v2, prepared.host.gic_v2);
	assert_int_equal(host.gic_v3, prepared.host.gic_v3);
	assert_int_equal(host.its, prepared.host.its);
	assert_int_equal(host.irqchip_only, prepared.host.irqchip_only);
	assert_int_equal(host.features, prepared.host.features);
	assert_true(host.features & HOSTCPU_SVE);
	assert_int_equal(host.page, prepared.host.page);
	assert_int_equal(host.memory_free, prepared.host.memory_free);
	assert_int_equal(host.memory_total, prepared.host.memory_total);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_register_is_there),
		cmocka_unit_test(vgic_registers_are_there),
		cmocka_unit_test(host_without_the_device_api),
		cmocka_unit_test(what_is_saved_is_what_was_found),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	snprintf(saved, sizeof(saved), "%s/host", folder);
	snprintf(shown, sizeof(shown), "%s/text", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(saved);
	unlink(shown);
	rmdir(folder);
	return failed;
}
