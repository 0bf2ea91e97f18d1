// SPDX-License-Identifier: BSD-2-Clause
// Reads the real-time clock twice, two seconds apart by the CPU's own counter, and its ID registers.
#include "guest.h"

#define RTC_DR 0x00
#define RTC_PERIPH_ID 0xfe0
#define RTC_CELL_ID 0xff0

void guest_main(void)
{
	struct fdt_node node;
	u64 rtc, size, end;
	u32 first, second, id = 0, cell = 0;

	if (!fdt_find("arm,pl031", 0, &node) || !fdt_reg(&node, 0, &rtc, &size)) {
		fail("pl031", "not in the tree");
		return;
	}
	first = mmio_read(rtc + RTC_DR);
	end = now() + ticks_ms(2000);
	while (now() < end)
		;
	second = mmio_read(rtc + RTC_DR);
	print("time %u\n", first);
	check("runs", second - first >= 1 && second - first <= 10);
	for (unsigned i = 0; i < 4; i++) {
		id |= (mmio_read(rtc + RTC_PERIPH_ID + 4 * i) & 0xff) << 8 * i;
		cell |= (mmio_read(rtc + RTC_CELL_ID + 4 * i) & 0xff) << 8 * i;
	}
	check_equal("periph-id", id & 0xfffff,
		    0x41031); /* designer ARM, part 031; the revision is free */
	check_equal("cell-id", cell, 0xb105f00d);
}
