"""A device that computes and decides in whole numbers throughout: what firmware/odl.c does."""

from typing import Any

from tinyodl import drift, prune
from tinyodl.device import OnDeviceLearner
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.fixed.drift import Cusum
from tinyodl.fixed.policy import Auto
from tinyodl.model import Model


def device(
    model: Model,
    policy: prune.Policy | None = None,
    *,
    detector: drift.Detector | None = None,
    **more: Any,
) -> OnDeviceLearner:
    """As `OnDeviceLearner`. `auto` and the CUSUM are those in whole numbers; any other policy or
    detector is there to compare, and stays as it is."""
    arithmetic = FixedArithmetic(model)
    if policy is None or policy == prune.Auto():
        policy = Auto(arithmetic.core.usual)
    if model.calibration and (detector is None or isinstance(detector, drift.Cusum)):
        detector = Cusum(model.calibration)
    return OnDeviceLearner(model, policy, detector=detector, arithmetic=arithmetic, **more)
