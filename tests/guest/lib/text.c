// SPDX-License-Identifier: BSD-2-Clause
// Strings, printing, and the verdict lines that the tests outside read.
#include "text.h"

#include <stdarg.h>

#include "guest.h"

size_t text_length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

bool text_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool text_begins(const char *s, const char *prefix)
{
	while (*prefix && *s == *prefix) {
		s++;
		prefix++;
	}
	return !*prefix;
}

/* The compiler may ask for these two. */
void *memset(void *p, int c, size_t n);
void *memset(void *p, int c, size_t n)
{
	volatile u8 *b = p;

	while (n--)
		*b++ = (u8)c;
	return p;
}

void *memcpy(void *to, const void *from, size_t n);
void *memcpy(void *to, const void *from, size_t n)
{
	volatile u8 *t = to;
	const u8 *f = from;

	while (n--)
		*t++ = *f++;
	return to;
}

#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_TXFF 0x20
#define UART_LCRH 0x2c
#define UART_CR 0x30

void uart_begin(u64 uart)
{
	mmio_write(uart + UART_LCRH, 0x70); /* 8 bits, FIFOs on */
	mmio_write(uart + UART_CR, 0x301); /* both ways, enabled */
}

void uart_putc(u64 uart, char c)
{
	while (mmio_read(uart + UART_FR) & UART_FR_TXFF)
		;
	mmio_write(uart + UART_DR, (u8)c);
}

static void putc(char c)
{
	if (!machine.uarts)
		return;
	if (c == '\n')
		uart_putc(machine.uart[0], '\r');
	uart_putc(machine.uart[0], c);
}

static void put_number(u64 v, unsigned base)
{
	char digits[20];
	unsigned n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n)
		putc(digits[--n]);
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	for (; *format; format++) {
		bool wide = false;

		if (*format != '%') {
			putc(*format);
			continue;
		}
		if (*++format == 'l') {
			wide = true;
			format++;
		}
		if (*format == 's') {
			for (const char *s = va_arg(args, const char *); *s; s++)
				putc(*s);
		} else if (*format == 'c') {
			putc((char)va_arg(args, int));
		} else {
			u64 v = wide ? va_arg(args, u64) : va_arg(args, u32);

			if (*format == 'd' && (wide ? (s64)v : (int)v) < 0) {
				putc('-');
				v = wide ? -v : (u32)-v;
			}
			put_number(v, *format == 'x' ? 16 : 10);
		}
	}
	va_end(args);
}

bool check(const char *name, bool good)
{
	print("%s %s\n", good ? "ok" : "FAIL", name);
	return good;
}

bool check_equal(const char *name, u64 got, u64 want)
{
	if (got == want)
		print("ok %s\n", name);
	else
		print("FAIL %s got 0x%lx want 0x%lx\n", name, got, want);
	return got == want;
}

void fail(const char *name, const char *detail)
{
	print("FAIL %s %s\n", name, detail);
}
