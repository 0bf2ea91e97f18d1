/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel modules that the initramfs carries. */
#ifndef BOOT_MODULES_H
#define BOOT_MODULES_H

#define MODULES_ORDER "/lib/modules/kvmshim.order"

/*
 * Load the modules whose paths stand in the file ORDER, one a line, in that order; packed ones are unpacked by the kernel. One that cannot be loaded is told and passed over.
 * Returns how many those were; 0 where there is no such file.
 */
unsigned modules_load(const char *order);

#endif
