"""Fuzz the C library for so many seconds: firmware/fuzz/image.c with AddressSanitizer and
UndefinedBehaviorSanitizer, a model trained on a few of the embedded people.

    python tools/fuzz.py 600
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tinyodl.data import hapt
from tinyodl.firmware import config, har_header, source
from tinyodl.firmware.library import compiler
from tinyodl.firmware.sources import folder
from tinyodl.fixed.stream import Ranges
from tinyodl.recipe.train import train

CHECKED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def main(seconds: str) -> int:
    """The fuzzer's exit code."""
    model = train(hapt.dataset([r for r in hapt.load() if r.subject in range(13, 21)]))
    with tempfile.TemporaryDirectory() as work:
        for name, text in {
            "odl_config.h": config(model),
            "odl_factory.h": source(model),
            "odl_har_factory.h": har_header.source(model, Ranges(8, 1000)),
        }.items():
            (Path(work) / name).write_text(text)
        sources = [str(folder() / f"{name}.c") for name in ("odl", "odl_har", "fuzz/image")]
        made = [*compiler(), "-std=c99", *CHECKED, f"-I{work}", f"-I{folder()}", *sources]
        subprocess.run([*made, "-o", f"{work}/fuzz"], check=True)
        return subprocess.run([f"{work}/fuzz", seconds, str(int(time.time()))]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "600"))
