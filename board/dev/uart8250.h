/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of the 8250 family, and in what its UARTs differ. */
#ifndef BOARD_DEV_UART8250_H
#define BOARD_DEV_UART8250_H

#include <stdbool.h>
#include <stdint.h>

#include "board/dev.h"

/* The registers of all kinds, by what they are; the first eight also by their number. */
enum { DATA, IER, FCR, LCR, MCR, LSR, MSR, SCR }; /* while LCR is 0 */
enum { DLL = SCR + 1, DLM, EFR, XON1, XON2, XOFF1, XOFF2, TCR, TLR, REGS };

enum { SRBR_FIRST = 0xc, SRBR_LAST = 0x1b }; /* DW_apb_uart's, of DATA */
enum { FEATURE_FIRST = 0x24, FEATURE_LAST = 0x26 }; /* MediaTek's, of DLL, DLM, EFR */

#define IER_RDI 0x1
#define IER_THRI 0x2
#define IER_RLSI 0x4
#define IER_MSI 0x8
#define FCR_ENABLE 0x1
#define FCR_CLEAR_RX 0x2
#define FCR_CLEAR_TX 0x4
#define FCR_TX_TRIGGER 0x30
#define LCR_DLAB 0x80
#define LCR_MODE_B 0xbf
#define MCR_DTR 0x1u
#define MCR_RTS 0x2u
#define MCR_OUT 0xcu
#define MCR_LOOP 0x10
#define MCR_TCRTLR 0x40
#define EFR_ECB 0x10
#define LSR_DR 0x1
#define LSR_OE 0x2
#define LSR_BREAK 0x18 /* BI, and FE: its stop bit is low, too */
#define LSR_THRE 0x20
#define LSR_TEMT 0x40
#define LSR_FIFOE 0x80
#define MSR_DELTAS 0xfu
#define MSR_RI 0x40u
#define MSR_READY 0xb0 /* DCD, DSR, CTS: the other side is always there */

enum { IIR_MSI, IIR_NONE, IIR_THRI, IIR_RDI = 4, IIR_RLSI = 6, IIR_BUSY, IIR_TIMEOUT = 0xc };

#define UART8250_EXTRAS_MOST 20 /* of one kind */

/* What a register beyond the first eight is. */
enum uart8250_what {
	UART8250_KEPT, /* what was written */
	UART8250_PART, /* a number that names the part */
	UART8250_USR, /* DW_apb_uart's status; reading it ends a busy detect */
	UART8250_TX_LEVEL,
	UART8250_RX_LEVEL,
	UART8250_SRR, /* DW_apb_uart's software reset */
	UART8250_SHADOW, /* DW_apb_uart's, of some bits of another register */
	UART8250_SSR, /* OMAP's status */
	UART8250_SYSC, /* OMAP's, with a software reset */
	UART8250_FCR, /* MediaTek's FCR, to be read */
	UART8250_STAT, /* of the mini UART */
	UART8250_BAUD, /* of the mini UART: DLL and DLM */
};

struct uart8250_extra {
	uint8_t at; /* number of the register; 0 ends the list */
	uint8_t what;
	uint8_t writable; /* bits; of PART the index in uart8250_kinds_parts */
	uint8_t reset; /* value; of SHADOW the register whose bits it has */
};

struct uart8250_kind {
	const struct uart8250_extra *extra;
	uint8_t fifo; /* bytes; 1: it has none */
	uint8_t trigger[4]; /* bytes, by FCR[7:6] */
	uint8_t ier, mcr; /* bits that are there */
	uint8_t timeout; /* bit of IER that asks for the receive timeout */
	bool efr; /* LCR = 0xbf shows EFR; its ECB guards the upper bits of IER, MCR, FCR */
	bool busy; /* LCR is not written while it transmits */
	bool mini; /* the FIFO is always on, THRE means room, extra[0] enables the receiver */
	bool feature; /* extra[0] shows DLL, DLM, EFR at registers 0x24 to 0x26 */
};

/* By the index of the compatible name. */
extern const struct uart8250_kind *const uart8250_kinds[];
extern const char *const uart8250_kinds_names[];
extern const uint8_t uart8250_kinds_shifts[];
extern const uint32_t uart8250_kinds_parts[];
extern const struct reg_name uart8250_kinds_regs[];

#endif
