"""One device meets its wearer: the stream, a policy, a teacher's labels, and what became of the
model."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.learn import OSELMClassifier, Outlook
from tinyodl.learn.rls import leverage, outputs
from tinyodl.prune import Decision, Policy


class Relearnt(NamedTuple):
    """model: as it is afterwards; per sample of the stream: predicted (before it is learnt), asked,
    confidence and theta in force when it was decided on."""

    model: OSELMClassifier
    predicted: NDArray[np.int64]
    asked: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    theta: NDArray[np.float64]


def relearn(
    model: OSELMClassifier, H: NDArray[np.float64], y: NDArray[np.int64], policy: Policy
) -> Relearnt:
    """A copy of the model lives through a stream: H (samples, d) features, y (samples,) the
    teacher's class numbers.

    Each sample is predicted first. One drift, at the start.
    """
    model = model.copy()
    count = len(y)
    predicted, asked = np.empty(count, np.int64), np.zeros(count, bool)
    confidence, theta = np.empty(count), np.empty(count)
    o = np.empty(model.beta_.shape[1])
    policy.start()
    kappa = 1.0
    for t in range(count):
        outputs(H[t], model.beta_, o)
        first = int(o.argmax())
        highest = o[first]
        o[first] = -np.inf
        margin = float(highest - o.max())
        theta[t], predicted[t], confidence[t] = policy.theta, first, margin
        outlook = Outlook(first, margin, leverage(H[t], model.P_))
        decision = policy.decide(outlook)
        label, weight = first, policy.own_weight
        if decision is Decision.ASK:
            asked[t] = True
            label, weight = int(y[t]), 1.0
            policy.told(outlook, label)
        if policy.kappa != kappa:
            model.boost(policy.kappa / kappa)
            kappa = policy.kappa
        if decision is not Decision.LEAVE and weight > 0:
            model.learn_features(H[t], label, weight)
    return Relearnt(model, predicted, asked, confidence, theta)
