/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stops the guest at points and after steps. The person, or gdb for them, has all vCPUs paused or lets
 * all go: debug_pause() follows each vcpus_pause() that is theirs, debug_resume() precedes the
 * vcpus_resume() that takes it back.
 */
#ifndef BOOT_DEBUG_H
#define BOOT_DEBUG_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/points.h"

struct shim;
struct vcpu;

enum debug_why { DEBUG_NONE, DEBUG_BREAK, DEBUG_WATCH, DEBUG_STEP };

struct debug_stop {
	enum debug_why why;
	unsigned vcpu;
	uint64_t pc; /* of the instruction that is next: at a point, the one that met it */
	uint64_t address; /* WATCH: of the watched bytes the one accessed, as near as KVM tells */
	enum point_kind kind; /* BREAK, WATCH */
	unsigned point; /* the same: its place in the table */
};

/*
 * Points: points_add() and points_remove() for the monitor's vCPU, paused by whomsoever. KIND, VA, LEN
 * and errors as there; add returns its place in the table.
 */
int debug_point_add(struct shim *s, enum point_kind kind, uint64_t va, uint64_t len);
int debug_point_remove(struct shim *s, enum point_kind kind, uint64_t va, uint64_t len);
void debug_points_clear(struct shim *s);

/* The vCPUs are paused for the person: points are taken out of memory, steps under way end. */
void debug_pause(struct shim *s);

/*
 * The vCPUs are about to go on: points are put in. A vCPU that stands at one goes over it first, while
 * the others wait. STEP is the vCPU that is to stop after one instruction, or -1. Returns 0, -ENODEV
 * (STEP is switched off), or for a step -errno of KVM's: nothing has changed then. With STEP -1 the
 * guest goes on without points, and that is said.
 */
int debug_resume(struct shim *s, int step);

/* With the next debug_resume() only VCPU goes on, and the others stand still; -1: all go on. */
void debug_alone(int vcpu);

/*
 * The loop: has something stopped since debug_resume()? Then STOP says what, and the vCPUs are paused,
 * once, as if the caller had done so, debug_pause() included.
 */
bool debug_stopped(struct shim *s, struct debug_stop *stop);

/*
 * Around a look at a guest that runs, with the vCPUs paused for that long: points are out of memory, and
 * in again, with those that were added meanwhile. Nothing while debug_pause() is in force.
 */
void debug_hide(struct shim *s);
void debug_show(struct shim *s);

/*
 * The guest has been reset, after debug_pause(); points stay. SEEN: it waits, so that the person sees it
 * where it starts; else it stops at a point that is there.
 */
void debug_reset(struct shim *s, bool seen);

/* KVM_EXIT_DEBUG; VCPU's thread. */
void debug_exit(struct shim *s, struct vcpu *vcpu);

/* An instruction was emulated in KVM's place, which a step may have been about; VCPU's thread. */
void debug_emulated(struct shim *s, struct vcpu *vcpu);

#endif
