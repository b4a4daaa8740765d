"""Names that look like markup or steer a terminal, from a table to every output."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright
from typer.testing import CliRunner

from tinyodl.cli.app import app
from tinyodl.data.names import ACC, GYRO
from tinyodl.reports.names import plain, shown

SUBJECTS = ("[/b]", "a\x1b[31mred", "<b>x</b>&amp;", ":walking:")
ACTIVITIES = ("[/up]", "<b>x", "\x1b[31mstand", "\u202elay\\")


def command(*arguments: object) -> Any:
    """In this process: what a program of its own would import is imported once."""
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "250"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    for output in (done.stdout, done.stderr):
        assert "\x1b" not in output
        assert "\u202e" not in output
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """hostile.csv: everybody does everything for half a minute, each activity at a pace of its
    own."""
    draws = np.random.default_rng(0)
    seconds = np.arange(1500) / 50
    parts = []
    for subject in SUBJECTS:
        for k, activity in enumerate(ACTIVITIES):
            imu = 0.05 * draws.normal(size=(1500, 6)) + [0, 0, 1, 0, 0, 0]
            imu[:, k] += 0.8 * np.sin(2 * np.pi * (1 + k) * seconds)
            columns = dict(zip((*ACC, *GYRO), imu.T, strict=True))
            name = f"[bold]{len(parts)}"
            parts.append(
                pl.DataFrame(columns).with_columns(
                    activity=pl.lit(activity), subject=pl.lit(subject), recording=pl.lit(name)
                )
            )
    path = tmp_path_factory.mktemp("names")
    pl.concat(parts).write_csv(path / "hostile.csv")
    return path


@pytest.fixture(scope="module")
def report(folder: Path) -> Path:
    where = folder / "[red]r.html"
    told = ("--seeds", 1, "--hidden", 8, "--jobs", 1, "--tables", "--json", folder / "f.json")
    done = command("evaluate", "--data", folder / "hostile.csv", *told, "--report", where)
    assert done.exit_code == 0, done.stderr
    assert str(where) in done.stdout.replace("\n", "")
    return where


def test_the_document_has_them_as_they_are(folder: Path, report: Path) -> None:
    document = json.loads((folder / "f.json").read_text())
    assert document["activities"] == sorted(ACTIVITIES)
    assert {person["name"] for person in document["per_person"]} == set(SUBJECTS)


def test_the_report_shows_them_as_text(report: Path) -> None:
    chromium = shutil.which("chromium")
    assert chromium, "this test needs a browser: run 'make browser', or install Debian's chromium"
    text = report.read_text()
    assert "\x1b" not in text
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(report.as_uri())
        page.wait_for_selector("#chart-timeline .main-svg")
        drawn = page.locator("#chart-timeline .yaxislayer-above text").all_text_contents()
        assert {*map(plain, ACTIVITIES)} <= set(drawn)
        cells = page.locator("td, th").all_text_contents()
        assert {*map(plain, SUBJECTS)} <= set(cells)
        assert said == []
        browser.close()


def test_a_model_a_run_and_their_errors_say_them(folder: Path) -> None:
    table, model = folder / "hostile.csv", folder / "[b]m.todl"
    assert command("train", "--data", table, "--output", model).exit_code == 0
    facts = command("info", model)
    assert facts.exit_code == 0
    assert all(plain(name) in facts.stdout for name in ACTIVITIES)
    assert "[b]m.todl" in facts.stdout.replace("\n", "")
    ran = command("run", model, "--data", table, "--subject", SUBJECTS[1], "--training")
    assert ran.exit_code == 0
    assert plain(ACTIVITIES[2]) in ran.stdout
    lines = command("run", model, "--data", table, "--subject", SUBJECTS[0], "--json").stdout
    assert {json.loads(line)["true"] for line in lines.splitlines()} == set(ACTIVITIES)
    nobody = command("run", model, "--data", table, "--subject", "[/i]")
    assert nobody.exit_code == 2
    assert all(plain(name) in nobody.stderr for name in ("[/i]", *SUBJECTS))
    assert command("info", folder / "\x1b[1mnone.todl").exit_code == 2
    assert command("data", "export", folder / "\x1b[1m[/b]x.txt").exit_code == 2
    assert command("run", model, "--policy", "\x1b[1m[/b]").exit_code == 2


@given(st.text())
def test_plain_text_can_be_printed_and_is_left_alone_where_it_could_be(text: str) -> None:
    assert plain(text).isprintable()
    assert plain(plain(text)) == plain(text)
    assert plain(text) == text or not text.isprintable()
    plain(text).encode()


@given(st.text())
def test_a_document_is_shown_with_plain_names(text: str) -> None:
    document = {"a": [text, (text, 1, None)], "b" + text: {"c": 0.5}}
    name = plain(text)
    assert shown(document) == {"a": [name, [name, 1, None]], "b" + name: {"c": 0.5}}
