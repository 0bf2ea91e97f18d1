/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Help for loops that wait for a register. A vCPU that, without a store that changes something,
 * reads one 12 times in a row, or 32 times among no more than three others, polls it. The load's
 * reads are then answered by candidates, each for three reads, in this order: the value with bit 0,
 * 1 .. 31 flipped; all zeros; all ones; bits 0 and 1, 1 and 2 .. 30 and 31 flipped; a value that
 * counts up, by ones for 256 reads, then in doubling strides. The one at whose first or second read
 * the loop ended is kept for that load, as bits set or cleared, and given at once the next time.
 * Where the loop goes on in spite of it, for 8 reads in a row or 512 without a store, the next one
 * that is known is given, then the search goes on. Where nothing helps the register has its own
 * value until there is progress, or for 4096 reads.
 */
#ifndef BOARD_STUB_POLL_H
#define BOARD_STUB_POLL_H

#include "board/stub.h"

#define STUB_POLL_READS 32 /* of a register without progress: it is polled */
#define STUB_POLL_STREAK 12 /* the same in a row: most loops that give up look more often */
#define STUB_POLL_AGAIN 8 /* reads, at a load that polled before and may not have been helped */
#define STUB_POLL_HOLD 3 /* reads that get a candidate */
#define STUB_POLL_ROW 8 /* reads in a row that get an answer that helped before */
#define STUB_POLL_GIVEN 512 /* reads that get it without a store in between */
#define STUB_POLL_APART 8 /* reads of others: the loop has ended */
#define STUB_POLL_REST 4096
#define STUB_POLL_LOOK 8 /* meanwhile one read in so many looks for another loop */
#define STUB_POLL_ONES 256 /* reads that count by ones */
#define STUB_POLL_CANDIDATES 66

/* What CPU's read of the bits LANES of R gives. */
uint32_t stub_poll_read(struct stub *stub, struct stub_cpu *cpu, struct stub_register *r,
			uint32_t lanes);

/* CPU stored something: whatever it waited for has come. */
void stub_poll_progress(struct stub *stub, struct stub_cpu *cpu);

/* Candidate N, 0 to STUB_POLL_CANDIDATES - 1, for a register of VALUE. */
struct stub_answer stub_poll_candidate(unsigned n, uint32_t value);

#endif
