"""The energy model: by hand, and with a table of one's own."""

import re
from importlib import resources
from pathlib import Path

import pytest

from tinyodl.energy import Energy, EnergyError

TABLE = resources.files("tinyodl.energy").joinpath("nrf52840.toml").read_text()


def test_a_query_by_hand() -> None:
    """79 bytes out and 20 in, each packet answered by an empty one of 10."""
    tx = (79 + 10) * 8 + 2 * 40
    rx = (20 + 10) * 8 + 2 * (40 + 150)
    assert Energy().air(79, 20) == pytest.approx((tx * 4.8 + rx * 4.6) * 3.0 * 1e-6)
    assert Energy().cpu(64e6) == pytest.approx(3.3 * 3.0)  # a second of the clock


def test_a_day_is_the_sum_of_its_parts() -> None:
    energy = Energy()
    spent = energy.learner(61, 6, 64, 79, 20)
    day = energy.day(spent, 1.28, 0.03, 1.0)
    assert day["radio_mj"] == pytest.approx(86_400 / 1.28 * 0.03 * spent.query)
    assert day["total_mj"] == pytest.approx(sum(v for k, v in day.items() if k != "total_mj"))
    assert energy.day(spent, 1.28, 0.0, 1.0)["connection_mj"] == 0


def test_every_figure_has_a_source_and_says_whether_it_was_checked() -> None:
    energy = Energy()
    for name, row in energy.table.items():
        assert set(row) == {"value", "unit", "source", "checked"}, name
        assert len(row["source"]) > 20
    assert {"tx", "rx", "cpu"} <= set(energy.unchecked)


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(TABLE.replace("value = 4.8", "value = 9.6"))
    assert Energy(tmp_path / "mine.toml").air(79, 20) > Energy().air(79, 20)
    (tmp_path / "poor.toml").write_text("[supply]\nvalue = 3.0\n")
    with pytest.raises(EnergyError, match=r"\[tx\] needs a value"):
        Energy(tmp_path / "poor.toml")
    (tmp_path / "broken.toml").write_text("supply")
    with pytest.raises(EnergyError, match="TOML"):
        Energy(tmp_path / "broken.toml")


@pytest.mark.parametrize(
    ("name", "value"),
    [("clock", "0"), ("interval", "0.0"), ("tx", "nan"), ("rx", "inf"), ("cpu", "true")],
)
def test_figures_that_are_none_are_an_error(tmp_path: Path, name: str, value: str) -> None:
    text = re.sub(rf"(\[{name}\]\nvalue = )\S+", rf"\g<1>{value}", TABLE)
    assert text != TABLE
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(EnergyError, match=rf"\[{name}\]"):
        Energy(tmp_path / "mine.toml")


def test_a_bare_number_is_no_figure(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("supply = 3\n")
    with pytest.raises(EnergyError, match=r"\[supply\] needs a value"):
        Energy(tmp_path / "mine.toml")
