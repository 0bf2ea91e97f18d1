/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shim proper: all there is while one guest is put together and runs. One instance, in main.c.
 */
#ifndef BOOT_SHIM_H
#define BOOT_SHIM_H

#include <pthread.h>
#include <stdatomic.h>

#include "board/bus.h"
#include "boot/flash.h"
#include "boot/io/console.h"
#include "boot/prepare.h"
#include "boot/stop.h"
#include "boot/vcpus.h"
#include "generated/config.h"
#include "kvm/coalesce.h"
#include "kvm/devaddr.h"
#include "kvm/vcpu.h"
#include "kvm/vgic.h"
#include "kvm/vm.h"

#define SHIM_STATES (24 << 10) /* bytes, all models' state together */

struct guest_device {
	struct dev dev;
	pthread_mutex_t lock;
	const struct machine_device *is; /* in the plan */
	struct shim *shim;
	_Atomic uint64_t wake_at; /* ns since 1970, 0: not asked; set by vCPU threads */
};

/* Long tables come last, here and in what it is made of: every page that is touched costs. */
struct shim {
	struct vm vm;
	struct vgic vgic;
	bool vgic_made;
	unsigned vcpus_made;
	size_t state_used;
	struct coalesce coalesce;
	pthread_mutex_t coalesce_lock;
	const struct bus_window *console; /* NULL: the guest has none */
	uint8_t *ram[MACHINE_BANKS_MAX]; /* hva */
	void *passed[MACHINE_PASSES_MAX]; /* hva, NULL: not mapped */
	struct {
		struct console console;
		int wake_fd, signal_fd;
		atomic_bool
			attentive; /* the loop looks every tick: nobody need wake it for a byte */
	} io;
	struct stop stop;
	atomic_uint device_stores; /* by the guest, roughly: whether there were any is asked */
	atomic_uint
		watched; /* vCPUs that are between an exclusive load from a device and its store */
	atomic_bool tracing; /* see trace_on() */
	struct devaddr_list addresses;
	struct bus bus;
	struct flash flash;
	struct prepared p;
	struct guest_device flash_device[MACHINE_FLASH_MAX], device[MACHINE_DEVICES_MAX];
	_Alignas(4096) uint8_t state[SHIM_STATES]; /* engine_state_take() hands it out */
	struct vcpus vcpus;
	struct vcpu vcpu[CONFIG_MAX_VCPUS];
};

#endif
