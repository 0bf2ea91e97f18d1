// SPDX-License-Identifier: BSD-2-Clause
// fds 0 and 1 as a line that passes every byte.
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "boot/io/line.h"

static struct termios before;
static int raw_fd = -1;

/* A description of our own, so that O_NONBLOCK does not leak into the shell that shares FD. */
static int reopen(int fd, int flags)
{
	char path[] = "/proc/self/fd/0";
	int own;

	path[sizeof(path) - 2] = (char)('0' + fd);
	own = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own >= 0)
		return own;
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own >= 0)
		fcntl(own, F_SETFL, flags | O_NONBLOCK);
	return own;
}

void line_open(struct line *line)
{
	struct termios t;
	struct stat st;

	line->in = reopen(0, O_RDONLY);
	line->out = reopen(1, O_WRONLY);
	line->throttles = true;
	if (line->in < 0 || ioctl(line->in, TCGETS, &before) < 0)
		return;
	/* Pseudo terminals have majors 136 to 143. */
	line->throttles =
		fstat(line->in, &st) == 0 && st.st_rdev >> 8 >= 136 && st.st_rdev >> 8 <= 143;
	t = before;
	t.c_iflag = IGNBRK;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8 | CREAD;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (ioctl(line->in, TCSETS, &t) == 0)
		raw_fd = line->in;
}

unsigned line_rate(const struct line *line)
{
	static const struct {
		unsigned bits, rate;
	} rates[] = {
		{ B9600, 9600 },     { B19200, 19200 },	    { B38400, 38400 },
		{ B57600, 57600 },   { B230400, 230400 },   { B460800, 460800 },
		{ B921600, 921600 }, { B1000000, 1000000 }, { B1500000, 1500000 },
	};
	struct termios t;

	if (line->in >= 0 && ioctl(line->in, TCGETS, &t) == 0)
		for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
			if (rates[i].bits == (t.c_cflag & CBAUD))
				return rates[i].rate;
	return 115200;
}

void line_close(struct line *line)
{
	if (raw_fd >= 0)
		ioctl(raw_fd, TCSETSW, &before);
	raw_fd = -1;
	if (line->in >= 0)
		close(line->in);
	if (line->out >= 0)
		close(line->out);
	line->in = line->out = -1;
}

static long moved(ssize_t n, int *fd)
{
	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	close(*fd);
	*fd = -1;
	return -EPIPE;
}

long line_read(struct line *line, uint8_t *buf, size_t n)
{
	return moved(read(line->in, buf, n), &line->in);
}

long line_write(struct line *line, const uint8_t *buf, size_t n)
{
	return moved(write(line->out, buf, n), &line->out);
}
