"""Questions: which window, their queue, and what a label means for the mode: `device/state.py`."""

from tinyodl.device.guard import HIGHEST as GUARD_HIGHEST
from tinyodl.device.pending import LONGEST
from tinyodl.device.state import (
    ALL,
    AUDIT_FIRST,
    AUDIT_LAST,
    AUDIT_SILENT,
    AUDITS_EACH,
    CONTRADICTION,
    DOUBTED,
    LONGEST_BACKOFF,
    RECENT,
    SILENCE,
    SPACING,
    TROUBLE_LABELS,
    TROUBLE_SHARE,
    UNFIT_AUDITS,
    UNFIT_SHARE,
    VOUCHED_FINE,
    VOUCHED_MOST,
)
from tinyodl.rtl.language import down, left, minus, negative, plus, right
from tinyodl.rtl.program.bouts import NONE, begin_bout
from tinyodl.rtl.program.budget import spent
from tinyodl.rtl.program.learning import CLASSES, factory_model
from tinyodl.rtl.program.names import core, s
from tinyodl.rtl.program.numbers import drawn, length
from tinyodl.rtl.program.policy import policy_start

PREDICTING, TRAINING = 0, 1
AUDIT, AGAIN, DOUBT = 1, 2, 3
WHY, TRUSTED, IN_BOUT = 3, 4, 8  # flags of a question
NOTHING, DRIFT, DISAGREEMENT, TRAIN, SETTLED, STOP, ROLLBACK, WENT_BACK = range(8)
LEARNT, AUDITED, HELD, ABSTAINED, UNKNOWN, REFUSED = range(6)
TROUBLED, UNFIT = int(TROUBLE_SHARE * ALL), int(UNFIT_SHARE * ALL)


def interval_drawn() -> int:
    s.draws = drawn(s.draws)
    return s.interval + (s.draws & s.interval - 1)


def train_anew() -> None:
    s.calm = 0
    s.agreed = 0
    s.labels = 0
    s.disagreeing = 0


def restart() -> None:
    s.mode = PREDICTING
    s.evidence_high = 0
    s.evidence_low = 0
    s.bets = 0
    s.vouched = -VOUCHED_FINE
    if s.trusted:
        s.vouched = VOUCHED_MOST
    s.worse = 0
    s.audits_made = 0
    s.unfit = 0
    s.interval = AUDIT_FIRST
    s.until_audit = interval_drawn()
    s.agreeing = 0
    s.wait = 1
    s.since = SPACING
    s.unanswered = 0
    s.doubted = 0
    s.again = 0
    s.held = 0
    s.contradictions = 0
    s.puzzled = 0
    train_anew()


def fresh() -> None:
    """The factory's model, and what is said of it."""
    factory_model()
    k = 0
    while k < CLASSES:
        s.votes_low[k] = 0
        s.votes_high[k] = 0
        k += 1
    begin_bout()
    s.queued = 0
    policy_start()
    s.shortfall = 0


def change(event: int) -> None:
    """A transition, with all that it means."""
    s.event = event
    s.mode = PREDICTING
    if event in (ROLLBACK, WENT_BACK):
        restart()
        if event == WENT_BACK:
            s.worse = 1
            s.vouched = -VOUCHED_FINE
        fresh()
    elif event in (SETTLED, STOP):
        s.shortfall = 0
    else:
        s.mode = TRAINING
        train_anew()
        s.interval = AUDIT_FIRST
        s.agreeing = 0
        soon = interval_drawn()
        if not negative(s.until_audit) and soon < s.until_audit:
            s.until_audit = soon
        policy_start()


def backoff() -> int:
    if s.unanswered < LONGEST_BACKOFF:
        return s.unanswered
    return LONGEST_BACKOFF


def reason(doubt: bool) -> int:
    """Why this window is to be asked, 0 where not."""
    if s.since < s.wait << backoff():
        return 0
    if s.again:
        return AGAIN
    due = s.audits and (negative(s.until_audit) or s.until_audit == 0)
    if due and (not s.unanswered or s.since >= AUDIT_SILENT << backoff()):
        return AUDIT
    if doubt:
        return DOUBT
    return 0


def ask(why: int, trusted: bool, in_bout: bool) -> None:
    """The window that was just looked at."""
    flags = why
    if trusted:
        flags += TRUSTED
    if in_bout:
        flags += IN_BOUT
        s.asked = 1
    s.question[s.queued] = s.number << 16 | s.sample & 0xFFFF
    s.place[s.queued] = s.place[s.queued] >> 16 << 16 | flags  # those of before a rollback go
    s.queued += 1
    s.today += 1
    s.this_hour += 1
    s.last_asked_high = s.now_high
    s.last_asked_low = s.now_low
    s.ever_asked = 1
    s.since = 0
    if s.unanswered < 255:
        s.unanswered += 1
    s.again = 0
    if why == AUDIT:
        s.until_audit = interval_drawn()
    s.why = why
    s.questions += 1
    core.interrupt = 1


def queued(sample: int) -> int:
    """The place of a question in the queue, NONE where it is in none."""
    if s.next - sample > LONGEST:
        return NONE
    i = 0
    while i < s.queued:
        if (s.question[i] ^ sample) & 0xFFFF == 0:
            return i
        i += 1
    return NONE


def unqueue(i: int) -> None:
    """Its place comes right behind the next window's, which stays the first of the free ones."""
    place = s.place[i] >> 16 << 16
    while i < s.queued:
        s.question[i] = s.question[i + 1]
        s.place[i] = s.place[i + 1]
        i += 1
    s.place[i] = place
    s.queued -= 1


def answered() -> None:
    s.unanswered = 0
    if s.puzzled:
        s.puzzled -= 1


def recent(share: int, one: bool) -> int:
    """A share that follows what is so."""
    off = 0 - share
    if one:
        off += ALL
    return share + down(off, RECENT)


def guard(factory_right: bool, present_right: bool) -> bool:
    """One audit: whether the factory's model is better."""
    if factory_right == present_right:
        return False
    s.bets += 1
    high, low = right(1, 0, (length(s.bets) << 1) - 1)
    high, low = plus(high, low, s.evidence_high, s.evidence_low)
    if factory_right:
        more_high, more_low = left(high, low, 3)
        high, low = minus(more_high, more_low, high, low)
    high, low = right(high, low, 2)
    s.evidence_high = high
    s.evidence_low = low
    return high >= GUARD_HIGHEST


def audited(trusted: bool, agrees: bool, factory_right: bool) -> bool:
    """Whether it goes back."""
    s.audits_made += 1
    s.unfit = recent(s.unfit, not agrees)
    if trusted:
        vouched = s.vouched - VOUCHED_FINE
        if agrees:
            vouched = s.vouched + 1
        if negative(vouched + VOUCHED_FINE):
            vouched = -VOUCHED_FINE
        if not negative(vouched) and vouched > VOUCHED_MOST:
            vouched = VOUCHED_MOST
        s.vouched = vouched
    if not negative(s.vouched):
        s.worse = 0
    return guard(factory_right, agrees)


def reconsider(why: int, agrees: bool) -> None:
    """When the next audit is."""
    if not agrees:
        s.interval = AUDIT_FIRST
        s.agreeing = 0
    elif s.trusted or why == AUDIT:
        s.agreeing += 1
        if s.trusted or s.agreeing == AUDITS_EACH:
            if s.interval < AUDIT_LAST:
                s.interval <<= 1
            s.agreeing = 0
    s.until_audit = interval_drawn()


def verdict(
    flags: int, agrees: bool, factory_right: bool, surprising: bool, bout: int, k: int
) -> int:
    """What becomes of a label; what it causes is taken."""
    why = flags & WHY
    answered()
    confirms = why == AGAIN and s.held and s.held_bout == bout and s.held_class == k
    held = surprising and not agrees and not confirms and not s.doubted
    if why == AGAIN and agrees:
        s.contradictions += CONTRADICTION
        if s.contradictions > 4 * CONTRADICTION:
            s.contradictions = 4 * CONTRADICTION
    elif s.contradictions:
        s.contradictions -= 1
    s.again = held
    s.held = held
    s.held_bout = bout
    s.held_class = k
    if agrees:
        s.doubted = 0
    elif confirms:
        s.doubted = DOUBTED
    reconsider(why, agrees)
    if why == AUDIT and audited(flags & TRUSTED, agrees, factory_right):
        change(WENT_BACK)
        return AUDITED
    if s.mode == PREDICTING and not agrees and not held:
        change(DISAGREEMENT)
    if agrees:
        s.wait <<= 1
        if s.wait > s.spacing:
            s.wait = s.spacing
        s.agreed += 1
    else:
        s.wait = 1
        s.calm = 0
        s.agreed = 0
    if held:
        return HELD
    s.labels += 1
    s.disagreeing = recent(s.disagreeing, not agrees)
    return LEARNT


def troubles() -> None:
    """What a person should look at now, in bits."""
    s.troubles = 0
    if s.labels >= TROUBLE_LABELS and s.disagreeing > TROUBLED:
        s.troubles += 1
    if s.contradictions > CONTRADICTION:
        s.troubles += 2
    if s.audits_made >= UNFIT_AUDITS and s.unfit > UNFIT:
        s.troubles += 4
    if s.worse:
        s.troubles += 8
    if s.unanswered >= SILENCE:
        s.troubles += 16
    if spent():
        s.troubles += 32
