# SPDX-License-Identifier: BSD-2-Clause
# U-Boot's way in: boots kvmshim.itb from the place this script came from.
#
# kvmshim_conf: configuration of the FIT (its default one)   kvmshim_addr: where to load it
# kvmshim_fdt: the board's tree (the one this firmware runs on)
# bootargs: host kernel command line (quiet); the console is the tree's stdout-path

if test -z "${kvmshim_addr}"; then setenv kvmshim_addr ${ramdisk_addr_r}; fi
load ${devtype} ${devnum}:${distro_bootpart} ${kvmshim_addr} ${prefix}kvmshim.itb
fdt addr ${kvmshim_addr}
if test -z "${kvmshim_conf}"; then fdt get value kvmshim_conf /configurations default; fi
if test -z "${bootargs}"; then setenv bootargs quiet; fi

# A configuration without a tree of its own gets the one that this firmware runs on, or a copy of it.
if test -z "${kvmshim_fdt}"; then setenv kvmshim_fdt ${fdtcontroladdr}; fi
fdt get value kvmshim_tree /configurations/${kvmshim_conf} kvmshim,tree
if test "${kvmshim_tree}" = fit; then
	bootm ${kvmshim_addr}#${kvmshim_conf}
else
	bootm ${kvmshim_addr}#${kvmshim_conf} ${kvmshim_addr}#${kvmshim_conf} ${kvmshim_fdt}
fi
