// SPDX-License-Identifier: BSD-2-Clause
// Why this host cannot run a guest, and what proves it.
#include "boot/cause.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "board/tree.h"

#define SYSLOG_ACTION_READ_ALL 3
#define LINE 120 /* what is quoted of a line of the kernel's */
#define VIRTUAL "linux,dummy-virt" /* QEMU's virtual machine, kvmtool's and others' */

static _Alignas(4096) char log_text[256 << 10];

/* The last line of LOG that holds WORDS, without its priority, into LINE. NULL: there is none. */
static const char *line_find(const char *log, const char *words, char line[LINE])
{
	const char *found = NULL, *end;

	for (const char *at = log; (at = strstr(at, words)); at++)
		found = at;
	if (!found)
		return NULL;
	end = found + strcspn(found, "\n");
	while (found > log && found[-1] != '\n')
		found--;
	if (*found == '<' && memchr(found, '>', (size_t)(end - found)))
		found += strcspn(found, ">") + 1;
	snprintf(line, LINE, "%.*s", (int)(end - found), found);
	return line;
}

/* --- EL1, and who has EL2 ------------------------------------------------------------------------ */

#define WITHOUT "use a build of the board's firmware without it"

/* Who is at EL2, by what a compatible string begins with. */
static const struct vendor {
	const char *begin, *who, *remedy;
} vendors[] = {
	{ "qcom,gunyah", "Gunyah", WITHOUT " (no hypvm), and the tree whose name ends in -el2" },
	{ "gunyah", "Gunyah", WITHOUT " (no hypvm), and the tree whose name ends in -el2" },
	{ "qcom,", "Qualcomm's hypervisor (Gunyah or QHEE)", WITHOUT ", where there is one" },
	{ "xen,", "Xen", "start Linux without Xen" },
	{ "", "a hypervisor", WITHOUT },
};

/* Tell of the hypervisor that the tree gives away. False: of none. */
static bool hypervisor_tell(const struct tree *tree, struct failure *f)
{
	const int node = tree_by_path(tree, "/hypervisor"), psci = tree_by_path(tree, "/psci");
	const char *root = tree_prop_string(tree, 0, TREE_COMPATIBLE), *is = NULL, *method = NULL;
	const struct vendor *v = vendors;

	if (node >= 0)
		is = tree_prop_string(tree, (unsigned)node, TREE_COMPATIBLE);
	else if (root && !strncmp(root, "qcom,", 5))
		is = root;
	if (psci >= 0)
		method = tree_prop_string(tree, (unsigned)psci, TREE_METHOD);
	if (!is && (!method || strcmp(method, "hvc") || (root && !strcmp(root, VIRTUAL))))
		return false;
	while (strncmp(is ? is : "", v->begin, strlen(v->begin)))
		v++;
	fail(f, OUTCOME_NO_KVM, "E-HYP",
	     "%s keeps EL2 to itself on this board, so the kernel was entered at EL1, and KVM "
	     "needs EL2: %s",
	     v->who, v->remedy);
	if (is)
		fail_proof(f, "board's tree, node /%s: compatible = \"%.60s\"",
			   node < 0 ? "" : "hypervisor", is);
	else
		fail_proof(f, "board's tree, node /psci: method = \"hvc\", which EL2 answers");
	return true;
}

static void el1_tell(const struct cause_seen *seen, struct failure *f)
{
	const char *root = tree_prop_string(seen->tree, 0, TREE_COMPATIBLE);

	if (hypervisor_tell(seen->tree, f))
		return;
	fail(f, OUTCOME_NO_KVM, "E-EL1", "the kernel was entered at EL1, and KVM needs EL2: %s",
	     root && !strcmp(root, VIRTUAL)
		     ? "give this virtual machine an EL2 (QEMU: -M virt,virtualization=on)"
		     : "let the board's firmware start Linux at EL2 (TF-A: BL33 at EL2; U-Boot: "
		       "without CONFIG_ARMV8_SWITCH_TO_EL1)");
}

static void page_tell(const struct cause_seen *seen, struct failure *f)
{
	fail(f, OUTCOME_NO_KVM, "E-PAGESIZE",
	     "this kernel has pages of %u KiB, which this CPU cannot give to guests: boot a kernel "
	     "with pages of 4 KiB (CONFIG_ARM64_4K_PAGES=y)",
	     seen->page >> 10);
}

/* --- what the kernel's log tells ------------------------------------------------------------------ */

/* The kernel's words (arch/arm64/kvm, arch/arm64/kernel/smp.c), those that say most first. */
static const struct {
	const char *words, *code, *text;
	void (*tell)(const struct cause_seen *seen, struct failure *f); /* in the place of text */
} lines[] = {
	{ "KVM disabled from command line", "E-NOKVM",
	  "KVM is switched off on the kernel's command line: take kvm-arm.mode=none out of it "
	  "(U-Boot: bootargs)",
	  NULL },
	{ "CPUs started in inconsistent modes", "E-EL1",
	  "some CPUs were entered at EL1 and others at EL2, and KVM needs all of them at EL2: "
	  "correct the firmware that starts the others (PSCI's CPU_ON, or spin-table), or leave "
	  "them off (maxcpus=1)",
	  NULL },
	{ "started at EL1", NULL, NULL, el1_tell },
	{ "HYP mode not available", NULL, NULL, el1_tell },
	{ CAUSE_PROTECTED, "E-PKVM", CAUSE_PROTECTED_TEXT, NULL },
	{ "initialize protected mode without PSCI", "E-PKVM",
	  "KVM's protected mode needs PSCI, and this board's CPUs are started without it: take "
	  "kvm-arm.mode=protected out of the kernel's command line",
	  NULL },
	{ "Failed to init hyp memory protection", "E-PKVM",
	  "KVM's protected mode does not work on this board: take kvm-arm.mode=protected out of "
	  "the kernel's command line",
	  NULL },
	{ "supported at Stage-2, giving up", NULL, NULL, page_tell },
	{ "Unsupported value for TGRAN_2", NULL, NULL, page_tell },
	{ "kvm_arch_timer: invalid virtual timer", "E-NOTIMER",
	  "KVM found no timer interrupt for guests: the board's tree must give the third "
	  "interrupt, the virtual timer's, in its node arm,armv8-timer",
	  NULL },
	{ "Cannot map GICV", "E-NOVGIC",
	  "KVM cannot map GICV, the registers that guests get of a GICv2: correct reg of the "
	  "GIC's node in the board's tree (GICD, GICC, GICH, GICV)",
	  NULL },
	{ "Cannot register interrupt", "E-NOVGIC",
	  "KVM cannot have the GIC's maintenance interrupt: correct interrupts of the GIC's node "
	  "in the board's tree",
	  NULL },
	{ "no compatible GIC", "E-NOVGIC",
	  "KVM found no interrupt controller it can virtualise: the board's tree must describe "
	  "GICH and GICV of its GICv2, or a GICv3, with the maintenance interrupt",
	  NULL },
	{ "error initializing Hyp mode", "E-NOKVM",
	  "KVM gave up when the kernel started, as the kernel's log tells: correct what it "
	  "names, or boot another kernel",
	  NULL },
};

/* What says why there is no /dev/kvm, but for the log. */
static void rest_tell(const struct cause_seen *seen, struct failure *f)
{
	char line[LINE];

	if (strstr(seen->cmdline, "kvm-arm.mode=none")) {
		fail(f, OUTCOME_NO_KVM, lines[0].code, "%s", lines[0].text);
	} else if (seen->registered) {
		fail(f, OUTCOME_NO_KVM, "E-NOKVM-NODE",
		     "KVM is there, but /dev/kvm is not: mount devtmpfs on /dev, or make the node "
		     "(mknod /dev/kvm c 10 232)");
		fail_proof(f, "/proc/misc: 232 kvm");
	} else if (seen->module) {
		fail(f, OUTCOME_NO_KVM, "E-NOKVM-MODULE",
		     "KVM is a module that is not loaded: modprobe kvm, or name it in "
		     "CONFIG_MODULES for the initramfs");
		fail_proof(f, "%.200s", seen->module);
	} else if (!seen->built_in) {
		fail(f, OUTCOME_NO_KVM, "E-NOKVM",
		     "this kernel was built without KVM, so there is no /dev/kvm: boot one with "
		     "CONFIG_KVM=y, such as Debian's for arm64");
		fail_proof(f, "/sys/module/kvm is not there");
	} else {
		fail(f, OUTCOME_NO_KVM, "E-NOKVM",
		     "/dev/kvm cannot be opened (%s): boot a kernel with CONFIG_KVM=y, entered at "
		     "EL2 and not at EL1",
		     strerror(-seen->error));
		if (!seen->log[0])
			fail_proof(f, "nothing: the kernel's log may not be read");
		else if (line_find(seen->log, "kvm [", line))
			fail_proof(f, "%s", line);
	}
}

int cause_tell(const struct cause_seen *seen, struct failure *f)
{
	const char *mode = strstr(seen->cmdline, "kvm-arm.mode=");
	char line[LINE];

	if (seen->error == -EACCES || seen->error == -EPERM) {
		fail(f, OUTCOME_NO_KVM, "E-NOKVM-ACCESS",
		     seen->euid ? "/dev/kvm may not be opened by this user: run as root, or be a "
				  "member of its group"
				: "/dev/kvm may not be opened, not even by root: a container or a "
				  "security module keeps it; give it the device");
		return fail_proof(f, "/dev/kvm: mode %04o, user %u, group %u; this is user %u",
				  seen->mode & 07777, seen->uid, seen->gid, seen->euid);
	}
	f->text[0] = '\0';
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]) && !f->text[0]; i++) {
		if (!line_find(seen->log, lines[i].words, line))
			continue;
		if (lines[i].tell)
			lines[i].tell(seen, f);
		else
			fail(f, OUTCOME_NO_KVM, lines[i].code, "%s", lines[i].text);
		fail_proof(f, "%s", line);
	}
	if (!f->text[0])
		rest_tell(seen, f);
	if (mode)
		fail_proof(f, "/proc/cmdline: %.*s", (int)strcspn(mode, " \n"), mode);
	return -1;
}

/* --- looking ---------------------------------------------------------------------------------------- */

/* At most SIZE - 1 bytes of PATH, as a string: "" where it cannot be read. */
static const char *file_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void log_read(void)
{
	int n = klogctl(SYSLOG_ACTION_READ_ALL, log_text, sizeof(log_text) - 1);

	log_text[n > 0 ? n : 0] = '\0';
}

static const char *module_find(char path[200])
{
	static const char *const packed[] = { "", ".xz", ".zst", ".gz" };
	struct utsname kernel;

	if (uname(&kernel) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		snprintf(path, 200, "/lib/modules/%s/kernel/arch/arm64/kvm/kvm.ko%s",
			 kernel.release, packed[i]);
		if (access(path, F_OK) == 0)
			return path;
	}
	return NULL;
}

int cause_no_kvm(int error, const char *step, const struct tree *tree, struct failure *f)
{
	char cmdline[2049], misc[1024], module[200], line[LINE]; /* COMMAND_LINE_SIZE is 2048 */
	struct stat node = { .st_mode = 0 };
	struct cause_seen seen = {
		.error = error,
		.log = log_text,
		.cmdline = file_text("/proc/cmdline", cmdline, sizeof(cmdline)),
		.tree = tree,
		.module = module_find(module),
		.built_in = access("/sys/module", F_OK) || !access("/sys/module/kvm", F_OK),
		.registered = strstr(file_text("/proc/misc", misc, sizeof(misc)), " kvm\n") != NULL,
		.euid = geteuid(),
		.page = (unsigned)getauxval(AT_PAGESZ),
	};

	log_read();
	if (!strcmp(step, "open /dev/kvm")) {
		stat("/dev/kvm", &node);
		seen.mode = node.st_mode;
		seen.uid = node.st_uid;
		seen.gid = node.st_gid;
		return cause_tell(&seen, f);
	}
	fail(f, OUTCOME_NO_KVM, "E-NOKVM", "KVM refused %s: %s: %s", step, strerror(-error),
	     error == -ENOMEM ? "stop what uses the host's memory"
			      : "boot another kernel, such as Debian's for arm64");
	if (line_find(log_text, "kvm [", line))
		fail_proof(f, "%s", line);
	return -1;
}

const char *cause_no_vgic(void)
{
	static const char *const words[] = { CAUSE_PROTECTED, "No vgic maintenance irq",
					     "GICH not present", "GICV", "vgic" };
	static char line[LINE];

	log_read();
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (line_find(log_text, words[i], line))
			return line;
	return "";
}
