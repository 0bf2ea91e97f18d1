/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation of the guest's addresses by its own tables (stage 1 of the EL1&0 regime), as the CPU
 * would do it, and what the guest is told where there is none.
 */
#ifndef KVM_INSN_WALK_H
#define KVM_INSN_WALK_H

#include <stdbool.h>
#include <stdint.h>

struct insn_cpu;

/* How an address is accessed: bits. */
enum walk_access {
	WALK_READ = 0,
	WALK_WRITE = 1 << 0,
	WALK_USER = 1 << 1, /* with EL0's rights, whatever the current level */
	WALK_FETCH = 1 << 2, /* an instruction that has begun: its rights are not asked */
	WALK_LOOK = 1 << 3, /* from outside: no rights are asked, and nothing changes */
};

enum walk_kind {
	WALK_OK,
	WALK_TRANSLATION,
	WALK_ADDRESS_SIZE,
	WALK_ACCESS_FLAG,
	WALK_PERMISSION,
	WALK_DOMAIN, /* AArch32, short descriptors */
	WALK_TABLE, /* external abort on a table */
	WALK_EXTERNAL, /* external abort on the access itself; not walk()'s */
	WALK_ALIGNMENT, /* not walk()'s */
};

struct walk_fault {
	enum walk_kind kind;
	int level; /* of the table, -1 to 3; short descriptors: 1 section, 2 page */
	unsigned domain; /* short descriptors */
};

/*
 * The guest physical address of VA in GPA; good up to the next multiple of 4 KiB. Returns WALK_OK,
 * or FAULT's kind after it was filled. Sets access flag and dirty state in tables where TCR asks
 * for it. Arm ARM (DDI 0487) D8.2; walk_a32() does AArch32's: G5.4, G5.5.
 */
enum walk_kind walk(struct insn_cpu *cpu, uint64_t va, unsigned access, uint64_t *gpa,
		    struct walk_fault *fault);

/* A descriptor that a translation has read. */
struct walk_step {
	uint64_t gpa, value;
	uint8_t size; /* bytes: 8, short descriptors 4 */
	int8_t level;
	uint8_t span; /* log2 of the bytes that it tells about */
	bool flat; /* what a table takes away of rights does not count */
};
#define WALK_LEVELS 5
struct walk_trail {
	unsigned steps;
	struct walk_step step[WALK_LEVELS];
};

/*
 * Read STEP's value from its GPA, in the byte order BIG says, and note it in the CPU's trail. False:
 * no memory is there.
 */
bool walk_descriptor(struct insn_cpu *cpu, struct walk_step *step, bool big);

/* One of the two tables, and what it translates. */
struct walk_half {
	unsigned bits; /* of an address; 0: none, the table is switched off */
	unsigned page; /* log2 of the granule */
};

/* The lower or the HIGH half of the address space, of AArch64 only and whether the MMU is on or not. */
struct walk_half walk_half(struct insn_cpu *cpu, bool high);

#endif
