// SPDX-License-Identifier: BSD-2-Clause
// Qualcomm UARTDM v1.3 and v1.4, FIFOs of 16 words. Source: APQ8016E technical reference manual,
// chapter 6.2.5 (UART_DM), and what the drivers of Linux (msm_serial.c), U-Boot (serial_msm.c) and
// the LK boot loader rely on. v1.4 has the registers of v1.3, and most of them once more elsewhere.
//
// A FIFO's word holds four bytes, the lowest first, or one in single-character mode (DMEN).
//
// Where this one departs from the manual:
// - It comes up as an earlier stage leaves it: receiving, 8N1. For drivers that only poll it
//   receives single characters then, and a word is one to send when NCF_TX has not said how many.
//   TX_ENABLE gates nothing.
// - All eight bits of a byte count, and none has an error; a break is a NUL, whatever MR2 says. DMA,
//   breaks to be sent and the number that DMRX sets an end by are not there.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - There is no baud rate, so input goes stale at once, which ends the transfer. What comes before
//   the next one has been set up stays with the env.
// - RXFS tells of the bytes that do not fill a word only when they are all there is, and nothing
//   follows them until they have been read: a driver that polls for them would lose what does.
#include <string.h>

#include "board/dev/rxfifo.h"

enum {
	MR1,
	MR2,
	SR,
	CR = 4,
	ISR,
	IPR,
	TFWR,
	RFWR,
	HCR,
	DMRX = 13,
	SNAP,
	DMEN,
	NCF_TX,
	TXFS = 19,
	RXFS,
	REGS,
	FIFO = REGS,
	NONE
};
enum { CSR = SR, MISR = CR, IMR = ISR, IRDA = SNAP }; /* the same place, read or written */

#define FIFO_WORDS 16u
#define TX_RETRY_NS 1000000

#define INT_TXLEV 0x1u
#define INT_BREAK_CHANGE 0x4u
#define INT_RXSTALE 0x8u
#define INT_RXLEV 0x10u
#define INT_TX_READY 0x80u
#define INT_BREAK_START 0x400u
#define INT_BREAK_END 0x800u
#define INT_FRAME_ERR 0x1000u
#define INT_BREAK (INT_BREAK_CHANGE | INT_BREAK_START | INT_BREAK_END | INT_FRAME_ERR)
#define INT_ALL 0x1fffu
#define SR_RX_READY 0x1u
#define SR_RX_FULL 0x2u
#define SR_TX_READY 0x4u
#define SR_TX_EMPTY 0x8u
#define SR_BREAK 0x60u /* RX_BREAK, PAR_FRAME_ERR */
#define DMEN_TX_SINGLE 0x10u
#define DMEN_RX_SINGLE 0x20u
#define CR_RX_ENABLE 0x1u
#define CR_RX_DISABLE 0x2u

enum { V1_4 }; /* dev->traits.kind */
/* channel commands */
enum { RESET_RX = 1, RESET_TX, RESET_ERR, RESET_BREAK_CHANGE, RESET_STALE = 8 };
enum { RESET_BREAK_START = 18, RESET_BREAK_END, RESET_FRAME_ERR };
enum { RESET_TX_READY = 3, FORCE_STALE, STALE_ENABLE, STALE_DISABLE }; /* general commands */

/* Registers that are read as they were written. */
static const uint32_t kept = 1u << MR1 | 1u << MR2 | 1u << IPR | 1u << TFWR | 1u << RFWR |
			     1u << HCR | 1u << DMRX | 1u << DMEN | 1u << NCF_TX;

struct msm_uart {
	uint32_t reg[REGS]; /* NCF_TX: what is left; SNAP: as read; SR: its errors */
	uint32_t pending; /* RXSTALE, TX_READY, those of a break */
	uint32_t masked_in; /* IMR */
	uint32_t received; /* since the transfer was set up */
	bool enabled; /* the receiver */
	bool running; /* a transfer */
	bool stale; /* events of staleness are on */
	bool told; /* RXFS has told of bytes that do not fill a word */
	struct rxfifo rx;
};

static unsigned rx_per_word(const struct msm_uart *s)
{
	return s->reg[DMEN] & DMEN_RX_SINGLE ? 1 : 4;
}

static bool rx_open(const struct msm_uart *s)
{
	return s->enabled && !s->told && (rx_per_word(s) == 1 || s->running);
}

/* Words to be read; what does not fill one waits for the end of the transfer. */
static unsigned rx_words(const struct msm_uart *s)
{
	const unsigned per_word = rx_per_word(s);

	return (s->rx.count + (s->running ? 0 : per_word - 1)) / per_word;
}

static unsigned tx_words(struct dev *dev)
{
	const size_t room = dev->env->room(dev) / 4;

	return room < FIFO_WORDS ? (unsigned)(FIFO_WORDS - room) : 0;
}

static uint32_t interrupts(struct dev *dev)
{
	const struct msm_uart *s = dev->state;

	return s->pending | (tx_words(dev) <= s->reg[TFWR] ? INT_TXLEV : 0) |
	       (rx_words(s) > s->reg[RFWR] ? INT_RXLEV : 0);
}

static void irq_update(struct dev *dev)
{
	const struct msm_uart *s = dev->state;
	const uint32_t raised = interrupts(dev) & s->masked_in;

	dev_irq_set(dev, 0, raised);
	if (s->masked_in & ~raised & INT_TXLEV)
		dev->env->wake_at(dev, dev->env->now() + TX_RETRY_NS);
}

static void transfer_end(struct msm_uart *s)
{
	if (!s->running)
		return;
	s->reg[SNAP] = s->received;
	s->received = 0;
	s->running = s->stale = false;
	s->pending |= INT_RXSTALE;
}

static void stale_check(struct msm_uart *s)
{
	if (s->stale && s->rx.count)
		transfer_end(s);
}

static uint32_t rx_get(struct dev *dev)
{
	struct msm_uart *s = dev->state;
	const unsigned n = rx_words(s) ? rx_per_word(s) : 0;
	uint32_t word = 0;

	for (unsigned i = 0; i < n && s->rx.count; i++)
		word |= (uint32_t)rxfifo_get(&s->rx) << 8 * i;
	s->told = false;
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, rx_open(s));
	return word;
}

static void tx_put(struct dev *dev, uint32_t word)
{
	struct msm_uart *s = dev->state;
	const uint32_t left = s->reg[NCF_TX];
	const unsigned n = !left || s->reg[DMEN] & DMEN_TX_SINGLE ? 1 : left < 4 ? left : 4;
	uint8_t bytes[4];

	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(word >> 8 * i);
	dev->env->out(dev, bytes, n);
	if (left)
		s->reg[NCF_TX] -= n;
	if (left == n)
		s->pending |= INT_TX_READY;
}

static void command(struct msm_uart *s, uint32_t value)
{
	switch ((value >> 4 & 0xf) | (value >> 11 & 1) << 4) {
	case RESET_RX:
		rxfifo_clear(&s->rx);
		s->running = true;
		s->stale = s->told = false;
		s->received = 0;
		s->pending &= ~INT_RXSTALE;
		break;
	case RESET_TX:
		s->reg[NCF_TX] = 0;
		s->pending &= ~INT_TX_READY;
		break;
	case RESET_STALE: s->pending &= ~INT_RXSTALE; break;
	case RESET_ERR: s->reg[SR] = 0; break;
	case RESET_BREAK_CHANGE: s->pending &= ~INT_BREAK_CHANGE; break;
	case RESET_BREAK_START: s->pending &= ~INT_BREAK_START; break;
	case RESET_BREAK_END: s->pending &= ~INT_BREAK_END; break;
	case RESET_FRAME_ERR: s->pending &= ~INT_FRAME_ERR; break;
	}
	switch (value >> 8 & 7) {
	case RESET_TX_READY: s->pending &= ~INT_TX_READY; break;
	case FORCE_STALE: transfer_end(s); break;
	case STALE_ENABLE: s->stale = true; break;
	case STALE_DISABLE: s->stale = false; break;
	}
	if (value & CR_RX_ENABLE)
		s->enabled = true;
	if (value & CR_RX_DISABLE)
		s->enabled = false;
}

/* FIFO, a register's number, or NONE. */
static unsigned reg_find(const struct dev *dev, uint64_t offset, bool write)
{
	/* Those that v1.4 has at 0xa0, each to write to, then to read from. */
	static const uint8_t again[] = { CSR, CR, IMR, IRDA };
	const uint64_t i = offset / 4;

	if (offset & 3)
		return NONE;
	if (i < REGS)
		return (unsigned)i;
	if (i >= 0x70 / 4 && i < 0x80 / 4)
		return FIFO;
	if (dev->traits.kind != V1_4)
		return NONE;
	if (i >= 0xa0 / 4 && i < 0xc0 / 4 && (i & 1) != write)
		return again[(i - 0xa0 / 4) / 2];
	return offset >> 6 == (write ? 0x100 >> 6 : 0x140 >> 6) ? FIFO : NONE;
}

static uint32_t status_read(struct dev *dev)
{
	const struct msm_uart *s = dev->state;
	const unsigned waiting = tx_words(dev);

	return s->reg[SR] | (rx_words(s) ? SR_RX_READY : 0) |
	       (s->rx.count == s->rx.depth ? SR_RX_FULL : 0) |
	       (waiting < FIFO_WORDS ? SR_TX_READY : 0) | (waiting ? 0 : SR_TX_EMPTY);
}

static uint32_t rx_fifo_status(struct msm_uart *s)
{
	const unsigned words = rx_words(s);

	if (words || !s->rx.count)
		return words;
	s->told = true;
	return (uint32_t)s->rx.count << 7;
}

static uint64_t msm_uart_read(struct dev *dev, uint64_t offset, unsigned size)
{
	struct msm_uart *s = dev->state;
	const unsigned i = reg_find(dev, offset, false);

	(void)size;
	switch (i) {
	case FIFO: return rx_get(dev);
	case SR: return status_read(dev);
	case MISR: return interrupts(dev) & s->masked_in;
	case ISR: return interrupts(dev);
	case TXFS: return tx_words(dev);
	case RXFS: return rx_fifo_status(s);
	default: return i < REGS ? s->reg[i] : 0;
	}
}

static void msm_uart_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct msm_uart *s = dev->state;
	const unsigned i = reg_find(dev, offset, true);

	(void)size;
	if (i == FIFO)
		tx_put(dev, (uint32_t)value);
	else if (i == CR)
		command(s, (uint32_t)value);
	else if (i == IMR)
		s->masked_in = (uint32_t)value & INT_ALL;
	else if (i < REGS && kept >> i & 1)
		s->reg[i] = (uint32_t)value;
	if (i == DMRX)
		s->running = true;
	s->rx.depth = (uint8_t)(FIFO_WORDS * rx_per_word(s));
	stale_check(s);
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, rx_open(s));
}

static size_t msm_uart_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct msm_uart *s = dev->state;

	n = rxfifo_put(&s->rx, rx_open(s), buf, n);
	s->received += (uint32_t)n;
	stale_check(s);
	irq_update(dev);
	return n;
}

static bool msm_uart_break(struct dev *dev)
{
	struct msm_uart *s = dev->state;

	if (!rxfifo_break(&s->rx, rx_open(s)))
		return false;
	s->reg[SR] = SR_BREAK;
	s->pending |= INT_BREAK;
	s->received++;
	stale_check(s);
	irq_update(dev);
	return true;
}

static void msm_uart_reset(struct dev *dev)
{
	struct msm_uart *s = dev->state;
	const bool refused = s->rx.refused;

	memset(s, 0, sizeof(*s));
	s->reg[MR2] = 0x34; /* 8N1 */
	s->reg[DMEN] = DMEN_RX_SINGLE;
	s->enabled = s->running = true;
	s->rx.depth = FIFO_WORDS;
	s->rx.refused = refused;
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, rx_open(s));
}

static const char *const compatible[] = { "qcom,msm-uartdm-v1.4", "qcom,msm-uartdm-v1.3",
					  "qcom,msm-uartdm", NULL };

REG_NAMES regs[] = {
	{ 0x00, 0, 0, "MR1" },
	{ 0x04, 0, 0, "MR2" },
	{ 0x08, 0, 0, "SR/CSR" },
	{ 0x10, 0, 0, "MISR/CR" },
	{ 0x14, 0, 0, "ISR/IMR" },
	{ 0x18, 0, 0, "IPR" },
	{ 0x1c, 0, 0, "TFWR" },
	{ 0x20, 0, 0, "RFWR" },
	{ 0x24, 0, 0, "HCR" },
	{ 0x34, 0, 0, "DMRX" },
	{ 0x38, 0, 0, "RX_TOTAL_SNAP/IRDA" },
	{ 0x3c, 0, 0, "DMEN" },
	{ 0x40, 0, 0, "NO_CHARS_FOR_TX" },
	{ 0x4c, 0, 0, "TXFS" },
	{ 0x50, 0, 0, "RXFS" },
	{ 0x70, 0, 3, "RF/TF" },
	{ 0xa0, 1u << V1_4, 0, "CSR" },
	{ 0xa4, 1u << V1_4, 0, "SR" },
	{ 0xa8, 1u << V1_4, 0, "CR" },
	{ 0xac, 1u << V1_4, 0, "MISR" },
	{ 0xb0, 1u << V1_4, 0, "IMR" },
	{ 0xb4, 1u << V1_4, 0, "ISR" },
	{ 0xb8, 1u << V1_4, 0, "IRDA" },
	{ 0xbc, 1u << V1_4, 0, "RX_TOTAL_SNAP" },
	{ 0x100, 1u << V1_4, 15, "TF" },
	{ 0x140, 1u << V1_4, 15, "RF" },
	{ 0 },
};

const struct model msm_uart_model = {
	.name = "UARTDM",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct msm_uart),
	.rxfifo = MODEL_RXFIFO(struct msm_uart),
	.posted_at = 0x70,
	.posted_size = 4,
	.reset = msm_uart_reset,
	.read = msm_uart_read,
	.write = msm_uart_write,
	.input = msm_uart_input,
	.brk = MODEL_BREAK(msm_uart_break),
	.wake = irq_update,
};
