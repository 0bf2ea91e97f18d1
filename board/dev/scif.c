// SPDX-License-Identifier: BSD-2-Clause
// Renesas SCIF (16-byte FIFOs) and HSCIF of R-Car and RZ. Source: RZ/G2L Group User's Manual:
// Hardware, chapter SCIFA; R-Car Series, 3rd Generation User's Manual: Hardware, chapters SCIF and
// HSCIF; Linux's binding renesas,scif.yaml for the order of the interrupts.
//
// Where this one departs from the manuals:
// - TE does not gate output. RE gates input; both are on at reset, as an earlier stage leaves them.
//   What comes while RE is off is not lost but stays with the env.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - RDF, DR, TDFE and TEND say what is; what is written to them does not matter. There is no baud
//   rate, so data below the trigger raise DR at once.
// - All eight bits of a byte count. Loopback, breaks to be sent, errors but breaks, modem control,
//   transmit-end interrupts and DMA are not there; their bits are kept.
// - HSCIF's receive FIFO has 64 bytes.
#include "board/dev/rxfifo.h"
#include "board/dev/txfifo.h"

/* A register is a step from the next one; those from BRG on are of R-Car only. */
enum { SMR, BRR, SCR, TDR, FSR, RDR, FCR, FDR, SPTR, LSR, SEMR, DL = 12, CKS, HSSRR = 16 };
enum { RTRGR = 21, TTRGR, REGS };

#define SCR_REIE 0x8
#define SCR_RE 0x10
#define SCR_TE 0x20
#define SCR_RIE 0x40
#define SCR_TIE 0x80
#define FSR_DR 0x1
#define FSR_RDF 0x2
#define FSR_FER 0x8
#define FSR_BRK 0x10
#define FSR_TDFE 0x20
#define FSR_TEND 0x40
#define FSR_ER 0x80
#define FCR_RFRST 0x2

/* Lines where there are more than one; DRI's is RXI's where there are four. */
enum { ERI, RXI, TXI, BRI, DRI };

struct scif {
	uint16_t reg[REGS]; /* FSR: what stays until it is written as 0: ER, BRK */
	struct rxfifo rx;
};

static const char *const compatible[] = {
	"renesas,scif-r9a07g044", "renesas,scif-r9a09g057", "renesas,scif", "renesas,hscif", NULL,
};

static const struct {
	uint8_t step; /* log2 of the bytes from register to register */
	uint8_t regs;
	uint8_t tx_depth, rx_depth;
} kinds[] = {
	{ 1, SEMR + 1, 16, 16 },
	{ 1, SEMR + 1, 16, 16 },
	{ 2, CKS + 1, 16, 16 },
	{ 2, REGS, 128, RXFIFO_MOST },
};
#define HSCIF 3

/* TDR, which drivers write as a byte */
static const uint8_t posted_of[] = { 0x6, 0x6, 0xc, 0xc };

static const uint16_t reset_values[REGS] = {
	[BRR] = 0xff,
	[SCR] = SCR_RE | SCR_TE,
};

static const uint16_t writable[REGS] = {
	[SMR] = 0xfb,	  [BRR] = 0xff,	  [SCR] = 0xc0ff, [FCR] = 0x7ff,
	[SPTR] = 0xef,	  [SEMR] = 0xff,  [DL] = 0xffff,  [CKS] = 0xc000,
	[HSSRR] = 0xcf1f, [RTRGR] = 0x7f, [TTRGR] = 0x7f,
};

/* By FCR's RTRG and TTRG: bytes received that raise RDF, bytes left to send that raise TDFE. */
static const uint8_t rx_levels[] = { 1, 4, 8, 14 }, tx_levels[] = { 8, 4, 2, 0 };

static bool receiver_on(const struct scif *s)
{
	return s->reg[SCR] & SCR_RE && !(s->reg[FCR] & FCR_RFRST);
}

static unsigned tx_fill(struct dev *dev)
{
	return txfifo_fill(dev, kinds[dev->traits.kind].tx_depth);
}

static unsigned status(struct dev *dev)
{
	const struct scif *s = dev->state;
	const bool hscif = dev->traits.kind == HSCIF;
	const unsigned fill = tx_fill(dev), count = s->rx.count, fcr = s->reg[FCR];
	const unsigned rx_level = hscif ? s->reg[RTRGR] : rx_levels[fcr >> 6 & 3];
	const unsigned tx_level = hscif ? s->reg[TTRGR] : tx_levels[fcr >> 4 & 3];
	unsigned value = s->reg[FSR] | (fill ? 0 : FSR_TEND);

	if (rxfifo_broken(&s->rx))
		value |= FSR_FER;
	if (fill <= tx_level)
		value |= FSR_TDFE;
	if (count)
		value |= count >= rx_level ? FSR_RDF : FSR_DR;
	return value;
}

static void irq_update(struct dev *dev)
{
	const struct scif *s = dev->state;
	const unsigned lines = dev->traits.lines, scr = s->reg[SCR];
	const unsigned fsr = scr & (SCR_RIE | SCR_TIE | SCR_REIE) ? status(dev) : 0;
	const bool txi = scr & SCR_TIE && fsr & FSR_TDFE;
	const bool rxi = scr & SCR_RIE && fsr & FSR_RDF, dri = scr & SCR_RIE && fsr & FSR_DR;
	const bool errors = scr & (SCR_RIE | SCR_REIE);
	const bool eri = errors && fsr & FSR_ER, bri = errors && fsr & FSR_BRK;

	if (lines < 2) {
		dev_irq_set(dev, 0, txi || rxi || dri || eri || bri);
	} else {
		dev_irq_set(dev, ERI, eri);
		dev_irq_set(dev, TXI, txi);
		dev_irq_set(dev, RXI, rxi || (dri && lines <= DRI));
		dev_irq_set(dev, BRI, bri);
		dev_irq_set(dev, DRI, dri && lines > DRI);
	}
	if (scr & SCR_TIE && !txi)
		txfifo_watch(dev);
}

static unsigned rx_get(struct dev *dev)
{
	struct scif *s = dev->state;
	const int byte = rxfifo_get(&s->rx);

	if (byte < 0)
		return 0;
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, receiver_on(s));
	return (unsigned)byte;
}

static unsigned reg_read(struct dev *dev, uint64_t i)
{
	const struct scif *s = dev->state;

	switch (i) {
	case RDR: return rx_get(dev);
	case FSR: return status(dev);
	case FDR: return tx_fill(dev) << 8 | s->rx.count;
	default: return i < kinds[dev->traits.kind].regs ? s->reg[i] : 0;
	}
}

static uint64_t scif_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const unsigned step = kinds[dev->traits.kind].step;

	(void)size;
	return reg_read(dev, offset >> step) >> 8 * (offset & ((1u << step) - 1));
}

static void scif_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct scif *s = dev->state;
	const unsigned step = kinds[dev->traits.kind].step;
	const uint64_t i = offset >> step;
	const uint8_t byte = (uint8_t)value;

	(void)size;
	if (offset & ((1u << step) - 1) || i >= kinds[dev->traits.kind].regs)
		return;
	if (i == TDR)
		dev->env->out(dev, &byte, 1);
	else if (i == FSR)
		s->reg[FSR] &= (uint16_t)value;
	else
		s->reg[i] = (uint16_t)(value & writable[i]);
	if (s->reg[FCR] & FCR_RFRST)
		rxfifo_clear(&s->rx);
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, receiver_on(s));
}

static size_t scif_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct scif *s = dev->state;

	n = rxfifo_put(&s->rx, receiver_on(s), buf, n);
	if (n)
		irq_update(dev);
	return n;
}

static bool scif_break(struct dev *dev)
{
	struct scif *s = dev->state;

	if (!rxfifo_break(&s->rx, receiver_on(s)))
		return false;
	s->reg[FSR] |= FSR_ER | FSR_BRK;
	irq_update(dev);
	return true;
}

static void scif_reset(struct dev *dev)
{
	struct scif *s = dev->state;

	for (unsigned i = 0; i < REGS; i++)
		s->reg[i] = reset_values[i];
	rxfifo_clear(&s->rx);
	s->rx.depth = kinds[dev->traits.kind].rx_depth;
	irq_update(dev);
	rxfifo_ask(&s->rx, dev, true);
}

#define RZ 3 /* kinds */
#define RCAR 2

REG_NAMES regs[] = {
	{ 0x00, RZ, 0, "SCSMR" },
	{ 0x02, RZ, 0, "SCBRR" },
	{ 0x04, RZ, 0, "SCSCR" },
	{ 0x06, RZ, 0, "SCFTDR" },
	{ 0x08, RZ, 0, "SCFSR" },
	{ 0x0a, RZ, 0, "SCFRDR" },
	{ 0x0c, RZ, 0, "SCFCR" },
	{ 0x0e, RZ, 0, "SCFDR" },
	{ 0x10, RZ, 0, "SCSPTR" },
	{ 0x12, RZ, 0, "SCLSR" },
	{ 0x14, RZ, 0, "SCEMR" },
	{ 0x00, 1u << RCAR, 0, "SCSMR" },
	{ 0x04, 1u << RCAR, 0, "SCBRR" },
	{ 0x08, 1u << RCAR, 0, "SCSCR" },
	{ 0x0c, 1u << RCAR, 0, "SCFTDR" },
	{ 0x10, 1u << RCAR, 0, "SCFSR" },
	{ 0x14, 1u << RCAR, 0, "SCFRDR" },
	{ 0x18, 1u << RCAR, 0, "SCFCR" },
	{ 0x1c, 1u << RCAR, 0, "SCFDR" },
	{ 0x20, 1u << RCAR, 0, "SCSPTR" },
	{ 0x24, 1u << RCAR, 0, "SCLSR" },
	{ 0x28, 1u << RCAR, 0, "SCEMR" },
	{ 0x30, 1u << RCAR, 0, "DL" },
	{ 0x34, 1u << RCAR, 0, "CKS" },
	{ 0x00, 1u << HSCIF, 0, "HSSMR" },
	{ 0x04, 1u << HSCIF, 0, "HSBRR" },
	{ 0x08, 1u << HSCIF, 0, "HSSCR" },
	{ 0x0c, 1u << HSCIF, 0, "HSFTDR" },
	{ 0x10, 1u << HSCIF, 0, "HSFSR" },
	{ 0x14, 1u << HSCIF, 0, "HSFRDR" },
	{ 0x18, 1u << HSCIF, 0, "HSFCR" },
	{ 0x1c, 1u << HSCIF, 0, "HSFDR" },
	{ 0x20, 1u << HSCIF, 0, "HSSPTR" },
	{ 0x24, 1u << HSCIF, 0, "HSLSR" },
	{ 0x28, 1u << HSCIF, 0, "HSEMR" },
	{ 0x30, 1u << HSCIF, 0, "DL" },
	{ 0x34, 1u << HSCIF, 0, "CKS" },
	{ 0x40, 1u << HSCIF, 0, "HSSRR" },
	{ 0x54, 1u << HSCIF, 0, "HSRTRGR" },
	{ 0x58, 1u << HSCIF, 0, "HSTTRGR" },
	{ 0 },
};

const struct model scif_model = {
	.name = "SCIF",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct scif),
	.rxfifo = MODEL_RXFIFO(struct scif),
	.posted_of = posted_of,
	.posted_size = 1,
	.reset = scif_reset,
	.read = scif_read,
	.write = scif_write,
	.input = scif_input,
	.brk = MODEL_BREAK(scif_break),
	.wake = irq_update,
};
