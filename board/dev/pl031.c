// SPDX-License-Identifier: BSD-2-Clause
// Arm PL031 real-time clock. Source: Arm DDI 0224 (PrimeCell Real Time Clock PL031), chapter 3.
//
// It counts the env's own seconds plus an offset and always runs: CR reads 1 and cannot be changed,
// since firmware expects a clock that a battery has kept going.
#include <string.h>

#include "board/dev.h"

enum { DR, MR, LR, CR, IMSC, RIS, MIS, ICR, REGS };

#define IDS_AT 0xfe0
#define NS_PER_S 1000000000
#define INT_MATCH 1u

struct pl031 {
	uint32_t reg[REGS];
	uint32_t offset; /* DR = env's seconds + offset */
	bool match_set; /* MR was written since reset */
	bool waiting; /* for match_at */
	uint64_t match_at; /* when DR will equal MR, in the env's seconds */
};

static const uint8_t ids[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static uint64_t seconds(struct dev *dev)
{
	return dev->env->now() / NS_PER_S;
}

static void irq_update(struct dev *dev)
{
	const struct pl031 *s = dev->state;

	dev_irq_set(dev, 0, s->reg[RIS] & s->reg[IMSC]);
}

/* The match's time has come, or has yet to: the env's clock may have been set since. */
static void match_check(struct dev *dev)
{
	struct pl031 *s = dev->state;

	if (!s->waiting)
		return;
	if (seconds(dev) >= s->match_at) {
		s->waiting = false;
		s->reg[RIS] = INT_MATCH;
		irq_update(dev);
	} else {
		dev->env->wake_at(dev, s->match_at * NS_PER_S);
	}
}

/* DR or MR has changed. A match that lies behind comes when the counter has wrapped. */
static void match_plan(struct dev *dev)
{
	struct pl031 *s = dev->state;
	uint64_t now = seconds(dev);

	if (!s->match_set)
		return;
	s->waiting = true;
	s->match_at = now + (uint32_t)(s->reg[MR] - ((uint32_t)now + s->offset));
	match_check(dev);
}

static uint32_t reg_read(struct dev *dev, uint64_t i)
{
	const struct pl031 *s = dev->state;

	switch (i) {
	case DR: return (uint32_t)seconds(dev) + s->offset;
	case MIS: return s->reg[RIS] & s->reg[IMSC];
	default:
		if (i < REGS)
			return s->reg[i];
		i -= IDS_AT / 4;
		return i < sizeof(ids) ? ids[i] : 0;
	}
}

static uint64_t pl031_read(struct dev *dev, uint64_t offset, unsigned size)
{
	(void)size;
	return reg_read(dev, offset >> 2) >> 8 * (offset & 3);
}

static void pl031_write(struct dev *dev, uint64_t offset, unsigned size, uint64_t value)
{
	struct pl031 *s = dev->state;
	uint32_t word = (uint32_t)value;

	(void)size;
	if (offset & 3)
		return;
	switch (offset >> 2) {
	case MR:
		s->reg[MR] = word;
		s->match_set = true;
		match_plan(dev);
		break;
	case LR:
		s->reg[LR] = word;
		s->offset = word - (uint32_t)seconds(dev);
		match_plan(dev);
		break;
	case IMSC:
		s->reg[IMSC] = word & INT_MATCH;
		irq_update(dev);
		break;
	case ICR:
		s->reg[RIS] &= ~word;
		irq_update(dev);
		break;
	}
}

static void pl031_reset(struct dev *dev)
{
	struct pl031 *s = dev->state;

	if (s->waiting)
		dev->env->wake_at(dev, 0);
	memset(s, 0, sizeof(*s));
	s->reg[CR] = 1;
	irq_update(dev);
}

static const char *const compatible[] = { "arm,pl031", NULL };

REG_NAMES regs[] = {
	{ 0x00, 0, 0, "RTCDR" },
	{ 0x04, 0, 0, "RTCMR" },
	{ 0x08, 0, 0, "RTCLR" },
	{ 0x0c, 0, 0, "RTCCR" },
	{ 0x10, 0, 0, "RTCIMSC" },
	{ 0x14, 0, 0, "RTCRIS" },
	{ 0x18, 0, 0, "RTCMIS" },
	{ 0x1c, 0, 0, "RTCICR" },
	{ 0xfe0, 0, 0, "RTCPeriphID0" },
	{ 0xfe4, 0, 0, "RTCPeriphID1" },
	{ 0xfe8, 0, 0, "RTCPeriphID2" },
	{ 0xfec, 0, 0, "RTCPeriphID3" },
	{ 0xff0, 0, 0, "RTCPCellID0" },
	{ 0xff4, 0, 0, "RTCPCellID1" },
	{ 0xff8, 0, 0, "RTCPCellID2" },
	{ 0xffc, 0, 0, "RTCPCellID3" },
	{ 0 },
};

const struct model pl031_model = {
	.name = "PL031 real-time clock",
	.compatible = compatible,
	.regs = MODEL_REGS(regs),
	.state_size = sizeof(struct pl031),
	.reset = pl031_reset,
	.read = pl031_read,
	.write = pl031_write,
	.wake = match_check,
};
