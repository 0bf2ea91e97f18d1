// SPDX-License-Identifier: BSD-2-Clause
// One session: its bytes, its beginning and end, what the guest does meanwhile.
#include "boot/gdb/gdb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "boot/clock.h"
#include "boot/exits.h"
#include "boot/gdb/packets.h"
#include "boot/gdb/resume.h"
#include "boot/gdb/session.h"
#include "boot/monitor/commands.h"
#include "boot/monitor/monitor.h"
#include "boot/shim.h"

/* No start touches its pages. */
static _Alignas(4096) struct session session;
static bool made, waits;

bool gdb_waits(void)
{
	return waits;
}

bool gdb_attached(void)
{
	return session.attached;
}

bool gdb_holds(void)
{
	return session.attached && !session.running;
}

/* gdb has waited for this. */
static void stop_send(struct session *g)
{
	exit_stores_drain(g->shim);
	gdb_output(g, SIZE_MAX);
	g->running = false;
	rsp_begin(&g->rsp);
	resume_stop_tell(g);
	rsp_end(&g->rsp);
	gdb_send(g);
}

/*
 * --- the session ---------------------------------------------------------------------------------
 */

static void begin(struct session *g, enum session_way way)
{
	g->way = way;
	g->attached = true;
	g->physical = false;
	g->points = 0;
	g->stop = (struct debug_stop){ 0 };
	g->signal = SESSION_TRAP;
	g->thread = g->mover = monitor_vcpu(g->shim)->id;
}

static void points_drop_own(struct session *g)
{
	for (unsigned i = 0; i < POINTS_MAX; i++) {
		const struct point *p = g->points >> i & 1 ? points_get(i) : NULL;

		if (p)
			debug_point_remove(g->shim, p->kind, p->va, p->len);
	}
	g->points = 0;
}

/* All is as before the first packet. */
static void forget(struct session *g)
{
	g->way = SESSION_NONE;
	g->attached = g->running = g->leaving = g->kills = false;
	g->acks = true;
	rsp_reset(&g->rsp);
}

void gdb_end(struct session *g)
{
	const enum line_owner owner = monitor_line_owner();
	const bool was = g->attached, kills = g->kills;

	if (was) {
		monitor_pause(g->shim);
		points_drop_own(g);
	}
	forget(g);
	waits = g->peer.listener >= 0 || g->peer.fd >= 0;
	if (owner == LINE_GDB && monitor_ended())
		monitor_open(g->shim, "gdb is gone; the guest has ended");
	else if (owner == LINE_GDB)
		monitor_line_give(g->shim, LINE_GUEST);
	if (kills)
		monitor_quit(g->shim);
	else if ((was || owner == LINE_GDB) && owner != LINE_MONITOR)
		monitor_go(g->shim);
}

static void interrupt(struct session *g)
{
	if (!g->running)
		return;
	monitor_pause(g->shim);
	g->stop = (struct debug_stop){ .vcpu = g->thread };
	g->signal = SESSION_INTERRUPTED;
	stop_send(g);
}

/* A packet has come. gdb begins anew with this question, whatever was before. */
static void packet(struct session *g, enum session_way way)
{
	const bool anew = !strncmp(g->rsp.in, "qSupported", strlen("qSupported"));

	if (!g->attached)
		begin(g, way);
	g->acks |= anew;
	if (g->acks)
		gdb_write(g, "+", 1);
	monitor_pause(g->shim);
	g->running = g->leaving = g->kills = false;
	if (anew)
		points_drop_own(g);
	monitor_vcpu_select(g->thread);
	packets_do(g);
}

static void byte(struct session *g, enum session_way way, uint8_t value)
{
	switch (rsp_take(&g->rsp, value)) {
	case RSP_GOOD:
		packet(g, way);
		if (g->leaving && !g->acks)
			gdb_end(g);
		break;
	case RSP_ACK:
		/* That of its last reply is not for the guest. */
		if (g->leaving)
			gdb_end(g);
		break;
	case RSP_BAD:
		if (g->acks && g->attached)
			gdb_write(g, "-", 1);
		break;
	case RSP_AGAIN:
		if (g->acks && g->attached)
			gdb_send(g);
		break;
	case RSP_INTERRUPT: interrupt(g); break;
	default: break;
	}
}

/* Before bytes that have come now: the rest of what came long ago does not come. */
static void listen(struct session *g)
{
	const uint64_t now = clock_ms();

	if (now - g->heard > RSP_STALE_MS && rsp_within(&g->rsp))
		rsp_reset(&g->rsp);
	g->heard = now;
}

size_t gdb_take(struct shim *s, const uint8_t *buf, size_t n, int escape)
{
	struct session *g = &session;

	(void)s;
	listen(g);
	for (size_t i = 0; i < n; i++) {
		if (monitor_line_owner() != LINE_GDB || (buf[i] == escape && !rsp_within(&g->rsp)))
			return i;
		byte(g, SESSION_LINE, buf[i]);
	}
	return n;
}

/* What the peer has sent. */
static void peer_take(struct session *g)
{
	uint8_t buf[256];
	const long n = peer_read(&g->peer, buf, sizeof(buf));

	if (n > 0)
		listen(g);
	for (long i = 0; i < n; i++)
		byte(g, SESSION_PEER, buf[i]);
	if (n == -EPIPE)
		gdb_end(g);
}

/*
 * --- for the loop and the monitor ----------------------------------------------------------------
 */

int gdb_open(struct shim *s, struct failure *f)
{
	const struct settings *set = &s->p.settings;
	struct session *g = &session;
	int error;

	if (set->gdb.kind == PEER_NONE)
		return 0;
	error = peer_open(&g->peer, &set->gdb);
	if (error)
		return fail(f, OUTCOME_BAD_CONFIG, "E-GDB",
			    "gdb=%.200s cannot be opened: %s: name a tty, a free port or stdio",
			    set->raw[SET_GDB].text, strerror(-error));
	return 0;
}

static void make(struct shim *s)
{
	struct session *g = &session;

	g->shim = s;
	forget(g);
	if (s->p.settings.gdb.kind == PEER_NONE)
		g->peer = (struct peer){ .listener = -1, .fd = -1 };
	made = true;
}

void gdb_begin(struct shim *s)
{
	waits = s->p.settings.gdb.kind != PEER_NONE;
	if (waits || made)
		make(s);
	if (s->p.settings.gdb.kind == PEER_LINE)
		monitor_line_give(s, LINE_GDB);
}

void gdb_close(void)
{
	if (made)
		peer_close(&session.peer);
}

int gdb_fd(void)
{
	return monitor_line_owner() == LINE_GDB ? -1 : peer_fd(&session.peer);
}

int gdb_serve(void)
{
	struct session *g = &session;
	const struct console *c = &g->shim->io.console;
	const bool line = monitor_line_owner() == LINE_GDB;

	if ((line && c->line.in < 0) || (g->way == SESSION_PEER && g->peer.fd < 0) ||
	    (g->leaving && clock_ms() - g->heard > RSP_STALE_MS))
		gdb_end(g);
	else if (line && g->running && !ring_count(&c->own))
		gdb_output(g, SESSION_SAID);
	return g->leaving ? RSP_STALE_MS + 1 : -1;
}

void gdb_input(void)
{
	peer_take(&session);
}

void gdb_key(struct shim *s, const char *escape)
{
	struct session *g = &session;

	if (!made)
		make(s);
	if (monitor_line_owner() == LINE_GDB) {
		gdb_end(g);
	} else if (monitor_locked(s)) {
		monitor_print("gdb is locked, since firmware must be signed here: a build with "
			      "VERIFY_UNLOCK\nallows it\n");
	} else if (g->attached) {
		monitor_print("gdb is attached already, at %s\n", s->p.settings.raw[SET_GDB].text);
	} else {
		forget(g);
		waits = true;
		monitor_line_give(s, LINE_GDB);
		monitor_print("on the PC: gdb-multiarch -b %u -ex 'target remote /dev/ttyUSB0' (%s "
			      "g: back)\n",
			      line_rate(&s->io.console.line), escape);
	}
}

void gdb_leave(void)
{
	if (session.way == SESSION_LINE)
		gdb_end(&session);
}

bool gdb_stopped(const struct debug_stop *stop)
{
	struct session *g = &session;

	if (!g->running)
		return false;
	if (stop->why == DEBUG_STEP && (int)stop->vcpu == g->step && resume_again(g, stop->pc))
		return true;
	g->stop = *stop;
	g->signal = SESSION_TRAP;
	g->thread = stop->vcpu;
	stop_send(g);
	return true;
}

static void line_print(void *arg, const char *text, size_t n)
{
	gdb_say(arg, text, n);
}

bool gdb_ending(void)
{
	struct session *g = &session;

	if (g->way == SESSION_LINE && g->running)
		monitor_output_to(line_print, g);
	return monitor_line_owner() == LINE_GDB;
}

void gdb_ended(const struct failure *f, bool kept)
{
	struct session *g = &session;
	char text[sizeof(f->text) + 64];
	int n;

	monitor_output_to(NULL, NULL);
	if (!g->running)
		return;
	exit_stores_drain(g->shim);
	gdb_output(g, SIZE_MAX);
	n = snprintf(text, sizeof(text), "the guest has ended: %s%s%s\n", outcome_name(f->outcome),
		     f->text[0] ? ": " : "", f->text);
	gdb_say(g, text, (size_t)n);
	if (kept) {
		g->stop = (struct debug_stop){ .vcpu = g->thread };
		g->signal = SESSION_ABORTED;
		stop_send(g);
		return;
	}
	rsp_begin(&g->rsp);
	rsp_format(&g->rsp, "W%02x", (unsigned)f->outcome);
	rsp_end(&g->rsp);
	gdb_send(g);
	forget(g);
}

int gdb_physical(struct shim *s, int argc, char **argv)
{
	struct session *g = &session;

	(void)s;
	if (argc > 1)
		g->physical = !strcmp(argv[1], "on");
	monitor_print("gdb's addresses are %s\n",
		      g->physical ? "physical" : "those of the thread's vCPU");
	return 0;
}
