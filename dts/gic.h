/* SPDX-License-Identifier: BSD-2-Clause */
/* Words for interrupt specifiers: Linux's interrupt-controller/arm,gic binding. */
#define GIC_SPI 0
#define GIC_PPI 1
#define IRQ_EDGE_RISING 1
#define IRQ_LEVEL_HIGH 4
