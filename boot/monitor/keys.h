/* SPDX-License-Identifier: BSD-2-Clause */
/* The escape key: which bytes of the line are the guest's, and which are for us. */
#ifndef BOOT_MONITOR_KEYS_H
#define BOOT_MONITOR_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_NONE (-1) /* no escape key */

/* What the key behind the escape key asks for. */
enum key_action {
	KEY_NOTHING, /* all bytes were the guest's */
	KEY_HELP,
	KEY_MONITOR,
	KEY_STOP,
	KEY_RESET,
	KEY_BREAK,
	KEY_STAMPS,
	KEY_DUMP,
	KEY_GDB,
	KEY_UNKNOWN, /* no key of ours: it is dropped, and told */
};

struct keys {
	int escape; /* a control byte, or KEYS_NONE */
	bool begun; /* the escape key was the last byte */
	uint8_t last; /* the key of KEY_UNKNOWN */
};

/*
 * Take bytes off BUF, N of them: the guest's go to OUT, N bytes at most, *KEPT of them; the escape
 * key twice is one for the guest. Stops behind the first key that asks for something, which *ACTION
 * then is. Returns how many were taken.
 */
size_t keys_take(struct keys *keys, const uint8_t *buf, size_t n, uint8_t *out, size_t *kept,
		 enum key_action *action);

/* What the keys are for, a line each, for help: KEY 0 to some number; NULL behind the last. */
const char *keys_help(unsigned at, char *key);

/* The name of a control byte, "^A", into TEXT. Returns TEXT. */
const char *keys_name(int escape, char text[4]);

#endif
