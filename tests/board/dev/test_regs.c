// SPDX-License-Identifier: BSD-2-Clause
// Names of registers: each offset that a model serves has one, whatever its kind and layout are.
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "board/dev.h"

#define WINDOW 0x1000u
#define STATE_MAX 4096

static _Alignas(16) uint8_t state_now[STATE_MAX], state_before[STATE_MAX];
static unsigned happened; /* calls of the env that tell of a register */

static void irq(struct dev *dev, unsigned line, bool level)
{
	(void)dev, (void)line, (void)level;
	happened++;
}

static void out(struct dev *dev, const uint8_t *buf, size_t n)
{
	(void)dev, (void)buf, (void)n;
	happened++;
}

static size_t room(struct dev *dev)
{
	(void)dev;
	return 4096;
}

static void nothing(struct dev *dev)
{
	(void)dev;
}

static uint64_t now(void)
{
	return 1;
}

static void wake_at(struct dev *dev, uint64_t ns)
{
	(void)dev, (void)ns;
}

static void *memory(struct dev *dev, uint64_t gpa, uint64_t size)
{
	(void)dev, (void)gpa, (void)size;
	happened++;
	return NULL;
}

static const struct dev_env env = { .irq = irq,
				    .out = out,
				    .room = room,
				    .input_ready = nothing,
				    .now = now,
				    .wake_at = wake_at,
				    .memory = memory };

/* Running, with bytes received. */
static void dev_begin(struct dev *dev)
{
	memset(state_now, 0, sizeof(state_now));
	dev->levels = 0;
	dev->model->reset(dev);
	if (dev->model->input)
		dev->model->input(dev, (const uint8_t *)"Zz", 2);
	memcpy(state_before, state_now, sizeof(state_before));
	happened = 0;
}

/* Does an access of SIZE at OFFSET show anything but that nothing is there? */
static bool serves(struct dev *dev, uint64_t offset, unsigned size)
{
	const uint64_t mask = UINT64_MAX >> (64 - 8 * size);

	dev_begin(dev);
	if (dev->model->read(dev, offset, size) & mask || happened ||
	    memcmp(state_before, state_now, sizeof(state_now)))
		return true;
	dev_begin(dev);
	dev->model->write(dev, offset, size, mask);
	return happened || memcmp(state_before, state_now, sizeof(state_now));
}

/* Every kind of every model, and every layout. */
static void each_dev(void (*look)(struct dev *dev))
{
	for (unsigned m = 0; dev_models[m]; m++)
		for (unsigned kind = 0; dev_models[m]->compatible[kind]; kind++)
			for (unsigned shift = 0; shift < 3; shift++) {
				struct dev dev = {
					.model = dev_models[m],
					.state = state_now,
					.env = &env,
					.traits = { .kind = kind, .lines = 1, .reg_shift = shift }
				};

				if (shift && !dev.model->layout)
					break;
				look(&dev);
			}
}

static void look_at_offsets(struct dev *dev)
{
	for (uint64_t offset = 0; offset < WINDOW; offset++)
		for (unsigned size = 1; size <= 4; size *= 2) {
			if (offset % size || dev_reg_name(dev->model, &dev->traits, offset) ||
			    !serves(dev, offset, size))
				continue;
			print_error("%s, kind %u: %#x has no name\n", dev->model->name,
				    dev->traits.kind, (unsigned)offset);
			fail();
		}
}

static void each_offset_that_is_served_has_a_name(void **state)
{
	(void)state;
	each_dev(look_at_offsets);
}

static void look_at_rows(struct dev *dev)
{
	const struct reg_name *r = dev->model->regs;
	const uint16_t kind = (uint16_t)(1u << dev->traits.kind);

	assert_non_null(r);
	for (; r->name[0]; r++) {
		const uint64_t offset = (uint64_t)r->offset
					<< (dev->model->layout ? dev->traits.reg_shift : 0);

		assert_non_null(memchr(r->name, 0, sizeof(r->name)));
		/* The first of two rows for one place, as it would hide behind the other. */
		if (!r->kinds || r->kinds & kind)
			assert_ptr_equal(dev_reg_name(dev->model, &dev->traits, offset), r->name);
	}
}

static void names_are_whole_and_none_hides_another(void **state)
{
	(void)state;
	each_dev(look_at_rows);
}

static void an_access_within_a_register_is_of_that_register(void **state)
{
	static const struct reg_name regs[] = {
		{ 0x10, 0, 0, "A" }, { 0x18, 1 << 1, 1, "B" }, { 0x18, 1 << 0, 0, "C" }, { 0 }
	};
	struct model model = { .name = "", .regs = regs };
	struct dev_traits traits = { .kind = 1 };

	(void)state;
	assert_null(dev_reg_name(&model, &traits, 0xf));
	assert_string_equal(dev_reg_name(&model, &traits, 0x13), "A");
	assert_null(dev_reg_name(&model, &traits, 0x14));
	assert_string_equal(dev_reg_name(&model, &traits, 0x1f), "B");
	assert_null(dev_reg_name(&model, &traits, 0x20));
	traits.kind = 0;
	assert_string_equal(dev_reg_name(&model, &traits, 0x18), "C");
	assert_null(dev_reg_name(&model, &traits, 0x1c));
	model.layout = true;
	traits.reg_shift = 2;
	assert_string_equal(dev_reg_name(&model, &traits, 0x10 << 2 | 3), "A");
	assert_null(dev_reg_name(&model, &traits, 0x11 << 2));
	model.regs = NULL;
	assert_null(dev_reg_name(&model, &traits, 0x10 << 2));
}

static void assert_side(const char *name, bool write, const char *side)
{
	unsigned n;
	const char *at = dev_reg_side(name, write, &n);

	assert_int_equal(n, strlen(side));
	assert_memory_equal(at, side, n);
}

static void a_name_of_two_is_told_by_direction(void **state)
{
	(void)state;
	assert_side("RBR|DLL/THR|DLL", false, "RBR|DLL");
	assert_side("RBR|DLL/THR|DLL", true, "THR|DLL");
	assert_side("LCR", false, "LCR");
	assert_side("LCR", true, "LCR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_offset_that_is_served_has_a_name),
		cmocka_unit_test(names_are_whole_and_none_hides_another),
		cmocka_unit_test(an_access_within_a_register_is_of_that_register),
		cmocka_unit_test(a_name_of_two_is_told_by_direction),
	};

	return cmocka_run_group_tests_name("board/dev/regs", tests, NULL, NULL);
}
