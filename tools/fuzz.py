"""Fuzz the C library for so many seconds, with AddressSanitizer and UndefinedBehaviorSanitizer, a
model trained on a few of the embedded people: firmware/fuzz, by libFuzzer where clang is there
(make setup-firmware), from inputs that cover what was ever reached; by inputs at random otherwise.
A found corpus becomes the kept one by libFuzzer's -set_cover_merge=1, zipped.

    python tools/fuzz.py 600 image serial
"""

import argparse
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from tinyodl.data import hapt
from tinyodl.firmware import config, har_header, source
from tinyodl.firmware.library import compiler
from tinyodl.firmware.sources import DEVICE, folder
from tinyodl.fixed.stream import Ranges
from tinyodl.recipe.train import train

TARGETS = ("image", "serial")
OWN = (*DEVICE, "odl_har", "odl_serial")
CHECKED = ("-g", "-O1", "-fno-sanitize-recover=all")


def fuzzer(target: str, work: Path) -> Path:
    """The target's program."""
    root = folder()
    sources = [str(root / f"{name}.c") for name in (*OWN, f"fuzz/{target}")]
    given = ["-std=c99", *CHECKED, f"-I{work}", f"-I{root}", *sources, "-o", str(work / target)]
    clang = ["clang", "-fsanitize=fuzzer,address,undefined", *given]
    try:
        done = subprocess.run(clang, capture_output=True)
    except FileNotFoundError:
        done = None
    if done is None or done.returncode:
        alone = [*compiler(), "-fsanitize=address,undefined", *given, str(root / "fuzz/alone.c")]
        subprocess.run(alone, check=True)
    return work / target


def main() -> int:
    """0 where nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seconds", type=float, nargs="?", default=600)
    parser.add_argument("targets", nargs="*", default=TARGETS)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, help="a folder that inputs worth keeping go to")
    told = parser.parse_args()
    model = train(hapt.dataset([r for r in hapt.load() if r.subject in range(13, 21)]))
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        for name, text in {
            "odl_config.h": config(model),
            "odl_factory.h": source(model),
            "odl_har_factory.h": har_header.source(model, Ranges(8, 1000)),
        }.items():
            (work / name).write_text(text)
        Path("build").mkdir(exist_ok=True)  # what breaks it is kept there
        for target in told.targets:
            program = fuzzer(target, work)
            found = (told.keep or work) / f"{target}-corpus"
            found.mkdir(parents=True, exist_ok=True)
            share = max(1, round(told.seconds / len(told.targets)))
            command = [str(program), f"-max_total_time={share}", f"-seed={told.seed % 2**31}"]
            with zipfile.ZipFile(folder() / "fuzz" / "corpus" / f"{target}.zip") as known:
                known.extractall(work / f"{target}-known")
            command += [str(found), str(work / f"{target}-known")]
            done = subprocess.run(
                [*command, "-timeout=10", f"-artifact_prefix=build/{target}-"],
                capture_output=True,
                text=True,
            )
            said = (done.stdout + done.stderr).splitlines()
            print(f"{target}: " + next((s for s in said if s.startswith("Done")), "failed"))
            if done.returncode:
                print("\n".join(said), file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
