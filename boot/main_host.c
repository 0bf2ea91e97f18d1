// SPDX-License-Identifier: BSD-2-Clause
// The planner for a developer's machine: the same code, without KVM.
#include <stdio.h>

#include "boot/prepare.h"

static struct prepared prepared;

int main(int argc, char **argv)
{
	struct failure f = { .text = "" };
	struct prepared *p = &prepared;

	if (settings_begin(&p->settings, argc, argv, false, NULL, &f))
		return outcome_report(f.outcome, &f);
	switch (p->settings.verb) {
	case VERB_HELP: settings_help(); return 0;
	case VERB_VERSION: puts("kvmshim " KVMSHIM_VERSION); return 0;
	case VERB_PLAN:
		if (prepare_board(p, &f) || prepare_only(p, &f))
			return outcome_report(f.outcome, &f);
		return 0;
	default:
		fail(&f, OUTCOME_NO_KVM, "E-NOTARM",
		     "this is the planner for a developer's machine: it only knows `kvmshim plan`; "
		     "run and "
		     "probe need the arm64 binary, on a board with KVM");
		return outcome_report(f.outcome, &f);
	}
}
