// SPDX-License-Identifier: BSD-2-Clause
// A tree of public keys, as key= names one.
#include <string.h>

#include "boot/verify_keys.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verify_keys keys;
	struct failure f = { .text = "" };
	const char *path = fuzz_file(data, size);

	memset(&keys, 0, sizeof(keys));
	fuzz_begin();
	if (verify_keys_load(&keys, path, &f)) {
		fuzz_refused(&f);
	} else {
		FUZZ_HOLDS(keys.count && keys.count <= VERIFY_KEYS_MAX);
		for (unsigned i = 0; i < keys.count; i++) {
			const struct verify_key *k = &keys.key[i];

			FUZZ_HOLDS(memchr(k->name, 0, sizeof(k->name)));
			FUZZ_HOLDS(k->kind == VERIFY_RSA ? k->size >= 256 && k->number[0]
							 : k->size == 65);
			FUZZ_HOLDS(k->size <= sizeof(k->number));
		}
	}
	fuzz_end();
	return 0;
}
