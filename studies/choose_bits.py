"""How many bits P needs: as a triangle of whole numbers with one exponent, its diagonal rounded up
so that it stays positive definite, and as U D U^T as it is built; against floating point.

Every person is left out in turn, and a device lives through their stream. Accuracy in % afterwards
(the worst person's), questions, and what h^T P h is on the test windows over the factory's usual.

python studies/choose_bits.py [--data wrist.csv]     # without: the 25 of the embedded recordings
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tinyodl import teachers
from tinyodl.data import hapt
from tinyodl.data.table import Options, read
from tinyodl.device import OnDeviceLearner, live
from tinyodl.device.arithmetic import Arithmetic, FloatArithmetic
from tinyodl.experiments.trials import wearer
from tinyodl.fixed import FixedArithmetic
from tinyodl.model import Model
from tinyodl.windows import Source, Windows

Array = NDArray[np.float64]

TRIANGLE = (16, 18, 20, 24)


@njit(cache=True)  # type: ignore[misc]
def coarse(P, step, most, d):  # type: ignore[no-untyped-def]
    """P's triangle in multiples of step: to the nearest, the diagonal up."""
    k = 0
    for i in range(d):
        for _ in range(i):
            P[k] = step * min(max(np.floor(P[k] / step + 0.5), -most), most)
            k += 1
        P[k] = step * min(np.ceil(P[k] / step - 1e-9), most)
        k += 1


class Triangle(FloatArithmetic):
    """P in so many bits, all else in floating point."""

    def __init__(self, model: Model, bits: int) -> None:
        self._most = 2 ** (bits - 1) - 1
        self._step = 2.0 ** np.ceil(np.log2(np.abs(model.learner.P_).max())) / self._most
        super().__init__(model)

    def reset(self) -> None:
        super().reset()
        self._round()

    def learn(self, x: Array, k: int, weight: float, reach: float = 1.0) -> None:
        super().learn(x, k, weight, reach)
        self._round()

    def hold(self, x: Array, weight: float) -> None:
        super().hold(x, weight)
        self._round()

    def _round(self) -> None:
        coarse(self.learner.P_, self._step, self._most, len(self.learner.beta_))


def line(name: str, windows: Windows, people: list[int], bits: int) -> None:
    """Print what becomes of everybody."""
    right, asked, leverage = [], [], []
    for person in people:
        who = wearer.prepare(windows, person)
        made: dict[str, Callable[[], Arithmetic]] = {
            "floating point": partial(FloatArithmetic, who.model),
            "triangle": partial(Triangle, who.model, bits),
            "U D U^T": partial(FixedArithmetic, who.model),
        }
        arithmetic = made[name]()
        device = OnDeviceLearner(who.model, arithmetic=arithmetic)
        truth = windows.y[who.stream].tolist()
        lived = live(device, who.Z[who.stream], teachers.TrueLabels(truth))
        looks = [device.arithmetic.look(np.ascontiguousarray(x)) for x in who.Z[who.test]]
        predicted = np.array([look.predicted for look in looks])
        right.append(100 * (predicted == windows.y[who.test]).mean())
        asked.append(lived.asked.sum())
        leverage.append(np.mean([look.leverage for look in looks]) / who.model.leverage)
    print(
        f"{name:>14} {bits or '':2}  {np.mean(right):5.1f} ({min(right):5.1f})  "
        f"{np.mean(asked):6.1f}  {np.mean(leverage):5.2f}",
        flush=True,
    )


def main(data: Path | None) -> None:
    """A line for each width."""
    if data is None:
        kept = [r for r in hapt.load() if r.subject not in hapt.DRIFTED]
        source = Source(hapt.dataset(kept))
    else:
        options = Options(rate=None, acc_unit=None, gyro_unit=None, split_gaps=True, columns={})
        source = Source(read([data], options).dataset)
    windows, people = source.windows("compact"), list(source.subjects)
    print(" kept as     bits  right (worst)  questions  leverage")
    with threadpool_limits(1):
        line("floating point", windows, people, 0)
        for bits in TRIANGLE:
            line("triangle", windows, people, bits)
        line("U D U^T", windows, people, 16)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    main(parser.parse_args().data)
