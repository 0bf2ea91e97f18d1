# SPDX-License-Identifier: BSD-2-Clause
# What is shipped: initramfs, FIT, script, extlinux.conf, disks; a user's own firmware.
# shellcheck shell=sh disable=SC2154

unpack_cpio() { # FILE: every archive of it, into $tmp/unpacked
	mkdir -p "$tmp/unpacked"
	/usr/bin/python3 - "$1" "$tmp/unpacked" <<-'END'
		import subprocess, sys, zlib
		data = open(sys.argv[1], "rb").read()
		while data.strip(b"\0"):
		    d = zlib.decompressobj(31)
		    archive = d.decompress(data.lstrip(b"\0"))
		    data = d.unused_data
		    subprocess.run(["cpio", "-idmu", "--quiet", "--no-preserve-owner"], input=archive,
		                   cwd=sys.argv[2], stderr=subprocess.DEVNULL)
	END
}

t_ship_initramfs_holds_init_nodes_and_modules() {
	quiet_make O="$out" images
	zcat "$out/kvmshim.cpio.gz" | cpio -tv --quiet >"$tmp/list"
	grep -qE '^-rwxr-xr-x .* init$' "$tmp/list"
	grep -qE '^crw------- .* 5, +1 .* dev/console$' "$tmp/list"
	grep -qE '^crw-r--r-- .* 1, +11 .* dev/kmsg$' "$tmp/list"
	is "$(awk '$3 != "root" || $4 != "root"' "$tmp/list")" ''
	no grep -q ' firmware$' "$tmp/list"
	zcat "$out/kvmshim.cpio.gz" | cpio -i --quiet --to-stdout 'lib/modules/*/kvmshim.order' >"$tmp/order"
	is "$(grep -c " lib/modules/$(basename "$(readlink -f "$KVMSHIM_CACHE/linux-6.1/modules")")/kvmshim.order\$" "$tmp/list")" 1
	for m in virtio_mmio virtio_blk vfat ext4 nls_ascii; do
		grep -q "/$m.ko\$" "$tmp/order"
	done
	no grep -q '\.xz' "$tmp/order"
	while read -r m; do
		grep -q " ${m#/}\$" "$tmp/list"
	done <"$tmp/order"
	# What a module needs comes before it.
	[ "$(grep -n '/fat.ko' "$tmp/order" | cut -d: -f1)" -lt "$(grep -n '/vfat.ko' "$tmp/order" | cut -d: -f1)" ]
	[ "$(grep -n '/jbd2.ko' "$tmp/order" | cut -d: -f1)" -lt "$(grep -n '/ext4.ko' "$tmp/order" | cut -d: -f1)" ]
}

t_ship_initramfs_init_is_the_binary() {
	zcat "$out/kvmshim.cpio.gz" | cpio -i --quiet --to-stdout init | cmp - "$out/kvmshim"
}

t_ship_initramfs_unpacks_packed_modules() {
	quiet_make O="$out" LINUX=6.12 "$out/kvmshim-6.12.cpio.gz"
	zcat "$out/kvmshim-6.12.cpio.gz" | cpio -i --quiet --to-stdout 'lib/modules/*/virtio_mmio.ko' |
		file - | grep -q 'ELF 64-bit LSB relocatable, ARM aarch64'
}

t_ship_initramfs_refuses_an_unknown_module() {
	no initramfs/mkinitramfs -o "$tmp/x" --modules "$KVMSHIM_CACHE/linux-6.1/modules" nosuch 2>"$tmp/err"
	grep -q 'no module nosuch' "$tmp/err"
}

t_ship_fit() {
	dumpimage -l "$out/kvmshim.itb" >"$tmp/list"
	grep -q "Default Configuration: 'conf-virt'" "$tmp/list"
	is "$(grep -c '^ Image ' "$tmp/list")" 3
	is "$(grep -c 'Hash algo:    sha256' "$tmp/list")" 3
	grep -q "^ Configuration . (conf-zcu102)" "$tmp/list"
	dumpimage -T flat_dt -p 2 -o "$tmp/kernel" "$out/kvmshim.itb"
	cmp "$tmp/kernel" "$KVMSHIM_CACHE/linux-6.1/Image"
	dtc -q -I dtb -O dts "$out/kvmshim.itb" >"$tmp/dts"
	sed -n '/conf-virt {/,/}/p' "$tmp/dts" >"$tmp/virt"
	no grep -q 'fdt =' "$tmp/virt"
	grep -q 'kvmshim,tree = "firmware"' "$tmp/virt"
	sed -n '/conf-zcu102 {/,/}/p' "$tmp/dts" | grep -q 'fdt = "fdt-zcu102"'
	dumpimage -T flat_dt -p 1 -o "$tmp/dtb" "$out/kvmshim.itb"
	is "$(fdtget "$tmp/dtb" / compatible | cut -d' ' -f1)" xlnx,zynqmp-zcu102-rev1.0
}

t_ship_fit_hashes_are_true() {
	dumpimage -l "$out/kvmshim.itb" | awk '/Hash value:/ { print $3 }' >"$tmp/told"
	for i in 0 1 2; do
		dumpimage -T flat_dt -p $i -o "$tmp/part" "$out/kvmshim.itb" >/dev/null
		sha256sum "$tmp/part" | cut -d' ' -f1
	done >"$tmp/true"
	diff "$tmp/told" "$tmp/true"
}

t_ship_boot_script() {
	dumpimage -l "$out/boot.scr" | grep -q 'AArch64 Linux Script'
	tail -c +73 "$out/boot.scr" | cmp - initramfs/boot.cmd
}

t_ship_disks() {
	for d in script extlinux; do
		sfdisk -d "$out/disk-$d.img" | grep -q 'start= *2048,.*type=c, bootable'
	done
	mdir -b -/ -i "$out/disk-script.img@@1M" >"$tmp/script"
	grep -q boot.scr "$tmp/script"
	no grep -qi extlinux "$tmp/script"
	mdir -b -/ -i "$out/disk-extlinux.img@@1M" >"$tmp/extlinux"
	grep -q extlinux/extlinux.conf "$tmp/extlinux"
	no grep -q boot.scr "$tmp/extlinux"
	for d in script extlinux; do
		mtype -i "$out/disk-$d.img@@1M" ::/kvmshim.itb | cmp - "$out/kvmshim.itb"
	done
}

t_firmware_by_make_itb() {
	echo 'a firmware of my own' >"$tmp/fw.bin"
	quiet_make O="$tmp/b" defconfig
	mkdir -p "$tmp/b"
	quiet_make O="$tmp/b" itb FIRMWARE="$tmp/fw.bin" BOARD=zcu102
	dumpimage -l "$tmp/b/kvmshim.itb" >"$tmp/list"
	grep -q "Default Configuration: 'conf-zcu102'" "$tmp/list"
	no grep -q conf-virt "$tmp/list"
	dumpimage -T flat_dt -p 0 -o "$tmp/ramdisk" "$tmp/b/kvmshim.itb"
	unpack_cpio "$tmp/ramdisk"
	cmp "$tmp/unpacked/firmware" "$tmp/fw.bin"
	# Another one, by another call, takes its place.
	echo other >"$tmp/fw2.bin"
	quiet_make O="$tmp/b" itb FIRMWARE="$tmp/fw2.bin"
	dumpimage -T flat_dt -p 0 -o "$tmp/ramdisk" "$tmp/b/kvmshim.itb"
	unpack_cpio "$tmp/ramdisk"
	cmp "$tmp/unpacked/firmware" "$tmp/fw2.bin"
}

t_firmware_default_is_in_the_fit() {
	dumpimage -T flat_dt -p 0 -o "$tmp/ramdisk" "$out/kvmshim.itb"
	unpack_cpio "$tmp/ramdisk"
	cmp "$tmp/unpacked/firmware" "$KVMSHIM_CACHE/u-boot/qemu_arm64/u-boot.bin"
	cmp "$tmp/unpacked/init" "$out/kvmshim"
}

t_firmware_by_an_appended_cpio() {
	echo 'mine' >"$tmp/firmware"
	(cd "$tmp" && echo firmware | cpio -o --quiet -H newc | gzip) >"$tmp/mine.cpio.gz"
	cat "$out/kvmshim.cpio.gz" "$tmp/mine.cpio.gz" >"$tmp/both"
	unpack_cpio "$tmp/both"
	cmp "$tmp/unpacked/firmware" "$tmp/firmware"
	cmp "$tmp/unpacked/init" "$out/kvmshim"
}

t_firmware_unknown_board_is_refused() {
	no quiet_make O="$out" itb BOARD=nosuch 2>"$tmp/err"
	grep -q 'BOARD=nosuch is not configured' "$tmp/err"
}
