// SPDX-License-Identifier: BSD-2-Clause
// In the place of cause.c where it is left out: that there is no KVM, not why.
#include <string.h>

#include "boot/cause.h"

int cause_no_kvm(int error, const char *step, const struct tree *tree, struct failure *f)
{
	(void)tree;
	return fail(f, OUTCOME_NO_KVM, "E-NOKVM",
		    "KVM refused %s (%s): boot a kernel with CONFIG_KVM=y, entered at EL2 and not "
		    "at EL1; its log tells more (dmesg)",
		    step, strerror(-error));
}

const char *cause_no_vgic(void)
{
	return "";
}
