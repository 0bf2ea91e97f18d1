// SPDX-License-Identifier: BSD-2-Clause
// NXP i.MX UART (32-byte FIFOs) of the i.MX 6 to i.MX 8M. Source: i.MX 8M Mini Applications
// Processor Reference Manual (IMX8MMRM), chapter UART, and Linux's binding fsl-imx-uart.yaml.
//
// Where this one departs from the manual:
// - UARTEN gates nothing and TXEN no output. RXEN gates input; it and TXEN are on at reset, as an
//   earlier stage leaves them. What comes while it is off is not lost but stays with the env.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - All eight bits of a byte count. There is no baud rate, so the ageing timer runs out at once: data
//   below the trigger level raise AGTIM, which goes with the last of them.
// - The other side is there and ready: RTSS is high, and DCDIN low as in DCE mode.
// - Loopback, escape sequences, breaks to be sent, IrDA and DMA are not there; their bits are kept.
#include "board/dev/rxfifo.h"
#include "board/dev/txfifo.h"

enum {
	UCR1,
	UCR2,
	UCR3,
	UCR4,
	UFCR,
	USR1,
	USR2,
	UESC,
	UTIM,
	UBIR,
	UBMR,
	UBRC,
	ONEMS,
	UTS,
	UMCR,
	REGS
};

#define URXD_AT 0x0
#define UTXD_AT 0x40
#define REGS_AT 0x80
#define FIFO_SIZE 32

#define URXD_CHARRDY 0x8000
#define URXD_BREAK 0x5800 /* ERR, FRMERR, BRK */
#define UCR2_SRST 0x1
#define UCR2_RXEN 0x2
#define UCR2_TXEN 0x4
#define USR1_RXDS 0x40
#define USR1_AGTIM 0x100
#define USR1_RRDY 0x200
#define USR1_FRAMERR 0x400
#define USR1_TRDY 0x2000
#define USR1_RTSS 0x4000
#define USR2_RDR 0x1
#define USR2_BRCD 0x4
#define USR2_TXDC 0x8
#define USR2_WAKE 0x80
#define USR2_TXFE 0x4000
#define UTS_RXFULL 0x8
#define UTS_TXFULL 0x10
#define UTS_RXEMPTY 0x20
#define UTS_TXEMPTY 0x40

struct imx_uart {
	uint32_t reg[REGS]; /* USR1, USR2: what stays until it is cleared */
	struct rxfifo rx;
};

static const uint16_t reset_values[REGS] = {
	[UCR2] = UCR2_SRST | UCR2_RXEN | UCR2_TXEN,
	[UCR3] = 0x700,
	[UCR4] = 0x8000,
	[UFCR] = 0x801,
	[UESC] = 0x2b,
	[UBRC] = 0x4,
};

static const uint32_t writable[REGS] = {
	[UCR1] = 0xffff, [UCR2] = 0xfffe, [UCR3] = 0xffff,    [UCR4] = 0xffff,
	[UFCR] = 0xffff, [UESC] = 0xff,	  [UTIM] = 0xfff,     [UBIR] = 0xffff,
	[UBMR] = 0xffff, [UTS] = 0x3e00,  [ONEMS] = 0xffffff, [UMCR] = 0xff0f,
};

/* What raises the interrupt: FLAG of STATUS, when CONTROL has ENABLE. */
static const struct {
	uint8_t status, control;
	uint16_t flag, enable;
} sources[] = {
	{ USR1, UCR1, USR1_TRDY, 0x2000 }, /* TRDYEN */
	{ USR2, UCR1, USR2_TXFE, 0x40 }, /* TXMPTYEN */
	{ USR2, UCR4, USR2_TXDC, 0x8 }, /* TCEN */
#define SOURCES_TX 3
	{ USR1, UCR1, USR1_RRDY, 0x200 }, /* RRDYEN */
	{ USR1, UCR2, USR1_AGTIM, 0x8 }, /* ATEN */
	{ USR2, UCR4, USR2_RDR, 0x1 }, /* DREN */
	{ USR2, UCR4, USR2_WAKE, 0x80 }, /* WKEN */
	{ USR1, UCR3, USR1_FRAMERR, 0x800 }, /* FRAERREN */
	{ USR2, UCR4, USR2_BRCD, 0x4 }, /* BKEN */
};

static bool receiver_on(const struct imx_uart *s)
{
	return s->reg[UCR2] & UCR2_RXEN;
}

static unsigned rx_level(const struct imx_uart *s)
{
	return s->reg[UFCR] & 0x3f;
}

static uint32_t reg_value(struct dev *dev, uint64_t i)
{
	const struct imx_uart *s = dev->state;
	const unsigned fill = txfifo_fill(dev, FIFO_SIZE), count = s->rx.count;
	uint32_t value = s->reg[i];

	switch (i) {
	case USR1:
		value |= USR1_RTSS | USR1_RXDS;
		if (!fill || fill < s->reg[UFCR] >> 10)
			value |= USR1_TRDY;
		if (count && count >= rx_level(s))
			value |= USR1_RRDY;
		break;
	case USR2: value |= (fill ? 0 : USR2_TXFE | USR2_TXDC) | (count ? USR2_RDR : 0); break;
	case UTS:
		value |= (fill ? 0 : UTS_TXEMPTY) | (fill == FIFO_SIZE ? UTS_TXFULL : 0) |
			 (count ? 0 : UTS_RXEMPTY) | (count == FIFO_SIZE ? UTS_RXFULL : 0);
		break;
	}
	return value;
}

static void irq_update(struct dev *dev)
{
	const struct imx_uart *s = dev->state;
	bool level = false, waits = false;

	for (unsigned i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (!(s->reg[sources[i].control] & sources[i].enable))
			continue;
		if (reg_value(dev, sources[i].status) & sources[i].flag)
			level = true;
		else if (i < SOURCES_TX)
			waits = true;
	}
	dev_irq_set(dev, 0, level);
	if (waits)
		txfifo_watch(dev);
}

static uint32_t rx_get(struct dev *dev)
{
	struct imx_uart *s = dev->state;
	const uint32_t error = rxfifo_broken(&s->rx) ? URXD_BREAK : 0;
	const int byte = rxfifo_get(&s->rx);

	if (byte < 0)
		return 0;
	/* A driver that reads just the trigger level's worth is told of the rest. */
	if (s->rx.count < rx_level(s))
		s->reg[USR1] = (s->reg[USR1] & USR1_FRAMERR) | (s->rx.count ? USR1_AGTIM : 0);
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, receiver_on(s));
	return URXD_CHARRDY | error | (uint32_t)byte;
}

static uint64_t imx_uart_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const uint64_t i = (offset - REGS_AT) >> 2;
	uint32_t value = 0;

	(void)size;
	if (offset >> 2 == URXD_AT >> 2)
		value = rx_get(dev);
	else if (i < REGS)
		value = reg_value(dev, i);
	return value >> 8 * (offset & 3);
}

/* SRST is written as 0, and reads as 1 when that is done: at once. */
static void soft_reset(struct imx_uart *s)
{
	rxfifo_clear(&s->rx);
	s->reg[USR1] = s->reg[USR2] = s->reg[UBIR] = s->reg[UBMR] = 0;
}

static void imx_uart_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct imx_uart *s = dev->state;
	const uint64_t i = (offset - REGS_AT) >> 2;

	(void)size;
	if (offset == UTXD_AT) {
		const uint8_t byte = (uint8_t)value;

		dev->env->out(dev, &byte, 1);
	} else if (i < REGS && !(offset & 3)) {
		if (i == USR1 || i == USR2)
			s->reg[i] &= ~(uint32_t)value;
		else if (writable[i])
			s->reg[i] = (uint32_t)value & writable[i];
		if (i == UCR2 && !(value & UCR2_SRST))
			soft_reset(s);
		s->reg[UCR2] |= UCR2_SRST;
		rxfifo_ask(&s->rx, dev, receiver_on(s));
	} else {
		return;
	}
	irq_update(dev);
}

static void rx_came(struct dev *dev)
{
	struct imx_uart *s = dev->state;

	s->reg[USR2] |= USR2_WAKE;
	if (s->rx.count < rx_level(s))
		s->reg[USR1] |= USR1_AGTIM;
	irq_update(dev);
}

static size_t imx_uart_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct imx_uart *s = dev->state;

	n = rxfifo_put(&s->rx, receiver_on(s), buf, n);
	if (n)
		rx_came(dev);
	return n;
}

static bool imx_uart_break(struct dev *dev)
{
	struct imx_uart *s = dev->state;

	if (!rxfifo_break(&s->rx, receiver_on(s)))
		return false;
	s->reg[USR1] |= USR1_FRAMERR;
	s->reg[USR2] |= USR2_BRCD;
	rx_came(dev);
	return true;
}

static void imx_uart_reset(struct dev *dev)
{
	struct imx_uart *s = dev->state;

	for (unsigned i = 0; i < REGS; i++)
		s->reg[i] = reset_values[i];
	rxfifo_clear(&s->rx);
	s->rx.depth = FIFO_SIZE;
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, true);
}

static const char *const compatible[] = { "fsl,imx6q-uart", NULL };

REG_NAMES regs[] = {
	{ 0x00, 0, 0, "URXD" }, { 0x40, 0, 0, "UTXD" }, { 0x80, 0, 0, "UCR1" },
	{ 0x84, 0, 0, "UCR2" }, { 0x88, 0, 0, "UCR3" }, { 0x8c, 0, 0, "UCR4" },
	{ 0x90, 0, 0, "UFCR" }, { 0x94, 0, 0, "USR1" }, { 0x98, 0, 0, "USR2" },
	{ 0x9c, 0, 0, "UESC" }, { 0xa0, 0, 0, "UTIM" }, { 0xa4, 0, 0, "UBIR" },
	{ 0xa8, 0, 0, "UBMR" }, { 0xac, 0, 0, "UBRC" }, { 0xb0, 0, 0, "ONEMS" },
	{ 0xb4, 0, 0, "UTS" },	{ 0xb8, 0, 0, "UMCR" }, { 0 },
};

const struct model imx_uart_model = {
	.name = "i.MX UART",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct imx_uart),
	.rxfifo = MODEL_RXFIFO(struct imx_uart),
	.posted_at = UTXD_AT,
	.posted_size = 4,
	.reset = imx_uart_reset,
	.read = imx_uart_read,
	.write = imx_uart_write,
	.input = imx_uart_input,
	.brk = MODEL_BREAK(imx_uart_break),
	.wake = irq_update,
};
