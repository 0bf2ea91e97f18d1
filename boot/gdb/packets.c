// SPDX-License-Identifier: BSD-2-Clause
// The table of packets; questions, descriptions, the monitor's commands, the end.
#include "boot/gdb/packets.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "boot/gdb/access.h"
#include "boot/gdb/registers.h"
#include "boot/gdb/resume.h"
#include "boot/gdb/session.h"
#include "boot/monitor/commands.h"
#include "boot/monitor/monitor.h"
#include "boot/shim.h"
#include "boot/target.h"

#define COMMAND 256 /* bytes of a line for the monitor */

enum packets_reply packets_error(struct session *g, int error)
{
	rsp_format(&g->rsp, "E%02x", (unsigned)-error & 0xff);
	return PACKETS_SEND;
}

static enum packets_reply text(struct session *g, const char *reply)
{
	rsp_text(&g->rsp, reply);
	return PACKETS_SEND;
}

static enum packets_reply ok(struct session *g, const char *args)
{
	(void)args;
	return text(g, "OK");
}

/*
 * --- what we can ---------------------------------------------------------------------------------
 */

static enum packets_reply supported(struct session *g, const char *args)
{
	(void)args;
	rsp_format(&g->rsp,
		   "PacketSize=%x;qXfer:features:read+;qXfer:threads:read+;vContSupported+;"
		   "swbreak+;hwbreak+",
		   RSP_PACKET);
	/* On a serial line bytes are lost, and acks are what mends that. */
	return text(g, gdb_reliable(g) ? ";QStartNoAckMode+" : "");
}

static enum packets_reply no_acks(struct session *g, const char *args)
{
	(void)args;
	text(g, "OK");
	rsp_end(&g->rsp);
	gdb_send(g);
	g->acks = false;
	return PACKETS_SILENT;
}

static enum packets_reply actions(struct session *g, const char *args)
{
	(void)args;
	return text(g, "vCont;c;C;s;S;r");
}

/* Threads run or stand still together. */
static enum packets_reply non_stop(struct session *g, const char *args)
{
	return text(g, *args == '0' ? "OK" : "E01");
}

static enum packets_reply attached(struct session *g, const char *args)
{
	(void)args;
	return text(g, "1");
}

/* As QEMU has it: addresses are physical. */
static enum packets_reply physical(struct session *g, const char *args)
{
	g->physical = *args == '1';
	return text(g, "OK");
}

static enum packets_reply is_physical(struct session *g, const char *args)
{
	(void)args;
	return text(g, g->physical ? "1" : "0");
}

/*
 * --- texts that are read in parts ----------------------------------------------------------------
 */

/* The part of a text that is sent, or (NULL) only its length. */
struct part {
	struct rsp *rsp;
	uint64_t from, size;
	uint64_t at; /* bytes of the text so far */
};

static void part_add(void *arg, const char *bytes, size_t n)
{
	struct part *p = arg;
	const uint64_t begin = p->at > p->from ? p->at : p->from;
	const uint64_t limit = p->from + p->size, end = p->at + n < limit ? p->at + n : limit;

	if (p->rsp && begin < end)
		rsp_put(p->rsp, bytes + (begin - p->at), (size_t)(end - begin));
	p->at += n;
}

static void features(struct session *g, struct part *p)
{
	registers_describe(&g->shim->vcpu[g->thread], part_add, p);
}

static void threads(struct session *g, struct part *p)
{
	char line[80];

	part_add(p, "<threads>", 9);
	for (unsigned i = 0; i < g->shim->vcpus_made; i++) {
		const int n = snprintf(line, sizeof(line),
				       "<thread id=\"%x\" core=\"%u\" name=\"vCPU %u\">%s</thread>",
				       i + 1, i, i,
				       target_is_off(g->shim, &g->shim->vcpu[i]) ? "off" : "on");

		part_add(p, line, (size_t)n);
	}
	part_add(p, "</threads>", 10);
}

/* OFFSET,LENGTH of what TELL says. */
static enum packets_reply transfer(struct session *g, const char *args,
				   void (*tell)(struct session *g, struct part *p))
{
	struct part all = { 0 }, part = { .rsp = &g->rsp };

	if (!rsp_number(&args, &part.from) || *args++ != ',' || !rsp_number(&args, &part.size))
		return text(g, "E00");
	if (part.size > rsp_room(&g->rsp) - 1)
		part.size = rsp_room(&g->rsp) - 1;
	tell(g, &all);
	text(g, part.from + part.size < all.at ? "m" : "l");
	tell(g, &part);
	return PACKETS_SEND;
}

static enum packets_reply features_read(struct session *g, const char *args)
{
	return transfer(g, args, features);
}

static enum packets_reply threads_read(struct session *g, const char *args)
{
	return transfer(g, args, threads);
}

/*
 * --- the monitor's commands, and the end ---------------------------------------------------------
 */

static void print(void *arg, const char *bytes, size_t n)
{
	struct session *g = arg;

	while (n) {
		size_t some = sizeof(g->text) - g->printed;

		some = some < n ? some : n;
		memcpy(g->text + g->printed, bytes, some);
		g->printed += some;
		bytes += some;
		n -= some;
		if (g->printed == sizeof(g->text)) {
			gdb_say(g, g->text, g->printed);
			g->printed = 0;
		}
	}
}

static enum packets_reply command(struct session *g, const char *args)
{
	char line[COMMAND];
	const size_t n = rsp_unhex(&args, line, sizeof(line) - 1);

	line[n] = '\0';
	g->printed = 0;
	monitor_output_to(print, g);
	if (line[strspn(line, " \t")])
		monitor_command(g->shim, line);
	monitor_output_to(NULL, NULL);
	rsp_begin(&g->rsp);
	if (!g->printed)
		return text(g, "OK");
	rsp_hex(&g->rsp, g->text, g->printed);
	return PACKETS_SEND;
}

static enum packets_reply detach(struct session *g, const char *args)
{
	(void)args;
	text(g, "OK");
	g->leaving = true;
	return PACKETS_SEND;
}

static enum packets_reply kill_silent(struct session *g, const char *args)
{
	(void)args;
	monitor_quit(g->shim);
	return PACKETS_SILENT;
}

static enum packets_reply kill(struct session *g, const char *args)
{
	detach(g, args);
	g->kills = true;
	return PACKETS_SEND;
}

/* A longer name stands in front of what it begins with. One that is not here has an empty reply. */
static const struct {
	const char *name;
	enum packets_reply (*run)(struct session *g, const char *args);
} packets[] = {
	{ "qSupported", supported },
	{ "QStartNoAckMode", no_acks },
	{ "vCont?", actions },
	{ "vCont", resume_actions },
	{ "vKill;", kill },
	{ "qXfer:features:read:target.xml:", features_read },
	{ "qXfer:threads:read::", threads_read },
	{ "qRcmd,", command },
	{ "QNonStop:", non_stop },
	{ "qAttached", attached },
	{ "qfThreadInfo", resume_threads },
	{ "qsThreadInfo", resume_threads_more },
	{ "qSymbol::", ok }, /* none is asked for */
	{ "qC", resume_current },
	{ "Qqemu.PhyMemMode:", physical },
	{ "qqemu.PhyMemMode", is_physical },
	{ "?", resume_why },
	{ "H", resume_thread },
	{ "T", resume_is_alive },
	{ "g", access_general_get },
	{ "G", access_general_set },
	{ "p", access_register_get },
	{ "P", access_register_set },
	{ "m", access_memory_get },
	{ "M", access_memory_set },
	{ "X", access_memory_set_binary },
	{ "Z", access_point_add },
	{ "z", access_point_remove },
	{ "c", resume_continue },
	{ "s", resume_step },
	{ "C", resume_continue_signal },
	{ "S", resume_step_signal },
	{ "D", detach },
	{ "k", kill_silent },
};

/* Is it the name that the packet begins with, and not the beginning of another? "qC" is not "qCRC:". */
static bool is_named(const char *packet, const char *name)
{
	const size_t n = strlen(name);

	return !strncmp(packet, name, n) && (n == 1 || !isalpha((unsigned char)name[n - 1]) ||
					     !isalpha((unsigned char)packet[n]));
}

void packets_do(struct session *g)
{
	enum packets_reply reply = PACKETS_SEND; /* an empty one */

	rsp_begin(&g->rsp);
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		const char *name = packets[i].name;

		if (is_named(g->rsp.in, name)) {
			reply = packets[i].run(g, g->rsp.in + strlen(name));
			break;
		}
	}
	if (reply == PACKETS_SILENT)
		return;
	rsp_end(&g->rsp);
	gdb_send(g);
}
