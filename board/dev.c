// SPDX-License-Identifier: BSD-2-Clause
// What all device models share: interrupt lines that speak only when they change, names of registers.
#include "board/dev.h"

#include <string.h>

void dev_irq_set(struct dev *dev, unsigned line, bool level)
{
	uint32_t bit = 1u << line;

	if (!!(dev->levels & bit) == level)
		return;
	dev->levels ^= bit;
	dev->env->irq(dev, line, level);
}

const char *dev_reg_name(const struct model *model, const struct dev_traits *traits,
			 uint64_t offset)
{
	const unsigned shift = model->layout ? traits->reg_shift : 0, width = model->layout ? 1 : 4;
	const struct reg_name *found = NULL;

	if (!CONFIG_PLACES || !model->regs)
		return NULL;
	offset >>= shift;
	for (const struct reg_name *r = model->regs; r->name[0]; r++) {
		const uint64_t end = r->offset + width * (r->more + 1u);

		if (r->kinds && !(r->kinds >> traits->kind & 1))
			continue;
		if (offset >= r->offset && offset < end && (!found || found->offset < r->offset))
			found = r;
	}
	return found ? found->name : NULL;
}

const char *dev_reg_side(const char *name, bool write, unsigned *length)
{
	const char *slash = strchr(name, '/'), *side = slash && write ? slash + 1 : name;

	*length = (unsigned)(slash && !write ? (size_t)(slash - name) : strlen(side));
	return side;
}
