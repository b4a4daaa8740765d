"""What golden vectors reach of the core, and what not: states, limits, what is said of windows and
labels, words of the program and both ways of their jumps. Some minutes.

python tools/hardware_coverage.py [--windows 400] [--words]
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tinyodl.hardware.coverage import of_tiny
from tinyodl.model import load

MODEL = Path(__file__).resolve().parents[1] / "tests" / "data" / "vectors" / "tiny.todl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--windows", type=int, default=400, help="of each life")
    parser.add_argument("--words", action="store_true", help="show the program's words too")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = of_tiny(Path(name), load(MODEL), told.windows)
    for line in [*found.things, *(found.words if told.words else [])]:
        print(f"not reached: {line}")
    print(
        f"not reached: {len(found.things)} of {found.of} things, {len(found.words)} words or ways"
    )
    sys.exit(bool(found.things))


if __name__ == "__main__":
    main()
