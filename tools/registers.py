"""Write docs/registers.md, which `rtl/registers.py` makes: `python tools/registers.py`."""

from pathlib import Path

from tinyodl.rtl import registers
from tinyodl.rtl.shape import PRESETS

if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs" / "registers.md").write_text(
        registers.page("tiny", PRESETS["tiny"])
    )
