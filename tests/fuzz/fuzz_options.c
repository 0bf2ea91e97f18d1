// SPDX-License-Identifier: BSD-2-Clause
// Settings in the board's tree: the input is properties, each a key's number, a length, a value.
#include <libfdt.h>
#include <string.h>

#include "boot/settings.h"
#include "tests/fuzz/fuzz.h"

#define TREE_ROOM (64u << 10) /* for 4,096 properties without a value, 12 bytes each */

/* A tree whose root is /options/kvmshim, with the properties at DATA. */
static void options_build(void *fdt, const uint8_t *data, size_t size)
{
	FUZZ_HOLDS(!fdt_create(fdt, TREE_ROOM) && !fdt_finish_reservemap(fdt));
	FUZZ_HOLDS(!fdt_begin_node(fdt, ""));
	while (size >= 2) {
		const unsigned key = data[0] % (SETTINGS + 2);
		const char *name = key == SETTINGS  ? "status"
				   : key > SETTINGS ? "memry"
						    : settings_key_name(key);
		const size_t n = data[1] < size - 2 ? data[1] : size - 2;

		FUZZ_HOLDS(!fdt_property(fdt, name, data + 2, (int)n));
		data += 2 + n;
		size -= 2 + n;
	}
	FUZZ_HOLDS(!fdt_end_node(fdt) && !fdt_finish(fdt));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) uint8_t fdt[TREE_ROOM];
	static struct settings s;
	char *argv[] = { (char *)"kvmshim", NULL };
	struct failure f = { .text = "" };
	struct tree_node node[1];
	struct tree_error e;
	struct tree tree;

	options_build(fdt, data, size < 8192 ? size : 8192);
	FUZZ_HOLDS(!tree_index(&tree, fdt, fdt_totalsize(fdt), node, 1, &e));
	FUZZ_HOLDS(!settings_begin(&s, 1, argv, false, NULL, &f));
	if (settings_read(&s, &tree, 0, &f))
		fuzz_refused(&f);
	FUZZ_HOLDS(s.tree_text_used <= sizeof(s.tree_text));
	FUZZ_HOLDS(s.on_poweroff <= ACTION_EXIT && s.on_reset <= ACTION_EXIT);
	for (enum setting_key k = 0; k < SETTINGS; k++)
		FUZZ_HOLDS(!s.raw[k].text || s.raw[k].text[0]);
	return 0;
}
