# SPDX-License-Identifier: BSD-2-Clause
# Configuration and the manners of make.
# shellcheck shell=sh disable=SC2154

t_kconfig_defconfig() {
	quiet_make O="$tmp/b" defconfig
	grep -qx 'CONFIG_DEV_PL011=y' "$tmp/b/.config"
	[ "$(grep -cE '^(# )?CONFIG_' "$tmp/b/.config")" -ge 20 ]
}

t_kconfig_name_defconfig() {
	for f in initramfs/configs/*_defconfig; do
		quiet_make O="$tmp/b" "$(basename "$f")"
		grep -E '^(# )?CONFIG_' "$f" >"$tmp/want" || :
		is "$(grep -vxFf "$tmp/b/.config" "$tmp/want")" ''
	done
	no quiet_make O="$tmp/b" nosuchboard_defconfig
}

t_kconfig_savedefconfig() {
	cp -r Makefile Kconfig initramfs tests "$tmp/"
	cd "$tmp" || return
	make -s O=b small_defconfig
	make -s O=b savedefconfig
	grep -v '^# [^C]' initramfs/configs/small_defconfig | sort >want
	sort defconfig >got
	diff want got
}

t_kconfig_menuconfig_is_a_real_menu() {
	export TERM=linux
	# Down, open the menu's help, leave without saving.
	printf '?q\033\033n' | timeout 20 script -qec "make -s O=$tmp/b menuconfig" "$tmp/screen" >/dev/null || :
	grep -qa 'kvmshim configuration' "$tmp/screen"
}

t_kconfig_old_config_follows_kconfig() {
	quiet_make O="$tmp/b" defconfig
	sed -i '/CONFIG_RX_RING/d' "$tmp/b/.config"
	touch -d '1 hour ago' "$tmp/b/.config"
	quiet_make O="$tmp/b" "$tmp/b/generated/config.h"
	grep -qx '#define CONFIG_RX_RING 4096' "$tmp/b/generated/config.h"
}

t_kconfig_models_are_chosen() {
	quiet_make O="$tmp/b" defconfig
	quiet_make O="$tmp/b" "$tmp/b/generated/models.c"
	grep -q '&pl031_model' "$tmp/b/generated/models.c"
	quiet_make O="$tmp/b" small_defconfig
	quiet_make O="$tmp/b" "$tmp/b/generated/models.c" "$tmp/b/generated/config.h"
	no grep -q 'pl031' "$tmp/b/generated/models.c"
	grep -q '&pl011_model' "$tmp/b/generated/models.c"
	grep -qx '#define CONFIG_DEV_PL031 0' "$tmp/b/generated/config.h"
}

t_kconfig_decoders_are_chosen() {
	quiet_make O="$tmp/d" defconfig
	sed -i 's/^CONFIG_UNPACK_ZSTD=y/# CONFIG_UNPACK_ZSTD is not set/' "$tmp/d/.config"
	quiet_make O="$tmp/d" host
	dtc -q -I dts -O dtb -o "$tmp/board.dtb" tests/boot/board.dts
	head -c 5000 Makefile | zstd -q >"$tmp/f.zst"
	head -c 5000 Makefile | gzip >"$tmp/f.gz"
	no "$tmp/d/host/kvmshim" plan --board-dtb="$tmp/board.dtb" --firmware="$tmp/f.zst" >"$tmp/zstd"
	tr -s ' \n' '  ' <"$tmp/zstd" | grep -q 'packed by zstd, which is not built in: .* CONFIG_UNPACK_ZSTD=y (E-KIND)'
	"$tmp/d/host/kvmshim" plan --board-dtb="$tmp/board.dtb" --firmware="$tmp/f.gz" >"$tmp/gzip"
	no grep -q ZSTD_ "$tmp/d/host/kvmshim"
	grep -q LZ4F_ "$tmp/d/host/kvmshim"
}

t_kconfig_o_leaves_the_tree_alone() {
	git status --porcelain >"$tmp/before"
	quiet_make O="$tmp/b" "$tmp/b/generated/models.c"
	git status --porcelain >"$tmp/after"
	diff "$tmp/before" "$tmp/after"
	[ -f "$tmp/b/.config" ]
}

t_kconfig_v1_shows_commands() {
	make O="$tmp/b" "$tmp/b/target/kvm/sys.o" >"$tmp/short"
	grep -qx '  CC      kvm/sys.c' "$tmp/short"
	no grep -q 'gcc' "$tmp/short"
	rm "$tmp/b/target/kvm/sys.o"
	make O="$tmp/b" V=1 "$tmp/b/target/kvm/sys.o" >"$tmp/long"
	grep -q 'aarch64-linux-gnu-gcc .* kvm/sys.c' "$tmp/long"
}

t_kconfig_help_names_every_target() {
	make help >"$tmp/help"
	for word in all images itb run install clean defconfig NAME_defconfig menuconfig savedefconfig check \
		check-all unit e2e bench lint format size repro compile_commands.json setup O= V=1; do
		grep -qE "(^ +|[ :])$word" "$tmp/help"
	done
	is "$(awk 'length > 80' "$tmp/help")" ''
}

t_kconfig_nothing_to_do_is_quick() {
	quiet_make O="$out" all
	make O="$out" all >"$tmp/again"
	no grep -E '^  [A-Z]' "$tmp/again"
}

t_kconfig_compile_commands() {
	quiet_make O="$tmp/b" "$tmp/b/compile_commands.json"
	/usr/bin/python3 -c 'import json, sys
files = {e["file"] for e in json.load(open(sys.argv[1]))}
assert "kvm/sys.c" in files and "board/dev/pl011.c" in files, files' "$tmp/b/compile_commands.json"
}

t_kconfig_install() {
	quiet_make O="$out" install DESTDIR="$tmp/installed" PREFIX=/usr
	cmp "$out/kvmshim" "$tmp/installed/usr/bin/kvmshim"
	for f in kvmshim.itb kvmshim.cpio.gz boot.scr extlinux.conf; do
		cmp "$out/$f" "$tmp/installed/usr/share/kvmshim/$f"
	done
}
