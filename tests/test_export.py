"""`tinyodl export c` and `run --engine`: what is written builds with no hand laid on it, and says
what `run` says; the golden model and its C say the same lines."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tinyodl import Model
from tinyodl.cli.app import app
from tinyodl.data import hapt
from tinyodl.firmware.library import compiler
from tinyodl.fixed.stream import Ranges
from tinyodl.model import load, save


@pytest.fixture(scope="module")
def model(of_eight: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "mine.todl"
    save(of_eight, path)
    return path


@pytest.fixture(scope="module")
def wearer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "wearer.csv"
    done = CliRunner().invoke(app, ["data", "export", str(path), "--person", "5"])
    assert done.exit_code == 0, done.output
    return path


def run(*arguments: str) -> list[dict[str, object]]:
    done = CliRunner().invoke(app, ["run", *arguments, "--json"])
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_engines_say_the_same_lines(model: Path, wearer: Path) -> None:
    told = [str(model), "--data", str(wearer)]
    fixed, c = run(*told, "--engine", "fixed"), run(*told, "--engine", "c")
    assert fixed == c
    real = run(*told)
    assert len(real) == len(c)
    alike = [a["predicted"] == b["predicted"] for a, b in zip(real, c, strict=True)]
    assert np.mean(alike) > 0.97
    asked = [sum(bool(line["asked"]) for line in lines) for lines in (real, c)]
    assert abs(asked[0] - asked[1]) <= 3


def test_what_is_exported_builds_and_says_the_same(
    model: Path, wearer: Path, tmp_path: Path
) -> None:
    board = tmp_path / "board"
    done = CliRunner().invoke(app, ["export", "c", str(model), str(board), "--queue", "16"])
    assert done.exit_code == 0, done.output
    assert {p.name for p in board.iterdir()} >= {"README.md", "CMakeLists.txt", "src", "zephyr"}
    program = tmp_path / "build" / "wear"
    if shutil.which("cmake"):
        subprocess.run(["cmake", "-S", board, "-B", program.parent], check=True, timeout=60)
        subprocess.run(["cmake", "--build", program.parent], check=True, timeout=120)
    else:
        program.parent.mkdir()
        sources = [board / "examples/host/wear.c", *sorted((board / "src").glob("*.c"))]
        command = [*compiler(), "-std=c99", f"-I{board / 'src'}", *map(str, sources)]
        subprocess.run([*command, "-o", str(program)], check=True)
    ranges = Ranges(8, 1000)
    own = next(r for r in hapt.load() if r.subject == 5)
    names = load(model).learner.classes_.tolist()
    readings, activities = ranges.counts(own.imu), hapt.dataset([own]).activities
    lines = [
        " ".join(map(str, row)) + (f" {names.index(name)}" if name else "")
        for row, name in zip(
            readings.tolist(),
            [activities[a - 1] if 0 < a <= 6 else "" for a in own.activity],
            strict=True,
        )
    ]
    said = subprocess.run(
        [program], input="\n".join(lines), capture_output=True, text=True, check=True
    ).stdout.splitlines()
    expected = run(str(model), "--data", str(wearer), "--engine", "c", "--no-estimate")
    predicted = [line.split("s  ", 1)[1].removesuffix("  asked").strip() for line in said]
    share = np.mean([a == b["predicted"] for a, b in zip(predicted, expected, strict=False)])
    assert len(said) == len(har_windows(own.imu))
    assert share > 0.97  # questions are drawn otherwise, so that what was learnt differs a little


def har_windows(imu: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> range:
    return range((len(imu) - 128) // 64 + 1)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--engine", "c", "--policy", "all"], "--engine c has `auto` and the CUSUM"),
        (["--engine", "c", "--resume", "state"], "leave it out with --engine c"),
        (["--engine", "fixed", "--resume", "state"], "leave it out with --engine fixed"),
        (["--engine", "c", "--acc-range", "100"], "less than or equal to 64"),
    ],
)
def test_what_an_engine_cannot_do_is_said(
    more: list[str], said: str, model: Path, wearer: Path
) -> None:
    done = CliRunner().invoke(app, ["run", str(model), "--data", str(wearer), *more])
    assert done.exit_code != 0
    assert said in " ".join(done.output.split())


def test_an_export_onto_a_file_is_refused(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = CliRunner().invoke(app, ["export", "c", str(model), str(tmp_path / "file")])
    assert done.exit_code != 0
    assert "is no folder: give another name" in " ".join(done.output.split())
    assert (tmp_path / "file").read_text() == "mine"
