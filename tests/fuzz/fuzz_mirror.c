// SPDX-License-Identifier: BSD-2-Clause
// The board's tree as the guest's machine: a plan, and stubs for all that it names; or a refusal.
#include <stdio.h>
#include <string.h>

#include "board/soc.h"
#include "tests/fuzz/fuzz.h"

static struct prepared p;
static struct stub stub;

static int plan(const char *board_dtb, const char *firmware, struct failure *f)
{
	char *argv[] = { (char *)"kvmshim",
			 (char *)"plan",
			 (char *)"--board-dtb",
			 (char *)board_dtb,
			 (char *)"--machine",
			 (char *)"mirror",
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

static uint64_t now(void)
{
	return 1u << 30;
}

static uint64_t pc(struct stub_cpu *cpu)
{
	(void)cpu;
	return 0;
}

/* Ascending; a window is behind the one that has its base; the last one that has an address answers. */
static void stubs_good(void)
{
	struct stub_cpu cpu = { .pc = pc };
	uint64_t value;

	memset(&stub, 0, sizeof(stub));
	stub.now = now;
	soc_stub(&stub, &p.guest_tree, p.inputs.socs, 64u << 20);
	FUZZ_HOLDS(stub.windows <= STUB_WINDOWS_MAX && stub.registers <= STUB_REGISTERS_MAX);
	for (unsigned i = 0; i < stub.windows; i++) {
		const struct stub_window *w = &stub.window[i], *found;
		const uint64_t last = w->base + w->size - 1;

		FUZZ_HOLDS(last >= w->base && (!i || w[-1].base <= w->base));
		FUZZ_HOLDS(w->up == STUB_NONE || (w->up < i && w->base - stub.window[w->up].base <
								       stub.window[w->up].size));
		found = stub_find(&stub, last);
		FUZZ_HOLDS(found && found >= w && last - found->base < found->size);
		if (stub_read(&stub, &cpu, w->base, 4, &value))
			FUZZ_HOLDS(value <= UINT32_MAX);
		stub_write(&stub, &cpu, last, 1, 0xff);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t firmware[4096] = { 0x5a };
	const char *board_dtb = fuzz_file(data, size);
	const char *path = fuzz_file(firmware, sizeof(firmware));
	struct failure f = { .text = "" };

	fuzz_begin();
	p.firmware.owneds = 0;
	if (plan(board_dtb, path, &f)) {
		fuzz_refused(&f);
	} else {
		fuzz_plan(&p);
		stubs_good();
	}
	image_close(&p.firmware);
	fuzz_end();
	return 0;
}
