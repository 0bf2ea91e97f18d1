/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device model is and what it may do. A model is a pure register machine: it knows offsets into its own window,
 * its interrupt lines by number, and the few services of struct dev_env; no addresses, no fds, no threads.
 */
#ifndef BOARD_DEV_H
#define BOARD_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dev;

/* A model's world: all of it must be there. Called with the device's lock held; none blocks or calls the model back. */
struct dev_env {
	void (*irq)(struct dev *dev, unsigned line, bool level); /* only on a change */
	void (*out)(struct dev *dev, const uint8_t *buf, size_t n); /* bytes for the person on the line; never refuses */
	size_t (*room)(struct dev *dev); /* bytes out() can take now without losing any; must be able to reach 32 */
	void (*input_ready)(struct dev *dev); /* the model can take input again after input() took less than offered */
	uint64_t (*now)(void); /* ns since 1970 */
	void (*wake_at)(struct dev *dev, uint64_t ns); /* call model->wake() at that time; 0 = never mind */
};

struct model {
	const char *name; /* "PL011 UART" */
	const char *const *compatible; /* NULL-terminated */
	size_t state_size; /* bytes; the state holds no pointers and can be saved as it is */
	uint32_t posted_at, posted_size; /* stores here may arrive late, but in order (coalesced MMIO); size 0 = none */
	void (*reset)(struct dev *dev); /* power-on values; lines go low */
	uint64_t (*read)(struct dev *dev, uint64_t offset, unsigned size); /* size 1, 2, 4, 8 */
	void (*write)(struct dev *dev, uint64_t offset, unsigned size, uint64_t value);
	size_t (*input)(struct dev *dev, const uint8_t *buf, size_t n); /* bytes taken; NULL: takes none */
	void (*wake)(struct dev *dev); /* NULL: never asks for it */
};

/* An instance. Its lock is taken by the bus around every call of the model. */
struct dev {
	const struct model *model;
	void *state; /* state_size bytes, zeroed before the first reset */
	const struct dev_env *env;
	void *owner; /* the env's own */
	uint32_t levels; /* lines that are high: bit per line */
};

/* Drive a line; the env is only told of changes. For models. */
void dev_irq_set(struct dev *dev, unsigned line, bool level);

/* Every model that is built in, NULL-terminated: generated from the configuration. */
extern const struct model *const dev_models[];

#endif
