// SPDX-License-Identifier: BSD-2-Clause
// Firmware of whatever format: told by its content, read to the bottom, planned, put into memory.
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct prepared p;
	struct failure f = { .text = "" };

	fuzz_prepare(&p);
	strcpy(p.settings.firmware.path, fuzz_file(data, size));
	fuzz_begin();
	if (prepare_images(&p, &f)) {
		fuzz_refused(&f);
	} else {
		fuzz_image(&p.firmware);
		if (prepare_plan(&p, &f))
			fuzz_refused(&f);
		else
			fuzz_plan(&p);
	}
	image_close(&p.firmware);
	fuzz_end();
	return 0;
}
