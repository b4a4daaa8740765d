"""The README's program works as pasted; links in the documents lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tinyodl.data import hapt

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_first_program_works_as_pasted(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    assert len(program.splitlines()) <= 15
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    before, after = map(float, re.findall(r"([\d.]+)%", done.stdout))
    assert after > before + 2  # it shows what learning brought
    assert f'It prints "{done.stdout.strip()}"' in text
    assert (tmp_path / "wearer.todl").exists()


def test_the_line_that_only_predicts_does(tmp_path: Path, walk: NDArray[np.float64]) -> None:
    import tinyodl

    loads, predicts = re.findall(
        r"`(model = tinyodl.load[^`]*)`, then `([^`]*)`", (ROOT / "README.md").read_text()
    )[0]
    recordings = hapt.load()
    tinyodl.save(tinyodl.train(hapt.dataset(recordings[2:8])), tmp_path / "mine.todl")
    names = {"tinyodl": tinyodl, "imu": walk}
    exec(loads.replace("mine.todl", str(tmp_path / "mine.todl")), names)
    found = eval(predicts, names)
    assert len(found) == len(tinyodl.extract(walk))
    assert set(found) <= set(hapt.ACTIVITIES)


def test_the_example_script_runs() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "new_wearer.py"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "after a rollback: predicting" in done.stdout


def test_the_diagram_in_the_documentation_is_the_table_in_the_code() -> None:
    from tinyodl.device import diagram

    (drawn,) = re.findall(
        r"```mermaid\n(.*?)```", (ROOT / "docs" / "device.md").read_text(), flags=re.S
    )
    assert drawn.strip() == diagram()


def test_the_example_detector_and_teacher_keep_their_interfaces() -> None:
    from tinyodl.learn import Outlook

    names: dict[str, type] = {}
    for program in re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "device.md").read_text(), flags=re.S
    ):
        exec(program, names)
    detector = names["Unsure"](None)
    assert any(detector.update(Outlook(0, 0.0, 0.1), np.zeros(3)) for _ in range(40))
    assert names["Phone"](["walk"]).answer(0, None) == "walk"


def test_the_example_policy_keeps_the_interface() -> None:
    from tinyodl.prune import Decision, Outlook

    (program,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "policies.md").read_text(), flags=re.S
    )
    names: dict[str, type] = {}
    exec(program, names)
    policy = names["EveryOther"]()
    policy.start()
    asked = [policy.decide(Outlook(0, 0.5, 0.1)) for _ in range(4)]
    assert asked == [Decision.ASK, Decision.LEAVE] * 2


def test_the_model_is_read_without_the_package_as_the_document_says(tmp_path: Path) -> None:
    import numpy as np

    from tinyodl import Model, OSELMClassifier, save
    from tinyodl.har import RangeScaler

    X, y = np.random.default_rng(0).normal(size=(50, 3)), np.arange(50) % 2
    scaler = RangeScaler().fit(X)
    learner = OSELMClassifier(0, direct=True).fit(scaler.transform(X), y)
    save(Model(learner, scaler, ("a", "b", "c")), tmp_path / "mine.todl")
    (program,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "for-firmware.md").read_text(), flags=re.S
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert f"({learner.P_[0]}, {learner.P_[1]}, {learner.P_[2]})" in done.stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_commands_in_documents_exist_with_their_options(document: Path) -> None:
    from typer.main import get_command

    from tinyodl.cli.app import app

    text = document.read_text()
    lines = re.findall(r"^tinyodl .*|`(tinyodl [^`]*)`", text, flags=re.M)
    lines = [line for line in lines if line] + re.findall(r"^tinyodl .*", text, flags=re.M)
    for line in lines:
        words = line.split("#")[0].split()[1:]
        at: Any = get_command(app)
        while getattr(at, "commands", None) and words and not words[0].startswith("-"):
            assert words[0] in at.commands, line
            at = at.commands[words.pop(0)]
        known = {name for option in at.params for name in option.opts} | {"--help"}
        given = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert given <= known, line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text()
    for target in re.findall(r"(?:\]\(|src=\")([^)#\"]+)[)\"]", text):
        assert (document.parent / target).exists(), target
    for path in re.findall(r"`((?:src|docs|tests|studies|tools|bench|examples)/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path
