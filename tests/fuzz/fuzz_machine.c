// SPDX-License-Identifier: BSD-2-Clause
// The guest's tree: a machine made of it, planned, the tree completed; or a refusal.
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t firmware[4096] = { 0x5a };
	static struct prepared p;
	struct failure f = { .text = "" };
	const char *machine;

	fuzz_prepare(&p);
	machine = fuzz_file(data, size);
	p.settings.raw[SET_MACHINE].text = machine;
	snprintf(p.settings.firmware.path, sizeof(p.settings.firmware.path), "%s",
		 fuzz_file(firmware, sizeof(firmware)));
	/* RAM as the tree has it, or 64 MiB where it tells no size. */
	p.settings.memory_size = 0;
	p.host.memory_free = 128 << 20;
	fuzz_begin();
	if (prepare_images(&p, &f) || prepare_plan(&p, &f))
		fuzz_refused(&f);
	else
		fuzz_plan(&p);
	image_close(&p.firmware);
	fuzz_end();
	return 0;
}
