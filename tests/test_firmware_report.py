"""What the library takes, by the report: figures that can be true, and bars that hold."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tinyodl.cli.app import app
from tinyodl.energy import Energy
from tinyodl.firmware.targets import TARGETS

KEYS = {
    *("target", "preset", "flash_bytes", "ram_bytes", "predict_instructions"),
    *("learn_instructions", "window_instructions", "wear_second_instructions"),
    *("mlp_predict_instructions", "mlp_learn_instructions", "vectors", "bits_wrong"),
}


@pytest.mark.long
def test_the_report_of_the_preset_that_products_use(tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    done = CliRunner().invoke(app, ["firmware", "report", "--preset", "tiny", "--json", str(out)])
    assert done.exit_code == 0, done.output
    rows = json.loads(out.read_text())["targets"]
    assert [row["target"] for row in rows] == list(TARGETS)
    for row in rows:
        assert row.keys() >= KEYS
        assert row["bits_wrong"] == 0
        assert row["ram_bytes"] <= 7000
        assert row["inputs_ram_bytes"] <= 3600
        assert row["learn_instructions"] > row["predict_instructions"]
        assert row["wear_second_instructions"] > row["learn_instructions"]
        assert row["ram_bytes"] + row["inputs_ram_bytes"] + 1000 <= 12_000
    table = Energy().table  # which takes its instructions from here
    m4 = next(row for row in rows if row["target"] == "cortex-m4")
    d, m = 61, 6
    products = d * (d - 1) / 2 + d * m, d * (d - 1) + d * m
    measured = {
        "predict": m4["predict_instructions"] / products[0],
        "learn": m4["learn_instructions"] / products[1],
        "reading": m4["reading_instructions"],
        "window": m4["window_instructions"] - m4["reading_instructions"],
    }
    for name, value in measured.items():
        assert table[name]["value"] == pytest.approx(value, rel=0.05), name
    m0 = next(row for row in rows if row["target"] == "cortex-m0")
    assert m0["wear_second_instructions"] <= 500_000
    assert m0["flash_bytes"] <= 48_000


def test_a_preset_that_is_none_is_said() -> None:
    done = CliRunner().invoke(app, ["firmware", "report", "--preset", "n64"])
    assert done.exit_code != 0
    assert "no preset is called 'n64': take tiny, n128" in done.output


def test_a_target_that_is_none_is_said() -> None:
    done = CliRunner().invoke(app, ["firmware", "report", "--target", "z80"])
    assert done.exit_code != 0
    assert "no target is called 'z80': take cortex-m0, cortex-m3" in done.output


def test_a_forest_beside_it_leaves_numpy_as_it_was() -> None:
    code = (
        "import numpy as np; before = np.geterr()\n"
        "from tinyodl.firmware import forest\n"
        "text = forest.source(np.eye(8) * 100, np.arange(8) % 2)\n"
        "assert 'forest_predict' in text\n"
        "assert np.geterr() == before, np.geterr()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
