// SPDX-License-Identifier: BSD-2-Clause
// How a run ends, and how a step that failed says so.
#include "boot/outcome.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/say.h"

static const struct {
	enum outcome outcome;
	const char *name;
} names[] = {
	{ OUTCOME_POWEROFF, "poweroff" },
	{ OUTCOME_RESET, "reset" },
	{ OUTCOME_CRASH, "crash" },
	{ OUTCOME_HANG, "hang" },
	{ OUTCOME_BAD_CONFIG, "bad-config" },
	{ OUTCOME_NO_KVM, "no-kvm" },
	{ OUTCOME_BAD_FIRMWARE, "bad-firmware" },
	{ OUTCOME_REFUSED, "refused" },
	{ OUTCOME_INTERNAL, "internal" },
};

const char *outcome_name(enum outcome outcome)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].outcome == outcome)
			return names[i].name;
	return "internal";
}

/* What it quotes may hold anything, and goes to a terminal. */
static void text_put(char *text, size_t size, const char *format, va_list ap)
{
	vsnprintf(text, size, format, ap);
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

int fail(struct failure *f, enum outcome outcome, const char *code, const char *format, ...)
{
	va_list ap;

	f->outcome = outcome;
	f->code = code;
	f->proof[0] = '\0';
	va_start(ap, format);
	text_put(f->text, sizeof(f->text), format, ap);
	va_end(ap);
	return -1;
}

int fail_proof(struct failure *f, const char *format, ...)
{
	size_t used = strlen(f->proof);
	va_list ap;

	if (used && used + 2 < sizeof(f->proof)) {
		f->proof[used++] = '\n';
		f->proof[used] = '\0';
	}
	va_start(ap, format);
	text_put(f->proof + used, sizeof(f->proof) - used, format, ap);
	va_end(ap);
	return -1;
}

void outcome_log(const char *line, size_t n)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	while (write(fd, line, n) < 0 && errno == EINTR)
		;
	close(fd);
}

int outcome_report(enum outcome outcome, const struct failure *f)
{
	char line[64];
	int n;

	if (f)
		say(f->code[0] ? "%s (%s)" : "%s", f->text, f->code);
	if (f && f->proof[0])
		say("seen: %s", f->proof);
	say("outcome: %s (%d)", outcome_name(outcome), (int)outcome);
	n = snprintf(line, sizeof(line), "<7>kvmshim: outcome: %s (%d)\n", outcome_name(outcome),
		     (int)outcome);
	outcome_log(line, (size_t)n);
	return (int)outcome;
}
