// SPDX-License-Identifier: BSD-2-Clause
// The transmit FIFO that every UART has.
#include "board/dev/txfifo.h"

#define ROOM_SURE 32 /* what room() is able to reach */
#define LOOK_NS 1000000

unsigned txfifo_fill(struct dev *dev, unsigned depth)
{
	const size_t room = dev->env->room(dev);

	return room >= depth || room >= ROOM_SURE ? 0 : depth - (unsigned)room;
}

void txfifo_watch(struct dev *dev)
{
	dev->env->wake_at(dev, dev->env->now() + LOOK_NS);
}
