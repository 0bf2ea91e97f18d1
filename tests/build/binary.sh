# SPDX-License-Identifier: BSD-2-Clause
# The binaries: what kind they are, what is not in them, how large, and that they build alike.
# shellcheck shell=sh disable=SC2154

t_binary_is_static_arm64() {
	file -b "$out/kvmshim" >"$tmp/file"
	grep -q 'ELF 64-bit LSB executable, ARM aarch64' "$tmp/file"
	grep -q 'statically linked' "$tmp/file"
	grep -q ', stripped' "$tmp/file"
}

t_binary_has_no_dynamic_section() {
	readelf -lW "$out/kvmshim" >"$tmp/segments"
	no grep -qE 'DYNAMIC|INTERP' "$tmp/segments"
	readelf -SW "$out/kvmshim" >"$tmp/sections"
	no grep -qE '\.(dynamic|symtab|debug_info|comment)' "$tmp/sections"
}

t_binary_is_musl_not_glibc() {
	no grep -qaiE 'glibc|GNU C Library|ld-linux' "$out/kvmshim"
	nm "$out/kvmshim.debug" >"$tmp/symbols"
	grep -q ' __libc_start_main$' "$tmp/symbols"
	grep -q ' __init_libc$' "$tmp/symbols"    # musl's
	no grep -q ' __libc_csu_\|_IO_printf\|_nl_' "$tmp/symbols" # glibc's
}

t_binary_pages_follow_the_configuration() {
	readelf -lW "$out/kvmshim" | awk '/LOAD/ { print $NF }' | sort -u >"$tmp/align"
	is "$(cat "$tmp/align")" 0x10000
	quiet_make O="$tmp/b" small_defconfig
	quiet_make O="$tmp/b" "$tmp/b/kvmshim"
	readelf -lW "$tmp/b/kvmshim" | awk '/LOAD/ { print $NF }' | sort -u >"$tmp/align"
	is "$(cat "$tmp/align")" 0x1000
}

t_host_is_native_and_plans() {
	is "$(uname -m)" "$(file -b "$out/host/kvmshim" | sed -n 's/.*, \(x86-64\|ARM aarch64\),.*/\1/p' |
		sed 's/x86-64/x86_64/; s/ARM aarch64/aarch64/')"
	"$out/host/kvmshim" plan --memory=256M \
		--board-dtb="$KVMSHIM_CACHE/linux-6.1/dtbs/rockchip/rk3399-rock-pi-4b.dtb" \
		--firmware="$KVMSHIM_CACHE/u-boot/qemu_arm64/u-boot.bin" >"$tmp/plan" 2>&1
	grep -q 'handing over\|RAM' "$tmp/plan"
	grep -q 'rk3399' "$tmp/plan" || grep -q 'ROCK' "$tmp/plan"
}

t_size() {
	quiet_make O="$out" size
}

t_size_of_the_least() {
	quiet_make O="$tmp/b" small_defconfig
	quiet_make O="$tmp/b" WERROR=1 size BUDGET=small
	no quiet_make O="$tmp/b" size size-default=100000
	nm "$tmp/b/kvmshim.debug" >"$tmp/symbols"
	no grep -qE ' (emulate|fit_read|overlay_apply|verify_fit|libdeflate_crc32|LZ4F_decompress)$' "$tmp/symbols"
}

t_repro() {
	quiet_make O="$out" repro
}
