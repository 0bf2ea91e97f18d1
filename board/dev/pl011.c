// SPDX-License-Identifier: BSD-2-Clause
// Arm PL011 UART, r1p5 (32-byte FIFOs), and the Generic UART that is a part of it. Sources: Arm DDI
// 0183 (PrimeCell UART PL011), chapter 3; Arm DEN 0029 (Base System Architecture), Generic UART:
// no registers but DR, RSR, FR, IMSC, RIS, MIS and ICR; its FIFOs are always on.
//
// Where this one departs from the manual:
// - UARTEN and TXE do not gate output: Linux's earlycon and small test programs write without
//   setting CR up, and their words are wanted most of all. Nor does UARTEN gate input, for firmware
//   that relies on an earlier stage; RXE, on at reset, does, and what comes meanwhile is not lost
//   but stays with the env.
// - All eight bits of a byte count, whatever WLEN says.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - There is no baud rate, so the receive timeout passes at once: data below the trigger level
//   raise RT, and no timer is needed.
// - DMA and breaks to be sent are not there; their registers and bits are kept.
#include <string.h>

#include "board/dev/rxfifo.h"
#include "board/dev/txfifo.h"

enum { DR, RSR, FR = 6, ILPR = 8, IBRD, FBRD, LCR_H, CR, IFLS, IMSC, RIS, MIS, ICR, DMACR, REGS };

enum { PL011, GENERIC }; /* kinds, as they stand in compatible[] */

#define GENERIC_REGS                                                                               \
	(1u << DR | 1u << RSR | 1u << FR | 1u << IMSC | 1u << RIS | 1u << MIS | 1u << ICR)
#define IDS_AT 0xfe0
#define FIFO_SIZE 32

#define DR_OE 0x800
#define DR_BREAK 0x500 /* BE, and FE: its stop bit is low, too */
#define RSR_OE 0x8
#define RSR_BREAK 0x5
#define FR_CTS 0x1
#define FR_DSR 0x2
#define FR_DCD 0x4
#define FR_BUSY 0x8
#define FR_RXFE 0x10
#define FR_TXFF 0x20
#define FR_RXFF 0x40
#define FR_TXFE 0x80
#define FR_RI 0x100
#define LCR_H_FEN 0x10
#define CR_LBE 0x80
#define CR_RXE 0x200
#define INT_RX 0x10
#define INT_TX 0x20
#define INT_RT 0x40
#define INT_OE 0x400
#define INT_BREAK 0x280

struct pl011 {
	uint16_t reg[REGS]; /* FR without the transmitter's flags */
	struct rxfifo rx; /* the transmit FIFO has the same depth: FIFO_SIZE or 1 */
	uint8_t rx_level; /* bytes that raise RX */
	uint8_t tx_room; /* room that raises TX */
	bool tx_due; /* written since TX was last raised */
	bool overrun; /* OE goes with the next byte read */
};

static const uint16_t reset_values[REGS] = {
	/* The other side of the line is always there and ready. */
	[FR] = FR_RXFE | FR_CTS | FR_DSR | FR_DCD,
	[CR] = 0x300,
	[IFLS] = 0x12,
};

static const uint16_t writable[REGS] = {
	[ILPR] = 0xff, [IBRD] = 0xffff, [FBRD] = 0x3f,	[LCR_H] = 0xff,
	[CR] = 0xff87, [IFLS] = 0x3f,	[IMSC] = 0x7ff, [DMACR] = 0x7,
};

/* Revision 3 in PeriphID2 tells drivers of the 32-byte FIFOs. */
static const uint8_t ids[8] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/* Bytes in a FIFO at each of IFLS's levels: 1/8, 1/4, 1/2, 3/4, 7/8; the rest is reserved. */
static const uint8_t levels[8] = { 4, 8, 16, 24, 28, 28, 28, 28 };

/* Where a modem input stands in FR and RIS, and which output of CR feeds it in loopback. */
static const struct {
	uint16_t fr, ris, cr;
} modem[] = {
	{ FR_CTS, 0x2, 0x800 }, /* RTS */
	{ FR_DSR, 0x8, 0x400 }, /* DTR */
	{ FR_DCD, 0x4, 0x1000 }, /* Out1 */
	{ FR_RI, 0x1, 0x2000 }, /* Out2 */
};

static bool has_register(const struct dev *dev, uint64_t i)
{
	return dev->traits.kind == PL011 || (i < REGS && GENERIC_REGS >> i & 1);
}

static void bits_set(uint16_t *reg, unsigned bits, bool on)
{
	*reg = (uint16_t)(on ? *reg | bits : *reg & ~bits);
}

static void irq_update(struct dev *dev)
{
	const struct pl011 *s = dev->state;

	dev_irq_set(dev, 0, s->reg[RIS] & s->reg[IMSC]);
}

static void rx_flags_update(struct pl011 *s)
{
	bits_set(&s->reg[FR], FR_RXFE, s->rx.count == 0);
	bits_set(&s->reg[FR], FR_RXFF, s->rx.count == s->rx.depth);
}

static bool rx_connected(const struct pl011 *s)
{
	return (s->reg[CR] & (CR_RXE | CR_LBE)) == CR_RXE;
}

static void input_ask(struct dev *dev)
{
	struct pl011 *s = dev->state;

	rxfifo_ask(&s->rx, dev, rx_connected(s));
}

/* N bytes, one at least, have come into the receive FIFO. */
static void rx_came(struct pl011 *s, size_t n)
{
	bool crosses = s->rx.count >= s->rx_level && s->rx.count - n < s->rx_level;

	bits_set(&s->reg[RIS], crosses ? INT_RX : INT_RT, true);
	rx_flags_update(s);
}

static uint32_t rx_get(struct dev *dev)
{
	struct pl011 *s = dev->state;
	const bool broken = rxfifo_broken(&s->rx);
	const uint32_t error = (s->overrun ? DR_OE : 0) | (broken ? DR_BREAK : 0);
	int byte = rxfifo_get(&s->rx);

	if (byte < 0)
		return 0;
	s->overrun = false;
	if (CONFIG_MONITOR)
		bits_set(&s->reg[RSR], RSR_BREAK, broken);
	if (s->rx.count < s->rx_level) {
		/* A driver that reads just the trigger level's worth is told of the rest. */
		bits_set(&s->reg[RIS], INT_RX, false);
		bits_set(&s->reg[RIS], INT_RT, s->rx.count);
	}
	rx_flags_update(s);
	irq_update(dev);
	input_ask(dev);
	return (uint8_t)byte | error;
}

/* Raise TX when the FIFO has drained to its level; look again later if somebody waits for that. */
static void tx_settle(struct dev *dev)
{
	struct pl011 *s = dev->state;

	if (!s->tx_due)
		return;
	if (dev->env->room(dev) >= s->tx_room) {
		s->tx_due = false;
		bits_set(&s->reg[RIS], INT_TX, true);
	} else if (s->reg[IMSC] & INT_TX) {
		txfifo_watch(dev);
	}
}

static void tx_put(struct dev *dev, uint8_t byte)
{
	struct pl011 *s = dev->state;

	dev->env->out(dev, &byte, 1);
	if (s->reg[CR] & CR_LBE) {
		if (rxfifo_loop(&s->rx, byte)) {
			rx_came(s, 1);
		} else {
			s->overrun = true;
			s->reg[RSR] |= RSR_OE;
			s->reg[RIS] |= INT_OE;
		}
	}
	bits_set(&s->reg[RIS], INT_TX, false);
	s->tx_due = true;
	tx_settle(dev);
	irq_update(dev);
}

static void levels_update(struct pl011 *s)
{
	bool fifos = s->reg[LCR_H] & LCR_H_FEN;

	s->rx.depth = fifos ? FIFO_SIZE : 1;
	s->rx_level = fifos ? levels[s->reg[IFLS] >> 3 & 7] : 1;
	s->tx_room = fifos ? (uint8_t)(FIFO_SIZE - levels[s->reg[IFLS] & 7]) : 1;
}

static void line_control_write(struct dev *dev, uint16_t old)
{
	struct pl011 *s = dev->state;

	if (!((old ^ s->reg[LCR_H]) & LCR_H_FEN))
		return;
	rxfifo_clear(&s->rx);
	bits_set(&s->reg[RIS], INT_RX | INT_RT, false);
	levels_update(s);
	rx_flags_update(s);
	input_ask(dev);
}

static void control_write(struct dev *dev)
{
	struct pl011 *s = dev->state;
	uint16_t old = s->reg[FR];

	for (unsigned i = 0; i < sizeof(modem) / sizeof(modem[0]); i++) {
		uint16_t source = s->reg[CR] & CR_LBE ? s->reg[CR] & modem[i].cr
						      : reset_values[FR] & modem[i].fr;

		bits_set(&s->reg[FR], modem[i].fr, source);
		if ((old ^ s->reg[FR]) & modem[i].fr)
			s->reg[RIS] |= modem[i].ris;
	}
	input_ask(dev);
}

static uint32_t flags_read(struct dev *dev)
{
	const struct pl011 *s = dev->state;
	const unsigned fill = txfifo_fill(dev, s->rx.depth);

	if (!fill)
		return s->reg[FR] | FR_TXFE;
	return s->reg[FR] | FR_BUSY | (fill == s->rx.depth ? FR_TXFF : 0u);
}

static uint32_t reg_read(struct dev *dev, uint64_t i)
{
	struct pl011 *s = dev->state;

	switch (i) {
	case FR: return flags_read(dev);
	case DR: return rx_get(dev);
	case RIS:
	case MIS:
		tx_settle(dev);
		irq_update(dev);
		return s->reg[RIS] & (i == MIS ? s->reg[IMSC] : UINT16_MAX);
	default:
		if (i < REGS)
			return s->reg[i];
		i -= IDS_AT / 4;
		return i < sizeof(ids) ? ids[i] : 0;
	}
}

static uint64_t pl011_read(struct dev *dev, uint64_t offset, unsigned size)
{
	(void)size;
	return has_register(dev, offset >> 2) ? reg_read(dev, offset >> 2) >> 8 * (offset & 3) : 0;
}

static void pl011_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct pl011 *s = dev->state;
	uint64_t i = offset >> 2;
	uint16_t old;

	(void)size;
	if (i >= REGS || offset & 3 || !has_register(dev, i))
		return;
	if (i == DR) {
		tx_put(dev, (uint8_t)value);
		return;
	}
	old = s->reg[i];
	if (writable[i])
		s->reg[i] = (uint16_t)(value & writable[i]);
	switch (i) {
	case RSR: s->reg[RSR] = 0; break;
	case LCR_H: line_control_write(dev, old); break;
	case CR: control_write(dev); break;
	case IFLS: levels_update(s); break;
	case IMSC: tx_settle(dev); break;
	case ICR: bits_set(&s->reg[RIS], (unsigned)value, false); break;
	}
	irq_update(dev);
}

static size_t pl011_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct pl011 *s = dev->state;

	n = rxfifo_put(&s->rx, rx_connected(s), buf, n);
	if (n) {
		rx_came(s, n);
		irq_update(dev);
	}
	return n;
}

static bool pl011_break(struct dev *dev)
{
	struct pl011 *s = dev->state;

	if (!rxfifo_break(&s->rx, rx_connected(s)))
		return false;
	s->reg[RIS] |= INT_BREAK;
	rx_came(s, 1);
	irq_update(dev);
	return true;
}

static void pl011_wake(struct dev *dev)
{
	tx_settle(dev);
	irq_update(dev);
}

static void pl011_reset(struct dev *dev)
{
	struct pl011 *s = dev->state;
	bool refused = s->rx.refused;

	memset(s, 0, sizeof(*s));
	memcpy(s->reg, reset_values, sizeof(s->reg));
	s->rx.refused = refused;
	if (dev->traits.kind == GENERIC) {
		s->reg[FR] = FR_RXFE;
		s->reg[LCR_H] = LCR_H_FEN;
	}
	levels_update(s);
	irq_update(dev);
	input_ask(dev);
}

static const char *const compatible[] = {
	[PL011] = "arm,pl011", [GENERIC] = "arm,sbsa-uart", NULL
};

REG_NAMES regs[] = {
	{ 0x00, 0, 0, "UARTDR" },
	{ 0x04, 0, 0, "UARTRSR/UARTECR" },
	{ 0x18, 0, 0, "UARTFR" },
	{ 0x20, 0, 0, "UARTILPR" },
	{ 0x24, 0, 0, "UARTIBRD" },
	{ 0x28, 0, 0, "UARTFBRD" },
	{ 0x2c, 0, 0, "UARTLCR_H" },
	{ 0x30, 0, 0, "UARTCR" },
	{ 0x34, 0, 0, "UARTIFLS" },
	{ 0x38, 0, 0, "UARTIMSC" },
	{ 0x3c, 0, 0, "UARTRIS" },
	{ 0x40, 0, 0, "UARTMIS" },
	{ 0x44, 0, 0, "UARTICR" },
	{ 0x48, 0, 0, "UARTDMACR" },
	{ 0xfe0, 0, 0, "UARTPeriphID0" },
	{ 0xfe4, 0, 0, "UARTPeriphID1" },
	{ 0xfe8, 0, 0, "UARTPeriphID2" },
	{ 0xfec, 0, 0, "UARTPeriphID3" },
	{ 0xff0, 0, 0, "UARTPCellID0" },
	{ 0xff4, 0, 0, "UARTPCellID1" },
	{ 0xff8, 0, 0, "UARTPCellID2" },
	{ 0xffc, 0, 0, "UARTPCellID3" },
	{ 0 },
};

const struct model pl011_model = {
	.name = "PL011 UART",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct pl011),
	.rxfifo = MODEL_RXFIFO(struct pl011),
	.posted_at = 4 * DR,
	.posted_size = 4,
	.reset = pl011_reset,
	.read = pl011_read,
	.write = pl011_write,
	.input = pl011_input,
	.brk = MODEL_BREAK(pl011_break),
	.wake = pl011_wake,
};
