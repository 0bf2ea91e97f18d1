// SPDX-License-Identifier: BSD-2-Clause
// Qualcomm GENI serial engine with UART firmware, FIFOs of 16 words. No manual of it is public: this
// is what the drivers of Linux (qcom_geni_serial.c, qcom-geni-se.c) and U-Boot (serial_msm_geni.c)
// say of it and rely on.
//
// Two sequencers execute commands: the main one sends, the secondary one receives. A FIFO's word
// holds up to four bytes, where the packing registers put them.
//
// Where this one departs from what they say:
// - It comes up as an earlier stage leaves it: receiving, a byte per word, the last transfer done.
// - Bytes leave at once, with no command too: what fills the transmit FIFO is what room() lacks.
// - All eight bits of a byte count, and the first one sent is a word's lowest.
// - There is no baud rate, so input goes stale at once: a word that is not full is the last one, and
//   what comes then stays with the env until it has been read.
// - Commands do not fail, those that are neither START_TX nor START_READ (breaks) do nothing. DMA,
//   which Linux from 6.3 on uses for "qcom,geni-uart", is not there.
#include <string.h>

#include "board/dev/geni_regs.h"
#include "board/dev/rxfifo.h"

#define FIFO_WORDS 16u
#define TX_RETRY_NS 1000000

#define AT_STATUS 0x40
#define AT_FW_REVISION 0x68
#define AT_FW_S_REVISION 0x6c
#define AT_SEQUENCERS 0x600 /* SEQUENCER bytes for each */
#define SEQUENCER 0x30u
#define AT_FIFOS 0x700 /* 0x80 to write to, 0x80 to read from */
#define AT_TX_FIFO_STATUS 0x800
#define AT_RX_FIFO_STATUS 0x804
#define AT_IOS 0x908
#define AT_TX_LENGTH 0x910 /* M_GP_LENGTH */
#define AT_HW_PARAM_0 0xe24
#define AT_HW_PARAM_1 0xe28

enum { MAIN, SECONDARY, SEQUENCERS };
enum {
	CMD0,
	CMD_CTRL = 0x4,
	IRQ_STATUS = 0x10,
	IRQ_EN = 0x14,
	IRQ_CLEAR = 0x18,
	IRQ_EN_SET = 0x1c,
	IRQ_EN_CLEAR = 0x20
};

#define OPCODE_SHIFT 27
#define OPCODE_START 1 /* START_TX, START_READ */
#define CTRL_ABORT 0x2
#define CTRL_CANCEL 0x4
#define INT_CMD_DONE 0x1u
#define INT_CMD_CANCEL 0x10u
#define INT_CMD_ABORT 0x20u
#define INT_BREAK 0x1800u /* GP_IRQ_2 and 3: its begin and its end */
#define INT_RX_WATERMARK (1u << 26)
#define INT_RX_LAST (1u << 27)
#define INT_TX_WATERMARK (1u << 30)
#define INT_SECONDARY (1u << 31)
#define STATUS_SECONDARY (1u << 12)
#define FW_UART 0x200
#define IOS_IDLE 0x1 /* CTS low: ready */
#define HW_PARAM (32u << 24 | FIFO_WORDS << 16) /* a FIFO's bits and words */
#define RX_LAST (1u << 31)
#define RX_LAST_VALID_SHIFT 28
#define PACKING_1X8 0xfu /* one vector: at bit 0, eight bits, the last one */

/* Registers that are read as they were written: those that mean something here come first. */
enum {
	TX_PACKING,
	TX_PACKING_1,
	RX_PACKING,
	RX_PACKING_1,
	TX_TRANS_LEN,
	TX_WATERMARK,
	RX_WATERMARK,
	SE_IRQ_EN
};

static const uint16_t kept[] = {
	0x260, 0x264, 0x284, 0x288, 0x270, 0x80c, 0x810, 0xe1c, 0x24,  0x28,
	0x48,  0x4c,  0x7c,  0x22c, 0x240, 0x254, 0x258, 0x25c, 0x268, 0x26c,
	0x280, 0x28c, 0x294, 0x2a4, 0x2a8, 0x2ac, 0x814, 0xe18, 0xe30,
};

#define REGS (sizeof(kept) / sizeof(kept[0]))

struct sequencer {
	uint32_t command, pending, enabled; /* pending: without what follows the FIFOs */
	bool active;
};

struct geni_uart {
	uint32_t reg[REGS];
	struct sequencer seq[SEQUENCERS];
	uint32_t left, sent; /* bytes of the main sequencer's command */
	struct rxfifo rx;
};

/* SE_IRQ_EN's bit for each sequencer. */
static const uint8_t irq_en[SEQUENCERS] = { [MAIN] = 0x4, [SECONDARY] = 0x8 };

/* How many bytes a word holds, and at which bits: CFG is TX_PACKING or RX_PACKING. */
static unsigned packing(const struct geni_uart *s, unsigned cfg, uint8_t at[4])
{
	for (unsigned i = 0; i < 4; i++) {
		const uint32_t vector = s->reg[cfg + i / 2] >> 10 * (i % 2);

		at[i] = (uint8_t)(vector >> 5 & 31);
		if (vector & 1)
			return i + 1;
	}
	return 4;
}

static unsigned rx_per_word(const struct geni_uart *s)
{
	uint8_t at[4];

	return packing(s, RX_PACKING, at);
}

static unsigned rx_words(const struct geni_uart *s)
{
	const unsigned per_word = rx_per_word(s);

	return (s->rx.count + per_word - 1) / per_word;
}

static bool rx_open(const struct geni_uart *s)
{
	return s->seq[SECONDARY].active && s->rx.count % rx_per_word(s) == 0;
}

static unsigned tx_words(struct dev *dev)
{
	const size_t room = dev->env->room(dev) / 4;

	return room < FIFO_WORDS ? (unsigned)(FIFO_WORDS - room) : 0;
}

static uint32_t status(struct dev *dev, unsigned which)
{
	const struct geni_uart *s = dev->state;
	uint32_t pending = s->seq[which].pending;

	if (s->rx.count)
		pending |= INT_RX_LAST;
	if (s->rx.count && rx_words(s) >= s->reg[RX_WATERMARK])
		pending |= INT_RX_WATERMARK;
	if (which == SECONDARY)
		return pending;
	if (tx_words(dev) < s->reg[TX_WATERMARK])
		pending |= INT_TX_WATERMARK;
	if (status(dev, SECONDARY) & s->seq[SECONDARY].enabled)
		pending |= INT_SECONDARY;
	return pending;
}

static void irq_update(struct dev *dev)
{
	const struct geni_uart *s = dev->state;
	uint32_t wanted[SEQUENCERS], raised = 0;

	for (unsigned i = 0; i < SEQUENCERS; i++) {
		wanted[i] = s->reg[SE_IRQ_EN] & irq_en[i] ? s->seq[i].enabled : 0;
		raised |= status(dev, i) & wanted[i];
	}
	dev_irq_set(dev, 0, raised);
	if (wanted[MAIN] & ~raised & INT_TX_WATERMARK && s->reg[TX_WATERMARK])
		dev->env->wake_at(dev, dev->env->now() + TX_RETRY_NS);
}

static uint32_t rx_status(const struct geni_uart *s)
{
	if (!s->rx.count)
		return 0;
	return RX_LAST | ((s->rx.count - 1u) % rx_per_word(s) + 1) << RX_LAST_VALID_SHIFT |
	       rx_words(s);
}

static uint32_t rx_get(struct dev *dev)
{
	struct geni_uart *s = dev->state;
	uint8_t at[4];
	const unsigned n = packing(s, RX_PACKING, at);
	uint32_t word = 0;

	for (unsigned i = 0; i < n && s->rx.count; i++)
		word |= (uint32_t)rxfifo_get(&s->rx) << at[i];
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, rx_open(s));
	return word;
}

static void tx_put(struct dev *dev, uint32_t word)
{
	struct geni_uart *s = dev->state;
	uint8_t at[4], bytes[4];
	unsigned n = packing(s, TX_PACKING, at);

	if (s->seq[MAIN].active && n > s->left)
		n = s->left;
	for (unsigned i = 0; i < n; i++)
		bytes[i] = (uint8_t)(word >> at[i]);
	dev->env->out(dev, bytes, n);
	if (!s->seq[MAIN].active)
		return;
	s->sent += n;
	s->left -= n;
	if (s->left)
		return;
	s->seq[MAIN].active = false;
	s->seq[MAIN].pending |= INT_CMD_DONE;
}

static void command_start(struct geni_uart *s, unsigned which, uint32_t command)
{
	struct sequencer *q = &s->seq[which];

	q->command = command;
	q->active = command >> OPCODE_SHIFT == OPCODE_START;
	if (which == MAIN) {
		s->left = s->reg[TX_TRANS_LEN];
		s->sent = 0;
		q->active = q->active && s->left;
	}
	if (!q->active)
		q->pending |= INT_CMD_DONE;
}

static void command_end(struct sequencer *q, uint32_t how)
{
	if (how & CTRL_CANCEL)
		q->pending |= INT_CMD_CANCEL;
	if (how & CTRL_ABORT)
		q->pending |= INT_CMD_ABORT;
	if (how & (CTRL_CANCEL | CTRL_ABORT))
		q->active = false;
}

static uint32_t sequencer_read(struct dev *dev, unsigned which, unsigned at)
{
	const struct geni_uart *s = dev->state;

	switch (at) {
	case CMD0: return s->seq[which].command;
	case IRQ_STATUS: return status(dev, which);
	case IRQ_EN: return s->seq[which].enabled;
	default: return 0;
	}
}

static void sequencer_write(struct geni_uart *s, unsigned which, unsigned at, uint32_t value)
{
	struct sequencer *q = &s->seq[which];

	switch (at) {
	case CMD0: command_start(s, which, value); break;
	case CMD_CTRL: command_end(q, value); break;
	case IRQ_EN: q->enabled = value; break;
	case IRQ_CLEAR: q->pending &= ~value; break;
	case IRQ_EN_SET: q->enabled |= value; break;
	case IRQ_EN_CLEAR: q->enabled &= ~value; break;
	}
}

/* The register that is kept there, or NULL. */
static uint32_t *kept_find(struct geni_uart *s, uint64_t offset)
{
	for (unsigned i = 0; i < REGS; i++)
		if (kept[i] == offset)
			return &s->reg[i];
	return NULL;
}

static uint64_t geni_uart_read(struct dev *dev, uint64_t offset, unsigned size)
{
	struct geni_uart *s = dev->state;
	const uint64_t in_seq = offset - AT_SEQUENCERS;
	const uint32_t *reg;

	(void)size;
	if (offset & 3)
		return 0;
	if (in_seq < SEQUENCERS * SEQUENCER)
		return sequencer_read(dev, (unsigned)in_seq / SEQUENCER,
				      (unsigned)in_seq % SEQUENCER);
	if (offset >> 7 == (AT_FIFOS >> 7 | 1))
		return rx_get(dev);
	switch (offset) {
	case AT_STATUS:
		return s->seq[MAIN].active | (s->seq[SECONDARY].active ? STATUS_SECONDARY : 0);
	case AT_FW_REVISION:
	case AT_FW_S_REVISION: return FW_UART;
	case AT_TX_FIFO_STATUS: return tx_words(dev);
	case AT_RX_FIFO_STATUS: return rx_status(s);
	case AT_IOS: return IOS_IDLE;
	case AT_TX_LENGTH: return s->sent;
	case AT_HW_PARAM_0:
	case AT_HW_PARAM_1: return HW_PARAM;
	default: reg = kept_find(s, offset); return reg ? *reg : 0;
	}
}

static void rx_depth_update(struct geni_uart *s)
{
	s->rx.depth = (uint8_t)(FIFO_WORDS * rx_per_word(s));
}

static void geni_uart_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct geni_uart *s = dev->state;
	const uint64_t in_seq = offset - AT_SEQUENCERS;
	uint32_t *reg;

	(void)size;
	if (offset & 3)
		return;
	if (offset >> 7 == AT_FIFOS >> 7)
		tx_put(dev, (uint32_t)value);
	else if (in_seq < SEQUENCERS * SEQUENCER)
		sequencer_write(s, (unsigned)in_seq / SEQUENCER, (unsigned)in_seq % SEQUENCER,
				(uint32_t)value);
	else if ((reg = kept_find(s, offset)))
		*reg = (uint32_t)value;
	rx_depth_update(s);
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, rx_open(s));
}

static size_t geni_uart_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct geni_uart *s = dev->state;

	n = rxfifo_put(&s->rx, rx_open(s), buf, n);
	irq_update(dev);
	return n;
}

static bool geni_uart_break(struct dev *dev)
{
	struct geni_uart *s = dev->state;

	if (!rxfifo_break(&s->rx, rx_open(s)))
		return false;
	s->seq[SECONDARY].pending |= INT_BREAK;
	irq_update(dev);
	return true;
}

static void geni_uart_reset(struct dev *dev)
{
	struct geni_uart *s = dev->state;
	const bool refused = s->rx.refused;

	memset(s, 0, sizeof(*s));
	s->reg[TX_PACKING] = s->reg[RX_PACKING] = PACKING_1X8;
	s->reg[SE_IRQ_EN] = irq_en[MAIN] | irq_en[SECONDARY];
	s->seq[MAIN].pending = INT_CMD_DONE;
	s->seq[SECONDARY].active = true;
	s->rx.refused = refused;
	rx_depth_update(s);
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, rx_open(s));
}

static const char *const compatible[] = { "qcom,geni-debug-uart", "qcom,geni-uart", NULL };

const struct model geni_uart_model = {
	.name = "GENI UART",
	.compatible = compatible,
	.regs = MODEL_REGS(geni_regs),
	.state_size = sizeof(struct geni_uart),
	.rxfifo = MODEL_RXFIFO(struct geni_uart),
	.posted_at = AT_FIFOS,
	.posted_size = 4,
	.reset = geni_uart_reset,
	.read = geni_uart_read,
	.write = geni_uart_write,
	.input = geni_uart_input,
	.brk = MODEL_BREAK(geni_uart_break),
	.wake = irq_update,
};
