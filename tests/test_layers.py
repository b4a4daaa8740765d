"""Imports point downwards, as pyproject.toml says; and a wrong one is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    """lint-imports on the package that lies in `source`."""
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", ROOT / "pyproject.toml"]
    return subprocess.run(command, capture_output=True, text=True, cwd=source)


def test_every_import_points_downwards() -> None:
    done = lint(ROOT / "src")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "wrong"),
    [
        ("recipe/train.py", "from tinyodl.experiments.trials import following"),
        ("recipe/methods.py", "import tinyodl.device"),
        ("drift/manual.py", "from tinyodl.prune import Decision"),
        ("experiments/trials/trial.py", "from tinyodl.experiments import summary"),
        ("elsewhere.py", ""),  # in no layer
    ],
)
def test_a_wrong_one_is_found(module: str, wrong: str, tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "src" / "tinyodl",
        tmp_path / "tinyodl",
        ignore=shutil.ignore_patterns("*.xz", "*.js"),
    )
    with (tmp_path / "tinyodl" / module).open("a") as file:
        file.write(f"\n{wrong}\n")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout or "elsewhere" in done.stdout + done.stderr
