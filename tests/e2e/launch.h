/* SPDX-License-Identifier: BSD-2-Clause */
/* The two halves of a test's hand inside the board. */
#ifndef LAUNCH_H
#define LAUNCH_H

#define MIB (1u << 20)

/* Do what WORD says and become /init, whose arguments are what stands in REST behind its first. */
int become_init(char **word, char **rest);

#endif
