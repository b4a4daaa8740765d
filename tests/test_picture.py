"""The README's picture, drawn from figures by hand."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[1]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def picture() -> ModuleType:
    spec = importlib.util.spec_from_file_location("picture", ROOT / "tools" / "picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def document(turned: bool) -> dict[str, Any]:
    key = {"method": "ODLTiny"}
    auto = {"policy": "auto", "accuracy_after": 0.99, "worst_person_after": 0.95, "questions": 5.2}
    sensors = [
        {"sensor": "any turn at random", "align": True, "questions": 8.7}
        | {"accuracy_drifted": 0.97, "accuracy_after": 0.98},
        {"sensor": "any turn at random", "align": False, "questions": 20.0}
        | {"accuracy_drifted": 0.44, "accuracy_after": 0.9},
    ]
    return {
        "rows": [{"method": "NoODL"}, key | {"accuracy_before": 0.985, "accuracy_drifted": 0.96}],
        "pruning": [key | auto],
        "per_person": [key | {"accuracy_drifted": value} for value in (1.0, 0.92, 0.96)],
        "turned": sensors if turned else [],
    }


@pytest.mark.parametrize("turned", [True, False])
def test_every_curve_has_its_name_and_its_figures_beside_it(
    picture: ModuleType, turned: bool
) -> None:
    root = ElementTree.fromstring(picture.draw(document(turned)))
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    curves = list(root.iter(f"{SVG}polyline"))
    assert len(curves) == 2 + turned
    assert "worn as others wear it: 96.0" in texts
    assert "the worst of 3 people: 92.0" in texts
    assert ("the sensor turned any way: 44.0" in texts) == turned
    assert {"99.0", "95.0"} <= set(texts)
    assert ("after 5 to 9 questions" if turned else "after 5 questions") in texts
    style = "".join(next(root.iter(f"{SVG}style")).itertext())
    assert "prefers-color-scheme: dark" in style
    assert "96.0 and comes back to 99.0" in root.attrib["aria-label"]


def test_no_two_figures_lie_on_each_other(picture: ModuleType) -> None:
    placed = picture._spread([50.0, 49.0, 80.0, 51.0])
    assert placed == [64.0, 49.0, 94.0, 79.0]


def test_the_one_in_the_documents_is_whole() -> None:
    ElementTree.parse(ROOT / "docs" / "wearers.svg")
