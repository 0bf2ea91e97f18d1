# SPDX-License-Identifier: BSD-2-Clause
"""When what happened, from power-on to the prompt: in the monitor, from a tree with U-Boot's marks, as a picture."""
import re
import subprocess
import xml.etree.ElementTree

import pytest

import board
import trees
from conftest import QUICK, hosts

KEY = "\x01"
PROMPT = re.compile(rb"\r\n(paused|running|ended)> ")
ROW = re.compile(r"^timeline (\d+) (\d+) (.+)$", re.M)

STEPS = ["Linux", "kvmshim", "board's tree and settings", "KVM opened and asked", "firmware read", "plan made",
         "plan printed", "guest built", "guest to its first byte", "guest to its prompt", "prompt"]


def said(b, command):
    b.send(command + "\r")
    b.expect(command)
    b.expect(PROMPT)
    return b.before().decode().replace("\r", "")


def spans(text):
    """(at, takes, what) of each, in us."""
    return [(int(at), int(takes), what) for at, takes, what in ROW.findall(text)]


def check(rows):
    """One begins where the one before ends, and none runs backwards."""
    for (at, takes, what), (begin, _, _) in zip(rows, rows[1:]):
        assert at + takes == begin, what


def uboot_to_its_monitor(b):
    b.expect("Hit any key")
    b.send("\r")
    b.expect("=> ")
    b.send(KEY + "c")
    b.expect("paused> ")


@pytest.mark.on(hosts(QUICK)[:1])
def test_timeline(hosted):
    b = hosted.board
    hosted.start(*board.shim_words(["memory=64M"], "/uboot.bin"))
    uboot_to_its_monitor(b)
    rows = spans(said(b, "timeline dump"))
    assert [what for _, _, what in rows] == ["firmware before Linux", *STEPS]
    check(rows)
    assert rows[0][0] == 0 and all(takes > 0 for _, takes, what in rows if what != "prompt")
    chart = said(b, "timeline").splitlines()
    assert max(map(len, chart)) <= 80
    assert len([line for line in chart if re.match(r" +\d+\.\d{3} +\d+\.\d{3}  ", line)]) == len(rows)
    assert "timeline, or timeline dump" in said(b, "timeline now")
    # The same as a picture.
    svg = subprocess.run([board.artefact("host/kvmshim-trace"), "timeline"], capture_output=True, text=True, check=True,
                         input="".join(f"timeline {a} {t} {w}\r\n" for a, t, w in rows)).stdout
    texts = [e.text for e in xml.etree.ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert all(what in texts for _, _, what in rows)
    # A reset in place begins anew: what came before it is no part of it.
    b.send("continue\r")
    b.expect("continue\r\n")
    b.send(KEY + "r")
    b.expect("U-Boot 20")
    uboot_to_its_monitor(b)
    again = spans(said(b, "timeline dump"))
    assert [what for _, _, what in again] == ["guest reset", *STEPS[-3:]]
    check(again)
    assert again[0][0] > rows[-1][0]
    b.send(KEY + "x")
    hosted.finish()


def test_from_power_on(boards):
    """PID 1 behind the board's own U-Boot; the counter begins with the emulator."""
    b = boards(board.power_on(3, "6.1", "a57", "script"))
    b.expect("handing over")
    b.expect("=> ")  # nobody types: the count-down ends, and what U-Boot boots from is not there
    b.drain(5)
    b.send(KEY + "c")
    b.expect("paused> ")
    rows = spans(said(b, "timeline dump"))
    assert [what for _, _, what in rows] == ["firmware before Linux", "Linux", "kvmshim as PID 1", *STEPS[2:]]
    check(rows)
    # The board's U-Boot waits two seconds for a key, and loads the kernel; Linux takes its time, too.
    assert rows[0][1] > 2000000 and rows[1][1] > 100000
    # The guest's prompt is its real one, behind a count-down of two seconds: not the question before it.
    assert rows[-2][2] == "guest to its prompt" and rows[-2][1] > 2000000
    print("\n".join(said(b, "timeline").splitlines()))


def test_marks_of_uboot(boards):
    """As U-Boot with CONFIG_BOOTSTAGE_FDT leaves them in the tree: the last one first."""
    tree = board.board_tree(3, "a57")
    marks = [("start_kernel", 90), ("bootm_start", 60), ("board_init_r", 40), ("board_init_f", 20), ("reset", 0)]
    for i, (name, us) in enumerate(marks):
        subprocess.run(["fdtput", "-p", "-t", "s", tree, f"/bootstage/{i}", "name", name], check=True)
        subprocess.run(["fdtput", "-t", "i", tree, f"/bootstage/{i}", "mark", str(us)], check=True)
    b = boards(board.direct("bootstage", 3, "6.1", "a57", trees.hosted_initramfs(), "rdinit=/launch", dtb=tree))
    b.expect("launch# ")
    b.send(" ".join(board.shim_words(["memory=64M"], "/uboot.bin")) + "\n")
    uboot_to_its_monitor(b)
    rows = spans(said(b, "timeline dump"))
    assert rows[:4] == [(0, 20, "firmware before Linux"), (20, 20, "U-Boot: board_init_f"), (40, 20, "U-Boot: board_init_r"),
                        (60, 30, "U-Boot: bootm_start")]
    assert rows[4][0::2] == (90, "U-Boot: start_kernel") and rows[5][2] == "Linux"
    check(rows)
