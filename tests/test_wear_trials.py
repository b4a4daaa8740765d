"""How it is worn, and for how long: daily lengths, a week, whole recordings, turned sensors, the
evidence against what asks as often, and what the document says of them."""

import functools
import json
import math
import pickle
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tinyodl import align
from tinyodl.data import hapt
from tinyodl.data.recordings import Dataset
from tinyodl.device.episode import SECONDS
from tinyodl.experiments.running import runs
from tinyodl.experiments.summary import summarise, wear
from tinyodl.experiments.trials import (
    continuous,
    daily,
    evidence,
    material,
    results,
    turned,
    wearer,
    week,
)
from tinyodl.experiments.trials.material import Material
from tinyodl.experiments.trials.trial import Trial, sides
from tinyodl.learn import rls
from tinyodl.windows import Source

Array = NDArray[np.float64]

PEOPLE = tuple(range(1, 11))
PERSON = 3
TRIAL = Trial("person", "compact", (), "blocked", "time", "int8", 0, PERSON, 1)


def source(changed: int | None = None) -> Source:
    """A few people, of whom one may have moved otherwise."""
    recordings = [r for r in hapt.load() if r.subject in PEOPLE]
    draws = np.random.default_rng(0)
    return Source(
        Dataset(
            [
                r
                if r.subject != changed
                else r._replace(imu=2 * r.imu + draws.normal(0, 0.2, r.imu.shape))
                for r in recordings
            ],
            hapt.ACTIVITIES,
            {},
        )
    )


@functools.cache
def few(aligned: bool = True) -> Material:
    return material.of(source(), "compact", aligned, (PERSON,))


# What is run --------------------------------------------------------------------------------------


def test_a_week_is_a_job_a_person_and_evidence_too() -> None:
    week_of = runs.Config(protocol="week", days=2, people=2, seeds=9)
    made = runs.jobs(week_of, [4, 7, 8])
    assert [(job.kind, job.trial.person, job.trial.seeds) for job in made] == [
        ("week", 4, 2),
        ("week", 7, 2),
    ]
    made = runs.jobs(runs.Config(protocol="evidence", seeds=3, people=1), [4, 7])
    assert [(job.kind, job.trial.person, job.trial.seeds) for job in made] == [
        ("evidence", 4, 3),
        ("evidence", 7, 3),
    ]
    asked = runs.Config("person", ("compact",), (), seeds=1, extras=False, device=True, turned=True)
    kinds = [job.kind for job in runs.jobs(asked, [4, 7])]
    assert sorted(set(kinds)) == ["continuous", "device", "trial", "turned"]
    assert kinds.count("continuous") == kinds.count("turned") == 2


def test_a_week_of_one_person_through_the_runs_to_the_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short_days(monkeypatch)
    config = runs.Config(protocol="week", days=1, people=1, features=("compact",))
    document = summarise(config, runs.run(config, source(), 1, use_cache=False))
    assert [day["day"] for day in document["week"]] == [1]
    assert document["week"][0]["worst_person"] == PEOPLE[0]
    assert document["rows"] == document["evidence"] == document["turned"] == []


def short_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour, and ten minutes of night."""
    monkeypatch.setattr(daily, "NIGHT", 600.0)
    monkeypatch.setattr(week, "DAY", week.MORNING + 600.0 + 3600.0)


# Days ---------------------------------------------------------------------------------------------


@functools.cache
def long_life() -> list[daily.Bout]:
    """Days of 16 hours, the last bout of each left out."""
    days = [daily.waking(16 * daily.HOUR, np.random.default_rng(seed)) for seed in range(50)]
    return [bout for day in days for bout in day[:-1]]


def lengths(activity: str) -> Array:
    return np.array([b.seconds for b in long_life() if b.activity == activity])


@pytest.mark.parametrize("seconds", [1.0, 3600.0, 15.75 * 3600.0])
def test_a_day_has_its_seconds(seconds: float) -> None:
    for seed in range(5):
        bouts = daily.waking(seconds, np.random.default_rng(seed))
        assert sum(b.seconds for b in bouts) == pytest.approx(seconds, abs=1e-6)
        assert all(b.seconds > 0 for b in bouts)
        assert bouts[0].activity == "sitting"


def test_a_night_is_eight_hours_of_laying_turned_over_some_twenty_times() -> None:
    nights = [daily.night(np.random.default_rng(seed)) for seed in range(50)]
    for bouts in nights:
        assert sum(b.seconds for b in bouts) == pytest.approx(8 * 3600.0, abs=1e-6)
        assert {b.activity for b in bouts} == {"laying"}
    assert 15 <= np.mean([len(bouts) for bouts in nights]) <= 27


def test_walks_and_rests_are_as_long_as_was_found() -> None:
    walks, rests = lengths("walking"), lengths("standing")
    assert (walks <= 30).mean() == pytest.approx(0.60, abs=0.03)
    assert (walks >= 120).mean() == pytest.approx(0.01, abs=0.006)
    assert (rests <= 20).mean() == pytest.approx(0.50, abs=0.03)
    assert np.median(walks) == pytest.approx(daily.WALKING.median, rel=0.05)


def test_sitting_is_as_long_as_was_found_and_most_of_the_day() -> None:
    sitting = lengths("sitting")
    long = sitting >= 1800
    assert long.mean() == pytest.approx(0.048, abs=0.012)
    assert sitting[long].sum() / sitting.sum() == pytest.approx(0.315, abs=0.06)
    assert sitting.sum() / sum(b.seconds for b in long_life()) == pytest.approx(0.655, abs=0.03)


def test_one_walk_in_eight_leads_onto_stairs() -> None:
    names = [b.activity for b in long_life()]
    stairs = [k for k, name in enumerate(names) if name.endswith("stairs")]
    assert len(stairs) / names.count("walking") == pytest.approx(1 / 8, abs=0.02)
    assert {names[k - 1] for k in stairs} == {"walking"}
    up = sum(names[k] == "walking upstairs" for k in stairs)
    assert up / len(stairs) == pytest.approx(0.5, abs=0.06)


# Material -----------------------------------------------------------------------------------------


def test_as_worn_without_a_template_gives_the_very_same_inputs() -> None:
    where = sides(few().windows, TRIAL)
    for turn in (None, np.eye(3)):
        windows, known = material.worn(few(False), PERSON, where.stream, where.test, turn)
        assert np.array_equal(windows.X, few().windows.X)
        assert known.all()


def test_a_turned_sensor_changes_what_is_streamed_and_tested_of_its_wearer_only() -> None:
    where = sides(few().windows, TRIAL)
    turn = continuous.turns()["180 degrees about x"]
    windows, known = material.worn(few(False), PERSON, where.stream, where.test, turn)
    touched = np.zeros(len(known), bool)
    touched[np.r_[where.stream, where.test]] = True
    changed = (windows.X != few().windows.X).any(axis=1)
    assert changed[touched].all()
    assert not changed[~touched].any()
    assert known.all()  # without alignment nothing is unknown


def test_aligned_the_mounting_is_not_known_at_first_and_is_later() -> None:
    where = sides(few().windows, TRIAL)
    _, known = material.worn(few(), PERSON, where.stream, where.test, turned.turns()[1][1])
    assert not known[where.stream[0]]
    assert known[where.stream[-1]]
    untouched = np.setdiff1d(np.arange(len(known)), where.stream)
    assert known[untouched].all()


def test_a_template_knows_nothing_of_the_person_left_out() -> None:
    mine, own, other = (
        pickle.dumps(material.of(of, "compact", True, (PERSON,)).templates[PERSON])
        for of in (source(), source(changed=PERSON), source(changed=PEOPLE[0]))
    )
    assert few().templates[PERSON] is not None
    assert mine == own
    assert mine != other


def test_without_alignment_there_are_no_templates() -> None:
    assert few(False).templates == {}


def test_whole_recordings_have_every_window_and_the_labels_of_those_in_one_activity() -> None:
    windows = few().windows
    recordings = material.whole(few(), PERSON)
    mine = [r for r in few().recordings if r.subject == PERSON]
    assert len(recordings) == len(mine)
    for whole, recording in zip(recordings, mine, strict=True):
        assert np.array_equal(np.diff(whole.start), np.full(len(whole.start) - 1, 64))
        assert len(whole.y) == len(whole.start) == len(whole.motion.brisk)
        for start, y in zip(whole.start, whole.y, strict=True):
            seen = np.unique(recording.activity[start : start + 128])
            one = len(seen) == 1 and 1 <= seen[0] <= 6
            name = hapt.ACTIVITIES[seen[0] - 1] if one else None
            assert (None if y < 0 else windows.classes[y]) == name
    assert any((r.y < 0).any() for r in recordings)


def test_an_activity_that_nobody_does_takes_no_others_name() -> None:
    still = hapt.ACTIVITIES.index("standing") + 1
    made = source()
    recordings = [
        r._replace(activity=np.where(r.activity >= still, 0, r.activity))
        for r in made.dataset.recordings
    ]
    of = material.of(Source(made.dataset._replace(recordings=recordings)), "compact", False, ())
    for recording, whole in zip(
        [r for r in recordings if r.subject == PERSON], material.whole(of, PERSON), strict=True
    ):
        for start, y in zip(whole.start, whole.y, strict=True):
            if y >= 0:
                name = hapt.ACTIVITIES[recording.activity[start] - 1]
                assert of.windows.classes[y] == name


# A week -------------------------------------------------------------------------------------------


@functools.cache
def recorded() -> week.Recorded:
    return week._recorded(material.whole(few(), PERSON), few().windows.classes)


def test_windows_of_a_day_are_of_the_right_activity_with_transitions_between() -> None:
    bouts = [daily.Bout(*bout) for bout in (("walking", 30.0), ("sitting", 3.0), ("laying", 0.1))]
    bouts += daily.waking(600.0, np.random.default_rng(2))
    for seed in range(20):
        chosen = week.windows_of(recorded(), bouts, np.random.default_rng(seed))
        y = recorded().y[chosen].tolist()
        for bout in bouts:
            count = max(1, round(bout.seconds / SECONDS))
            number = few().windows.classes.index(bout.activity)
            assert y[:count] == [number] * count
            y = y[count:]
            between = next((k for k, label in enumerate(y) if label >= 0), len(y))
            assert 1 <= between <= 2
            y = y[between:]
        assert y == []


def test_a_stretch_is_one_activity_of_one_recording_in_a_row() -> None:
    for name, stretches in recorded().stretches.items():
        for stretch in stretches:
            assert (np.diff(stretch) == 1).all()
            assert set(recorded().y[stretch]) == {few().windows.classes.index(name)}
            assert len(set(recorded().recording[stretch])) == 1
    in_stretches = sum(len(s) for stretches in recorded().stretches.values() for s in stretches)
    assert in_stretches + len(recorded().transitions) == len(recorded().y)
    assert (recorded().y[recorded().transitions] < 0).all()


def test_it_sits_as_it_did_on_the_first_day_and_otherwise_on_each_other() -> None:
    assert np.array_equal(week.mounting(1, np.random.default_rng(0)), np.eye(3))
    angles = []
    for day, most in ((2, 40), (week.UPSIDE_DOWN, 180), (week.QUARTER, 130)):
        for seed in range(200):
            turn = week.mounting(day, np.random.default_rng(seed))
            assert_rotation(turn)
            angle = math.degrees(math.acos(min(max((np.trace(turn) - 1) / 2, -1), 1)))
            assert angle <= most
            angles.append(angle)
    assert np.sqrt(np.mean(np.square(angles[:200]))) == pytest.approx(week.SPREAD, rel=0.15)
    assert np.median(angles[200:400]) > 160
    assert np.median(angles[400:]) == pytest.approx(90, abs=5)


def test_a_week_of_two_short_days(monkeypatch: pytest.MonkeyPatch) -> None:
    short_days(monkeypatch)
    result = week.run(few(), TRIAL._replace(seeds=2))
    assert result["person"] == PERSON
    assert [day["day"] for day in result["days"]] == [1, 2]
    factory = wearer.factory(few().windows, PERSON)
    values = np.linalg.eigvalsh(rls.full(factory.learner.P_))
    for day in result["days"]:
        assert set(day) == set(results.Day.__annotations__)
        assert 3000 < day["windows"] < 5000
        for name, value in day.items():
            if name.startswith(("accuracy", "training")):
                assert 0 <= value <= 1, name  # type: ignore[operator]
        assert 0 < day["p_least"] <= values[0] * (1 + 1e-9)
        assert 0 < day["p_most"] <= values[-1] * (1 + 1e-9)
        assert day["accuracy"] > 0.8
        assert day["questions"] < 0.05 * day["windows"]
    first, second = result["days"]
    assert first["questions"] > 0
    assert second["p_most"] <= first["p_most"] * (1 + 1e-9)  # nothing that is known is forgotten
    assert week.run(few(), TRIAL._replace(seeds=1))["days"] == [first]


# Whole recordings ---------------------------------------------------------------------------------


def test_continuous_wear_of_one_person() -> None:
    result = continuous.run(few(), TRIAL)
    wholes = material.whole(few(), PERSON)
    y = np.concatenate([r.y for r in wholes])
    brisk = np.concatenate([r.motion.brisk for r in wholes]).cumsum()
    labels = [label for label in y.tolist() if label >= 0]
    assert result["bouts"] == 1 + sum(a != b for a, b in pairwise(labels))
    found = [(row["sensor"], row["policy"]) for row in result["rows"]]
    assert found == [(s, p) for s in continuous.turns() for p in continuous.POLICIES]
    for row in result["rows"]:
        worn = row["sensor"] == continuous.AS_WORN
        counts = len(y) if worn else (brisk >= continuous.FIRST_BRISK).sum()
        assert row["hours"] == pytest.approx(counts * 1.28 / 3600)
        assert 0 <= row["unanswered"] <= row["questions"]
        if row["policy"] == "none":
            assert (row["questions"], row["unanswered"]) == (0, 0)
            assert row["accuracy"] == row["accuracy_activity"]
        else:
            assert 1 <= row["questions"] < 0.05 * len(y)
    model = wearer.factory(few().windows, PERSON)
    assert result["rows"][0]["accuracy"] == pytest.approx(not_learning(model, wholes), abs=0.02)


def test_who_never_moves_briskly_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(continuous, "FIRST_BRISK", 10**9)
    result = continuous.run(few(), TRIAL)
    json.dumps([result, wear.continuous([result])], allow_nan=False)


def not_learning(model: Any, wholes: list[material.Whole]) -> float:
    """Right of the windows in one activity, by their inputs as they are: nothing turned."""
    right = []
    for r in wholes:
        X = align.extract(r.imu, r.start, material.plan(few()), np.eye(3)[None], np.zeros_like(r.y))
        right += (model.learner.predict(model.scaler.transform(X)) == r.y)[r.y >= 0].tolist()
    return float(np.mean(right))


def test_questions_are_counted_where_the_device_is_judged() -> None:
    """Of two windows in three nothing counts."""
    wholes = material.whole(few(), PERSON)
    y = np.concatenate([r.y for r in wholes])
    model = wearer.factory(few().windows, PERSON)
    work = material.plan(few())
    Z = np.concatenate(
        [
            model.scaler.transform(
                align.extract(r.imu, r.start, work, np.eye(3)[None], np.zeros_like(r.y))
            )
            for r in wholes
        ]
    )
    ends = np.cumsum([len(r.y) for r in wholes])
    thirds = [np.arange(len(y)) % 3 == k for k in range(3)]
    every = np.ones(len(y), bool)
    rows = [
        continuous._lived(model, Z, y, every, ends, counted, continuous.AS_WORN, "device", "float")
        for counted in (every, *thirds)
    ]
    for key in ("questions", "unanswered", "hours"):
        assert sum(row[key] for row in rows[1:]) == pytest.approx(rows[0][key])  # type: ignore[literal-required]
    assert rows[0]["questions"] > 0


# Turned sensors -----------------------------------------------------------------------------------


def assert_rotation(turn: Array) -> None:
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)


def test_turns_are_rotations_and_as_worn_comes_first() -> None:
    rows = turned.turns()
    assert rows[0][0] == turned.AS_WORN
    assert np.array_equal(rows[0][1], np.eye(3))
    for (_, turn), (_, again) in zip(rows, turned.turns(), strict=True):
        assert_rotation(turn)
        assert np.array_equal(turn, again)
    names = [name for name, _ in rows]
    assert names.count(turned.RANDOM) == turned.DRAWS
    assert len(set(names)) == len(rows) - turned.DRAWS + 1 == 9
    angles = {n: math.degrees(math.acos((np.trace(t) - 1) / 2)) for n, t in rows[1:8]}
    for name, angle in angles.items():
        assert angle == pytest.approx(float(name.split()[0]), abs=1e-5)
    for turn in continuous.turns().values():
        assert_rotation(turn)


def test_a_turned_sensor_is_run_with_alignment_and_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = turned.turns()
    kept = [rows[0], rows[5], rows[-1]]
    monkeypatch.setattr(turned, "turns", lambda: kept)
    result = turned.run(few(), TRIAL)
    found = {(row["sensor"], row["align"]): row for row in result["rows"]}
    assert list(found) == [(name, aligned) for name, _ in kept for aligned in (True, False)]
    for name, _ in kept[1:]:
        assert found[name, True]["accuracy_drifted"] > found[name, False]["accuracy_drifted"] + 0.1
    plain = found[turned.AS_WORN, False]
    who = wearer.prepare(few().windows, PERSON)
    y = few().windows.y[who.test]
    still = float((who.model.learner.predict(who.Z[who.test]) == y).mean())
    assert plain["accuracy_drifted"] == still


# Evidence -----------------------------------------------------------------------------------------


def test_evidence_of_one_person_asks_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "BUDGETS", (2, 8))
    monkeypatch.setattr(evidence, "HALVINGS", 10)
    result = evidence.run(few(False), TRIAL)
    where = sides(few().windows, TRIAL)
    y, recording = few().windows.y[where.stream], few().windows.recording[where.stream]
    assert result["windows"] == len(y)
    seen = zip(y.tolist(), recording.tolist(), strict=True)
    assert result["bouts"] == 1 + sum(a != b for a, b in pairwise(seen))
    rows = {row["policy"]: row for row in result["rows"]}
    assert list(rows) == ["none", "all", "auto", "device", "random", "fixed"]
    assert (rows["none"]["questions"], rows["all"]["questions"]) == (0, len(y))
    assert rows["random"]["questions"] == round(rows["auto"]["questions"]) > 0
    assert rows["fixed"]["questions"] <= rows["random"]["questions"]
    assert rows["device"]["questions"] > 0
    who = wearer.prepare(few().windows, PERSON)
    still = who.model.learner.predict(who.Z[who.test]) == few().windows.y[who.test]
    assert rows["none"]["accuracy_after"] == float(still.mean())
    assert rows["all"]["accuracy_after"] >= rows["none"]["accuracy_after"]
    asked = [(b["questions"], b["policy"]) for b in result["budget"]]
    assert asked == [(n, p) for n in (2, 8) for p in ("auto", "random")]
    assert all(0 <= b["accuracy_after"] <= 1 for b in result["budget"])


# The document -------------------------------------------------------------------------------------


def test_nothing_run_is_nothing_said() -> None:
    for made in (wear.turned, wear.continuous, wear.week):
        assert made([]) == []
    assert wear.evidence("D", []) == wear.budget("D", []) == []


def test_turned_sensors_over_people_and_turns_of_one_name() -> None:
    def row(sensor: str, aligned: bool, k: float) -> Any:
        return {
            "sensor": sensor,
            "align": aligned,
            "accuracy_drifted": 0.5 * k,
            "accuracy_after": k,
            "query_fraction": 2 * k,
            "questions": 4 * k,
        }

    first = [row("a", True, 1), row("a", False, 2), row("b", True, 3), row("b", True, 5)]
    second = [row("a", True, 2), row("a", False, 8), row("b", True, 1), row("b", True, 2)]
    found = wear.turned([{"person": 1, "rows": first}, {"person": 2, "rows": second}])
    keys = (
        *("sensor", "align", "policy", "accuracy_drifted", "accuracy_after", "query_fraction"),
        *("questions", "worst_person_drifted", "worst_person_after"),
    )
    assert [tuple(r[key] for key in keys) for r in found] == [
        ("a", True, "auto", 0.75, 1.5, 3, 6, 0.5, 1),
        ("a", False, "auto", 2.5, 5, 10, 20, 1, 2),
        ("b", True, "auto", 1.375, 2.75, 5.5, 11, 0.75, 1.5),  # a person's turns first, then people
    ]
    assert all(set(r) == set(keys) for r in found)


def evident(windows: int, bouts: int, **after: tuple[float, float]) -> Any:
    return {
        "person": 1,
        "windows": windows,
        "bouts": bouts,
        "rows": [
            {"policy": name, "accuracy_after": value, "questions": asked}
            for name, (value, asked) in after.items()
        ],
        "budget": [
            {"questions": 2, "policy": name, "accuracy_after": value / 2}
            for name, (value, _) in after.items()
            if name != "all"
        ],
    }


EVIDENCE = [
    evident(100, 4, none=(0.5, 0), all=(0.75, 100), auto=(0.625, 10)),
    evident(200, 8, none=(0.75, 0), all=(1.0, 200), auto=(0.75 - 0.03125, 40)),
]


def test_evidence_is_means_over_people_and_the_worst_of_them() -> None:
    found = wear.evidence("D", EVIDENCE)
    assert [r["policy"] for r in found] == ["none", "all", "auto"]
    assert found[2] == {
        "data": "D",
        "policy": "auto",
        "people": 2,
        "accuracy_after": 0.671875,
        "worst_person_after": 0.625,
        "worst_person_change": -0.03125,
        "people_worse": 1,
        "query_fraction": pytest.approx(0.15),
        "questions": 25.0,
        "bouts": 6.0,
        "passed_wrongly": None,
    }
    assert (found[0]["worst_person_change"], found[0]["people_worse"]) == (0, 0)
    near = [evident(10, 1, none=(0.75, 0), auto=(0.75 - 0.015625, 1))]
    assert wear.evidence("D", near)[1]["people_worse"] == 0  # no more than two points


def test_a_budget_has_its_rows_and_every_label() -> None:
    assert wear.budget("D", EVIDENCE) == [
        {"data": "D", "questions": 2, "policy": "none", "accuracy_after": 0.3125},
        {"data": "D", "questions": 2, "policy": "auto", "accuracy_after": 0.671875 / 2},
        {"data": "D", "questions": 150.0, "policy": "all", "accuracy_after": 0.875},
    ]


def test_continuous_wear_over_people() -> None:
    def run(k: float, windows: int, bouts: int) -> Any:
        only = {
            "sensor": "a",
            "policy": "device",
            "questions": 4 * k,
            "unanswered": 2 * k,
            "hours": windows / 1000,
            "accuracy": k / 8,
            "accuracy_activity": k / 4,
            "accuracy_second_half": k / 2,
        }
        other = only | {"policy": "none", "questions": 0}
        return {"person": k, "bouts": bouts, "rows": [only, other]}

    found = wear.continuous([run(1, 1000, 3), run(3, 4000, 6)])
    assert [r["policy"] for r in found] == ["device", "none"]
    assert found[0] == {
        "sensor": "a",
        "policy": "device",
        "questions": 8.0,
        "unanswered": 4.0,
        "accuracy": 0.25,
        "accuracy_activity": 0.5,
        "accuracy_second_half": 1.0,
        "questions_an_hour": pytest.approx(16 / 5),
        "worst_person": 0.125,
        "worst_person_activity": 0.25,
        "bouts": 4.5,
    }
    assert found[1]["questions_an_hour"] == 0


def test_a_week_over_people() -> None:
    numbers = (
        *("windows", "own_labels", "training_fraction", "alignments", "rollbacks"),
        *("accuracy_activity", "accuracy_from_40_brisk"),
    )

    def run(person: int, *days: tuple[float, float, int, float, float]) -> Any:
        return {
            "person": person,
            "days": [
                {
                    "day": k,
                    "accuracy": right,
                    "accuracy_not_learning": still,
                    "questions": asked,
                    "p_least": least,
                    "p_most": most,
                }
                | dict.fromkeys(numbers, person)
                for k, (right, still, asked, least, most) in enumerate(days, start=1)
            ],
        }

    found = wear.week(
        [
            run(4, (0.75, 0.5, 3, 0.25, 4.0), (1.0, 0.5, 1, 0.125, 2.0)),
            run(8, (0.5, 0.375, 5, 0.5, 3.0), (0.75, 0.875, 3, 0.25, 3.0)),
        ]
    )
    assert found[0] == dict.fromkeys(numbers, 6.0) | {
        "day": 1,
        "accuracy": 0.625,
        "accuracy_not_learning": 0.4375,
        "questions": 4.0,
        "questions_most": 5,
        "p_least": 0.25,
        "p_most": 4.0,
        "worst_person": 8,
        "worst_person_change": 0.125,
        "worst_person_accuracy": 0.5,
    }
    second = found[1]
    assert (second["day"], second["p_least"], second["p_most"]) == (2, 0.125, 3.0)
    assert (second["worst_person"], second["worst_person_change"]) == (8, -0.125)
