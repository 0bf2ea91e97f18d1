// SPDX-License-Identifier: BSD-2-Clause
// A host kept in a file: read, written, read again.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host host = { .ipa_bits = 0 }, again = { .ipa_bits = 0 };
	const char *path = fuzz_file(data, size), *saved = fuzz_file(NULL, 0);
	struct failure f = { .text = "" };

	fuzz_begin();
	if (host_load(&host, path, &f)) {
		fuzz_refused(&f);
	} else {
		FUZZ_HOLDS(host.ipa_bits >= 32 && host.ipa_bits <= 52 && host.vcpus_max);
		FUZZ_HOLDS(host.page >= 4096 && !(host.page & (host.page - 1)));
		FUZZ_HOLDS(!host_save(&host, saved, &f) && !host_load(&again, saved, &f));
		FUZZ_HOLDS(!memcmp(&host, &again, sizeof(host)));
	}
	fuzz_end();
	return 0;
}
