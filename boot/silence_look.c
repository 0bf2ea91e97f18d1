// SPDX-License-Identifier: BSD-2-Clause
// Looks at a vCPU, and at what it touched.
#include "boot/silence_look.h"

#include <linux/kvm.h>
#include <string.h>

#include "boot/crash.h"
#include "boot/guestmem.h"
#include "boot/place.h"
#include "boot/shim.h"
#include "kvm/mpstate.h"

#define VBAR_EL1 ARM64_SYS_REG(3, 0, 12, 0, 0)
#define VECTORS 0x800 /* bytes */
#define VECTORS32 0x20
#define PSTATE_AARCH32 (1u << 4)
#define PSTATE_T32 (1u << 5)
#define PSTATE_I (1u << 7)
#define MODE32_MASK 0x1f
#define MODE32_USER 0x10

bool silence_touched(const struct vcpu *vcpu, struct silence_touch *touch)
{
	if (!vcpu->run->mmio.len)
		return false;
	*touch =
		(struct silence_touch){ true, vcpu->run->mmio.is_write, vcpu->run->mmio.phys_addr };
	vcpu->run->mmio.len = 0; /* KVM sets it again at the next one */
	return true;
}

/* Is WORD a WFI or WFE? */
static bool is_wait(uint32_t word, uint64_t pstate)
{
	if (!(pstate & PSTATE_AARCH32))
		return (word | 0x20) == 0xd503207f;
	if (pstate & PSTATE_T32)
		return (word & 0xffef) == 0xbf20;
	return (word & 0x0ffffffe) == 0x0320f002;
}

/* KVM lets a vCPU that sleeps go on behind its WFI when it is kicked. */
static bool sleeps(struct shim *s, const struct vcpu *vcpu, uint64_t pc, uint64_t pstate)
{
	struct guestmem mem;
	const bool t32 = pstate & PSTATE_AARCH32 && pstate & PSTATE_T32;
	const unsigned size = t32 ? 2 : 4;

	guestmem_bind(&mem, s, vcpu);
	for (unsigned back = 0; back < 2; back++) {
		uint32_t word = 0;

		if (guestmem_read_virtual(&mem, pc - back * size, &word, size) == size &&
		    is_wait(word, pstate))
			return true;
	}
	return false;
}

static unsigned level_of(uint64_t pstate)
{
	if (pstate & PSTATE_AARCH32)
		return (pstate & MODE32_MASK) == MODE32_USER ? 0 : 1;
	return pstate >> 2 & 3;
}

void silence_look(struct shim *s, const struct vcpu *vcpu, struct silence_facts *f)
{
	const bool first = !f->samples;
	uint64_t pc = 0, pstate = 0, vbar = 0;
	enum psci_power power = PSCI_POWER_ON;
	struct crash_exception e;

	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), &pc);
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pstate), &pstate);
	vcpu_reg_get(vcpu, VBAR_EL1, &vbar);
	mpstate_pull(vcpu, &power, true);
	f->off = power == PSCI_POWER_OFF;
	f->aarch32 = pstate & PSTATE_AARCH32;
	f->el = level_of(pstate);
	f->user = f->user || !f->el;
	f->masked = pstate & PSTATE_I && (first || f->masked);
	f->vectors = pc - vbar < (f->aarch32 ? VECTORS32 : VECTORS) &&
		     (first ? crash_exception_read(vcpu, &e) : f->vectors);
	f->sleeps = f->sleeps || (!f->off && sleeps(s, vcpu, pc, pstate));
	f->pc[f->samples++] = pc;
}

/* The node of that name, -1: none. */
static int node_of(const struct shim *s, const char *name)
{
	const struct tree *t = &s->p.guest_tree;

	for (unsigned i = 0; i < t->count; i++)
		if (!strcmp(tree_name(t, i), name))
			return (int)i;
	return -1;
}

/* Do its names say that the node is a UART? */
static bool is_uart(const struct tree *t, unsigned node)
{
	uint32_t len = 0;
	const char *name = tree_name(t, node);
	const char *compatible = tree_prop(t, node, TREE_COMPATIBLE, &len);

	if (!strncmp(name, "serial@", 7) || !strncmp(name, "uart", 4))
		return true;
	return compatible &&
	       (memmem(compatible, len, "uart", 4) || memmem(compatible, len, "serial", 6));
}

enum silence_place silence_place_of(const struct shim *s, uint64_t gpa)
{
	static const struct {
		const char *prop;
		enum silence_place place;
	} kinds[] = {
		{ "#clock-cells", SILENCE_PLACE_CLOCK },
		{ "#power-domain-cells", SILENCE_PLACE_POWER },
	};
	const struct bus_window *w = bus_find(&s->bus, gpa, 1);
	const struct tree *t = &s->p.guest_tree;
	struct place place;
	uint32_t len;
	int node;

	if (w)
		return w == s->console	      ? SILENCE_PLACE_CONSOLE
		       : w->dev->model->input ? SILENCE_PLACE_UART
					      : SILENCE_PLACE_DEVICE;
	if (!place_find(s, gpa, &place))
		return SILENCE_PLACE_NOWHERE;
	node = node_of(s, place.node);
	if (node < 0)
		return SILENCE_PLACE_STUB;
	if (is_uart(t, (unsigned)node))
		return SILENCE_PLACE_UART;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (tree_prop_named(t, (unsigned)node, kinds[i].prop, &len))
			return kinds[i].place;
	return SILENCE_PLACE_STUB;
}
