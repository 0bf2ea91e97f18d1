// SPDX-License-Identifier: BSD-2-Clause
// The mailbox of a Raspberry Pi, and the VideoCore behind it that answers. Source: BCM2835 ARM
// Peripherals and the QA7 manual (registers), Raspberry Pi's wiki "Mailbox property interface"
// (channel 8, tags), and what the drivers of Linux (bcm2835-mailbox.c, raspberrypi.c) and U-Boot
// (mach-bcm283x) rely on.
//
// Where this one departs from a board's:
// - Channel 8 alone is answered, and at once: the request is taken while its store is served.
// - There is no display. A tag that is not known, or a frame buffer's, keeps its response bit clear
//   and makes the whole an error, as Linux takes it; the others of that request are answered.
// - Clocks have one rate each and are always on. The VideoCore has no memory of its own: all of the
//   guest's lowest bank is the ARM's, as far as a bus address reaches.
#include <string.h>

#include "board/dev.h"

enum {
	MAIL0_READ = 0x00,
	MAIL0_PEEK = 0x10,
	MAIL0_STATUS = 0x18,
	MAIL0_CONFIG = 0x1c,
	MAIL1_WRITE = 0x20,
	MAIL1_STATUS = 0x38
};

#define STATUS_FULL (1u << 31)
#define STATUS_EMPTY (1u << 30)
#define CONFIG_DATA_IRQ 1u
#define CONFIG_BITS 7u

#define DEPTH 8 /* words that wait to be read */
#define CHANNEL 15u /* in a word; the rest is its payload */
#define PROPERTY 8u

#define BUS_ALIAS (3u << 30) /* of a bus address: which caches it goes through */
#define BUS_SIZE (1ull << 30) /* what is left of it reaches so far */

/* A request: words for size, code, tags. A tag: words for name, room in bytes, code; then its value. */
enum { SIZE_AT, CODE_AT, TAGS_AT };
enum { TAG_NAME, TAG_ROOM, TAG_CODE, TAG_VALUE };
#define REQUEST_MOST (64u << 10) /* bytes: the VideoCore would not look at it all at once either */
#define RESPONSE (1u << 31)
#define RESPONSE_ERROR (RESPONSE | 1)
#define ANSWER_WORDS 16

#define GET(group, number) ((group##u) << 16 | (number))
#define SET(group, number) (GET(group, number) | 1u << 15)

enum power { ON = 1, NO_SUCH = 2 };
#define POWER_DEVICES 9 /* SD card, UARTs, USB, I2C, SPI, CCP2TX */
#define POWER_DOMAINS 32

struct bcm2835_mbox {
	uint32_t reply[DEPTH];
	uint32_t config;
	uint32_t powered, domains; /* bit per device, per domain */
	uint8_t first, count; /* of reply[] */
};

/* Source: config.txt in Raspberry Pi's documentation, each clock's least. */
static const struct {
	uint32_t id, hz;
} clocks[] = {
	{ 1, 250000000 }, /* EMMC */
	{ 2, 48000000 }, /* UART */
	{ 3, 600000000 }, /* ARM */
	{ 4, 250000000 }, /* core */
	{ 5, 250000000 }, /* V3D */
	{ 8, 400000000 }, /* SDRAM */
	{ 12, 100000000 }, /* EMMC2 */
};
#define CLOCKS (sizeof(clocks) / sizeof(*clocks))

/* --- what is asked ------------------------------------------------------------------------------ */

static uint32_t big_endian(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t board_revision(struct dev *dev)
{
	const struct dev_env *env = dev->env;
	uint32_t len;
	const uint8_t *p = env->property(dev, "/system", "linux,revision", &len);

	if (!p || len != 4)
		p = env->property(dev, NULL, "board-revision", &len);
	return p && len == 4 ? big_endian(p) : 0;
}

/* Where the tree does not tell, one that is nobody's. */
static void mac_address(struct dev *dev, uint8_t mac[6])
{
	static const uint8_t none[6], local[6] = { 2, 0, 0, 0, 0, 1 };
	uint32_t len;
	const uint8_t *p = dev->env->property(dev, "ethernet0", "local-mac-address", &len);

	memcpy(mac, p && len == 6 && memcmp(p, none, 6) ? p : local, 6);
}

/* The tree has it as a string of hexadecimal digits. */
static uint64_t board_serial(struct dev *dev)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t len;
	const char *p = dev->env->property(dev, "/", "serial-number", &len), *digit;
	uint64_t serial = 0;

	for (uint32_t i = 0; p && i < len && p[i]; i++) {
		digit = strchr(digits, p[i]);
		if (!digit || i == 16)
			return 0;
		serial = serial << 4 | (uint64_t)(digit - digits);
	}
	return serial;
}

static void arm_memory(struct dev *dev, uint32_t answer[2])
{
	uint64_t base, size = dev->env->ram(dev, &base);

	if (base >= BUS_SIZE)
		base = size = 0;
	if (size > BUS_SIZE - base)
		size = BUS_SIZE - base;
	answer[0] = (uint32_t)base;
	answer[1] = (uint32_t)size;
}

static uint32_t clock_hz(uint32_t id)
{
	for (unsigned i = 0; i < CLOCKS; i++)
		if (clocks[i].id == id)
			return clocks[i].hz;
	return 0;
}

static unsigned clocks_list(uint32_t answer[ANSWER_WORDS])
{
	for (unsigned i = 0; i < CLOCKS; i++) {
		answer[2 * i] = 0; /* its parent */
		answer[2 * i + 1] = clocks[i].id;
	}
	return 8 * CLOCKS;
}

/* The bit of ID in BITS, which is SET to what WANTED says. */
static uint32_t power(uint32_t *bits, uint32_t count, uint32_t id, bool set, uint32_t wanted)
{
	if (id >= count)
		return NO_SUCH;
	if (set)
		*bits = (*bits & ~(1u << id)) | (wanted & ON) << id;
	return *bits >> id & ON;
}

/*
 * The answer to TAG, whose value begins with ASKED. Returns its bytes, 0: there are none; -1: the tag
 * is not known.
 */
static int answer_make(struct dev *dev, uint32_t tag, const uint32_t asked[2],
		       uint32_t answer[ANSWER_WORDS])
{
	struct bcm2835_mbox *s = dev->state;
	const bool set = tag & SET(0, 0);
	uint64_t serial;

	answer[0] = asked[0];
	switch (tag) {
	case GET(1, 1): answer[0] = 0; return 4; /* board model */
	case GET(1, 2): answer[0] = board_revision(dev); return 4;
	case GET(1, 3): mac_address(dev, (uint8_t *)answer); return 6;
	case GET(1, 4):
		serial = board_serial(dev);
		memcpy(answer, &serial, 8);
		return 8;
	case GET(1, 5): arm_memory(dev, answer); return 8;
	case GET(1, 6): /* the VideoCore's memory: none, behind the ARM's */
		arm_memory(dev, answer);
		answer[0] += answer[1];
		answer[1] = 0;
		return 8;
	case GET(1, 7): return (int)clocks_list(answer);
	case GET(2, 1):
	case SET(2, 1): /* power of a device */
		answer[1] = power(&s->powered, POWER_DEVICES, asked[0], set, asked[1]);
		return 8;
	case GET(2, 2): answer[1] = 0; return 8; /* how long it takes */
	case GET(3, 1):
	case SET(3, 1): answer[1] = clock_hz(asked[0]) ? ON : NO_SUCH; return 8;
	case GET(3, 2): /* rate of a clock, its most, its least */
	case SET(3, 2):
	case GET(3, 4):
	case GET(3, 7): answer[1] = clock_hz(asked[0]); return 8;
	case GET(3, 0x30):
	case SET(3, 0x30): /* power of a domain */
		answer[1] = power(&s->domains, POWER_DOMAINS, asked[0], set, asked[1]);
		return 8;
	case GET(3, 0x58): return 4; /* the USB host of a Pi 4 has been reset */
	default: return -1;
	}
}

/* --- the buffer, which the guest may change at any time ------------------------------------------ */

/* One tag, of ROOM bytes at VALUE. False: it is not known. */
static bool tag_answer(struct dev *dev, uint32_t name, volatile uint32_t *tag, uint32_t room)
{
	uint32_t answer[ANSWER_WORDS] = { 0 }, asked[2] = { 0 };
	int size;

	for (unsigned i = 0; i < 2 && i < room / 4; i++)
		asked[i] = tag[TAG_VALUE + i];
	size = answer_make(dev, name, asked, answer);
	if (size < 0)
		return false;
	for (unsigned i = 0; i < room / 4 && i < ((unsigned)size + 3) / 4; i++)
		tag[TAG_VALUE + i] = answer[i];
	tag[TAG_CODE] = RESPONSE | (uint32_t)size;
	return true;
}

/* All tags of a request of WORDS words. Returns the code to answer with. */
static uint32_t tags_answer(struct dev *dev, volatile uint32_t *request, uint32_t words)
{
	uint32_t code = RESPONSE, at = TAGS_AT, name, room;

	for (; at < words; at += TAG_VALUE + room / 4 + !!(room % 4)) {
		name = request[at];
		if (!name)
			return code;
		if (words - at < TAG_VALUE)
			return RESPONSE_ERROR;
		room = request[at + TAG_ROOM];
		if (room > 4 * (words - at - TAG_VALUE))
			return RESPONSE_ERROR;
		if (!tag_answer(dev, name, request + at, room))
			code = RESPONSE_ERROR;
	}
	return RESPONSE_ERROR; /* it has no end */
}

/* What can be told about a request stands in the request: one that is not in memory is told nothing. */
static void request_serve(struct dev *dev, uint64_t gpa)
{
	volatile uint32_t *head = dev->env->memory(dev, gpa, 4 * TAGS_AT), *all = NULL;
	const uint32_t size = head ? head[SIZE_AT] : 0;

	if (size >= 4 * TAGS_AT && size <= REQUEST_MOST)
		all = dev->env->memory(dev, gpa, size);
	if (head)
		head[CODE_AT] = all ? tags_answer(dev, all, size / 4) : RESPONSE_ERROR;
	if (head)
		dev->env->memory(dev, gpa, all ? size : 4 * TAGS_AT);
}

/* --- registers --------------------------------------------------------------------------------- */

static void irq_update(struct dev *dev)
{
	const struct bcm2835_mbox *s = dev->state;

	dev_irq_set(dev, 0, s->config & CONFIG_DATA_IRQ && s->count);
}

static uint32_t status(const struct bcm2835_mbox *s)
{
	return s->count | (s->count ? 0 : STATUS_EMPTY) | (s->count == DEPTH ? STATUS_FULL : 0);
}

static uint32_t reply_get(struct dev *dev, bool take)
{
	struct bcm2835_mbox *s = dev->state;
	const uint32_t word = s->count ? s->reply[s->first] : 0;

	if (take && s->count) {
		s->first = (uint8_t)((s->first + 1) % DEPTH);
		s->count--;
		irq_update(dev);
	}
	return word;
}

/* The word comes back when its request was looked at, good or not. */
static void word_take(struct dev *dev, uint32_t word)
{
	struct bcm2835_mbox *s = dev->state;

	if (s->count == DEPTH || (word & CHANNEL) != PROPERTY)
		return;
	request_serve(dev, word & ~(BUS_ALIAS | CHANNEL));
	s->reply[(s->first + s->count++) % DEPTH] = word;
	irq_update(dev);
}

static uint64_t bcm2835_mbox_read(struct dev *dev, uint64_t offset, unsigned size)
{
	const struct bcm2835_mbox *s = dev->state;

	(void)size;
	switch (offset) {
	case MAIL0_READ: return reply_get(dev, true);
	case MAIL0_PEEK: return reply_get(dev, false);
	case MAIL0_STATUS: return status(s);
	case MAIL0_CONFIG: return s->config;
	/* It takes nothing more while nobody reads what it has to say. */
	case MAIL1_STATUS: return s->count == DEPTH ? STATUS_FULL : STATUS_EMPTY;
	default: return 0;
	}
}

static void bcm2835_mbox_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct bcm2835_mbox *s = dev->state;

	(void)size;
	if (offset == MAIL1_WRITE)
		word_take(dev, (uint32_t)value);
	else if (offset == MAIL0_CONFIG)
		s->config = (uint32_t)value & CONFIG_BITS;
	irq_update(dev);
}

static void bcm2835_mbox_reset(struct dev *dev)
{
	memset(dev->state, 0, sizeof(struct bcm2835_mbox));
	irq_update(dev);
}

static const char *const compatible[] = { "brcm,bcm2835-mbox", NULL };

REG_NAMES regs[] = {
	{ 0x00, 0, 0, "MAIL0_READ" },
	{ 0x10, 0, 0, "MAIL0_PEEK" },
	{ 0x18, 0, 0, "MAIL0_STATUS" },
	{ 0x1c, 0, 0, "MAIL0_CONFIG" },
	{ 0x20, 0, 0, "MAIL1_WRITE" },
	{ 0x38, 0, 0, "MAIL1_STATUS" },
	{ 0 },
};

const struct model bcm2835_mbox_model = {
	.name = "VideoCore mailbox",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct bcm2835_mbox),
	.reset = bcm2835_mbox_reset,
	.read = bcm2835_mbox_read,
	.write = bcm2835_mbox_write,
};
