// SPDX-License-Identifier: BSD-2-Clause
// The help page, from the table of settings.
#include "boot/say.h"
#include "boot/settings.h"
#include "generated/config.h"

void settings_help(void)
{
	static char text[4096];
	struct page page = { .text = text, .size = sizeof(text) };

	page_add(&page, "usage: kvmshim [run] [options]    boot a firmware in the guest\n"
			"       kvmshim plan [options]     say what would be done\n");
	if (CONFIG_PROBE)
		page_add(&page,
			 "       kvmshim probe [options]    say what this host's KVM offers\n");
	page_add(&page,
		 "       kvmshim --help | --version\n\n"
		 "Options: --KEY=VALUE; on the kernel command line kvmshim.KEY=VALUE; in the\n"
		 "board's tree property KEY of /options/kvmshim. A later one of these wins:\n"
		 "default, board tree, kernel command line, argument.\n\n");
	for (enum setting_key k = 0; k < SETTINGS; k++) {
		const char *fallback = settings_key_default(k);

		if (settings_key_needs(k))
			continue;
		page_add(&page, "  --%-12s %s\n%17s%s", settings_key_name(k),
			 settings_key_meaning(k), "", settings_key_allowed(k));
		if (*fallback)
			page_add(&page, " (%.24s)", fallback);
		page_add(&page, "\n");
	}
	page_write(&page);
}
