// SPDX-License-Identifier: BSD-2-Clause
// /init of a Linux guest, 64-bit and 32-bit, without a C library. Writes the counter as it stood at its
// first instruction ("=" and 16 hex digits), how many processors there are, and what they can do. Then
// do=poweroff or do=reboot of the kernel command line; without it one of these words is read from the console,
// where `interrupts` shows who has asked for which. A console whose driver is a module has that as /console.ko; a UART
// that Linux has no console on is named by tty= of the command line.
#include <stddef.h>
#include <stdint.h>

#ifdef __aarch64__
enum { OPENAT = 56, CLOSE = 57, READ = 63, WRITE = 64, MOUNT = 40, REBOOT = 142, FINIT = 273 };

__asm__(".globl _start\n_start: mrs x0, cntvct_el0\n b init\n");

static long call(long number, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
			 x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}
#else
enum { OPENAT = 322, CLOSE = 6, READ = 3, WRITE = 4, MOUNT = 21, REBOOT = 88, FINIT = 379 };

__asm__(".globl _start\n_start: mrrc p15, 1, r0, r1, c14\n b init\n");

static long call(long number, long a, long b, long c, long d, long e)
{
	register long r7 __asm__("r7") = number, r0 __asm__("r0") = a, r1 __asm__("r1") = b,
			 r2 __asm__("r2") = c, r3 __asm__("r3") = d, r4 __asm__("r4") = e;

	__asm__ volatile("svc #0"
			 : "+r"(r0)
			 : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4)
			 : "memory");
	return r0;
}
#endif

#define AT_FDCWD (-100)
#define O_RDWR 2
#define LINUX_REBOOT_MAGIC1 0xfee1dead
#define LINUX_REBOOT_MAGIC2 672274793
#define RESTART 0x01234567
#define POWER_OFF 0x4321fedc

void init(uint64_t counter);

static char text[64 << 10];

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

static void print(const char *s)
{
	call(WRITE, 1, (long)s, (long)length(s), 0, 0);
}

static void print_hex(uint64_t value)
{
	char buf[17];

	buf[16] = 0;
	for (unsigned i = 16; i--; value >>= 4)
		buf[i] = "0123456789abcdef"[value & 15];
	print(buf);
}

static void print_number(unsigned value)
{
	char buf[12], *p = buf + sizeof(buf) - 1;

	*p = 0;
	do
		*--p = (char)('0' + value % 10);
	while (value /= 10);
	print(p);
}

static void file_read(const char *path)
{
	long fd = call(OPENAT, AT_FDCWD, (long)path, 0, 0, 0), n = 0, used = 0;

	while (fd >= 0 &&
	       (n = call(READ, fd, (long)text + used, (long)sizeof(text) - 1 - used, 0, 0)) > 0)
		used += n;
	text[used] = 0;
	call(CLOSE, fd, 0, 0, 0, 0);
}

/* Where WORD stands in the text, or NULL. */
static char *find(char *s, const char *word)
{
	for (; *s; s++) {
		size_t n = 0;

		while (word[n] && s[n] == word[n])
			n++;
		if (!word[n])
			return s;
	}
	return NULL;
}

static void processors_tell(void)
{
	unsigned count = 0;
	char *s, *end;

	file_read("/proc/cpuinfo");
	for (s = text; (s = find(s, "processor\t")); s++)
		count++;
	print("user space: ");
	print_number(count);
	print(" processors\n");
	s = find(text, "Features");
	end = s ? find(s, "\n") : NULL;
	if (end) {
		end[1] = 0;
		print(s);
	}
}

static void talk_by(const char *path)
{
	for (long fd = 3; fd >= 0; fd--)
		call(CLOSE, fd, 0, 0, 0, 0);
	for (unsigned i = 0; i < 3; i++)
		call(OPENAT, AT_FDCWD, (long)path, O_RDWR, 0, 0);
}

/* Load the console's driver, if it is a module, and talk by it. */
static void console_load(void)
{
	long fd = call(OPENAT, AT_FDCWD, (long)"/console.ko", 0, 0, 0);

	if (fd < 0)
		return;
	call(FINIT, fd, (long)"", 0, 0, 0);
	talk_by("/dev/console");
}

/* Talk by the UART that tty= names. */
static void tty_take(void)
{
	static char path[32] = "/dev/";
	char *name;
	size_t n = length(path);

	file_read("/proc/cmdline");
	name = find(text, "tty=");
	if (!name)
		return;
	for (name += 4; *name > ' ' && n < sizeof(path) - 1;)
		path[n++] = *name++;
	path[n] = 0;
	call(MOUNT, (long)"dev", (long)"/dev", (long)"devtmpfs", 0, 0);
	talk_by(path);
}

void init(uint64_t counter)
{
	char *what = NULL;

	console_load();
	call(MOUNT, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
	tty_take();
	print("=");
	print_hex(counter);
	print("\n");
	processors_tell();
	file_read("/proc/cmdline");
	what = find(text, "do=");
	while (!what) {
		long n;

		print("init# ");
		n = call(READ, 0, (long)text, sizeof(text) - 1, 0, 0);
		text[n > 0 ? n : 0] = 0;
		if (find(text, "interrupts")) {
			file_read("/proc/interrupts");
			print(text);
			continue;
		}
		what = find(text, "poweroff") || find(text, "reboot") ? text : NULL;
	}
	call(REBOOT, (long)LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
	     find(what, "poweroff") ? (long)POWER_OFF : RESTART, 0, 0);
	for (;;)
		;
}
