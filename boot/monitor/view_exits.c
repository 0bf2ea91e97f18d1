// SPDX-License-Identifier: BSD-2-Clause
// Why the vCPUs leave the guest, and how often.
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "boot/clock.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/shim.h"
#include "kvm/stats.h"

#define COUNTERS 24

static struct {
	struct counter {
		char name[STATS_NAME];
		uint64_t now, last;
	} counter[COUNTERS];
	unsigned counters;
	uint64_t at; /* ms: when they were looked at last; 0: never */
} seen;

/* KVM's names that say what a person wants to know. */
static const struct {
	const char *name, *words;
} known[] = {
	{ "exits", "all exits" },
	{ "mmio_exit_user", "a device, served here" },
	{ "mmio_exit_kernel", "a device, served by KVM (vGIC)" },
	{ "wfi_exit_stat", "WFI: waits for an interrupt" },
	{ "wfe_exit_stat", "WFE: waits for an event" },
	{ "hvc_exit_stat", "HVC: PSCI and other calls" },
	{ "signal_exits", "signals: this program's own kicks" },
	{ "halt_wakeup", "woken from WFI" },
};

static void note(void *arg, const char *name, uint64_t value)
{
	unsigned i = 0;

	(void)arg;
	for (size_t k = 0;; k++) {
		if (k == sizeof(known) / sizeof(known[0]))
			return;
		if (!strcmp(known[k].name, name))
			break;
	}
	while (i < seen.counters && strcmp(seen.counter[i].name, name))
		i++;
	if (i == COUNTERS)
		return;
	if (i == seen.counters) {
		seen.counters++;
		strncpy(seen.counter[i].name, name, STATS_NAME - 1);
	}
	seen.counter[i].now += value;
}

static const char *words_of(const char *name)
{
	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
		if (!strcmp(known[k].name, name))
			return known[k].words;
	return "";
}

int view_exits(struct shim *s, int argc, char **argv)
{
	uint64_t now, ms;
	int ret = 0;

	(void)argc;
	(void)argv;
	for (unsigned i = 0; i < seen.counters; i++) {
		seen.counter[i].last = seen.counter[i].now;
		seen.counter[i].now = 0;
	}
	for (unsigned i = 0; i < s->vcpus_made && !ret; i++)
		ret = stats_each(&s->vcpu[i], note, NULL);
	if (ret) {
		if (ret == -ENOTTY)
			monitor_print("this kernel does not count exits; 5.14 and later do\n");
		else
			monitor_print("KVM's counters cannot be read: %s\n", strerror(-ret));
		return -1;
	}
	now = clock_ms();
	ms = seen.at ? now - seen.at : 0;
	monitor_print("%12s %12s  of all vCPUs\n", "since start", ms ? "a second" : "");
	for (unsigned i = 0; i < seen.counters; i++) {
		const struct counter *c = &seen.counter[i];

		monitor_print("%12" PRIu64 " ", c->now);
		if (ms)
			monitor_print("%12" PRIu64, (c->now - c->last) * 1000 / ms);
		else
			monitor_print("%12s", "");
		monitor_print("  %s\n", words_of(c->name));
	}
	if (ms)
		monitor_print("a second: of the %" PRIu64 ".%u s since this was asked last\n",
			      ms / 1000, (unsigned)(ms % 1000 / 100));
	seen.at = now;
	return 0;
}
