/* SPDX-License-Identifier: BSD-2-Clause */
/* A UART on a line that the test holds the other end of. */
#ifndef TESTS_BOARD_DEV_LINE_H
#define TESTS_BOARD_DEV_LINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "board/dev.h"

static struct dev uart;
static _Alignas(8) uint8_t store[256];
static bool line; /* some interrupt is high */
static uint32_t lines_high; /* bit per interrupt */
static unsigned line_changes, input_asked;
static uint8_t sent[1024];
static size_t sent_count, room;
static uint64_t clock_ns, wake_ns;

static inline void env_irq(struct dev *dev, unsigned number, bool level)
{
	assert_ptr_equal(dev, &uart);
	assert_true(number < 32);
	assert_int_not_equal(level, lines_high >> number & 1);
	lines_high ^= 1u << number;
	line = lines_high;
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

static inline void *env_memory(struct dev *dev, uint64_t gpa, uint64_t size)
{
	assert_ptr_equal(dev, &uart);
	(void)gpa;
	(void)size;
	return NULL;
}

static inline uint64_t env_ram(struct dev *dev, uint64_t *base)
{
	assert_ptr_equal(dev, &uart);
	return *base = 0;
}

static inline const void *env_property(struct dev *dev, const char *path, const char *name,
				       uint32_t *len)
{
	assert_ptr_equal(dev, &uart);
	(void)path;
	(void)name;
	(void)len;
	return NULL;
}

static const struct dev_env env = {
	.irq = env_irq,
	.out = env_out,
	.room = env_room,
	.input_ready = env_input_ready,
	.now = env_now,
	.wake_at = env_wake_at,
	.memory = env_memory,
	.ram = env_ram,
	.property = env_property,
};

/* MODEL, just powered on, at a node of that kind; nothing sent, nothing typed. */
static inline void line_setup(const struct model *model, struct dev_traits traits)
{
	assert_true(model->state_size <= sizeof(store));
	memset(store, 0, sizeof(store));
	uart = (struct dev){ .model = model, .state = store, .env = &env, .traits = traits };
	line = false;
	lines_high = 0;
	line_changes = input_asked = 0;
	sent_count = 0;
	room = 4096;
	clock_ns = 5000000;
	wake_ns = 0;
	model->reset(&uart);
}

static inline uint32_t get(uint64_t offset)
{
	return (uint32_t)uart.model->read(&uart, offset, 4);
}

static inline void put(uint64_t offset, uint32_t value)
{
	uart.model->write(&uart, offset, 4, value);
}

static inline size_t type(const char *text, size_t n)
{
	return uart.model->input(&uart, (const uint8_t *)text, n);
}

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

#endif
