/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device model is and what it may do. A model is a pure register machine: it knows offsets
 * into its own window, its interrupt lines by number, and the few services of struct dev_env; no
 * addresses, no fds, no threads.
 */
#ifndef BOARD_DEV_H
#define BOARD_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "generated/config.h"

struct dev;

/*
 * A model's world: all of it must be there. Called with the device's lock held; none blocks or
 * calls the model back.
 */
struct dev_env {
	/* A line has changed. Models call dev_irq_set() instead. */
	void (*irq)(struct dev *dev, unsigned line, bool level);
	/* Bytes for the person on the line; never refuses. */
	void (*out)(struct dev *dev, const uint8_t *buf, size_t n);
	/* Bytes out() can take now without losing any; must be able to reach 32. */
	size_t (*room)(struct dev *dev);
	/* The model can take input again after input() took less than it was offered. */
	void (*input_ready)(struct dev *dev);
	/* Nanoseconds since 1970. */
	uint64_t (*now)(void);
	/* Call model->wake() at that time, in place of any asked for before; 0 = never mind. */
	void (*wake_at)(struct dev *dev, uint64_t ns);
	/*
	 * Where the byte at OFFSET of the device's storage lies, and with it the rest of its erase
	 * block; CHANGE: the model is about to change that. NULL: it cannot be read or changed.
	 */
	uint8_t *(*storage)(struct dev *dev, uint64_t offset, bool change);
	/*
	 * DIRECT: reads may find the storage without a call of the model, as they do after a reset;
	 * else each one calls it.
	 */
	void (*direct)(struct dev *dev, bool direct);
	/*
	 * Where SIZE bytes of the guest's memory at GPA lie, as aligned as GPA; NULL: not all of that is
	 * memory. The guest may store there meanwhile: what is looked at is read once. A guest whose
	 * caches are off sees what was stored there after one more call for it.
	 */
	void *(*memory)(struct dev *dev, uint64_t gpa, uint64_t size);
	/* Bytes of the guest's lowest bank of RAM; where it begins. */
	uint64_t (*ram)(struct dev *dev, uint64_t *base);
	/*
	 * The value, for good, of property NAME of the node at PATH ("/system", or an alias) of the
	 * guest's tree; with PATH NULL, of the device's block in what is known of its SoC. Big-endian, LEN
	 * bytes. NULL: there is none, LEN means nothing.
	 */
	const void *(*property)(struct dev *dev, const char *path, const char *name, uint32_t *len);
};

/* What a device stores, for models of memory chips. */
struct dev_storage {
	uint64_t size; /* bytes: whole blocks */
	uint32_t block; /* bytes that are erased together, a power of two */
	uint8_t width; /* bytes of its bus: 1, 2 or 4 */
	bool locked; /* it cannot be changed */
};

/* What the node says of the device: for models of a family that differs by name and layout. */
struct dev_traits {
	unsigned kind; /* index in model->compatible of the name that the node bears */
	unsigned lines; /* interrupts that the node has */
	/* Of models with a layout: */
	unsigned reg_shift; /* log2 of the bytes from register to register (reg-shift), else 0 */
	unsigned reg_width; /* bytes of an access (reg-io-width), else 0 */
};

/*
 * What the manual calls a register. "RBR/THR" is one that is read by the first name and written by
 * the second, "THR|DLL" one of two, by what another register says.
 */
struct reg_name {
	uint16_t offset; /* bytes; of models with a layout the register's number */
	uint16_t kinds; /* that have it: bit per traits.kind, 0: all */
	uint8_t more; /* registers behind it that bear the name, too: a FIFO's */
	char name[21]; /* "": the table's end */
};

/* Tables of names lie where a start touches nothing. */
#define REG_NAMES_AT __attribute__((section(".rodata.reg_names")))
#define REG_NAMES static const struct reg_name REG_NAMES_AT
#define MODEL_REGS(table) (CONFIG_PLACES ? (table) : NULL)

/* Only the monitor's key sends a BREAK. */
#define MODEL_BREAK(function) (CONFIG_MONITOR ? (function) : NULL)

/* All calls are made with the device's lock held. */
struct model {
	const char *name; /* "PL011 UART" */
	const char *const *compatible; /* NULL-terminated */
	const struct reg_name *regs; /* MODEL_REGS(); NULL: not known, or it has none */
	size_t state_size; /* bytes; the state holds no pointers and can be saved as it is */
	/*
	 * Stores here may arrive late, but in order (coalesced MMIO); size 0 = none. With a layout
	 * it is of registers that are a byte apart.
	 */
	uint32_t posted_at, posted_size;
	const uint8_t *posted_of; /* by kind, in place of posted_at; NULL: kinds are alike */
	uint16_t rxfifo; /* MODEL_RXFIFO() of the state; 0: it has none. To be looked at. */
	bool layout; /* reg-shift and reg-io-width of the node count */
	const uint8_t *reg_shifts; /* by kind, of nodes without reg-shift; NULL: 0 */
	/* Power-on values; lines go low. */
	void (*reset)(struct dev *dev);
	/*
	 * One access of SIZE 1, 2, 4 or 8 at OFFSET, which need not be aligned nor be a register's:
	 * then it reads 0 and drops the value. Bits of the result above SIZE mean nothing.
	 */
	uint64_t (*read)(struct dev *dev, uint64_t offset, unsigned size);
	void (*write)(struct dev *dev, uint64_t offset, unsigned size, uint64_t value);
	/* Returns the bytes taken: fewer than N when it is full. NULL: takes none. */
	size_t (*input)(struct dev *dev, const uint8_t *buf, size_t n);
	/*
	 * A BREAK: the line was low for longer than a character. False: the receiver is off or full, and it
	 * is lost. MODEL_BREAK(); NULL: it is no UART.
	 */
	bool (*brk)(struct dev *dev);
	/* What wake_at() asked for; too early or for nothing does no harm. NULL: never asks. */
	void (*wake)(struct dev *dev);
};

/* An instance. Its lock is taken by the bus around every call of the model. */
struct dev {
	const struct model *model;
	void *state; /* state_size bytes, aligned for uint64_t, zeroed before the first reset */
	const struct dev_env *env;
	void *owner; /* the env's own */
	const struct dev_storage *storage; /* NULL: it stores nothing */
	struct dev_traits traits;
	uint32_t levels; /* lines that are high: bit per line */
};

/* Drive a line; the env is only told of changes. For models. */
void dev_irq_set(struct dev *dev, unsigned line, bool level);

/*
 * The name of the register that the byte at OFFSET is of, as its manual writes it; NULL: it is not
 * known.
 */
const char *dev_reg_name(const struct model *model, const struct dev_traits *traits,
			 uint64_t offset);

/* The side of NAME that an access goes by, LENGTH characters there: the first or the second of two. */
const char *dev_reg_side(const char *name, bool write, unsigned *length);

/* Every model that is built in, NULL-terminated: generated from the configuration. */
extern const struct model *const dev_models[];

#endif
