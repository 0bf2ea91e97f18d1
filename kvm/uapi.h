/* SPDX-License-Identifier: BSD-2-Clause */
/* <linux/kvm.h> and the few numbers of KVM's ABI that are newer than the headers of Linux 6.1. */
#ifndef KVM_UAPI_H
#define KVM_UAPI_H

#include <linux/kvm.h>

#ifndef KVM_CAP_COUNTER_OFFSET
#define KVM_CAP_COUNTER_OFFSET 227 /* 6.4 */
#endif

/* Physical timer's counter: in the register list since 6.4; its id is older. */
#ifndef KVM_REG_ARM_PTIMER_CNT
#define KVM_REG_ARM_PTIMER_CTL ARM64_SYS_REG(3, 3, 14, 2, 1)
#define KVM_REG_ARM_PTIMER_CVAL ARM64_SYS_REG(3, 3, 14, 2, 2)
#define KVM_REG_ARM_PTIMER_CNT ARM64_SYS_REG(3, 3, 14, 0, 1)
#endif

#endif
