// SPDX-License-Identifier: BSD-2-Clause
// Device models under a guest that does anything: the input is accesses, bytes typed, time that passes.
#include <sanitizer/asan_interface.h>
#include <string.h>

#include "board/dev/cfi.h"
#include "tests/fuzz/fuzz.h"

#define STORAGE (64u << 10)
#define BLOCK 4096u
#define WINDOW 0x1000u
#define STATE_MAX 4096
#define RAM 4096u

/* The guest's, from address 0 on: only what the model asked for last may be touched. */
static _Alignas(16) uint8_t ram[RAM];
static uint8_t storage[STORAGE];
static struct dev dev;
static size_t room;
static uint64_t clock_ns;
static uint32_t told; /* levels, by what the model said */

static void irq(struct dev *d, unsigned line, bool level)
{
	FUZZ_HOLDS(line < 32 && level != (told >> line & 1)); /* only changes are told */
	told ^= 1u << line;
	FUZZ_HOLDS(d == &dev);
}

static void out(struct dev *d, const uint8_t *buf, size_t n)
{
	uint8_t sum = 0;

	FUZZ_HOLDS(d == &dev);
	for (size_t i = 0; i < n; i++)
		sum ^= buf[i];
	room -= n < room ? n : room;
	(void)sum;
}

static size_t out_room(struct dev *d)
{
	FUZZ_HOLDS(d == &dev);
	return room;
}

static void input_ready(struct dev *d)
{
	FUZZ_HOLDS(d == &dev);
}

static uint64_t now(void)
{
	return clock_ns;
}

static void wake_at(struct dev *d, uint64_t ns)
{
	FUZZ_HOLDS(d == &dev);
	(void)ns;
}

static uint8_t *stored(struct dev *d, uint64_t offset, bool change)
{
	FUZZ_HOLDS(d == &dev && offset < STORAGE);
	return change && d->storage->locked ? NULL : storage + offset;
}

static void direct(struct dev *d, bool on)
{
	FUZZ_HOLDS(d == &dev);
	(void)on;
}

static void *memory(struct dev *d, uint64_t gpa, uint64_t size)
{
	FUZZ_HOLDS(d == &dev);
	if (gpa > RAM || size > RAM - gpa)
		return NULL;
	ASAN_POISON_MEMORY_REGION(ram, RAM);
	ASAN_UNPOISON_MEMORY_REGION(ram + gpa, size);
	return ram + gpa;
}

static uint64_t ram_told(struct dev *d, uint64_t *base)
{
	FUZZ_HOLDS(d == &dev);
	*base = 0;
	return RAM;
}

/* Any bytes. */
static const void *property(struct dev *d, const char *path, const char *name, uint32_t *len)
{
	FUZZ_HOLDS(d == &dev && name && (!path || *path));
	*len = (uint32_t)(clock_ns % 20);
	return clock_ns & 1 ? storage : NULL;
}

static const struct dev_env env = { .irq = irq,
				    .out = out,
				    .room = out_room,
				    .input_ready = input_ready,
				    .now = now,
				    .wake_at = wake_at,
				    .storage = stored,
				    .direct = direct,
				    .memory = memory,
				    .ram = ram_told,
				    .property = property };

static uint64_t number(const uint8_t *p, unsigned n)
{
	uint64_t value = 0;

	memcpy(&value, p, n);
	return value;
}

/* One step of seven bytes: what, where, with what. */
static void step(const uint8_t *p)
{
	const struct model *m = dev.model;
	const unsigned size = 1u << (p[0] >> 4 & 3);
	uint64_t at = number(p + 1, 2), value = number(p + 3, 4);

	if (p[0] & 0x80) { /* a store to RAM */
		ASAN_UNPOISON_MEMORY_REGION(ram, RAM);
		memcpy(ram + at % (RAM / 4) * 4, &value, 4);
		return;
	}
	at %= dev.storage ? STORAGE - 8 : WINDOW;
	switch (p[0] % 8) {
	case 0:
	case 1:
	case 2: m->write(&dev, at, size, value); break;
	case 3:
	case 4: m->read(&dev, at, size); break;
	case 5:
		if (m->input)
			FUZZ_HOLDS(m->input(&dev, p + 1, 6) <= 6);
		break;
	case 6:
		clock_ns += value << (p[1] % 32);
		room = p[2];
		if (m->wake)
			m->wake(&dev);
		break;
	case 7:
		if (p[1] == 0)
			m->reset(&dev);
		else if (p[1] == 1 && m->brk)
			m->brk(&dev);
		FUZZ_HOLDS(p[1] || !told);
		break;
	}
	FUZZ_HOLDS(dev.levels == told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) uint8_t state[STATE_MAX];
	static const uint8_t widths[] = { 1, 2, 4, 4 };
	struct dev_storage chips = { .size = STORAGE, .block = BLOCK };
	static const uint8_t lines[] = { 0, 1, 3, 9 };
	unsigned models = 0, kinds = 0, which;

	if (size < 2)
		return 0;
	while (dev_models[models])
		models++;
	which = data[0] % (models + 1);
	chips.width = widths[data[1] % 4];
	chips.locked = data[1] & 4;
	dev = (struct dev){ .model = which < models ? dev_models[which] : &cfi_model,
			    .state = state,
			    .env = &env,
			    .storage = which < models ? NULL : &chips };
	while (dev.model->compatible && dev.model->compatible[kinds])
		kinds++;
	if (kinds)
		dev.traits = (struct dev_traits){ .kind = data[1] % kinds,
						  .reg_shift = data[1] / kinds % 5,
						  .lines = lines[data[1] % 4] };
	FUZZ_HOLDS(dev.model->state_size <= sizeof(state));
	memset(state, 0, sizeof(state));
	memset(storage, 0xff, sizeof(storage));
	ASAN_UNPOISON_MEMORY_REGION(ram, RAM);
	memset(ram, 0, sizeof(ram));
	told = 0;
	room = 64;
	clock_ns = 1ull << 60;
	dev.model->reset(&dev);
	for (data += 2, size -= 2; size >= 7; data += 7, size -= 7)
		step(data);
	return 0;
}
