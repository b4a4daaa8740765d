"""All that a device decides by: its two modes, and every counter that changes what it does next.

Theory of operation
-------------------
A device is in one of two modes, and TRANSITIONS is every way from one to the other. It does no
input or output, holds no model and no clock: `learner.py` asks this file what to do, and does it.

- *Asking.* A bout is asked once, from its `ripe`th window on (a transition is a bout of a window or
  two), and its answer passed on to the rest of it. It is asked for one of three reasons, looked for
  in this order: a disagreement that is to be confirmed (AGAIN), an audit that is due (AUDIT), or
  the policy's doubt (DOUBT). Between two questions lie `wait` samples: 1 after a label that
  disagreed, twice as many after each that agreed, up to `spacing`. Each question without an answer
  doubles that again, so that a teacher who is away is asked ever more rarely; any label sets it
  back. Where the teacher is there and does not know, bouts ripen a window later, for 8 answers.
  Nothing is asked beyond the budget (`budget.py`), and under one of which half is gone only what is
  twice as doubtful.
- *Audits* are drawn without looking at the model: so many bouts lie between two as the interval
  says, or up to twice as many. It is 1 at first: every bout is asked. Where the factory's model was
  right often enough on people it had not seen, it doubles with every label that agrees; else with
  every second audit that does. It is 1 again after a label that does not, and when training starts.
  While nobody answers there are none, or one in a long while.
- *Confirming.* A label is surprising where the prediction is to be trusted against it (it lies
  further below the prediction than what is doubted). It is not believed at once, since it would be
  for a whole bout: nothing is learnt, and the next sample is asked. Where the same bout gets the
  same label again, that counts, and so do surprising ones within DOUBTED samples after; where the
  label agrees, the teacher has contradicted itself. So one slip of a teacher starts no training,
  moves nothing.
- *Own labels.* `vouched` counts audits of trusted predictions: up one where the label agrees, to 2
  at most; down 8 where it does not, to -8 at least. Below 0 no own label is learnt; at 0, 1 and 2
  a quarter, half and all of the policy's weight counts. It starts at 2 where the factory's model
  was right often enough on people it had not seen, else at -8.
- *Training starts* by drift (the detector's), by a disagreement (an audit's or a doubt's) or by
  command. *It ends* by command, or as settled: `settle_after` samples without a disagreement, at
  least two labels among them.
- *Going back.* Where audits show that the factory's model is better (`guard.py`), or on command,
  the factory's model takes over and all of this starts anew.
- *Troubles* say what a person should look at; none of them stops the device.

Nothing here grows with time, and no counter multiplies the model's P: a restart, however often,
does nothing to what is known. `docs/device.md` states and proves what follows from that.
"""

import math
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from tinyodl.device.budget import Budget
from tinyodl.device.draws import Draws
from tinyodl.device.guard import Guard

AUDIT_FIRST, AUDIT_LAST = 1, 1024  # bouts between two audits, at least, at first and at last
AUDITS_EACH = 2  # that agree until it doubles, where the factory's word is not taken
AUDIT_SILENT = 128  # samples between two questions from which nobody's answer is audited for
RIPE, RIPE_LAST = 2, 8  # windows from which a bout may be asked, at first and at most
RIPENS = 8  # answers that one "don't know" is remembered over
SETTLE_AFTER = 256  # samples without a disagreement that end training
SETTLE_LABELS = 2  # of these at least so many were asked and agreed
DOUBTED = 32  # samples after one that was confirmed in which surprising labels are believed
SPACING = 4  # most samples from a question that was answered to the next
LONGEST_BACKOFF = 10  # doublings of the wait while nobody answers
VOUCHED_MOST = 2  # agreeing audits that make own labels count in full
VOUCHED_FINE = 8  # what one that disagrees takes away: own labels are for models right in 8 of 9
VOUCHED_FACTORY = 0.95  # right on people not seen, from which the factory's own word is taken
MARGIN = 0.15  # of the outputs: a label that the prediction has by so much is held, not learnt
REACH = 0.625  # of the outputs: a label is learnt until its activity leads by so much, no further

TROUBLE_LABELS = 24  # labels since training started before it is said that they keep disagreeing
TROUBLE_SHARE = 0.6  # of recent labels
UNFIT_AUDITS, UNFIT_SHARE = 8, 0.4  # audits at least, and recent ones of them that disagreed
RECENT = 3  # the latest label weighs 2^-RECENT in what is called recent
ALL = 2**16  # of recent labels: what shares are kept in
CONTRADICTION = 32  # labels that one contradiction is remembered over; two at once are a trouble
SILENCE = 3  # questions in a row that nobody answered


class Mode(Enum):
    """predicting: it may be trusted, and is asked ever more rarely; training: it errs, or something
    drifted, and every bout is asked until labels agree. Labels are learnt in both."""

    PREDICTING = "predicting"
    TRAINING = "training"


class Event(Enum):
    """What changes the mode."""

    DRIFT = "drift"  # the detector found drift
    DISAGREEMENT = "disagreement"  # the label of an audit was not what had been predicted
    COMMAND_TRAIN = "told to train"
    SETTLED = "settled"  # no label has disagreed for a while
    COMMAND_STOP = "told to stop"
    ROLLBACK = "rollback"  # told to go back to the factory's model
    WENT_BACK = "went back"  # audits showed the factory's model to be better


TRANSITIONS: Mapping[tuple[Mode, Event], Mode] = {
    (Mode.PREDICTING, Event.DRIFT): Mode.TRAINING,
    (Mode.PREDICTING, Event.DISAGREEMENT): Mode.TRAINING,
    (Mode.PREDICTING, Event.COMMAND_TRAIN): Mode.TRAINING,
    (Mode.PREDICTING, Event.ROLLBACK): Mode.PREDICTING,
    (Mode.PREDICTING, Event.WENT_BACK): Mode.PREDICTING,
    (Mode.TRAINING, Event.SETTLED): Mode.PREDICTING,
    (Mode.TRAINING, Event.COMMAND_STOP): Mode.PREDICTING,
    (Mode.TRAINING, Event.ROLLBACK): Mode.PREDICTING,
    (Mode.TRAINING, Event.WENT_BACK): Mode.PREDICTING,
}


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Mode.PREDICTING.value}"]
    lines += [
        f"    {a.value} --> {b.value}: {event.value}" for (a, event), b in TRANSITIONS.items()
    ]
    return "\n".join(lines)


class Reason(Enum):
    """Why a sample is asked."""

    AUDIT = "audit"  # drawn without looking at the model
    AGAIN = "again"  # the label before disagreed with what was trusted
    DOUBT = "doubt"  # the policy does not trust the prediction


class Trouble(Enum):
    """What a person should look at."""

    DISAGREEING = "labels keep disagreeing although they are learnt"
    CONTRADICTED = "labels contradict one another"
    UNFIT = "audits find the model wrong too often"
    WORSE = "the factory's model was better, and is back"
    SILENT = "nobody answers"
    SPENT = "the day's questions are spent"


class Rules(NamedTuple):
    """How a device behaves. audits: draw them, and with them go back and vouch for own labels;
    settle_after: samples, None to train for ever; spacing: most samples between questions;
    confirm: disagreements with what is trusted; bouts: ask once a bout, where the model tells them;
    margin: by which a prediction has a label that need not be learnt; reach: lead that a label is
    given at most (1: learnt in full); questions_per_hour,
    questions_per_day: budget, None for none; estimate: ask what `estimate.py` draws."""

    audits: bool = True
    settle_after: int | None = SETTLE_AFTER
    spacing: int = SPACING
    confirm: bool = True
    bouts: bool = True
    margin: float = MARGIN
    reach: float = REACH
    questions_per_hour: int | None = None
    questions_per_day: int | None = None
    estimate: bool = False


PLAIN = Rules(
    audits=False, settle_after=None, spacing=1, confirm=False, bouts=False, margin=math.inf, reach=1
)
"""Learns what its policy asks and nothing else: for comparing policies."""


class Asked(NamedTuple):
    """What a device remembers of a question: why it was asked, and whether its policy trusted the
    prediction then."""

    reason: Reason
    trusted: bool


class Verdict(NamedTuple):
    """What becomes of a label: "learnt", "audited" (compared only: the factory's model is back) or
    "held" (to be confirmed), and the event that it caused."""

    outcome: str
    event: Event | None = None


class State:
    """See the theory of operation above. accuracy: the factory's, on people it had not seen (0: not
    known); seed: of the draws."""

    SETTINGS = ("rules", "_accuracy")

    def __init__(self, rules: Rules, accuracy: float = 0.0, seed: int = 0) -> None:
        self.rules = rules
        self._accuracy = accuracy
        self._draws = Draws(seed)
        self.budget = Budget(rules.questions_per_hour, rules.questions_per_day)
        self.restart()

    def restart(self) -> None:
        """As it left the factory, but for the day's budget and the draws."""
        self.mode = Mode.PREDICTING
        self.guard = Guard()
        self.vouched = VOUCHED_MOST if self._fit else -VOUCHED_FINE
        self.worse = False
        self.audits = self.unfit = 0
        self.interval, self.until_audit = AUDIT_FIRST, self._draw(AUDIT_FIRST)
        self.agreeing = 0
        self.wait, self.since, self.unanswered = 1, SPACING, 0
        self.doubted, self.again = 0, False
        self.held: tuple[int, int] | None = None
        self.contradictions = self.puzzled = 0
        self._train_anew()

    def _train_anew(self) -> None:
        self.calm = self.agreed = self.labels = self.disagreeing = 0

    # Samples -------------------------------------------------------------------------------------

    def sample(self, now: int) -> None:
        """One more sample, at a time in ms."""
        self.since += 1
        if self.doubted:
            self.doubted -= 1
        self.budget.tick(now)

    def bout(self) -> None:
        """One more bout is ripe to be asked."""
        self.until_audit -= 1

    @property
    def _fit(self) -> bool:
        """Whether the factory's word is taken for its model."""
        return self._accuracy >= VOUCHED_FACTORY

    @property
    def ripe(self) -> int:
        """Windows from which a bout may be asked."""
        return RIPE - -self.puzzled // RIPENS

    def reason(self, doubt: bool) -> Reason | None:
        """Why this sample should be asked, if at all; doubt: the policy's."""
        if self.since < self.wait << self._backoff:
            return None
        if self.again:
            return Reason.AGAIN
        if self._audit_due:
            return Reason.AUDIT
        return Reason.DOUBT if doubt else None

    @property
    def _audit_due(self) -> bool:
        """Audits leave the few questions of a teacher who does not answer to doubt."""
        if not self.rules.audits or self.until_audit > 0:
            return False
        return not self.unanswered or self.since >= AUDIT_SILENT << self._backoff

    @property
    def drawing(self) -> bool:
        """Whether windows are drawn for the estimate."""
        return self.rules.estimate and self.budget.open

    @property
    def _backoff(self) -> int:
        """How often the wait is doubled while nobody answers."""
        unanswered = self.unanswered
        return unanswered if unanswered < LONGEST_BACKOFF else LONGEST_BACKOFF

    def asked(self, reason: Reason) -> None:
        """The sample was asked."""
        self.budget.asked()
        self.since = 0
        self.unanswered += 1
        self.again = False
        if reason is Reason.AUDIT:
            self.until_audit = self._draw(self.interval)

    @property
    def own_share(self) -> float:
        """What part of the policy's weight an own label is learnt with."""
        if not self.rules.audits:
            return 1.0
        return 0.0 if self.vouched < 0 else 2.0 ** (self.vouched - VOUCHED_MOST)

    def settled(self) -> bool:
        """One more sample of training went by: whether it ends."""
        self.calm += 1
        after = self.rules.settle_after
        return after is not None and self.calm >= after and self.agreed >= SETTLE_LABELS

    # Labels --------------------------------------------------------------------------------------

    def answered(self) -> None:
        """Somebody answered, whatever it was."""
        self.unanswered = 0
        self.puzzled = max(self.puzzled - 1, 0)

    def abstained(self) -> None:
        """Somebody did not know."""
        self.puzzled = min(self.puzzled + RIPENS, RIPENS * (RIPE_LAST - RIPE))

    def label(
        self,
        asked: Asked,
        agrees: bool,
        factory_right: bool,
        surprising: bool = False,
        said: tuple[int, int] = (0, 0),
    ) -> Verdict:
        """The label of a query: whether the present prediction agrees, and the factory's; whether
        the prediction is to be trusted against it; said: bout and class number."""
        self.answered()
        confirms = asked.reason is Reason.AGAIN and self.held == said
        held = self.rules.confirm and surprising and not (agrees or confirms or self.doubted)
        self._remember(asked, agrees)
        self.again, self.held = held, said if held else None
        if agrees:
            self.doubted = 0
        elif confirms:
            self.doubted = DOUBTED
        self._reconsider(asked.reason, agrees)
        if asked.reason is Reason.AUDIT and self._audited(asked.trusted, agrees, factory_right):
            return Verdict("audited", self.change(Event.WENT_BACK))
        event = None
        if self.mode is Mode.PREDICTING and not (agrees or held):
            event = self.change(Event.DISAGREEMENT)
        self.wait = min(2 * self.wait, self.rules.spacing) if agrees else 1
        self.calm, self.agreed = (self.calm, self.agreed + 1) if agrees else (0, 0)
        if held:
            return Verdict("held")
        self.labels += 1
        self.disagreeing = _recent(self.disagreeing, not agrees)
        return Verdict("learnt", event)

    def _reconsider(self, reason: Reason, agrees: bool) -> None:
        """How many bouts are to lie between two audits, and how many until the next."""
        if not agrees:
            self.interval, self.agreeing = AUDIT_FIRST, 0
        elif self._fit or reason is Reason.AUDIT:
            self.agreeing += 1
            if self._fit or self.agreeing == AUDITS_EACH:
                self.interval, self.agreeing = min(2 * self.interval, AUDIT_LAST), 0
        self.until_audit = self._draw(self.interval)

    def _remember(self, asked: Asked, agrees: bool) -> None:
        if asked.reason is Reason.AGAIN and agrees:
            self.contradictions = min(self.contradictions + CONTRADICTION, 4 * CONTRADICTION)
        else:
            self.contradictions = max(self.contradictions - 1, 0)

    def _audited(self, trusted: bool, agrees: bool, factory_right: bool) -> bool:
        """What an audit tells; whether the factory's model is to go back."""
        self.audits += 1
        self.unfit = _recent(self.unfit, not agrees)
        if trusted:
            self.vouched += 1 if agrees else -VOUCHED_FINE
            self.vouched = min(max(self.vouched, -VOUCHED_FINE), VOUCHED_MOST)
        if self.vouched >= 0:
            self.worse = False
        return self.guard.update(factory_right, agrees)

    # Modes ---------------------------------------------------------------------------------------

    def change(self, event: Event) -> Event:
        """Take a transition; KeyError where there is none."""
        self.mode = TRANSITIONS[self.mode, event]
        if self.mode is Mode.TRAINING:
            self._train_anew()
            self.interval, self.agreeing = AUDIT_FIRST, 0
            self.until_audit = min(self.until_audit, self._draw(AUDIT_FIRST))
        elif event in (Event.ROLLBACK, Event.WENT_BACK):
            self.restart()
            if event is Event.WENT_BACK:
                self.worse, self.vouched = True, -VOUCHED_FINE
        return event

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What a person should look at now."""
        found = (
            self.labels >= TROUBLE_LABELS and self.disagreeing > TROUBLE_SHARE * ALL,
            self.contradictions > CONTRADICTION,
            self.audits >= UNFIT_AUDITS and self.unfit > UNFIT_SHARE * ALL,
            self.worse,
            self.unanswered >= SILENCE,
            self.budget.spent,
        )
        if not any(found):  # asked for every sample
            return ()
        return tuple(trouble for trouble, named in zip(Trouble, found, strict=True) if named)

    def _draw(self, interval: int) -> int:
        """interval (a power of two) or up to twice as many."""
        return interval + self._draws.next() % interval


def _recent(share: int, one: bool) -> int:
    """The share of recent ones, in 1 / ALL, with one more."""
    return share + ((one * ALL - share) >> RECENT)
