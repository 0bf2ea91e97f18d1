// SPDX-License-Identifier: BSD-2-Clause
// A trace file of any bytes: read, put into lanes, written as JSON and as a picture.
#include <stdlib.h>
#include <string.h>

#include "boot/trace_json.h"
#include "boot/trace_svg.h"
#include "tests/fuzz/fuzz.h"

static void written(const struct trace_data *data, bool json)
{
	static struct trace_lanes lanes;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	trace_lanes_make(&lanes, data);
	if (json)
		trace_json_write(out, data, &lanes);
	else
		FUZZ_HOLDS(!trace_svg_write(out, data, &lanes));
	fclose(out);
	FUZZ_HOLDS(size && text[size - 1] == '\n');
	/* Whatever names there are, no byte of the text is none of a text. */
	for (size_t i = 0; i < size; i++)
		FUZZ_HOLDS(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct trace_data data;
	struct trace_event e;
	uint64_t events = 0;
	const char *why;

	fuzz_begin();
	if (!trace_read_open(&data, bytes, size, &why)) {
		for (size_t at = 0; trace_read_next(&data, &at, &e);) {
			const struct trace_name *name = trace_read_name(&data, &e);

			events += e.kind != TRACE_LOST;
			FUZZ_HOLDS(at <= size && (!name || name->at == e.at));
		}
		FUZZ_HOLDS(events == data.events);
		written(&data, true);
		written(&data, false);
		trace_read_close(&data);
	}
	fuzz_end();
	return 0;
}
