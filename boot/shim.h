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

struct guest_device {
	struct dev dev;
	pthread_mutex_t lock;
	const struct machine_device *is; /* in the plan */
	struct shim *shim;
	_Atomic uint64_t wake_at; /* ns since 1970, 0: not asked; set by vCPU threads */
};

struct shim {
	struct prepared p;
	struct vm vm;
	struct vcpu vcpu[CONFIG_MAX_VCPUS];
	unsigned vcpus_made;
	struct vgic vgic;
	bool vgic_made;
	struct devaddr_list addresses;
	struct coalesce coalesce;
	struct bus bus;
	struct guest_device device[MACHINE_DEVICES_MAX], flash_device[MACHINE_FLASH_MAX];
	const struct bus_window *console; /* NULL: the guest has none */

	uint8_t *ram[MACHINE_RAM_MAX]; /* hva */
	struct flash flash;

	struct vcpus vcpus;
	struct stop stop;
	pthread_mutex_t coalesce_lock;
	atomic_ulong unserved_accesses;
	atomic_uint
		watched; /* vCPUs that are between an exclusive load from a device and its store */
	struct {
		struct console console;
		int wake_fd, signal_fd;
		atomic_bool
			attentive; /* the loop looks every tick: nobody need wake it for a byte */
	} io;
};

#endif
