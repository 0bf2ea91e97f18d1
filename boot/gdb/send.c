// SPDX-License-Identifier: BSD-2-Clause
// Bytes for gdb, over the line or to the peer.
#include "boot/gdb/session.h"
#include "boot/shim.h"

bool gdb_reliable(const struct session *g)
{
	return g->peer.name.kind == (g->way == SESSION_LINE ? PEER_LINE : PEER_TCP);
}

void gdb_write(struct session *g, const void *bytes, size_t n)
{
	if (g->way == SESSION_LINE)
		console_send(&g->shim->io.console, bytes, n);
	else
		peer_write(&g->peer, bytes, n); /* one that is gone is seen by gdb_serve() */
}

void gdb_send(struct session *g)
{
	gdb_write(g, g->rsp.out, g->rsp.out_size);
}

void gdb_say(struct session *g, const char *text, size_t n)
{
	while (n) {
		const size_t some = n < SESSION_SAID ? n : SESSION_SAID;

		rsp_begin(&g->rsp);
		rsp_text(&g->rsp, "O");
		rsp_hex(&g->rsp, text, some);
		rsp_end(&g->rsp);
		gdb_send(g);
		text += some;
		n -= some;
	}
}

void gdb_output(struct session *g, size_t most)
{
	struct ring *tx = &g->shim->io.console.tx;
	const uint8_t *bytes;
	size_t n;

	while (g->way == SESSION_LINE && most && (n = ring_peek(tx, &bytes)) > 0) {
		n = n < most ? n : most;
		gdb_say(g, (const char *)bytes, n);
		ring_drop(tx, n);
		most -= n;
	}
}
