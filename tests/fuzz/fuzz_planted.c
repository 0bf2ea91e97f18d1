// SPDX-License-Identifier: BSD-2-Clause
// A reader with a fault, so that the suite shows that it finds one: it looks a byte beyond its span.
#include "boot/image/plain.h"

static int planted_read(struct image *image, const struct span *span, struct failure *f)
{
	struct span longer = *span;
	uint8_t beyond = 0;

	longer.size++;
	span_read(&longer, span->size, &beyond, 1);
	return beyond ? image_unfit(image, f, "is followed by something: copy it again")
		      : plain_read_raw(image, span, f);
}

#define READER planted_read
#include "tests/fuzz/reader.h"
