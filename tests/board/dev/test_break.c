// SPDX-License-Identifier: BSD-2-Clause
// A BREAK as each UART's driver sees it: a NUL, its error, an interrupt, and how that ends.
#include "tests/board/dev/line.h"

extern const struct model a3700_uart_model, cdns_uart_model, exynos_uart_model, geni_uart_model,
	imx_uart_model, lpuart_model, meson_uart_model, msm_uart_model, pl011_model, scif_model,
	uart8250_model;

struct access {
	uint32_t offset, value;
};

/* Receiver on, and the interrupt of breaks or errors: nothing else can raise the line. */
static const struct uart {
	const struct model *model;
	struct dev_traits traits;
	struct access on[6], off; /* registers and what is written; .off: the receiver is off */
	bool interrupts; /* it has one for this */
	struct access error; /* the bits that tell of it, where they are read once */
	struct access data, byte; /* what is read with the NUL: bits that are looked at, and they */
	struct access ack[6]; /* ends the interrupt */
	struct access after; /* bits that are 0 then */
} uarts[] = {
	{ .model = &pl011_model,
	  .traits = { .lines = 1 },
	  .on = { { 0x30, 0x301 }, { 0x2c, 0x70 }, { 0x38, 0x280 } },
	  .off = { 0x30, 0x101 },
	  .interrupts = true,
	  .error = { 0x3c, 0x280 },
	  .data = { 0, 0xfff },
	  .byte = { 0, 0x500 },
	  .ack = { { 0x44, 0x280 } },
	  .after = { 0x3c, 0x280 } },
	{ .model = &uart8250_model,
	  .traits = { .lines = 1 },
	  .on = { { 2, 1 }, { 1, 4 } },
	  .off = { 4, 0x10 },
	  .interrupts = true,
	  .error = { 5, 0x18 },
	  .data = { 0, 0xff },
	  .after = { 5, 0x98 } },
	{ .model = &a3700_uart_model,
	  .traits = { .lines = 3 },
	  .on = { { 8, 0xc } },
	  .interrupts = true,
	  .error = { 0xc, 0xc },
	  .data = { 0, 0xc0ff },
	  .byte = { 0, 0xc000 },
	  .after = { 0xc, 0xc } },
	{ .model = &a3700_uart_model,
	  .traits = { .kind = 1, .lines = 2 },
	  .error = { 0xc, 0xc },
	  .data = { 0x18, 0xc0ff },
	  .byte = { 0, 0xc000 },
	  .ack = { { 0xc, 0xc } },
	  .after = { 0xc, 0xc } },
	{ .model = &cdns_uart_model,
	  .traits = { .kind = 2, .lines = 1 },
	  .on = { { 0, 0x114 }, { 8, 0x2000 } },
	  .off = { 0, 0x118 },
	  .interrupts = true,
	  .error = { 0x14, 0x2040 },
	  .data = { 0x30, 0xff },
	  .ack = { { 0x14, 0x2040 } },
	  .after = { 0x14, 0x2040 } },
	{ .model = &exynos_uart_model,
	  .traits = { .lines = 1 },
	  .on = { { 4, 0x45 }, { 0x38, 0xd } },
	  .off = { 4, 0x25 },
	  .interrupts = true,
	  .error = { 0x14, 0xc },
	  .data = { 0x24, 0xff },
	  .ack = { { 0x30, 2 } },
	  .after = { 0x14, 0xc } },
	{ .model = &geni_uart_model,
	  .traits = { .lines = 1 },
	  .on = { { 0x284, 0xf }, { 0x288, 0 }, { 0x630, 1u << 27 }, { 0x644, 0x1800 } },
	  .off = { 0x634, 2 },
	  .interrupts = true,
	  .error = { 0x640, 0x1800 },
	  .data = { 0x780, 0xff },
	  .ack = { { 0x648, ~0u }, { 0x618, ~0u } },
	  .after = { 0x640, 0x1800 } },
	{ .model = &imx_uart_model,
	  .traits = { .lines = 1 },
	  .on = { { 0x84, 0x4027 }, { 0x8c, 4 } },
	  .off = { 0x84, 0x4005 },
	  .interrupts = true,
	  .error = { 0x98, 4 },
	  .data = { 0, 0xd8ff },
	  .byte = { 0, 0xd800 },
	  .ack = { { 0x98, 4 } },
	  .after = { 0x98, 4 } },
	{ .model = &lpuart_model,
	  .traits = { .kind = 4, .lines = 1 },
	  .on = { { 8, 0x2040000 } },
	  .off = { 8, 0 },
	  .interrupts = true,
	  .error = { 4, 0x20000 },
	  .data = { 0xc, 0x20ff },
	  .byte = { 0, 0x2000 },
	  .ack = { { 4, 0x20000 } },
	  .after = { 4, 0x20000 } },
	{ .model = &meson_uart_model,
	  .traits = { .lines = 1 },
	  .on = { { 8, 0x3000 } },
	  .off = { 8, 0x1000 },
	  .error = { 0xc, 0x20000 },
	  .data = { 4, 0xff },
	  .ack = { { 8, 0x1003000 } },
	  .after = { 0xc, 0x20000 } },
	{ .model = &msm_uart_model,
	  .traits = { .lines = 1 },
	  .on = { { 0x10, 5 }, { 0x14, 0x400 }, { 0x34, 0xffffff } },
	  .off = { 0x10, 2 },
	  .interrupts = true,
	  .error = { 8, 0x60 },
	  .data = { 0x70, 0xff },
	  .ack = { { 0x10, 3 << 4 }, { 0x10, 4 << 4 }, { 0x10, 1 << 11 | 2 << 4 } },
	  .after = { 8, 0x60 } },
	{ .model = &scif_model,
	  .traits = { .kind = 2, .lines = 1 },
	  .on = { { 8, 0x38 } },
	  .off = { 8, 0x20 },
	  .interrupts = true,
	  .error = { 0x10, 0x98 },
	  .data = { 0x14, 0xff },
	  .ack = { { 0x10, 0x6f } },
	  .after = { 0x10, 0x98 } },
};
#define UARTS (sizeof(uarts) / sizeof(uarts[0]))

static void set_up(const struct uart *u)
{
	line_setup(u->model, u->traits);
	for (unsigned i = 0; i < 6 && (u->on[i].offset || u->on[i].value); i++)
		put(u->on[i].offset, u->on[i].value);
	assert_false(line);
}

static void a_break_is_a_nul_with_an_error(void **state)
{
	(void)state;
	for (const struct uart *u = uarts; u < uarts + UARTS; u++) {
		set_up(u);
		assert_true(u->model->brk(&uart));
		assert_int_equal(line, u->interrupts);
		assert_int_equal(get(u->error.offset) & u->error.value, u->error.value);
		assert_int_equal(get(u->data.offset) & u->data.value, u->byte.value);
		for (unsigned i = 0; i < 6 && u->ack[i].value; i++)
			put(u->ack[i].offset, u->ack[i].value);
		assert_int_equal(get(u->after.offset) & u->after.value, 0);
		assert_false(line);
	}
}

/* It stands between the bytes that came before and after it. */
static void a_break_keeps_its_place(void **state)
{
	(void)state;
	for (const struct uart *u = uarts; u < uarts + UARTS; u++) {
		set_up(u);
		if (type("a", 1) != 1)
			continue;
		if (!u->model->brk(&uart))
			continue; /* a FIFO of one byte: it is lost, and that is told */
		assert_int_equal(get(u->data.offset) & 0xff, 'a');
		assert_int_equal(get(u->data.offset) & u->data.value, u->byte.value);
		assert_int_equal(type("b", 1), 1);
		assert_int_equal(get(u->data.offset) & 0xff, 'b');
	}
}

static void a_receiver_that_is_off_hears_none(void **state)
{
	(void)state;
	for (const struct uart *u = uarts; u < uarts + UARTS; u++) {
		if (!u->off.offset && !u->off.value)
			continue;
		set_up(u);
		put(u->off.offset, u->off.value);
		if (u->model->brk(&uart))
			fail_msg("%s hears it", u->model->compatible[0]);
		assert_int_equal(get(u->error.offset) & u->error.value, 0);
	}
}

/* What a driver leaves where it is goes with a reset. */
static void a_reset_forgets_it(void **state)
{
	(void)state;
	for (const struct uart *u = uarts; u < uarts + UARTS; u++) {
		set_up(u);
		assert_true(u->model->brk(&uart));
		u->model->reset(&uart);
		assert_false(line);
		assert_int_equal(get(u->error.offset) & u->error.value, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_break_is_a_nul_with_an_error),
		cmocka_unit_test(a_break_keeps_its_place),
		cmocka_unit_test(a_receiver_that_is_off_hears_none),
		cmocka_unit_test(a_reset_forgets_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
