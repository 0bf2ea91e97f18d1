/* SPDX-License-Identifier: BSD-2-Clause */
/* What packets ask for: the table of them, and gdb's questions about us. */
#ifndef BOOT_GDB_PACKETS_H
#define BOOT_GDB_PACKETS_H

struct session;

/* Is what rsp was given as a reply to be sent? No: there is none, or it comes later. */
enum packets_reply { PACKETS_SEND, PACKETS_SILENT };

/* Do what the packet in rsp says, and reply. vCPUs paused. */
void packets_do(struct session *g);

/* The reply to what could not be done, ERROR being -errno. */
enum packets_reply packets_error(struct session *g, int error);

#endif
