// SPDX-License-Identifier: BSD-2-Clause
// gdb's bytes, with garbage between and packets that are cut off.
#include <string.h>

#include "boot/gdb/rsp.h"
#include "tests/fuzz/fuzz.h"

static struct rsp r;

/* The reply is one packet, which the reader takes for what was put in. */
static void reply(const uint8_t *data, size_t size)
{
	static struct rsp back;
	uint8_t sum = 0;

	rsp_begin(&r);
	rsp_put(&r, data, size);
	rsp_end(&r);
	FUZZ_HOLDS(r.out_size <= sizeof(r.out) && r.out[0] == '$' && r.out[r.out_size - 3] == '#');
	FUZZ_HOLDS(r.cut || size <= RSP_PACKET);
	for (size_t i = 1; i < r.out_size - 3; i++)
		sum = (uint8_t)(sum + r.out[i]);
	rsp_reset(&back);
	for (size_t i = 0; i < r.out_size; i++)
		FUZZ_HOLDS((rsp_take(&back, r.out[i]) == RSP_GOOD) == (i == r.out_size - 1));
	FUZZ_HOLDS(back.sum == sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rsp_reset(&r);
	for (size_t i = 0; i < size; i++) {
		const enum rsp_event event = rsp_take(&r, data[i]);

		FUZZ_HOLDS(r.in_size <= RSP_PACKET);
		FUZZ_HOLDS(event != RSP_GOOD || (!rsp_within(&r) && !r.in[r.in_size]));
		FUZZ_HOLDS(event != RSP_INTERRUPT || data[i] == 3);
		if (event == RSP_GOOD) {
			const char *text = r.in;
			uint64_t value;
			uint8_t bytes[16];

			rsp_number(&text, &value);
			rsp_unhex(&text, bytes, sizeof(bytes));
			FUZZ_HOLDS(text >= r.in && text <= r.in + r.in_size);
		}
	}
	/* Whatever came: a whole packet behind it is one. */
	for (const char *c = "$OK#9a"; *c; c++)
		FUZZ_HOLDS((rsp_take(&r, (uint8_t)*c) == RSP_GOOD) == !c[1]);
	FUZZ_HOLDS(!strcmp(r.in, "OK"));
	reply(data, size);
	return 0;
}
