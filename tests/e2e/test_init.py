# SPDX-License-Identifier: BSD-2-Clause
"""kvmshim as PID 1: what a board must survive."""
import re

import pytest

import board

HOST = (3, "6.1", "a57")


def board_as_pid1(boards, name, words, append="", guest="nowhere", modules=(), host=HOST, files=None, **more):
    """kvmshim as /init, entered by way of launch.c, which first does to the board what WORDS say."""
    files = {"/launch": board.artefact("tests/e2e/launch"), "/init": board.artefact("kvmshim"),
             "/firmware": board.BUILD / f"tests/guest/{guest}.bin", **(files or {})}
    initrd = board.initramfs(name, files, modules=modules)
    return boards(board.direct(name, *host, initrd, f"rdinit=/launch kvmshim.memory=128M {append} -- {words}", **more))


def test_shim_is_killed(boards):
    """Three shims, each ended in another way: the supervisor says so and follows on-crash: here, a fresh start."""
    b = board_as_pid1(boards, "kill", "kill 9,15,11 1",
                      "kvmshim.bootargs=do=wait kvmshim.on-crash=restart kvmshim.on-poweroff=restart")
    b.expect("nowhere: wait")
    b.expect("the shim was ended by SIGKILL while the guest ran")
    assert b.outcome() == ("internal", 68)
    b.expect("nowhere: wait")
    # Asked to end, it ends in order.
    b.expect("stopped by SIGTERM")
    assert b.outcome() == ("poweroff", 0)
    b.expect("nowhere: wait")
    b.expect(re.compile(rb"the shim was ended by SIGSEGV from process \d+"))
    assert b.outcome() == ("internal", 68)
    b.expect("nowhere: wait")


def test_shim_fault_is_told(boards):
    """A fault of the shim's own: signal, address, PC, what it was doing; then on-crash."""
    b = board_as_pid1(boards, "fault", "fault 1", "kvmshim.bootargs=do=wait kvmshim.on-crash=poweroff")
    b.expect("nowhere: wait")
    b.expect("the shim died of SIGSEGV at address 0x10 (pc 0x10) while the guest ran")
    assert b.outcome() == ("internal", 68)
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
    """A guest that uses more than the board has left: the kernel kills the shim, and PID 1 tells of it."""
    b = board_as_pid1(boards, "eat", "fill 64", "kvmshim.memory=128M kvmshim.bootargs=do=eat kvmshim.on-crash=reboot",
                      memory=192)
    b.expect("nowhere: eat")
    b.expect("the shim was ended by SIGKILL while the guest ran: out of memory")
    assert b.outcome() == ("internal", 68)
    b.ends()


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
    b = board_as_pid1(boards, "resets", "plain", 'kvmshim.cpus=4 "kvmshim.bootargs=resets=2 kept=CNTP_CVAL_EL0"', guest="reset")
    b.expect("ok registers-equal")
    assert b.outcome() == ("poweroff", 0)
    b.ends()


def test_hang_is_the_outcome(boards):
    b = board_as_pid1(boards, "hang", "plain", "kvmshim.bootargs=do=exec-no-vectors kvmshim.on-crash=poweroff")
    assert b.outcome() == ("hang", 34)
    b.ends()


MODULES = ("virtio_net", "vfat", "softdog")


def packed_modules(kernel, names):
    """Modules as the kernel's package has them, and the list that kvmshim loads them by. No dependencies."""
    folder = (board.linux(kernel).parent / "modules").resolve()
    release = folder.name
    found = {f"/lib/modules/{release}/{p.name}": p for n in names for p in folder.glob(f"kernel/**/{n}.ko*")}
    order = board.WORK / "kvmshim.order"
    order.write_text("".join(f"{path}\n" for path in found))
    return {**found, f"/lib/modules/{release}/kvmshim.order": order}


@pytest.mark.parametrize("kernel", [pytest.param("6.1", marks=pytest.mark.slow), "6.12"])
def test_modules_are_loaded(boards, kernel):
    """Modules of the initramfs, with all they need, come before all else."""
    b = board_as_pid1(boards, f"modules-{kernel}", "report /proc/modules 2", guest="nowhere",
                      append="kvmshim.bootargs=do=wait loglevel=4", host=(3, kernel, "a57"),
                      modules=(board.linux(kernel).parent / "modules", *MODULES))
    b.expect("launch: ")
    listed = b.drain(3).decode(errors="replace")
    for name in MODULES:
        assert name in listed
    assert "could not be loaded" not in listed


def test_packed_modules_are_loaded(boards):
    """6.12 packs its modules by xz, and unpacks them itself."""
    files = packed_modules("6.12", ("softdog", "failover"))
    assert any(path.endswith(".ko.xz") for path in files)
    b = board_as_pid1(boards, "packed", "report /proc/modules 2", guest="nowhere",
                      append="kvmshim.bootargs=do=wait loglevel=4", host=(3, "6.12", "a57"), files=files)
    b.expect("launch: ")
    listed = b.drain(3).decode(errors="replace")
    assert "softdog" in listed and "failover" in listed


def softdog():
    (path,) = (board.linux("6.1").parent / "modules").glob("kernel/**/softdog.ko")
    return {"/softdog.ko": path}


@pytest.mark.slow
def test_watchdog(boards):
    """Fed while the shim answers, under full load too; no longer when it is stopped, and then the board is reset."""
    b = board_as_pid1(boards, "watchdog", "stop 5 11", "kvmshim.bootargs=seconds=600 loglevel=2",
                      guest="load", files=softdog())
    b.expect("load 10:")
    b.expect("launch: stopping the shim")
    b.expect("the shim does not answer: the watchdog is no longer fed")
    b.ends()
