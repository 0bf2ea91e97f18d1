# SPDX-License-Identifier: BSD-2-Clause
"""What the guest does to its devices, told: on the line, in the monitor, and in a file for kvmshim-trace."""
import json
import re
import subprocess
import xml.etree.ElementTree

import pytest

import board
from conftest import QUICK, hosts
from test_monitor import monitor, said

BOTH_GICS = pytest.mark.on(hosts(QUICK, QUICK[1:]))
ONE = pytest.mark.on(hosts(QUICK)[1:])
UART = "serial@9000000"
LINE = re.compile(r"^kvmshim: (\d+\.\d{6}) (\S+)\+(0x\w+|0)(?: (\w+))?: (read|store) (\d) bytes: (0x\w+|0) \(PC (0x\w+), vCPU (\d+)\)$",
                  re.M)


def uboot(hosted, *options):
    """A U-Boot at its prompt, traced by OPTIONS."""
    hosted.start(*board.shim_words(["memory=64M", *options], "/uboot.bin"))
    hosted.board.expect("Hit any key", timeout=120)
    text = hosted.board.before()
    hosted.board.send("\r")
    hosted.board.expect("=> ")
    return (text + hosted.board.before()).decode(errors="replace")


def ended(hosted):
    hosted.board.send("poweroff\r")
    return hosted.finish()


def unwrapped(text):
    """Each message on a line of its own."""
    return text.replace("\r", "").replace("\n         ", " ")


@BOTH_GICS
def test_line_tells_registers_by_name(hosted):
    text = uboot(hosted, "trace=mmio,write,addr=0x9000024-0x9000033")
    ended(hosted)
    told = {(m[2], m[3], m[4], m[5]) for m in LINE.finditer(unwrapped(text))}
    # U-Boot's driver: off, line control with FIFOs, on.
    for offset, name in (("0x2c", "UARTLCR_H"), ("0x30", "UARTCR")):
        assert (UART, offset, name, "store") in told, told
    assert all(node == UART for node, *_ in told)


@ONE
def test_filters_leave_the_rest_out(hosted):
    ran_text = uboot(hosted, "trace=mmio,write,addr=0x9000030+4")
    text = unwrapped(ran_text) + unwrapped(ended(hosted).text)
    told = LINE.findall(text)
    assert told and {(t[1], t[3], t[4]) for t in told} == {(UART, "UARTCR", "store")}


@ONE
def test_calls_by_name(hosted):
    uboot(hosted, "trace=calls,reset")
    hosted.board.send("reset\r")
    hosted.board.expect("call PSCI SYSTEM_RESET")
    hosted.board.expect("the guest starts again")
    hosted.board.expect("Hit any key", timeout=120)
    hosted.board.send("\r")
    hosted.board.expect("=> ")
    hosted.board.send("poweroff\r")
    hosted.board.expect("call PSCI SYSTEM_OFF")
    ran = hosted.finish()
    assert (ran.outcome, ran.code) == ("poweroff", 0)


@ONE
def test_in_the_monitor(hosted):
    uboot(hosted)
    monitor(hosted)
    assert "tracing is off; 0 events so far" in said(hosted, "trace")
    assert "none of off, on, mmio" in said(hosted, "trace mnio")
    assert "tracing is on, quiet" in said(hosted, "trace mmio irq quiet")
    hosted.board.send("continue\r")
    hosted.board.send("echo heard\r")
    hosted.board.expect("heard\r\n=> ")
    monitor(hosted)
    assert "tracing is off" in said(hosted, "trace off")
    shown = said(hosted, "trace show 30")
    assert re.search(rf"\d+\.\d{{6}} {UART}\+0x18 UARTFR: read 4 bytes: 0x\w+ \(PC 0x\w+, vCPU 0\)", shown), shown
    assert shown.count(UART) == 30
    hosted.board.send("quit\r")
    assert hosted.finish().outcome == "poweroff"


def hexed(hosted, path):
    text = hosted.command("hex", path).text
    return bytes.fromhex("".join(re.findall(r"^[0-9a-f]{2,64}$", text.replace("\r", ""), re.M)))


@ONE
def test_file_becomes_json_and_a_picture(hosted, tmp_path):
    uboot(hosted, "trace=on,quiet,addr=0x9000000-0x9010fff", "trace-file=/trace")
    ran = ended(hosted)
    assert ran.outcome == "poweroff" and "UARTDR" not in ran.text
    (tmp_path / "trace").write_bytes(hexed(hosted, "/trace"))
    hosted.command("remove", "/trace")
    tool = board.artefact("host/kvmshim-trace")
    lines = subprocess.run([tool, tmp_path / "trace"], capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^\d+\.\d{{9}} {UART} read UARTFR = 0x\w+ \(PC 0x\w+, vCPU 0\)$", lines, re.M)
    # What U-Boot has printed stands in it, byte by byte.
    printed = bytes(int(v, 16) & 0xff for v in re.findall(rf"{UART} store UARTDR = (\w+)", lines)).decode(errors="replace")
    assert "Hit any key to stop autoboot" in printed
    subprocess.run([tool, tmp_path / "trace", f"--json={tmp_path}/json", f"--svg={tmp_path}/svg"], check=True)
    events = json.loads((tmp_path / "json").read_text())["traceEvents"]
    tracks = {e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    assert {"vCPU 0", UART} <= tracks
    assert any(e["ph"] == "i" and e["name"] == "PSCI SYSTEM_OFF" for e in events)
    picture = xml.etree.ElementTree.parse(tmp_path / "svg").getroot()
    words = " ".join(t.text or "" for t in picture.iter("{http://www.w3.org/2000/svg}text"))
    assert UART in words and "vCPU 0" in words


@ONE
def test_file_that_cannot_be_made(hosted):
    ran = hosted.kvmshim("memory=64M", "trace=on", "trace-file=/nowhere/trace", firmware="/uboot.bin")
    assert ran.code == 64 and "E-TRACE" in ran.text and "trace-file=/nowhere/trace: No such file" in ran.words
    ran = hosted.kvmshim("memory=64M", "trace=mnio", firmware="/uboot.bin")
    assert "E-VALUE" in ran.text and "trace=mnio" in ran.words
