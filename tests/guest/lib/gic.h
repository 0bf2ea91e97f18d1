/* SPDX-License-Identifier: BSD-2-Clause */
/* Register offsets of GICv2 and GICv3 (Arm IHI 0048, IHI 0069). */
#ifndef GUEST_GIC_H
#define GUEST_GIC_H

#define GICD_CTLR 0x000
#define GICD_TYPER 0x004
#define GICD_IGROUPR 0x080
#define GICD_ISENABLER 0x100
#define GICD_ISPENDR 0x200
#define GICD_ISACTIVER 0x300
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR 0x800
#define GICD_ICFGR 0xc00
#define GICD_SGIR 0xf00
#define GICD_SPENDSGIR 0xf20
#define GICD_IROUTER 0x6000

#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_BPR 0x08
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define GICC_RPR 0x14
#define GICC_HPPIR 0x18
#define GICC_ABPR 0x1c

#define GICR_CTLR 0x00
#define GICR_TYPER 0x08
#define GICR_TYPER_LAST 0x10
#define GICR_WAKER 0x14
#define GICR_PROPBASER 0x70
#define GICR_PENDBASER 0x78
#define GICR_SGI_FRAME 0x10000 /* the GICD_ offsets hold in it */
#define GICR_STRIDE 0x20000

#define ICC_PMR_EL1 s3_0_c4_c6_0
#define ICC_AP0R0_EL1 s3_0_c12_c8_4
#define ICC_AP1R0_EL1 s3_0_c12_c9_0
#define ICC_BPR0_EL1 s3_0_c12_c8_3
#define ICC_SGI1R_EL1 s3_0_c12_c11_5
#define ICC_RPR_EL1 s3_0_c12_c11_3
#define ICC_IAR1_EL1 s3_0_c12_c12_0
#define ICC_EOIR1_EL1 s3_0_c12_c12_1
#define ICC_HPPIR1_EL1 s3_0_c12_c12_2
#define ICC_BPR1_EL1 s3_0_c12_c12_3
#define ICC_CTLR_EL1 s3_0_c12_c12_4
#define ICC_SRE_EL1 s3_0_c12_c12_5
#define ICC_IGRPEN0_EL1 s3_0_c12_c12_6
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7

/* machine.intids and each CPU's redistributor; reads only. gic_begin() does it too. */
void gic_cpus_find(void);

#endif
