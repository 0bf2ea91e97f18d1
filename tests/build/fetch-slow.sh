# SPDX-License-Identifier: BSD-2-Clause
# A fresh cache, from the network: a minute and some hundred MB.
# shellcheck shell=sh disable=SC2154

apt_state() {
	find /etc/apt /var/lib/apt /var/cache/apt /var/lib/dpkg -type f -printf '%p %s %T@\n' 2>/dev/null | sort
}

# Interrupted, then run twice at once: the cache is whole, and apt's own files are as they were.
t_fetch_interrupted_and_concurrent() {
	KVMSHIM_CACHE=$tmp/cache
	export KVMSHIM_CACHE
	apt_state >"$tmp/before"
	timeout -s TERM 4 initramfs/fetch.sh || :
	[ ! -e "$KVMSHIM_CACHE/.complete-3" ]
	initramfs/fetch.sh >"$tmp/one" 2>&1 &
	one=$!
	initramfs/fetch.sh >"$tmp/two" 2>&1
	wait $one
	# One did the work, the other waited for it.
	is "$(cat "$tmp/one" "$tmp/two" | grep -c '  CACHE')" 1
	apt_state >"$tmp/after"
	diff "$tmp/before" "$tmp/after"
	is "$(find "$KVMSHIM_CACHE" -maxdepth 1 -name '.work.*' | wc -l)" 0
	for f in linux-6.1/Image linux-6.12/Image musl/musl-gcc.specs libfdt/libfdt.a u-boot/qemu_arm/u-boot.bin; do
		[ -s "$KVMSHIM_CACHE/$f" ]
	done
	quiet_make O="$tmp/b" "$tmp/b/target/kvm/sys.o"
}

t_fetch_says_what_to_do_without_an_archive() {
	no env KVMSHIM_CACHE=$tmp/cache KVMSHIM_MIRROR=file:///nonexistent initramfs/fetch.sh 2>"$tmp/err"
	grep -q 'fetch: cannot read the package lists of file:///nonexistent' "$tmp/err"
	no env KVMSHIM_CACHE=/proc/nothere initramfs/fetch.sh 2>"$tmp/err"
	grep -q 'KVMSHIM_CACHE' "$tmp/err"
}
