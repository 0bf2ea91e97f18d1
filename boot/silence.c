// SPDX-License-Identifier: BSD-2-Clause
// Looks at a silent guest a few times, and tells what it does.
#include "boot/silence.h"

#include <inttypes.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "boot/crash.h"
#include "boot/exits.h"
#include "boot/guestmem.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/place.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/silence_cause.h"
#include "kvm/mpstate.h"
#include "kvm/stats.h"

#define SAMPLE_MS 40 /* from look to look */
#define VBAR_EL1 ARM64_SYS_REG(3, 0, 12, 0, 0)
#define VECTORS 0x800 /* bytes */
#define VECTORS32 0x20
#define PSTATE_AARCH32 (1u << 4)
#define PSTATE_EL (3u << 2)
#define MODE32_USER 0x10
#define MODE32 0x1f

static _Alignas(4096) struct silence {
	bool armed; /* there is a time to look */
	bool broken; /* printed since */
	bool spoke; /* printed since the start */
	uint64_t due; /* ms */
	unsigned samples;
	uint64_t exits, exits_before; /* all vCPUs' that came to us, now and at the first look */
	uint64_t began; /* ms, of the first look */
	struct silence_facts facts[CONFIG_MAX_VCPUS];
} silence;

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void arm(const struct shim *s)
{
	silence.armed = s->p.settings.silence != 0;
	silence.broken = false;
	silence.samples = 0;
	silence.due = now_ms() + s->p.settings.silence * 1000ull;
}

void silence_begin(struct shim *s)
{
	silence.spoke = false;
	arm(s);
}

void silence_broken(void)
{
	silence.broken = silence.spoke = true;
}

static void exits_note(void *arg, const char *name, uint64_t value)
{
	(void)arg;
	if (!strcmp(name, "mmio_exit_user"))
		silence.exits += value;
}

/* Does the tree call the node at GPA a UART? */
static bool is_uart(const struct shim *s, uint64_t gpa)
{
	const struct machine *m = &s->p.plan.machine;
	const struct bus_window *w = bus_find(&s->bus, gpa, 1);
	const char *name;

	if (w)
		return w->dev->model->input;
	for (unsigned i = 0; i < m->unserveds; i++) {
		if (!region_has(&m->unserved[i].reg, gpa))
			continue;
		name = tree_name(&s->p.guest_tree, (unsigned)m->unserved[i].node);
		if (!strncmp(name, "serial@", 7) || !strncmp(name, "uart", 4))
			return true;
	}
	return false;
}

/* KVM's run structure still has the last access when KVM_RUN was left for another reason since. */
static enum silence_place place_of(const struct shim *s, const struct vcpu *vcpu)
{
	const uint64_t gpa = vcpu->run->mmio.phys_addr;
	const struct bus_window *w = bus_find(&s->bus, gpa, 1);
	struct place place;

	if (!silence.exits || silence.exits == silence.exits_before)
		return SILENCE_PLACE_NONE;
	if (w && w == s->console)
		return SILENCE_PLACE_CONSOLE;
	if (is_uart(s, gpa))
		return SILENCE_PLACE_UART;
	if (w)
		return SILENCE_PLACE_DEVICE;
	return place_find(s, gpa, &place) ? SILENCE_PLACE_STUB : SILENCE_PLACE_NOWHERE;
}

/* Does VCPU stand behind a WFI or WFE? KVM lets it go on there when it is kicked. */
static bool waits(struct shim *s, const struct vcpu *vcpu, uint64_t pc, uint64_t pstate)
{
	static struct guestmem mem;
	const bool thumb = pstate & PSTATE_AARCH32 && pstate >> 5 & 1;
	const unsigned size = thumb ? 2 : 4;
	uint32_t word = 0;

	guestmem_bind(&mem, s, vcpu);
	for (unsigned at = 0; at < 2; at++) {
		if (guestmem_read_virtual(&mem, pc - at * size, &word, size) < size)
			continue;
		if (thumb		      ? (word & 0xffef) == 0xbf20 || word == 0xbf30
		    : pstate & PSTATE_AARCH32 ? (word & 0x0ffffffe) == 0x0320f002
					      : (word | 0x20) == 0xd503207f)
			return true;
	}
	return false;
}

/* One look at VCPU, which is paused. */
static void sample(struct shim *s, const struct vcpu *vcpu, struct silence_facts *f)
{
	uint64_t pc = 0, pstate = 0, vbar = 0;
	enum psci_power power = PSCI_POWER_ON;
	bool vectors;

	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), &pc);
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pstate), &pstate);
	vcpu_reg_get(vcpu, VBAR_EL1, &vbar);
	f->aarch32 = pstate & PSTATE_AARCH32;
	vectors = pc - vbar < (f->aarch32 ? VECTORS32 : VECTORS);
	f->vectors = vectors && (!f->samples || f->vectors);
	f->user =
		f->user || (f->aarch32 ? (pstate & MODE32) == MODE32_USER : !(pstate & PSTATE_EL));
	f->waits = f->waits || waits(s, vcpu, pc, pstate);
	mpstate_pull(vcpu, &power, true);
	f->off = power == PSCI_POWER_OFF;
	f->spoke = silence.spoke;
	f->pc[f->samples++] = pc;
}

static void look(struct shim *s)
{
	vcpus_pause(s);
	silence.exits = 0;
	for (unsigned i = 0; i < s->vcpus_made; i++) {
		if (!silence.samples)
			silence.facts[i] = (struct silence_facts){ .samples = 0 };
		sample(s, &s->vcpu[i], &silence.facts[i]);
		stats_each(&s->vcpu[i], exits_note, NULL);
	}
	if (!silence.samples) {
		silence.exits_before = silence.exits;
		silence.began = now_ms();
	}
	silence.samples++;
	vcpus_resume(s, false);
}

static void tell(struct shim *s, const struct vcpu *vcpu, enum silence_cause cause)
{
	const struct silence_facts *f = &silence.facts[vcpu->id];
	const uint64_t ms = now_ms() - silence.began;
	char pc[EXIT_PC_SIZE], touched[PLACE_SIZE + 40] = "no device touched";
	char exception[220] = "", place[PLACE_SIZE];

	if (f->place != SILENCE_PLACE_NONE)
		snprintf(touched, sizeof(touched), "last %s %s",
			 vcpu->run->mmio.is_write ? "wrote" : "read",
			 place_access_text(s, vcpu->run->mmio.phys_addr, vcpu->run->mmio.is_write,
					   place));
	if (cause == SILENCE_VECTORS) {
		strcpy(exception, ": ");
		crash_exception(vcpu, exception + 2, sizeof(exception) - 2);
	}
	say("silent for %u s: vCPU %u at PC %s, %s, %s, %" PRIu64 " exits a second",
	    s->p.settings.silence, vcpu->id, exit_pc(s, f->pc[f->samples - 1], pc),
	    f->aarch32 ? "AArch32" : "EL1", touched,
	    ms ? (silence.exits - silence.exits_before) * 1000 / ms : 0);
	say("%s%s: %s", silence_cause_text(cause), exception, silence_cause_remedy(cause));
}

/* All looks have been taken: the worst of the vCPUs is told, unless one of them just waits for a key. */
static void conclude(struct shim *s)
{
	const struct vcpu *found = NULL;
	enum silence_cause worst = SILENCE_IDLE;

	vcpus_pause(s);
	for (unsigned i = 0; i < s->vcpus_made; i++) {
		struct silence_facts *f = &silence.facts[i];
		enum silence_cause cause;

		f->open = !f->waits || view_gic_open(s, &s->vcpu[i]);
		f->place = place_of(s, &s->vcpu[i]);
		cause = silence_cause_of(f);
		if (!f->off && f->place == SILENCE_PLACE_CONSOLE && cause == SILENCE_IDLE) {
			found = NULL;
			break;
		}
		if (cause != SILENCE_IDLE && (!found || cause < worst)) {
			found = &s->vcpu[i];
			worst = cause;
		}
	}
	if (found)
		tell(s, found, worst);
	vcpus_resume(s, false);
}

int silence_serve(struct shim *s)
{
	uint64_t now;

	if (silence.broken && !silence.armed)
		arm(s);
	if (!silence.armed)
		return -1;
	now = now_ms();
	if (now < silence.due)
		return (int)(silence.due - now);
	if (silence.broken || monitor_paused()) {
		arm(s);
		return (int)(silence.due - now);
	}
	look(s);
	silence.due = now + SAMPLE_MS;
	if (silence.samples < SILENCE_SAMPLES)
		return SAMPLE_MS;
	silence.armed = false;
	conclude(s);
	return -1;
}
