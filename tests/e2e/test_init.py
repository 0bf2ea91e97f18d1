# SPDX-License-Identifier: BSD-2-Clause
"""kvmshim as PID 1: what a board must survive."""
import re

import pytest

import board

HOST = (3, "6.1", "a57")


def board_as_pid1(boards, name, words, append="", guest="nowhere", modules=(), **more):
    """kvmshim as /init, entered by way of launch.c, which first does to the board what WORDS say."""
    files = {"/launch": board.artefact("tests/e2e/launch"), "/init": board.artefact("kvmshim"),
             "/firmware": board.BUILD / f"tests/guest/{guest}.bin"}
    initrd = board.initramfs(name, files, modules=modules)
    return boards(board.direct(name, *HOST, initrd, f"rdinit=/launch kvmshim.memory=128M {append} -- {words}", **more))


SIGNALS = {"SIGKILL": 9, "SIGTERM": 15, "SIGSEGV": 11}


@pytest.mark.parametrize("name", SIGNALS)
def test_shim_is_killed(boards, name):
    """The supervisor says so and follows on-crash: here, a fresh start."""
    b = board_as_pid1(boards, f"kill-{name}", f"kill {SIGNALS[name]} 3",
                      "kvmshim.bootargs=do=wait kvmshim.on-crash=restart kvmshim.on-poweroff=restart")
    b.expect("handing over")
    b.expect(re.compile(rb"signal (\d+|%s)|%s" % (name.encode(), name.encode())))
    b.expect("handing over")
    b.expect("nowhere: wait")


def test_shim_crash_powers_off(boards):
    b = board_as_pid1(boards, "kill-off", "kill 11 2", "kvmshim.bootargs=do=wait kvmshim.on-crash=poweroff")
    b.expect("handing over")
    assert b.outcome()[0] in ("crash", "internal")
    b.ends()


def test_restart_gives_up_after_three(boards):
    b = board_as_pid1(boards, "three", "plain", "kvmshim.firmware=/none kvmshim.on-crash=restart")
    outcomes = 0
    for _ in range(3):
        assert b.outcome() == ("bad-firmware", 66)
        outcomes += 1
    rest = b.ends()
    assert outcomes == 3 and b"handing over" not in rest


def test_memory_runs_out(boards):
    """The kernel kills the shim, not PID 1."""
    b = board_as_pid1(boards, "hog", "hog 3", "kvmshim.bootargs=do=wait kvmshim.on-crash=restart", memory=512)
    b.expect("handing over")
    b.expect("handing over")


def test_no_console(boards):
    """No fds and no /dev/console: it finds the line itself."""
    b = board_as_pid1(boards, "no-console", "no-console", guest="idregs")
    b.expect("handing over")
    assert b.outcome() == ("poweroff", 0)
    b.ends()


def test_orphans_are_reaped(boards):
    b = board_as_pid1(boards, "orphans", "orphans 50 3", "kvmshim.bootargs=do=wait loglevel=7")
    match = b.expect(re.compile(rb"launch: (\d+) zombies"))
    assert match[1] == b"0"


def test_reboot_on_poweroff(boards):
    b = board_as_pid1(boards, "reboot", "plain", "kvmshim.on-poweroff=reboot", guest="idregs")
    assert b.outcome() == ("poweroff", 0)
    b.ends()


def test_guest_reset_restarts(boards):
    b = board_as_pid1(boards, "resets", "plain", "kvmshim.cpus=4 kvmshim.bootargs=resets=2", guest="reset")
    b.expect("ok registers-equal")
    assert b.outcome() == ("poweroff", 0)
    b.ends()


def test_hang_is_the_outcome(boards):
    b = board_as_pid1(boards, "hang", "plain", "kvmshim.bootargs=do=exec-no-vectors kvmshim.on-crash=poweroff")
    assert b.outcome() == ("hang", 34)
    b.ends()


def test_modules_are_loaded(boards):
    """Modules of the initramfs come before all else: with softdog there is a watchdog to feed."""
    b = board_as_pid1(boards, "softdog", "report /sys/class/watchdog/watchdog0/state 5",
                      "kvmshim.bootargs=seconds=20 softdog.soft_margin=10",
                      guest="load", modules=(board.linux("6.1").parent / "modules", "softdog"))
    b.expect("handing over")
    b.expect("launch: active")
    # Twice its margin: unfed, it would have rebooted the board by now.
    b.expect("load 20:")
    assert b.outcome() == ("poweroff", 0)
    b.ends()
