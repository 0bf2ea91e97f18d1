// SPDX-License-Identifier: BSD-2-Clause
// UARTs of the 8250 family: 16550A, Synopsys' DW_apb_uart, TI's of OMAP and K3, Tegra's, XScale's,
// MediaTek's, the mini UART of the BCM2835. Sources: National's PC16550D, Synopsys' DW_apb_uart
// databook, TI's SPRUID7, BCM2835 ARM Peripherals 2.2 with errata; Linux's and U-Boot's drivers.
//
// Where this one departs from them:
// - Nothing gates output, and input only loopback and the mini UART's receiver enable, which is on
//   at reset: not XScale's UUE nor TI's MDR1, which on a board an earlier stage has set.
// - All eight bits of a byte count, whatever LCR says.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - There is no baud rate, so the receive timeout passes at once.
// - DW_apb_uart is busy while it transmits, not for what was received: a key pressed loses no LCR.
// - The receive trigger is FCR's, not TI's TLR. DMA, breaks to be sent, flow control and sleep are not
//   there; their registers and bits are kept.
#include <string.h>

#include "board/dev/uart8250_map.h"

#define TX_RETRY_NS 1000000

static void uart8250_reset(struct dev *dev);

static bool rx_open(const struct dev *dev)
{
	const struct uart8250 *s = dev->state;

	return !(s->reg[MCR] & MCR_LOOP) && (!uart8250_map_kind(dev)->mini || s->extra[0] & 1);
}

static size_t tx_room(struct dev *dev)
{
	const struct uart8250 *s = dev->state;
	const size_t room = dev->env->room(dev);

	return room < s->depth ? room : s->depth;
}

static bool tx_busy(struct dev *dev)
{
	const struct uart8250 *s = dev->state;

	return !s->tx_cleared && tx_room(dev) < s->depth;
}

/* The interrupt that comes first, as IIR names it. */
static unsigned pending(const struct dev *dev)
{
	const struct uart8250_kind *k = uart8250_map_kind(dev);
	const struct uart8250 *s = dev->state;
	const uint8_t ier = s->reg[IER];
	const uint8_t trigger = s->depth > 1 ? k->trigger[s->reg[FCR] >> 6] : 1;

	if (ier & IER_RLSI && s->reg[LSR] & (LSR_OE | LSR_BREAK))
		return IIR_RLSI;
	if (ier & IER_RDI && s->rx.count >= trigger)
		return IIR_RDI;
	if (ier & k->timeout && s->rx.count)
		return IIR_TIMEOUT;
	if (ier & IER_THRI && s->thre)
		return IIR_THRI;
	if (ier & IER_MSI && s->reg[MSR] & MSR_DELTAS)
		return IIR_MSI;
	return s->busy ? IIR_BUSY : IIR_NONE;
}

static void irq_update(struct dev *dev)
{
	dev_irq_set(dev, 0, pending(dev) != IIR_NONE);
}

/* Raise THRE when the transmitter is empty; look again later if somebody waits for that. */
static void tx_settle(struct dev *dev)
{
	struct uart8250 *s = dev->state;

	if (!s->tx_due)
		return;
	if (tx_room(dev) == s->depth) {
		s->tx_due = false;
		s->thre = true;
	} else if (s->reg[IER] & IER_THRI) {
		dev->env->wake_at(dev, dev->env->now() + TX_RETRY_NS);
	}
}

static void tx_put(struct dev *dev, uint8_t byte)
{
	struct uart8250 *s = dev->state;

	if (!(s->reg[MCR] & MCR_LOOP))
		dev->env->out(dev, &byte, 1);
	else if (!rxfifo_loop(&s->rx, byte))
		s->reg[LSR] |= LSR_OE;
	s->thre = s->tx_cleared = false;
	s->tx_due = true;
	tx_settle(dev);
}

static void fifo_control(struct dev *dev, uint8_t value)
{
	const struct uart8250_kind *k = uart8250_map_kind(dev);
	struct uart8250 *s = dev->state;
	const bool on = k->fifo > 1 && (k->mini || value & FCR_ENABLE);
	const uint8_t depth = on ? k->fifo : 1;
	const uint8_t kept = k->efr && !(s->reg[EFR] & EFR_ECB) ? FCR_TX_TRIGGER : 0;

	if (depth != s->depth || value & FCR_CLEAR_RX)
		rxfifo_clear(&s->rx);
	if (depth != s->depth || value & FCR_CLEAR_TX)
		s->tx_cleared = true;
	s->reg[FCR] = on ? (uint8_t)((value & ~kept & ~(FCR_CLEAR_RX | FCR_CLEAR_TX)) |
				     (s->reg[FCR] & kept))
			 : 0;
	s->depth = s->rx.depth = depth;
	tx_settle(dev);
	rxfifo_ask(&s->rx, dev, rx_open(dev));
}

/* The inputs are the outputs in loopback. */
static void modem_update(struct uart8250 *s)
{
	const uint8_t mcr = s->reg[MCR], old = s->reg[MSR];
	const unsigned looped = (mcr & MCR_RTS) << 3 | (mcr & MCR_DTR) << 5 | (mcr & MCR_OUT) << 4;
	const unsigned now = mcr & MCR_LOOP ? looped : MSR_READY;
	/* Of RI only the end is told. */
	const unsigned changed = (old ^ now) & ~(MSR_DELTAS | (now & MSR_RI));

	s->reg[MSR] = (uint8_t)(now | (old & MSR_DELTAS) | changed >> 4);
}

static void reg_write(struct dev *dev, unsigned r, uint8_t value)
{
	struct uart8250 *s = dev->state;
	const uint8_t bits = uart8250_map_writable(dev, r), old = s->reg[r];

	switch (r) {
	case LSR:
	case MSR: return;
	case DATA: tx_put(dev, value); return;
	case FCR: fifo_control(dev, value); return;
	case LCR:
		if (uart8250_map_kind(dev)->busy && tx_busy(dev)) {
			s->busy = true;
			return;
		}
	}
	s->reg[r] = (uint8_t)((value & bits) | (old & ~bits));
	if (r == IER && value & ~old & IER_THRI) {
		s->tx_due = true;
		tx_settle(dev);
	}
	if (r == MCR) {
		modem_update(s);
		rxfifo_ask(&s->rx, dev, rx_open(dev));
	}
}

/* The next byte to be read is another one: LSR tells of a break then, not when it comes. */
static void error_show(struct uart8250 *s)
{
	if (rxfifo_broken(&s->rx))
		s->reg[LSR] |= LSR_BREAK;
}

/* Is there an error in the FIFO that LSR has not been read of? */
static bool error_waits(const struct uart8250 *s)
{
	return s->reg[LSR] & LSR_BREAK || s->rx.breaks & ~(1ull << s->rx.first);
}

/* LSR but for what is kept. */
static uint8_t line_status(struct dev *dev)
{
	const struct uart8250 *s = dev->state;
	const size_t room = tx_room(dev);
	const bool empty = room == s->depth, thre = uart8250_map_kind(dev)->mini ? room : empty;

	return (s->rx.count ? LSR_DR : 0) | (thre ? LSR_THRE : 0) | (empty ? LSR_TEMT : 0) |
	       (s->depth > 1 && error_waits(s) ? LSR_FIFOE : 0);
}

static uint8_t reg_read(struct dev *dev, unsigned r)
{
	struct uart8250 *s = dev->state;
	uint8_t value = s->reg[r];

	switch (r) {
	case DATA:
		if (s->rx.count)
			value = (uint8_t)rxfifo_get(&s->rx);
		error_show(s);
		rxfifo_ask(&s->rx, dev, rx_open(dev));
		return value;
	case FCR:
		tx_settle(dev);
		value = (uint8_t)pending(dev);
		if (value == IIR_THRI)
			s->thre = false;
		return value | (s->depth > 1 ? 0xc0 : 0);
	case LSR:
		value |= line_status(dev);
		s->reg[LSR] = 0;
		return value;
	case MSR: s->reg[MSR] &= (uint8_t)~MSR_DELTAS; return value;
	default: return value;
	}
}

/* DW_apb_uart's USR and the mini UART's STAT: the fill of both FIFOs, as bits. */
static uint32_t fifos_status(struct dev *dev, unsigned what)
{
	struct uart8250 *s = dev->state;
	const uint32_t used = (uint32_t)(s->depth - tx_room(dev));
	const bool full = used == s->depth, empty = !used;

	if (what == UART8250_USR) {
		s->busy = false;
		return (tx_busy(dev) ? 0x1 : 0) | (full ? 0 : 0x2) | (empty ? 0x4 : 0) |
		       (s->rx.count ? 0x8 : 0) | (s->rx.count == s->depth ? 0x10 : 0);
	}
	return (s->rx.count ? 0x1 : 0) | (full ? 0x20 : 0x2) | 0x4 | (empty ? 0x308 : 0) |
	       (s->reg[LSR] & LSR_OE ? 0x10 : 0) | (s->reg[MCR] & MCR_RTS ? 0x40 : 0) | 0x80 |
	       (uint32_t)s->rx.count << 16 | used << 24;
}

static uint32_t extra_read(struct dev *dev, const struct uart8250_extra *e)
{
	struct uart8250 *s = dev->state;

	switch (e->what) {
	case UART8250_PART: return uart8250_kinds_parts[e->writable];
	case UART8250_TX_LEVEL: return (uint32_t)(s->depth - tx_room(dev));
	case UART8250_RX_LEVEL: return s->rx.count;
	case UART8250_SHADOW:
		return (uint32_t)(s->reg[e->reset] & e->writable) >> __builtin_ctz(e->writable);
	case UART8250_SSR: return tx_room(dev) ? 0 : 1;
	case UART8250_FCR: return s->reg[FCR];
	case UART8250_USR:
	case UART8250_STAT: return fifos_status(dev, e->what);
	case UART8250_BAUD: return (uint32_t)(s->reg[DLM] << 8 | s->reg[DLL]);
	default: return s->extra[e - uart8250_map_kind(dev)->extra];
	}
}

static void extra_write(struct dev *dev, const struct uart8250_extra *e, uint64_t value)
{
	struct uart8250 *s = dev->state;
	uint8_t *kept;

	switch (e->what) {
	case UART8250_SHADOW:
		value = (value << __builtin_ctz(e->writable) & e->writable) |
			(s->reg[e->reset] & ~e->writable);
		reg_write(dev, e->reset, (uint8_t)value);
		break;
	case UART8250_SRR: /* from bit 1 on as FCR has them */
		if (value & 1)
			uart8250_reset(dev);
		else
			fifo_control(dev, s->reg[FCR] | (value & (FCR_CLEAR_RX | FCR_CLEAR_TX)));
		break;
	case UART8250_BAUD:
		s->reg[DLL] = (uint8_t)value;
		s->reg[DLM] = (uint8_t)(value >> 8);
		break;
	case UART8250_SYSC:
		if (value & 2) {
			uart8250_reset(dev);
			break;
		}
		/* fall through */
	case UART8250_KEPT:
		kept = &s->extra[e - uart8250_map_kind(dev)->extra];
		*kept = (uint8_t)((value & e->writable) | (*kept & ~e->writable));
		rxfifo_ask(&s->rx, dev, rx_open(dev));
	}
}

static uint64_t uart8250_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const uint64_t i = offset >> dev->traits.reg_shift;
	const struct uart8250_extra *e;
	uint64_t value = 0;
	unsigned r;

	(void)size;
	if (i << dev->traits.reg_shift != offset)
		return 0;
	r = uart8250_map_reg(dev, i);
	if (r < REGS)
		value = reg_read(dev, r);
	else if ((e = uart8250_map_extra(dev, i)))
		value = extra_read(dev, e);
	irq_update(dev);
	return value;
}

static void uart8250_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	const uint64_t i = offset >> dev->traits.reg_shift;
	const struct uart8250_extra *e;
	unsigned r;

	(void)size;
	if (i << dev->traits.reg_shift != offset)
		return;
	r = uart8250_map_reg(dev, i);
	if (r < REGS)
		reg_write(dev, r, (uint8_t)value);
	else if ((e = uart8250_map_extra(dev, i)))
		extra_write(dev, e, value);
	irq_update(dev);
}

static size_t uart8250_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct uart8250 *s = dev->state;

	n = rxfifo_put(&s->rx, rx_open(dev), buf, n);
	irq_update(dev);
	return n;
}

/* The mini UART knows no breaks: that is a NUL to it. */
static bool uart8250_break(struct dev *dev)
{
	struct uart8250 *s = dev->state;
	const bool open = rx_open(dev), mini = uart8250_map_kind(dev)->mini;

	if (!(mini ? open && rxfifo_loop(&s->rx, 0) : rxfifo_break(&s->rx, open)))
		return false;
	if (s->rx.count == 1)
		error_show(s);
	irq_update(dev);
	return true;
}

static void uart8250_wake(struct dev *dev)
{
	tx_settle(dev);
	irq_update(dev);
}

static void uart8250_reset(struct dev *dev)
{
	const struct uart8250_kind *k = uart8250_map_kind(dev);
	struct uart8250 *s = dev->state;
	const bool refused = s->rx.refused;

	memset(s, 0, sizeof(*s));
	s->reg[MSR] = MSR_READY;
	s->rx.refused = refused;
	for (unsigned i = 0; k->extra[i].at; i++)
		s->extra[i] = k->extra[i].reset;
	fifo_control(dev, 0);
	irq_update(dev);
}

const struct model uart8250_model = {
	.name = "8250 UART",
	.compatible = uart8250_kinds_names,
	.regs = MODEL_REGS(uart8250_kinds_regs),
	.reg_shifts = uart8250_kinds_shifts,
	.state_size = sizeof(struct uart8250),
	.rxfifo = MODEL_RXFIFO(struct uart8250),
	.posted_at = DATA,
	.posted_size = 1,
	.layout = true,
	.reset = uart8250_reset,
	.read = uart8250_read,
	.write = uart8250_write,
	.input = uart8250_input,
	.brk = MODEL_BREAK(uart8250_break),
	.wake = uart8250_wake,
};
