// SPDX-License-Identifier: BSD-2-Clause
// A device that is memory: what was written is read again. For tests of how a guest accesses devices.
#include <string.h>

#include "board/dev.h"

#define SCRATCH_SIZE 4096

struct scratch {
	uint8_t bytes[SCRATCH_SIZE];
};

static uint64_t scratch_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const struct scratch *s = dev->state;
	uint64_t value = 0;

	if (offset < SCRATCH_SIZE && size <= SCRATCH_SIZE - offset)
		memcpy(&value, s->bytes + offset, size);
	return value;
}

static void scratch_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct scratch *s = dev->state;

	if (offset < SCRATCH_SIZE && size <= SCRATCH_SIZE - offset)
		memcpy(s->bytes + offset, &value, size);
}

static void scratch_reset(struct dev *dev)
{
	memset(dev->state, 0, sizeof(struct scratch));
}

static const char *const compatible[] = { "kvmshim,scratch", NULL };

const struct model scratch_model = {
	.name = "scratch memory",
	.compatible = compatible,
	.state_size = sizeof(struct scratch),
	.reset = scratch_reset,
	.read = scratch_read,
	.write = scratch_write,
};
