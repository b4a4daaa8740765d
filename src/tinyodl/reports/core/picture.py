"""The README's figure of area and power, out of measured rows."""

from collections.abc import Sequence
from typing import Any

from tinyodl.reports.core import bars
from tinyodl.reports.core.figures import PARTS, chosen, split
from tinyodl.reports.svg import document, text

ROW, BAR = 34, 18
LEFT, WIDE, BETWEEN, TOP = 92, 250, 92, 52
STYLE = """
:root { --sram-leakage: #1d8a5a; --sram-access: #7cc4a0; --logic-leakage: #1f6fd0;
  --registers: #c8641e; --gates: #e0a060; --published: #a2740b; }
@media (prefers-color-scheme: dark) {
  :root { --sram-leakage: #46c48c; --sram-access: #2c7a58; --logic-leakage: #5aa4ff;
    --registers: #f0925a; --gates: #a5673a; --published: #e0b040; }
}
"""
Bar = tuple[str, list[tuple[str, float]]]  # a name, and parts: colour, value


def draw(rows: Sequence[dict[str, Any]]) -> str:
    """The file, of the rows with lop memories."""
    chosen_rows = chosen(rows, "lop")
    power: list[Bar] = [(row["preset"], list(split(row, "predict").items())) for row in chosen_rows]
    power.append(("published", [("published", bars.published()["predict_mw"])]))
    area: list[Bar] = []
    for row in chosen_rows:
        logic = row["logic_um2"] / 1e6
        parts = [("sram_leakage", row["area_mm2"] - logic), ("logic_leakage", logic)]
        area.append((row["preset"], parts))
    height = TOP + ROW * len(power) + 22
    right = LEFT + WIDE + BETWEEN
    width = right + WIDE + 62
    sram = chosen_rows[0]["sram"]
    drawn = [
        text(LEFT, 20, f"mW, window after window, 10 MHz, {sram}", "name"),
        text(right, 20, "mm2 in 45 nm", "name"),
    ]
    drawn += _panel(LEFT, power, "{:.2f}") + _panel(right, area, "{:.3f}")
    drawn += _legend(10, height - 16, PARTS)
    beside = TOP + ROW * len(area) + 4  # where the other panel has the published core
    drawn += _legend(right, beside, {"sram_leakage": "memories", "logic_leakage": "logic"})
    return document(width, height, drawn, said(rows), STYLE)


def said(rows: Sequence[dict[str, Any]]) -> str:
    """The figure in words."""
    parts = [
        f"{row['preset']}: {row['predict_mw']:.2f} mW, {row['area_mm2']:.3f} mm2"
        for row in chosen(rows, "lop")
    ]
    return f"{'; '.join(parts)}; published: {bars.published()['predict_mw']} mW."


def _panel(left: float, found: Sequence[Bar], form: str) -> list[str]:
    most = max(sum(value for _, value in parts) for _, parts in found)
    drawn = []
    for i, (name, parts) in enumerate(found):
        y, x = TOP + ROW * i - 10, left
        drawn.append(text(left - 8, y + 13, name, anchor="end"))
        for colour, value in parts:
            long = WIDE * value / most
            drawn.append(
                f'<rect x="{x:.1f}" y="{y}" width="{long:.1f}" height="{BAR}" '
                f'fill="var(--{colour.replace("_", "-")})"/>'
            )
            x += long
        drawn.append(text(round(x + 6, 1), y + 13, form.format(sum(v for _, v in parts))))
    return drawn


def _legend(left: float, y: float, names: dict[str, str]) -> list[str]:
    drawn, x = [], left
    for colour, name in names.items():
        fill = f"var(--{colour.replace('_', '-')})"
        drawn.append(f'<rect x="{x:g}" y="{y - 8:g}" width="9" height="9" fill="{fill}"/>')
        drawn.append(text(x + 13, y, name, "soft"))
        x += 30 + 6 * len(name)
    return drawn
