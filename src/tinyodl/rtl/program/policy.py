"""What is asked: `fixed/policy.py`."""

from tinyodl.fixed.policy import (
    AMBIGUOUS,
    FALL,
    FAR,
    FIRST_KAPPA,
    FULL_OWN,
    HIGHEST,
    LAST_KAPPA,
    LOWEST,
    OWN,
    START,
)
from tinyodl.rtl.language import less, product
from tinyodl.rtl.program.names import carry, s
from tinyodl.rtl.program.numbers import whole_confidence


def policy_start() -> None:
    s.theta = START
    s.kappa = FIRST_KAPPA
    s.disagreed = 0
    s.named = 0


def unsure(confidence: int) -> bool:
    """confidence usual <= theta (usual + min(r, usual 2^FAR)), of 64 bits."""
    far = s.leverage
    if far >> FAR >= s.usual:
        far = s.usual << FAR
    together = s.usual + far
    over = carry()
    high, low = product(s.theta, together)
    if over:
        high += s.theta
    of_confidence, of_confidence_low = product(confidence, s.usual)
    return not less(high, low, of_confidence, of_confidence_low)


def doubts(confidence: int) -> bool:
    """Where it is not known well either."""
    if s.usual and s.leverage <= (s.usual - 1) >> AMBIGUOUS:
        return False
    return unsure(confidence)


def doubtful() -> bool:
    return doubts(whole_confidence(s.confidence, 0))


def policy_told(label: int) -> None:
    confidence = whole_confidence(s.confidence, 0)
    s.named |= 1 << label
    wrong = label != s.predicted
    if doubts(confidence):
        if wrong:
            s.theta <<= 1
        else:
            s.theta -= s.theta >> FALL
        if s.theta < LOWEST:
            s.theta = LOWEST
        if s.theta > HIGHEST:
            s.theta = HIGHEST
    elif wrong:
        while s.theta < HIGHEST and not unsure(confidence):
            s.theta <<= 1
            if s.theta > HIGHEST or not s.theta:  # 0 by a bit that flipped: it would stay so
                s.theta = HIGHEST
    if wrong and s.disagreed and s.kappa < LAST_KAPPA:
        s.kappa += 1
    s.disagreed = wrong


def own_halvings() -> int:
    """Of what an own label weighs in labels."""
    halvings = OWN + FULL_OWN
    rest = s.named
    while rest and halvings > OWN:
        halvings -= rest & 1
        rest >>= 1
    return halvings
