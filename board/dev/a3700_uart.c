// SPDX-License-Identifier: BSD-2-Clause
// Marvell Armada 3700 UART, the standard and the extended one. Source: Linux's binding mvebu-uart.txt
// and the registers in its driver mvebu-uart.c; Marvell's manual is not public.
//
// Where this one departs from the chip:
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - There is no baud rate, no parity, no error. Resets of the FIFOs are over at once, and their bits
//   read 0. Loopback, breaks to be sent and DMA are not there; their bits are kept.
// - Of the extended one's interrupts there are TX_RDY's and RX_RDY's. Its lines are edges: so TX_RDY's
//   goes low with a byte written, and high again within a millisecond.
// - A break is told by the bits of STAT as long as its NUL is the next byte to be read, by those of the
//   extended one until they are written as 1.
#include "board/dev/rxfifo.h"
#include "board/dev/txfifo.h"

enum { STD, EXT }; /* kinds */
enum { RBR, TSH, CTRL, STAT, BRDV, OSAMP, STD_REGS };
enum { EXT_CTRL = 1, EXT_RBR = 6, EXT_TSH, EXT_CTRL2, EXT_REGS };

#define CTRL_KEPT 0x3fff
#define CTRL_RXFIFO_RST 0x4000
#define CTRL_SOFT_RST (1u << 31)
#define RBR_BREAK 0xc000 /* BRK_DET, FRM_ERR_DET */
#define STAT_BREAK 0xc /* BRK_DET, FRM_ERR; their enables are CTRL's, at the same place */
#define STAT_RX_RDY 0x10
#define STAT_TX_RDY 0x20
#define STAT_TX_EMP 0x40
#define STAT_RX_HFL 0x80
#define STAT_RX_FUL 0x100
#define STAT_TX_HFL 0x400
#define STAT_TX_FUL 0x800
#define STAT_RX_FIFO_EMP 0x1000
#define STAT_TX_FIFO_EMP 0x2000
#define STAT_EXT_RX_RDY 0x4000
#define STAT_EXT_TX_RDY 0x8000

/* Interrupts are told by the bits of STAT that raise them. */
static const struct {
	uint8_t regs, rbr, tsh, ctrl;
	uint8_t tx_depth, rx_depth;
	uint16_t tx_rdy, rx_rdy;
	uint16_t tx_irqs, rx_irqs;
	uint8_t enables, shift; /* the register of enables, and how far they are from STAT's bits */
} kinds[] = {
	[STD] = { STD_REGS, RBR, TSH, CTRL, 32, 32, STAT_TX_RDY, STAT_RX_RDY,
		  STAT_TX_RDY | STAT_TX_EMP, STAT_RX_RDY | STAT_RX_HFL, CTRL, 0 },
	[EXT] = { EXT_REGS, EXT_RBR, EXT_TSH, EXT_CTRL, 128, RXFIFO_MOST, STAT_EXT_TX_RDY,
		  STAT_EXT_RX_RDY, STAT_EXT_TX_RDY, STAT_EXT_RX_RDY, EXT_CTRL2, 9 },
};

static const char *const compatible[] = {
	[STD] = "marvell,armada-3700-uart",
	[EXT] = "marvell,armada-3700-uart-ext",
	NULL,
};

/* TSH */
static const uint8_t posted_of[] = { [STD] = 0x4, [EXT] = 0x1c };

struct a3700_uart {
	uint32_t reg[EXT_REGS];
	bool tx_due; /* of the extended one: TX_RDY's line has not gone high again */
	struct rxfifo rx;
};

static uint32_t status(struct dev *dev)
{
	const struct a3700_uart *s = dev->state;
	const unsigned kind = dev->traits.kind, count = s->rx.count;
	const unsigned depth = kinds[kind].tx_depth, fill = txfifo_fill(dev, depth);
	uint32_t value = fill < depth ? kinds[kind].tx_rdy : STAT_TX_FUL;

	value |= kind == STD && rxfifo_broken(&s->rx) ? STAT_BREAK : s->reg[STAT];
	value |= count ? kinds[kind].rx_rdy : STAT_RX_FIFO_EMP;
	if (!fill)
		value |= STAT_TX_FIFO_EMP | STAT_TX_EMP;
	if (fill >= depth / 2)
		value |= STAT_TX_HFL;
	if (count >= s->rx.depth / 2)
		value |= STAT_RX_HFL;
	if (count == s->rx.depth)
		value |= STAT_RX_FUL;
	return value;
}

static void irq_update(struct dev *dev)
{
	const struct a3700_uart *s = dev->state;
	const unsigned kind = dev->traits.kind;
	const uint32_t tx_irqs = kinds[kind].tx_irqs, irqs = tx_irqs | kinds[kind].rx_irqs;
	const uint32_t enabled = s->reg[kinds[kind].enables] << kinds[kind].shift & irqs;
	const uint32_t errors = s->reg[kinds[kind].ctrl] & STAT_BREAK, all = enabled | errors;
	const uint32_t raised = all ? all & status(dev) & (s->tx_due ? ~tx_irqs : ~0u) : 0;
	unsigned line = 0;

	if (kind == STD)
		dev_irq_set(dev, line++, raised);
	dev_irq_set(dev, line++, raised & tx_irqs);
	dev_irq_set(dev, line, raised & ~tx_irqs);
	if (enabled & tx_irqs && !(raised & tx_irqs))
		txfifo_watch(dev);
}

static uint32_t rx_get(struct dev *dev)
{
	struct a3700_uart *s = dev->state;
	const uint32_t error = rxfifo_broken(&s->rx) ? RBR_BREAK : 0;
	const int byte = rxfifo_get(&s->rx);

	if (byte < 0)
		return 0;
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, true);
	return error | (uint32_t)byte;
}

static uint64_t a3700_uart_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const struct a3700_uart *s = dev->state;
	const unsigned kind = dev->traits.kind;
	const uint64_t i = offset >> 2;
	uint32_t value = 0;

	(void)size;
	if (i == kinds[kind].rbr)
		value = rx_get(dev);
	else if (i == STAT)
		value = status(dev);
	else if (i < kinds[kind].regs)
		value = s->reg[i];
	return value >> 8 * (offset & 3);
}

static void a3700_uart_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct a3700_uart *s = dev->state;
	const unsigned kind = dev->traits.kind;
	const uint64_t i = offset >> 2;
	const uint8_t byte = (uint8_t)value;

	(void)size;
	if (offset & 3 || i >= kinds[kind].regs)
		return;
	if (i == kinds[kind].tsh) {
		dev->env->out(dev, &byte, 1);
		s->tx_due = kind == EXT;
	} else if (i == kinds[kind].ctrl) {
		s->reg[i] = value & CTRL_KEPT;
		if (value & (CTRL_RXFIFO_RST | CTRL_SOFT_RST))
			rxfifo_clear(&s->rx);
		rxfifo_ask(&s->rx, dev, true);
	} else if (i == STAT) {
		s->reg[STAT] &= ~(uint32_t)value;
	} else if (i == BRDV || i == OSAMP || i == EXT_CTRL2) {
		s->reg[i] = (uint32_t)value;
	}
	irq_update(dev);
}

static size_t a3700_uart_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct a3700_uart *s = dev->state;

	n = rxfifo_put(&s->rx, true, buf, n);
	if (n)
		irq_update(dev);
	return n;
}

static bool a3700_uart_break(struct dev *dev)
{
	struct a3700_uart *s = dev->state;

	if (!rxfifo_break(&s->rx, true))
		return false;
	if (dev->traits.kind == EXT)
		s->reg[STAT] |= STAT_BREAK;
	irq_update(dev);
	return true;
}

static void a3700_uart_wake(struct dev *dev)
{
	struct a3700_uart *s = dev->state;

	s->tx_due = false;
	irq_update(dev);
}

static void a3700_uart_reset(struct dev *dev)
{
	struct a3700_uart *s = dev->state;

	for (unsigned i = 0; i < EXT_REGS; i++)
		s->reg[i] = 0;
	s->tx_due = false;
	rxfifo_clear(&s->rx);
	s->rx.depth = kinds[dev->traits.kind].rx_depth;
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, true);
}

REG_NAMES regs[] = {
	{ 0x00, 1u << STD, 0, "UART_RBR" },
	{ 0x04, 1u << STD, 0, "UART_TSH" },
	{ 0x08, 1u << STD, 0, "UART_CTRL" },
	{ 0x04, 1u << EXT, 0, "UART_CTRL" },
	{ 0x0c, 0, 0, "UART_STAT" },
	{ 0x10, 0, 0, "UART_BRDV" },
	{ 0x14, 0, 0, "UART_OSAMP" },
	{ 0x18, 1u << EXT, 0, "UART_RBR" },
	{ 0x1c, 1u << EXT, 0, "UART_TSH" },
	{ 0x20, 1u << EXT, 0, "UART_CTRL2" },
	{ 0 },
};

const struct model a3700_uart_model = {
	.name = "Armada 3700 UART",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct a3700_uart),
	.rxfifo = MODEL_RXFIFO(struct a3700_uart),
	.posted_of = posted_of,
	.posted_size = 4,
	.reset = a3700_uart_reset,
	.read = a3700_uart_read,
	.write = a3700_uart_write,
	.input = a3700_uart_input,
	.brk = MODEL_BREAK(a3700_uart_break),
	.wake = a3700_uart_wake,
};
