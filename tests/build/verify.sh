# SPDX-License-Identifier: BSD-2-Clause
# Verified boot as the configuration wants it, by the planner.
# shellcheck shell=sh disable=SC2154

# FILE OPTION...: what the planner in $tmp/b says of it, in $tmp/said. Returns its exit code.
plan() {
	file=$1
	shift
	code=0
	"$tmp/b/host/kvmshim" plan --memory=256M --board-dtb="$KVMSHIM_CACHE/linux-6.1/dtbs/rockchip/rk3399-rock-pi-4b.dtb" \
		--firmware="$tmp/$file" "$@" >"$tmp/lines" 2>&1 || code=$?
	tr -s '\n ' ' ' <"$tmp/lines" >"$tmp/said"
	return $code
}

# CODE WORDS COMMAND...: COMMAND exits with CODE, and WORDS were said.
ends() {
	want=$1 words=$2 code=0
	shift 2
	"$@" || code=$?
	is "$code" "$want" && grep -q -- "$words" "$tmp/said"
}

t_verify_key_is_built_in() {
	tests/vboot/make "$tmp"
	quiet_make O="$tmp/b" defconfig
	sed -i "s|^CONFIG_VERIFY_KEY=.*|CONFIG_VERIFY_KEY=\"$tmp/base.dtb\"|" "$tmp/b/.config"
	sed -i 's|^CONFIG_BOOTARGS=.*|CONFIG_BOOTARGS="lockdown=integrity"|' "$tmp/b/.config"
	quiet_make O="$tmp/b" host
	ends 0 'RAM' plan 'base.itb#conf-2'
	ends 67 'E-LOCKED' plan 'base.itb#conf-2' --bootargs=
	ends 67 'E-UNSIGNED' plan kernel.bin --key=
	ends 67 'E-SIGNATURE' plan 'other.itb#conf-2' --key="$tmp/other.dtb"
	ends 67 'E-SIGNATURE' plan 'base.itb#conf-2' --key="$tmp/other.dtb"
	ends 67 'E-LOCKED' plan 'base.itb#conf-2' --initrd="$tmp/ramdisk.bin"
	# A key that is gone is no build without one.
	sed -i "s|^CONFIG_VERIFY_KEY=.*|CONFIG_VERIFY_KEY=\"$tmp/gone.dtb\"|" "$tmp/b/.config"
	no quiet_make O="$tmp/b" host
}

t_verify_is_left_out() {
	tests/vboot/make "$tmp"
	quiet_make O="$tmp/b" defconfig
	{ grep -v VERIFY "$tmp/b/.config" && echo '# CONFIG_VERIFY is not set'; } >"$tmp/config"
	cp "$tmp/config" "$tmp/b/.config"
	quiet_make O="$tmp/b" host "$tmp/b/kvmshim"
	ends 64 'key (argument) is not built in. Switch VERIFY on' plan 'base.itb#conf-2' --key="$tmp/base.dtb"
	no grep -q VERIFY_KEY "$tmp/b/generated/config.h"
	nm "$tmp/b/kvmshim.debug" >"$tmp/symbols"
	no grep -q 'br_rsa' "$tmp/symbols"
}
