"""The commands: a window, a label, and what a person does: `device/learner.py`.

Whether a window is drawn, to estimate how right the device is, is the host's to say (`ask_drawn`):
its sums are of no use to the core.
"""

from tinyodl.device.bout import BEFORE
from tinyodl.device.pending import LONGEST
from tinyodl.device.state import RIPE, RIPE_LAST, RIPENS, SETTLE_LABELS
from tinyodl.rtl.language import minus
from tinyodl.rtl.learner import Operation
from tinyodl.rtl.program.asking import (
    ABSTAINED,
    AUDIT,
    AUDITED,
    DRIFT,
    HELD,
    IN_BOUT,
    LEARNT,
    NOTHING,
    PREDICTING,
    REFUSED,
    ROLLBACK,
    SETTLED,
    STOP,
    TRAIN,
    TRAINING,
    UNKNOWN,
    WHY,
    answered,
    ask,
    change,
    fresh,
    queued,
    reason,
    restart,
    troubles,
    unqueue,
    verdict,
)
from tinyodl.rtl.program.bouts import NONE, begin_bout, pause, ripe, ripe_age, ripens, take_in
from tinyodl.rtl.program.budget import budget_open, scarce, tick
from tinyodl.rtl.program.detector import adapt, drifts
from tinyodl.rtl.program.learning import (
    CLASSES,
    learn,
    learn_label,
    learn_own,
    look,
    of_factory,
    weighing,
)
from tinyodl.rtl.program.names import carry, core, run, s, vectors
from tinyodl.rtl.program.numbers import whole_confidence
from tinyodl.rtl.program.policy import doubtful, doubts, policy_told

AVERAGE = int(Operation.AVERAGE)
FINE, MARKED = 1, 2  # how a window was sensed
MOST_PUZZLED = RIPENS * (RIPE_LAST - RIPE)
# Of the shape; the compiler has their values.
QUEUE = SAMPLES = SLOT = CONSTANT_WORD = CONSTANT = DIRECT = NODES = 0


def initialise() -> None:
    """The factory's model on a device that has seen nothing."""
    word = SAMPLES
    i = 0
    while i <= QUEUE:
        s.place[i] = word << 16
        if DIRECT:
            vectors[(word << 1) + CONSTANT_WORD] = CONSTANT
        word += SLOT
        i += 1
    s.of = 0
    s.stray = 0
    s.windows = 0
    s.hour = 0
    s.day = 0
    s.today = 0
    s.this_hour = 0
    s.ever_asked = 0
    s.ever_sampled = 0
    s.next = 0
    s.limited = 0
    s.refused = 0
    s.repaired = 0
    s.dropped = 0
    s.questions = 0
    s.queued = 0
    s.classes = s.factory_classes
    s.number = -1
    core.interrupt = 0
    registers()
    restart()
    begin_bout()
    fresh()
    s.event = NOTHING
    finished()


def wake() -> None:
    """Power is back, which memories have had all the time."""
    registers()
    finished()


def registers() -> None:
    core.classes = s.classes
    core.u_bits = s.u_bits
    if NODES:
        core.nodes = s.nodes
        core.seed = s.seed
    core.place = s.place[s.queued] >> 16


def decide() -> None:
    """Learn the bout's answer, ask the window, learn the own label, or leave it."""
    age = ripe_age()
    if ripens(age):
        s.until_audit -= 1
    if s.answer != NONE:
        s.passed += 1
        learn_label(s.answer)
        return
    doubt = doubtful()
    if ripe(age) and s.queued < QUEUE:
        worth = doubt
        halved = scarce()
        if halved and doubt:
            worth = doubts(whole_confidence(s.confidence, halved))
        why = reason(worth)
        if why and budget_open():
            ask(why, not doubt, True)
            return
    if not doubt:
        learn_own()


def sample() -> None:
    look(s.place[s.queued] >> 16)
    s.event = NOTHING
    s.why = 0
    s.taken = 0
    if s.ever_sampled:
        high, low = minus(s.now_high, s.now_low, s.last_sample_high, s.last_sample_low)
        if not carry() and (high or low > s.gap):
            pause()
    s.last_sample_high = s.now_high
    s.last_sample_low = s.now_low
    s.ever_sampled = 1
    s.sample = s.next
    s.next += 1
    s.since += 1
    if s.doubted:
        s.doubted -= 1
    tick()
    if s.queued and (s.sample - s.question[0] & 0xFFFF) >= LONGEST:
        unqueue(0)
        s.dropped += 1
    inside = NONE
    if s.sensed != MARKED:
        inside = take_in()
    s.activity = inside
    if inside == NONE:
        s.activity = s.predicted
    if s.sensed == FINE or (s.sensed != MARKED and s.leverage <= s.usual):
        if s.mode == PREDICTING and drifts():
            change(DRIFT)
        if inside != NONE:
            s.taken = 1
            decide()
        if s.mode == TRAINING and s.event == NOTHING:
            adapt()
            s.calm += 1
            if s.settle_after and s.calm >= s.settle_after and s.agreed >= SETTLE_LABELS:
                change(SETTLED)
    finished()


def ask_drawn() -> None:
    """The window that was just looked at, to say how right the device is."""
    ask(AUDIT, not doubtful(), s.taken)
    finished()


def finished() -> None:
    s.open = s.queued < QUEUE and budget_open()
    troubles()
    core.place = s.place[s.queued] >> 16


def label() -> None:
    s.event = NOTHING
    s.outcome = said()
    finished()


def said() -> int:
    """What becomes of a label."""
    i = queued(s.about)
    if i == NONE or (s.label != NONE and s.label > s.classes):
        return UNKNOWN
    bout = s.question[i] >> 16
    flags = s.place[i] & 0xFFFF
    word = s.place[i] >> 16
    unqueue(i)
    if s.label == NONE:
        s.puzzled += RIPENS
        if s.puzzled > MOST_PUZZLED:
            s.puzzled = MOST_PUZZLED
        return ABSTAINED
    if not flags & IN_BOUT:
        answered()
        return AUDITED
    if s.label >= CLASSES:
        answered()
        return REFUSED
    look(word)
    factory_right = False
    if flags & WHY == AUDIT:
        factory_right = of_factory(s.label)
    agrees = s.predicted == s.label
    surprising = False
    if s.confirm and not agrees:
        gap = s.o[s.predicted]
        if s.label < s.classes:
            gap -= s.o[s.label]
        surprising = not doubts(whole_confidence(gap, 0))
    held_bout = 0
    held_class = 0
    if s.told:
        held_bout = bout
        held_class = s.label
    outcome = verdict(flags, agrees, factory_right, surprising, held_bout, held_class)
    if outcome == LEARNT:
        if s.label == s.classes:
            s.o[s.label] = 0
            s.votes_low[s.label] = 0
            s.votes_high[s.label] = 0
            s.classes += 1
            core.classes = s.classes
        policy_told(s.label)
        learn_label(s.label)
    if bout == s.number:
        bout_answered(outcome, word)
    return outcome


def bout_answered(outcome: int, word: int) -> None:
    """The bout that the device is in has a label."""
    if outcome == HELD:
        s.asked = 0  # to be confirmed
        return
    if s.told:
        if outcome == LEARNT and s.age >= 2:
            count = s.age - 1
            if count > BEFORE:
                count = BEFORE
            core.place = word
            run(AVERAGE)
            look(word)
            learn(s.label, weighing(count, s.kappa))
        s.answer = s.label


def rollback() -> None:
    change(ROLLBACK)
    finished()


def by_hand() -> None:
    """Start or stop training; nothing where that is so already."""
    s.event = NOTHING
    if s.mode != s.train:
        if s.train:
            change(TRAIN)
        else:
            change(STOP)
    finished()


def paused() -> None:
    pause()
    finished()


COMMANDS = ("initialise", "wake", "sample", "label", "ask_drawn", "paused", "by_hand", "rollback")
