// SPDX-License-Identifier: BSD-2-Clause
// A table of what this host offers a guest.
#include <inttypes.h>
#include <linux/kvm.h>

#include "boot/probe.h"
#include "kvm/hostcpu.h"
#include "kvm/regname.h"
#include "kvm/vm.h"

static char screen[16 << 10];

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

/* Decoded fields wrapped under their register. */
static void fields_print(const char *text, struct page *page)
{
	unsigned column = 0;

	while (*text) {
		const char *end = text;

		while (*end && *end != ' ')
			end++;
		if (column && column + 1 + (unsigned)(end - text) > 75) {
			page_add(page, "\n");
			column = 0;
		}
		page_add(page, "%s%.*s", column ? " " : "    ", (int)(end - text), text);
		column += 1 + (unsigned)(end - text);
		text = *end ? end + 1 : end;
	}
	if (column)
		page_add(page, "\n");
}

int probe(struct prepared *p, struct failure *f)
{
	static struct hostcpu cpu;
	const char *save = p->settings.raw[SET_SAVE].text;
	struct page page = { screen, 0, sizeof(screen) };
	struct vm vm;

	if (host_open(&p->host, &vm, &p->board, f))
		return -1;
	page_add(&page, "what KVM on this host offers\n");
	caps_print(&p->host, &vm, &page);
	vm_close(&vm);
	if (hostcpu_read(&cpu) == 0) {
		page_add(&page, "  %-22s %u\nID registers, as a guest sees them\n", "target",
			 cpu.target);
		for (unsigned i = 0; i < cpu.id_count; i++) {
			char name[32], fields[400];

			regname_format(cpu.id[i].id, name, sizeof(name));
			regname_decode(cpu.id[i].id, cpu.id[i].value, fields, sizeof(fields));
			page_add(&page, "  %-18s 0x%016" PRIx64 "\n", name, cpu.id[i].value);
			fields_print(fields, &page);
		}
	}
	page_write(&page);
	return save && *save ? host_save(&p->host, save, f) : 0;
}
