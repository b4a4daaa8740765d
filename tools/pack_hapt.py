"""Pack the HAPT recordings into the package: `python tools/pack_hapt.py hapt_raw.npz`.

Input: an .npz with `imu` (readings, 6) int16 counts, `recording`, `subject`, `activity` (readings,)
uint8. Output: src/tinyodl/data/hapt.xz, read back by tinyodl.data.hapt and compared before it is
kept.
"""

import sys
from pathlib import Path

import numpy as np

from tinyodl.data import hapt


def main(source: Path) -> None:
    with np.load(source) as raw:
        recordings = hapt.Counts(raw["imu"], raw["recording"], raw["subject"], raw["activity"])
    packed = hapt.pack(recordings)
    restored = hapt.unpack(packed)
    for name in hapt.Counts._fields:
        if not np.array_equal(getattr(recordings, name), getattr(restored, name)):
            raise SystemExit(f"{name}: not restored exactly, nothing written")
    target = Path(hapt.__file__).with_name("hapt.xz")
    target.write_bytes(packed)
    print(f"{target}: {len(packed):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
