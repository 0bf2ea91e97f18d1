// SPDX-License-Identifier: BSD-2-Clause
// The board's tree, its settings among it: a plan for what it would offer, or a refusal.
#include "tests/fuzz/fuzz.h"

static struct prepared p;

static int plan(const char *board_dtb, const char *firmware, struct failure *f)
{
	char *argv[] = { (char *)"kvmshim",
			 (char *)"plan",
			 (char *)"--board-dtb",
			 (char *)board_dtb,
			 (char *)"--machine",
			 (char *)"virt",
			 (char *)"--firmware",
			 (char *)firmware,
			 (char *)"--overlay",
			 (char *)"",
			 (char *)"--initrd",
			 (char *)"",
			 NULL };

	FUZZ_HOLDS(!settings_begin(&p.settings, 12, argv, false, NULL, f));
	if (prepare_board(&p, f))
		return -1;
	host_assume(&p.host, &p.board);
	if (p.settings.memory_size > 1ull << 36)
		p.settings.memory_size = 1ull << 36;
	return prepare_images(&p, f) || prepare_plan(&p, f) ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t firmware[4096] = { 0x5a };
	const char *board_dtb = fuzz_file(data, size);
	const char *path = fuzz_file(firmware, sizeof(firmware));
	struct failure f = { .text = "" };

	fuzz_begin();
	p.firmware.owneds = 0;
	if (plan(board_dtb, path, &f))
		fuzz_refused(&f);
	else
		fuzz_plan(&p);
	image_close(&p.firmware);
	fuzz_end();
	return 0;
}
