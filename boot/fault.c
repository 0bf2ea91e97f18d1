// SPDX-License-Identifier: BSD-2-Clause
// A fault in the shim itself: what struck it, and the sentence about it.
#include "boot/fault.h"

#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <termios.h>
#include <ucontext.h>
#include <unistd.h>

#include "boot/outcome.h"
#include "boot/say.h"

static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
static const int requests[] = { SIGTERM, SIGINT, SIGHUP };

static const struct {
	int number;
	const char *name;
} signals[] = {
	{ SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" },	{ SIGILL, "SIGILL" },
	{ SIGFPE, "SIGFPE" },	{ SIGABRT, "SIGABRT" }, { SIGKILL, "SIGKILL" },
	{ SIGTERM, "SIGTERM" }, { SIGINT, "SIGINT" },	{ SIGHUP, "SIGHUP" },
	{ SIGQUIT, "SIGQUIT" }, { SIGSYS, "SIGSYS" },
};

static const char *const doing[] = {
	[PHASE_START] = "it started",
	[PHASE_BOARD] = "the board's tree was read",
	[PHASE_HOST] = "KVM was asked what it offers",
	[PHASE_PLAN] = "the plan was made",
	[PHASE_BUILD] = "the guest was built",
	[PHASE_GUEST] = "the guest ran",
	[PHASE_RESET] = "the guest was reset",
	[PHASE_END] = "the run was ended",
};

static bool is_hosted, terminal_known;
static struct termios terminal;

/* A handler may not call printf. */
struct text {
	char *at;
	size_t used, size;
};

static void add(struct text *t, const char *s)
{
	while (*s && t->used + 1 < t->size)
		t->at[t->used++] = *s++;
	t->at[t->used] = '\0';
}

static void add_number(struct text *t, uint64_t value, unsigned base)
{
	char digits[24], *p = digits + sizeof(digits) - 1;

	*p = '\0';
	do
		*--p = "0123456789abcdef"[value % base];
	while (value /= base);
	add(t, base == 16 ? "0x" : "");
	add(t, p);
}

static void add_signal(struct text *t, int signal)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (signals[i].number == signal) {
			add(t, signals[i].name);
			return;
		}
	}
	add(t, "signal ");
	add_number(t, (unsigned)signal, 10);
}

static bool is_fault(int signal)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i] == signal)
			return true;
	return false;
}

size_t fault_tell(char *text, size_t size, const struct pulse *pulse, int signal)
{
	const bool known = pulse->fault_signal == (uint32_t)signal;
	/* Codes of 0 and below: kill(2) and its kin; the address is then the sender. */
	const bool sent = known && (int32_t)pulse->fault_code <= 0 &&
			  pulse->fault_address != (uint64_t)pulse->shim_pid;
	const uint32_t phase = pulse->phase;
	struct text t = { text, 0, size };

	add(&t, "the shim ");
	add(&t, !sent && is_fault(signal) ? "died of " : "was ended by ");
	add_signal(&t, signal);
	if (sent) {
		add(&t, " from process ");
		add_number(&t, pulse->fault_address, 10);
	} else if (known && (int32_t)pulse->fault_code > 0) {
		add(&t, " at address ");
		add_number(&t, pulse->fault_address, 16);
	}
	if (known && !sent && is_fault(signal)) {
		add(&t, " (pc ");
		add_number(&t, pulse->fault_pc, 16);
		add(&t, ")");
	}
	add(&t, " while ");
	add(&t, phase < sizeof(doing) / sizeof(doing[0]) ? doing[phase] : "nobody knows what");
	if (signal == SIGKILL)
		add(&t, ": out of memory, or by hand. Give the guest less with memory=SIZE if the "
			"kernel's log tells of memory.");
	else if (!sent && is_fault(signal))
		add(&t, ". This is a defect of kvmshim: please report it with this line.");
	else
		add(&t, ": somebody wanted it to end.");
	return t.used;
}

static uint64_t context_pc(const ucontext_t *context)
{
#if defined(__aarch64__)
	return context->uc_mcontext.pc;
#elif defined(__x86_64__)
	return (uint64_t)context->uc_mcontext.gregs[REG_RIP];
#else
	(void)context;
	return 0;
#endif
}

static void last_words(int signal)
{
	static const char outcome[] = "<7>kvmshim: outcome: internal (68)\n";
	char text[400], lines[600];
	size_t n;

	fault_tell(text, sizeof(text), init_pulse, signal);
	n = say_wrap(lines, sizeof(lines), text);
	if (terminal_known)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	say_write(lines, n);
	say_write(outcome + 3, sizeof(outcome) - 4);
	outcome_log(outcome, sizeof(outcome) - 1);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	struct pulse *pulse = init_pulse;
	const bool sent = info->si_code <= 0;

	/* The kernel keeps such signals from an init without a handler. */
	if (sent && getpid() == 1 && info->si_pid != 1)
		return;
	pulse->fault_code = (uint32_t)info->si_code;
	pulse->fault_address = sent ? (uint64_t)info->si_pid : (uint64_t)(uintptr_t)info->si_addr;
	pulse->fault_pc = context_pc(context);
	pulse->fault_signal = (uint32_t)number;
	if (is_hosted) {
		last_words(number);
		_exit(OUTCOME_INTERNAL);
	}
	if (getpid() == 1) {
		/* An init that dies is a kernel panic. */
		last_words(number);
		sleep(10);
		sync();
		reboot(RB_POWER_OFF);
		for (;;)
			pause();
	}
	/* Blocked until this returns; then the process dies of it, for the supervisor to see. */
	signal(number, SIG_DFL);
	raise(number);
}

void fault_catch(bool hosted)
{
	/* SVE registers make a signal frame of up to 16 KiB. */
	static char stack[32768] __attribute__((aligned(16)));
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_sigaction = on_signal,
				    .sa_flags = SA_SIGINFO | SA_ONSTACK };

	is_hosted = hosted;
	sigaltstack(&alternate, NULL);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigaction(faults[i], &action, NULL);
	if (!hosted)
		return;
	terminal_known = tcgetattr(STDIN_FILENO, &terminal) == 0;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		sigaction(requests[i], &action, NULL);
}
