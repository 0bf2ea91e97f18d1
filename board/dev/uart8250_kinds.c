// SPDX-License-Identifier: BSD-2-Clause
// The kinds of 8250: names, layouts, FIFOs, and the registers beyond the first eight.
#include <stddef.h>

#include "board/dev/uart8250.h"

#define DW_CPR_ID 0x00041d12 /* 32 bits, AFCE, FIFO levels, shadows, FIFOs of 64 bytes */
#define DW_UCV_ID 0x3430302a /* "400*" */
#define DW_CTR_ID 0x44570110
#define OMAP_MVR_ID 0x47424403 /* scheme 1, revision 4.3: no erratum that drivers know */

enum { CPR, UCV, CTR, MVR };
const uint32_t uart8250_kinds_parts[] = { DW_CPR_ID, DW_UCV_ID, DW_CTR_ID, OMAP_MVR_ID };

/* clang-format off */
static const struct uart8250_extra none[] = { { 0 } };

static const struct uart8250_extra dw[] = {
	{ 0x1f, UART8250_USR, 0x00, 0x00 },
	{ 0x20, UART8250_TX_LEVEL, 0x00, 0x00 },
	{ 0x21, UART8250_RX_LEVEL, 0x00, 0x00 },
	{ 0x22, UART8250_SRR, 0x00, 0x00 },
	{ 0x23, UART8250_SHADOW, MCR_RTS, MCR }, /* SRTS */
	{ 0x24, UART8250_SHADOW, 0x40, LCR }, /* SBCR */
	{ 0x25, UART8250_SHADOW, 0x08, FCR }, /* SDMAM */
	{ 0x26, UART8250_SHADOW, FCR_ENABLE, FCR }, /* SFE */
	{ 0x27, UART8250_SHADOW, 0xc0, FCR }, /* SRT */
	{ 0x28, UART8250_SHADOW, FCR_TX_TRIGGER, FCR }, /* STET */
	{ 0x29, UART8250_KEPT, 0x01, 0x00 }, /* HTX */
	{ 0x30, UART8250_KEPT, 0x0f, 0x00 }, /* DLF */
	{ 0x3d, UART8250_PART, CPR, 0x00 },
	{ 0x3e, UART8250_PART, UCV, 0x00 },
	{ 0x3f, UART8250_PART, CTR, 0x00 },
	{ 0 },
};

static const struct uart8250_extra omap[] = {
	{ 0x08, UART8250_KEPT, 0xff, 0x07 }, /* MDR1 */
	{ 0x09, UART8250_KEPT, 0xff, 0x00 }, /* MDR2 */
	{ 0x0f, UART8250_KEPT, 0xff, 0x00 }, /* ACREG */
	{ 0x10, UART8250_KEPT, 0xff, 0x00 }, /* SCR */
	{ 0x11, UART8250_SSR, 0x00, 0x00 },
	{ 0x12, UART8250_KEPT, 0xff, 0x00 }, /* EBLR */
	{ 0x14, UART8250_PART, MVR, 0x00 },
	{ 0x15, UART8250_SYSC, 0x1d, 0x00 },
	{ 0x16, UART8250_KEPT, 0x00, 0x01 }, /* SYSS: reset done */
	{ 0x17, UART8250_KEPT, 0xff, 0xff }, /* WER */
	{ 0x18, UART8250_KEPT, 0xff, 0x69 }, /* CFPS */
	{ 0x19, UART8250_RX_LEVEL, 0x00, 0x00 },
	{ 0x1a, UART8250_TX_LEVEL, 0x00, 0x00 },
	{ 0x1b, UART8250_KEPT, 0xff, 0x00 }, /* IER2 */
	{ 0x1d, UART8250_KEPT, 0xff, 0x00 }, /* FREQ_SEL */
	{ 0x20, UART8250_KEPT, 0xff, 0x00 }, /* MDR3 */
	{ 0x21, UART8250_KEPT, 0x3f, 0x00 }, /* TX_DMA_THRESHOLD */
	{ 0x23, UART8250_KEPT, 0xff, 0x00 }, /* EFR2 */
	{ 0x26, UART8250_KEPT, 0xff, 0x00 }, /* TIMEOUTL */
	{ 0x27, UART8250_KEPT, 0xff, 0x00 }, /* TIMEOUTH */
	{ 0 },
};

static const struct uart8250_extra mtk[] = {
	{ 0x27, UART8250_KEPT, 0x01, 0x00 }, /* FEATURE_SEL */
	{ 0x08, UART8250_KEPT, 0x03, 0x00 }, /* AUTOBAUD_EN */
	{ 0x09, UART8250_KEPT, 0x03, 0x00 }, /* HIGHSPEED */
	{ 0x0a, UART8250_KEPT, 0xff, 0x00 }, /* SAMPLE_COUNT */
	{ 0x0b, UART8250_KEPT, 0xff, 0xff }, /* SAMPLE_POINT */
	{ 0x0d, UART8250_KEPT, 0x07, 0x00 }, /* RATEFIX_AD */
	{ 0x0f, UART8250_KEPT, 0x1f, 0x0f }, /* GUARD */
	{ 0x10, UART8250_KEPT, 0xff, 0xff }, /* ESCAPE_DAT */
	{ 0x11, UART8250_KEPT, 0x01, 0x00 }, /* ESCAPE_EN */
	{ 0x12, UART8250_KEPT, 0x01, 0x00 }, /* SLEEP_EN */
	{ 0x13, UART8250_KEPT, 0x0f, 0x00 }, /* DMA_EN */
	{ 0x14, UART8250_KEPT, 0x1f, 0x00 }, /* RXTRI_AD */
	{ 0x15, UART8250_KEPT, 0xff, 0x00 }, /* FRACDIV_L */
	{ 0x16, UART8250_KEPT, 0x03, 0x00 }, /* FRACDIV_M */
	{ 0x17, UART8250_FCR, 0x00, 0x00 },
	{ 0x24, UART8250_KEPT, 0xff, 0x00 }, /* RX_SEL */
	{ 0x2d, UART8250_KEPT, 0x01, 0x00 }, /* SLEEP_REQ */
	{ 0x2e, UART8250_KEPT, 0x00, 0x01 }, /* SLEEP_ACK: idle */
	{ 0 },
};

static const struct uart8250_extra mini[] = {
	{ 0x08, UART8250_KEPT, 0xff, 0x03 }, /* CNTL */
	{ 0x09, UART8250_STAT, 0x00, 0x00 },
	{ 0x0a, UART8250_BAUD, 0x00, 0x00 },
	{ 0 },
};

/* Bits of IER and MCR in hexadecimal: 0x1f of MCR is up to loopback, 0x20 is automatic flow control. */
static const struct uart8250_kind
ns16450 = { none,   1, { 1,  1,  1,  1 }, 0x0f, 0x1f, .timeout = 0x01 },
ns16550 = { none,  16, { 1,  4,  8, 14 }, 0x0f, 0x1f, .timeout = 0x01 },
dw_apb  = { dw,    64, { 1, 16, 32, 62 }, 0x0f, 0x3f, .timeout = 0x01, .busy = true },
am654   = { omap,  64, { 8, 16, 56, 60 }, 0xff, 0xff, .timeout = 0x01, .efr = true },
tegra   = { none,  32, { 1,  4,  8, 16 }, 0x3f, 0x7f, .timeout = 0x10 },
xscale  = { none,  32, { 1,  8, 16, 32 }, 0xff, 0x3f, .timeout = 0x10 },
mt6577  = { mtk,   32, { 1,  6, 12, 24 }, 0xef, 0x3f, .timeout = 0x01, .efr = true, .feature = true },
bcm2835 = { mini,   8, { 1,  1,  1,  1 }, 0x0f, 0x02, .timeout = 0x00, .mini = true };
/* clang-format on */

/* The shift is that of nodes without reg-shift. */
#define KINDS(row)                                                                                 \
	row("ns16550a", ns16550, 0) row("snps,dw-apb-uart", dw_apb, 0)                             \
		row("ti,am654-uart", am654, 2) row("nvidia,tegra20-uart", tegra, 2)                \
			row("brcm,bcm2835-aux-uart", bcm2835, 2)                                   \
				row("mediatek,mt6577-uart", mt6577, 2) row("ns16550", ns16550, 0)  \
					row("ns16450", ns16450, 0) row("ns8250", ns16450, 0)       \
						row("intel,xscale-uart", xscale, 2)                \
							row("mrvl,mmp-uart", xscale, 2)
#define NAME(name, kind, shift) name,
#define KIND(name, kind, shift) &kind,
#define SHIFT(name, kind, shift) shift,

const char *const uart8250_kinds_names[] = { KINDS(NAME) NULL };
const struct uart8250_kind *const uart8250_kinds[] = { KINDS(KIND) };
const uint8_t uart8250_kinds_shifts[] = { KINDS(SHIFT) };

/* Bits for kinds, by the index of their names. */
enum { DW = 1 << 1, OMAP = 1 << 2, MINI = 1 << 4, MTK = 1 << 5, NO_EFR = 0x7ff & ~(OMAP | MTK) };

/* clang-format off */
const struct reg_name REG_NAMES_AT uart8250_kinds_regs[] = {
	{ 0x00, 0, 0, "RBR|DLL/THR|DLL" },
	{ 0x01, 0, 0, "IER|DLM" },
	{ 0x02, OMAP | MTK, 0, "IIR|EFR/FCR|EFR" },
	{ 0x02, NO_EFR, 0, "IIR/FCR" },
	{ 0x03, 0, 0, "LCR" },
	{ 0x04, OMAP | MTK, 0, "MCR|XON1" },
	{ 0x04, NO_EFR, 0, "MCR" },
	{ 0x05, OMAP | MTK, 0, "LSR|XON2" },
	{ 0x05, NO_EFR, 0, "LSR" },
	{ 0x06, OMAP | MTK, 0, "MSR|XOFF1|TCR" },
	{ 0x06, NO_EFR, 0, "MSR" },
	{ 0x07, OMAP | MTK, 0, "SCR|XOFF2|TLR" },
	{ 0x07, NO_EFR, 0, "SCR" },
	{ 0x0c, DW, 15, "SRBR/STHR" },
	{ 0x1f, DW, 0, "USR" },
	{ 0x20, DW, 0, "TFL" },
	{ 0x21, DW, 0, "RFL" },
	{ 0x22, DW, 0, "SRR" },
	{ 0x23, DW, 0, "SRTS" },
	{ 0x24, DW, 0, "SBCR" },
	{ 0x25, DW, 0, "SDMAM" },
	{ 0x26, DW, 0, "SFE" },
	{ 0x27, DW, 0, "SRT" },
	{ 0x28, DW, 0, "STET" },
	{ 0x29, DW, 0, "HTX" },
	{ 0x30, DW, 0, "DLF" },
	{ 0x3d, DW, 0, "CPR" },
	{ 0x3e, DW, 0, "UCV" },
	{ 0x3f, DW, 0, "CTR" },
	{ 0x08, OMAP, 0, "MDR1" },
	{ 0x09, OMAP, 0, "MDR2" },
	{ 0x0f, OMAP, 0, "ACREG" },
	{ 0x10, OMAP, 0, "SCR" },
	{ 0x11, OMAP, 0, "SSR" },
	{ 0x12, OMAP, 0, "EBLR" },
	{ 0x14, OMAP, 0, "MVR" },
	{ 0x15, OMAP, 0, "SYSC" },
	{ 0x16, OMAP, 0, "SYSS" },
	{ 0x17, OMAP, 0, "WER" },
	{ 0x18, OMAP, 0, "CFPS" },
	{ 0x19, OMAP, 0, "RXFIFO_LVL" },
	{ 0x1a, OMAP, 0, "TXFIFO_LVL" },
	{ 0x1b, OMAP, 0, "IER2" },
	{ 0x1d, OMAP, 0, "FREQ_SEL" },
	{ 0x20, OMAP, 0, "MDR3" },
	{ 0x21, OMAP, 0, "TX_DMA_THRESHOLD" },
	{ 0x23, OMAP, 0, "EFR2" },
	{ 0x26, OMAP, 0, "TIMEOUTL" },
	{ 0x27, OMAP, 0, "TIMEOUTH" },
	{ 0x08, MTK, 0, "AUTOBAUD_EN" },
	{ 0x09, MTK, 0, "HIGHSPEED" },
	{ 0x0a, MTK, 0, "SAMPLE_COUNT" },
	{ 0x0b, MTK, 0, "SAMPLE_POINT" },
	{ 0x0d, MTK, 0, "RATEFIX_AD" },
	{ 0x0f, MTK, 0, "GUARD" },
	{ 0x10, MTK, 0, "ESCAPE_DAT" },
	{ 0x11, MTK, 0, "ESCAPE_EN" },
	{ 0x12, MTK, 0, "SLEEP_EN" },
	{ 0x13, MTK, 0, "DMA_EN" },
	{ 0x14, MTK, 0, "RXTRI_AD" },
	{ 0x15, MTK, 0, "FRACDIV_L" },
	{ 0x16, MTK, 0, "FRACDIV_M" },
	{ 0x17, MTK, 0, "FCR_RD" },
	{ 0x24, MTK, 0, "RX_SEL|DLL" },
	{ 0x25, MTK, 0, "DLM" },
	{ 0x26, MTK, 0, "EFR" },
	{ 0x27, MTK, 0, "FEATURE_SEL" },
	{ 0x2d, MTK, 0, "SLEEP_REQ" },
	{ 0x2e, MTK, 0, "SLEEP_ACK" },
	{ 0x08, MINI, 0, "CNTL" },
	{ 0x09, MINI, 0, "STAT" },
	{ 0x0a, MINI, 0, "BAUD" },
	{ 0 },
};
/* clang-format on */
