"""The wheel, in an environment that has nothing but what it asks for; the documentation's code."""

import doctest
import importlib
import os
import pkgutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import tinyodl

ROOT = Path(__file__).resolve().parents[1]


def test_the_wheel_runs_where_nothing_else_is_installed(tmp_path: Path) -> None:
    """Dependencies come from the lock file, so that no other version than a tested one is
    fetched."""
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("tinyodl-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert any(name.endswith("hapt.xz") for name in names)
    assert any(name.endswith("plotly.LICENSE") for name in names)
    assert "tinyodl/py.typed" in names
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    pins = [
        line.split(";")[0].split("\\")[0].strip()
        for line in (ROOT / "requirements.lock").read_text().splitlines()
    ]
    (tmp_path / "constraints.txt").write_text("\n".join(pin for pin in pins if "==" in pin))
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-c", tmp_path / "constraints.txt", wheel], check=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [tmp_path / "env" / "bin" / "tinyodl", "reproduce", "--quick"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean | {"TINYODL_CACHE": str(tmp_path / "cache")},
    )
    assert done.returncode == 0, done.stderr
    assert "ODLTiny" in done.stdout


@pytest.mark.parametrize(
    "name",
    [
        m.name
        for m in pkgutil.walk_packages(tinyodl.__path__, "tinyodl.")
        if "__main__" not in m.name
    ],
)
def test_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_import_is_light() -> None:
    heavy = ("numpy", "sklearn", "numba", "scipy")
    code = f"import sys, tinyodl.cli.app; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
