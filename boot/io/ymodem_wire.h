/* SPDX-License-Identifier: BSD-2-Clause */
/* YMODEM's bytes, its times, and the steps of both sides. For ymodem.c. */
#ifndef BOOT_IO_YMODEM_WIRE_H
#define BOOT_IO_YMODEM_WIRE_H

#define SOH 0x01 /* 128 bytes follow */
#define STX 0x02 /* 1024 */
#define CTRL_C 0x03 /* the person's */
#define EOT 0x04
#define ACK 0x06
#define NAK 0x15
#define CAN 0x18
#define CRC 'C' /* the receiver wants CRCs */
#define PAD 0x1a

#define SMALL 128
#define ASK_MS 1000 /* between two of the receiver's C */
#define SILENCE_MS 3000 /* of the sender, within a transfer */
#define ANSWER_MS 10000 /* for a receiver that may have a disk to wait for */
#define HUSH_MS 500 /* a line is quiet: what was on its way has come */
#define END_MS 4000 /* for the end of the batch: the file is whole by then */

enum step {
	/* receiver */
	WAIT_HEADER, /* C is sent until block 0 comes */
	WAIT_DATA, /* blocks of the file */
	WAIT_END, /* block 0 without a name ends the batch */
	/* sender */
	OFFER, /* the receiver's C is waited for */
	HEADER, /* block 0 is under way */
	START, /* the C that asks for data */
	DATA,
	EOT_SENT,
	ANOTHER, /* the C for another file: there is none */
	LAST, /* the empty block 0 is under way */
};

#endif
