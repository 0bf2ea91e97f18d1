/* SPDX-License-Identifier: BSD-2-Clause */
/* Tells the person, and the supervisor, that unpacking goes on. */
#ifndef BOOT_IMAGE_UNPACK_SHOW_H
#define BOOT_IMAGE_UNPACK_SHOW_H

/*
 * From here on to unpack_show_end() each second adds to a line on fd 1 how many
 * MiB have been unpacked into the memory file FD: its pages are counted, so that no decoder need
 * count. While they grow the supervisor's questions are answered. Takes SIGVTALRM.
 */
void unpack_show_begin(int fd);
void unpack_show_end(void);

#endif
