/* SPDX-License-Identifier: BSD-2-Clause */
/* AArch32's CPSR: the registers that a mode has for its own, and the state of IT. */
#ifndef KVM_INSN_BANK_H
#define KVM_INSN_BANK_H

#include <stdint.h>

#include "kvm/insn/insn.h"

#define BANK_MODE_MASK 0x1fu
#define BANK_MODE_ABT 0x17u
#define BANK_USER 0x10u /* a mode for bank_reg(): the registers of User mode */
#define BANK_CPSR_T (1u << 5)
#define BANK_CPSR_E (1u << 9)

/*
 * R0 to R14 of the mode in CPSR, as a number of 0..30. Arm ARM (DDI 0487) D1.20.1; a mode that EL1
 * does not have is taken for User mode.
 */
enum insn_reg bank_reg(uint64_t cpsr, unsigned reg);

/* CPSR after one instruction of an IT block; outside of one it stays. Arm ARM ITAdvance(). */
uint64_t bank_it_advance(uint64_t cpsr);

#endif
