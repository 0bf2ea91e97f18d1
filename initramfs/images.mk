# SPDX-License-Identifier: BSD-2-Clause
# What is shipped: initramfs, FIT, boot script, extlinux.conf, disks for the emulated board; make run.

LINUX	?= $(if $(filter y,$(CONFIG_LINUX_6_12)),6.12,6.1)
linux	:= $(CACHE)/linux-$(LINUX)
# Images of the kernel that is configured bear plain names, those of another one its number.
k	:= $(if $(filter $(LINUX),$(if $(filter y,$(CONFIG_LINUX_6_12)),6.12,6.1)),,-$(LINUX))
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

cpio	:= $(O)/kvmshim$k.cpio.gz
itb	:= $(O)/kvmshim$k.itb
disks	:= $(O)/disk-script$k.img $(O)/disk-extlinux$k.img
images: $(cpio) $(itb) $(O)/boot.scr $(O)/extlinux.conf $(disks)

$(cpio): $(O)/kvmshim initramfs/manifest initramfs/mkinitramfs $(O)/.config
	$(call say,CPIO,$@)
	$(Q)initramfs/mkinitramfs -o $@ --manifest initramfs/manifest KVMSHIM=$< --modules $(linux)/modules $(call unquote,$(CONFIG_MODULES))

# Firmware goes in as a second archive behind the first: FIRMWARE=FILE, else IMAGE_FIRMWARE, "none" for none.
firmware := $(or $(FIRMWARE),$(call unquote,$(CONFIG_IMAGE_FIRMWARE)))
firmware := $(if $(filter none,$(firmware)),,$(if $(or $(FIRMWARE),$(filter /%,$(firmware))),$(firmware),$(CACHE)/$(firmware)))
$(O)/firmware.cpio.gz: $(firmware) $(O)/.firmware
	$(call say,CPIO,$@)
	$(Q)$(if $(firmware),initramfs/mkinitramfs -o $@ --add firmware=$(firmware),: >$@)

# The FIT: a configuration per board, BOARD=NAME alone when that is given.
board-virt-$(CONFIG_BOARD_VIRT)		+= virt
board-zcu102-$(CONFIG_BOARD_ZCU102)	+= zcu102=$(linux)/dtbs/xilinx/zynqmp-zcu102-rev1.0.dtb
boards	:= $(board-virt-y) $(board-zcu102-y)
boards	:= $(if $(BOARD),$(filter $(BOARD) $(BOARD)=%,$(boards)),$(boards))
conf	:= conf-$(firstword $(subst =, ,$(boards)))

# These hold what the last make was asked for, so that another FIRMWARE, BOARD or LINUX makes anew.
$(O)/.firmware: FORCE | $(O)/
	@echo '$(firmware)' | cmp -s - $@ || echo '$(firmware)' >$@
$(O)/.boards: FORCE | $(O)/
	@echo '$(boards)' | cmp -s - $@ || echo '$(boards)' >$@

ramdisk	:= $(O)/ramdisk$k.cpio.gz
$(ramdisk): $(cpio) $(O)/firmware.cpio.gz
	$(Q)cat $^ >$@
$(itb): $(ramdisk) initramfs/mkits $(O)/.boards $(O)/.config
	$(if $(boards),,$(error BOARD=$(BOARD) is not configured: see BOARD_ in make menuconfig))
	$(call say,FIT,$@)
	$(Q)initramfs/mkits $(linux)/Image $(CONFIG_KERNEL_LOAD) $(abspath $<) $(boards) >$@.its
	$(Q)mkimage -f $@.its $@ >$@.log || { cat $@.log >&2; false; }
	$(Q)rm -f $@.log
itb: $(itb)

$(O)/boot.scr: initramfs/boot.cmd
	$(mkdirs)
	$(call say,SCRIPT,$@)
	$(Q)mkimage -A arm64 -O linux -T script -C none -n kvmshim -d $< $@ >/dev/null
$(O)/extlinux.conf: initramfs/extlinux.conf $(O)/.boards
	$(call say,GEN,$@)
	$(Q)sed 's/@CONF@/$(conf)/' $< >$@
$(O)/disk-script$k.img: $(itb) $(O)/boot.scr initramfs/mkdisk
	$(call say,DISK,$@)
	$(Q)initramfs/mkdisk $@ $(itb)=kvmshim.itb $(O)/boot.scr
$(O)/disk-extlinux$k.img: $(itb) $(ramdisk) $(O)/extlinux.conf initramfs/mkdisk
	$(call say,DISK,$@)
	$(Q)initramfs/mkdisk $@ $(itb)=kvmshim.itb $(ramdisk)=kvmshim.cpio.gz $(O)/extlinux.conf=extlinux/extlinux.conf

setup:
	$(Q)initramfs/setup.sh

# The emulated board. The terminal is its serial line, and nothing in between takes a key.
GIC	?= 3
CPU	?= cortex-a57
MEM	?= 1G
DISK	?= $(O)/disk-script$k.img
qemu-board = qemu-system-aarch64 -M virt,virtualization=on,gic-version=$(GIC) -cpu $(CPU) -smp 2 -m $(MEM) \
	-bios $(CACHE)/u-boot/qemu_arm64/u-boot.bin -drive file=$(DISK),format=raw,if=none,id=d,readonly=on \
	-device virtio-blk-device,drive=d -nic none
QUIT	?= ^]
# Told before anything is made.
ifneq ($(filter do-run,$(MAKECMDGOALS)),)
refused := $(shell initramfs/run-check '$(GIC)' '$(CPU)' '$(LINUX)' '$(linux)' '$(FIRMWARE)' '$(QUIT)')
$(if $(refused),$(error $(refused)))
endif
do-run: $(DISK)
	$(Q)initramfs/power-on '$(QUIT)' $(qemu-board)

install: $(O)/kvmshim $(cpio) $(itb) $(O)/boot.scr $(O)/extlinux.conf
	install -D -m 755 $(O)/kvmshim $(DESTDIR)$(PREFIX)/bin/kvmshim
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/kvmshim $(cpio) $(itb) $(O)/boot.scr $(O)/extlinux.conf
	$(foreach m,$(wildcard docs/*.8),install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 $m;)
PREFIX	?= /usr/local

FORCE:
.PHONY: images itb setup do-run install FORCE
