/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why this host cannot run a guest, with what proves it: the kernel's own line, the board's tree,
 * /proc and /sys. Only a start that has failed looks.
 */
#ifndef BOOT_CAUSE_H
#define BOOT_CAUSE_H

#include <stdbool.h>

#include "boot/outcome.h"

struct tree;

/* What was found around /dev/kvm. */
struct cause_seen {
	int error; /* -errno of its open() */
	const char *log; /* the kernel's, "<6>[    0.071] text" a line; "": it may not be read */
	const char *cmdline; /* the kernel's */
	const struct tree *tree; /* the board's */
	const char *module; /* path of a kvm.ko that fits this kernel, NULL: none */
	bool built_in; /* /sys/module/kvm is there, or nobody knows */
	bool registered; /* /proc/misc tells of it */
	unsigned mode, uid, gid, euid; /* of /dev/kvm; of this process */
	unsigned page; /* bytes */
};

/* What KVM says, at its start or when it has no vGIC, and what that means. */
#define CAUSE_PROTECTED "GICv2 not supported in protected mode"
#define CAUSE_PROTECTED_TEXT                                                                       \
	"KVM's protected mode needs a GICv3, and this board has a GICv2: take "                    \
	"kvm-arm.mode=protected out of the kernel's command line"

/* The sentence about a /dev/kvm that does not open. Always returns -1, F filled: no-kvm. */
int cause_tell(const struct cause_seen *seen, struct failure *f);

/* Look, then cause_tell(): for STEP of vm_open(), which failed with ERROR. Always returns -1. */
int cause_no_kvm(int error, const char *step, const struct tree *tree, struct failure *f);

/* The kernel's last line about its vGIC, for a KVM that has none; "": there is none. */
const char *cause_no_vgic(void);

#endif
