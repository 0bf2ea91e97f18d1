/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's flash while it runs: CFI chips on the bus, whose blocks are read-only memory slots as
 * long as reads give what is stored, and whose changes go to a store.
 */
#ifndef BOOT_FLASH_H
#define BOOT_FLASH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "board/machine.h"
#include "boot/io/store.h"
#include "boot/outcome.h"

struct shim;

/* A bank. All but the first four and `refused` is under the lock of its device. */
struct flash_bank {
	uint8_t *hva; /* of the bank's reservation */
	struct region code; /* the firmware's pages, size 0: none here */
	uint32_t code_slot;
	uint32_t slot; /* the first of two for each block: below the code, and above */
	bool command; /* reads must come to the model */
	uint8_t patience; /* reads that are served before memory is worth while again */
	uint8_t block[MACHINE_FLASH_BLOCKS]; /* enum flash_block */
	atomic_ulong refused; /* programs and erases of a bank that is locked */
};

struct flash {
	struct flash_bank bank[MACHINE_FLASH_MAX];
	/* Of the variables' bank, under its lock: */
	struct store store;
	bool stored; /* there is one */
	unsigned changed; /* blocks since the last commit */
	uint64_t changed_at; /* ns, of the last change */
	_Atomic uint64_t due; /* ns: when the loop has something to do here, 0: it has not */
	bool told_volatile, told_trouble;
};

/*
 * Put the banks on the bus, open the store. After memory_add(); before engine_devices_bind(), which
 * notes where on the bus the console is. Costs little and touches no flash. Returns 0 or fail()s.
 */
int flash_open(struct shim *s, const struct dev_env *env, struct failure *f);

/* For struct dev_env; under the device's lock, as all of it. */
uint8_t *flash_storage(struct dev *dev, uint64_t offset, bool change);
void flash_direct(struct dev *dev, bool direct);

/*
 * Memory under GPA, if that is flash whose reads give what is stored, so that an instruction that KVM
 * does not decode finds it. Returns whether there is some now. Any thread.
 */
bool flash_back(struct shim *s, uint64_t gpa);

/* Where GPA of the firmware's own pages lies in this process; NULL: it is none, or reads are commands now. */
uint8_t *flash_code_at(const struct shim *s, uint64_t gpa);

/*
 * What is stored at GPA, and with it all up to the page's end, whatever the chip makes of reads now.
 * NULL: GPA is of no bank, or the store cannot be read. Any thread that holds no device's lock.
 */
const uint8_t *flash_stored_at(struct shim *s, uint64_t gpa);

/*
 * For the loop: what the guest has changed goes to the store a moment after the last change. Returns
 * ms until it is to be called again, -1: not until the loop is woken.
 */
int flash_serve(struct shim *s);

/*
 * The guest stands still, vCPUs paused: what it has changed goes to the store now, and what was
 * refused is told.
 */
void flash_settle(struct shim *s);

/* Close the store. */
void flash_close(struct shim *s);

#endif
