"""How right the device takes itself to be: without bias and as sure as it says, whatever was asked
for other reasons, whoever answers late, and at the price that is promised."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from tinyodl import Model, teachers
from tinyodl.device import Accuracy, OnDeviceLearner, Reason, Rules, live
from tinyodl.device import estimate as module
from tinyodl.device.episode import SECONDS
from tinyodl.device.estimate import Drawn, Estimate
from tinyodl.device.interval import ONE, interval
from tinyodl.experiments.summary import wear
from tinyodl.experiments.trials import wearer
from tinyodl.experiments.trials.accounts import accounts
from tinyodl.experiments.trials.results import Account
from tinyodl.windows import Windows

WHOLE = Accuracy(0.5, 0.0, 1.0)


class Life(NamedTuple):
    truth: float
    found: Accuracy
    windows: int
    drawn: int


def lived(seed: int, windows: int = 400, nobody: float = 0.0, late: int = 0) -> Life:
    """Bouts of some ten windows, a third of them hard; what is hard is doubted and asked more often
    than not, and all that is asked is learnt: so what is known is no fair sample, twice over.

    nobody: share of bouts of which nobody knows the activity; late: bouts that an answer takes.
    """
    rng = np.random.default_rng(seed)
    mine, right, bout = Estimate(seed), [], 0
    out: list[tuple[int, Callable[[], None]]] = []
    while mine.windows < windows:
        bout += 1
        hard, label, truth = rng.random() < 0.35, None, int(rng.integers(4))
        unknown, asked = rng.random() < nobody, False
        for age in range(1 + int(rng.geometric(0.1))):
            p = 0.55 + 0.4 * (label is not None) if hard else 0.98
            predicted = truth if rng.random() < p else (truth + 1) % 4
            if not unknown:
                right.append(predicted == truth)
            asked |= age == 1 and hard and rng.random() < 0.7
            if asked:
                mine.window(predicted, bout, label)
                drawn = None
            else:
                mine.window(predicted)
                drawn = mine.draw(predicted)
                asked = drawn is not None
            if (asked and age == 1 and label is None) or drawn:
                known = None if unknown else truth
                out.append((bout + late, reply(mine, bout, drawn, known)))
                if not late:
                    out.pop()[1]()
                    label = known
        while out and out[0][0] <= bout:
            out.pop(0)[1]()
    for _, answer in out:
        answer()
    return Life(float(np.mean(right)), mine.accuracy(), mine.windows, mine.drawn)


def reply(mine: Estimate, bout: int, drawn: Drawn | None, label: int | None) -> Callable[[], None]:
    """The answer to a question, to be given at some time."""

    def answer() -> None:
        mine.replied(drawn, label)
        if label is not None:
            mine.answered(bout, label)

    return answer


@pytest.mark.parametrize("more", [{}, {"nobody": 0.3}, {"late": 3}])
def test_the_estimate_is_right_on_average_and_the_interval_holds_the_truth(
    more: dict[str, Any],
) -> None:
    lives = [lived(seed, **more) for seed in range(300)]
    off = np.array([life.found.share - life.truth for life in lives])
    assert abs(off.mean()) < 3 * off.std() / np.sqrt(len(off)) + 0.005
    held = [life.found.low <= life.truth <= life.found.high for life in lives]
    assert np.mean(held) >= 0.85
    wide = [life.found.high - life.found.low for life in lives]
    assert 0.1 < np.mean(wide) < 0.35
    assert all(life.found.low <= life.found.share <= life.found.high for life in lives)


def test_what_was_asked_for_a_reason_alone_would_say_something_else() -> None:
    """That the stream above is a hard one: most of its windows are not those that were asked."""
    truths = [lived(seed).truth for seed in range(20)]
    assert 0.8 < np.mean(truths) < 0.95


def test_the_price_is_two_in_a_hundred_windows_and_then_ever_less() -> None:
    mine = Estimate(3)
    counts = []
    for n in range(1, 100_001):
        mine.window(0)
        drawn = mine.draw(0)
        if drawn:
            mine.replied(drawn, 0)
        if n in (1000, 10_000, 100_000):
            counts.append(mine.drawn)
    assert counts[0] <= 0.025 * 1000
    assert counts[2] - counts[1] <= 0.001 * 90_000
    found = mine.accuracy()
    assert found.share == found.high == 1
    assert found.high - found.low <= 0.2


def test_a_wide_interval_is_asked_for_all_along_but_no_faster() -> None:
    rng = np.random.default_rng(0)
    mine = Estimate(4)
    for _ in range(400):
        mine.window(0)
        drawn = mine.draw(0)
        if drawn:
            mine.replied(drawn, int(rng.random() < 0.5))
    assert 4 <= mine.drawn <= 18


def priced(wrong_every: int, usual: float) -> tuple[list[tuple[int, int]], Accuracy]:
    """A life of which every so manyth draw is wrong: when windows were drawn, and what each
    counts."""
    mine, found = Estimate(3, usual), list[tuple[int, int]]()
    for n in range(1, 20_001):
        mine.window(0)
        if drawn := mine.draw(0):
            found.append((n, drawn.weight))
            mine.replied(drawn, int(len(found) % wrong_every == 0))
    return found, mine.accuracy()


def test_draws_are_these() -> None:
    """To the window: at most a sixteenth, half that while there is more than one in 50, halved with
    each time as long as the whole before once the interval is narrow, doubled while it is wide."""
    right, found = priced(10**9, 0.0)
    assert right[:6] == [(90, 16), (91, 16), (107, 16), (113, 32), (115, 32), (220, 32)]
    assert right[-3:] == [(7758, 1024), (12354, 2048), (18029, 4096)]
    assert len(right) == 35
    assert found == pytest.approx((1.0, 0.848493, 1.0), abs=1e-3)
    wide, found = priced(4, 0.95)
    assert wide[:6] == right[:6]
    assert len(wide) == 358
    assert max(weight for _, weight in wide) == 2048
    assert found == pytest.approx((0.743649, 0.637127, 0.845178), abs=1e-3)


def test_the_constants_are_those_that_are_documented() -> None:
    assert (module.FIRST, module.LEAST, module.FASTEST, module.MOST) == (4, 3, 32, 24)
    assert (module.PER_DRAW, module.SHORT, module.NARROW) == (50, 1, 6553)
    assert (module.BOUTS, module.COUNTED) == (16, 65535)


def test_while_nobody_replies_it_asks_ever_more_rarely() -> None:
    mine, replied = Estimate(5), Estimate(5)
    for _ in range(20_000):
        mine.window(0)
        mine.draw(0)
        replied.window(0)
        drawn = replied.draw(0)
        replied.replied(drawn, None)
    assert mine.drawn <= 12 < 10 * mine.drawn < replied.drawn
    assert mine.accuracy() == replied.accuracy() == WHOLE  # nothing is known of either


def test_of_nothing_nothing_is_known() -> None:
    assert Estimate().accuracy() == WHOLE
    assert OnDeviceLearner.__doc__


@given(st.integers(1, 500), st.data())
def test_the_interval_is_jeffreys(count: int, data: st.DataObject) -> None:
    """Brown, Cai, DasGupta (2001), by scipy's distribution; the factory's word is as if two windows
    more had been seen."""
    right, weight = data.draw(st.integers(0, count)), data.draw(st.sampled_from([16, 2**24]))
    usual = data.draw(st.sampled_from([0.0, 0.5, 0.95, 1.0]))
    told = interval(right * weight, count * weight, count * weight**2, round(usual * ONE))
    a, b = right + 2 * usual + 0.5, count - right + 2 * (1 - usual if usual else 0) + 0.5
    low, high = scipy.stats.beta(a, b).ppf([0.05, 0.95])
    low = min(low, right / count) if right else 0.0  # the share is always within
    high = max(high, right / count) if right < count else 1.0
    assert np.array(told) / ONE == pytest.approx([low, high], abs=2e-3)


def test_weights_that_differ_are_worth_fewer_draws() -> None:
    alike, apart = interval(48, 64, 4 * 256), interval(48, 64, 48**2 + 16**2)
    assert apart[1] - apart[0] > alike[1] - alike[0] + ONE // 20


def test_beyond_a_thousand_draws_the_interval_is_no_narrower() -> None:
    count = 2**20
    low, high = interval(8 * count, 16 * count, 256 * count)
    assert 0.03 < (high - low) / ONE < 0.08
    assert interval(16 * count, 16 * count, 256 * count)[1] == ONE


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([None, 0, 1]), st.booleans()), max_size=60
    )
)
def test_answers_may_come_in_any_order_and_late(
    windows: list[tuple[int, int | None, bool]],
) -> None:
    """Of at most 16 bouts: the same as if each had come at once."""
    now, later = Estimate(), Estimate()
    answers = []
    for bout, (predicted, label, certain) in enumerate(windows[:16]):
        for mine in (now, later):
            mine.window(predicted, bout if certain else None)
        if label is not None:
            now.answered(bout, label)
            answers.append((bout, label))
    for bout, label in reversed(answers):
        later.answered(bout, label)
        later.answered(bout, label)  # a second time changes nothing
    assert (now.known, now.right) == (later.known, later.right)
    assert now.accuracy() == later.accuracy()


def test_bouts_that_nobody_ever_answers_are_let_go() -> None:
    mine = Estimate()
    for bout in range(1000):
        mine.window(0, bout)
    assert len(mine._waiting) == 16
    mine.answered(999, 0)
    mine.answered(0, 0)
    assert mine.known == 1


# On a device --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def someone(compact_windows: Windows) -> tuple[Model, Any, Any]:
    who = wearer.prepare(compact_windows, 3)
    return who.model, who.Z[who.stream], compact_windows.y[who.stream]


def test_a_device_knows_how_right_it_is(someone: tuple[Model, Any, Any]) -> None:
    model, Z, y = someone
    held, asked, plain = [], [], []
    for seed in range(12):
        device = OnDeviceLearner(model, rules=Rules(estimate=True), seed=seed)
        episode = live(device, Z, teachers.TrueLabels(y.tolist()))
        found, truth = device.accuracy(), np.mean(episode.predicted == y)
        held.append(found.low <= truth <= found.high)
        asked.append(int(episode.asked.sum()))
        other = live(OnDeviceLearner(model, seed=seed), Z, teachers.TrueLabels(y.tolist()))
        plain.append(int(other.asked.sum()))
    assert np.mean(held) >= 0.85
    assert np.mean(asked) <= np.mean(plain) + 0.025 * len(Z)


def test_without_the_rule_nothing_is_drawn(someone: tuple[Model, Any, Any]) -> None:
    model, Z, y = someone
    device = OnDeviceLearner(model)
    live(device, Z, teachers.TrueLabels(y.tolist()))
    assert device.estimate.drawn == 0
    assert device.estimate.windows == len(Z)
    assert device.accuracy().high - device.accuracy().low > 0.5


def test_a_window_in_no_bout_is_compared_and_not_learnt(
    someone: tuple[Model, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, Z, y = someone
    device = OnDeviceLearner(model, rules=Rules(estimate=True))
    monkeypatch.setattr(device.estimate, "draw", lambda predicted: Drawn(predicted, 8))
    compared = 0
    for number, (x, k) in enumerate(zip(Z, y, strict=True)):
        step = device.sample(x, 1.28 * number)
        if step.query is None:
            continue
        before, wait = device.learner.P_.copy(), device.state.wait
        kept = device.pending._waiting[step.sample]
        answer = device.label(step.sample, int(k), 1.28 * number)
        if kept.bout is None:
            compared += 1
            assert step.query.reason is Reason.AUDIT
            assert answer.outcome == "audited"
            assert (before == device.learner.P_).all()
            assert device.state.wait == wait
            assert device.state.unanswered == 0
    assert compared >= 5


def test_a_rollback_starts_the_estimate_anew(someone: tuple[Model, Any, Any]) -> None:
    model, Z, y = someone
    device = OnDeviceLearner(model, rules=Rules(estimate=True))
    live(device, Z, teachers.TrueLabels(y.tolist()))
    device.rollback()
    assert device.accuracy() == WHOLE


# What a device says of itself ---------------------------------------------------------------------


def test_a_life_with_the_estimate_is_beside_one_without(someone: tuple[Model, Any, Any]) -> None:
    model, Z, y = someone
    every = np.ones(len(y), bool)
    found = accounts(model, [(Z, y, every), (Z, y, every)], "worn so", 3, "float")
    assert [a["sensor"] for a in found] == ["worn so"] * 3
    for seed, account in enumerate(found):
        assert account["windows"] == 2 * len(y)
        assert (account["early"] is None) == (2 * len(y) < 300)
        device, plain = (
            OnDeviceLearner(model, rules=Rules(estimate=on), seed=seed) for on in (True, False)
        )
        right, asked = [], []
        for one in (device, plain):
            lives = []
            for begun in (0, len(y)):
                teacher = teachers.TrueLabels(y.tolist())
                lives.append(live(one, Z, teacher, begun=begun * SECONDS))
                one.pause()
            right.append(np.mean([lived.predicted == y for lived in lives]))
            asked.append(sum(int(lived.asked.sum()) for lived in lives))
        assert account["end"] == {"truth": right[0], **device.accuracy()._asdict()}
        assert [account["questions"], account["questions_without"]] == asked
        assert account["passed"] == plain.counts["passed on"] > 0
        assert account["passed_wrongly"] <= 0.05 * account["passed"]


def test_accounts_over_people() -> None:
    def account(low: float, high: float, asked: int, early: bool) -> Account:
        end = {"truth": 0.9, "share": 0.95, "low": low, "high": high}
        return {
            "sensor": "x",
            "windows": 200,
            "questions": asked,
            "questions_without": 4,
            "passed": 10,
            "passed_wrongly": int(early),
            "end": end,
            "early": {**end, "low": 0.0} if early else None,
        }

    run: dict[str, Any] = {"accounts": [account(0.8, 1.0, 6, True), account(0.91, 0.97, 8, False)]}
    assert wear._wrongly([run]) == 0.05  # type: ignore[list-item]
    (row,) = wear.estimates("these", [run])  # type: ignore[list-item]
    assert row == {
        "data": "these",
        "sensor": "x",
        "lives": 2,
        "coverage": 0.5,
        "width": pytest.approx(0.065),
        "bias": pytest.approx(0.05),
        "coverage_early": 1.0,
        "width_early": 0.5,
        "questions_in_100": 3.5,
        "more_in_100": 1.5,
    }
