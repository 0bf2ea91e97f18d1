# SPDX-License-Identifier: BSD-2-Clause
# Verified boot as the configuration wants it, unlocked.
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/build/verify.sh
. tests/build/verify.sh

t_verify_unlocked() {
	tests/vboot/make "$tmp"
	quiet_make O="$tmp/b" defconfig
	sed -i "s|^CONFIG_VERIFY_KEY=.*|CONFIG_VERIFY_KEY=\"$tmp/base.dtb\"|
		s|^# CONFIG_VERIFY_UNLOCK is not set|CONFIG_VERIFY_UNLOCK=y|" "$tmp/b/.config"
	quiet_make O="$tmp/b" host
	# What comes along need not be signed; the firmware must.
	ends 0 'RAM' plan 'base.itb#conf-2' --initrd="$tmp/ramdisk.bin"
	ends 67 'E-SIGNATURE' plan 'other.itb#conf-2'
}
