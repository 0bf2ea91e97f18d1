/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one instruction that accesses memory is, common to A64, A32 and T32: an address, a row of
 * equal elements at ascending addresses, the registers they go to or come from, and what the base
 * register becomes. And the CPU as decoders, translation and emulation see it.
 */
#ifndef KVM_INSN_INSN_H
#define KVM_INSN_INSN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Registers by number: 0..30 are X0..X30, which KVM uses for AArch32's too, banked ones behind
 * R14_usr (Arm ARM D1.20.1, kvm/insn/bank.h). In a struct insn of A32 or T32, 0..14 are R0..R14 of
 * the current mode.
 */
enum insn_reg {
	INSN_SP = 31, /* A64: SP of the current exception level and PSTATE.SP */
	INSN_ZR, /* reads 0, drops what is written */
	/*
	 * As a base: the instruction's own address, its low two bits cut off; a decoder adds the 4
	 * or 8 of AArch32 to start. As what is stored: A32, that address + 8. As what is loaded: a
	 * branch that takes the instruction set from bit 0. R15 is always this one.
	 */
	INSN_PC,
	INSN_PSTATE, /* in AArch32: CPSR, as SPSR_EL1 would hold it */
	INSN_SP_EL0,
	INSN_SP_EL1,
	INSN_ELR,
	INSN_SPSR, /* SPSR_EL1, SPSR_svc */
	INSN_SPSR_ABT,
	INSN_SPSR_UND, /* this and those below: AArch32 */
	INSN_SPSR_IRQ,
	INSN_SPSR_FIQ,
	INSN_SCTLR,
	INSN_TCR, /* AArch32: TTBCR, TTBCR2 in the upper half */
	INSN_TTBR0,
	INSN_TTBR1,
	INSN_MAIR,
	INSN_ESR, /* AArch32: DFSR */
	INSN_FAR, /* AArch32: DFAR, IFAR in the upper half */
	INSN_VBAR,
	INSN_DACR, /* AArch32 */
	INSN_IFSR, /* AArch32 */
	INSN_REGS,
	INSN_NONE = 0xff,
};

/* What is done with the elements. */
enum insn_op {
	INSN_LOAD,
	INSN_STORE,
	INSN_LOAD_EXCLUSIVE,
	INSN_STORE_EXCLUSIVE, /* status := 0 done, 1 not */
	/* move[] is stored where status (two elements: and status + 1) is there; it becomes what was. */
	INSN_COMPARE_SWAP,
	INSN_SWAP, /* status is stored, move[0] becomes what was there; the same for those below */
	INSN_ADD,
	INSN_CLEAR, /* bits of status */
	INSN_XOR,
	INSN_SET, /* bits of status */
	INSN_SMAX,
	INSN_SMIN,
	INSN_UMAX,
	INSN_UMIN,
	INSN_ZERO_BLOCK, /* DC ZVA: the block around the address */
};

enum insn_extend { INSN_UXTW = 2, INSN_UXTX = 3, INSN_SXTW = 6, INSN_SXTX = 7 }; /* A64's option */
enum insn_shift { INSN_LSL, INSN_LSR, INSN_ASR, INSN_ROR, INSN_RRX }; /* A32's type, RRX apart */

/* One element and its register. */
struct insn_move {
	uint8_t reg; /* SIMD: 0..31; else an enum insn_reg */
	uint8_t at; /* SIMD: byte of the 16-byte register; else 0 */
};
#define INSN_MOVES_MAX 64 /* LD4 of 16 bytes each */
#define INSN_NAME_MAX 12

/*
 * address = base + start + (post ? 0 : index), and with write-back base := base + back + index,
 * after the elements and unless one of them was loaded into base. All zero but what is said here is
 * right for most: a decoder begins with *insn = (struct insn){ 0 } and INSN_NONE in index.
 */
struct insn {
	char name[INSN_NAME_MAX]; /* mnemonic as objdump spells it: insn_name_set() */
	uint32_t word; /* T32 of four bytes: the first half in the upper half */
	uint8_t length; /* bytes: 2 or 4 */
	uint8_t op; /* enum insn_op */

	uint8_t base; /* enum insn_reg */
	uint8_t index; /* INSN_NONE: none */
	uint8_t extend; /* A64: enum insn_extend, ahead of the shift; A32, T32: 0 */
	uint8_t shift, amount; /* of index; A32's LSR and ASR by 32 have amount 32 */
	bool subtract; /* index is taken away, not added */
	bool post, writeback;
	int64_t start, back;

	uint8_t size; /* bytes of an element in memory: 1, 2, 4, 8; Q registers are two of 8 */
	uint8_t width; /* bytes of a general register that a load fills: 4, 8; the rest becomes 0 */
	bool sign; /* a load extends the sign to width */
	bool user; /* LDTR, STRT: with EL0's rights */
	bool user_bank; /* A32: LDM, STM with ^: registers of User mode */
	uint8_t aligned; /* must divide the address whatever SCTLR.A says (LDM: 4, VLD4 with @128: 16); 0: nothing */

	bool simd; /* move[] names SIMD registers */
	bool words; /* two moves are the halves of one element (Q, VLDM's D): big-endian, the second first */
	bool clear; /* SIMD load: what no element fills of a register becomes 0 */
	uint8_t replicate; /* SIMD load: each element fills so many bytes of its register; 0: once */

	uint8_t status; /* exclusives and atomics: see enum insn_op */
	uint8_t count; /* elements */
	struct insn_move move[INSN_MOVES_MAX];
};

/* Bits HIGH to LOW of an instruction word, and one of them. */
static inline uint32_t insn_bits(uint32_t word, unsigned high, unsigned low)
{
	return word >> low & (UINT32_MAX >> (31 - high + low));
}

static inline bool insn_bit(uint32_t word, unsigned n)
{
	return word >> n & 1;
}

/* The mnemonic, of parts that are put together: "ld", "add", "al". Cut off where it is too long. */
void insn_name_set(struct insn *insn, const char *a, const char *b, const char *c);

struct walk_trail;

/*
 * A CPU. Registers are read when they are needed and kept; what is changed is written by
 * insn_push(). The functions are the outside's: a vCPU, or a test.
 */
struct insn_cpu {
	bool aarch32; /* EL1 is AArch32 */
	uint16_t zero_block; /* bytes that DC ZVA clears; 0: not allowed */
	uint64_t value[INSN_REGS];
	uint64_t known, changed; /* bit per enum insn_reg */
	int error; /* the first one of get() */
	uint8_t exclusive_size; /* bytes that an exclusive load watches; 0: none */
	uint64_t exclusive; /* their guest physical address */

	/* All but INSN_SP and INSN_ZR are asked for. Returns 0 or -errno. */
	int (*get)(struct insn_cpu *cpu, enum insn_reg reg, uint64_t *value);
	int (*set)(struct insn_cpu *cpu, enum insn_reg reg, uint64_t value);
	int (*simd_get)(struct insn_cpu *cpu, unsigned reg, uint64_t value[2]);
	int (*simd_set)(struct insn_cpu *cpu, unsigned reg, const uint64_t value[2]);
	/*
	 * Where the guest physical address GPA lies in this process, and all that follows it up to
	 * the next multiple of 4 KiB. NULL: no memory is there, or it is to be written and may not.
	 */
	void *(*memory)(struct insn_cpu *cpu, uint64_t gpa, bool write);
	struct walk_trail *trail; /* the way that a translation takes; NULL: nobody asks */
	/*
	 * An access of SIZE 1, 2, 4 or 8 to what is not memory. Returns 0, -EFAULT (the guest is to
	 * get an external abort), or another -errno: the guest has ended.
	 */
	int (*device)(struct insn_cpu *cpu, uint64_t gpa, unsigned size, bool write,
		      uint64_t *value);
};

/*
 * A register; no INSN_SP, and no INSN_ZR. Where the outside fails, 0 is read and insn_push()
 * returns its error.
 */
uint64_t insn_get(struct insn_cpu *cpu, enum insn_reg reg);
void insn_set(struct insn_cpu *cpu, enum insn_reg reg, uint64_t value);

/*
 * Write what has changed, and forget all: the CPU may run again. Returns 0, or the first -errno of
 * get(), after which nothing is written, or of set().
 */
int insn_push(struct insn_cpu *cpu);
void insn_forget(struct insn_cpu *cpu);

#endif
