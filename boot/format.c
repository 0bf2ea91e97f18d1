// SPDX-License-Identifier: BSD-2-Clause
// snprintf() and vsnprintf() of the target binary, linked in front of the C library's.
//
// The C library's bring floating point, wide characters and streams, 40 KB of them, and take over a
// thousand instructions a call. These know what messages here are made of: conversions s c d i u x p %,
// flags - 0 #, widths and precisions (also *), lengths hh h l ll z. All else is put out as it stands.
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 20 /* of 2^64 - 1 in base 10 */

struct out {
	char *at;
	size_t room; /* without the final NUL */
	size_t count; /* what would have been put, had there been room */
};

struct spec {
	bool left, zero, prefixed;
	size_t width;
	int precision; /* -1: none */
	int longs; /* 1 l and z, 2 ll, -1 h, -2 hh */
};

static void put(struct out *out, const char *text, size_t n)
{
	size_t fits = n < out->room ? n : out->room;

	out->count += n;
	out->room -= fits;
	memcpy(out->at, text, fits);
	out->at += fits;
}

static void pad(struct out *out, char c, size_t n)
{
	size_t fits = n < out->room ? n : out->room;

	out->count += n;
	out->room -= fits;
	while (fits--)
		*out->at++ = c;
}

/* PREFIX, ZEROS times '0' and N bytes of TEXT in a field. */
static void field_put(struct out *out, const struct spec *spec, const char *prefix, size_t zeros,
		      const char *text, size_t n)
{
	size_t before = strlen(prefix), used = before + zeros + n;
	size_t blanks = spec->width > used ? spec->width - used : 0;

	if (blanks && !spec->left)
		pad(out, ' ', blanks);
	if (before)
		put(out, prefix, before);
	if (zeros)
		pad(out, '0', zeros);
	put(out, text, n);
	if (blanks && spec->left)
		pad(out, ' ', blanks);
}

static void number_put(struct out *out, const struct spec *spec, uint64_t value, bool hex,
		       const char *prefix)
{
	char digits[DIGITS], *end = digits + DIGITS, *p = end;
	size_t n, zeros = 0, before = strlen(prefix);

	for (; value; value = hex ? value >> 4 : value / 10)
		*--p = "0123456789abcdef"[hex ? value & 15 : value % 10];
	n = (size_t)(end - p);
	if (spec->precision >= 0)
		zeros = (size_t)spec->precision > n ? (size_t)spec->precision - n : 0;
	else if (spec->zero && !spec->left && spec->width > n + before)
		zeros = spec->width - n - before;
	else
		zeros = n == 0;
	field_put(out, spec, prefix, zeros, p, n);
}

static void text_put(struct out *out, const struct spec *spec, const char *text)
{
	text = text ? text : "(null)";
	field_put(out, spec, "", 0, text,
		  spec->precision < 0 ? strlen(text) : strnlen(text, (size_t)spec->precision));
}

static int decimal_read(const char **p)
{
	int n = 0;

	while (**p >= '0' && **p <= '9')
		n = 10 * n + *(*p)++ - '0';
	return n;
}

/* What lies between % and the conversion; arguments of * are taken from ARGS. */
static const char *spec_read(struct spec *spec, const char *p, va_list *args)
{
	int width;

	*spec = (struct spec){ .precision = -1 };
	for (;; p++) {
		if (*p == '-')
			spec->left = true;
		else if (*p == '0')
			spec->zero = true;
		else if (*p == '#')
			spec->prefixed = true;
		else
			break;
	}
	if (*p == '*') {
		p++;
		width = va_arg(*args, int);
		spec->left |= width < 0;
		spec->width = width < 0 ? 0 - (size_t)width : (size_t)width;
	} else {
		spec->width = (size_t)decimal_read(&p);
	}
	if (*p == '.') {
		p++;
		spec->precision = *p == '*' ? p++, va_arg(*args, int) : decimal_read(&p);
		if (spec->precision < 0)
			spec->precision = -1;
	}
	for (; *p == 'l' || *p == 'z' || *p == 'h'; p++)
		spec->longs += *p == 'h' ? -1 : 1;
	return p;
}

static int64_t signed_take(const struct spec *spec, va_list *args)
{
	if (spec->longs > 0)
		return va_arg(*args, long);
	return spec->longs == -2 ? (signed char)va_arg(*args, int)
	       : spec->longs	 ? (short)va_arg(*args, int)
				 : va_arg(*args, int);
}

static uint64_t unsigned_take(const struct spec *spec, va_list *args)
{
	if (spec->longs > 0)
		return va_arg(*args, unsigned long);
	return spec->longs == -2 ? (unsigned char)va_arg(*args, unsigned)
	       : spec->longs	 ? (unsigned short)va_arg(*args, unsigned)
				 : va_arg(*args, unsigned);
}

/* One conversion. False: none of ours. */
static bool convert(struct out *out, struct spec *spec, char conversion, va_list *args)
{
	int64_t number;
	uint64_t value;
	char c;

	switch (conversion) {
	case 's': text_put(out, spec, va_arg(*args, const char *)); return true;
	case 'u': number_put(out, spec, unsigned_take(spec, args), false, ""); return true;
	case 'd':
	case 'i':
		number = signed_take(spec, args);
		number_put(out, spec, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, false,
			   number < 0 ? "-" : "");
		return true;
	case 'p':
		spec->prefixed = true;
		spec->longs = 1;
		/* fall through */
	case 'x':
		value = unsigned_take(spec, args);
		number_put(out, spec, value, true, spec->prefixed && value ? "0x" : "");
		return true;
	case 'c':
		c = (char)va_arg(*args, int);
		field_put(out, spec, "", 0, &c, 1);
		return true;
	}
	return false;
}

int vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	struct out out = { buf, size ? size - 1 : 0, 0 };
	va_list own;

	va_copy(own, args); /* so that its address can be passed on */
	for (;;) {
		const char *start = format;
		struct spec spec;

		format = strchrnul(format, '%');
		put(&out, start, (size_t)(format - start));
		if (!*format)
			break;
		start = format;
		format = spec_read(&spec, format + 1, &own);
		if (*format && convert(&out, &spec, *format, &own)) {
			format++;
		} else if (*format == '%') {
			put(&out, format++, 1);
		} else {
			put(&out, start, (size_t)(format - start));
		}
	}
	va_end(own);
	if (size)
		*out.at = '\0';
	return (int)out.count;
}

int snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(buf, size, format, args);
	va_end(args);
	return n;
}
