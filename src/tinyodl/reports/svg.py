"""Pictures for documents: SVG that follows the reader's light or dark, without a script."""

import html
from collections.abc import Iterable

STYLE = """
:root { --paper: #ffffff; --ink: #1c2430; --soft: #5b6675; --line: #c3ccd6; --block: #f3f6fa;
  --memory: #e2efe4; --own: #fff3dc; --mark: #1f6fd0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12161c; --ink: #e6eaf0; --soft: #9aa6b5; --line: #475261; --block: #1a212b;
    --memory: #1c3326; --own: #38301d; --mark: #5aa4ff; }
}
text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.soft { fill: var(--soft); font-size: 11px; }
.name { font-weight: 600; font-size: 13px; }
"""


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """One line; kind: a class of the style."""
    of_kind = f' class="{kind}"' if kind else ""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{of_kind} x="{x:g}" y="{y:g}"{placed}>{html.escape(words)}</text>'


def document(width: float, height: float, parts: Iterable[str], said: str, style: str = "") -> str:
    """The file; said: the picture in words."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{html.escape(said)}">\n<style>{STYLE}{style}</style>\n'
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="var(--paper)"/>\n'
        f"{body}\n</svg>\n"
    )
