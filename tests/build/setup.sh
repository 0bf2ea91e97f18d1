# SPDX-License-Identifier: BSD-2-Clause
# Set-up, as far as it needs no network.
# shellcheck shell=sh disable=SC2154

t_setup_is_a_quick_no_op() {
	start=$(date +%s%N)
	initramfs/setup.sh >"$tmp/said" 2>&1
	[ $((($(date +%s%N) - start) / 1000000)) -lt 1000 ]
	is "$(cat "$tmp/said")" ''
}

# The package database that dpkg-query reads is an empty one, so every tool is missing.
t_setup_without_root_prints_one_command() {
	mkdir -p "$tmp/dpkg"
	: >"$tmp/dpkg/status"
	chmod -R a+rX "$tmp"
	nobody=
	[ "$(id -u)" -ne 0 ] || nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
	status=0
	# shellcheck disable=SC2086 # a command or nothing
	DPKG_ADMINDIR="$tmp/dpkg" $nobody sh >"$tmp/said" 2>"$tmp/err" <initramfs/setup.sh || status=$?
	is $status 1
	is "$(grep -c '^apt-get update && apt-get install -y' "$tmp/err")" 1
	for p in gcc-aarch64-linux-gnu qemu-system-arm u-boot-tools libcmocka-dev; do
		grep -q "apt-get install.* $p" "$tmp/err"
	done
}

t_setup_names_no_package_host() {
	no git grep -nE 'https?://[a-z.]*(debian|ubuntu)' -- Makefile initramfs tests/build .ci
}

t_setup_where_follows_the_environment() {
	is "$(KVMSHIM_CACHE=/a/b initramfs/fetch.sh --where)" /a/b
	is "$(env -u KVMSHIM_CACHE XDG_CACHE_HOME=/x initramfs/fetch.sh --where)" /x/kvmshim
	is "$(env -u KVMSHIM_CACHE -u XDG_CACHE_HOME HOME=/h initramfs/fetch.sh --where)" /h/.cache/kvmshim
}

t_setup_musl_links_static() {
	printf '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n' >"$tmp/hello.c"
	aarch64-linux-gnu-gcc -specs "$KVMSHIM_CACHE/musl/musl-gcc.specs" -static -o "$tmp/hello" "$tmp/hello.c"
	readelf -lW "$tmp/hello" >"$tmp/segments"
	no grep -qE 'DYNAMIC|INTERP' "$tmp/segments"
	no grep -qa 'GNU C Library' "$tmp/hello"
}

t_setup_kernels_are_plain_images() {
	for k in 6.1 6.12; do
		is "$(dd if="$KVMSHIM_CACHE/linux-$k/Image" bs=1 skip=56 count=4 2>/dev/null)" ARMd
		[ "$(find -L "$KVMSHIM_CACHE/linux-$k/dtbs" -name '*.dtb' | wc -l)" -gt 500 ]
	done
}
