/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shim's one loop: line, signals, timers, what vCPUs have to tell. The main thread's, while
 * vCPU threads run.
 */
#ifndef BOOT_LOOP_H
#define BOOT_LOOP_H

#include "boot/outcome.h"

struct shim;

/*
 * Open what the loop needs: fds, the timer that looks for hangs. Before the guest runs. Returns 0
 * or fail()s.
 */
int loop_open(struct shim *s, struct failure *f);

/*
 * Run the guest until it ends: vCPU threads are started here, resets are carried out in place
 * (on-reset=restart). Returns the outcome, F filled where there is more to say (else F->text is
 * empty). The line is given back.
 */
enum outcome loop_run(struct shim *s, struct failure *f);

/* Get the loop's attention. Any thread; async-signal-safe. */
void loop_wake(struct shim *s);

#endif
