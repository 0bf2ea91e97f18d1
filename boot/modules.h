/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel modules that the initramfs carries. */
#ifndef BOOT_MODULES_H
#define BOOT_MODULES_H

#define MODULES_FOLDER "/lib/modules"

/*
 * Load the modules whose paths stand in FOLDER/RELEASE/kvmshim.order, RELEASE being that of the
 * running kernel, one a line, in that order; packed ones are unpacked by the kernel. One that
 * cannot be loaded is told and passed over; so is a folder that has none for this kernel. Returns
 * how many could not be loaded; 0 where there is no such folder.
 */
unsigned modules_load(const char *folder);

#endif
