// SPDX-License-Identifier: BSD-2-Clause
// The settings that are locked beside a required key.
#include "boot/verify_lock.h"

#include <string.h>

#include "generated/config.h"

/* What is not named here is locked: a setting that comes anew must show that it is harmless. */
static const struct {
	bool is_free;
	bool file; /* the default, too, is a file that nobody signed */
	const char *harmless; /* but for this default */
	const char *remedy;
} locks[SETTINGS] = {
	[SET_FIRMWARE] = { .is_free = true }, /* it must be signed, whichever it is */
	[SET_BOARD_DTB] = { .is_free = true },
	[SET_MEMORY] = { .is_free = true },
	[SET_CPUS] = { .is_free = true },
	[SET_GIC] = { .is_free = true },
	[SET_KEY] = { .is_free = true },
	[SET_STDOUT_PATH] = { .is_free = true },
	[SET_UNMODELLED] = { .is_free = true },
	[SET_ON_POWEROFF] = { .is_free = true },
	[SET_ON_RESET] = { .is_free = true },
	[SET_ON_CRASH] = { .is_free = true },
	[SET_WATCHDOG] = { .is_free = true },
	[SET_SILENCE] = { .is_free = true },
	[SET_ESCAPE] = { .is_free = true },
	[SET_HOST] = { .is_free = true },
	[SET_SAVE] = { .is_free = true },
	[SET_DUMP_DTB] = { .is_free = true },
	[SET_MACHINE] = { .file = true,
			  .harmless = "virt",
			  .remedy = "put the tree into the FIT (fdt), and leave this out" },
	[SET_OVERLAY] = { .file = true,
			  .remedy = "put the overlays into the FIT (fdt), and leave this out" },
	[SET_INITRD] = { .file = true,
			 .remedy = "put it into the FIT (ramdisk), and leave this out" },
	[SET_BOOTARGS] = { .remedy = "put them into the FIT's tree (/chosen), or build them in" },
	[SET_GDB] = { .file = true,
		      .remedy = "leave it out; VERIFY_UNLOCK builds one that allows it" },
	/* What firmware keeps there it follows, U-Boot's bootcmd for one. */
	[SET_FLASH] = { .remedy = "build it in (FLASH), or leave it out and keep nothing" },
	[SET_FLASH_INIT] = { .remedy = "build it in (FLASH_INIT), or leave it out" },
};

/* Does the setting bring in what nobody signed? */
static bool is_locked(const struct settings *s, enum setting_key key)
{
	const char *text = s->raw[key].text, *harmless = locks[key].harmless;

	if (locks[key].is_free)
		return false;
	if (s->raw[key].origin != ORIGIN_DEFAULT)
		return text || *settings_key_default(key); /* nothing, too, is another thing */
	return text && locks[key].file && !(harmless && !strcmp(text, harmless));
}

bool verify_lock_is_on(const struct verify_keys *keys)
{
	return !CONFIG_VERIFY_UNLOCK && keys->count;
}

int verify_lock_check(const struct settings *s, const struct verify_keys *keys, struct failure *f)
{
	if (!verify_lock_is_on(keys))
		return 0;
	for (enum setting_key k = 0; k < SETTINGS; k++)
		if (is_locked(s, k))
			return fail(f, OUTCOME_REFUSED, "E-LOCKED",
				    "%s=%.100s (%s) is not signed, and a key is required: %s",
				    settings_key_name(k), s->raw[k].text ? s->raw[k].text : "",
				    settings_origin_name(s->raw[k].origin),
				    locks[k].remedy ? locks[k].remedy
						    : "leave it out, or build it in");
	if (!s->firmware.placed)
		return 0;
	return fail(f, OUTCOME_REFUSED, "E-LOCKED",
		    "firmware=%.150s (%s): the address is not signed, and a key is required: leave "
		    "out @ADDR, and give the images of the FIT a load address",
		    s->raw[SET_FIRMWARE].text, settings_origin_name(s->raw[SET_FIRMWARE].origin));
}
