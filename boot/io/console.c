// SPDX-License-Identifier: BSD-2-Clause
// Guest's UART on one side, line on the other.
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "boot/clock.h"
#include "boot/io/console.h"
#include "generated/config.h"

#define SLOW_MS 2000 /* what a line that takes nothing is waited for */
#define STAMP 24 /* bytes, at most */

void console_init(struct console *c, uint8_t *tx, uint32_t tx_size, uint8_t *rx, uint32_t rx_size)
{
	ring_init(&c->tx, tx, tx_size);
	ring_init(&c->rx, rx, rx_size);
	pthread_mutex_init(&c->tx_lock, NULL);
	c->line = (struct line){ -1, -1, false };
	c->flow = CONSOLE_FLOWS;
	c->stamps = c->stamp_due = false;
	c->at_start = true;
	c->tx_lost = c->tx_lost_told = c->rx_lost_told = 0;
	if (CONFIG_MONITOR)
		c->began = clock_ns();
}

void console_own(struct console *c, uint8_t *own, uint32_t own_size)
{
	ring_init(&c->own, own, own_size);
}

void console_hold(struct console *c, enum console_flow flow)
{
	pthread_mutex_lock(&c->tx_lock);
	c->flow = flow;
	pthread_mutex_unlock(&c->tx_lock);
}

void console_stamps(struct console *c, bool on)
{
	pthread_mutex_lock(&c->tx_lock);
	c->stamps = on;
	c->stamp_due = c->at_start;
	pthread_mutex_unlock(&c->tx_lock);
}

/* With the lock: the guest's bytes, the time in front of each line. Returns how many of them fit. */
static size_t put_stamped(struct console *c, const uint8_t *buf, size_t n)
{
	char stamp[STAMP];

	for (size_t i = 0; i < n; i++) {
		if (c->stamp_due && buf[i] != '\r' && buf[i] != '\n') {
			const uint64_t us = (clock_ns() - c->began) / 1000;
			const int size =
				snprintf(stamp, sizeof(stamp), "[%5u.%06u] ",
					 (unsigned)(us / 1000000), (unsigned)(us % 1000000));

			if (ring_room(&c->tx) < (uint32_t)size + 1)
				return i;
			ring_put(&c->tx, (const uint8_t *)stamp, (size_t)size);
			c->stamp_due = false;
		}
		if (!ring_put(&c->tx, &buf[i], 1))
			return i;
		c->stamp_due = c->stamp_due || buf[i] == '\n';
	}
	return n;
}

void console_put(struct console *c, const uint8_t *buf, size_t n)
{
	size_t put;

	pthread_mutex_lock(&c->tx_lock);
	put = CONFIG_MONITOR && c->stamps ? put_stamped(c, buf, n) : ring_put(&c->tx, buf, n);
	if (put < n)
		atomic_fetch_add(&c->tx_lost, (uint32_t)(n - put));
	c->at_start = buf[n - 1] == '\n';
	pthread_mutex_unlock(&c->tx_lock);
}

size_t console_room(struct console *c, size_t reserve)
{
	size_t room = ring_room(&c->tx);

	return room > reserve ? room - reserve : 0;
}

/* The line's bytes, "\n" as CR LF, into a ring; how far that came. */
static size_t lines_put(struct ring *ring, const char *text, size_t n)
{
	size_t done = 0;

	while (done < n) {
		const char *end = memchr(text + done, '\n', n - done);
		const size_t chunk = end ? (size_t)(end - text) - done : n - done;

		if (ring_room(ring) < 2)
			return done;
		if (chunk > ring_room(ring) - 2)
			return done +
			       ring_put(ring, (const uint8_t *)text + done, ring_room(ring) - 2);
		ring_put(ring, (const uint8_t *)text + done, chunk);
		done += chunk;
		if (end) {
			ring_put(ring, (const uint8_t *)"\r\n", 2);
			done++;
		}
	}
	return n;
}

void console_message(struct console *c, const char *text, size_t n)
{
	struct ring *ring = &c->tx;

	pthread_mutex_lock(&c->tx_lock);
	/* A vCPU's thread cannot wait for room: what does not fit comes later, with the guest's. */
	if (CONFIG_MONITOR && c->flow == CONSOLE_HELD && ring_room(&c->own) > 2 * n + 4)
		ring = &c->own;
	if (!c->at_start && ring == &c->tx)
		ring_put(ring, (const uint8_t *)"\r\n", 2);
	lines_put(ring, text, n);
	if (n && text[n - 1] != '\n')
		ring_put(ring, (const uint8_t *)"\r\n", 2);
	if (ring == &c->tx)
		c->at_start = c->stamp_due = true;
	pthread_mutex_unlock(&c->tx_lock);
}

/* True: more waits in RING. */
static bool ring_flush(struct console *c, struct ring *ring)
{
	const uint8_t *buf;
	size_t n;

	while ((n = ring_peek(ring, &buf)) > 0) {
		long done;

		if (c->line.out < 0) {
			ring_drop(ring, n);
			continue;
		}
		done = line_write(&c->line, buf, n);
		if (done == 0)
			return true;
		if (done > 0)
			ring_drop(ring, (size_t)done);
	}
	return false;
}

bool console_flush(struct console *c)
{
	if (CONFIG_MONITOR && c->own.buf && ring_flush(c, &c->own))
		return true;
	return c->flow == CONSOLE_FLOWS && ring_flush(c, &c->tx);
}

/* Make room in our own ring. False: the line takes nothing. */
static bool own_wait(struct console *c)
{
	const uint32_t waits = ring_count(&c->own);

	ring_flush(c, &c->own);
	if (ring_count(&c->own) < waits)
		return true;
	return poll(&(struct pollfd){ c->line.out, POLLOUT, 0 }, 1, SLOW_MS) > 0;
}

void console_say(struct console *c, const char *text, size_t n)
{
	while (n) {
		size_t done;

		pthread_mutex_lock(&c->tx_lock); /* messages of other threads */
		done = lines_put(&c->own, text, n);
		pthread_mutex_unlock(&c->tx_lock);
		text += done;
		n -= done;
		if (n && !own_wait(c))
			return;
	}
}

void console_send(struct console *c, const uint8_t *buf, size_t n)
{
	while (n) {
		size_t done;

		pthread_mutex_lock(&c->tx_lock);
		done = n < ring_room(&c->own) ? n : ring_room(&c->own);
		ring_put(&c->own, buf, done);
		pthread_mutex_unlock(&c->tx_lock);
		buf += done;
		n -= done;
		if (n && !own_wait(c))
			return;
	}
}

bool console_wants_input(const struct console *c)
{
	return c->line.in >= 0 &&
	       (!c->line.throttles || c->flow != CONSOLE_FLOWS || ring_room(&c->rx));
}

size_t console_read(struct console *c, uint8_t *buf, size_t n)
{
	long got;

	if (c->line.throttles && c->flow == CONSOLE_FLOWS && ring_room(&c->rx) < n)
		n = ring_room(&c->rx);
	got = n ? line_read(&c->line, buf, n) : 0;
	return got > 0 ? (size_t)got : 0;
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
