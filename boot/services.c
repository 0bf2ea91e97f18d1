// SPDX-License-Identifier: BSD-2-Clause
// What device models see of the world: interrupts, the line, time, memory, the tree.
#include "boot/services.h"

#include <time.h>

#include "board/soc.h"
#include "boot/loop.h"
#include "boot/memory.h"
#include "boot/shim.h"
#include "boot/timeline.h"
#include "boot/trace.h"
#include "kvm/dcache.h"

#define IN_FLIGHT                                                                                  \
	512 /* bytes that may come although the guest has been told that there is no room */

static struct guest_device *of(struct dev *dev)
{
	return dev->owner;
}

static bool is_console(const struct guest_device *d)
{
	return d->shim->console && d->shim->console->dev == &d->dev;
}

static void env_irq(struct dev *dev, unsigned line, bool level)
{
	struct guest_device *d = of(dev);

	if (line >= d->is->traits.lines)
		return;
	if (trace_on(d->shim))
		trace_irq(d->shim, d->is->reg.base, d->is->intid[line], level);
	vm_spi_set(&d->shim->vm, d->is->intid[line], level);
}

static void env_out(struct dev *dev, const uint8_t *buf, size_t n)
{
	struct guest_device *d = of(dev);

	if (!is_console(d))
		return;
	console_put(&d->shim->io.console, buf, n);
	if (!atomic_load_explicit(&d->shim->io.attentive, memory_order_relaxed)) {
		timeline_byte();
		loop_wake(d->shim);
	}
}

static size_t env_room(struct dev *dev)
{
	struct guest_device *d = of(dev);

	return is_console(d) ? console_room(&d->shim->io.console, IN_FLIGHT) : IN_FLIGHT;
}

static void env_input_ready(struct dev *dev)
{
	struct guest_device *d = of(dev);

	if (is_console(d) && ring_count(&d->shim->io.console.rx))
		loop_wake(d->shim);
}

uint64_t services_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void env_wake_at(struct dev *dev, uint64_t ns)
{
	struct guest_device *d = of(dev);

	d->wake_at = ns;
	loop_wake(d->shim);
}

static void *env_memory(struct dev *dev, uint64_t gpa, uint64_t size)
{
	void *hva = memory_all_at(of(dev)->shim, gpa, size);

	if (hva)
		dcache_flush(hva, size);
	return hva;
}

static uint64_t env_ram(struct dev *dev, uint64_t *base)
{
	const struct region *ram = &of(dev)->shim->p.plan.ram[0];

	*base = ram->base;
	return ram->size;
}

static const void *env_property(struct dev *dev, const char *path, const char *name, uint32_t *len)
{
	const struct guest_device *d = of(dev);
	const struct prepared *p = &d->shim->p;
	const int node = path ? tree_by_path(&p->guest_tree, path) : d->is->node;

	if (node < 0)
		return NULL;
	if (path)
		return tree_prop_named(&p->guest_tree, (unsigned)node, name, len);
	if (!CONFIG_MIRROR || !p->inputs.socs)
		return NULL;
	return soc_property(p->inputs.socs, &p->guest_tree, (unsigned)node, name, len);
}

const struct dev_env services_dev_env = {
	.irq = env_irq,
	.out = env_out,
	.room = env_room,
	.input_ready = env_input_ready,
	.now = services_now,
	.wake_at = env_wake_at,
	.storage = flash_storage,
	.direct = flash_direct,
	.memory = env_memory,
	.ram = env_ram,
	.property = env_property,
};
