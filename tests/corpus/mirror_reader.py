# SPDX-License-Identifier: BSD-2-Clause
"""What machine=mirror has to make of a board's tree, said a second time: by the Devicetree Specification, the bindings, and
kvmshim's manual.

It shares nothing with the C code. machine() gives the guest's machine, or why there is none; changed() changes a tree as that
machine asks for: every node that it leaves alone is to be found unchanged in the guest's tree.
"""

import struct

import reader
from reader import number

MIB = 1 << 20
BLOCK = 2 * MIB  # what KVM maps at once: a size that nobody gave is whole ones of these
REDIST = 0x20000  # of one vCPU
BANKS = 8
V2_CPUS = 8
LINES = 9  # interrupts of one device
KVM_PPIS = {"sec-phys": 29, "phys": 30, "virt": 27, "hyp-phys": 26}  # in the binding's order
SRAM = ("mmio-sram",)  # memory: RAM may lie over it
SRAMS = 8
# Each model by its file in board/dev: the names that it may serve. All but the last line's are consoles.
MODELS = {
    "pl011": ("arm,pl011", "arm,sbsa-uart"),
    "uart8250": ("brcm,bcm2835-aux-uart", "intel,xscale-uart", "mediatek,mt6577-uart", "mrvl,mmp-uart", "ns16450", "ns16550",
                 "ns16550a", "ns8250", "nvidia,tegra20-uart", "snps,dw-apb-uart", "ti,am654-uart"),
    "cdns_uart": ("xlnx,xuartps", "cdns,uart-r1p8", "cdns,uart-r1p12", "xlnx,zynqmp-uart"),
    "exynos_uart": ("samsung,exynos4210-uart", "samsung,exynos5433-uart", "samsung,exynos7-uart", "samsung,exynos7885-uart",
                    "samsung,exynos850-uart", "samsung,exynosautov9-uart", "samsung,exynosautov920-uart", "google,gs101-uart"),
    "geni_uart": ("qcom,geni-debug-uart", "qcom,geni-uart"),
    "meson_uart": ("amlogic,meson-gx-uart", "amlogic,meson-ao-uart", "amlogic,meson-s4-uart", "amlogic,meson-g12a-uart",
                   "amlogic,meson-a1-uart", "amlogic,t7-uart", "amlogic,a4-uart", "amlogic,meson-uart"),
    "msm_uart": ("qcom,msm-uartdm-v1.4", "qcom,msm-uartdm-v1.3", "qcom,msm-uartdm"),
    "a3700_uart": ("marvell,armada-3700-uart", "marvell,armada-3700-uart-ext"),
    "imx_uart": ("fsl,imx6q-uart",),
    "lpuart": ("fsl,imx7ulp-lpuart", "fsl,imx8ulp-lpuart", "fsl,imx8qxp-lpuart", "fsl,ls1021a-lpuart", "fsl,ls1028a-lpuart"),
    "scif": ("renesas,scif-r9a07g044", "renesas,scif-r9a09g057", "renesas,scif", "renesas,hscif"),
    "pl031": ("arm,pl031",), "fw_cfg": ("qemu,fw-cfg-mmio",), "bcm2835_mbox": ("brcm,bcm2835-mbox",),
}
NO_CONSOLES = "pl031", "fw_cfg", "bcm2835_mbox"
# What the registers of an SoC that tell firmware of its RAM can say: whole ones of a unit, up to so much, of so many powers of two.
TELLABLE = {
    "rockchip-os-reg2": (64 * MIB, 65536 * MIB, 4),
    "rockchip-os-reg2-halves": (128 * MIB, 131072 * MIB, 4),
    "amlogic-gp-cfg0": (MIB, 65535 * MIB, 16),
    "armada3700-window": (MIB, 2048 * MIB, 1),
}


class Host:
    """What the host file says."""

    def __init__(self, ipa_bits, free, total, page=4096, cpus=512):
        self.ipa_bits, self.free, self.total, self.page, self.cpus = ipa_bits, free, total, page, cpus


def overlap(a, b):
    return a[0] < b[0] + b[1] and b[0] < a[0] + a[1]


def blocks(size):
    return size // BLOCK * BLOCK


def tellable(size, encoding):
    """The largest size up to SIZE that can be told so."""
    unit, most, powers = TELLABLE[encoding]
    bits = [1 << i for i in range(63, -1, -1) if min(size, most) // unit * unit >> i & 1]
    return sum(bits[:powers])


def socs_of(root, socs):
    """The nodes of SOCS that hold for the board with that root."""
    return [s for s in socs.root.children if "compatible" not in s.props or root.is_a(s.strings("compatible"))]


def soc_base(root, socs):
    return next((number(s.words("ram-base")) for s in socs_of(root, socs) if "ram-base" in s.props), None)


def is_memory(node):
    """By device_type, or by its name where neither that nor compatible is there."""
    if "device_type" in node.props:
        return node.string("device_type") == "memory"
    return node.name.partition("@")[0] == "memory" and "reg" in node.props and "compatible" not in node.props


def top(node):
    """The child of the root that the node lies in or is."""
    while node.parent and node.parent.parent:
        node = node.parent
    return node


def gic_lines(tree, node, gic):
    """INTIDs of all interrupts of the node, or None: one of them is not the GIC's."""
    lines = [reader.intid(tree, node, i, gic) for i in range(len(tree.interrupts(node)))]
    return lines if all(lines) else None


class Machine:
    """The guest's machine of a BOARD that reader.board() has read. .refused: [(outcome, code)], good reasons to refuse it."""

    def __init__(self, tree, board, host, memory, base, socs, models, most_cpus):
        self.tree, self.host = tree, host
        self.refused = []
        self.gic = {"dist": (0, 0), "cpu": (0, 0), "redists": [], **board["gic"]}
        self.nodes = [n for n in tree.nodes if n.alive() and "compatible" in n.props
                      and top(n).name not in ("chosen", "aliases", "cpus", "reserved-memory")]
        self.cpus_read(most_cpus)
        self.gic_regions()
        self.devices_read(models)
        self.ram_read(memory, base, socs)
        self.places_check()
        self.srams_read(socs)

    # --- CPUs and GIC ---------------------------------------------------------------------------

    def cpus_read(self, most):
        top_node = self.tree.root.child("cpus")
        self.cpu_nodes = [n for n in (top_node.children if top_node else [])
                          if n.string("device_type") == "cpu" and n.alive()]
        if self.gic["version"] == 2:
            most = min(most, V2_CPUS)
        count = min(len(self.cpu_nodes), most, self.host.cpus) or 1
        self.cpus = [number(n.words("reg")) for n in self.cpu_nodes[:count]] or [0]
        if len(set(self.cpus)) != len(self.cpus):
            self.refused.append(("bad-config", "E-CPUS"))

    def gic_regions(self):
        left = len(self.cpus)
        self.redists = []
        for base, size in self.gic["redists"]:
            self.redists.append((base, min(left, max(size, REDIST) // REDIST) * REDIST))
            left -= self.redists[-1][1] // REDIST
        self.places = [r for r in self.redists if r[1]]
        if self.gic["version"]:  # without one the guest has none either, and no interrupts
            self.places.append(self.gic["dist"])
        if self.gic["version"] == 2:
            self.places.append(self.gic["cpu"])
        if self.gic["version"] == 3 and left:
            self.refused.append(("refused", "E-REDIST"))

    # --- devices --------------------------------------------------------------------------------

    @staticmethod
    def model_of(node, models):
        return next((model for name in node.strings("compatible") for model in models if name in models[model]), None)

    def devices_read(self, models):
        """Served devices and flash, with their windows; every other node that has one."""
        gic = self.gic["node"]
        self.devices, self.others, self.flash = [], [], []
        for node in self.nodes:
            regs = self.tree.regs(node)
            model = self.model_of(node, models)
            if not regs or isinstance(regs[0], Exception) or not regs[0][1] or node is gic:
                continue
            if node.is_a(("cfi-flash",)):
                self.flash += [r for r in regs if not isinstance(r, Exception)]
                continue
            if not model:
                if not node.is_a(SRAM) and not node.parent.is_a(SRAM):  # what RAM may not lie over
                    self.others.append(regs[0])
                continue
            lines = gic_lines(self.tree, node, gic)
            good = gic and lines is not None and len(lines) <= LINES and all(32 <= n <= 991 for n in lines)
            self.devices.append((node, model, regs[0], lines if good else []))
        self.places += [d[2] for d in self.devices] + self.flash
        consoles = [d for d in self.devices if d[1] not in NO_CONSOLES]
        chosen = self.tree.root.child("chosen")
        stdout = chosen and chosen.string("stdout-path", chosen.string("linux,stdout-path"))
        named = stdout and self.tree.find(stdout)
        self.console = next((d for d in consoles if d[0] is named), consoles[0] if consoles else None)

    # --- RAM ------------------------------------------------------------------------------------

    def room(self, base):
        """Bytes from BASE to the next thing above it that the CPU can touch."""
        ends = [r[0] for r in self.places + self.others if r[0] >= base]
        return max(min(ends + [1 << self.host.ipa_bits]) - base, 0)

    def whole_pages(self, bank):
        page = self.host.page
        base = -(-bank[0] // page) * page
        return base, max((bank[0] + bank[1]) // page * page - base, 0)

    def ram_read(self, memory, base, socs):
        nodes = [n for n in self.tree.root.children if is_memory(n) and n.alive()]
        regs = [r for n in nodes for r in self.tree.regs(n)[:BANKS] if not isinstance(r, Exception)]
        told = sorted(r for r in regs if r[1])[:BANKS]
        self.memory_nodes, self.assumed = nodes, False
        half = blocks(self.host.free // 2)
        cells = (self.tree.root.cells() if not nodes else nodes[0].parent.cells())
        if base is None and told:
            banks = [b for b in map(self.whole_pages, told) if b[1]]
            if not memory:  # what lies in RAM by the board's own word takes the rest of its bank
                banks = [(b, s if s <= self.room(b) else blocks(self.room(b))) for b, s in banks]
                banks = [b for b in banks if b[1]] or told[:1]  # beyond the host's addresses
            self.ram = self.banks_share(banks, memory or half, bool(memory))
        else:
            if base is None:
                self.assumed = True
                base = self.base_find(nodes, regs, socs)
            if base is None:
                self.refused.append(("bad-config", "E-NOMEMORY"))
                self.ram = []
                return
            room = self.room(base)
            if cells[1] == 1:
                room = min(room, (1 << 32) - BLOCK)
            if cells[0] == 1 and base < 1 << 32:  # what the tree can say
                room = min(room, (1 << 32) - base)
            self.ram = [(base, memory or blocks(min(half, room)))]
        self.size_told(memory, socs)
        if not self.ram or self.ram[0][1] < MIB or any((b | s) % self.host.page for b, s in self.ram):
            self.refused.append(("bad-config", "E-MEMORY"))
        if sum(s for _, s in self.ram) > self.host.total:
            self.refused.append(("refused", "E-RAM"))
        for bank in self.ram:
            if any(n >> 32 and c == 1 for n, c in zip(bank, cells)):
                self.refused.append(("bad-config", "E-CELLS"))

    def size_told(self, memory, socs):
        """Where a register tells firmware the size of RAM, it is one that it can tell: nobody's wish is cut."""
        blocks_of = [b for s in socs_of(self.tree.root, socs) for b in s.children]
        encoding = next((b.string("ram-encoding") for b in blocks_of if "ram-encoding" in b.props), None)
        if not encoding or not self.ram:
            return
        base, last = self.ram[0][0], self.ram[-1]
        over = last[0] + last[1] - base - tellable(last[0] + last[1] - base, encoding)
        if over and (memory or over >= last[1]):
            self.refused.append(("bad-config", "E-MEMORY"))
        else:
            self.ram[-1] = (last[0], last[1] - over)

    @staticmethod
    def banks_share(banks, left, asked):
        """The lowest banks first; what is asked for beyond the board's lies behind its last."""
        out = []
        for i, (base, size) in enumerate(banks):
            if not left:
                break
            take = left if left < size or (asked and i == len(banks) - 1) else size
            out.append((base, take))
            left -= take
        return out

    def base_find(self, nodes, regs, socs):
        bases = [b for b, _ in regs if b]
        if bases:
            return min(bases)
        for node in nodes:
            unit = node.name.partition("@")[2]
            if unit and all(c in "0123456789abcdef" for c in unit):
                return int(unit, 16)
        return soc_base(self.tree.root, socs)

    def places_check(self):
        end = 1 << self.host.ipa_bits
        if any(r[0] + r[1] > end for r in self.places + self.ram):
            self.refused.append(("refused", "E-IPA"))
        if any(overlap(bank, r) for bank in self.ram for r in self.places):
            self.refused.append(("bad-config", "E-OVERLAP"))
        if any(overlap(a, b) for i, a in enumerate(self.places) for b in self.places[:i]):
            self.refused.append(("bad-config", "E-GUESTTREE"))


    def srams_read(self, socs):
        """Those of whole pages that nothing else lies over: the tree's, then what only the SoC has."""
        windows = [b.words("window") for s in socs_of(self.tree.root, socs) for b in s.children if "memory" in b.props]
        regs = [r for n in self.nodes if n.is_a(SRAM) for r in self.tree.regs(n) if not isinstance(r, Exception)]
        self.srams = []
        for sram in map(self.whole_pages, regs[:SRAMS] + [(number(w[:2]), number(w[2:])) for w in windows[:SRAMS]]):
            inside = sram[1] and sram[0] + sram[1] <= 1 << self.host.ipa_bits
            if inside and not any(overlap(sram, r) for r in self.places + self.ram + self.srams):
                self.srams.append(sram)


# --- the tree -----------------------------------------------------------------------------------


def drop(node):
    node.parent.children.remove(node)


def cells_of(words):
    return struct.pack(f">{len(words)}I", *words)


def split(value, cells):
    return [value >> 32, value & 0xFFFFFFFF][2 - cells:]


def add(parent, name, **props):
    node = reader.Node(name, parent)
    node.props.update({k.replace("_", "-"): v for k, v in props.items()})
    return node


def ram_change(machine, tree):
    nodes = machine.memory_nodes
    cells = nodes[0].parent.cells() if nodes else tree.root.cells()
    reg = cells_of([w for b, s in machine.ram for w in split(b, cells[0]) + split(s, cells[1])])
    name = f"memory@{machine.ram[0][0]:x}"
    if not nodes:
        add(tree.root, name, device_type=b"memory\0").props["reg"] = reg
        tree.root.children[-1].props = {"device_type": b"memory\0", "reg": reg}
        return
    first = tree.regs(nodes[0])
    if first and not isinstance(first[0], Exception) and first[0][0] != machine.ram[0][0]:
        nodes[0].name = name
    nodes[0].props["reg"] = reg
    nodes[0].props.setdefault("device_type", b"memory\0")
    for node in nodes[1:]:
        drop(node)


def cpus_change(machine, tree):
    top_node = tree.root.child("cpus") or add(tree.root, "cpus")
    cells = 2 if any(m >> 32 for m in machine.cpus) or top_node.word("#address-cells", 2) == 2 and machine.cpu_nodes else 1
    widened = cells != top_node.word("#address-cells", 2)
    top_node.props["#address-cells"] = cells_of([cells])
    if top_node.word("#size-cells", 1):
        top_node.props["#size-cells"] = cells_of([0])
    gone = machine.cpu_nodes[len(machine.cpus):]
    for node in gone:
        drop(node)
    for node in [c for c in top_node.children if c.name == "cpu-map" and gone]:
        drop(node)
    for node, mpidr in zip(machine.cpu_nodes, machine.cpus):
        node.props["enable-method"] = b"psci\0"
        node.props.pop("cpu-release-addr", None)
        if widened:
            node.props["reg"] = cells_of(split(mpidr, cells))
    if not machine.cpu_nodes:
        add(top_node, "cpu@0").props = {"device_type": b"cpu\0", "compatible": b"arm,armv8\0", "enable-method": b"psci\0",
                                        "reg": cells_of([0] * cells)}


def psci_change(tree):
    nodes = [n for n in tree.nodes if n.is_a(reader.PSCIS) and n.alive()] or [add(tree.root, "psci")]
    nodes[-1].props.update({"compatible": b"arm,psci-1.0\0arm,psci-0.2\0", "method": b"hvc\0"})


def gic_change(machine, tree):
    node = machine.gic["node"]
    if not node:
        return
    stride = node.props.get("redistributor-stride")
    if stride is not None and int.from_bytes(stride, "big") != REDIST:
        del node.props["redistributor-stride"]
    for its in [n for n in tree.nodes if n.is_a(("arm,gic-v3-its",)) and n.alive()]:
        its.props["status"] = b"disabled\0"
    if machine.gic["version"] == 2:
        return
    words, cells = node.words("reg"), node.parent.cells()
    step, out = sum(cells), node.words("reg")[:sum(cells)]
    used = [(i, size) for i, (_, size) in enumerate(machine.redists) if size]
    for i, size in used:
        out += words[step * (i + 1):][:cells[0]] + split(size, cells[1])
    node.props["reg"] = cells_of(out)
    if node.word("#redistributor-regions", 1) != len(used):
        node.props["#redistributor-regions"] = cells_of([len(used)])


def timer_change(machine, tree):
    """Its interrupts stay, if all are PPIs of the GIC."""
    gic = machine.gic["node"]
    nodes = [n for n in tree.nodes if n.is_a(reader.TIMERS) and n.alive()]
    for node in nodes:
        node.props.pop("clock-frequency", None)
        node.props["always-on"] = b""
    if not gic:
        return
    kvm = [w for n in KVM_PPIS.values() for w in ([1, n - 16, 4] + [0])[:gic.word("#interrupt-cells", 3)]]
    own = {"interrupt-parent": cells_of([gic.word("phandle", gic.word("linux,phandle", 0))]), "interrupts": cells_of(kvm)}
    for node in nodes:
        lines = gic_lines(tree, node, gic)
        names = node.strings("interrupt-names")
        at = [names.index(n) if n in names else i for i, n in enumerate(KVM_PPIS)]
        if lines is not None and all(16 <= lines[i] < 32 for i in at if i < len(lines)):
            continue
        node.props.pop("interrupts-extended", None)
        node.props.pop("interrupt-names", None)
        node.props.update(own)
    if not nodes and not tree.root.child("timer"):
        add(tree.root, "timer").props = {"compatible": b"arm,armv8-timer\0", "always-on": b"", **own}


def pmu_change(machine, tree):
    """KVM's PMU has one PPI."""
    for node in [n for n in tree.nodes if n.is_a(("arm,armv8-pmuv3",)) and n.alive()]:
        lines = gic_lines(tree, node, machine.gic["node"])
        if not machine.gic["node"] or not lines or len(lines) != 1 or not 16 <= lines[0] < 32:
            drop(node)


def reserved_change(machine, tree):
    node = tree.root.child("reserved-memory")
    for child in list(node.children) if node else []:
        for r in tree.regs(child):
            if isinstance(r, Exception):
                break
            if not any(b <= r[0] and r[0] + r[1] <= b + s for b, s in machine.ram):
                drop(child)
                break


def chosen_change(machine, tree):
    chosen = tree.root.child("chosen") or add(tree.root, "chosen")
    for name in list(chosen.props):
        if name.startswith(("linux,", "bootargs", "rng-seed", "kaslr-seed")) and name != "linux,stdout-path":
            del chosen.props[name]
    chosen.props.update({"rng-seed": 32, "kaslr-seed": 8})  # their lengths: what stands there is random
    if machine.console:
        aliases = tree.root.child("aliases") or add(tree.root, "aliases")
        aliases.props.setdefault("serial0", machine.console[0].path.encode() + b"\0")
    options = tree.root.child("options")
    for node in [c for c in (options.children if options else []) if c.name == "kvmshim"]:
        drop(node)


def changed(machine):
    """The guest's tree: {path: {property: value or the length of a random one}}."""
    tree = machine.tree
    pmu_change(machine, tree)
    timer_change(machine, tree)
    reserved_change(machine, tree)
    gic_change(machine, tree)
    ram_change(machine, tree)
    cpus_change(machine, tree)
    psci_change(tree)
    chosen_change(machine, tree)
    return flat(tree.root)


def flat(node):
    out = {node.path: node.props}
    for child in node.children:
        out.update(flat(child))
    return out
