"""The block diagram, out of the design's own hierarchy: boxes in boxes, a module's own logic on the
left of those in it, and how many bits go each way."""

from typing import NamedTuple

from tinyodl.reports.svg import document, text
from tinyodl.rtl.structure import OWN, Block, Memory, Port

LINE, PAD, HEAD, GAP = 15, 10, 30, 14
WIRE = 84  # room for arrows and their bits
LEAF, SMALL = 214, 150  # widths
STYLE = """
.box { fill: var(--block); stroke: var(--line); }
.own { fill: var(--own); stroke: var(--line); }
.memory { fill: var(--memory); stroke: var(--line); }
.wire { stroke: var(--soft); stroke-width: 1.4; fill: none; marker-end: url(#tip); }
"""
TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0 8 4 0 8z" fill="var(--soft)"/></marker></defs>'
)


class Drawn(NamedTuple):
    """parts are at 0, 0."""

    width: float
    height: float
    parts: list[str]


def draw(core: Block, name: str) -> str:
    """The file; name: of the preset."""
    inner = _block(core)
    left = 190
    width, height = left + inner.width + PAD, inner.height + 2 * PAD
    parts = [TIP, _at(left, PAD, inner)]
    step = min(34.0, (inner.height - HEAD) / len(core.ports))
    for i, port in enumerate(core.ports):
        y = PAD + HEAD + step * (i + 0.5)
        parts.append(text(PAD, y + 4, _port(port)))
        ends = (left, left - 40) if port.out else (left - 40, left)
        parts.append(_wire(ends[0], y, ends[1], y))
    return document(width, height, parts, said(core, name), STYLE)


def said(core: Block, name: str) -> str:
    """The diagram in words."""
    inside = ", ".join(f"{block.name} ({_names(block)})" for block in core.inside)
    return f"The core, preset {name}: {inside}."


def _names(block: Block) -> str:
    if block.inside:
        return ", ".join(each.name for each in block.inside)
    return ", ".join(_size(memory) for memory in block.memories) or block.file


def _block(block: Block) -> Drawn:
    return _nested(block) if block.inside else _leaf(block)


def _leaf(block: Block) -> Drawn:
    macro = next((memory for memory in block.memories if memory.macro), None)
    if macro:
        lines = [_size(macro), f"{macro.words * macro.bits // 8:,} bytes, one port"]
        return _box(SMALL, block.name, lines, "memory")
    lines = [block.file + _flops(block)]
    lines += [f"{memory.name}: {_size(memory)}, in gates" for memory in block.memories]
    lines += [f"> {_port(port)}" for port in block.ports if not port.out]
    lines += [f"< {_port(port)}" for port in block.ports if port.out]
    return _box(LEAF, block.name, lines, "box")


def _nested(block: Block) -> Drawn:
    """What has no logic of its own has the module that most is connected to in its place."""
    ends = [end for pair in block.links for end in pair]
    own = bool(block.flip_flops or block.states or ends.count(OWN) > 2)
    hub_name = OWN if own else max((b.name for b in block.inside), key=ends.count)
    others = [_block(each) for each in block.inside if each.name != hub_name]
    names = [each.name for each in block.inside if each.name != hub_name]
    column = sum(each.height for each in others) + GAP * (len(others) - 1)
    if own:
        hub = _box(SMALL, _own_name(block), _own_lines(block), "own", column)
    else:
        hub = _block(next(each for each in block.inside if each.name == hub_name))
    inner = max(column, hub.height)
    x = PAD + hub.width + WIRE
    parts = [_at(PAD, HEAD, hub)]
    places, y = {}, HEAD + (inner - column) / 2
    for name, each in zip(names, others, strict=True):
        parts.append(_at(x, y, each))
        middle = y + each.height / 2
        places[name] = middle
        to, back = block.links.get((hub_name, name)), block.links.get((name, hub_name))
        if to:
            parts += _labelled(PAD + hub.width, x, middle - 9, to)
        if back:
            parts += _labelled(x, PAD + hub.width, middle + 9, back)
        y += each.height + GAP
    across = max(each.width for each in others)
    direct = [pair for pair in block.links if pair[0] in places and pair[1] in places]
    for i, pair in enumerate(direct):  # past the hub, on the right
        turn = x + across + 12 + 14 * i
        start, end = places[pair[0]], places[pair[1]]
        ends_x = [x + others[names.index(name)].width for name in pair]
        parts.append(
            f'<path class="wire" d="M{ends_x[0]:g} {start:g}H{turn:g}V{end:g}H{ends_x[1]:g}"/>'
        )
        parts.append(text(turn + 3, (start + end) / 2, f"{block.links[pair]}", "soft"))
    width = x + across + PAD + (30 + 14 * len(direct) if direct else 0)
    height = HEAD + inner + PAD
    frame = [
        f'<rect class="box" width="{width:g}" height="{height:g}" rx="6"/>',
        text(PAD, 19, block.name, "name"),
        text(PAD + 9 * len(block.name) + 6, 19, block.file, "soft"),
    ]
    return Drawn(width, height, frame + parts)


def _own_name(block: Block) -> str:
    return "state machine" if block.states else "bus, registers"


def _own_lines(block: Block) -> list[str]:
    lines = [f"{block.flip_flops} flip-flops"]
    lines += [f"{memory.name}: {_size(memory)}" for memory in block.memories]
    return lines + ([f"{len(block.states)} states:", *block.states] if block.states else [])


def _box(width: float, name: str, lines: list[str], kind: str, least: float = 0) -> Drawn:
    height = max(least, HEAD + LINE * len(lines) + 4)
    parts = [
        f'<rect class="{kind}" width="{width:g}" height="{height:g}" rx="5"/>',
        text(PAD, 19, name, "name"),
    ]
    for i, line in enumerate(lines):
        parts.append(text(PAD, HEAD + 8 + LINE * i, line, "soft"))
    return Drawn(width, height, parts)


def _labelled(start: float, end: float, y: float, bits: int) -> list[str]:
    where = (start + end) / 2
    return [_wire(start, y, end, y), text(where, y - 3, f"{bits}", "soft", "middle")]


def _wire(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path class="wire" d="M{x:g} {y:g}L{to_x:g} {to_y:g}"/>'


def _at(x: float, y: float, drawn: Drawn) -> str:
    body = "\n".join(drawn.parts)
    return f'<g transform="translate({x:g} {y:g})">\n{body}\n</g>'


def _size(memory: Memory) -> str:
    return f"{memory.words:,} x {memory.bits} bits"


def _port(port: Port) -> str:
    each = f"{port.many} x " if port.many > 1 else ""
    return f"{port.name} {each}{port.bits}"


def _flops(block: Block) -> str:
    return f", {block.flip_flops} flip-flops" if block.flip_flops else ""
