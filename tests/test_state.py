"""The device's state machine alone, by scripted traces: every rule of its theory of operation, and
every count in it."""

import itertools
import math
from collections.abc import Iterator

import pytest

from tinyodl.device import PLAIN, TRANSITIONS, Event, Mode, Reason, Rules, State, Trouble, diagram
from tinyodl.device import state as module
from tinyodl.device.state import ALL, Asked, Verdict

AUDIT, AGAIN, DOUBT = Reason.AUDIT, Reason.AGAIN, Reason.DOUBT
PREDICTING, TRAINING = Mode.PREDICTING, Mode.TRAINING
TRUSTED, DOUBTED = Asked(AUDIT, True), Asked(DOUBT, False)  # the two that occur most
DAY = 86_400_000  # ms
NO_AUDITS = Rules(audits=False)


def trained(rules: Rules = NO_AUDITS, **more: float) -> State:
    """A state in training mode."""
    state = State(rules, **more)  # type: ignore[arg-type]
    assert state.change(Event.COMMAND_TRAIN) is Event.COMMAND_TRAIN
    return state


def until(state: State, doubt: bool = True, most: int = 300_000) -> tuple[int, Reason]:
    """Samples up to the one that should be asked, and why."""
    for count in range(1, most):
        state.sample(0)
        state.bout()  # every sample is one
        reason = state.reason(doubt)
        if reason:
            return count, reason
    raise AssertionError("never asks")


def gaps(state: State, reasons: int, doubt: bool = True) -> list[int]:
    """Samples from each question to the next; nobody answers."""
    found = []
    for _ in range(reasons):
        count, reason = until(state, doubt)
        state.asked(reason)
        found.append(count)
    return found


def told(state: State, agrees: bool, asked: Asked = DOUBTED, factory: bool | None = None) -> str:
    """The outcome of a label; the factory's model is right where the present one is unless said."""
    return label(state, asked, agrees, agrees if factory is None else factory).outcome


def label(state: State, asked: Asked, agrees: bool, factory: bool) -> Verdict:
    """A label surprises where the prediction was trusted; all are of one bout and class."""
    return state.label(asked, agrees, factory, asked.trusted)


def draws(seed: int) -> Iterator[int]:
    """The 32-bit xorshift (13, 17, 5), written another way."""
    bits = (2 * seed + 1) * 2654435769 % 4294967296
    while True:
        bits = (bits ^ bits * 8192) % 4294967296
        bits ^= bits // 131072
        bits = (bits ^ bits * 32) % 4294967296
        yield bits


# Words and numbers --------------------------------------------------------------------------------


def test_the_constants_are_those_that_are_documented() -> None:
    assert (module.AUDIT_FIRST, module.AUDIT_LAST, module.AUDIT_SILENT) == (1, 1024, 128)
    assert (module.RIPE, module.RIPE_LAST, module.RIPENS, module.MARGIN) == (2, 8, 8, 0.15)
    assert (module.SETTLE_AFTER, module.SETTLE_LABELS) == (256, 2)
    assert (module.SPACING, module.LONGEST_BACKOFF) == (4, 10)
    assert (module.VOUCHED_MOST, module.VOUCHED_FINE, module.VOUCHED_FACTORY) == (2, 8, 0.95)
    assert (module.TROUBLE_LABELS, module.TROUBLE_SHARE) == (24, 0.6)
    assert (module.UNFIT_AUDITS, module.UNFIT_SHARE, module.RECENT) == (8, 0.4, 3)
    assert (module.CONTRADICTION, module.SILENCE) == (32, 3)


def test_rules_are_these_unless_said() -> None:
    assert Rules() == (True, 256, 4, True, True, 0.15, 0.625, None, None, False)
    assert (False, None, 1, False, False, math.inf, 1, None, None, False) == PLAIN
    assert State(Rules()).vouched == -8  # of a model whose accuracy nobody told
    drawn = State(Rules()).until_audit
    assert drawn == State(Rules(), seed=0).until_audit


def test_words_are_these() -> None:
    assert [mode.value for mode in Mode] == ["predicting", "training"]
    assert {event.name: event.value for event in Event} == {
        "DRIFT": "drift",
        "DISAGREEMENT": "disagreement",
        "COMMAND_TRAIN": "told to train",
        "SETTLED": "settled",
        "COMMAND_STOP": "told to stop",
        "ROLLBACK": "rollback",
        "WENT_BACK": "went back",
    }
    assert [reason.value for reason in Reason] == ["audit", "again", "doubt"]
    assert {trouble.name: trouble.value for trouble in Trouble} == {
        "DISAGREEING": "labels keep disagreeing although they are learnt",
        "CONTRADICTED": "labels contradict one another",
        "UNFIT": "audits find the model wrong too often",
        "WORSE": "the factory's model was better, and is back",
        "SILENT": "nobody answers",
        "SPENT": "the day's questions are spent",
    }


def test_the_diagram_is_the_table() -> None:
    assert diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> predicting",
        "    predicting --> training: drift",
        "    predicting --> training: disagreement",
        "    predicting --> training: told to train",
        "    predicting --> predicting: rollback",
        "    predicting --> predicting: went back",
        "    training --> predicting: settled",
        "    training --> predicting: told to stop",
        "    training --> predicting: rollback",
        "    training --> predicting: went back",
    ]


# Modes --------------------------------------------------------------------------------------------

WAYS = {
    (PREDICTING, Event.DRIFT): TRAINING,
    (PREDICTING, Event.DISAGREEMENT): TRAINING,
    (PREDICTING, Event.COMMAND_TRAIN): TRAINING,
    (PREDICTING, Event.ROLLBACK): PREDICTING,
    (PREDICTING, Event.WENT_BACK): PREDICTING,
    (TRAINING, Event.SETTLED): PREDICTING,
    (TRAINING, Event.COMMAND_STOP): PREDICTING,
    (TRAINING, Event.ROLLBACK): PREDICTING,
    (TRAINING, Event.WENT_BACK): PREDICTING,
}


def test_a_device_predicts_first_and_has_counted_nothing() -> None:
    state = State(Rules(), 0.5, 3)
    found = dict(vars(state))
    _, second = itertools.islice(draws(3), 2)  # one is drawn for the first audit
    assert (found.pop("guard").evidence, found.pop("_draws").next()) == (0.0, second)
    assert found.pop("budget").today == 0
    assert found == {
        "rules": Rules(),
        "_accuracy": 0.5,
        "mode": PREDICTING,
        "vouched": -8,
        "worse": False,
        "audits": 0,
        "unfit": 0.0,
        "interval": 1,
        "until_audit": 1,
        "agreeing": 0,
        "wait": 1,
        "since": 4,
        "unanswered": 0,
        "doubted": 0,
        "again": False,
        "held": None,
        "contradictions": 0,
        "puzzled": 0,
        "calm": 0,
        "agreed": 0,
        "labels": 0,
        "disagreeing": 0.0,
    }


@pytest.mark.parametrize(("mode", "event"), list(itertools.product(Mode, Event)))
def test_every_event_leads_where_it_should_or_nowhere(mode: Mode, event: Event) -> None:
    state = trained() if mode is TRAINING else State(Rules())
    assert ((mode, event) in TRANSITIONS) == ((mode, event) in WAYS)
    if (mode, event) in WAYS:
        assert state.change(event) is event
        assert state.mode is WAYS[mode, event]
    else:
        with pytest.raises(KeyError):
            state.change(event)
        assert state.mode is mode


# Waits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", Mode)
def test_doubt_is_asked_at_once_then_after_two_and_four_samples_while_labels_agree(
    mode: Mode,
) -> None:
    state = trained() if mode is TRAINING else State(NO_AUDITS)
    found = []
    for _ in range(6):
        count, reason = until(state)
        assert reason is DOUBT
        state.asked(reason)
        assert told(state, True) == "learnt"
        found.append(count)
    assert found == [1, 2, 4, 4, 4, 4]
    assert state.mode is mode


@pytest.mark.parametrize(
    ("spacing", "expected"), [(1, [1, 1, 1, 1]), (3, [2, 3, 3, 3]), (16, [2, 4, 8, 16])]
)
def test_the_wait_ends_at_the_rules_spacing(spacing: int, expected: list[int]) -> None:
    state = trained(Rules(audits=False, spacing=spacing))
    state.asked(DOUBT)
    found = []
    for _ in expected:
        told(state, True)
        found.append(until(state)[0])
        state.asked(DOUBT)
    assert found == expected


@pytest.mark.parametrize("asked", [DOUBTED, Asked(DOUBT, True)])  # learnt, held
def test_a_disagreement_makes_the_wait_one_again(asked: Asked) -> None:
    state = trained()
    for _ in range(3):
        told(state, True)
    state.asked(DOUBT)
    told(state, False, asked)
    assert until(state)[0] == 1
    state.asked(DOUBT)
    told(state, True)
    assert until(state)[0] == 2


@pytest.mark.parametrize("asked", [TRUSTED, DOUBTED])
def test_the_end_of_training_leaves_the_wait_and_a_held_label_makes_it_one(asked: Asked) -> None:
    state = State(Rules())
    for wait in (2, 4, 4):
        told(state, True, asked)
        assert state.wait == wait
    state.change(Event.COMMAND_TRAIN)
    assert state.wait == 4
    state.change(Event.COMMAND_STOP)
    assert state.wait == 4
    state.asked(DOUBT)
    assert told(state, False, Asked(DOUBT, True)) == "held"
    assert until(state) == (1, AGAIN)


@pytest.mark.parametrize("mode", Mode)
def test_nobody_answering_doubles_the_wait_ten_times_at_most_and_a_label_sets_it_back(
    mode: Mode,
) -> None:
    state = trained() if mode is TRAINING else State(NO_AUDITS)
    assert gaps(state, 14) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024, 1024]
    told(state, True)
    assert gaps(state, 3) == [2, 4, 8]
    told(state, False)
    assert gaps(state, 3) == [1, 2, 4]
    told(state, True), told(state, True)
    assert gaps(state, 3) == [4, 8, 16]


def test_without_doubt_or_audits_nothing_is_asked() -> None:
    for state in (State(Rules(audits=False)), trained()):
        for _ in range(1000):
            state.sample(0)
            assert state.reason(False) is None


# Reasons ------------------------------------------------------------------------------------------


def test_a_confirmation_comes_before_an_audit_and_that_before_doubt() -> None:
    state = trained(Rules())
    state.asked(DOUBT)
    assert told(state, False, Asked(DOUBT, True)) == "held"
    for _ in range(40):
        state.sample(0)
        state.bout()
    assert state.until_audit < 0
    assert state.reason(True) is state.reason(False) is AGAIN
    state.asked(AGAIN)
    told(state, False, Asked(AGAIN, True))
    state.sample(0)
    state.bout()
    assert state.reason(True) is state.reason(False) is AUDIT
    state.asked(AUDIT)
    told(state, False, DOUBTED)
    state.until_audit = 9
    state.sample(0)
    assert state.reason(True) is DOUBT
    assert state.reason(False) is None


def test_a_confirmation_is_asked_for_once() -> None:
    state = trained()
    state.asked(DOUBT)
    told(state, False, Asked(DOUBT, True))
    assert until(state, doubt=False) == (1, AGAIN)
    state.asked(AGAIN)
    for _ in range(100):
        state.sample(0)
        assert state.reason(False) is None


def test_no_audit_is_asked_within_the_wait() -> None:
    state = trained(Rules())
    state.asked(AUDIT)
    told(state, True, TRUSTED)
    told(state, True, TRUSTED)
    state.until_audit = 0
    assert until(state, doubt=False) == (4, AUDIT)


# Audits -------------------------------------------------------------------------------------------


def test_every_bout_is_audited_at_first() -> None:
    for seed in range(20):
        assert until(State(Rules(), seed=seed), doubt=False) == (1, AUDIT)


@pytest.mark.parametrize("interval", [2, 4, 8, 16])
def test_audits_fall_on_any_bout_up_to_twice_the_interval_and_on_each_alike(interval: int) -> None:
    counts = []
    for seed in range(600):
        state = State(Rules(), seed=seed)
        state.interval = interval
        state.asked(AUDIT)
        assert state.until_audit == interval + list(itertools.islice(draws(seed), 2))[1] % interval
        counts.append(state.until_audit)
    assert set(counts) == set(range(interval, 2 * interval))
    assert max(counts.count(k) for k in set(counts)) < 1.35 * 600 / interval + 25


def test_only_bouts_bring_an_audit_nearer() -> None:
    state = State(Rules())
    for _ in range(100):
        state.sample(0)
    assert state.until_audit == 1
    state.bout()
    assert state.until_audit == 0


def test_equal_seeds_draw_equally_and_others_do_not() -> None:
    def trace(seed: int) -> list[int]:
        state, found = State(Rules(), seed=seed), []
        for _ in range(12):
            count, reason = until(state, doubt=False)
            state.asked(reason)
            told(state, True, TRUSTED)
            found.append(count)
        return found

    assert trace(3) == trace(3)
    assert len({tuple(trace(seed)) for seed in range(50)}) > 45


@pytest.mark.parametrize("asked", [TRUSTED, DOUBTED, Asked(AGAIN, True)])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seed", [0, 1, 7])
def test_the_interval_doubles_while_labels_agree_and_is_short_again_where_one_does_not(
    seed: int, mode: Mode, asked: Asked
) -> None:
    rules = Rules(spacing=1, settle_after=None)
    fit = {"seed": seed, "accuracy": 0.95}
    state = State(rules, **fit) if mode is PREDICTING else trained(rules, **fit)
    script = [True] * 12 + [False] + [True] * 3 + [False, True, True]
    after = [*(2**k for k in range(1, 11)), 1024, 1024, 1, 2, 4, 8, 1, 2, 4]
    for agrees, interval in zip(script, after, strict=True):
        told(state, agrees, asked)
        assert state.interval == interval
        assert interval <= state.until_audit <= max(2 * interval - 1, 1)
        state.again = False  # the confirmation is not what this is about
        state.doubted = 0


@pytest.mark.parametrize("mode", Mode)
def test_a_factory_that_is_not_trusted_is_audited_twice_as_often_and_by_audits_alone(
    mode: Mode,
) -> None:
    rules, doubtful = Rules(spacing=1, settle_after=None), {"accuracy": 0.949}
    state = State(rules, **doubtful) if mode is PREDICTING else trained(rules, **doubtful)
    for step in range(1, 25):
        told(state, True, DOUBTED)
        told(state, True, Asked(AGAIN, True))
        told(state, True, TRUSTED)
        assert state.interval == min(2 ** (step // 2), 1024)
        assert state.interval <= state.until_audit <= max(2 * state.interval - 1, 1)
    told(state, False, DOUBTED)
    assert state.interval == 1
    for expected in (1, 2, 2):
        told(state, True, TRUSTED)
        assert state.interval == expected
    told(state, False, DOUBTED)  # one that counted for half is forgotten
    told(state, True, TRUSTED)
    assert state.interval == 1


def test_training_forgets_an_audit_that_counted_for_half() -> None:
    state = State(Rules())
    told(state, True, TRUSTED)
    state.change(Event.COMMAND_TRAIN)
    told(state, True, TRUSTED)
    assert state.interval == 1


def test_audits_that_agree_grow_rarer_up_to_one_in_a_thousand_bouts() -> None:
    lowest = [*(2**k for k in range(11)), 1024, 1024]
    for seed in range(5):
        state = State(Rules(), 0.95, seed)
        for low in lowest:
            count, reason = until(state, doubt=False)
            assert reason is AUDIT
            assert low <= count < max(2 * low, 5)  # within the wait nothing is asked
            state.asked(AUDIT)
            assert told(state, True, TRUSTED) == "learnt"
        told(state, False, DOUBTED)
        assert until(state, doubt=False) == (1, AUDIT)


def test_without_a_label_the_next_audit_is_drawn_all_the_same() -> None:
    state = State(Rules(), seed=5)
    state.interval, state.until_audit = 8, 0
    state.asked(DOUBT), state.asked(AGAIN)  # draw nothing
    assert state.until_audit == 0
    state.asked(AUDIT)
    assert state.until_audit == 8 + list(itertools.islice(draws(5), 2))[1] % 8


@pytest.mark.parametrize("left", [-3, 1, 3, 16])
@pytest.mark.parametrize("event", [Event.DRIFT, Event.DISAGREEMENT, Event.COMMAND_TRAIN])
def test_training_brings_the_next_audit_nearer_and_never_puts_it_off(
    left: int, event: Event
) -> None:
    state = State(Rules())
    state.until_audit, state.interval = left, 16
    state.change(event)
    assert (state.until_audit, state.interval) == (min(left, 1), 1)


@pytest.mark.parametrize("event", [Event.SETTLED, Event.COMMAND_STOP])
def test_the_end_of_training_leaves_audits_as_they_are(event: Event) -> None:
    state = trained(Rules(), accuracy=1.0)
    state.until_audit, state.interval, state.vouched = 77, 64, 1
    state.change(event)
    assert (state.until_audit, state.interval, state.vouched) == (77, 64, 1)


@pytest.mark.parametrize("mode", Mode)
def test_audits_are_held_back_while_nobody_answers(mode: Mode) -> None:
    state = State(Rules(), 1.0) if mode is PREDICTING else trained(Rules(), accuracy=1.0)
    gaps(state, 1, doubt=False)
    assert gaps(state, 11, doubt=False) == [*(256 << k for k in range(10)), 128 << 10]
    told(state, True, TRUSTED)
    assert until(state, doubt=False)[0] < 2 * state.interval


def test_doubt_has_the_questions_of_a_teacher_who_does_not_answer() -> None:
    state = State(Rules())
    asked = []
    for _ in range(6):
        count, reason = until(state)
        state.asked(reason)
        asked.append((count, reason))
    assert [reason for _, reason in asked] == [AUDIT, *[DOUBT] * 5]
    assert [count for count, _ in asked[1:]] == [2, 4, 8, 16, 32]


def test_without_audits_there_are_none() -> None:
    state = State(Rules(audits=False))
    for _ in range(2000):
        state.sample(0)
        state.bout()
        assert state.reason(False) is None
    assert state.until_audit < 0


# Labels: confirming -------------------------------------------------------------------------------

# (mode, trusted, agrees, confirm, a disagreement just before) -> outcome, event, asked again
LEARNT, HELD = ("learnt", None), ("held", None)
STARTS = ("learnt", Event.DISAGREEMENT)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize(
    ("mode", "trusted", "confirm", "before", "expected"),
    [
        (PREDICTING, True, True, False, HELD),
        (PREDICTING, True, True, True, STARTS),
        (PREDICTING, True, False, False, STARTS),
        (PREDICTING, True, False, True, STARTS),
        (PREDICTING, False, True, False, STARTS),
        (PREDICTING, False, True, True, STARTS),
        (PREDICTING, False, False, False, STARTS),
        (PREDICTING, False, False, True, STARTS),
        (TRAINING, True, True, False, HELD),
        (TRAINING, True, True, True, LEARNT),
        (TRAINING, True, False, False, LEARNT),
        (TRAINING, True, False, True, LEARNT),
        (TRAINING, False, True, False, LEARNT),
        (TRAINING, False, True, True, LEARNT),
        (TRAINING, False, False, False, LEARNT),
        (TRAINING, False, False, True, LEARNT),
    ],
)
def test_a_label_that_disagrees_is_held_or_counts(
    mode: Mode,
    trusted: bool,
    confirm: bool,
    before: bool,
    expected: tuple[str, Event | None],
    reason: Reason,
) -> None:
    state = State(Rules(confirm=confirm))
    state.doubted = 9 if before else 0
    if mode is TRAINING:
        state.change(Event.COMMAND_TRAIN)
    state.asked(reason)
    assert label(state, Asked(reason, trusted), False, False) == Verdict(*expected)
    assert state.again is (expected is HELD)
    assert state.held == ((0, 0) if expected is HELD else None)
    assert state.doubted == (9 if before else 0)
    assert state.mode is (PREDICTING if (mode, expected) == (PREDICTING, HELD) else TRAINING)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("mode", Mode)
def test_a_label_that_agrees_is_learnt_in_either_mode(
    mode: Mode, trusted: bool, reason: Reason
) -> None:
    for before in (False, True):
        state = State(Rules())
        state.doubted = 9 if before else 0
        if mode is TRAINING:
            state.change(Event.COMMAND_TRAIN)
        assert label(state, Asked(reason, trusted), True, True) == Verdict(*LEARNT)
        assert state.mode is mode
        assert (state.again, state.doubted) == (False, 0)


def test_surprises_are_believed_for_a_while_after_one_that_was_confirmed() -> None:
    """31 samples later still, 32 not."""
    for samples, outcome in ((31, "learnt"), (32, "held")):
        state = trained(Rules())
        assert told(state, False, TRUSTED) == "held"
        assert told(state, False, Asked(AGAIN, True)) == "learnt"
        assert state.doubted == module.DOUBTED == 32
        for _ in range(samples):
            state.sample(0)
        assert state.doubted == 32 - samples
        assert told(state, False, TRUSTED) == outcome
    told(state, True)
    assert state.doubted == 0


@pytest.mark.parametrize("said", [(7, 2), (8, 1)])  # another activity; another bout
def test_only_the_same_label_in_the_same_bout_confirms(said: tuple[int, int]) -> None:
    state = trained(Rules())
    assert state.label(TRUSTED, False, False, True, (7, 1)).outcome == "held"
    again = Asked(AGAIN, True)
    assert state.label(again, False, False, True, said).outcome == "held"
    assert state.again
    assert state.label(again, False, False, True, said).outcome == "learnt"
    assert state.doubted == 32


def test_what_does_not_surprise_counts_at_once_and_confirms_nothing() -> None:
    state = trained(Rules())
    assert told(state, False, DOUBTED) == "learnt"
    assert (state.again, state.doubted) == (False, 0)


def test_dont_know_ripens_bouts_later_for_eight_answers() -> None:
    state = State(Rules())
    assert state.ripe == 2
    state.abstained()
    assert state.ripe == 3
    for _ in range(7):
        state.answered()
        assert state.ripe == 3
    state.answered()
    assert state.ripe == 2
    for _ in range(20):
        state.abstained()
    assert state.ripe == 8
    state.restart()
    assert state.ripe == 2


def test_an_event_is_none_unless_said() -> None:
    assert Verdict("held") == ("held", None)


def test_a_label_that_agrees_between_makes_the_next_disagreement_held_again() -> None:
    state = trained()
    assert told(state, False, Asked(DOUBT, True)) == "held"
    outcomes = [told(state, agrees, Asked(AGAIN, True)) for agrees in (False, False, True, False)]
    assert outcomes == ["learnt", "learnt", "learnt", "held"]


def test_one_slip_starts_no_training_and_two_in_a_row_do() -> None:
    state = State(Rules())
    state.asked(AUDIT)
    assert label(state, TRUSTED, False, False) == ("held", None)
    assert until(state, doubt=False) == (1, AGAIN)
    state.asked(AGAIN)
    assert label(state, Asked(AGAIN, True), True, True) == ("learnt", None)
    assert state.mode is PREDICTING
    state.asked(AUDIT)
    assert label(state, TRUSTED, False, False) == ("held", None)
    state.asked(AGAIN)
    assert label(state, Asked(AGAIN, True), False, False) == ("learnt", Event.DISAGREEMENT)
    assert state.mode is TRAINING


def contradict(state: State) -> None:
    assert told(state, False, Asked(DOUBT, True)) == "held"
    told(state, True, Asked(AGAIN, True))


def test_two_contradictions_within_thirty_two_labels_are_a_trouble_one_is_not() -> None:
    state = trained()
    contradict(state)
    assert state.contradictions == 32
    assert state.troubles == ()
    for left in range(31, 0, -1):
        told(state, True)
        assert state.contradictions == left
    contradict(state)
    assert state.contradictions == 32
    assert state.troubles == ()
    for _ in range(30):
        told(state, True)
    contradict(state)  # the thirty-second label since
    assert state.contradictions == 33
    assert state.troubles == (Trouble.CONTRADICTED,)
    told(state, True)
    assert state.troubles == ()


def test_contradictions_are_forgotten_one_a_label_and_remembered_over_so_many_at_most() -> None:
    state = trained()
    seen = []
    for _ in range(7):
        contradict(state)
        seen.append(state.contradictions)
    assert seen == [32, 63, 94, 125, 128, 128, 128]
    for left in range(127, 32, -1):
        told(state, left % 2 == 0)
        assert state.contradictions == left
        assert Trouble.CONTRADICTED in state.troubles
    told(state, True)
    assert Trouble.CONTRADICTED not in state.troubles
    for _ in range(40):
        told(state, True)
    assert state.contradictions == 0


@pytest.mark.parametrize(
    ("asked", "agrees"), [(Asked(AGAIN, True), False), (TRUSTED, True), (DOUBTED, True)]
)
def test_only_a_confirmation_that_agrees_is_a_contradiction(asked: Asked, agrees: bool) -> None:
    state = trained()
    told(state, False, Asked(DOUBT, True))
    told(state, agrees, asked)
    assert state.contradictions == 0


# Labels: own labels -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accuracy", "vouched"),
    [(0.0, -8), (math.nextafter(0.95, 0), -8), (0.95, 2), (math.nextafter(0.95, 1), 2), (1.0, 2)],
)
def test_own_labels_are_vouched_for_by_a_factory_that_was_right_often_enough(
    accuracy: float, vouched: int
) -> None:
    state = State(Rules(), accuracy)
    assert state.vouched == vouched
    assert state.own_share == (1.0 if vouched == 2 else 0.0)


def test_each_trusted_audit_that_agrees_adds_one_up_to_two() -> None:
    state = trained(Rules())
    seen = []
    for _ in range(12):
        told(state, True, TRUSTED)
        seen.append((state.vouched, state.own_share))
    assert seen == [
        *((k, 0.0) for k in range(-7, 0)),
        *((0, 0.25), (1, 0.5), (2, 1.0), (2, 1.0), (2, 1.0)),
    ]


def test_one_that_disagrees_takes_eight_down_to_minus_eight() -> None:
    state = trained(Rules(), accuracy=0.95)
    told(state, False, TRUSTED)
    assert (state.vouched, state.own_share) == (-6, 0.0)
    told(state, False, TRUSTED)
    assert state.vouched == -8
    told(state, True, TRUSTED)
    assert state.vouched == -7


@pytest.mark.parametrize(
    "asked",
    [Asked(AUDIT, False), *(Asked(r, t) for r in (AGAIN, DOUBT) for t in (True, False))],
)
@pytest.mark.parametrize("mode", Mode)
def test_only_audits_of_what_was_trusted_vouch(mode: Mode, asked: Asked) -> None:
    for accuracy, vouched in ((0.0, -8), (1.0, 2)):
        for agrees in (True, False):
            state = State(Rules(), accuracy)
            if mode is TRAINING:
                state.change(Event.COMMAND_TRAIN)
            told(state, agrees, asked)
            assert state.vouched == vouched


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_without_audits_own_labels_count_in_full(accuracy: float) -> None:
    assert State(Rules(audits=False), accuracy).own_share == 1.0


# Labels: settling ---------------------------------------------------------------------------------


def samples_to_settle(state: State, most: int = 2000) -> int | None:
    """Samples of training up to the one that settles."""
    return next((count for count in range(1, most) if state.settled()), None)


def test_training_settles_after_exactly_so_many_samples() -> None:
    for rules, expected in ((Rules(settle_after=5), 5), (Rules(), 256)):
        state = trained(rules)
        told(state, True), told(state, True)
        assert samples_to_settle(state) == expected


@pytest.mark.parametrize("labels", [0, 1])
def test_it_takes_two_labels_that_agree_to_settle(labels: int) -> None:
    state = trained(Rules(settle_after=5))
    for _ in range(labels):
        told(state, True)
    assert samples_to_settle(state) is None
    for _ in range(2 - labels):
        told(state, True)
    assert samples_to_settle(state) == 1  # calm for long


@pytest.mark.parametrize("asked", [DOUBTED, Asked(DOUBT, True)])
def test_a_disagreement_makes_the_calm_start_anew(asked: Asked) -> None:
    state = trained(Rules(settle_after=5))
    told(state, True), told(state, True), told(state, True)
    assert not any(state.settled() for _ in range(4))
    told(state, False, asked)
    assert samples_to_settle(state) is None
    told(state, False, asked), told(state, True)
    assert samples_to_settle(state) is None
    told(state, True)
    assert state.settled()
    told(state, False), told(state, True), told(state, True)
    assert samples_to_settle(state) == 5


def test_labels_that_agree_do_not_make_it_start_anew() -> None:
    state = trained(Rules(settle_after=5))
    told(state, True), told(state, True)
    assert not any(state.settled() for _ in range(4))
    told(state, True)
    assert state.settled()


def test_training_for_ever_never_settles() -> None:
    state = trained(Rules(settle_after=None))
    told(state, True), told(state, True)
    assert samples_to_settle(state) is None


@pytest.mark.parametrize("event", [Event.SETTLED, Event.COMMAND_STOP])
def test_every_training_counts_from_nothing(event: Event) -> None:
    state = trained(Rules(settle_after=5))
    told(state, False), told(state, True), told(state, True)
    for _ in range(4):
        state.settled()
    state.change(event)
    state.change(Event.COMMAND_TRAIN)
    assert (state.calm, state.agreed, state.labels, state.disagreeing) == (0, 0, 0, 0.0)
    assert samples_to_settle(state) is None
    told(state, True), told(state, True)
    assert state.settled()


# Going back ---------------------------------------------------------------------------------------


def sent_back(state: State) -> None:
    """Fourteen audits in which only the factory's model was right."""
    for count in range(14):
        verdict = label(state, TRUSTED, False, True)
        assert (verdict.event is Event.WENT_BACK) == (count == 13)
        if count < 13 and state.mode is PREDICTING:
            assert verdict == ("held", None)
    assert verdict == ("audited", Event.WENT_BACK)


@pytest.mark.parametrize("mode", Mode)
def test_where_the_factorys_model_is_better_it_goes_back(mode: Mode) -> None:
    state = trained(Rules(), accuracy=1.0) if mode is TRAINING else State(Rules(), accuracy=1.0)
    state.asked(AUDIT)
    sent_back(state)
    assert state.mode is PREDICTING
    assert (state.worse, state.vouched, state.own_share) == (True, -8, 0.0)
    assert state.troubles == (Trouble.WORSE,)
    assert (state.guard.evidence, state.guard.bets) == (0.0, 0)
    assert (state.again, state.doubted, state.interval, state.unanswered) == (False, 0, 1, 0)


@pytest.mark.parametrize("asked", [DOUBTED, Asked(AGAIN, True), Asked(DOUBT, True)])
def test_only_audits_bet_on_the_factory(asked: Asked) -> None:
    state = trained(Rules())
    for _ in range(40):
        label(state, asked, False, True)
    assert (state.guard.bets, state.audits, state.unfit) == (0, 0, 0.0)
    label(state, Asked(AUDIT, False), False, True)
    label(state, Asked(AUDIT, True), True, False)
    assert (state.guard.bets, state.audits) == (2, 2)
    assert state.guard.evidence == (0.875 + 0.125) * 0.25 * 2**32


def test_it_is_said_until_audits_vouch_for_the_model_again() -> None:
    state = State(Rules(), accuracy=1.0)
    sent_back(state)
    for _ in range(7):
        told(state, True, TRUSTED)
        assert Trouble.WORSE in state.troubles
    told(state, True, TRUSTED)
    assert state.vouched == 0
    assert state.troubles == ()


@pytest.mark.parametrize("mode", Mode)
def test_a_rollback_is_not_held_against_the_model(mode: Mode) -> None:
    for accuracy, vouched in ((1.0, 2), (0.0, -8)):
        state = State(Rules(), accuracy)
        sent_back(state)
        if mode is TRAINING:
            state.change(Event.COMMAND_TRAIN)
            assert state.worse
        state.change(Event.ROLLBACK)
        assert (state.worse, state.vouched) == (False, vouched)


def test_a_restart_forgets_all_but_the_days_labels_and_the_draws() -> None:
    state, fresh = (State(Rules(questions_per_day=9), 0.97, 4) for _ in range(2))
    state.sample(3 * DAY)
    state.asked(DOUBT), state.asked(DOUBT)
    kept = {"rules", "_accuracy", "_draws", "budget"}
    spoilt = object()
    for name in set(vars(state)) - kept:
        setattr(state, name, spoilt)
    state.restart()
    assert state.budget.today == 2
    assert (state.guard.evidence, state.guard.bets) == (0.0, 0)
    assert state.until_audit == 1
    for name in set(vars(fresh)) - kept - {"guard", "until_audit"}:
        assert vars(state)[name] == vars(fresh)[name], name


def test_a_rollback_goes_on_with_the_draws() -> None:
    state = State(Rules(), seed=2)
    for _ in range(30):
        state.change(Event.ROLLBACK)
    state.interval = 16
    state.asked(AUDIT)
    assert state.until_audit == 16 + list(itertools.islice(draws(2), 32))[31] % 16


# Troubles -----------------------------------------------------------------------------------------


def test_nothing_is_wrong_with_a_new_device() -> None:
    assert State(Rules()).troubles == trained().troubles == ()


def test_disagreeing_is_said_from_the_twenty_fourth_label_on() -> None:
    state = trained()
    for count in range(1, 31):
        told(state, False)
        assert (Trouble.DISAGREEING in state.troubles) == (count >= 24)
        assert state.labels == count
        assert state.disagreeing / ALL == pytest.approx(1 - 0.875**count, abs=1e-4)
    told(state, True)
    assert state.disagreeing / ALL == pytest.approx(0.875 * (1 - 0.875**30), abs=1e-4)


def test_disagreeing_is_more_than_six_in_ten_recent_labels() -> None:
    state = trained()
    state.labels, state.disagreeing = 24, 39321  # of 65,536
    assert state.troubles == ()
    state.disagreeing = 39322
    assert state.troubles == (Trouble.DISAGREEING,)
    state.labels = 23
    assert state.troubles == ()


def test_labels_that_were_held_do_not_count_as_disagreeing() -> None:
    state = trained()
    told(state, False, Asked(DOUBT, True))
    assert (state.labels, state.disagreeing) == (0, 0.0)
    predicting = State(Rules())
    told(predicting, True)
    assert (predicting.labels, predicting.disagreeing) == (1, 0.0)
    told(predicting, False)  # starts training, and is its first label
    assert (predicting.labels, predicting.disagreeing) == (1, ALL // 8)


def test_unfit_is_said_from_the_eighth_audit_on() -> None:
    state = trained(Rules())
    for count in range(1, 12):
        told(state, False, TRUSTED)
        assert (Trouble.UNFIT in state.troubles) == (count >= 8)
        assert state.audits == count
        assert state.unfit / ALL == pytest.approx(1 - 0.875**count, abs=1e-4)
    state.change(Event.COMMAND_STOP)
    state.change(Event.COMMAND_TRAIN)
    assert Trouble.UNFIT in state.troubles  # another training does not make it fit
    for _ in range(6):
        told(state, True, Asked(AUDIT, False))
    assert state.unfit / ALL == pytest.approx((1 - 0.875**11) * 0.875**6, abs=1e-3)
    assert Trouble.UNFIT not in state.troubles


def test_unfit_is_more_than_four_in_ten_recent_audits() -> None:
    state = trained()
    state.audits, state.unfit = 8, 26214  # of 65,536
    assert state.troubles == ()
    state.unfit = 26215
    assert state.troubles == (Trouble.UNFIT,)
    state.audits = 7
    assert state.troubles == ()


def test_silent_is_three_questions_that_nobody_answered() -> None:
    state = State(Rules())
    for count in range(1, 6):
        state.asked(DOUBT)
        assert (Trouble.SILENT in state.troubles) == (count >= 3)
    told(state, True)
    assert state.troubles == ()


def test_spent_is_said_until_the_next_day() -> None:
    state = State(Rules(questions_per_day=1))
    state.sample(0)
    state.asked(DOUBT)
    assert state.troubles == (Trouble.SPENT,)
    state.sample(DAY)
    assert state.troubles == ()


# Plain --------------------------------------------------------------------------------------------


def test_plain_asks_every_doubt_and_learns_every_label() -> None:
    state = trained(PLAIN)
    for count in range(200):
        assert until(state) == (1, DOUBT)
        state.asked(DOUBT)
        assert label(state, Asked(DOUBT, count % 3 == 0), count % 2 == 0, True) == ("learnt", None)
        assert not state.settled()
        state.sample(0)
        state.since -= 1
        assert state.reason(False) is None
    assert state.own_share == 1.0
