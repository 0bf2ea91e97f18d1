// SPDX-License-Identifier: BSD-2-Clause
// NOR flash of the Intel extended command set, one or two chips side by side. Sources: JEDEC JESD68.01 and JEP137
// (CFI, command set 0001), Numonyx StrataFlash P30 datasheet (commands, status register).
//
// The chips of a bank work in step: a command is what stands in the low byte of a store. Work is done at once, so that the
// status is always ready and suspending never finds anything to suspend. Blocks are unlocked, or the bank is locked for good.
#include <string.h>

#include "board/dev.h"

#define BUFFER_SHIFT 9 /* bytes of one chip's program buffer, as a power of two */
#define BUFFER (2u << BUFFER_SHIFT) /* of two chips */
#define MAKER 0x89 /* Intel */
#define CHIP 0x18 /* what QEMU's virt board says */
#define LOCKED_DOWN 3 /* in a block's lock status */

/* Status register. */
#define READY 0x80
#define ERASE_FAILED 0x20
#define PROGRAM_FAILED 0x10
#define BLOCK_LOCKED 0x02
#define BAD_SEQUENCE (ERASE_FAILED | PROGRAM_FAILED)

/* What reads give. SAME is for commands that do not change it. */
enum mode { ARRAY, STATUS, ID, QUERY, SAME };

enum command {
	PROGRAM_OLD = 0x10,
	ERASE = 0x20,
	PROGRAM = 0x40,
	STATUS_CLEAR = 0x50,
	LOCK = 0x60,
	CONFIRM = 0xd0,
	BUFFERED = 0xe8,
	BUFFERED_DATA = 0xe9, /* of ours: the count has come, now the words */
	BUFFERED_CONFIRM = 0xea, /* of ours: the words have come */
};

struct cfi {
	uint8_t mode;
	uint8_t setup; /* the command whose next part a store is, 0: none */
	uint8_t status;
	bool strayed; /* a word of the buffer lay elsewhere */
	uint32_t left; /* words the buffer still gets */
	bool placed; /* AT is known: by the first word */
	uint64_t at; /* offset of the buffer in the bank */
	uint8_t buffer[BUFFER];
};

static const struct {
	uint8_t command, mode;
	bool more; /* the next store belongs to it */
} commands[] = {
	{ PROGRAM_OLD, STATUS, true }, { ERASE, STATUS, true },
	{ PROGRAM, STATUS, true },     { STATUS_CLEAR, SAME, false },
	{ LOCK, STATUS, true },	       { 0x70, STATUS, false },
	{ 0x90, ID, false },	       { 0x98, QUERY, false },
	{ 0xb0, STATUS, false }, /* suspend */
	{ CONFIRM, STATUS, false }, /* resume */
	{ BUFFERED, STATUS, true },    { 0xff, ARRAY, false },
};

/* --- what the chips say of themselves ----------------------------------------------------------- */

/* Query table from 0x10 on; what depends on the bank stands in query_byte(). */
static const uint8_t query[] =
	"QRY"
	"\x01\x00" /* 0x13: command set 0001, */
	"\x31\x00" /* whose own table is at 0x31 */
	"\x00\x00\x00\x00" /* no other command set */
	"\x17\x20\x85\x95" /* 0x1b: volts: 1.7 to 2.0, Vpp 8.5 to 9.5 */
	"\x08\x09\x0a\x00" /* 0x1f: a word, a buffer: 2^n us; erase: ms */
	"\x01\x01\x02\x00" /* 0x23: at most 2^n times that */
	"\x00\x00\x00" /* 0x27: size, interface */
	"\x00\x00" /* 0x2a: buffer */
	"\x01\x00\x00\x00\x00" /* 0x2c: one region of blocks */
	"PRI10" /* 0x31 */
	"\x00\x00\x00\x00" /* 0x36: no optional commands, */
	"\x00" /* none while suspended either */
	"\x01\x00" /* 0x3b: a block's lock bit can be read */
	"\x18\x90"; /* 0x3d: best at 1.8 V, Vpp 9.0; then 0: no protection registers */

static unsigned chips(const struct dev_storage *s)
{
	return s->width == 4 ? 2 : 1;
}

static uint8_t query_byte(const struct dev_storage *s, uint64_t index)
{
	const uint64_t size = s->size / chips(s), blocks = s->size / s->block - 1;
	const uint32_t units = s->block / chips(s) >> 8;

	switch (index) {
	case 0x27: return (uint8_t)(63 - __builtin_clzll(size));
	case 0x28: return s->width > 1; /* x16, x8 */
	case 0x2a: return BUFFER_SHIFT;
	case 0x2d: return (uint8_t)blocks;
	case 0x2e: return (uint8_t)(blocks >> 8);
	case 0x2f: return (uint8_t)units;
	case 0x30: return (uint8_t)(units >> 8);
	default: return index - 0x10 < sizeof(query) ? query[index - 0x10] : 0;
	}
}

static uint8_t id_byte(const struct dev_storage *s, uint64_t index)
{
	switch (index & 0xff) {
	case 0: return MAKER;
	case 1: return CHIP;
	case 2: return s->locked ? LOCKED_DOWN : 0;
	default: return 0;
	}
}

/* --- reads -------------------------------------------------------------------------------------- */

/* One cycle of the bus. */
static uint32_t word_read(struct dev *dev, uint64_t at)
{
	const struct cfi *c = dev->state;
	const struct dev_storage *s = dev->storage;
	const uint8_t *p;
	uint32_t word = UINT32_MAX;

	switch (c->mode) {
	case STATUS: word = c->status; break;
	case ID: word = id_byte(s, at / s->width); break;
	case QUERY: word = query_byte(s, at / s->width); break;
	default:
		p = dev->env->storage(dev, at, false);
		if (p)
			memcpy(&word, p, s->width);
		return word;
	}
	return chips(s) == 2 ? word | word << 16 : word;
}

static uint64_t cfi_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const unsigned width = dev->storage->width, skip = (unsigned)(offset % width);
	uint64_t value = word_read(dev, offset - skip) >> 8 * skip;

	for (unsigned done = width - skip; done < size; done += width)
		value |= (uint64_t)word_read(dev, offset + done) << 8 * done;
	return value;
}

/* --- stores ------------------------------------------------------------------------------------- */

static void mode_set(struct dev *dev, enum mode mode)
{
	struct cfi *c = dev->state;
	const bool was_array = c->mode == ARRAY;

	c->mode = (uint8_t)mode;
	if (was_array != (mode == ARRAY))
		dev->env->direct(dev, mode == ARRAY);
}

/* The block at AT, to be changed; NULL: FAILED and why is in the status. */
static uint8_t *block_change(struct dev *dev, uint64_t at, uint8_t failed)
{
	struct cfi *c = dev->state;
	uint8_t *p = dev->env->storage(dev, at, true);

	if (!p)
		c->status |= failed | (dev->storage->locked ? BLOCK_LOCKED : 0);
	return p;
}

/* Programming takes ones away, it never gives any. */
static void program(struct dev *dev, uint64_t at, const uint8_t *data, size_t n)
{
	uint8_t *p = block_change(dev, at, PROGRAM_FAILED);

	for (size_t i = 0; p && i < n; i++)
		p[i] &= data[i];
}

static void erase(struct dev *dev, uint64_t at)
{
	const uint32_t block = dev->storage->block;
	uint8_t *p = block_change(dev, at & ~(uint64_t)(block - 1), ERASE_FAILED);

	if (p)
		memset(p, 0xff, block);
}

static uint32_t buffer_size(const struct dev_storage *s)
{
	return chips(s) << BUFFER_SHIFT;
}

static void buffer_begin(struct dev *dev, uint32_t count)
{
	struct cfi *c = dev->state;
	const struct dev_storage *s = dev->storage;

	c->left = (count & (s->width == 1 ? 0xff : 0xffff)) + 1;
	c->setup = BUFFERED_DATA;
	c->placed = c->strayed = false;
	memset(c->buffer, 0xff, sizeof(c->buffer));
	if (c->left * s->width <= buffer_size(s))
		return;
	c->status |= BAD_SEQUENCE;
	c->setup = 0;
}

static void buffer_fill(struct dev *dev, uint64_t at, const uint8_t *data, unsigned n)
{
	struct cfi *c = dev->state;
	const uint32_t size = buffer_size(dev->storage);

	if (!c->placed)
		c->at = at & ~(uint64_t)(size - 1);
	c->placed = true;
	if (at - c->at < size)
		memcpy(c->buffer + (at - c->at), data, n);
	else
		c->strayed = true;
	if (--c->left == 0)
		c->setup = BUFFERED_CONFIRM;
}

static void buffer_end(struct dev *dev, uint8_t command)
{
	struct cfi *c = dev->state;

	c->setup = 0;
	if (command != CONFIRM || c->strayed)
		c->status |= BAD_SEQUENCE;
	else
		program(dev, c->at, c->buffer, buffer_size(dev->storage));
}

/* The N bytes at DATA are stored at AT and belong to a command that came before. */
static void setup_write(struct dev *dev, uint64_t at, const uint8_t *data, unsigned n)
{
	struct cfi *c = dev->state;
	uint32_t word = 0;

	memcpy(&word, data, n);
	switch (c->setup) {
	case BUFFERED: buffer_begin(dev, word); return;
	case BUFFERED_DATA: buffer_fill(dev, at, data, n); return;
	case BUFFERED_CONFIRM: buffer_end(dev, data[0]); return;
	case ERASE:
		if (data[0] == CONFIRM)
			erase(dev, at);
		else
			c->status |= BAD_SEQUENCE;
		break;
	case LOCK: break;
	default: program(dev, at, data, n);
	}
	c->setup = 0;
}

static void command_write(struct dev *dev, uint8_t command)
{
	struct cfi *c = dev->state;
	unsigned i = 0;

	while (i < sizeof(commands) / sizeof(commands[0]) && commands[i].command != command)
		i++;
	if (i == sizeof(commands) / sizeof(commands[0])) {
		mode_set(dev, ARRAY); /* drivers of other chips reset those so */
		return;
	}
	if (command == STATUS_CLEAR)
		c->status = READY;
	if (commands[i].mode != SAME)
		mode_set(dev, commands[i].mode);
	c->setup = commands[i].more ? command : 0;
}

static void cfi_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct cfi *c = dev->state;
	const unsigned width = dev->storage->width;
	uint8_t data[8];

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(value >> 8 * i);
	for (unsigned done = 0, n; done < size; done += n) {
		n = width - (unsigned)((offset + done) % width);
		if (n > size - done)
			n = size - done;
		if (c->setup)
			setup_write(dev, offset + done, data + done, n);
		else
			command_write(dev, data[done]);
	}
}

static void cfi_reset(struct dev *dev)
{
	struct cfi *c = dev->state;

	mode_set(dev, ARRAY);
	c->setup = 0;
	c->status = READY;
}

static const char *const compatible[] = { "cfi-flash", NULL };

const struct model cfi_model = {
	.name = "CFI flash",
	.compatible = compatible,
	.state_size = sizeof(struct cfi),
	.reset = cfi_reset,
	.read = cfi_read,
	.write = cfi_write,
};
