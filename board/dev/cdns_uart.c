// SPDX-License-Identifier: BSD-2-Clause
// Cadence UART of AMD/Xilinx Zynq (r1p8) and ZynqMP (r1p12). Sources: UG585 (Zynq-7000 TRM), chapter 19
// and appendix B; UG1087 (ZynqMP registers), UART; Linux's and U-Boot's drivers.
//
// Where this one departs from the manuals:
// - It starts as the first-stage loader leaves it: transmitter and receiver on. TXEN and TXDIS do not
//   gate output; RXEN and RXDIS gate input, and what comes meanwhile stays with the env.
// - All eight bits of a byte count, whatever CHRL says, and an access to the FIFO is one byte.
// - Bytes leave at once: what fills the transmit FIFO is what room() lacks.
// - There is no baud rate, so the receive timeout, if it is on, passes at once.
// - RTRIG and TOUT stand in ISR as long as they are so, cleared or not: a driver that clears first
//   and reads then is not called again for nothing, and one that leaves bytes behind is.
// - Breaks to be sent, errors of the line and the modes that echo its input are not there; bits are
//   kept. A break is a NUL with a framing error; only from r1p12 on it is told by bits of its own.
#include <string.h>

#include "board/dev/rxfifo.h"
#include "board/dev/txfifo.h"

enum {
	CR,
	MR,
	IER,
	IDR,
	IMR,
	ISR,
	BAUDGEN,
	RXTOUT,
	RXWM,
	MODEMCR,
	MODEMSR,
	SR,
	FIFO,
	BAUDDIV,
	FLOWDEL,
	TXWM = 17,
	RXBS,
	REGS
};

enum { XUARTPS, R1P8, R1P12, ZYNQMP }; /* kinds, as they stand in compatible[] */

#define FIFO_SIZE 64

#define CR_RXRES 0x1
#define CR_RXEN 0x4
#define CR_RXDIS 0x8
#define CR_TXEN 0x10
#define CR_STPBRK 0x100
#define MR_LOOP 0x200 /* local loopback, or remote: neither takes what the line brings */
#define MR_MODE 0x300
#define MODEMCR_FCM 0x20
#define MODEMSR_READY 0xb0 /* DCD, DSR, CTS: the other side is always there */
/* Of SR and ISR alike: */
#define RTRIG 0x1
#define REMPTY 0x2
#define RFUL 0x4
#define TEMPTY 0x8
#define TFUL 0x10
#define BOTH 0x1f
#define SR_TACTIVE 0x800
#define SR_FDELT 0x1000
#define SR_TTRIG 0x2000
#define SR_TNFUL 0x4000
#define ISR_ROVR 0x20
#define ISR_FRAME 0x40
#define ISR_TOUT 0x100
#define ISR_TTRIG_TNFUL 0xc00 /* where these stand in SR, shifted by 3 */
#define ISR_RBRK 0x2000
#define RXBS_BREAK 0x6 /* of the next byte: break, framing error */

struct cdns_uart {
	uint16_t reg[REGS];
	struct rxfifo rx;
};

static const uint16_t reset_values[REGS] = {
	[CR] = CR_STPBRK | CR_TXEN | CR_RXEN,
	[BAUDGEN] = 0x28b,
	[RXWM] = 0x20,
	[BAUDDIV] = 0xf,
	[TXWM] = 0x20,
};

/* Resets and the restart of the timeout clear themselves. */
static const uint16_t writable[REGS] = {
	[CR] = 0x1bc,	  [MR] = 0x3fff,    [BAUDGEN] = 0xffff, [RXTOUT] = 0xff, [RXWM] = 0x3f,
	[MODEMCR] = 0x23, [BAUDDIV] = 0xff, [FLOWDEL] = 0x3f,	[TXWM] = 0x3f,
};

/* By kind. */
static const uint16_t interrupts[] = {
	[XUARTPS] = 0x1fff, [R1P8] = 0x1fff, [R1P12] = 0x3fff, [ZYNQMP] = 0x3fff
};

static bool tells_breaks(const struct dev *dev)
{
	return interrupts[dev->traits.kind] & ISR_RBRK;
}

static bool rx_connected(const struct cdns_uart *s)
{
	return (s->reg[CR] & (CR_RXEN | CR_RXDIS)) == CR_RXEN && !(s->reg[MR] & MR_LOOP);
}

static void input_ask(struct dev *dev)
{
	struct cdns_uart *s = dev->state;

	rxfifo_ask(&s->rx, dev, rx_connected(s));
}

/* A trigger level of 0 is none. */
static bool reaches(unsigned count, unsigned level)
{
	return level && count >= level;
}

static unsigned status(struct dev *dev)
{
	const struct cdns_uart *s = dev->state;
	const unsigned sent = txfifo_fill(dev, FIFO_SIZE);
	const unsigned count = s->rx.count;

	return (reaches(count, s->reg[RXWM]) ? RTRIG : 0) | (count ? 0 : REMPTY) |
	       (count == FIFO_SIZE ? RFUL : 0) | (sent ? SR_TACTIVE : TEMPTY) |
	       (sent == FIFO_SIZE ? TFUL : 0) | (sent >= FIFO_SIZE - 1 ? SR_TNFUL : 0) |
	       (reaches(sent, s->reg[TXWM]) ? SR_TTRIG : 0) |
	       (reaches(count, s->reg[FLOWDEL]) ? SR_FDELT : 0);
}

/* ISR collects what SR says; if somebody waits for an empty FIFO, look again later. */
static void irq_update(struct dev *dev)
{
	struct cdns_uart *s = dev->state;
	const unsigned now = status(dev);
	unsigned isr = s->reg[ISR] & ~(unsigned)(RTRIG | ISR_TOUT);

	isr |= (now & BOTH) | (now >> 3 & ISR_TTRIG_TNFUL);
	if (s->reg[RXTOUT] && s->rx.count)
		isr |= ISR_TOUT;
	s->reg[ISR] = (uint16_t)isr;
	if (s->reg[IMR] & ~isr & TEMPTY)
		txfifo_watch(dev);
	dev_irq_set(dev, 0, s->reg[IMR] & isr);
}

static uint32_t rx_get(struct dev *dev)
{
	struct cdns_uart *s = dev->state;
	const int byte = rxfifo_get(&s->rx);

	if (byte < 0)
		return 0;
	irq_update(dev);
	input_ask(dev);
	return (uint32_t)byte;
}

static void tx_put(struct dev *dev, uint8_t byte)
{
	struct cdns_uart *s = dev->state;

	dev->env->out(dev, &byte, 1);
	if ((s->reg[MR] & MR_MODE) == MR_LOOP && !rxfifo_loop(&s->rx, byte))
		s->reg[ISR] |= ISR_ROVR;
}

static uint64_t reg_read(struct dev *dev, uint64_t i)
{
	struct cdns_uart *s = dev->state;

	switch (i) {
	case SR: return status(dev);
	case FIFO: return rx_get(dev);
	case RXBS: return tells_breaks(dev) && rxfifo_broken(&s->rx) ? RXBS_BREAK : 0;
	case ISR: irq_update(dev); break;
	}
	return i < REGS ? s->reg[i] : 0;
}

static uint64_t cdns_uart_read(struct dev *dev, uint64_t offset, unsigned size)
{
	(void)size;
	return reg_read(dev, offset >> 2) >> 8 * (offset & 3);
}

static void cdns_uart_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct cdns_uart *s = dev->state;
	const uint64_t i = offset >> 2;

	(void)size;
	if (i >= REGS || offset & 3)
		return;
	if (writable[i])
		s->reg[i] = (uint16_t)(value & writable[i]);
	switch (i) {
	case FIFO: tx_put(dev, (uint8_t)value); break;
	case IER: s->reg[IMR] |= (uint16_t)(value & interrupts[dev->traits.kind]); break;
	case IDR: s->reg[IMR] &= (uint16_t)~value; break;
	case ISR: s->reg[ISR] &= (uint16_t)~value; break;
	case MODEMCR:
		s->reg[MODEMSR] = (uint16_t)(MODEMSR_READY | (value & MODEMCR_FCM) << 3);
		break;
	case CR:
		if (value & CR_RXRES)
			rxfifo_clear(&s->rx);
		break;
	}
	irq_update(dev);
	input_ask(dev);
}

static size_t cdns_uart_input(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct cdns_uart *s = dev->state;

	n = rxfifo_put(&s->rx, rx_connected(s), buf, n);
	if (n)
		irq_update(dev);
	return n;
}

static bool cdns_uart_break(struct dev *dev)
{
	struct cdns_uart *s = dev->state;

	if (!rxfifo_break(&s->rx, rx_connected(s)))
		return false;
	s->reg[ISR] |= (uint16_t)(ISR_FRAME | (tells_breaks(dev) ? ISR_RBRK : 0));
	irq_update(dev);
	return true;
}

static void cdns_uart_reset(struct dev *dev)
{
	struct cdns_uart *s = dev->state;
	const bool refused = s->rx.refused;

	memset(s, 0, sizeof(*s));
	memcpy(s->reg, reset_values, sizeof(s->reg));
	s->reg[MODEMSR] = MODEMSR_READY;
	s->rx.depth = FIFO_SIZE;
	s->rx.refused = refused;
	irq_update(dev);
	input_ask(dev);
}

static const char *const compatible[] = { [XUARTPS] = "xlnx,xuartps",
					  [R1P8] = "cdns,uart-r1p8",
					  [R1P12] = "cdns,uart-r1p12",
					  [ZYNQMP] = "xlnx,zynqmp-uart",
					  NULL };

REG_NAMES regs[] = {
	{ 0x00, 0, 0, "Control" },
	{ 0x04, 0, 0, "Mode" },
	{ 0x08, 0, 0, "Intrpt_en" },
	{ 0x0c, 0, 0, "Intrpt_dis" },
	{ 0x10, 0, 0, "Intrpt_mask" },
	{ 0x14, 0, 0, "Chnl_int_sts" },
	{ 0x18, 0, 0, "Baud_rate_gen" },
	{ 0x1c, 0, 0, "Rcvr_timeout" },
	{ 0x20, 0, 0, "Rcvr_FIFO_trigger" },
	{ 0x24, 0, 0, "Modem_ctrl" },
	{ 0x28, 0, 0, "Modem_sts" },
	{ 0x2c, 0, 0, "Channel_sts" },
	{ 0x30, 0, 0, "TX_RX_FIFO" },
	{ 0x34, 0, 0, "Baud_rate_divider" },
	{ 0x38, 0, 0, "Flow_delay" },
	{ 0x44, 0, 0, "Tx_FIFO_trigger" },
	{ 0x48, 1u << R1P12 | 1u << ZYNQMP, 0, "Rx_FIFO_byte_status" },
	{ 0 },
};

const struct model cdns_uart_model = {
	.name = "Cadence UART",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct cdns_uart),
	.rxfifo = MODEL_RXFIFO(struct cdns_uart),
	.posted_at = 4 * FIFO,
	.posted_size = 4,
	.reset = cdns_uart_reset,
	.read = cdns_uart_read,
	.write = cdns_uart_write,
	.input = cdns_uart_input,
	.brk = MODEL_BREAK(cdns_uart_break),
	.wake = irq_update,
};
