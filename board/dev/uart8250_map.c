// SPDX-License-Identifier: BSD-2-Clause
// Which of an 8250's registers is where, as its kind and its own modes have it.
#include "board/dev/uart8250_map.h"

#include <stddef.h>

const struct uart8250_kind *uart8250_map_kind(const struct dev *dev)
{
	return uart8250_kinds[dev->traits.kind];
}

uint8_t uart8250_map_writable(const struct dev *dev, unsigned r)
{
	const struct uart8250_kind *k = uart8250_map_kind(dev);
	const struct uart8250 *s = dev->state;
	const uint8_t bits = r == IER ? k->ier : r == MCR ? k->mcr : 0xff;
	const uint8_t free = r == IER ? 0x0f : r == MCR ? 0x1f : 0xff;

	return k->efr && !(s->reg[EFR] & EFR_ECB) ? bits & free : bits;
}

unsigned uart8250_map_reg(const struct dev *dev, uint64_t i)
{
	const struct uart8250_kind *k = uart8250_map_kind(dev);
	const struct uart8250 *s = dev->state;

	if (k->feature && s->extra[0] && i >= FEATURE_FIRST && i <= FEATURE_LAST)
		return (unsigned)(DLL + i - FEATURE_FIRST);
	if (k->busy && i >= SRBR_FIRST && i <= SRBR_LAST)
		return DATA;
	if (i > SCR)
		return REGS;
	if (i <= IER && s->reg[LCR] & LCR_DLAB)
		return (unsigned)(DLL + i);
	if (k->efr && i >= MSR && s->reg[MCR] & MCR_TCRTLR && s->reg[EFR] & EFR_ECB)
		return (unsigned)(TCR + i - MSR);
	if (!k->efr || s->reg[LCR] != LCR_MODE_B || i == LCR)
		return (unsigned)i;
	return (unsigned)(i == FCR ? EFR : XON1 + i - MCR);
}

const struct uart8250_extra *uart8250_map_extra(const struct dev *dev, uint64_t i)
{
	const struct uart8250_extra *e = uart8250_map_kind(dev)->extra;

	while (e->at && e->at != i)
		e++;
	return e->at ? e : NULL;
}
