"""What the sequencer's compiler refuses, rather than to compile it wrongly."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tinyodl.rtl.compiler import Places, compiled

PLACES = Places({"y": 0}, {}, {"a": 8}, {}, 4, {})
MODULE = """
def told():
    return 1


def command():
    {body}
"""


def written(folder: Path, body: str) -> ModuleType:
    file = folder / "written.py"
    file.write_text(MODULE.format(body=body))
    spec = importlib.util.spec_from_file_location("written", file)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_what_it_can_do_is_compiled(tmp_path: Path) -> None:
    made = written(tmp_path, "s.y = (s.y << 3) + s.a[s.y] - told()")
    assert compiled([made], ["command"], PLACES).words


@pytest.mark.parametrize(
    "body",
    [
        "s.y = s.y << 64",
        "s.y = s.y << 32 - 40",
        "s.a[told()] += 1",
        "s.y = 1 < s.y < 3",
        "s.y = 7 / 2",
        "s.z = 1",
        "for i in s.a: pass",
        "command()",
    ],
)
def test_what_it_cannot_do_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(SyntaxError):
        compiled([written(tmp_path, body)], ["command"], PLACES)
