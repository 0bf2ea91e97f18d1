// SPDX-License-Identifier: BSD-2-Clause
// What this host offers a guest: capabilities, and every register with its value.
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>

#include "boot/probe.h"
#include "kvm/devaddr.h"
#include "kvm/hostcpu.h"
#include "kvm/reglist.h"
#include "kvm/regname.h"
#include "kvm/vcpu.h"
#include "kvm/vgic.h"
#include "kvm/vm.h"

static char screen[4 << 10];

static void yes(struct page *page, const char *what, bool has)
{
	page_add(page, "  %-22s %s\n", what, has ? "yes" : "no");
}

static void caps_print(const struct host *h, const struct vm *vm, struct page *page)
{
	page_add(page, "  %-22s %d\n", "KVM API", KVM_API_VERSION);
	page_add(page, "  %-22s %u bits\n", "guest addresses (IPA)", h->ipa_bits);
	page_add(page, "  %-22s %u\n", "vCPUs", h->vcpus_max);
	page_add(page, "  %-22s %u\n", "page, bytes", h->page);
	yes(page, "GICv2 guests", h->gic_v2);
	yes(page, "GICv3 guests", h->gic_v3);
	yes(page, "ITS", h->its);
	yes(page, "PMU", h->features & HOSTCPU_PMU);
	yes(page, "SVE", h->features & HOSTCPU_SVE);
	yes(page, "pointer authentication", h->features & HOSTCPU_PAUTH);
	yes(page, "AArch32 at EL1", h->features & HOSTCPU_AARCH32);
	page_add(page, "  %-22s %d\n", "hardware breakpoints",
		 vm_cap(vm, KVM_CAP_GUEST_DEBUG_HW_BPS));
	page_add(page, "  %-22s %d\n", "hardware watchpoints",
		 vm_cap(vm, KVM_CAP_GUEST_DEBUG_HW_WPS));
	yes(page, "undecoded accesses", vm_cap(vm, KVM_CAP_ARM_NISV_TO_USER));
	yes(page, "external aborts", vm_cap(vm, KVM_CAP_ARM_INJECT_EXT_DABT));
	yes(page, "coalesced MMIO", vm_cap(vm, KVM_CAP_COALESCED_MMIO));
	page_add(page, "  %-22s %" PRIu64 " MiB, %" PRIu64 " free\n", "memory",
		 h->memory_total >> 20, h->memory_free >> 20);
}

/*
 * --- words on lines of an indent of their own --------------------------------------------------
 */

struct words {
	struct page *page;
	unsigned column;
};

static void word_add(struct words *w, const char *text, unsigned length)
{
	if (w->column && w->column + 1 + length > 75) {
		page_add(w->page, "\n");
		w->column = 0;
	}
	if (w->page->used > w->page->size / 2)
		page_write(w->page);
	page_add(w->page, "%s%.*s", w->column ? " " : "    ", (int)length, text);
	w->column += 1 + length;
}

static void words_end(struct words *w)
{
	if (w->column)
		page_add(w->page, "\n");
}

static void register_add(struct words *w, const char *name, uint64_t value)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s=0x%" PRIx64, name, value);

	word_add(w, text, (unsigned)n);
}

/* --- registers -------------------------------------------------------------------------------- */

static void id_registers_print(const struct hostcpu *cpu, struct page *page)
{
	page_add(page, "ID registers of target %u, as a guest sees them: %u\n", cpu->target,
		 cpu->id_count);
	for (unsigned i = 0; i < cpu->id_count; i++) {
		struct words w = { page, 0 };
		char name[32], fields[400];

		regname_format(cpu->id[i].id, name, sizeof(name));
		regname_decode(cpu->id[i].id, cpu->id[i].value, fields, sizeof(fields));
		page_add(page, "  %-18s 0x%016" PRIx64 "\n", name, cpu->id[i].value);
		for (const char *text = fields; *text; text += strspn(text, " ")) {
			const unsigned length = (unsigned)strcspn(text, " ");

			word_add(&w, text, length);
			text += length;
		}
		words_end(&w);
	}
}

/* All that KVM syncs by its list; what is an ID register stands above. */
static void registers_print(const struct vcpu *vcpu, const struct hostcpu *cpu, struct page *page)
{
	static struct reglist list;
	const int error = reglist_init(&list, vcpu);
	struct words w = { page, 0 };
	unsigned system = 0;

	for (unsigned i = 0; i < list.count; i++)
		system += (list.id[i] & KVM_REG_ARM_COPROC_MASK) == KVM_REG_ARM64_SYSREG;
	page_add(page, "registers that KVM lists, beside core and SVE: %u system, %u other%s\n",
		 system, list.count - system, error ? " (KVM refused the list)" : "");
	for (unsigned i = 0, id = 0; i < list.count; i++) {
		char name[32];

		for (id = 0; id < cpu->id_count && cpu->id[id].id != list.id[i]; id++)
			;
		if (id < cpu->id_count)
			continue;
		regname_format(list.id[i], name, sizeof(name));
		register_add(&w, name, list.value[i]);
	}
	words_end(&w);
}

struct vgic_words {
	struct words w;
	unsigned count, zeros;
};

static int vgic_register_add(void *arg, const char *name, uint64_t value)
{
	struct vgic_words *v = arg;

	v->count++;
	v->zeros += !value;
	if (value)
		register_add(&v->w, name, value);
	return 0;
}

static void vgic_print(const struct vgic *vgic, const struct vcpu *vcpu, struct page *page)
{
	struct vgic_words v = { .w = { page, 0 } };

	page_add(page, "vGIC registers after its start, of one vCPU\n");
	vgic_registers_each(vgic, vcpu, 1, vgic_register_add, &v);
	words_end(&v.w);
	page_add(page, "  %u registers, the %u that are not here are 0\n", v.count, v.zeros);
}

/* The vGIC and the vCPU that a guest would get here, as far as they can be asked without it. */
static int guest_make(const struct host *h, struct vm *vm, struct vcpu *vcpu, struct vgic *vgic)
{
	struct devaddr_list addresses = { .count = 0 };
	static const unsigned vcpus = 1;
	const enum vgic_kind kind = h->gic_v3	      ? VGIC_V3
				    : h->irqchip_only ? VGIC_V2_IRQCHIP
				    : h->gic_v2	      ? VGIC_V2
						      : VGIC_NONE;
	const struct devaddr *failed;
	struct kvm_vcpu_init init;
	int error = vcpu_target_read(vm, &init);

	hostcpu_features_set(&init, h->features & ~(uint32_t)HOSTCPU_AARCH32);
	if (!error)
		error = vcpu_init(vcpu, &init);
	if (!error)
		error = vgic_create(vgic, vm, &addresses, kind, 0, &vcpus, 1, h->its);
	for (int region = 0; region <= VGIC_REGION_REDIST; region++)
		devaddr_map(&addresses, region, (uint64_t)(region + 1) << 20); /* apart */
	if (!error)
		error = devaddr_commit(&addresses, vm, &failed);
	return error ? error : vgic_init(vgic);
}

static void guest_print(const struct host *h, struct vm *vm, const struct hostcpu *cpu,
			struct page *page)
{
	struct vgic vgic = { .fd = -1, .its_fd = -1 };
	struct vcpu vcpu;
	int error = vcpu_create(&vcpu, vm, 0);

	if (!error) {
		error = guest_make(h, vm, &vcpu, &vgic);
		if (!error) {
			registers_print(&vcpu, cpu, page);
			vgic_print(&vgic, &vcpu, page);
		}
		vgic_destroy(&vgic);
		vcpu_destroy(&vcpu);
	}
	if (error)
		page_add(page, "KVM refused a vCPU with its vGIC: %s\n", strerror(-error));
}

int probe(struct prepared *p, struct failure *f)
{
	static struct hostcpu cpu;
	const char *save = p->settings.raw[SET_SAVE].text;
	struct page page = { screen, 0, sizeof(screen) };
	struct vm vm;

	if (host_open(&p->host, &vm, &p->board, &p->board_tree, f))
		return -1;
	page_add(&page, "what KVM on this host offers\n");
	caps_print(&p->host, &vm, &page);
	cpu.id_count = 0;
	if (hostcpu_read(&cpu) == 0)
		id_registers_print(&cpu, &page);
	guest_print(&p->host, &vm, &cpu, &page);
	page_write(&page);
	vm_close(&vm);
	return save && *save ? host_save(&p->host, save, f) : 0;
}
