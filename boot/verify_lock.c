// SPDX-License-Identifier: BSD-2-Clause
// The settings that are locked beside a required key.
#include "boot/verify_lock.h"

#include <string.h>

#include "generated/config.h"

static const struct {
	enum setting_key key;
	bool file; /* the default, too, is a file that nobody signed */
	const char *harmless; /* but for this default */
	const char *remedy;
} locked[] = {
	{ SET_MACHINE, true, "virt", "put the tree into the FIT (fdt), and leave this out" },
	{ SET_OVERLAY, true, NULL, "put the overlays into the FIT (fdt), and leave this out" },
	{ SET_INITRD, true, NULL, "put it into the FIT (ramdisk), and leave this out" },
	{ SET_BOOTARGS, false, NULL, "put them into the FIT's tree (/chosen), or build them in" },
	{ SET_CPU, false, NULL, "leave it out, or build it in" },
	{ SET_RNG_SEED, false, NULL, "leave it out, or build it in" },
	{ SET_KASLR_SEED, false, NULL, "leave it out, or build it in" },
};

int verify_lock_check(const struct settings *s, const struct verify_keys *keys, struct failure *f)
{
	if (CONFIG_VERIFY_UNLOCK || !keys->count)
		return 0;
	for (size_t i = 0; i < sizeof(locked) / sizeof(locked[0]); i++) {
		const char *text = s->raw[locked[i].key].text, *harmless = locked[i].harmless;
		const enum origin origin = s->raw[locked[i].key].origin;

		if (!text || (origin == ORIGIN_DEFAULT &&
			      (!locked[i].file || (harmless && !strcmp(text, harmless)))))
			continue;
		return fail(f, OUTCOME_REFUSED, "E-LOCKED",
			    "%s=%.100s (%s) is not signed, and a key is required: %s",
			    settings_key_name(locked[i].key), text, settings_origin_name(origin),
			    locked[i].remedy);
	}
	if (!s->firmware.placed)
		return 0;
	return fail(f, OUTCOME_REFUSED, "E-LOCKED",
		    "firmware=%.150s (%s): the address is not signed, and a key is required: leave "
		    "out @ADDR, and give the images of the FIT a load address",
		    s->raw[SET_FIRMWARE].text, settings_origin_name(s->raw[SET_FIRMWARE].origin));
}
