// SPDX-License-Identifier: BSD-2-Clause
// Pauses and resumes a guest of four vCPUs under full load, ten thousand times; prints real:pause_10000.
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "boot/engine.h"
#include "boot/memory.h"
#include "boot/hang.h"
#include "boot/init.h"
#include "boot/loop.h"
#include "boot/services.h"

#define CPUS 4
#define PAUSES 10000
#define STUCK_MAX 20 /* s without a step of some vCPU: the guest has little time between pauses */
#define REGS 4 /* PC, x0 to x2: what a loop counts in; each costs an ioctl */

static struct shim shim;
static uint64_t regs[CPUS][REGS];
static unsigned moves; /* pauses before which the guest had gone on */
static char detail[160];
static int from_guest; /* what the guest prints */
static unsigned stuck_row; /* seconds on end in which some vCPU stood still */

static bool bad(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool bad(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	return false;
}

static void sleep_us(long us)
{
	nanosleep(&(struct timespec){ 0, us * 1000 }, NULL);
}

static bool regs_read(unsigned cpu, uint64_t *to)
{
	const struct vcpu *vcpu = &shim.vcpu[cpu];

	if (vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), to))
		return false;
	for (unsigned i = 1; i < REGS; i++)
		if (vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.regs[i - 1]), to + i))
			return false;
	return true;
}

static bool all_parked(void)
{
	struct vcpus *v = &shim.vcpus;
	bool parked;

	pthread_mutex_lock(&v->lock);
	parked = v->parked == CPUS;
	for (unsigned i = 0; i < CPUS; i++)
		parked = parked && v->thread[i].parked;
	pthread_mutex_unlock(&v->lock);
	return parked;
}

/* While paused: all are parked, their registers are to be had and stand still. */
static bool paused_check(unsigned n)
{
	uint64_t first[CPUS][REGS], again[REGS];
	bool any = false;

	if (!all_parked())
		return bad("pause %u: not all are parked", n);
	for (unsigned i = 0; i < CPUS; i++)
		if (!regs_read(i, first[i]))
			return bad("pause %u: registers of vCPU %u cannot be read", n, i);
	sleep_us(n % 64 ? 0 : 1000);
	for (unsigned i = 0; i < CPUS; i++) {
		if (!regs_read(i, again))
			return bad("pause %u: registers of vCPU %u cannot be read again", n, i);
		if (memcmp(first[i], again, sizeof(again)))
			return bad("pause %u: vCPU %u went on from PC %#" PRIx64 " to %#" PRIx64, n,
				   i, first[i][0], again[0]);
		any = any || memcmp(first[i], regs[i], sizeof(regs[i]));
	}
	moves += any;
	memcpy(regs, first, sizeof(regs));
	return true;
}

/* The load guest tells each second how many rounds its CPUs made, how many errors they saw, how many stood still. */
static bool guest_listen(unsigned *lines, unsigned long *rounds)
{
	static char text[4096];
	static size_t have;
	char *line = text, *end;
	ssize_t n = read(from_guest, text + have, sizeof(text) - 1 - have);

	if (n <= 0)
		return true;
	have += (size_t)n;
	text[have] = '\0';
	for (; (end = strchr(line, '\n')); line = end + 1) {
		unsigned long number, now, errors, stuck;

		*end = '\0';
		if (strstr(line, "FAIL") || strstr(line, "kvmshim:"))
			return bad("the guest says: %.100s", line);
		if (sscanf(line, "load %lu: %lu rounds, %lu errors, %lu stuck", &number, &now,
			   &errors, &stuck) != 4)
			continue;
		stuck_row = stuck ? stuck_row + 1 : 0;
		if (errors || now < *rounds || stuck_row > STUCK_MAX)
			return bad("second %lu: %lu rounds after %lu, %lu errors, %lu stuck",
				   number, now, *rounds, errors, stuck);
		*rounds = now;
		++*lines;
	}
	have = strlen(line);
	memmove(text, line, have);
	return true;
}

static bool pauses_make(void)
{
	unsigned lines = 0, before;
	unsigned long rounds = 0;
	bool ok = true;

	while (ok && lines < 2) { /* until the load is full */
		sleep_us(10000);
		ok = guest_listen(&lines, &rounds);
	}
	before = lines;
	for (unsigned n = 1; ok && n <= PAUSES; n++) {
		vcpus_pause(&shim);
		ok = paused_check(n);
		vcpus_resume(&shim, false);
		sleep_us(n % 16 * 50);
		ok = ok && (n % 64 || guest_listen(&lines, &rounds));
	}
	/* Left alone, all go on. */
	for (unsigned last = lines; ok && (lines < last + 2 || stuck_row);) {
		sleep_us(10000);
		ok = guest_listen(&lines, &rounds);
	}
	if (!ok)
		return false;
	if (moves < PAUSES / 2)
		return bad("the guest went on only %u times", moves);
	snprintf(detail, sizeof(detail), "the guest went on %u times and told of %u seconds", moves,
		 lines - before);
	return true;
}

static void *tester(void *arg)
{
	bool *ok = arg;

	*ok = pauses_make();
	kill(getpid(), SIGTERM);
	return NULL;
}

static int build(struct shim *s, struct failure *f)
{
	engine_caps_enable(s, NULL);
	if (memory_add(s, f) || engine_vcpus_create(s, f) || engine_vgic_create(s, f) ||
	    engine_devices_bind(s, &services_dev_env, f) || engine_addresses_commit(s, f) ||
	    engine_registers_push(s, f))
		return -1;
	return loop_open(s, f);
}

static bool run(struct failure *f)
{
	char *argv[] = { (char *)"pause", (char *)"--firmware=/load.bin", (char *)"--cpus=4",
			 (char *)"--memory=64M", NULL };
	struct shim *s = &shim;
	enum outcome outcome;
	pthread_t thread;
	sigset_t term;
	bool ok = false;
	int line[2];

	init_early(false);
	if (settings_begin(&s->p.settings, 4, argv, false, NULL, f) || prepare_board(&s->p, f) ||
	    host_open(&s->p.host, &s->vm, &s->p.board, &s->p.board_tree, f) ||
	    prepare_images(&s->p, f) || prepare_plan(&s->p, f) || build(s, f))
		return bad("%.150s", f->text);
	/* Only the loop pauses a guest; here it is this test instead, so the loop is to see no alarm of the look-out for hangs. */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	signalfd(s->io.signal_fd, &term, SFD_NONBLOCK | SFD_CLOEXEC);
	if (pipe2(line, O_NONBLOCK | O_CLOEXEC) || dup2(line[1], STDOUT_FILENO) < 0)
		return bad("no pipe");
	from_guest = line[0];
	if (pthread_create(&thread, NULL, tester, &ok))
		return bad("no thread");
	outcome = loop_run(s, f);
	pthread_join(thread, NULL);
	engine_close(s);
	if (ok && (outcome != OUTCOME_POWEROFF || strcmp(f->text, "stopped by SIGTERM") ||
		   s->vcpus.started))
		return bad("ended as %s: %.100s; %u threads are left", outcome_name(outcome),
			   f->text, s->vcpus.started);
	return ok;
}

int main(void)
{
	struct failure f = { .text = "" };
	int out = dup(STDOUT_FILENO);
	bool ok = run(&f);

	dprintf(out, "real:pause_10000\t%s\t%s\n", ok ? "ok" : "fail", detail);
	return !ok;
}
