// SPDX-License-Identifier: BSD-2-Clause
// Line, signals, timers, reset and the end.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "boot/crash.h"
#include "boot/debug.h"
#include "boot/engine.h"
#include "boot/exits.h"
#include "boot/gdb/gdb.h"
#include "boot/hang.h"
#include "boot/init.h"
#include "boot/loop.h"
#include "boot/monitor/load.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/stepping.h"
#include "boot/monitor/transfer.h"
#include "boot/say.h"
#include "boot/services.h"
#include "boot/shim.h"
#include "boot/silence.h"
#include "boot/timeline.h"
#include "boot/trace.h"
#include "boot/undecoded.h"
#include "boot/unserved.h"

#define TICK_MS 1 /* while stores gather without exits: how long a byte may wait */
#define QUIET_TICKS 4 /* ticks without a store before they exit again */
#define END_MS 2000 /* how long the end waits for a slow line */

static _Alignas(4096) uint8_t tx_storage[CONFIG_TX_RING], rx_storage[CONFIG_RX_RING];
static struct shim *attentive_to; /* for messages, which know no shim */

void loop_wake(struct shim *s)
{
	uint64_t one = 1;
	ssize_t n = write(s->io.wake_fd, &one, sizeof(one));

	(void)n; /* it can only fail when it is counting already */
}

static void message_out(const char *text, size_t n)
{
	console_message(&attentive_to->io.console, text, n);
	loop_wake(attentive_to);
}

int loop_open(struct shim *s, struct failure *f)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, HANG_SIGNAL);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	s->io.signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	s->io.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (s->io.signal_fd < 0 || s->io.wake_fd < 0 || hang_watch() < 0)
		return fail(f, OUTCOME_INTERNAL, "E-LOOP",
			    "the kernel refused an fd or a timer: %s", strerror(errno));
	stop_init(&s->stop);
	pthread_mutex_init(&s->coalesce_lock, NULL);
	console_init(&s->io.console, tx_storage, sizeof(tx_storage), rx_storage,
		     sizeof(rx_storage));
	return 0;
}

/* Input goes to the console as far as it has room; the rest waits in the ring for input_ready. */
static void input_feed(struct shim *s)
{
	const uint8_t *buf;
	size_t n, took;

	while (s->console && (n = ring_peek(&s->io.console.rx, &buf)) > 0) {
		timeline_input();
		took = bus_input(s->console, buf, n);
		ring_drop(&s->io.console.rx, took);
		if (took < n)
			return;
	}
}

/* What came over the line, to whoever has it. */
static void input_take(struct shim *s)
{
	uint8_t buf[256];
	const size_t n = console_read(&s->io.console, buf, sizeof(buf));

	if (CONFIG_TIMELINE && monitor_line_owner() == LINE_GUEST)
		timeline_mark(TIMELINE_KEY);
	if (CONFIG_MONITOR)
		monitor_take(s, buf, n);
	else
		ring_put(&s->io.console.rx, buf, n);
}

/* Wake the models whose time has come; ms until the next one, -1: none. */
static int timers_serve(struct shim *s)
{
	uint64_t now = 0, next = 0;

	for (unsigned i = 0; i < s->bus.count; i++) {
		struct guest_device *d = s->bus.window[i].dev->owner;
		uint64_t at = d->wake_at;

		if (!at)
			continue;
		now = now ? now : services_now();
		/* Not if the model has asked for another time meanwhile. */
		if (at <= now && atomic_compare_exchange_strong(&d->wake_at, &at, 0)) {
			bus_wake(&s->bus.window[i]);
			at = d->wake_at;
		}
		if (at && (!next || at < next))
			next = at;
	}
	if (!next)
		return -1;
	next = next > now ? (next - now) / 1000000 + 1 : 0;
	return next > 3600000 ? 3600000 : (int)next;
}

/* Of two times in ms; -1: never. */
static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* SIGTERM and its like end the guest in order. */
static void signals_serve(struct shim *s)
{
	struct signalfd_siginfo info;

	while (read(s->io.signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGUSR1)
			init_pulse->answered = init_pulse->asked;
		else if (info.ssi_signo == HANG_SIGNAL)
			hang_check(s);
		else
			exit_stop(s, NULL, OUTCOME_POWEROFF, "", "stopped by %s",
				  info.ssi_signo == SIGTERM  ? "SIGTERM"
				  : info.ssi_signo == SIGINT ? "SIGINT"
							     : "SIGHUP");
	}
}

/*
 * Stores gather without exits while the guest sends, and the loop looks at them every tick; a quiet
 * guest costs nothing.
 */
static void attention_set(struct shim *s, bool on)
{
	pthread_mutex_lock(&s->coalesce_lock);
	if (on && !trace_on(s))
		coalesce_disarm(&s->coalesce);
	else
		coalesce_arm(&s->coalesce);
	atomic_store(&s->io.attentive, on);
	pthread_mutex_unlock(&s->coalesce_lock);
	exit_stores_drain(s);
}

/* Serve everything until the guest has stopped; WHY then says why. */
static void serve(struct shim *s, struct failure *why)
{
	struct console *c = &s->io.console;
	/* A reset may have come while stores were gathering. */
	unsigned quiet = atomic_load(&s->io.attentive) ? 0 : QUIET_TICKS + 1;
	uint32_t sent = c->tx.head;

	while (!stop_asked(&s->stop, why)) {
		struct pollfd p[] = { { s->io.wake_fd, POLLIN, 0 },
				      { s->io.signal_fd, POLLIN, 0 },
				      { -1, POLLIN, 0 },
				      { -1, POLLOUT, 0 },
				      { -1, POLLIN, 0 } };
		uint64_t count;
		int timeout;

		exit_stores_drain(s);
		if (c->tx.head != sent) {
			sent = c->tx.head;
			if (!atomic_load(&s->io.attentive))
				attention_set(s, true);
			quiet = 0;
			if (CONFIG_DIAGNOSE)
				silence_broken();
		}
		input_feed(s);
		console_losses_tell(c);
		timeout = sooner(timers_serve(s), flash_serve(s));
		/* Who has just printed something is not silent. */
		if (CONFIG_DIAGNOSE && quiet > QUIET_TICKS && silence_waits())
			timeout = sooner(timeout, silence_serve(s, silence_now()));
		if (CONFIG_MONITOR)
			timeout = sooner(timeout, transfer_serve(s));
		if (trace_on(s))
			timeout = sooner(timeout, trace_serve(s));
		if (CONFIG_GDB && gdb_waits()) {
			timeout = sooner(timeout, gdb_serve());
			p[4].fd = gdb_fd();
		}
		if (quiet <=
		    /* once more after arming: a store that was on its way then rings no bell */
		    QUIET_TICKS)
			timeout = TICK_MS;
		p[2].fd = console_wants_input(c) ? c->line.in : -1;
		p[3].fd = console_flush(c) ? c->line.out : -1;
		if (poll(p, p[4].fd < 0 ? 4 : 5, timeout) == 0 && quiet <= QUIET_TICKS &&
		    ++quiet == QUIET_TICKS) {
			attention_set(s, false);
			if (CONFIG_TIMELINE)
				timeline_quiet(QUIET_TICKS * TICK_MS);
		}
		if (p[0].revents && read(s->io.wake_fd, &count, sizeof(count)) < 0)
			continue;
		if (p[2].revents)
			input_take(s);
		if (CONFIG_GDB && p[4].revents)
			gdb_input();
		if (p[1].revents)
			signals_serve(s);
		if (CONFIG_MONITOR)
			stepping_serve(s);
	}
}

/* What is still in a ring goes out, unless the line stands still. */
static void finish(struct shim *s)
{
	struct console *c = &s->io.console;
	uint32_t left = 0;

	exit_stores_drain(s);
	if (CONFIG_MONITOR)
		monitor_line_give(s, LINE_GUEST);
	if (CONFIG_GDB)
		gdb_close();
	undecoded_tell();
	unserved_tell(s);
	if (CONFIG_TRACE)
		trace_end(s);
	console_losses_tell(c);
	while (console_flush(c) && ring_count(&c->tx) != left) {
		left = ring_count(&c->tx);
		poll(&(struct pollfd){ c->line.out, POLLOUT, 0 }, 1, END_MS);
	}
	say_through(NULL);
	line_close(&c->line);
	vcpus_end(s);
	close(s->io.signal_fd);
	close(s->io.wake_fd);
}

/* Is the guest that has stopped for F to be kept, for the person to look at? */
static bool keeps(const struct shim *s, const struct failure *f)
{
	const struct settings *set = &s->p.settings;
	const enum setting_key key = f->outcome == OUTCOME_POWEROFF ? SET_ON_POWEROFF
				     : f->outcome == OUTCOME_RESET  ? SET_ON_RESET
								    : SET_ON_CRASH;
	const enum action action = key == SET_ON_POWEROFF ? set->on_poweroff
				   : key == SET_ON_RESET  ? set->on_reset
							  : set->on_crash;

	/* A hosted run ends, for the script that it may stand in, unless it is told not to. */
	return CONFIG_MONITOR && !load_next() && action == ACTION_MONITOR &&
	       s->io.console.line.in >= 0 && (set->pid1 || set->raw[key].origin != ORIGIN_DEFAULT);
}

static bool starts_again(const struct shim *s, const struct failure *f)
{
	if (CONFIG_MONITOR && load_next())
		return false; /* with other firmware, which is another run */
	return f->outcome == OUTCOME_RESET &&
	       (s->p.plan.on_reset == ACTION_RESTART || (CONFIG_MONITOR && monitor_restarts()));
}

/* Serve until the guest has stopped and is to be reset (true) or to end, its vCPUs paused. */
static bool served(struct shim *s, struct failure *f)
{
	serve(s, f);
	vcpus_pause(s);
	if (CONFIG_MONITOR)
		debug_pause(s);
	flash_settle(s);
	if (starts_again(s, f))
		return true;
	if (CONFIG_DIAGNOSE && s->stop.vcpu && !monitor_locked(s) &&
	    (f->outcome == OUTCOME_CRASH || f->outcome == OUTCOME_HANG)) {
		if (!CONFIG_GDB || !gdb_waits() || !gdb_ending())
			monitor_line_give(s, LINE_MONITOR);
		crash_report(s, s->stop.vcpu);
	}
	if (CONFIG_GDB && gdb_waits())
		gdb_ended(f, keeps(s, f));
	if (!keeps(s, f))
		return false;
	stop_forget(&s->stop);
	monitor_keep(s, f);
	serve(s, f);
	return starts_again(s, f);
}

static int again(struct shim *s, struct failure *f)
{
	init_phase_set(PHASE_RESET);
	if (CONFIG_TIMELINE)
		timeline_reset();
	exit_stores_drain(s);
	undecoded_tell();
	undecoded_reset(s);
	unserved_tell(s);
	unserved_reset(s);
	if (trace_on(s))
		trace_reset(s);
	if (engine_reset(s, f))
		return -1;
	stop_forget(&s->stop);
	hang_forget();
	if (CONFIG_DIAGNOSE)
		silence_forget(s);
	init_phase_set(PHASE_GUEST);
	if (CONFIG_MONITOR) {
		monitor_restarted(s);
		debug_reset(s, monitor_paused());
		if (!monitor_paused())
			debug_resume(s, -1);
	}
	if (CONFIG_DIAGNOSE)
		silence_begin(s, silence_now());
	vcpus_resume(s, true);
	return 0;
}

enum outcome loop_run(struct shim *s, struct failure *f)
{
	int error;

	attentive_to = s;
	say_through(message_out);
	init_phase_set(PHASE_GUEST);
	error = vcpus_start(s);
	/* Only now: the guest runs meanwhile, and what it prints waits in the ring. */
	line_open(&s->io.console.line);
	engine_stores_gather(s);
	if (CONFIG_MONITOR)
		monitor_begin(s);
	if (CONFIG_GDB)
		gdb_begin(s);
	if (CONFIG_DIAGNOSE)
		silence_begin(s, silence_now());
	if (error) {
		vcpus_pause(s);
		finish(s);
		fail(f, OUTCOME_INTERNAL, "E-THREAD", "a vCPU's thread cannot be made: %s",
		     strerror(-error));
		return f->outcome;
	}
	while (served(s, f) && again(s, f) == 0)
		;
	finish(s);
	init_phase_set(PHASE_END);
	return f->outcome;
}
