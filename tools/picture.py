"""The README's picture, out of figures: `tinyodl reproduce --protocol person --features compact
--json figures.json`, then `python tools/picture.py figures.json docs/wearers.svg`."""

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

WIDTH, HEIGHT = 400, 300
LEFT, TOP, BOTTOM = 34, 40, 252  # of the plot
STAGES = (66, 186, 318)  # where the three stand
ROOM = 8  # below the lowest value, in points, for its name
APART = 15  # between two texts
TURNED = "any turn at random"
STYLE = """
:root { --paper: #ffffff; --ink: #1c2430; --soft: #5b6675; --line: #dde3ea;
  --mean: #1f6fd0; --worst: #c9344c; --turned: #1d8a5a; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12161c; --ink: #e6eaf0; --soft: #9aa6b5; --line: #2a323d;
    --mean: #5aa4ff; --worst: #ff7086; --turned: #46c48c; }
}
text { font: 12px system-ui, sans-serif; fill: var(--soft); }
.title { font-size: 14px; font-weight: 600; fill: var(--ink); }
.grid { stroke: var(--line); }
.curve { fill: none; stroke-width: 3; stroke-linejoin: round; }
.name { font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
"""


class Curve(NamedTuple):
    """name: beside it; kind: its colour; values: right in % of the people trained on, on a new
    wearer, and after learning; below: whether its name stands below it."""

    name: str
    kind: str
    values: tuple[float, float, float]
    below: bool


def curves(document: dict[str, Any]) -> list[Curve]:
    """What is drawn."""
    row = next(r for r in document["rows"] if r["method"] == "ODLTiny")
    auto = _auto(document)
    worst = min(
        p["accuracy_drifted"] for p in document["per_person"] if p["method"] == row["method"]
    )
    before = 100 * row["accuracy_before"]
    turned = {r["align"]: r for r in document["turned"] if r["sensor"] == TURNED}
    people = sum(p["method"] == row["method"] for p in document["per_person"])
    drawn = [
        ("worn as others wear it", "mean", row["accuracy_drifted"], auto["accuracy_after"], False),
        (f"the worst of {people} people", "worst", worst, auto["worst_person_after"], True),
    ]
    if turned:
        still, learnt = turned[False]["accuracy_drifted"], turned[True]["accuracy_after"]
        drawn.append(("the sensor turned any way", "turned", still, learnt, True))
    return [
        Curve(name, kind, (before, 100 * still, 100 * after), below)
        for name, kind, still, after, below in drawn
    ]


def _auto(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        p for p in document["pruning"] if (p["method"], p["policy"]) == ("ODLTiny", "auto")
    )
    return found


def questions(document: dict[str, Any]) -> str:
    """How many were asked, of a person."""
    asked = [_auto(document)["questions"]]
    asked += [r["questions"] for r in document["turned"] if r["sensor"] == TURNED and r["align"]]
    low, high = round(min(asked)), round(max(asked))
    return f"{low} questions" if low == high else f"{low} to {high} questions"


def draw(document: dict[str, Any]) -> str:
    """The picture."""
    drawn = curves(document)
    lowest = max(0, 10 * int((min(min(c.values) for c in drawn) - ROOM) // 10))

    def y(value: float) -> float:
        return TOP + (BOTTOM - TOP) * (100 - value) / (100 - lowest)

    parts = [f'<text class="title" x="{LEFT}" y="18">How often the device is right, in %</text>']
    step = 10 if lowest >= 50 else 20
    for mark in range(100, lowest - 1, -step):
        at = f"{y(mark):.1f}"
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 50}" y1="{at}" y2="{at}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(mark) + 4:.1f}" text-anchor="end">{mark}</text>')
    for curve in reversed(drawn):
        points = " ".join(f"{x},{y(v):.1f}" for x, v in zip(STAGES, curve.values, strict=True))
        color = f"var(--{curve.kind})"
        parts.append(f'<polyline class="curve" stroke="{color}" points="{points}"/>')
        for x, value in zip(STAGES, curve.values, strict=True):
            parts.append(f'<circle fill="{color}" cx="{x}" cy="{y(value):.1f}" r="4.5"/>')
        under = y(curve.values[1]) + (19 if curve.below else -11)
        parts.append(
            f'<text class="name" style="fill: {color}" x="{STAGES[1]}" '
            f'y="{under:.1f}" text-anchor="middle">{curve.name}: {curve.values[1]:.1f}</text>'
        )
    ends = _spread([y(curve.values[2]) + 4 for curve in drawn])
    for curve, end in zip(drawn, ends, strict=True):
        parts.append(
            f'<text class="name" style="fill: var(--{curve.kind})" x="{STAGES[2] + 10}" '
            f'y="{end:.1f}">{curve.values[2]:.1f}</text>'
        )
    stages = (
        ("people it learnt from", f"{drawn[0].values[0]:.1f}"),
        ("a new wearer,", "not learning"),
        ("learning on its own,", f"after {questions(document)}"),
    )
    for x, lines in zip(STAGES, stages, strict=True):
        for k, line in enumerate(lines):
            parts.append(
                f'<text x="{x}" y="{BOTTOM + 20 + 15 * k}" text-anchor="middle">{line}</text>'
            )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{said(document)}">\n<style>{STYLE}</style>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="var(--paper)"/>\n{body}\n</svg>\n'
    )


def said(document: dict[str, Any]) -> str:
    """The picture in words."""
    parts = [
        f"{c.name}: {c.values[0]:.1f} % right falls to {c.values[1]:.1f} and comes back to "
        f"{c.values[2]:.1f}"
        for c in curves(document)
    ]
    return f"{'; '.join(parts)}; for {questions(document)} a person."


def _spread(places: list[float]) -> list[float]:
    """The same in their order, none closer than APART to the next."""
    order = sorted(range(len(places)), key=lambda k: places[k])
    placed = list(places)
    for before, k in pairwise(order):
        placed[k] = max(placed[k], placed[before] + APART)
    return placed


def main(figures: Path, picture: Path) -> None:
    """Draw it."""
    picture.write_text(draw(json.loads(figures.read_text())), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
