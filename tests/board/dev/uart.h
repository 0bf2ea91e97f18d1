/* SPDX-License-Identifier: BSD-2-Clause */
/* A PL011 on a line that the test holds the other end of. */
#ifndef TESTS_BOARD_DEV_UART_H
#define TESTS_BOARD_DEV_UART_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "board/dev.h"

enum {
	DR = 0x0,
	RSR = 0x4,
	FR = 0x18,
	ILPR = 0x20,
	IBRD = 0x24,
	FBRD = 0x28,
	LCR_H = 0x2c,
	CR = 0x30,
	IFLS = 0x34,
	IMSC = 0x38,
	RIS = 0x3c,
	MIS = 0x40,
	ICR = 0x44,
	DMACR = 0x48,
};

#define FR_BUSY 0x8
#define FR_RXFE 0x10
#define FR_TXFF 0x20
#define FR_RXFF 0x40
#define FR_TXFE 0x80
#define FR_READY 0x7 /* CTS, DSR, DCD */
#define CR_ON 0x301 /* UARTEN, TXE, RXE */
#define LBE 0x80
#define INT_RX 0x10
#define INT_TX 0x20
#define INT_RT 0x40
#define INT_OE 0x400

extern const struct model pl011_model;

static struct dev uart;
static _Alignas(8) uint8_t store[128];
static bool line;
static unsigned line_changes, input_asked;
static uint8_t sent[1024];
static size_t sent_count, room;
static uint64_t clock_ns, wake_ns;

static inline void env_irq(struct dev *dev, unsigned number, bool level)
{
	assert_ptr_equal(dev, &uart);
	assert_int_equal(number, 0);
	assert_int_not_equal(level, line);
	line = level;
	line_changes++;
}

static inline void env_out(struct dev *dev, const uint8_t *buf, size_t n)
{
	assert_ptr_equal(dev, &uart);
	assert_true(sent_count + n <= sizeof(sent));
	memcpy(sent + sent_count, buf, n);
	sent_count += n;
	room -= n < room ? n : room;
}

static inline size_t env_room(struct dev *dev)
{
	assert_ptr_equal(dev, &uart);
	return room;
}

static inline void env_input_ready(struct dev *dev)
{
	assert_ptr_equal(dev, &uart);
	input_asked++;
}

static inline uint64_t env_now(void)
{
	return clock_ns;
}

static inline void env_wake_at(struct dev *dev, uint64_t ns)
{
	assert_ptr_equal(dev, &uart);
	wake_ns = ns;
}

static const struct dev_env env = {
	.irq = env_irq,
	.out = env_out,
	.room = env_room,
	.input_ready = env_input_ready,
	.now = env_now,
	.wake_at = env_wake_at,
};

static inline int setup(void **state)
{
	(void)state;
	assert_true(pl011_model.state_size <= sizeof(store));
	memset(store, 0, sizeof(store));
	uart = (struct dev){ .model = &pl011_model, .state = store, .env = &env };
	line = false;
	line_changes = input_asked = 0;
	sent_count = 0;
	room = 4096;
	clock_ns = 5000000;
	wake_ns = 0;
	pl011_model.reset(&uart);
	return 0;
}

static inline uint32_t get(uint64_t offset)
{
	return (uint32_t)pl011_model.read(&uart, offset, 4);
}

static inline void put(uint64_t offset, uint32_t value)
{
	pl011_model.write(&uart, offset, 4, value);
}

/* As a driver sets it up: FIFOs on, everything enabled. */
static inline int setup_fifos(void **state)
{
	setup(state);
	put(CR, 0);
	put(IBRD, 13);
	put(FBRD, 1);
	put(LCR_H, 0x70);
	put(CR, CR_ON);
	return 0;
}

static inline size_t type(const char *text, size_t n)
{
	return pl011_model.input(&uart, (const uint8_t *)text, n);
}

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

#endif
