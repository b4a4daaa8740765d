"""The report in a real browser."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tinyodl.experiments.running import runs
from tinyodl.experiments.summary import summarise
from tinyodl.reports import html
from tinyodl.windows import Source

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = runs.Config(features=("compact",), hidden=(32,), seeds=2)  # as in test_words.py
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(
        html.render(summarise(config, runs.run(config, Source.official(), 1))), encoding="utf-8"
    )
    return path


CHARTS = ("timeline", "people", "labels", "recall", "memory", "pareto")


def test_it_is_one_small_file(page_file: Path) -> None:
    text = page_file.read_text(encoding="utf-8")
    assert page_file.stat().st_size < 5_000_000
    assert 'src="' not in text.split("<script>")[0]
    assert '<link rel="stylesheet"' not in text


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (400, "dark"),
        (1400, "light"),
        pytest.param(400, "light", marks=pytest.mark.long),
        pytest.param(1400, "dark", marks=pytest.mark.long),
    ],
)
def test_it_opens_without_a_complaint(page_file: Path, scheme: Any, width: int) -> None:
    chromium = shutil.which("chromium")
    assert chromium, "this test needs a browser: run 'make browser', or install Debian's chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri())
        page.wait_for_selector("#chart-timeline .main-svg")
        _first_screen(page, scheme)
        page.click("text=Open all")
        page.wait_for_selector("#chart-pareto .main-svg")
        _check(page, width)
        _keyboard(page)
        assert said == []
        assert asked == [page_file.as_uri()]
        browser.close()


def _first_screen(page: Page, scheme: str) -> None:
    """What is gained, for how many questions, whether it is safe; and the one chart begins."""
    assert "right on a new wearer becomes" in page.inner_text("h1")
    questions = page.locator("dt").all_inner_texts()
    assert questions == ["What do I gain?", "For how many questions?", "Is it safe?"]
    box = page.locator("#chart-timeline").bounding_box()
    assert box
    assert box["y"] < 600
    assert page.locator(".main-svg:visible").count() > 0
    assert page.locator("details[open]").count() == 0
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 22, 28)")


def _check(page: Page, width: int) -> None:
    drawn = page.evaluate(
        "[...document.querySelectorAll('.chart')].map(c => [c.id, "
        "c.querySelectorAll('.trace').length, c.querySelectorAll('.legend .traces').length, "
        "c.scrollWidth - c.clientWidth, c.querySelectorAll('.scrollbar[width]:not([width=\"0\"])')"
        ".length])"
    )
    assert [name for name, *_ in drawn] == [f"chart-{key}" for key in CHARTS]
    assert all(traces > 0 for _, traces, *_ in drawn)
    assert all(legend <= 6 for _, _, legend, *_ in drawn)
    assert all(too_wide == 0 and bars == 0 for *_, too_wide, bars in drawn)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 1000:  # no table is cut off
        assert page.evaluate(
            "[...document.querySelectorAll('.scroll')].every(s => s.scrollWidth <= s.clientWidth)"
        )
    page.locator("#chart-pareto").scroll_into_view_if_needed()
    box = page.locator("#chart-pareto .scatterlayer .point").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#chart-pareto .hovertext")
    assert "inputs" in (page.text_content("#chart-pareto .hovertext") or "")


def _keyboard(page: Page) -> None:
    """Every chart says what it is and has a table behind it that the keyboard opens; a link of the
    contents opens its section."""
    for key in CHARTS:
        label = page.get_attribute(f"#chart-{key}", "aria-label")
        assert label
        behind = page.locator(f"#{key} details.behind")
        behind.locator("summary").focus()
        page.keyboard.press("Enter")
        assert behind.locator("tbody tr").first.is_visible()
    page.click("text=Fold all")
    assert not page.locator("#chart-people").is_visible()
    page.locator("nav a[href='#people']").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#chart-people .main-svg", state="visible")


def test_what_was_published_has_one_colour(page_file: Path) -> None:
    """Every trace of it has the one role, and no other has."""
    text = page_file.read_text(encoding="utf-8")
    found = re.search(r'<script id="charts" type="application/json">(.*?)</script>', text, re.S)
    assert found
    traces = [trace for _, traces, _ in json.loads(found[1]) for trace in traces]
    published = [trace["name"] for trace in traces if trace["meta"] == "published"]
    assert published == ["published", "published"]
    assert all(
        trace["meta"] == "published" for trace in traces if "published" in trace.get("name", "")
    )
    styled = set(re.findall(r"--([a-z-]+):", text.split("</style>")[0]))
    assert {trace["meta"] for trace in traces} <= styled | {"soft"}
