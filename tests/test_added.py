"""The "add your own" pages followed to the letter, from outside: a module, and a package with
names."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from tinyodl import drift, prune, teachers
from tinyodl.cli.app import app
from tinyodl.data.names import ACC, GYRO
from tinyodl.data.table import Options, read
from tinyodl.experiments.running import added, runs
from tinyodl.experiments.summary import summarise
from tinyodl.registry import DETECTORS, POLICIES, TEACHERS, Registry, RegistryError
from tinyodl.reports.tables import build
from tinyodl.windows import Source

ROOT = Path(__file__).resolve().parents[1]
NAMES = {"policies": "every-other", "detectors": "unsure", "teachers": "phone"}
CLASSES = {"policies": "EveryOther", "detectors": "Unsure", "teachers": "Phone"}
DOTTED = {kind: f"my_module:{name}" for kind, name in CLASSES.items()}
KINDS = {"policies": "policy", "detectors": "detector", "teachers": "teacher"}


def written(kind: str) -> str:
    """What is in the pages' fences of a kind."""
    pages = [ROOT / "docs" / "policies.md", ROOT / "docs" / "device.md"]
    fences = [re.findall(rf"```{kind}\n(.*?)```", page.read_text(), flags=re.S) for page in pages]
    return "\n\n".join(block for found in fences for block in found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """my_module.py as the pages have it, and recordings of three people; one drifts."""
    path = tmp_path_factory.mktemp("outside")
    (path / "my_module.py").write_text(written("python"))
    draws, seconds, parts = np.random.default_rng(0), np.arange(1500) / 50, []
    for subject in range(3):
        for k, activity in enumerate(("rest", "walk", "run")):
            imu = 0.1 * draws.normal(size=(1500, 6)) + [0, 0, 1, 0, 0, 0]
            pace = 2 * np.pi * (0.5 + k + 0.2 * subject)
            imu[:, (k + (subject == 2)) % 3] += k * np.sin(pace * seconds)
            columns = dict(zip((*ACC, *GYRO), imu.T, strict=True))
            parts.append(
                pl.DataFrame(columns).with_columns(
                    activity=pl.lit(activity),
                    subject=pl.lit(f"p{subject}"),
                    recording=pl.lit(f"r{len(parts)}"),
                )
            )
    pl.concat(parts).write_csv(path / "mine.csv")
    return path


@pytest.fixture(scope="module")
def package(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same module as an installed package has it, with the pages' entry points."""
    path = tmp_path_factory.mktemp("site")
    (path / "my_module.py").write_text((folder / "my_module.py").read_text())
    info = path / "my_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    points = re.sub(r'\[project\.entry-points\."(.*?)"\]', r"[\1]", written("toml"))
    (info / "entry_points.txt").write_text(points.replace('"', ""))
    return path


def command(where: Path, *arguments: object, path: Path | None = None) -> str:
    """Standard output, or standard error where it is refused."""
    source = [str(p) for p in (path,) if p] + [p for p in [os.environ.get("PYTHONPATH")] if p]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(source), "COLUMNS": "200"}
    program = "import sys; del sys.path[0]; from tinyodl.cli import main; main()"  # no folder
    line = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, text=True, cwd=where, env=environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout if done.returncode == 0 else f"refused: {done.stderr}"


@pytest.fixture(scope="module")
def document(folder: Path, package: Path) -> dict[str, Any]:
    """By name and by place at once."""
    few = ("--seeds", 1, "--hidden", 8, "--jobs", 2, "--json", "f.json", "--report", "r.html")
    places = [x for kind, name in DOTTED.items() for x in (f"--{KINDS[kind]}", name)]
    done = command(folder, "evaluate", "--data", "mine.csv", *few, *places, path=package)
    assert not done.startswith("refused"), done
    found: dict[str, Any] = json.loads((folder / "f.json").read_text())
    return found


@pytest.mark.parametrize("names", [NAMES, DOTTED])
def test_they_are_in_every_table_the_report_and_the_json(
    folder: Path, document: dict[str, Any], names: dict[str, str]
) -> None:
    for table in ("pruning", "continuous"):
        assert names["policies"] in {row["policy"] for row in document[table]}
    (row,) = [row for row in document["pruning"] if row["policy"] == names["policies"]]
    assert row["method"] == "ODLTiny"
    assert abs(row["query_fraction"] - 0.5) < 0.1
    tried = [row for row in document["drift"] if row["detector"] == names["detectors"]]
    settings = [(row["parameter"], row["setting"], row["default"]) for row in tried]
    assert settings == [("level", 0.4, False), ("level", 0.3, True), ("level", 0.2, False)]
    (taught,) = [row for row in document["teachers"] if row["teacher"] == names["teachers"]]
    (true,) = [row for row in document["teachers"] if row["teacher"] == "true labels"]
    assert taught | {"teacher": ""} == true | {"teacher": ""}  # Phone has the true labels
    page = (folder / "r.html").read_text()
    assert all(re.search(f"<t[dh][^>]*>{name}</t[dh]>", page) for name in names.values())


def test_evidence_has_them_too(folder: Path) -> None:
    sys.path.append(str(folder))
    try:
        found = added.find([DOTTED["policies"], "auto"])
        assert found.policies == (*POLICIES.added, DOTTED["policies"])
        told = Options(rate=50, acc_unit="g", gyro_unit="rad/s")
        dataset = read([folder / "mine.csv"], told, True).dataset
        config = runs.Config("evidence", ("compact",), (), seeds=1, added=found)
        document = summarise(config, runs.run(config, Source(dataset), 1), dataset)
        assert DOTTED["policies"] in {row["policy"] for row in document["evidence"]}
        assert any(
            DOTTED["policies"] in row.cells for table in build(document) for row in table.rows
        )
        (folder / "my_module.py").write_text(written("python") + "\n# changed\n")
        assert added.find([DOTTED["policies"]]).code != found.code
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("my_module", None)


def test_a_run_takes_them_and_help_names_them(folder: Path, package: Path) -> None:
    line = ["train", "--data", str(folder / "mine.csv"), "-o", str(folder / "m.todl")]
    assert CliRunner().invoke(app, line).exit_code == 0
    ran = {}
    for names, path in ((NAMES, package), (DOTTED, None)):
        options = [x for kind, name in names.items() for x in (f"--{KINDS[kind]}", name)]
        told = ("--data", "mine.csv", "--subject", "p0", "--training", "--json", *options)
        ran[path] = command(folder, "run", "m.todl", *told, path=path)
        lines = [json.loads(line) for line in ran[path].splitlines()]
        assert 0.3 < np.mean([line["asked"] for line in lines]) < 0.7
        assert all(line["answer"] == line["true"] for line in lines if line["asked"])
    assert ran[package] == ran[None]
    told = command(folder, "run", "--help", path=package)
    assert all(name in told for name in (*NAMES.values(), "fixed-self", "page-hinkley"))


def test_what_is_none_is_said_before_anything_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "half.py").write_text(
        "class Half:\n    def decide(self, outlook): ...\n"
        "class Needy:\n    def __init__(self, a, b): ...\n"
        "class Odd:\n    state_bytes = 0\n    sweep = ('level', (1, 2))\n"
        "    def __init__(self, calibration): ...\n"
    )
    monkeypatch.syspath_prepend(folder)
    for kind, name, says in (
        (0, "half:Half", "lacks theta, own_weight, kappa, start, told: give it what a policy has"),
        (0, "half:Needy", "cannot be made"),
        (0, "half:None_", "leads nowhere"),
        (0, "nowhere:Half", "leads nowhere (No module named 'nowhere')"),
        (0, ":", "leads nowhere"),
        (0, "every", "no policy is called 'every': there are all, fixed, fixed-self"),
        (1, "half:Odd", "its sweep is ('level', (1, 2))"),
        (1, "half:Half", "cannot be made"),
        (1, "every", "no detector is called"),
        (2, "half:Half", "cannot be made"),
    ):
        given: list[list[str]] = [[], [], []]
        given[kind] = [name]
        with pytest.raises(RegistryError, match=re.escape(says)):
            added.find(*given)
    for name, says in (("half:Half", "lacks theta"), ("every", "give one of all, fixed")):
        done = command(folder, "evaluate", "--data", "none.csv", "--policy", name)
        assert done.startswith("refused")
        assert says in " ".join(done.replace("│", " ").split())
        assert "no such file" not in done


def test_ours_are_made_and_keep_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    calibration = drift.Calibration(np.zeros(1), np.ones(1), np.zeros((1, 1)), np.ones(1), 0.5)
    for name in POLICIES:
        assert type(prune.make(name)).__module__.startswith("tinyodl.prune") or name in (
            POLICIES.added
        )
    for name in set(DETECTORS) - set(drift.left_out()):
        assert drift.make(name, calibration)
    assert teachers.make("true", ["walk"]).answer(0, None) == "walk"
    assert TEACHERS.ours("true")
    with pytest.raises(RegistryError, match="no teacher is called 'phone'"):
        teachers.make("phone", [])
    taken = Registry("policy", "policies", {"all": "tinyodl.prune.every:All"}, ())
    found = [EntryPoint("all", "os:path", "tinyodl.policies"), EntryPoint("b", "os:sep", "")]
    monkeypatch.setattr("tinyodl.registry.entry_points", lambda group: found)
    assert (list(taken), len(taken), taken.added) == (["all", "b"], 2, ("b",))
    assert taken["all"] is prune.All
    assert taken["b"] == "/"
