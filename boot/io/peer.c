// SPDX-License-Identifier: BSD-2-Clause
// A tty or a connection with gdb at its other end.
#include "boot/io/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define SLOW_MS 2000 /* what one that takes nothing is waited for */
#define ADDRESS 16 /* "255.255.255.255" */

int peer_name_read(const char *text, struct peer_name *name)
{
	const char *colon = strrchr(text, ':');
	char address[ADDRESS] = "127.0.0.1", *end;
	struct in_addr in;
	unsigned long port;

	*name = (struct peer_name){ .kind = PEER_LINE };
	if (!strcmp(text, "stdio"))
		return 0;
	*name = (struct peer_name){ .kind = PEER_TTY, .path = text };
	if (text[0] == '/')
		return 0;
	if (!colon || colon[1] < '0' || colon[1] > '9' || colon - text >= ADDRESS)
		return -EINVAL;
	if (colon > text) {
		memcpy(address, text, (size_t)(colon - text));
		address[colon - text] = '\0';
	}
	port = strtoul(colon + 1, &end, 10);
	if (*end || port < 1 || port > UINT16_MAX || inet_pton(AF_INET, address, &in) != 1)
		return -EINVAL;
	*name = (struct peer_name){ PEER_TCP, NULL, in.s_addr, (uint16_t)port };
	return 0;
}

static int tty_open(struct peer *p)
{
	struct termios t;

	p->fd = open(p->name.path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (p->fd < 0)
		return -errno;
	if (ioctl(p->fd, TCGETS, &t) < 0)
		return -ENOTTY;
	t.c_iflag = IGNBRK;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag = B115200 | CS8 | CREAD | CLOCAL;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	return ioctl(p->fd, TCSETS, &t) < 0 ? -errno : 0;
}

static int tcp_open(struct peer *p)
{
	const struct sockaddr_in in = { .sin_family = AF_INET,
					.sin_port = htons(p->name.port),
					.sin_addr.s_addr = p->name.address };
	const int on = 1;

	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->listener < 0)
		return -errno;
	setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(p->listener, (const struct sockaddr *)&in, sizeof(in)) < 0 ||
	    listen(p->listener, 1) < 0)
		return -errno;
	return 0;
}

int peer_open(struct peer *p, const struct peer_name *name)
{
	int error = 0;

	*p = (struct peer){ *name, -1, -1 };
	if (name->kind == PEER_TTY)
		error = tty_open(p);
	if (name->kind == PEER_TCP)
		error = tcp_open(p);
	if (error)
		peer_close(p);
	return error;
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void peer_close(struct peer *p)
{
	drop(&p->fd);
	drop(&p->listener);
}

int peer_fd(const struct peer *p)
{
	return p->fd >= 0 ? p->fd : p->listener;
}

static void take(struct peer *p)
{
	const int on = 1;

	p->fd = accept4(p->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	/* Packets are small, and each is waited for. */
	if (p->fd >= 0)
		setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

long peer_read(struct peer *p, uint8_t *buf, size_t n)
{
	long got;

	if (p->fd < 0 && p->listener >= 0)
		take(p);
	if (p->fd < 0)
		return 0;
	got = read(p->fd, buf, n);
	if (got > 0)
		return got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	drop(&p->fd);
	return -EPIPE;
}

int peer_write(struct peer *p, const uint8_t *buf, size_t n)
{
	while (n && p->fd >= 0) {
		const long done = p->name.kind == PEER_TCP ? send(p->fd, buf, n, MSG_NOSIGNAL)
							   : write(p->fd, buf, n);

		if (done > 0) {
			buf += done;
			n -= (size_t)done;
		} else if ((errno != EAGAIN && errno != EINTR) ||
			   poll(&(struct pollfd){ p->fd, POLLOUT, 0 }, 1, SLOW_MS) == 0) {
			drop(&p->fd);
		}
	}
	return n ? -EPIPE : 0;
}
