/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flattened device tree, checked and indexed in one linear pass. After tree_index() every look-up
 * is a table access; the blob is neither copied nor changed. Used for the board's tree and for the
 * guest's.
 */
#ifndef BOARD_TREE_H
#define BOARD_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The properties that are indexed. Others are found by tree_prop_named(), which walks the node. */
enum tree_prop {
	TREE_ADDRESS_CELLS, /* #address-cells */
	TREE_SIZE_CELLS, /* #size-cells */
	TREE_INTERRUPT_CELLS, /* #interrupt-cells */
	TREE_COMPATIBLE,
	TREE_REG,
	TREE_RANGES,
	TREE_STATUS,
	TREE_DEVICE_TYPE,
	TREE_PHANDLE, /* phandle or linux,phandle */
	TREE_INTERRUPT_PARENT,
	TREE_INTERRUPTS,
	TREE_INTERRUPTS_EXTENDED,
	TREE_INTERRUPT_CONTROLLER,
	TREE_INTERRUPT_MAP,
	TREE_INTERRUPT_MAP_MASK,
	TREE_MODEL,
	TREE_METHOD,
	TREE_ENABLE_METHOD,
	TREE_STDOUT_PATH, /* stdout-path or linux,stdout-path */
	TREE_PASSTHROUGH,
	TREE_REDISTRIBUTOR_REGIONS, /* #redistributor-regions */
	TREE_REDISTRIBUTOR_STRIDE,
	TREE_PROPS
};

struct tree_node {
	uint32_t at; /* offset in the blob of the node's FDT_BEGIN_NODE */
	int32_t parent; /* index, -1 for the root */
	uint32_t next; /* index of the first node behind this one's subtree */
	uint32_t prop[TREE_PROPS]; /* offset in the blob of the property's FDT_PROP, 0 = absent */
	uint32_t
		bearer; /* 1 + index of a node whose phandle, modulo count, is this one's index, 0 = none */
};

struct tree {
	const uint8_t *fdt;
	uint32_t used; /* bytes that mean something: header, reservations, structure, strings */
	uint32_t struct_at, struct_size, strings_at, strings_size, reserve_at;
	struct tree_node *node; /* in the tree's order: [0] is the root, parents come first */
	unsigned count;
	/* offset in the strings block of each indexed name, UINT32_MAX = never met */
	uint32_t name_at[TREE_PROPS];
};

/*
 * Why a tree is not good: static texts, so that it can be returned from anywhere. A caller makes a
 * sentence of it.
 */
struct tree_error {
	const char *what; /* "has its strings block at an impossible place", of the tree or NODE */
	const char *remedy; /* static text, or NULL */
	int node; /* index in the tree, or -1 */
	size_t offset; /* in the blob, 0 = no place */
	uint64_t value; /* what was found, 0 = nothing to show */
};

/*
 * Fill *ERR, without a place. Always returns -CODE, so that a check can `return
 * tree_error_set(...)`.
 */
int tree_error_set(struct tree_error *err, int code, int node, const char *what, const char *remedy,
		   uint64_t value);

/*
 * Bytes in use of the tree whose first SIZE (at least 40) bytes are at FDT: less than totalsize
 * where a loader padded it. 0: not a tree.
 */
uint32_t tree_used(const void *fdt, size_t size);

/*
 * Check the blob FDT of SIZE bytes (8-byte aligned) and index it into NODES. Checked: magic,
 * versions 16 and 17, alignment, every offset and length, block bounds, nesting, names, string
 * offsets. Returns 0, or with *ERR filled: -EINVAL (not a good tree), -ENOSPC (more than MAX
 * nodes). Source: Devicetree Specification 0.4, chapter 5.
 */
int tree_index(struct tree *tree, const void *fdt, size_t size, struct tree_node *nodes,
	       unsigned max, struct tree_error *err);

/* Are the texts equal? Quick for names of different vendors, which is what nearly all are that are compared. */
static inline bool tree_same(const char *a, const char *b)
{
	return a[0] == b[0] && (!a[0] || a[1] == b[1]) && !strcmp(a, b);
}

/* The node's name with its unit address ("" for the root). */
const char *tree_name(const struct tree *tree, unsigned node);

/* "/soc/serial@fe2b0000" into BUF, cut with "..." in front where it is longer. Returns BUF. */
const char *tree_path(const struct tree *tree, unsigned node, char *buf, size_t size);

/*
 * A property's value and its length in bytes; NULL if absent (LEN untouched). Values are 4-byte
 * aligned, big-endian.
 */
const void *tree_prop(const struct tree *tree, unsigned node, enum tree_prop prop, uint32_t *len);
const void *tree_prop_named(const struct tree *tree, unsigned node, const char *name,
			    uint32_t *len);

/*
 * The node's properties one after the other, in the tree's order: *AT is 0 before the first and
 * moves on with each call. Returns the value with its name and length, NULL after the last.
 */
const void *tree_prop_next(const struct tree *tree, unsigned node, uint32_t *at, const char **name,
			   uint32_t *len);

/* Cells as numbers. tree_cells() reads COUNT (1 or 2; more: the low two) cells at P. */
uint32_t tree_u32(const void *p);
uint64_t tree_cells(const void *p, unsigned count);

/* A whole-number property of one cell, or FALLBACK where it is absent or not 4 bytes long. */
uint32_t tree_prop_u32(const struct tree *tree, unsigned node, enum tree_prop prop,
		       uint32_t fallback);

/* A string property that ends within its value, else NULL. */
const char *tree_prop_string(const struct tree *tree, unsigned node, enum tree_prop prop);

/* Is NAME one of the node's compatible strings? */
bool tree_compatible(const struct tree *tree, unsigned node, const char *name);

/*
 * Does the node tell of RAM: by its device_type, or, as a child of the root with neither that nor
 * compatible, by its name? Some boards' firmware goes by the name (U-Boot, mach-tegra/cboot.c).
 */
bool tree_is_memory(const struct tree *tree, unsigned node);

/* "okay", "ok" or no status, in the node and all above it. */
bool tree_enabled(const struct tree *tree, unsigned node);

/*
 * Node by absolute path (unit addresses may be left out where they are not needed), alias
 * ("serial0:115200n8" is cut at ':'), or phandle. -1: none.
 */
int tree_by_path(const struct tree *tree, const char *path);
int tree_by_phandle(const struct tree *tree, uint32_t phandle);

/*
 * #address-cells and #size-cells that hold for the node's own reg (its parent's; 2 and 1 where
 * absent, as the specification says).
 */
void tree_reg_cells(const struct tree *tree, unsigned node, unsigned *address, unsigned *size);

/*
 * Entry INDEX of the node's reg as a CPU physical address, translated through the ranges of every
 * bus above. *SIZE may be 0 by the tree's word. Returns 0, -ENOENT (no such entry), -EINVAL (cells
 * other than 1 or 2 (3 for addresses), lengths), -ENXIO (a bus above does not translate it: no
 * ranges, or no range that holds all of it).
 */
int tree_reg(const struct tree *tree, unsigned node, unsigned index, uint64_t *gpa, uint64_t *size);

/* One interrupt, resolved to the controller that takes it. */
struct tree_irq {
	int controller; /* node index */
	unsigned cells;
	uint32_t cell[4];
};

/*
 * Interrupt INDEX of the node: interrupts-extended first, else interrupts with the interrupt-parent
 * found upwards; interrupt-map nexuses are followed. Returns 0, -ENOENT (no such interrupt),
 * -EINVAL (lengths, cells), -ENXIO (no controller).
 */
int tree_irq(const struct tree *tree, unsigned node, unsigned index, struct tree_irq *irq);

/*
 * Which of the node's interrupts has this name: FALLBACK where it names none, UINT_MAX where none
 * has this one.
 */
unsigned tree_irq_index(const struct tree *tree, unsigned node, const char *name,
			unsigned fallback);

/*
 * GIC binding (3 or 4 cells): the INTID (SPI 32.., PPI 16..) and whether it is edge-triggered. 0,
 * or -EINVAL: not such a specifier.
 */
int tree_irq_intid(const struct tree_irq *irq, uint32_t *intid, bool *edge);

/* Entry INDEX of the memory reservation block. False: no more. */
bool tree_reservation(const struct tree *tree, unsigned index, uint64_t *address, uint64_t *size);

#endif
