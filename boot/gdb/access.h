/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that read and change registers, memory and points. ARGS is what stands behind the name. */
#ifndef BOOT_GDB_ACCESS_H
#define BOOT_GDB_ACCESS_H

#include "boot/gdb/packets.h"

struct session;

enum packets_reply access_general_get(struct session *g, const char *args);
enum packets_reply access_general_set(struct session *g, const char *args);
enum packets_reply access_register_get(struct session *g, const char *args);
enum packets_reply access_register_set(struct session *g, const char *args);
enum packets_reply access_memory_get(struct session *g, const char *args);
enum packets_reply access_memory_set(struct session *g, const char *args);
enum packets_reply access_memory_set_binary(struct session *g, const char *args);
enum packets_reply access_point_add(struct session *g, const char *args);
enum packets_reply access_point_remove(struct session *g, const char *args);

/* Register N of the session's thread in hex; x in place of each digit where it has none. */
void access_register_tell(struct session *g, unsigned n);

#endif
