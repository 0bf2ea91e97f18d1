// SPDX-License-Identifier: BSD-2-Clause
// Guest's UART on one side, line on the other.
#include <stdio.h>
#include <string.h>

#include "boot/io/console.h"

void console_init(struct console *c, uint8_t *tx, uint32_t tx_size, uint8_t *rx, uint32_t rx_size)
{
	ring_init(&c->tx, tx, tx_size);
	ring_init(&c->rx, rx, rx_size);
	pthread_mutex_init(&c->tx_lock, NULL);
	c->line = (struct line){ -1, -1, false };
	c->at_start = true;
	c->tx_lost = c->tx_lost_told = c->rx_lost_told = 0;
}

void console_put(struct console *c, const uint8_t *buf, size_t n)
{
	pthread_mutex_lock(&c->tx_lock);
	atomic_fetch_add(&c->tx_lost, (uint32_t)(n - ring_put(&c->tx, buf, n)));
	c->at_start = buf[n - 1] == '\n';
	pthread_mutex_unlock(&c->tx_lock);
}

size_t console_room(struct console *c, size_t reserve)
{
	size_t room = ring_room(&c->tx);

	return room > reserve ? room - reserve : 0;
}

void console_message(struct console *c, const char *text, size_t n)
{
	pthread_mutex_lock(&c->tx_lock);
	if (!c->at_start)
		ring_put(&c->tx, (const uint8_t *)"\r\n", 2);
	while (n) {
		const char *end = memchr(text, '\n', n);
		size_t chunk = end ? (size_t)(end - text) : n;

		ring_put(&c->tx, (const uint8_t *)text, chunk);
		ring_put(&c->tx, (const uint8_t *)"\r\n", 2);
		chunk += end != NULL;
		text += chunk;
		n -= chunk;
	}
	c->at_start = true;
	pthread_mutex_unlock(&c->tx_lock);
}

bool console_flush(struct console *c)
{
	const uint8_t *buf;
	size_t n;

	while ((n = ring_peek(&c->tx, &buf)) > 0) {
		long done;

		if (c->line.out < 0) {
			ring_drop(&c->tx, n);
			continue;
		}
		done = line_write(&c->line, buf, n);
		if (done == 0)
			return true;
		if (done > 0)
			ring_drop(&c->tx, (size_t)done);
	}
	return false;
}

bool console_wants_input(const struct console *c)
{
	return c->line.in >= 0 && (!c->line.throttles || ring_room(&c->rx));
}

void console_fill(struct console *c)
{
	uint8_t buf[256];
	size_t want = sizeof(buf);
	long n;

	if (c->line.throttles && ring_room(&c->rx) < want)
		want = ring_room(&c->rx);
	n = want ? line_read(&c->line, buf, want) : 0;
	if (n > 0)
		ring_put(&c->rx, buf, (size_t)n);
}

static void loss_tell(struct console *c, uint32_t lost, uint32_t *told, const char *whose)
{
	char text[80];
	int n;

	/* What does not fit now is told later, with what is lost until then. */
	if (lost == *told || ring_room(&c->tx) < sizeof(text))
		return;
	n = snprintf(text, sizeof(text), "kvmshim: %u bytes %s were lost: too fast for this line",
		     lost - *told, whose);
	*told = lost;
	console_message(c, text, (size_t)n);
}

void console_losses_tell(struct console *c)
{
	loss_tell(c, atomic_load(&c->tx_lost), &c->tx_lost_told, "from the guest");
	loss_tell(c, ring_lost(&c->rx), &c->rx_lost_told, "to the guest");
}
