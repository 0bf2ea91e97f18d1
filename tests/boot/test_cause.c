// SPDX-License-Identifier: BSD-2-Clause
// Why there is no KVM: from the kernel's log, the tree and what lies around /dev/kvm to the sentence.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/cause.h"
#include "boot/say.h"

#include <cmocka.h> /* last: its fail() is not outcome.h's */

#include "tests/board/treetool.h"

#define BOARD(text) "/ { compatible = \"kvmshim,small-board\"; " text " };"
#define HVC "psci { compatible = \"arm,psci-1.0\"; method = \"hvc\"; };"

/* Logs as the kernels 6.1 and 6.12 have them. */
#define BOOTED "<6>[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n"
#define AT_EL1 BOOTED "<6>[    0.079312] CPU: All CPU(s) started at EL1\n"
#define AT_EL2 BOOTED "<6>[    0.079312] CPU: All CPU(s) started at EL2\n"
#define NO_HYP AT_EL1 "<6>[    0.123456] kvm [1]: HYP mode not available\n<6>[    0.2] after\n"

struct want {
	const char *name, *tree, *log, *cmdline;
	const char *code, *says, *proof;
};

static const struct want wants[] = {
	{ "el1", BOARD(""), NO_HYP, "", "E-EL1", "U-Boot: without CONFIG_ARMV8_SWITCH_TO_EL1",
	  "[    0.079312] CPU: All CPU(s) started at EL1" },
	{ "el1-only-kvm-says-so", BOARD(""), "<6>[    0.1] kvm [1]: HYP mode not available\n", "",
	  "E-EL1", "KVM needs EL2: let the board's firmware", "[    0.1] kvm [1]: HYP mode" },
	{ "el1-virtual-machine", "/ { compatible = \"linux,dummy-virt\"; " HVC " };", NO_HYP, "",
	  "E-EL1", "QEMU: -M virt,virtualization=on", "started at EL1" },
	{ "el1-some", BOARD(""), BOOTED "<4>[    0.1] CPU: CPUs started in inconsistent modes\n",
	  "", "E-EL1", "some CPUs were entered at EL1", "inconsistent modes" },
	{ "gunyah", BOARD("hypervisor { compatible = \"qcom,gunyah-hypervisor-1.0\"; };"), NO_HYP,
	  "", "E-HYP", "Gunyah keeps EL2", "node /hypervisor: compatible = \"qcom,gunyah-hyp" },
	{ "gunyah-upstream", BOARD("hypervisor { compatible = \"gunyah-hypervisor\"; };"), NO_HYP,
	  "", "E-HYP", "ends in -el2", "node /hypervisor: compatible = \"gunyah-hypervisor\"" },
	{ "qualcomm", "/ { compatible = \"qcom,sdm845-db845c\", \"qcom,sdm845\"; };", NO_HYP, "",
	  "E-HYP", "Gunyah or QHEE", "node /: compatible = \"qcom,sdm845-db845c\"" },
	{ "xen", BOARD("hypervisor { compatible = \"xen,xen-4.17\", \"xen,xen\"; };"), NO_HYP, "",
	  "E-HYP", "start Linux without Xen", "xen,xen-4.17" },
	{ "hypervisor-of-an-unknown-kind", BOARD("hypervisor { compatible = \"acme,hyp\"; };"),
	  NO_HYP, "", "E-HYP", "a hypervisor keeps EL2", "acme,hyp" },
	{ "hypervisor-behind-psci", BOARD(HVC), NO_HYP, "", "E-HYP", "a hypervisor keeps EL2",
	  "node /psci: method = \"hvc\"" },
	{ "switched-off", BOARD(""), AT_EL2 "<6>[ 0.1] kvm [1]: KVM disabled from command line\n",
	  "quiet kvm-arm.mode=none console=ttyAMA0\n", "E-NOKVM", "take kvm-arm.mode=none out",
	  "[ 0.1] kvm [1]: KVM disabled from command line\n/proc/cmdline: kvm-arm.mode=none" },
	{ "switched-off-and-no-log", BOARD(""), "", "kvm-arm.mode=none", "E-NOKVM",
	  "take kvm-arm.mode=none out", "/proc/cmdline: kvm-arm.mode=none" },
	{ "protected-gicv2", BOARD(""),
	  AT_EL2 "<3>[ 0.1] kvm [1]: GICv2 not supported in protected mode\n",
	  "kvm-arm.mode=protected", "E-PKVM", "needs a GICv3",
	  "protected mode\n/proc/cmdline: kvm-arm.mode=protected" },
	{ "protected-psci", BOARD(""),
	  AT_EL2 "<3>[ 0.1] kvm [1]: Cannot initialize protected mode without PSCI\n", "", "E-PKVM",
	  "needs PSCI", "without PSCI" },
	{ "protected-memory", BOARD(""),
	  AT_EL2 "<3>[ 0.1] kvm [1]: Failed to init hyp memory protection\n", "", "E-PKVM",
	  "does not work on this board", "memory protection" },
	{ "stage-2-page", BOARD(""),
	  AT_EL2 "<3>[ 0.1] kvm [1]: PAGE_SIZE not supported at Stage-2, giving up\n", "",
	  "E-PAGESIZE", "pages of 64 KiB, which this CPU cannot give to guests", "giving up" },
	{ "no-virtual-timer", BOARD(""),
	  AT_EL2 "<3>[ 0.1] kvm [1]: kvm_arch_timer: invalid virtual timer IRQ: 0\n", "",
	  "E-NOTIMER", "arm,armv8-timer", "invalid virtual timer IRQ: 0" },
	{ "gicv-cannot-be-mapped", BOARD(""),
	  AT_EL2 "<3>[ 0.1] kvm [1]: Cannot map GICV into hyp\n", "", "E-NOVGIC", "GICV",
	  "Cannot map GICV into hyp" },
	{ "maintenance-interrupt-taken", BOARD(""),
	  AT_EL2 "<3>[ 0.1] kvm [1]: Cannot register interrupt 9\n", "", "E-NOVGIC",
	  "correct interrupts of the GIC's node", "interrupt 9" },
	{ "old-kernel-and-no-gic", BOARD(""),
	  AT_EL2 "<3>[ 0.1] kvm [1]: error: no compatible GIC node found\n", "", "E-NOVGIC",
	  "GICH and GICV", "no compatible GIC node" },
	{ "gave-up", BOARD(""), AT_EL2 "<3>[ 0.1] kvm [1]: error initializing Hyp mode: -12\n", "",
	  "E-NOKVM", "gave up", "error initializing Hyp mode: -12" },
	{ "some-other-line", BOARD(""), AT_EL2 "<6>[ 0.1] kvm [1]: never heard of\n", "", "E-NOKVM",
	  "CONFIG_KVM=y", "kvm [1]: never heard of" },
	{ "log-closed", BOARD(""), "", "", "E-NOKVM", "CONFIG_KVM=y", "log may not be read" },
};

static struct cause_seen seen;
static struct tree tree;
static struct failure f;

static void look(const char *board, const char *log, const char *cmdline)
{
	static struct blob blob;

	blob_compile(&blob, "", board);
	blob_index(&tree, &blob);
	seen = (struct cause_seen){ .error = -ENOENT,
				    .log = log,
				    .cmdline = cmdline,
				    .tree = &tree,
				    .built_in = true,
				    .page = 65536 };
}

/* Told with CODE, with SAYS in the sentence and PROOF behind it; all of it in ASCII, a remedy behind a colon. */
static void told(const char *name, const char *code, const char *says, const char *proof)
{
	f = (struct failure){ .text = "" };
	assert_int_equal(cause_tell(&seen, &f), -1);
	if (strcmp(f.code, code) || !strstr(f.text, says) || !strstr(f.proof, proof))
		fail_msg("%s: %s: %s\nseen: %s", name, f.code, f.text, f.proof);
	assert_int_equal(f.outcome, OUTCOME_NO_KVM);
	assert_non_null(strstr(f.text, ": "));
	assert_true(f.proof[0]);
	assert_true(strlen(f.text) < sizeof(f.text) - 1);
	assert_true(strlen(f.proof) < sizeof(f.proof) - 1);
	assert_null(strchr(f.proof, '<')); /* the line's priority is no part of it */
}

static void what_the_log_and_the_tree_tell(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		const struct want *w = &wants[i];

		look(w->tree, w->log, w->cmdline);
		told(w->name, w->code, w->says, w->proof);
	}
}

static void what_lies_around_the_device_tells(void **state)
{
	(void)state;
	look(BOARD(""), AT_EL2, "");
	seen.built_in = false;
	told("no-config", "E-NOKVM", "built without KVM", "/sys/module/kvm is not there");
	seen.module = "/lib/modules/6.1/kernel/arch/arm64/kvm/kvm.ko.xz";
	told("module", "E-NOKVM-MODULE", "modprobe kvm", "/lib/modules/6.1/kernel");
	seen.registered = true;
	told("no-node", "E-NOKVM-NODE", "mknod /dev/kvm c 10 232", "/proc/misc: 232 kvm");
	seen.error = -EACCES;
	seen.mode = 0100660;
	seen.gid = 105;
	seen.euid = 1000;
	told("closed", "E-NOKVM-ACCESS", "run as root, or be a member of its group",
	     "/dev/kvm: mode 0660, user 0, group 105; this is user 1000");
	seen.error = -EPERM;
	seen.euid = 0;
	told("closed-to-root", "E-NOKVM-ACCESS", "not even by root", "this is user 0");
}

/* A log that was written over and over, and one that holds what a terminal would obey. */
static void log_of_any_bytes(void **state)
{
	static const char line[] = "\n<6>[ 1.0] HYP mode not available \033[2J";
	static char log[4096];

	(void)state;
	memset(log, 'x', sizeof(log) - 1);
	memcpy(log + 3000, line, strlen(line));
	look(BOARD(""), log, "");
	told("long", "E-EL1", "EL2", "[ 1.0] HYP mode not available ?[2Jxxx");
	look(BOARD(""), "HYP mode not available", "");
	told("bare", "E-EL1", "EL2", "HYP mode not available");
}

static char heard[2048];

static void hear(const char *text, size_t n)
{
	strncat(heard, text, n);
}

static void proof_stands_on_lines_of_its_own(void **state)
{
	(void)state;
	look(wants[10].tree, wants[10].log, wants[10].cmdline);
	cause_tell(&seen, &f);
	say_through(hear);
	outcome_report(f.outcome, &f);
	say_through(NULL);
	assert_string_equal(heard,
			    "kvmshim: KVM is switched off on the kernel's command line: take\n"
			    "         kvm-arm.mode=none out of it (U-Boot: bootargs) (E-NOKVM)\n"
			    "kvmshim: seen: [ 0.1] kvm [1]: KVM disabled from command line\n"
			    "         /proc/cmdline: kvm-arm.mode=none\n"
			    "kvmshim: outcome: no-kvm (65)\n");
}

/* On this machine, whatever it is: something is told, and nothing breaks. */
static void looking_around_here(void **state)
{
	(void)state;
	look(BOARD(""), "", "");
	f = (struct failure){ .text = "" };
	assert_int_equal(cause_no_kvm(-ENOENT, "open /dev/kvm", &tree, &f), -1);
	assert_true(f.text[0] && f.code[0]);
	assert_int_equal(cause_no_kvm(-ENOMEM, "KVM_CREATE_VM", &tree, &f), -1);
	assert_string_equal(f.code, "E-NOKVM");
	assert_non_null(strstr(f.text, "KVM_CREATE_VM"));
	assert_non_null(cause_no_vgic());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_log_and_the_tree_tell),
		cmocka_unit_test(what_lies_around_the_device_tells),
		cmocka_unit_test(log_of_any_bytes),
		cmocka_unit_test(proof_stands_on_lines_of_its_own),
		cmocka_unit_test(looking_around_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
