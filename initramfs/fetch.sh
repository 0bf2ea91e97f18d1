#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Unpacks the arm64 parts (kernels, musl, libfdt, firmware) from the Debian archive into a cache.
#
# usage: initramfs/fetch.sh [--where]
#
# Needs no root and leaves the user's apt set-up alone: apt runs on a private configuration whose
# lists, status and sources lie in a folder that is removed afterwards. The archive is the one the
# user's own apt sources name (KVMSHIM_MIRROR=URI names another). What is in the cache already is
# kept; remove the cache folder to get newer packages. Stable paths in the cache:
#   linux-6.1/{Image,modules/,dtbs/}   linux-6.12/...   musl/{musl-gcc.specs,include/,lib/}
#   linux-6.1-armhf/zImage   libfdt/{include/,libfdt.a}   unpack/{include/,lib*.a}   efi/QEMU_EFI.fd
#   u-boot/{qemu_arm64,qemu_arm}/u-boot.bin   boards/PACKAGE/BOARD/ (board builds of U-Boot)
set -eu
umask 022

layout=3 # raise when the paths above change
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
release=bookworm
cache=${KVMSHIM_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set: name the cache folder by KVMSHIM_CACHE}/.cache}/kvmshim}

die() {
	echo "fetch: $*" >&2
	exit 1
}

if [ "${1-}" = --where ]; then
	echo "$cache"
	exit
fi
[ ! -e "$cache/.complete-$layout" ] || exit 0

mkdir -p "$cache" || die "cannot make $cache; name another folder by KVMSHIM_CACHE"
cache=$(cd "$cache" && pwd)
exec 9>"$cache/.lock"
flock 9
[ ! -e "$cache/.complete-$layout" ] || exit 0 # another run did it while we waited

work=$(mktemp -d "$cache/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# The archive: what the user's sources name for this release, else any Debian archive root they name.
archive() {
	apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk -v want="$release" '
			$1 == want { print $2; found = 1; exit }
			$2 ~ /\/debian\/?$/ && !other { other = $2 }
			END { if (!found) print other }'
}
mirror=${KVMSHIM_MIRROR:-$(archive)}
[ -n "$mirror" ] ||
	die "your apt sources name no Debian archive; name one by KVMSHIM_MIRROR=URI"

# apt reads this file first; everything but the user's way to the network is replaced.
setup_apt() {
	mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/etc"
	: >"$work/status"
	cat >"$work/apt.conf" <<-END
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "$work/etc";
		Dir::Etc::sourcelist "$work/sources.list";
		Dir::Etc::sourceparts "$work/etc";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "$work/etc";
		Dir::State "$work";
		Dir::State::lists "$work/lists";
		Dir::State::status "$work/status";
		Dir::Cache "$work";
		Dir::Cache::archives "$work/archives";
		Dir::Log "$work";
		APT::Architecture "arm64";
		APT::Architectures { "arm64"; "armhf"; };
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Acquire::Retries "3";
	END
	apt-config dump --format '%F "%v";%n' |
		grep -E '^Acquire::(https?::|ftp::|socks::|Check-)' >>"$work/apt.conf" || :
	opts=
	[ ! -e $keyring ] || opts="[signed-by=$keyring] "
	for suite in $release $release-backports; do
		echo "deb $opts$mirror $suite main"
	done >"$work/sources.list"
	export APT_CONFIG="$work/apt.conf"
	apt-get update -qq || die "cannot read the package lists of $mirror"
}

# Newest kernel package of a series: names like linux-image-6.1.0-44-arm64, no -rt, -cloud, -dbg.
newest_kernel() {
	apt-cache pkgnames "linux-image-$1." | grep -E '^linux-image-[0-9.]+[-+a-z0-9.]*-arm64$' |
		grep -vE -- '-(rt|cloud)-' | sort -V | tail -n 1
}

# unpack PACKAGE [ARCHITECTURE]: leaves its files in pkg/PACKAGE; nothing is there until all is.
unpack() {
	[ ! -d "$cache/pkg/$1" ] || return 0
	echo "  FETCH   $1"
	rm -rf "$work/deb"
	mkdir -p "$work/deb/unpacked" "$cache/pkg"
	(cd "$work/deb" && apt-get -qq download "$1${2:+:$2}") || die "cannot download $1 from $mirror"
	dpkg-deb -x "$work"/deb/*.deb "$work/deb/unpacked"
	dpkg-deb -f "$work"/deb/*.deb Package Version Architecture >"$work/deb/unpacked/.version"
	mv "$work/deb/unpacked" "$cache/pkg/$1"
}

# Kernels: U-Boot and QEMU boot a plain Image; a packed one is unpacked.
lay_kernel() {
	pkg=$(newest_kernel "$1")
	[ -n "$pkg" ] || die "$mirror has no arm64 kernel $1"
	unpack "$pkg"
	root=$cache/pkg/$pkg
	rel=${pkg#linux-image-}
	rm -rf "$work/linux"
	mkdir "$work/linux"
	if gzip -t "$root/boot/vmlinuz-$rel" 2>/dev/null; then
		gzip -dc "$root/boot/vmlinuz-$rel" >"$work/linux/Image"
	else
		cp "$root/boot/vmlinuz-$rel" "$work/linux/Image"
	fi
	[ "$(dd if="$work/linux/Image" bs=1 skip=56 count=4 2>/dev/null)" = ARMd ] ||
		die "$pkg: vmlinuz is neither a plain nor a gzip arm64 Image"
	ln -s "../pkg/$pkg/lib/modules/$rel" "$work/linux/modules"
	ln -s "../pkg/$pkg/usr/lib/linux-image-$rel" "$work/linux/dtbs"
	ln -s "../pkg/$pkg/boot/config-$rel" "$work/linux/config"
	rm -rf "$cache/linux-$1"
	mv "$work/linux" "$cache/linux-$1"
}

# musl: its specs file names absolute paths of an installed package; here they lie in the cache.
lay_musl() {
	unpack musl-dev
	root=$cache/pkg/musl-dev
	rm -rf "$work/musl"
	mkdir "$work/musl"
	ln -s ../pkg/musl-dev/usr/include/aarch64-linux-musl "$work/musl/include"
	ln -s ../pkg/musl-dev/usr/lib/aarch64-linux-musl "$work/musl/lib"
	sed -e "s|/usr/include/aarch64-linux-musl|$cache/musl/include|g" \
		-e "s|/usr/lib/aarch64-linux-musl|$cache/musl/lib|g" \
		"$root/usr/lib/aarch64-linux-musl/musl-gcc.specs" >"$work/musl/musl-gcc.specs"
	rm -rf "$cache/musl"
	mv "$work/musl" "$cache/musl"
}

lay_libfdt() {
	unpack libfdt-dev
	rm -rf "$work/libfdt"
	mkdir -p "$work/libfdt/include"
	for h in libfdt.h libfdt_env.h fdt.h; do
		ln -s "../../pkg/libfdt-dev/usr/include/$h" "$work/libfdt/include/$h"
	done
	ln -s ../pkg/libfdt-dev/usr/lib/aarch64-linux-gnu/libfdt.a "$work/libfdt/libfdt.a"
	rm -rf "$cache/libfdt"
	mv "$work/libfdt" "$cache/libfdt"
}

# A 32-bit kernel for 32-bit guests: its package has a zImage.
lay_kernel_armhf() {
	pkg=$(apt-cache pkgnames "linux-image-6.1." | grep -E '^linux-image-[0-9.]+[-+a-z0-9.]*-armmp-lpae$' |
		sort -V | tail -n 1)
	[ -n "$pkg" ] || die "$mirror has no armhf kernel 6.1"
	unpack "$pkg" armhf
	rm -rf "$cache/linux-6.1-armhf"
	mkdir "$cache/linux-6.1-armhf"
	ln -s "../pkg/$pkg/boot/vmlinuz-${pkg#linux-image-}" "$cache/linux-6.1-armhf/zImage"
}

# What unpacks and verifies: one folder for the headers, one for the archives.
lay_unpack() {
	rm -rf "$work/unpack"
	mkdir -p "$work/unpack/include"
	for p in libdeflate-dev liblz4-dev libzstd-dev liblzma-dev libbearssl-dev; do
		unpack $p
		for h in "$cache/pkg/$p"/usr/include/*; do
			case ${h##*/} in
			*-linux-gnu) for a in "$h"/*; do
				ln -s "../../pkg/$p/usr/include/${h##*/}/${a##*/}" "$work/unpack/include/"
			done ;;
			*) ln -s "../../pkg/$p/usr/include/${h##*/}" "$work/unpack/include/" ;;
			esac
		done
		for a in "$cache/pkg/$p"/usr/lib/aarch64-linux-gnu/*.a; do
			ln -s "../pkg/$p/usr/lib/aarch64-linux-gnu/${a##*/}" "$work/unpack/"
		done
	done
	rm -rf "$cache/unpack"
	mv "$work/unpack" "$cache/unpack"
}

lay_boards() {
	rm -rf "$cache/boards"
	mkdir "$cache/boards"
	for p in rockchip sunxi amlogic rpi mvebu qcom tegra; do
		unpack u-boot-$p
		ln -s "../pkg/u-boot-$p/usr/lib/u-boot" "$cache/boards/$p"
	done
}

lay_firmware() {
	unpack u-boot-qemu
	unpack qemu-efi-aarch64
	rm -rf "$cache/u-boot" "$cache/efi"
	mkdir "$cache/u-boot"
	for b in qemu_arm64 qemu_arm; do
		ln -s "../pkg/u-boot-qemu/usr/lib/u-boot/$b" "$cache/u-boot/$b"
	done
	ln -s pkg/qemu-efi-aarch64/usr/share/qemu-efi-aarch64 "$cache/efi"
}

echo "  CACHE   $cache"
setup_apt
lay_musl
lay_libfdt
lay_unpack
lay_firmware
lay_boards
lay_kernel_armhf
lay_kernel 6.1
lay_kernel 6.12
for f in linux-6.1/Image linux-6.1/modules/modules.builtin linux-6.1/dtbs/xilinx/zynqmp-zcu102-rev1.0.dtb \
	linux-6.12/Image linux-6.12/modules/modules.builtin linux-6.12/dtbs/xilinx/zynqmp-zcu102-rev1.0.dtb \
	musl/include/stdio.h musl/lib/libc.a libfdt/include/libfdt.h libfdt/libfdt.a \
	unpack/include/libdeflate.h unpack/libdeflate.a unpack/liblz4.a unpack/libzstd.a unpack/liblzma.a unpack/libbearssl.a \
	linux-6.1-armhf/zImage boards/rockchip/rock64-rk3328/u-boot.itb \
	u-boot/qemu_arm64/u-boot.bin u-boot/qemu_arm/u-boot.bin efi/QEMU_EFI.fd; do
	[ -s "$cache/$f" ] || die "the packages do not hold what makes $cache/$f"
done
: >"$cache/.complete-$layout"
