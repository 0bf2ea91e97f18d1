// SPDX-License-Identifier: BSD-2-Clause
// The escape key and the keys behind it.
#include "boot/monitor/keys.h"

static const struct {
	char key;
	enum key_action action;
	const char *help;
} table[] = {
	{ 'h', KEY_HELP, "this help" },
	{ 'c', KEY_MONITOR, "the monitor, and back to the guest" },
	{ 'x', KEY_STOP, "stop the guest, which ends the run" },
	{ 'r', KEY_RESET, "reset the guest" },
	{ 'b', KEY_BREAK, "send a BREAK to the guest's console" },
	{ 't', KEY_STAMPS, "the time in front of each line of the guest, on or off" },
	{ 'd', KEY_DUMP, "dump the registers of all vCPUs" },
	{ 'g', KEY_GDB, "hand the line to gdb" },
};

size_t keys_take(struct keys *keys, const uint8_t *buf, size_t n, uint8_t *out, size_t *kept,
		 enum key_action *action)
{
	*kept = 0;
	*action = KEY_NOTHING;
	for (size_t i = 0; i < n; i++) {
		if (!keys->begun && buf[i] == keys->escape) {
			keys->begun = true;
			continue;
		}
		if (!keys->begun || buf[i] == keys->escape) {
			keys->begun = false;
			out[(*kept)++] = buf[i];
			continue;
		}
		keys->begun = false;
		keys->last = buf[i];
		*action = KEY_UNKNOWN;
		for (size_t k = 0; k < sizeof(table) / sizeof(table[0]); k++)
			if (table[k].key == buf[i] ||
			    (buf[i] < ' ' && table[k].key == (buf[i] | '`')))
				*action = table[k].action; /* with Ctrl still held down, too */
		return i + 1;
	}
	return n;
}

const char *keys_help(unsigned at, char *key)
{
	if (at >= sizeof(table) / sizeof(table[0]))
		return NULL;
	*key = table[at].key;
	return table[at].help;
}

const char *keys_name(int escape, char text[4])
{
	text[0] = '^';
	text[1] = (char)(escape | '@');
	text[2] = '\0';
	return text;
}
