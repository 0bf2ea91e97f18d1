#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""An independent reader of boards' device trees: what kvmshim's own reader is compared with.

It shares nothing with the C code but the Devicetree Specification and the bindings: the tree
becomes objects, addresses and interrupts are followed recursively.

usage: reader.py FILE...    the facts as text, in board_dump's form
As a module: facts(path) -> dict, Tree(bytes) with .nodes, .regs(node), .interrupts(node).
"""

import struct
import sys

GICS = {
    2: ("arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a9-gic", "arm,cortex-a7-gic",
        "qcom,msm-qgic2", "qcom,msm-8660-qgic", "arm,pl390"),
    3: ("arm,gic-v3",),
}
TIMERS = ("arm,armv8-timer", "arm,armv7-timer")
PSCIS = ("arm,psci", "arm,psci-0.2", "arm,psci-1.0")
LIMITS = {"memory": 32, "reserved": 64, "cpus": 512, "kinds": 4, "redists": 8}
TOP = 1 << 64


class Refused(Exception):
    """A board that contradicts itself. .node is the node's path, .reason one of REASONS."""

    def __init__(self, node, reason):
        super().__init__(f"{node}: {reason}")
        self.node, self.reason = node, reason


class Bad(Exception):
    """A property that cannot be read: wrong length or cells."""


class Unreachable(Exception):
    """An address no bus translates, an interrupt nobody takes."""


class Node:
    """A node: name, props in the tree's order, children, parent."""

    def __init__(self, name, parent):
        self.name, self.parent = name, parent
        self.props, self.children = {}, []
        if parent:
            parent.children.append(self)

    @property
    def path(self):
        if not self.parent:
            return "/"
        return self.parent.path.rstrip("/") + "/" + self.name

    def words(self, prop):
        value = self.props[prop]
        if len(value) % 4:
            raise Bad(prop)
        return list(struct.unpack(f">{len(value) // 4}I", value))

    def word(self, prop, default=None):
        value = self.props.get(prop)
        return int.from_bytes(value, "big") if value is not None and len(value) == 4 else default

    def strings(self, prop):
        value = self.props.get(prop, b"")
        return [s.decode("latin-1") for s in value.split(b"\0")[:-1]]

    def string(self, prop, default=None):
        return (self.strings(prop) or [default])[0]

    def alive(self):
        here = "status" not in self.props or self.string("status") in ("okay", "ok")
        return here and (self.parent is None or self.parent.alive())

    def is_a(self, names):
        return any(n in names for n in self.strings("compatible"))

    def child(self, name):
        for c in self.children:
            if c.name == name or ("@" not in name and c.name.split("@")[0] == name):
                return c
        return None

    def cells(self):
        """What a child's reg is made of: address cells, size cells."""
        return self.word("#address-cells", 2), self.word("#size-cells", 1)


def number(words):
    value = 0
    for w in words:
        value = (value << 32 | w) % TOP
    return value


class Tree:
    """The whole tree: root, nodes in document order, reservations."""

    def __init__(self, blob):
        head = struct.unpack_from(">10I", blob)
        if head[0] != 0xD00DFEED:
            raise ValueError("no device tree")
        at, strings = head[2], head[3]
        self.nodes, self.reservations, self.by_handle = [], [], {}
        where = head[4]
        while (pair := struct.unpack_from(">2Q", blob, where)) != (0, 0):
            self.reservations.append(pair)
            where += 16
        names, node = {}, None
        word = struct.Struct(">I").unpack_from
        pair = struct.Struct(">2I").unpack_from
        while True:
            token, = word(blob, at)
            at += 4
            if token == 1:
                end = blob.index(0, at)
                node = Node(blob[at:end].decode("latin-1"), node)
                self.nodes.append(node)
                at = end // 4 * 4 + 4
            elif token == 2:
                node = node.parent
            elif token == 3:
                size, name = pair(blob, at)
                if name not in names:
                    begin = strings + name
                    names[name] = blob[begin:blob.index(0, begin)].decode("latin-1")
                node.props.setdefault(names[name], blob[at + 8:at + 8 + size])
                at += 8 + (size + 3) // 4 * 4
            elif token == 9:
                break
        self.root = self.nodes[0]
        for n in self.nodes:
            handle = n.word("phandle", n.word("linux,phandle", 0))
            if handle not in (0, 0xFFFFFFFF):
                self.by_handle.setdefault(handle, n)

    def find(self, path):
        """A node by path or alias, options behind ':' ignored."""
        path = path.split(":")[0]
        if not path.startswith("/"):
            head, _, rest = path.partition("/")
            aliases = self.root.child("aliases")
            target = aliases.string(head) if aliases and head else None
            if not target or not target.startswith("/"):
                return None
            path = target + "/" + rest
        node = self.root
        for part in filter(None, path.split("/")):
            node = node and node.child(part)
        return node

    # --- addresses ------------------------------------------------------------------------------

    def up(self, bus, words, size):
        """The address WORDS of BUS's children, in its parent's space and on to the root's."""
        if bus.parent is None:
            return number(words)
        if "ranges" not in bus.props:
            raise Unreachable(bus.path)
        child_cells, size_cells = bus.cells()
        parent_cells = bus.parent.cells()[0]
        table = bus.words("ranges")
        if not table:
            if child_cells == 3:
                raise Unreachable(bus.path)
            address = number(words)
            moved = [address >> 32, address & 0xFFFFFFFF]
        else:
            if parent_cells == 3:
                raise Unreachable(bus.path)
            step = child_cells + parent_cells + size_cells
            if parent_cells not in (1, 2) or len(table) % step:
                raise Bad("ranges")
            moved = None
            for i in range(0, len(table), step):
                row = table[i:i + step]
                first, span = row[:child_cells], number(row[child_cells + parent_cells:])
                if child_cells == 3 and (first[0] ^ words[0]) & 0x03000000:
                    continue
                base = number(first)
                if not base <= number(words) < base + span or number(words) + size > base + span:
                    continue
                target = number(row[child_cells:child_cells + parent_cells])
                target += number(words) - base
                if target >= TOP or target + size >= TOP:
                    raise Bad("ranges")
                moved = [target >> 32, target & 0xFFFFFFFF]
                break
            if moved is None:
                raise Unreachable(bus.path)
        grand_cells, grand_sizes = bus.parent.cells()
        if grand_cells not in (1, 2, 3) or grand_sizes not in (0, 1, 2):
            raise Bad("cells")
        if grand_cells == 3:
            moved = [0] + moved
        return self.up(bus.parent, moved, size)

    def regs(self, node):
        """[(address, size) or the exception that says why not] of each entry of reg."""
        if node.parent is None or "reg" not in node.props:
            return []
        cells, sizes = node.parent.cells()
        try:
            words = node.words("reg")
        except Bad as bad:
            return [bad]
        if cells not in (1, 2, 3) or sizes not in (0, 1, 2) or len(words) % (cells + sizes):
            return [Bad("reg")]
        out = []
        for i in range(0, len(words), cells + sizes):
            address = words[i:i + cells]
            size = number(words[i + cells:i + cells + sizes])
            try:
                if number(address) + size >= TOP:
                    raise Bad("reg")
                out.append((self.up(node.parent, address, size), size))
            except Unreachable as why:
                out.append(why)
            except Bad as why:
                out.append(why)
                break
        return out

    # --- interrupts -----------------------------------------------------------------------------

    def interrupt_parent(self, node, seen=()):
        if node is None or node in seen:
            return None
        if "interrupt-parent" in node.props:
            above = self.by_handle.get(node.word("interrupt-parent", 0))
        else:
            above = node.parent
        if above is not None and "#interrupt-cells" in above.props:
            return above
        return self.interrupt_parent(above, (*seen, node))

    def route(self, at, address, spec, seen=()):
        """Follow a specifier from node AT to the controller that takes it."""
        if at is None or len(seen) > len(self.nodes):
            raise Unreachable("interrupt")
        if "interrupt-map" not in at.props:
            if "interrupt-controller" in at.props:
                return at, spec
            return self.route(self.interrupt_parent(at), address, spec, (*seen, at))
        cells = at.word("#address-cells")
        if cells is None:
            cells = at.parent.cells()[0] if at.parent else 2
        table = at.words("interrupt-map")
        key = (address + [0] * 3)[:cells] + spec
        mask = at.words("interrupt-map-mask") if "interrupt-map-mask" in at.props else None
        if mask is None:
            mask = [0xFFFFFFFF] * len(key)
        if len(mask) != len(key):
            raise Bad("interrupt-map-mask")
        while table:
            if len(table) < len(key) + 1:
                raise Bad("interrupt-map")
            parent = self.by_handle.get(table[len(key)])
            if parent is None:
                raise Unreachable("interrupt-map")
            begin = len(key) + 1
            middle = begin + parent.word("#address-cells", 0)
            end = middle + parent.word("#interrupt-cells", 0)
            if end == middle or len(table) < end:
                raise Bad("interrupt-map")
            if all((a ^ b) & m == 0 for a, b, m in zip(table, key, mask)):
                onward = table[begin:middle]
                onward += address[len(onward):] if len(onward) < len(address) else []
                return self.route(parent, onward, table[middle:end], (*seen, at))
            table = table[end:]
        raise Unreachable("interrupt-map")

    def specifiers(self, node):
        """(controller or None, words) of each interrupt the node names; None: a place left empty."""
        if "interrupts-extended" in node.props:
            words = node.words("interrupts-extended")
            while words:
                if words[0] == 0:
                    yield None, []
                    words = words[1:]
                    continue
                parent = self.by_handle.get(words[0])
                if parent is None:
                    raise Unreachable("interrupts-extended")
                n = parent.word("#interrupt-cells", 0)
                if not 1 <= n <= 4 or len(words) < 1 + n:
                    raise Bad("interrupts-extended")
                yield parent, words[1:1 + n]
                words = words[1 + n:]
        elif "interrupts" in node.props:
            parent = self.interrupt_parent(node)
            if parent is None:
                raise Unreachable("interrupts")
            words, n = node.words("interrupts"), parent.word("#interrupt-cells", 0)
            if not 1 <= n <= 4 or len(words) % n:
                raise Bad("interrupts")
            for i in range(0, len(words), n):
                yield parent, words[i:i + n]

    def interrupts(self, node):
        """[(controller, words) or the exception], to the first that is wrong."""
        address = []
        if node.parent is not None and len(node.props.get("reg", b"")) % 4 == 0:
            address = node.words("reg")[:node.parent.cells()[0]] if "reg" in node.props else []
        out = []
        try:
            for parent, words in self.specifiers(node):
                if parent is None:
                    raise Unreachable("interrupts-extended")
                out.append(self.route(parent, address, words))
        except (Bad, Unreachable) as why:
            out.append(why)
        return out


# --- the board ----------------------------------------------------------------------------------


def spaces(tree, node, limit, have):
    """Reachable reg entries that have a size."""
    out = []
    for r in tree.regs(node):
        if isinstance(r, Bad):
            raise Refused(node.path, "reg")
        if isinstance(r, Unreachable) or not r[1]:
            continue
        out.append(r)
        if have + len(out) > limit:
            raise Refused(node.path, "too-many")
    return out


def read_cpus(tree):
    cpus, kinds = [], {}
    top = tree.root.child("cpus")
    for node in top.children if top else []:
        if node.string("device_type") != "cpu" or not node.alive():
            continue
        cells, sizes = top.cells()
        reg = node.props.get("reg", b"")
        if not reg or cells not in (1, 2) or sizes > 2 or len(reg) % (4 * (cells + sizes)):
            raise Refused(node.path, "reg")
        kind = node.string("compatible", "")
        kinds[kind] = kinds.get(kind, 0) + 1
        if len(kinds) > LIMITS["kinds"] or len(cpus) == LIMITS["cpus"]:
            raise Refused(node.path, "too-many")
        cpus.append((number(node.words("reg")[:cells]), kind))
    return cpus, kinds


def read_gic(tree):
    for node in tree.nodes:
        version = next((v for v, names in GICS.items() if node.is_a(names)), 0)
        if version and "interrupt-controller" in node.props and node.alive():
            break
    else:
        return {"version": 0, "node": None}
    frames, align = tree.regs(node), 0x1000 if version == 2 else 0x10000
    redists = node.word("#redistributor-regions", 1) if version == 3 else 0
    if redists > LIMITS["redists"]:
        raise Refused(node.path, "too-many")
    want = 4 if version == 2 else 1 + redists
    for f in frames[:want]:
        if isinstance(f, Exception):
            raise Refused(node.path, "reg")
        if f[0] % align:
            raise Refused(node.path, "unaligned")
    need = 2 if version == 2 else want
    if len(frames) < need or not all(f[1] for f in frames[:need]) or (version == 3 and not redists):
        raise Refused(node.path, "incomplete")
    stride = 0
    if version == 3 and "redistributor-stride" in node.props:
        if len(node.props["redistributor-stride"]) not in (4, 8):
            raise Refused(node.path, "reg")
        stride = number(node.words("redistributor-stride"))
    gic = {"version": version, "node": node, "dist": frames[0], "stride": stride}
    gic["cpu"] = frames[1] if version == 2 else (0, 0)
    gic["redists"] = frames[1:1 + redists] if version == 3 else []
    virt = version == 3 or (len(frames) >= 4 and bool(frames[2][1] and frames[3][1]))
    gic["virt"] = virt and intid(tree, node, 0, node) != 0
    gic["its"] = version == 3 and any(c.is_a(("arm,gic-v3-its",)) and c.alive() for c in node.children)
    return gic


def intid(tree, node, index, gic):
    """INTID of an interrupt that the GIC takes, else 0."""
    lines = tree.interrupts(node) if gic else []
    if index >= len(lines) or isinstance(lines[index], Exception) or lines[index][0] is not gic:
        return 0
    words = lines[index][1]
    if len(words) < 3:
        return 0
    first, count = {0: (32, 988), 1: (16, 16)}.get(words[0], (0, 0))
    return first + words[1] if words[1] < count else 0


def read_timer(tree, gic):
    for node in tree.nodes:
        if node.is_a(TIMERS) and node.alive() and {"interrupts", "interrupts-extended"} & set(node.props):
            names = node.strings("interrupt-names")
            ppi = intid(tree, node, names.index("virt") if "virt" in names else 2, gic)
            return {"node": node, "virt_ppi": ppi if ppi < 32 else 0}
    return {"node": None, "virt_ppi": 0}


def read_console(tree, gic):
    chosen = tree.root.child("chosen")
    stdout = None
    if chosen:
        stdout = chosen.string("stdout-path", chosen.string("linux,stdout-path"))
    node = (stdout and tree.find(stdout)) or tree.find("serial0")
    if not node:
        return {"node": None, "compatible": "", "reg": (0, 0), "intid": 0, "stdout_path": stdout}
    reg = (tree.regs(node) or [(0, 0)])[0]
    return {"node": node, "compatible": node.string("compatible", ""), "stdout_path": stdout,
            "reg": (0, 0) if isinstance(reg, Exception) else reg, "intid": intid(tree, node, 0, gic)}


def board(tree):
    """Everything board_collect() is to find; raises Refused."""
    root = tree.root
    out = {"model": root.string("model", ""), "compatible": root.string("compatible", ""),
           "memory": [], "reserved": []}
    for node in root.children:
        if node.string("device_type") == "memory" and node.alive():
            out["memory"] += spaces(tree, node, LIMITS["memory"], len(out["memory"]))
    out["memory_total"] = sum(size for _, size in out["memory"])
    if out["memory_total"] >= TOP:
        raise Refused("/", "reg")
    top = root.child("reserved-memory")
    for node in top.children if top else []:
        if node.alive():
            out["reserved"] += spaces(tree, node, LIMITS["reserved"], len(out["reserved"]))
    out["reserved"] += tree.reservations
    if len(out["reserved"]) > LIMITS["reserved"]:
        raise Refused("/", "too-many")
    out["cpus"], out["kinds"] = read_cpus(tree)
    out["gic"] = read_gic(tree)
    out["timer"] = read_timer(tree, out["gic"]["node"])
    methods = [n.string("method") for n in tree.nodes if n.is_a(PSCIS) and n.alive()]
    out["psci"] = next((m for m in methods if m in ("smc", "hvc")), "none")
    out["console"] = read_console(tree, out["gic"]["node"])
    options = root.child("options")
    out["options"] = next((c for c in (options.children if options else []) if c.name == "kvmshim"), None)
    return out


def facts(path):
    """The board in the .dtb at PATH as a dict; {"refused": reason, "node": path} for one that is refused.

    Nodes are given by path, None where there is none. "error" instead where the file is no tree."""
    try:
        with open(path, "rb") as f:
            tree = Tree(f.read())
    except (ValueError, IndexError, struct.error) as why:
        return {"error": str(why)}
    try:
        out = board(tree)
    except Refused as why:
        return {"refused": why.reason, "node": why.node}
    for part in (out["gic"], out["timer"], out["console"]):
        part["node"] = part["node"] and part["node"].path
    out["options"] = out["options"] and out["options"].path
    return out


def text(path):
    """The facts in board_dump's form, line by line."""
    with open(path, "rb") as f:
        tree = Tree(f.read())
    yield f"nodes {len(tree.nodes)}"
    b = facts(path)
    if "refused" in b:
        yield f"refused {b['node']} {b['refused']}"
    else:
        yield from board_text(b)
    for node in tree.nodes:
        where = node.path
        for i, r in enumerate(tree.regs(node)):
            yield f"reg {where} {i} " + (error(r) or "%x %x" % r)
        for i, r in enumerate(tree.interrupts(node)):
            if error(r):
                yield f"irq {where} {i} {error(r)}"
            else:
                yield f"irq {where} {i} {' '.join('%x' % w for w in r[1])} {r[0].path}"


def error(r):
    return {Bad: "EINVAL", Unreachable: "ENXIO"}.get(type(r), "")


def board_text(b):
    yield f"model {b['model']}"
    yield f"compatible {b['compatible']}"
    yield from ("memory %x %x" % r for r in b["memory"])
    yield "memory_total %x" % b["memory_total"]
    yield from ("reserved %x %x" % tuple(r) for r in b["reserved"])
    yield from ("cpu %x %s" % c for c in b["cpus"])
    yield from ("kind %s %u" % k for k in b["kinds"].items())
    gic = b["gic"]
    yield f"gic {gic['version']} {gic['node'] or '-'}"
    if gic["version"]:
        yield "gic_dist %x %x" % gic["dist"]
        yield "gic_cpu %x %x" % gic["cpu"]
        yield from ("gic_redist %x %x" % r for r in gic["redists"])
        yield "gic_stride %x" % gic["stride"]
        yield "gic_virt %d" % gic["virt"]
        yield "gic_its %d" % gic["its"]
    yield f"timer {b['timer']['node'] or '-'} {b['timer']['virt_ppi']}"
    yield f"psci {b['psci']}"
    c = b["console"]
    yield f"console {c['node'] or '-'}"
    yield f"console_compatible {c['compatible']}"
    yield "console_reg %x %x" % c["reg"]
    yield f"console_intid {c['intid']}"
    yield f"console_stdout {c['stdout_path'] if c['stdout_path'] is not None else '-'}"
    yield f"options {b['options'] or '-'}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(f"file {name}")
        print("\n".join(text(name)))
