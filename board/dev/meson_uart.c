// SPDX-License-Identifier: BSD-2-Clause
// Amlogic Meson UART with 64-byte FIFOs. Source: Amlogic S905 datasheet, chapter UART, and what the
// drivers of Linux (meson_uart.c) and U-Boot (serial_meson.c) rely on.
//
// Where this one departs from the datasheet:
// - It comes up as the boot ROM leaves it: TX_EN and RX_EN are on, for firmware that relies on that.
//   RX_EN off, or the receiver in reset, leaves input with the env; TX_EN gates nothing.
// - All eight bits of a byte count, and none has an error. A break is a NUL and a frame error, which is
//   all that the chip makes of it.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
//
// Boards' trees have its interrupt edge-triggered. The line is high while RECV_IRQ_COUNT bytes wait.
// The transmitter's interrupt is no level but a pulse: drivers leave TX_INT_EN on with nothing to
// send. It comes when XMIT_IRQ_COUNT bytes were in the FIFO, or have been written, and fewer are
// left.
#include <string.h>

#include "board/dev/rxfifo.h"

enum { WFIFO, RFIFO, CONTROL, STATUS, MISC, REG5, REGS };

#define FIFO_SIZE 64
#define TX_RETRY_NS 1000000

#define CONTROL_RX_EN (1u << 13)
#define CONTROL_RX_RST (1u << 23)
#define CONTROL_CLEAR_ERR (1u << 24)
#define CONTROL_RX_INT_EN (1u << 27)
#define CONTROL_TX_INT_EN (1u << 28)
#define STATUS_FRAME_ERR (1u << 17)
#define STATUS_RX_FULL (1u << 19)
#define STATUS_RX_EMPTY (1u << 20)
#define STATUS_TX_FULL (1u << 21)
#define STATUS_TX_EMPTY (1u << 22)
#define STATUS_TX_BUSY (1u << 25)

struct meson_uart {
	uint32_t reg[REGS]; /* STATUS: its errors */
	struct rxfifo rx;
	uint8_t written; /* bytes since the transmitter's last interrupt, 255 at most */
};

static const uint32_t reset_values[REGS] = {
	[CONTROL] = 0xb000, /* two wires, TX_EN, RX_EN */
	[MISC] = 0x200f, /* XMIT_IRQ_COUNT 32, RECV_IRQ_COUNT 15 */
	[REG5] = 1u << 24 | 1u << 23 | 68, /* 115200 baud from the crystal */
};

static bool rx_open(const struct meson_uart *s)
{
	return (s->reg[CONTROL] & (CONTROL_RX_EN | CONTROL_RX_RST)) == CONTROL_RX_EN;
}

static void irq_update(struct dev *dev)
{
	const struct meson_uart *s = dev->state;
	const uint8_t level = (uint8_t)s->reg[MISC];

	dev_irq_set(dev, 0,
		    s->reg[CONTROL] & CONTROL_RX_INT_EN && s->rx.count && s->rx.count >= level);
}

static unsigned tx_count(struct dev *dev)
{
	const size_t room = dev->env->room(dev);

	return room < FIFO_SIZE ? (unsigned)(FIFO_SIZE - room) : 0;
}

/* The transmitter's interrupt, if its time has come; look again later if somebody waits for it. */
static void tx_settle(struct dev *dev)
{
	struct meson_uart *s = dev->state;
	const uint8_t level = (uint8_t)(s->reg[MISC] >> 8);
	const bool wanted = s->reg[CONTROL] & CONTROL_TX_INT_EN;

	if (!level)
		return;
	if (tx_count(dev) >= level) {
		s->written = UINT8_MAX;
		if (wanted)
			dev->env->wake_at(dev, dev->env->now() + TX_RETRY_NS);
		return;
	}
	if (s->written < level)
		return;
	s->written = 0;
	if (!wanted)
		return;
	dev_irq_set(dev, 0, false);
	dev_irq_set(dev, 0, true);
	irq_update(dev);
}

static uint32_t status_read(struct dev *dev)
{
	const struct meson_uart *s = dev->state;
	const unsigned waiting = tx_count(dev);
	uint32_t status = s->reg[STATUS] | s->rx.count | waiting << 8;

	status |= s->rx.count ? 0 : STATUS_RX_EMPTY;
	status |= s->rx.count == FIFO_SIZE ? STATUS_RX_FULL : 0;
	status |= waiting ? STATUS_TX_BUSY : STATUS_TX_EMPTY;
	status |= waiting == FIFO_SIZE ? STATUS_TX_FULL : 0;
	return status;
}

static uint32_t rx_get(struct dev *dev)
{
	struct meson_uart *s = dev->state;
	const int byte = rxfifo_get(&s->rx);

	irq_update(dev);
	rxfifo_ask(&s->rx, dev, rx_open(s));
	return byte < 0 ? 0 : (uint32_t)byte;
}

static uint64_t meson_uart_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const struct meson_uart *s = dev->state;

	(void)size;
	if (offset & 3 || offset / 4 >= REGS)
		return 0;
	switch (offset / 4) {
	case RFIFO: return rx_get(dev);
	case STATUS: tx_settle(dev); return status_read(dev);
	default: return s->reg[offset / 4];
	}
}

static void tx_put(struct dev *dev, uint8_t byte)
{
	struct meson_uart *s = dev->state;

	dev->env->out(dev, &byte, 1);
	s->written = (uint8_t)(s->written + (s->written < UINT8_MAX));
}

static void meson_uart_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct meson_uart *s = dev->state;

	(void)size;
	if (offset & 3 || offset / 4 >= REGS)
		return;
	switch (offset / 4) {
	case WFIFO: tx_put(dev, (uint8_t)value); break;
	case RFIFO:
	case STATUS: return;
	default: s->reg[offset / 4] = (uint32_t)value;
	}
	if (s->reg[CONTROL] & CONTROL_CLEAR_ERR)
		s->reg[STATUS] = 0;
	if (s->reg[CONTROL] & CONTROL_RX_RST)
		rxfifo_clear(&s->rx);
	rxfifo_ask(&s->rx, dev, rx_open(s));
	irq_update(dev);
	tx_settle(dev);
}

static size_t meson_uart_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct meson_uart *s = dev->state;

	n = rxfifo_put(&s->rx, rx_open(s), buf, n);
	irq_update(dev);
	return n;
}

static bool meson_uart_break(struct dev *dev)
{
	struct meson_uart *s = dev->state;

	if (!rxfifo_break(&s->rx, rx_open(s)))
		return false;
	s->reg[STATUS] = STATUS_FRAME_ERR;
	irq_update(dev);
	return true;
}

static void meson_uart_reset(struct dev *dev)
{
	struct meson_uart *s = dev->state;
	const bool refused = s->rx.refused;

	memset(s, 0, sizeof(*s));
	memcpy(s->reg, reset_values, sizeof(s->reg));
	s->rx.depth = FIFO_SIZE;
	s->rx.refused = refused;
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, rx_open(s));
}

static const char *const compatible[] = {
	"amlogic,meson-gx-uart",   "amlogic,meson-ao-uart", "amlogic,meson-s4-uart",
	"amlogic,meson-g12a-uart", "amlogic,meson-a1-uart", "amlogic,t7-uart",
	"amlogic,a4-uart",	   "amlogic,meson-uart",    NULL,
};

REG_NAMES regs[] = {
	{ 0x00, 0, 0, "UART_WFIFO" },
	{ 0x04, 0, 0, "UART_RFIFO" },
	{ 0x08, 0, 0, "UART_CONTROL" },
	{ 0x0c, 0, 0, "UART_STATUS" },
	{ 0x10, 0, 0, "UART_MISC" },
	{ 0x14, 0, 0, "UART_REG5" },
	{ 0 },
};

const struct model meson_uart_model = {
	.name = "Meson UART",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct meson_uart),
	.rxfifo = MODEL_RXFIFO(struct meson_uart),
	.posted_at = 4 * WFIFO,
	.posted_size = 4,
	.reset = meson_uart_reset,
	.read = meson_uart_read,
	.write = meson_uart_write,
	.input = meson_uart_input,
	.brk = MODEL_BREAK(meson_uart_break),
	.wake = tx_settle,
};
