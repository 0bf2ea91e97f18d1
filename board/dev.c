// SPDX-License-Identifier: BSD-2-Clause
// What all device models share: interrupt lines that speak only when they change.
#include "board/dev.h"

void dev_irq_set(struct dev *dev, unsigned line, bool level)
{
	uint32_t bit = 1u << line;

	if (!!(dev->levels & bit) == level)
		return;
	dev->levels ^= bit;
	dev->env->irq(dev, line, level);
}
