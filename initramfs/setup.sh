#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes this machine ready for `make run` and `make check`: host tools by apt, the rest into a cache.
#
# Does nothing, quickly, when everything is there. Root installs at once; others are asked once and
# use sudo; without a terminal or sudo it prints the one command to type and fails.
set -eu

tools='arm-trusted-firmware-tools ca-certificates clang clang-format cppcheck cpio device-tree-compiler
dosfstools dt-schema fdisk file gcc gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gdb-multiarch git libbearssl-dev
libc6-dev libc6-dev-arm64-cross libcmocka-dev libdeflate-dev libfdt-dev liblz4-dev liblzma-dev libzstd-dev
linux-libc-dev-arm64-cross lrzsz lz4 make mandoc mkbootimg mtools openssl python3 python3-kconfiglib
python3-libfdt python3-pexpect python3-pytest qemu-system-arm shellcheck tmux u-boot-tools
xz-utils zstd'

here=$(dirname "$0")

# shellcheck disable=SC2086 # a list of words
missing=$({
	printf '%s\n' $tools
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' $tools 2>/dev/null
} | awk '$2 == "installed" { have[$1] = 1 } NF == 1 { want[$1] = 1 }
	END { for (p in want) if (!(p in have)) print p }' | sort | tr '\n' ' ')
missing=${missing% }

if [ -n "$missing" ]; then
	install="apt-get install -y --no-install-recommends $missing"
	if [ "$(id -u)" -eq 0 ]; then
		DEBIAN_FRONTEND=noninteractive
		export DEBIAN_FRONTEND
		apt-get update -qq
		# shellcheck disable=SC2086
		$install
	elif [ -t 0 ] && command -v sudo >/dev/null; then
		echo "setup: these packages are missing: $missing"
		printf 'setup: install them with sudo apt-get? [Y/n] '
		read -r answer
		case $answer in
		'' | [Yy]*) sudo sh -c "apt-get update -qq && $install" ;;
		*) exit 1 ;;
		esac
	else
		echo 'setup: host tools are missing; as root, type:' >&2
		echo "apt-get update && $install" >&2
		exit 1
	fi
fi

exec "$here/fetch.sh"
