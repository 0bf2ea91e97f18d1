/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that let threads go, name them, and tell what has stopped. Thread N is vCPU N - 1. */
#ifndef BOOT_GDB_RESUME_H
#define BOOT_GDB_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/gdb/packets.h"

struct session;

enum packets_reply resume_actions(struct session *g, const char *args); /* vCont */
enum packets_reply resume_continue(struct session *g, const char *args);
enum packets_reply resume_step(struct session *g, const char *args);
enum packets_reply resume_continue_signal(struct session *g, const char *args);
enum packets_reply resume_step_signal(struct session *g, const char *args);
enum packets_reply resume_why(struct session *g, const char *args); /* ? */
enum packets_reply resume_thread(struct session *g, const char *args); /* H */
enum packets_reply resume_is_alive(struct session *g, const char *args); /* T */
enum packets_reply resume_current(struct session *g, const char *args); /* qC */
enum packets_reply resume_threads(struct session *g, const char *args); /* qfThreadInfo */
enum packets_reply resume_threads_more(struct session *g, const char *args);

/* What has stopped, and the registers that gdb would ask for: into rsp. */
void resume_stop_tell(struct session *g);

/* The vCPU that has done a step, and is at PC now, goes on as vCont's r has it. False: it does not. */
bool resume_again(struct session *g, uint64_t pc);

#endif
