"""The core's mutants: which of them golden vectors notice, or a proof refutes. Some ten minutes.

python tools/hardware_mutants.py [--seed 1] [--windows 300] [--json FILE]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tinyodl.hardware.mutants import SAME, judged, parts
from tinyodl.model import load
from tinyodl.rtl.shape import PRESETS

MODEL = Path(__file__).resolve().parents[1] / "tests" / "data" / "vectors" / "tiny.todl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the choice of mutants")
    parser.add_argument("--windows", type=int, default=300, help="of each life")
    parser.add_argument("--json", type=Path, help="write the table there too")
    told = parser.parse_args()
    table = []
    with tempfile.TemporaryDirectory() as name:
        for part in parts(Path(name), PRESETS["tiny"], load(MODEL), told.seed, told.windows):
            for mutant in part.watched.mutants:
                found = judged(part, mutant)
                table.append(found)
                print(f"{mutant.block:10} {found.by or 'SURVIVES':18} {mutant.what}", flush=True)
    survivors = sum(not found.by for found in table)
    same = sum(found.by == SAME for found in table)
    print(
        f"{len(table) - same} mutants, {survivors} survive; {same} more are none, which is proven"
    )
    if told.json:
        rows = [{"block": m.block, "mutant": m.what, "caught": by} for m, by in table]
        told.json.write_text(json.dumps(rows, indent=1))
    sys.exit(survivors > 0)


if __name__ == "__main__":
    main()
