# SPDX-License-Identifier: BSD-2-Clause
"""What the plan of a mirrored board tells of its tree, against what differs between that tree and the guest's."""

import re

from mirror_reader import flat

NODE = None  # the node itself goes or comes
NAME = "its name"
# (what is done, why): what that can be, as (where below the node that is told, which properties of it). None: whatever it has.
REASONS = {
    ("rewritten", "the guest's RAM, as the map has it"): ("", {"reg", "device_type", NAME}),
    ("rewritten", "RAM is whole pages"): ("", {"reg", NAME}),
    ("rewritten", "RAM ends where a device begins"): ("", {"reg", NAME}),
    ("added", "the guest's RAM, as the map has it"): ("", {NODE}),
    ("dropped", "one node has all of the RAM"): ("", {NODE}),
    ("rewritten", "CPUs are started by psci"): ("(/cpu@[0-9a-f]+)?", {"enable-method", "cpu-release-addr", "#size-cells", "#address-cells", NODE}),
    ("added", "CPUs are started by psci"): ("", {NODE}),
    ("rewritten", r"\d+ of \d+ CPUs are left"): ("/.*", {NODE}),
    ("rewritten", r"reg is the distributor and redistributors of \d+ CPUs"): ("", {"reg", "#redistributor-regions"}),
    ("rewritten", "KVM's redistributors are 128 KiB apart"): ("", {"redistributor-stride"}),
    ("rewritten", "calls are made by hvc, to KVM"): ("", {"compatible", "method"}),
    ("added", "calls are made by hvc, to KVM"): ("", {NODE}),
    ("added", "KVM's own interrupts"): ("", {NODE}),
    ("rewritten", "clock-frequency goes: the counter is the host's"): ("", {"clock-frequency"}),
    ("rewritten", "always-on comes: a vCPU's timer never stops"): ("", {"always-on"}),
    ("rewritten", "interrupts are not PPIs of the GIC: KVM's own are"): (
        "", {"interrupts", "interrupts-extended", "interrupt-names", "interrupt-parent"}),
    ("rewritten", "serial0 is the console"): ("", {"serial0"}),
    ("added", "serial0 is the console"): ("", {NODE}),
    ("rewritten", "the guest's own"): (
        "", re.compile(r"linux,.*|bootargs.*|rng-seed|kaslr-seed|stdout-path")),
    ("added", "the guest's own"): ("", {NODE}),
    ("dropped", "settings, which are not the guest's"): ("", {NODE}),
    ("dropped", "KVM's PMU has one PPI of its own"): ("", {NODE}),
    ("dropped", "the guest's CPUs have no PMU"): ("", {NODE}),
    ("dropped", "outside the guest's RAM"): ("", {NODE}),
    ("disabled", "no device here sends MSIs"): ("", {"status"}),
    ("dropped", "the board's own firmware's"): None,  # memory reservations
    # These are no changes of the tree.
    ("stubbed", "KVM makes one GIC"): None,
    ("stubbed", "no device can be at its reg"): None,
    ("as it is", "its interrupts are not the GIC's: never raised"): None,
}
LINES = re.compile(r"^(rewritten|dropped|added|disabled|stubbed|as it is) +(.*(?:\n {10}.*)*)", re.M)


def squeezed(text):
    """Long paths are broken anywhere."""
    return "".join(text.split())


def told(page):
    """([(what is done, to which path, why)], the line that counts what is left)"""
    out, rest = [], None
    for done, text in LINES.findall(page):
        text = squeezed(text)
        for key in REASONS:
            found = re.fullmatch("(.*)-" + squeezed(key[1]), text) if key[0] == done else None
            if found:
                out.append((done, found[1], key))
                break
        else:
            if rest or done != "as it is":
                raise ValueError(f"an unknown line: {done} {text}")
            rest = text
    return out, rest


def is_below(path, nodes):
    return any(path.startswith(n + "/") for n in nodes)


def differences(before, after):
    """{(path in the board's tree, property or NODE)}; of a subtree that goes or comes its top."""
    out = set()
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    moved = [(a, b) for a in gone for b in come if a.startswith("/memory") and b.startswith("/memory@")]
    for a, b in moved[:1]:
        gone, come = gone - {a}, come - {b}
        before, after = {**before}, {**after, a: after[b]}
        out.add((a, NAME))
    for nodes in gone, come:
        out |= {(n, NODE) for n in nodes if not is_below(n, nodes)}
    for path in before.keys() & after.keys():
        for name in before[path].keys() | after[path].keys():
            if before[path].get(name) != after[path].get(name):
                out.add((path, name))
    return out


def covers(line, difference):
    """Does that line tell this?"""
    (_, path, key), (where, what) = line, difference
    reason = REASONS[key]
    if not reason or not re.fullmatch(re.escape(path) + reason[0], where):
        # What is added is told by the name that it may have got a unit address to.
        if not (reason and key[0] == "added" and where.partition("@")[0] == path):
            return False
    return bool(reason[1].fullmatch(what or "")) if isinstance(reason[1], re.Pattern) else what in reason[1]


def left(tree):
    """How many nodes are disabled."""
    nodes = [n for n in tree.nodes if "compatible" in n.props]
    return sum("status" in n.props and n.string("status") not in ("okay", "ok") for n in nodes)


def fault(board, guest, page):
    """The first difference between the trees that the page does not tell, or thing it tells that is none."""
    lines, rest = told(page)
    found = differences(flat(board.root), flat(guest.root))
    reserved = ("dropped", "memoryreservations") in [line[:2] for line in lines]
    if reserved != bool(board.reservations):
        return f"{len(board.reservations)} memory reservations, told: {reserved}"
    for one in sorted(found, key=str):
        if not any(covers(line, one) for line in lines):
            return f"not told: {one[0]}: {one[1] or 'the node'}"
    for line in lines:
        if REASONS[line[2]] and not any(covers(line, one) for one in found):
            return f"told, but no change: {line[0]} {line[1]}: {line[2][1]}"
        if not REASONS[line[2]] and line[1] != "memoryreservations" and any(line[1] == one[0] for one in found):
            return f"told as it was, but changed: {line[1]}"
    if len(set(lines)) != len(lines):
        return "a line that is there twice"
    if not rest or not rest.endswith(f",{left(board)}disabled"):
        return f"{left(board)} disabled nodes, told: {rest}"
    return None
