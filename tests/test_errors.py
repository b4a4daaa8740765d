"""Every error that the command line shows ends with what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tinyodl.cli.app import app

SOURCE = Path(__file__).resolve().parents[1] / "src" / "tinyodl"
KINDS = ("DataError", "ModelFileError", "EnergyError", "RegistryError", "BadParameter")
VERBS = (
    *("change", "convert", "copy", "cut", "download", "empty", "end", "fill", "give", "keep"),
    *("leave", "make", "mend", "move", "name", "pass", "pip", "pick", "put", "record", "rename"),
    *("say", "set", "shorten", "sort", "start", "take", "tell", "train", "unpack", "update"),
    *("use", "write"),
)


def constants(tree: ast.Module) -> dict[str, str]:
    """A module's texts by their names."""
    return {
        target.id: text(node.value, {})
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def text(node: ast.AST, names: dict[str, str]) -> str:
    """What a message says, with X for what is only known as it runs."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text(part, names) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return text(node.value, names)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "plain":
        return text(node.args[0], names)
    if isinstance(node, ast.Name):
        return names.get(node.id, "X")
    return "X"


def messages() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                said = text(node.args[0], constants(tree)) if name in KINDS else ""
                if re.search(r"[a-z]", said):  # else another error's words, handed on
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", said


def tells(said: str) -> bool:
    """Whether the last clause says what to do."""
    last = re.split(r"[.:;]\s+", said.rstrip(". "))[-1]
    clauses = re.split(r",\s+|\s+(?:or|and)\s+|\s+-\s+", last)
    return any(clause.split()[0].lower() in VERBS for clause in clauses if clause.split())


@pytest.mark.parametrize(("where", "said"), [pytest.param(*m, id=m[0]) for m in messages()])
def test_an_error_ends_with_what_to_do(where: str, said: str) -> None:
    assert tells(said), f"{where}: {said}"


def test_there_are_errors_and_one_without_is_found() -> None:
    assert len(list(messages())) > 50
    assert not tells("m.todl: the checksum does not fit")
    assert not tells("give up: the checksum does not fit")
    assert tells("the checksum does not fit: take another copy, or train it again")


def test_errors_of_the_system_do_too(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none.todl", tmp_path, tmp_path / "file" / "m.todl"):
        done = CliRunner().invoke(app, ["info", str(path)])
        assert done.exit_code == 2
        assert done.stderr.startswith("Error: ")
        assert tells(done.stderr), done.stderr
