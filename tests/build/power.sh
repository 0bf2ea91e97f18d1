# SPDX-License-Identifier: BSD-2-Clause
# make run, from a terminal.
# shellcheck shell=sh disable=SC2154

# Ctrl-] switches the board off, and that is no error to make.
t_run_ends_without_an_error() {
	status=0
	{
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			sleep 1
			no grep -qa 'U-Boot' "$tmp/screen" || break
		done
		printf '\035'
		sleep 1
	} | timeout 120 script -qefc "make O=$out run" "$tmp/screen" >/dev/null || status=$?
	is $status 0
	grep -qa 'every key goes to the board' "$tmp/screen"
	grep -qa 'U-Boot' "$tmp/screen"
	no grep -qaE 'make.*(Error|Interrupt)' "$tmp/screen"
}

# What cannot be had is told in a sentence, before anything is made.
t_run_refuses_what_cannot_be_had() {
	for wish in 'GIC=4 is none' 'CPU=cortex-a570 is no CPU' 'LINUX=5.10 is not among' \
		"FIRMWARE=$tmp is not a file" "FIRMWARE=$tmp/none is not there" 'QUIT=xyz is no key'; do
		status=0
		make O="$tmp/new" run "${wish%% *}" >"$tmp/said" 2>&1 </dev/null || status=$?
		is $status 2
		is "$(grep -cF "*** $wish" "$tmp/said")" 1
		grep -qE 'give .*\.  Stop' "$tmp/said"
		no grep -q 'Traceback' "$tmp/said"
		[ ! -e "$tmp/new/kvmshim" ]
	done
	is "$(initramfs/run-check 2 max,sve=off 6.1 "$KVMSHIM_CACHE/linux-6.1" "$0" ^A)" ''
}
