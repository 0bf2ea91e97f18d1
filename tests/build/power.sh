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
