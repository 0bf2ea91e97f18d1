// SPDX-License-Identifier: BSD-2-Clause
// NXP LPUART with 32-bit registers, of i.MX 7ULP, 8 and 9 and of Layerscape. Source: i.MX 93
// Applications Processor Reference Manual (IMX93RM), chapter LPUART; LS1028A Reference Manual,
// chapter LPUART; Linux's binding fsl-lpuart.yaml, and its driver for what the LS1021A differs in:
// registers of big-endian order, and the FIFO sizes' code.
//
// Where this one departs from the manuals:
// - TE does not gate output. RE gates input; both are on at reset, as an earlier stage leaves them.
//   What comes while RE is off is not lost but stays with the env.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - All eight bits of a byte count. There is no baud rate, so the line is idle as soon as something
//   has come: IDLE is set, and RDRF tells of any byte, as RXIDEN has it, and not only of RXWATER's.
// - Loopback, address match, breaks to be sent, IrDA and DMA are not there; their bits are kept. LBKDE
//   is for breaks only: bytes come in beside it.
#include "board/dev/rxfifo.h"
#include "board/dev/txfifo.h"

/* i.MX has four registers before those of Layerscape. */
enum { VERID, PARAM, GLOBAL, PINCFG, HEAD };
enum { BAUD, STAT, CTRL, DATA, MATCH, MODIR, FIFO, WATER, REGS };

#define VERID_ID 0x04010003 /* version 4.1, standard with MODEM and IrDA */
#define GLOBAL_RST 0x2
#define STAT_MASK 0x3e000000 /* what can be written, here and in the next three */
#define MATCH_MASK 0x03ff03ff
#define MODIR_MASK 0x0007ff3f
#define WATER_MASK 0x00ff00ff
#define STAT_FE 0x20000
#define STAT_IDLE 0x100000
#define STAT_RDRF 0x200000
#define STAT_TC 0x400000
#define STAT_TDRE 0x800000
#define STAT_LBKDE (1u << 25)
#define STAT_LBKDIF (1u << 31)
#define STAT_CLEARED (STAT_FE | STAT_IDLE | STAT_LBKDIF) /* where 1 is written */
#define FEIE_SHIFT 8 /* from STAT's FE to its enable in CTRL */
#define BAUD_LBKDIE 0x8000
/* The enables in CTRL stand where their flags do in STAT. */
#define INTERRUPTS (STAT_IDLE | STAT_RDRF | STAT_TC | STAT_TDRE)
#define CTRL_RE 0x40000
#define CTRL_TE 0x80000
#define DATA_RXEMPT 0x1000
#define DATA_FRETSC 0x2000
#define FIFO_RXFE 0x8
#define FIFO_TXFE 0x80
#define FIFO_RXFLUSH 0x4000
#define FIFO_RXEMPT 0x400000
#define FIFO_TXEMPT 0x800000

struct lpuart {
	uint32_t reg[REGS];
	uint32_t global;
	struct rxfifo rx;
};

static const char *const compatible[] = {
	"fsl,imx7ulp-lpuart", "fsl,imx8ulp-lpuart", "fsl,imx8qxp-lpuart",
	"fsl,ls1021a-lpuart", "fsl,ls1028a-lpuart", NULL,
};

static const struct {
	uint8_t head; /* registers before BAUD */
	uint8_t depth; /* log2 of either FIFO's bytes */
	uint8_t code; /* what FIFO says of that */
	bool swapped; /* registers are big-endian */
} kinds[] = {
	{ HEAD, 4, 3, false }, { HEAD, 4, 3, false }, { HEAD, 6, 5, false },
	{ 0, 4, 5, true },     { 0, 4, 5, false },
};

static const uint32_t reset_values[REGS] = {
	[BAUD] = 0xfu << 24 | 4, /* OSR, SBR */
	[CTRL] = CTRL_RE | CTRL_TE,
};

static const uint32_t writable[REGS] = {
	[BAUD] = UINT32_MAX,  [STAT] = STAT_MASK, [CTRL] = UINT32_MAX,	[MATCH] = MATCH_MASK,
	[MODIR] = MODIR_MASK, [FIFO] = 0x1f88,	  [WATER] = WATER_MASK,
};

/* DATA */
static const uint8_t posted_of[] = { 0x1c, 0x1c, 0x1c, 0xc, 0xc };

static bool receiver_on(const struct lpuart *s)
{
	return s->reg[CTRL] & CTRL_RE;
}

static unsigned depth_of(const struct dev *dev, uint32_t enable)
{
	const struct lpuart *s = dev->state;

	return s->reg[FIFO] & enable ? 1u << kinds[dev->traits.kind].depth : 1;
}

static uint32_t reg_value(struct dev *dev, uint64_t i)
{
	const struct lpuart *s = dev->state;
	const unsigned depth = depth_of(dev, FIFO_TXFE), count = s->rx.count;
	const unsigned fill = txfifo_fill(dev, depth), code = kinds[dev->traits.kind].code;
	uint32_t value = s->reg[i];

	switch (i) {
	case STAT:
		value |= (count ? STAT_RDRF : 0) | (fill ? 0 : STAT_TC);
		if (fill < depth && fill <= (s->reg[WATER] & 0xff))
			value |= STAT_TDRE;
		break;
	case FIFO:
		value |= code << 4 | code | (count ? 0 : FIFO_RXEMPT) | (fill ? 0 : FIFO_TXEMPT);
		break;
	case WATER: value |= count << 24 | fill << 8; break;
	}
	return value;
}

static void irq_update(struct dev *dev)
{
	const struct lpuart *s = dev->state;
	const uint32_t enabled = s->reg[CTRL] & INTERRUPTS;
	const uint32_t raised = enabled ? enabled & reg_value(dev, STAT) : 0;

	dev_irq_set(dev, 0,
		    raised || s->reg[CTRL] >> FEIE_SHIFT & s->reg[STAT] & STAT_FE ||
			    (s->reg[BAUD] & BAUD_LBKDIE && s->reg[STAT] & STAT_LBKDIF));
	if ((enabled & ~raised) & (STAT_TC | STAT_TDRE))
		txfifo_watch(dev);
}

/* The next byte to be read is another one: FE tells of that. */
static void error_show(struct lpuart *s)
{
	if (rxfifo_broken(&s->rx))
		s->reg[STAT] |= STAT_FE;
}

static uint32_t rx_get(struct dev *dev)
{
	struct lpuart *s = dev->state;
	const uint32_t error = rxfifo_broken(&s->rx) ? DATA_FRETSC : 0;
	const int byte = rxfifo_get(&s->rx);

	if (byte < 0)
		return DATA_RXEMPT;
	error_show(s);
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, receiver_on(s));
	return error | (uint32_t)byte;
}

static uint32_t head_read(const struct dev *dev, uint64_t i)
{
	const struct lpuart *s = dev->state;

	switch (i) {
	case VERID: return VERID_ID;
	case PARAM: return kinds[dev->traits.kind].depth * 0x101u;
	case GLOBAL: return s->global;
	default: return 0;
	}
}

static uint64_t lpuart_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const unsigned head = kinds[dev->traits.kind].head;
	const uint64_t i = offset >> 2;
	uint32_t value = 0;

	(void)size;
	if (i < head)
		value = head_read(dev, i);
	else if (i == head + DATA)
		value = rx_get(dev);
	else if (i < head + REGS)
		value = reg_value(dev, i - head);
	if (kinds[dev->traits.kind].swapped)
		value = __builtin_bswap32(value);
	return value >> 8 * (offset & 3);
}

static void registers_reset(struct lpuart *s)
{
	for (unsigned i = 0; i < REGS; i++)
		s->reg[i] = reset_values[i];
	rxfifo_clear(&s->rx);
}

static void reg_write(struct dev *dev, uint64_t i, uint32_t value)
{
	struct lpuart *s = dev->state;

	if (i == DATA) {
		const uint8_t byte = (uint8_t)value;

		dev->env->out(dev, &byte, 1);
		return;
	}
	/* What is set in STAT beside what is writable goes when it is written as 1. */
	s->reg[i] = (value & writable[i]) | (i == STAT ? s->reg[STAT] & STAT_CLEARED & ~value : 0);
	if (i == FIFO && value & FIFO_RXFLUSH)
		rxfifo_clear(&s->rx);
}

static void lpuart_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct lpuart *s = dev->state;
	const unsigned head = kinds[dev->traits.kind].head;
	const uint64_t i = offset >> 2;
	const bool swapped = kinds[dev->traits.kind].swapped;

	if (offset & 3 || i >= head + REGS || (swapped && size < 4))
		return;
	if (swapped)
		value = __builtin_bswap32((uint32_t)value);
	if (i >= head) {
		reg_write(dev, i - head, (uint32_t)value);
	} else if (i == GLOBAL) {
		s->global = value & GLOBAL_RST;
		if (s->global)
			registers_reset(s);
	}
	s->rx.depth = (uint8_t)depth_of(dev, FIFO_RXFE);
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, receiver_on(s));
}

static size_t lpuart_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct lpuart *s = dev->state;

	n = rxfifo_put(&s->rx, receiver_on(s), buf, n);
	if (n) {
		s->reg[STAT] |= STAT_IDLE;
		irq_update(dev);
	}
	return n;
}

static bool lpuart_break(struct dev *dev)
{
	struct lpuart *s = dev->state;
	const bool detects = s->reg[STAT] & STAT_LBKDE;

	if (detects ? !receiver_on(s) : !rxfifo_break(&s->rx, receiver_on(s)))
		return false;
	s->reg[STAT] |= STAT_IDLE | (detects ? STAT_LBKDIF : 0);
	if (s->rx.count == 1)
		error_show(s);
	irq_update(dev);
	return true;
}

static void lpuart_reset(struct dev *dev)
{
	struct lpuart *s = dev->state;

	s->global = 0;
	registers_reset(s);
	s->rx.depth = (uint8_t)depth_of(dev, FIFO_RXFE);
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, true);
}

/* Kinds of i.MX, kinds of Layerscape. */
#define IMX 0x07
#define LS 0x18

REG_NAMES regs[] = {
	{ 0x00, IMX, 0, "VERID" },  { 0x04, IMX, 0, "PARAM" }, { 0x08, IMX, 0, "GLOBAL" },
	{ 0x0c, IMX, 0, "PINCFG" }, { 0x10, IMX, 0, "BAUD" },  { 0x14, IMX, 0, "STAT" },
	{ 0x18, IMX, 0, "CTRL" },   { 0x1c, IMX, 0, "DATA" },  { 0x20, IMX, 0, "MATCH" },
	{ 0x24, IMX, 0, "MODIR" },  { 0x28, IMX, 0, "FIFO" },  { 0x2c, IMX, 0, "WATER" },
	{ 0x00, LS, 0, "BAUD" },    { 0x04, LS, 0, "STAT" },   { 0x08, LS, 0, "CTRL" },
	{ 0x0c, LS, 0, "DATA" },    { 0x10, LS, 0, "MATCH" },  { 0x14, LS, 0, "MODIR" },
	{ 0x18, LS, 0, "FIFO" },    { 0x1c, LS, 0, "WATER" },  { 0 },
};

const struct model lpuart_model = {
	.name = "LPUART",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct lpuart),
	.rxfifo = MODEL_RXFIFO(struct lpuart),
	.posted_of = posted_of,
	.posted_size = 4,
	.reset = lpuart_reset,
	.read = lpuart_read,
	.write = lpuart_write,
	.input = lpuart_input,
	.brk = MODEL_BREAK(lpuart_break),
	.wake = irq_update,
};
