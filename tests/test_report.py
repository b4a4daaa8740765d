"""The report in a real browser."""

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
    config = runs.Config(features=("compact",), hidden=(16,), seeds=1)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(
        html.render(summarise(config, runs.run(config, Source.official(), 1))), encoding="utf-8"
    )
    return path


def test_it_is_one_small_file(page_file: Path) -> None:
    text = page_file.read_text(encoding="utf-8")
    assert page_file.stat().st_size < 5_000_000
    assert 'src="' not in text.split("<script>")[0]
    assert '<link rel="stylesheet"' not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
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
        page.wait_for_selector("#chart-pareto .main-svg")
        _check(page, scheme, width)
        assert said == []
        assert asked == [page_file.as_uri()]
        browser.close()


def _check(page: Page, scheme: str, width: int) -> None:
    drawn = page.evaluate(
        "[...document.querySelectorAll('.chart')].map(c => [c.id, "
        "c.querySelectorAll('.trace').length])"
    )
    assert [name for name, _ in drawn] == [
        f"chart-{k}" for k in ("labels", "people", "timeline", "memory", "pareto")
    ]
    assert all(traces > 0 for _, traces in drawn)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 22, 28)")
    assert "ODLTiny" in page.inner_text("table >> nth=0")
    page.locator("#chart-pareto").scroll_into_view_if_needed()
    box = page.locator("#chart-pareto .scatterlayer .point").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#chart-pareto .hovertext")
    assert "inputs" in (page.text_content("#chart-pareto .hovertext") or "")
