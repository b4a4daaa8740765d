"""One device meets its wearer: the stream, a policy, a teacher's labels, and what became of the model."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.learn import OSELMClassifier
from tinyodl.learn.rls import outputs
from tinyodl.prune import Decision, Policy


class Relearnt(NamedTuple):
    """model: as it is afterwards; per sample of the stream: predicted (before it is learnt), asked, confidence
    and theta in force when it was decided on."""

    model: OSELMClassifier
    predicted: NDArray[np.int64]
    asked: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    theta: NDArray[np.float64]


def relearn(model: OSELMClassifier, H: NDArray[np.float64], y: NDArray[np.int64], policy: Policy) -> Relearnt:
    """A copy of the model lives through a stream: H (samples, d) features, y (samples,) the teacher's class numbers.

    Each sample is predicted first. One drift, at the start.
    """
    model = model.copy()
    count = len(y)
    predicted, asked = np.empty(count, np.int64), np.zeros(count, bool)
    confidence, theta = np.empty(count), np.empty(count)
    o = np.empty(model.beta_.shape[1])
    model.boost(policy.start())
    for t in range(count):
        outputs(H[t], model.beta_, o)
        first = int(o.argmax())
        highest = o[first]
        o[first] = -np.inf
        margin = float(highest - o.max())
        theta[t], predicted[t], confidence[t] = policy.theta, first, margin
        decision = policy.decide(margin)
        if decision is Decision.ASK:
            asked[t] = True
            label = int(y[t])
            factor = policy.told(margin, label == first)
            if factor != 1.0:
                model.boost(factor)
            model.learn_features(H[t], label)
        elif decision is Decision.OWN and (weight := policy.own_weight) > 0:
            model.learn_features(H[t], first, weight)
    return Relearnt(model, predicted, asked, confidence, theta)
