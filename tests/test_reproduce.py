"""The experiment: what the document says, that it is honest, and that it is the same whatever runs
beside."""

import importlib.metadata
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tinyodl import drift, link
from tinyodl.cli.app import app
from tinyodl.data import hapt
from tinyodl.data.hapt import DRIFTED
from tinyodl.experiments.running import cache, runs
from tinyodl.experiments.summary import summarise
from tinyodl.experiments.summary.statistics import bootstrap, interval
from tinyodl.experiments.trials import baselines, comparison, trial
from tinyodl.experiments.trials.material import Material
from tinyodl.model import state_bytes
from tinyodl.recipe import fitting, methods
from tinyodl.recipe.train import train
from tinyodl.windows import Source, Windows, splits

QUICK = runs.Config(features=("compact",), hidden=(32,), seeds=2, sweep=False)


def plain(windows: Windows) -> Material:
    """Windows alone: nothing is aligned."""
    return Material(windows, 128, (), np.zeros(0, int), None, {})


def document(config: runs.Config, jobs: int = 1, use_cache: bool = False) -> dict[str, Any]:
    return summarise(config, runs.run(config, Source.official(), jobs, use_cache))


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    """And what it is made of is in the cache."""
    return document(QUICK, use_cache=True)


@pytest.fixture(scope="module")
def third(compact_windows: Windows) -> Windows:
    """Every third window."""
    return compact_windows.only(np.arange(0, len(compact_windows.y), 3))


@pytest.mark.parametrize("share", [0.6, 0.7])
def test_blocked_split_shares_no_reading(compact_windows: Windows, share: float) -> None:
    """Per activity of a recording: first side, one window dropped, second side; so no two sides
    overlap."""
    w = compact_windows
    first, second = splits.cut(w, np.arange(len(w.y)), share, "blocked", 0)
    assert not set(first) & set(second)
    for r in np.unique(w.recording):
        for c in np.unique(w.y):
            mine = np.flatnonzero((w.recording == r) & (w.y == c))
            a, b = np.isin(mine, first), np.isin(mine, second)
            if b.any():
                assert a.sum() == round(share * len(mine))
                assert mine[a].max() + 1 < mine[b].min() or np.diff(mine).max() > 1
                assert (~a & ~b).sum() == 1


def test_random_split_depends_on_the_seed_and_keeps_time_order(compact_windows: Windows) -> None:
    w = compact_windows
    everything = np.arange(len(w.y))
    a, b = splits.cut(w, everything, 0.7, "random", 1)
    assert np.array_equal(np.sort(np.r_[a, b]), everything)
    assert (np.diff(a) > 0).all()
    assert not np.array_equal(a, splits.cut(w, everything, 0.7, "random", 2)[0])


@pytest.mark.parametrize("protocol", ["pooled", "person"])
def test_the_trained_model_knows_nothing_of_the_test_people(
    third: Windows, protocol: trial.Protocol
) -> None:
    """Change every window of the people tested, and everything before the stream stays the same to
    the bit."""
    what = trial.Trial(
        protocol, "compact", (16,), "blocked", "time", "int8", 1, 3 if protocol == "person" else 0
    )
    people = DRIFTED if protocol == "pooled" else (3,)
    own = np.isin(third.subject, people)
    X = third.X.copy()
    X[own] = np.random.default_rng(0).normal(size=(own.sum(), X.shape[1])) * 100
    for windows in (third, third._replace(X=X)):
        where = trial.sides(windows, what)
        assert own[where.stream].all()
        assert own[where.test].all()
        assert not own[np.r_[where.train, where.before]].any()
    both = (third, third._replace(X=X))
    rows = [
        comparison.run(Material(w, 128, (), np.zeros(0, int), None, {}), what)["rows"] for w in both
    ]
    for before, after in zip(*rows, strict=True):
        assert before["accuracy_before"] == after["accuracy_before"]
        assert before["accuracy_drifted"] != after["accuracy_drifted"]
    scalers = [fitting.scaler("compact").fit(w.X[trial.sides(w, what).train]) for w in both]
    np.testing.assert_array_equal(scalers[0].middle_, scalers[1].middle_)
    np.testing.assert_array_equal(scalers[0].gain_, scalers[1].gain_)


def test_results_do_not_depend_on_jobs_or_cache(quick: dict[str, Any]) -> None:
    assert document(QUICK, use_cache=True) == quick  # all from the cache
    assert document(QUICK, jobs=2) == quick


def test_an_interrupted_run_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYODL_CACHE", str(tmp_path))
    config = replace(QUICK, seeds=3, extras=False, hidden=(8,))

    class StopHereError(Exception):
        pass

    def stop_after_one(done: int, total: int) -> None:
        if done == 1:
            raise StopHereError

    with pytest.raises(StopHereError):
        runs.run(config, Source.official(), 1, True, stop_after_one)
    seen: list[int] = []
    runs.run(config, Source.official(), 1, True, lambda done, total: seen.append(done))
    assert seen[0] >= 1
    assert seen[-1] == 3


def test_document_has_the_promised_keys(quick: dict[str, Any]) -> None:
    assert {"protocol", "rows", "pruning", "per_person"} <= set(quick)
    assert {"turned", "continuous", "evidence", "budget", "week"} <= set(quick)
    assert {"advice", "confusion", "data"} <= set(quick)
    row = {
        "method",
        "features",
        "inputs",
        "hidden",
        "accuracy_before",
        "accuracy_drifted",
        "accuracy_after",
    }
    for r in quick["rows"]:
        assert row | {"accuracy_before_after", "state_bytes", "seeds"} <= set(r)
        assert len(r["seeds"]) == 2
        assert np.mean([s["accuracy_after"] for s in r["seeds"]]) == pytest.approx(
            r["accuracy_after"]
        )
    keys = {
        "method",
        "features",
        "hidden",
        "policy",
        "theta",
        "accuracy_after",
        "accuracy_before_after",
    }
    for p in quick["pruning"]:
        assert keys | {
            "query_fraction",
            "questions",
            "byte_fraction",
            "people_losing_over_1_point",
            "seeds",
        } <= set(p)
        assert 0 <= p["query_fraction"] <= 1
        assert 0 <= p["byte_fraction"] <= 1
    json.dumps(quick, allow_nan=False)


def test_figures_are_found_by_name_not_by_place(quick: dict[str, Any]) -> None:
    """Seed 1's policies come the other way round, and nothing changes."""
    results = runs.run(QUICK, Source.official(), 1, use_cache=True)
    turned = [
        (job, {**result, "rows": [r | {"pruning": r["pruning"][::-1]} for r in result["rows"]]})
        if job.kind == "trial" and job.trial.seed == 1
        else (job, result)
        for job, result in results
    ]
    assert turned != results
    assert summarise(QUICK, turned) == quick


@pytest.mark.parametrize(
    "setting",
    [
        {},
        pytest.param({"split": "random"}, marks=pytest.mark.long),
        pytest.param({"order": "shuffled"}, marks=pytest.mark.long),
    ],
)
def test_what_all_seeds_have_alike_is_computed_once_and_is_alike(
    setting: dict[str, Any], third: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = trial.Trial("pooled", "compact", (8,), "blocked", "time", "int8", 1, 0)
    what = what._replace(**setting)
    first = comparison.run(plain(third), what._replace(seed=0))
    later = comparison.run(plain(third), what)
    completed = comparison.complete(first, later)
    monkeypatch.setattr(comparison, "_alike", lambda *_: False)
    whole = comparison.run(plain(third), what)
    assert completed == whole
    assert (later == whole) == bool(setting)


def test_golden_run() -> None:
    """The main result over six seeds, with room for other versions of the numerical libraries; a
    change of method shows."""
    quick = document(replace(QUICK, seeds=6, hidden=(8,), extras=False), jobs=2)
    tiny = next(r for r in quick["rows"] if r["method"] == "ODLTiny")
    assert tiny["accuracy_before"] >= 0.975
    assert tiny["accuracy_drifted"] >= 0.923
    assert tiny["accuracy_after"] >= 0.968
    assert tiny["state_bytes"] <= 12_000
    auto = next(p for p in quick["pruning"] if p["method"] == "ODLTiny" and p["policy"] == "auto")
    assert auto["accuracy_after"] >= 0.962
    assert auto["query_fraction"] <= 0.08
    assert auto["byte_fraction"] <= 0.005
    assert auto["accuracy_before_after"] >= tiny["accuracy_before"] - 0.007
    still = next(r for r in quick["rows"] if r["method"] == "NoODL")
    assert still["accuracy_after"] == still["accuracy_drifted"]


def test_memory_against_the_mlp_of_the_same_shape() -> None:
    for hidden in (128, 256):
        model = methods.ODL_HASH.build("uci561", hidden, 0)
        X = np.random.default_rng(0).uniform(-1, 1, (12, 561))
        model.fit(X, np.arange(12) % 6)
        kept = state_bytes(model)
        assert kept <= 0.26 * baselines.Mlp.state_bytes(561, hidden, 6)


def test_bytes_on_the_air() -> None:
    assert link.Link().message(244) == 244 + 17
    assert link.Link().message(245) == 245 + 34
    assert link.byte_fraction(10, 10, 561, "float32") == 1.0
    assert link.byte_fraction(1, 100, 60, "int8") == pytest.approx(99 / 243_600)
    Z = np.linspace(-1.5, 1.5, 1000)
    assert abs(link.as_sent(Z, "int8", 1.5) - Z).max() <= 1.5 / 254 + 1e-12
    assert abs(link.as_sent(Z, "float32", 1.5) - Z).max() <= 1e-7


def test_intervals() -> None:
    assert interval([1.0]) is None
    assert interval([1.0, 1.0, 1.0]) == 0
    low, high = bootstrap([0.9, 1.0] * 50)
    assert 0.93 < low < 0.95 < high < 0.97


def test_mlp_gradient_is_the_slope_of_its_loss() -> None:
    draws = np.random.default_rng(0)
    X, y = draws.normal(size=(200, 4)), draws.integers(0, 3, 200)
    model = baselines.Mlp(8, 1e-6, 0).fit(X, y)

    def loss() -> float:
        return -float(np.log(model.net.predict_proba(X[:1])[0, y[0]]))

    weights = [*model.net.coefs_, *model.net.intercepts_]
    before = [w.copy() for w in weights]
    numeric = []
    for w in weights:
        w.flat[0] += 1e-5
        high = loss()
        w.flat[0] -= 2e-5
        numeric.append((high - loss()) / 2e-5)
        w.flat[0] += 1e-5
    model.learn(X[0], int(y[0]))
    for w, old, slope in zip(weights, before, numeric, strict=True):
        assert (old.flat[0] - w.flat[0]) / 1e-6 == pytest.approx(slope, abs=1e-4)


def test_baselines_run_and_the_rate_is_chosen_inside_the_training_people(
    compact_windows: Windows,
) -> None:
    keep = np.isin(compact_windows.subject, [1, 2, 3, 5, 6, 7, 8, *DRIFTED])
    few = Material(
        compact_windows.only(np.flatnonzero(keep)[::3]), 128, (), np.zeros(0, int), None, {}
    )
    what = trial.Trial("pooled", "compact", (), "blocked", "time", "int8", 0, 0)
    rows = baselines.run(few, what)["rows"]
    names = {r["method"] for r in rows}
    assert names == {"MLP", "MLP, SGD", "logistic, SGD", "k-NN, window", "ARF (river)"}
    assert {r["rate"] for r in rows if r["method"] == "MLP, SGD"} <= set(baselines.RATES)


def test_cache_key_changes_with_the_question() -> None:
    cache.store({"a": 1}, {"x": 1})
    assert cache.load({"a": 1}) == {"x": 1}
    assert cache.load({"a": 2}) is None


def test_results_of_other_code_go_when_a_run_begins_and_all_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYODL_CACHE", str(tmp_path))
    cache.store({"a": 1}, {"x": 1})
    now = tmp_path / cache.code_version()
    (tmp_path / "0123456789abcdef").mkdir()
    (tmp_path / "0123456789abcdef" / "old.json").touch()
    (tmp_path / "0123456789abcdef" / f".{'0' * 32}.{'f' * 32}").touch()
    (tmp_path / "fedcba9876543210").mkdir()
    (tmp_path / "fedcba9876543210" / "of somebody else").touch()
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.json").touch()
    nothing = replace(QUICK, features=(), extras=False)
    runs.run(nothing, Source.official(), 1, use_cache=False)
    assert (tmp_path / "0123456789abcdef").exists()
    runs.run(nothing, Source.official(), 1)
    kept = ["papers", "fedcba9876543210"]
    assert {path.name for path in tmp_path.iterdir()} == {now.name, *kept}
    assert cache.load({"a": 1}) == {"x": 1}
    done = invoke("cache", "clear")
    assert done.stdout == f"Results removed from {tmp_path}: 1\n"
    assert {path.name for path in tmp_path.iterdir()} == {*kept}
    assert (tmp_path / "papers" / "thesis.json").exists()


@pytest.mark.parametrize("above", ["reports", "cli", "elsewhere"])
def test_cache_key_changes_with_the_code_wherever_it_is_installed(
    above: str, tmp_path: Path
) -> None:
    root = tmp_path / above / "tinyodl"
    (root / "learn").mkdir(parents=True)
    (root / "cli").mkdir()
    (root / "learn" / "rls.py").write_text("a = 1")
    before = cache.source_digest(root)
    (root / "cli" / "app.py").write_text("shows = 1")
    assert cache.source_digest(root) == before
    (root / "learn" / "rls.py").write_text("a = 2")
    assert cache.source_digest(root) != before


@pytest.mark.parametrize(
    "library", ["numpy", "scipy", "scikit-learn", "numba", "river", "river, missing"]
)
def test_cache_key_changes_with_the_libraries(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, missing = library.partition(", ")

    def version(asked: str) -> str:
        if asked == name and missing:
            raise importlib.metadata.PackageNotFoundError(asked)
        return "0.0.1" if asked == name else importlib.metadata.version(asked)

    before = cache.code_version()
    monkeypatch.setattr(cache, "version", version)
    assert cache.code_version.__wrapped__() != before


def test_missing_river_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tinyodl.cli import reproduce
    from tinyodl.cli.options import Running

    monkeypatch.setattr(drift, "find_spec", lambda name: None)
    monkeypatch.setattr(reproduce.runs, "run", lambda *_: [])
    config = replace(QUICK, device=True)
    official: dict[str, tuple[Source, None]] = {"HAPT": (Source.official(), None)}
    reproduce.experiment(config, official, Running())
    assert capsys.readouterr().err.count("adwin, page-hinkley, kswin") == 1
    reproduce.experiment(QUICK, official, Running())
    assert "adwin" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "extra", "module"),
    [
        (["--baselines"], "river", "river"),
        (["--scheduler", "tcp://127.0.0.1:8786"], "cluster", "distributed"),
    ],
)
def test_an_extra_that_is_not_installed_is_asked_for_before_anything_runs(
    option: list[str], extra: str, module: str, tmp_path: Path
) -> None:
    """A package that cannot be found, whatever asks."""
    hide = (
        "import sys, importlib.util as u; real = u.find_spec; "
        f"u.find_spec = lambda name, *a: None if name == {module!r} else real(name, *a); "
        "from tinyodl.cli import main; main()"
    )
    line = [sys.executable, "-c", hide, "reproduce", "--data", "no such folder", *option]
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    said = f"Error: {option[0]} needs .*: pip install 'tinyodl\\[{extra}\\]'\n"
    assert re.fullmatch(said, done.stderr), done.stderr


def test_a_capacity_below_the_activities_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity of 3 is below the 6 activities"):
        train(hapt.dataset(hapt.load()[:6]), capacity=3)


def command(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tinyodl", *arguments], capture_output=True, text=True, cwd=cwd
    )


def invoke(*arguments: str) -> Any:
    """In this process: what a program of its own would import is imported once."""
    return CliRunner().invoke(app, list(arguments))


def test_help_names_an_example() -> None:
    for arguments in (["reproduce"], ["data", "info"]):
        done = invoke(*arguments, "--help")
        assert done.exit_code == 0
        assert "Example: tinyodl" in done.stdout
        assert "tinyodl[cluster]" in done.stdout or arguments == ["data", "info"]
    assert command("--version").stdout.strip() == "0.1.0"


@pytest.mark.usefixtures("quick")  # so that it is computed already
def test_command_line_writes_what_it_says(tmp_path: Path) -> None:
    done = command(
        *("reproduce", "--quick", "--hidden", "32", "--json", "out/figures.json"),
        *("--report", "deep/er/report.html"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 80
    assert lines[-1] == (
        "Every table: --tables. Figures: out/figures.json Report: deep/er/report.html"
    )
    assert "ODLTiny" in done.stdout
    assert (tmp_path / "deep" / "er" / "report.html").stat().st_size > 10**6
    every = invoke("reproduce", "--quick", "--hidden", "32", "--tables")
    assert "Told every label, each method" in every.stdout
    assert "…" not in every.stdout
    assert max(map(len, every.stdout.splitlines())) <= 80
    written = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert written["seeds"] == 2
    assert {r["hidden"] for r in written["rows"]} == {0, 32}
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["figures.json"]


def test_command_line_errors_are_one_clear_line(tmp_path: Path) -> None:
    done = invoke("reproduce", "--data", str(tmp_path / "nowhere"))
    assert done.exit_code == 2
    assert "there is no such folder" in done.stderr
    assert "UCI Machine Learning Repository" in done.stderr
    assert isinstance(done.exception, SystemExit)
    (tmp_path / "file").write_text("")
    done = invoke("reproduce", "--quick", "--json", str(tmp_path / "file" / "x.json"))
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    for arguments in (
        ["--hidden", "0"],
        ["--seeds", "0"],
        ["--jobs", "0"],
        ["--protocol", "other"],
    ):
        assert invoke("reproduce", *arguments).exit_code == 2


def test_data_info_as_json() -> None:
    facts = json.loads(invoke("data", "info", "--json").stdout)
    assert facts["windows"] == 10_411
    assert facts["people"] == 30
    assert facts["gyroscope"] is True
    assert sum(facts["windows_per_activity"].values()) == 10_411
    assert 2000 < facts["seconds_per_activity"]["walking"] < 3000
    assert "CC BY 4.0" in facts["attribution"]


def test_interrupt_leaves_no_half_written_file(tmp_path: Path) -> None:
    import signal

    arguments = [
        "reproduce",
        "--features",
        "compact",
        "--seeds",
        "30",
        "--no-cache",
        "--json",
        "x.json",
        "--jobs",
        "1",
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "tinyodl", *arguments], cwd=tmp_path, stderr=subprocess.PIPE
    ) as running:
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(8)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
    assert list(tmp_path.iterdir()) == []
