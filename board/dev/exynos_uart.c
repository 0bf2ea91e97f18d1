// SPDX-License-Identifier: BSD-2-Clause
// UART of Samsung's Exynos SoCs and of those made after them. Sources: Exynos 4412 user's manual,
// chapter UART; Linux's samsung_tty.c, U-Boot's serial_s5p.c.
//
// Where this one departs from the manual:
// - UCON's modes do not gate the data: without a driver's setting up it takes and gives bytes as
//   after an earlier stage. They gate the interrupts.
// - FIFOs are of 16, 64 or 256 bytes, as the channel has them, which no compatible tells. This one
//   takes 64 and never says that it is full: a driver then reads as many as its channel would have.
// - Trigger levels differ likewise: one byte raises the receive interrupt, as the timeout does there,
//   and an empty FIFO the transmit interrupt.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - All eight bits of a byte count. DMA, breaks to be sent and errors of the line but breaks are not
//   there; bits are kept.
#include <string.h>

#include "board/dev/rxfifo.h"
#include "board/dev/txfifo.h"

enum {
	ULCON,
	UCON,
	UFCON,
	UMCON,
	UTRSTAT,
	UERSTAT,
	UFSTAT,
	UMSTAT,
	UTXH,
	URXH,
	UBRDIV,
	UFRACVAL,
	UINTP,
	UINTSP,
	UINTM,
	REGS
};

#define FIFO_SIZE 64

#define UCON_MASK 0x77ffff
#define UCON_RX_MODE 0x3
#define UCON_TX_MODE 0xc
#define UCON_LOOPBACK 0x20
#define UCON_ERROR 0x40
#define UCON_RX_LEVEL 0x100
#define UCON_TX_LEVEL 0x200
#define UFCON_FIFO 0x1
#define UFCON_RX_RESET 0x2
#define UTRSTAT_RX_READY 0x1
#define UTRSTAT_TX_EMPTY 0x6 /* buffer and shifter */
#define UERSTAT_OVERRUN 0x1
#define UERSTAT_BREAK 0xc /* and a frame error */
#define UFSTAT_TX_AT 16
#define UFSTAT_TX_FULL (1u << 24)
#define UMSTAT_CTS 0x1
#define INT_RXD 0x1
#define INT_ERROR 0x2
#define INT_TXD 0x4

struct exynos_uart {
	uint32_t reg[REGS];
	struct rxfifo rx; /* the transmit FIFO has the same depth: FIFO_SIZE or 1 */
	uint8_t seen; /* causes of interrupts that have raised their pulse */
};

static const uint32_t reset_values[REGS] = {
	[UCON] = 0x3000, [UMSTAT] = UMSTAT_CTS, /* the other side of the line is always there */
};

static const uint32_t writable[REGS] = {
	[ULCON] = 0x7f,	   [UCON] = UCON_MASK, [UFCON] = 0x771, [UMCON] = 0xf9,
	[UBRDIV] = 0xffff, [UFRACVAL] = 0xf,   [UINTM] = 0xf,
};

static bool rx_connected(const struct exynos_uart *s)
{
	return !(s->reg[UCON] & UCON_LOOPBACK);
}

static void input_ask(struct dev *dev)
{
	struct exynos_uart *s = dev->state;

	rxfifo_ask(&s->rx, dev, rx_connected(s));
}

/* Bytes in the transmit FIFO. */
static unsigned tx_count(struct dev *dev)
{
	const struct exynos_uart *s = dev->state;

	return txfifo_fill(dev, s->rx.depth);
}

/*
 * A cause raises its interrupt once, and again and again where UCON asks for a level. If somebody
 * waits for an empty FIFO, look again later.
 */
static void irq_update(struct dev *dev)
{
	struct exynos_uart *s = dev->state;
	const uint32_t ucon = s->reg[UCON];
	const bool sends = ucon & UCON_TX_MODE;
	unsigned causes = 0, levels = 0;

	if (ucon & UCON_RX_MODE && s->rx.count)
		causes |= INT_RXD;
	if (sends && !tx_count(dev))
		causes |= INT_TXD;
	if (ucon & UCON_RX_LEVEL)
		levels |= INT_RXD;
	if (ucon & UCON_TX_LEVEL)
		levels |= INT_TXD;
	s->reg[UINTSP] |= causes & (levels | ~(unsigned)s->seen);
	s->seen = (uint8_t)causes;
	if (sends && ~s->reg[UINTM] & ~(s->reg[UINTSP] | causes) & INT_TXD)
		txfifo_watch(dev);
	dev_irq_set(dev, 0, s->reg[UINTSP] & ~s->reg[UINTM]);
}

static void error_raise(struct exynos_uart *s, uint32_t error)
{
	s->reg[UERSTAT] |= error;
	if (s->reg[UCON] & UCON_ERROR)
		s->reg[UINTSP] |= INT_ERROR;
}

/* The next byte to be read is another one: a break is told then, not when it comes. */
static void error_show(struct exynos_uart *s)
{
	if (rxfifo_broken(&s->rx))
		error_raise(s, UERSTAT_BREAK);
}

static uint32_t rx_get(struct dev *dev)
{
	struct exynos_uart *s = dev->state;
	const int byte = rxfifo_get(&s->rx);

	if (byte < 0)
		return 0;
	error_show(s);
	irq_update(dev);
	input_ask(dev);
	return (uint32_t)byte;
}

static void tx_put(struct dev *dev, uint8_t byte)
{
	struct exynos_uart *s = dev->state;

	dev->env->out(dev, &byte, 1);
	s->seen &= (uint8_t)~INT_TXD;
	if (!(s->reg[UCON] & UCON_LOOPBACK))
		return;
	if (rxfifo_loop(&s->rx, byte)) {
		s->seen &= (uint8_t)~INT_RXD;
		return;
	}
	error_raise(s, UERSTAT_OVERRUN);
}

static void fifo_control_write(struct exynos_uart *s, uint64_t value)
{
	if (value & UFCON_RX_RESET)
		rxfifo_clear(&s->rx);
	s->rx.depth = value & UFCON_FIFO ? FIFO_SIZE : 1;
}

static uint32_t fifo_status(struct dev *dev)
{
	const struct exynos_uart *s = dev->state;
	const unsigned sent = tx_count(dev);

	return s->rx.count | sent << UFSTAT_TX_AT | (sent == s->rx.depth ? UFSTAT_TX_FULL : 0);
}

static uint32_t reg_read(struct dev *dev, uint64_t i)
{
	struct exynos_uart *s = dev->state;
	uint32_t value;

	switch (i) {
	case UTRSTAT:
		return (s->rx.count ? UTRSTAT_RX_READY : 0) |
		       (tx_count(dev) ? 0 : UTRSTAT_TX_EMPTY);
	case UERSTAT:
		value = s->reg[UERSTAT];
		s->reg[UERSTAT] = 0;
		return value;
	case UFSTAT: return fifo_status(dev);
	case URXH: return rx_get(dev);
	case UINTP:
	case UINTSP: irq_update(dev); return s->reg[UINTSP] & ~(i == UINTP ? s->reg[UINTM] : 0);
	}
	return i < REGS ? s->reg[i] : 0;
}

static uint64_t exynos_uart_read(struct dev *dev, uint64_t offset, unsigned size)
{
	(void)size;
	return reg_read(dev, offset >> 2) >> 8 * (offset & 3);
}

static void exynos_uart_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct exynos_uart *s = dev->state;
	const uint64_t i = offset >> 2;

	(void)size;
	if (i >= REGS || offset & 3)
		return;
	if (writable[i])
		s->reg[i] = (uint32_t)value & writable[i];
	switch (i) {
	case UTXH: tx_put(dev, (uint8_t)value); break;
	case UFCON: fifo_control_write(s, value); break;
	case UINTP:
	case UINTSP: s->reg[UINTSP] &= (uint32_t)~value; break;
	}
	irq_update(dev);
	input_ask(dev);
}

static size_t exynos_uart_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct exynos_uart *s = dev->state;

	n = rxfifo_put(&s->rx, rx_connected(s), buf, n);
	if (n) {
		s->seen &= (uint8_t)~INT_RXD;
		irq_update(dev);
	}
	return n;
}

static bool exynos_uart_break(struct dev *dev)
{
	struct exynos_uart *s = dev->state;

	if (!rxfifo_break(&s->rx, rx_connected(s)))
		return false;
	if (s->rx.count == 1)
		error_show(s);
	s->seen &= (uint8_t)~INT_RXD;
	irq_update(dev);
	return true;
}

static void exynos_uart_reset(struct dev *dev)
{
	struct exynos_uart *s = dev->state;
	const bool refused = s->rx.refused;

	memset(s, 0, sizeof(*s));
	memcpy(s->reg, reset_values, sizeof(s->reg));
	s->rx.depth = 1;
	s->rx.refused = refused;
	irq_update(dev);
	input_ask(dev);
}

static const char *const compatible[] = {
	"samsung,exynos4210-uart",     "samsung,exynos5433-uart", "samsung,exynos7-uart",
	"samsung,exynos7885-uart",     "samsung,exynos850-uart",  "samsung,exynosautov9-uart",
	"samsung,exynosautov920-uart", "google,gs101-uart",	  NULL
};

REG_NAMES regs[] = {
	{ 0x00, 0, 0, "ULCON" },   { 0x04, 0, 0, "UCON" },
	{ 0x08, 0, 0, "UFCON" },   { 0x0c, 0, 0, "UMCON" },
	{ 0x10, 0, 0, "UTRSTAT" }, { 0x14, 0, 0, "UERSTAT" },
	{ 0x18, 0, 0, "UFSTAT" },  { 0x1c, 0, 0, "UMSTAT" },
	{ 0x20, 0, 0, "UTXH" },	   { 0x24, 0, 0, "URXH" },
	{ 0x28, 0, 0, "UBRDIV" },  { 0x2c, 0, 0, "UFRACVAL" },
	{ 0x30, 0, 0, "UINTP" },   { 0x34, 0, 0, "UINTSP" },
	{ 0x38, 0, 0, "UINTM" },   { 0 },
};

const struct model exynos_uart_model = {
	.name = "Exynos UART",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct exynos_uart),
	.rxfifo = MODEL_RXFIFO(struct exynos_uart),
	.posted_at = 4 * UTXH,
	.posted_size = 4,
	.reset = exynos_uart_reset,
	.read = exynos_uart_read,
	.write = exynos_uart_write,
	.input = exynos_uart_input,
	.brk = MODEL_BREAK(exynos_uart_break),
	.wake = irq_update,
};
