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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (made,) = folder.glob("tinyodl-*.whl")
    return made


def quick(command: list[str], folder: Path, **more: str) -> str:
    """What the installed package says of the experiment, far from the project's files."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [*command, "reproduce", "--quick", "--seeds", "1", "--jobs", "1"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=clean | {"TINYODL_CACHE": str(folder / "cache")} | more,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_has_all_that_it_needs(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert any(name.endswith("hapt.xz") for name in names)
    assert any(name.endswith("plotly.LICENSE") for name in names)
    assert "tinyodl/py.typed" in names
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site]
    subprocess.run([*install, "--disable-pip-version-check", wheel], check=True)
    run = "import tinyodl, sys; print(tinyodl.__file__); from tinyodl.cli import main; main()"
    said = quick([sys.executable, "-c", run], tmp_path, PYTHONPATH=str(site))
    assert said.startswith(str(site))
    assert "ODLTiny" in said


@pytest.mark.long
def test_the_wheel_runs_where_nothing_else_is_installed(wheel: Path, tmp_path: Path) -> None:
    """Dependencies come from the lock file, so that no other version than a tested one is
    fetched."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    pins = [
        line.split(";")[0].split("\\")[0].strip()
        for line in (ROOT / "requirements.lock").read_text().splitlines()
    ]
    (tmp_path / "constraints.txt").write_text("\n".join(pin for pin in pins if "==" in pin))
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-c", tmp_path / "constraints.txt", wheel], check=True)
    assert "ODLTiny" in quick([str(tmp_path / "env" / "bin" / "tinyodl")], tmp_path)


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
