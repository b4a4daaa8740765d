"""What a device computes, in whole numbers: `device.Arithmetic` over `core.py`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyodl.fixed import core
from tinyodl.fixed.bouts import Stream
from tinyodl.fixed.convert import Core, convert, product, scales
from tinyodl.fixed.nodes import nodes
from tinyodl.learn import OSELMClassifier, Outlook, rls
from tinyodl.model import Model

Array = NDArray[np.float64]

KNOWN = 3  # below a 2^-KNOWN of the usual leverage a label leaves P as it is


class FixedArithmetic:
    """limited: how often a number was at its limit; refused: steps that were left out because a
    leverage was too great; repaired: how often P had changed by itself, and was the factory's
    again; total: 1 / weight + h^T P h of the last step, leverage: of the last look, both A_BITS.
    model: the factory's, which is not changed."""

    def __init__(self, model: Model) -> None:
        self._model, self._factory = model, convert(model)
        self._step = scales(model.learner, model.scaler.clip)
        self._input_step = model.scaler.clip / core.H
        self._nodes = nodes(model.learner, model.scaler.clip)
        self.usual = self._factory.usual / 2.0**core.A_BITS
        self.limited = self.refused = self.repaired = self.total = self.leverage = 0
        self.core: Core
        self.labels: list[Any]
        self.reset()

    def look(self, x: Array) -> Outlook:
        h, now = self._h(x), self._sound()
        core.outputs(h, now.b, self._o)
        core.project(h, now.U, self._f)
        lever = self.leverage = int(core.leverage(self._f, now.mantissa, now.exponent))
        second, first = np.partition(self._o, -2)[-2:]
        one = 2.0**now.o_bits
        return Outlook(int(self._o.argmax()), float(first - second) / one, lever / 2.0**core.A_BITS)

    def _sound(self) -> Core:
        """The present core. Where P is not what it was left as (a bit that flipped), it is the
        factory's again, and what was learnt stays."""
        now, first = self.core, self._factory
        if core.checksum(now.U, now.mantissa, now.exponent) != self._sum:
            parts = (first.U.copy(), first.mantissa.copy(), first.exponent.copy())
            self.core = now._replace(U=parts[0], mantissa=parts[1], exponent=parts[2])
            self.repaired += 1
            self._count()
        return self.core

    def _count(self) -> None:
        now = self.core
        self._sum = core.checksum(now.U, now.mantissa, now.exponent)

    @property
    def outputs(self) -> Array:
        return np.asarray(self._o / 2.0**self.core.o_bits)

    @property
    def learner(self) -> OSELMClassifier:
        """The present model in floating point: the same weights, of inputs that are not rounded."""
        now, learner = self.core, self._model.learner.copy()
        D = now.mantissa * 2.0 ** -now.exponent.astype(np.float64)
        P = product(now.U / 2.0**core.U_BITS, D) / np.outer(self._step, self._step)
        beta = now.b / 2.0**now.o_bits / self._step[:, None]
        learner.restore(np.array(self.labels), learner.alpha_, rls.triangle(P), beta)
        return learner

    def factory(self, x: Array) -> int:
        core.outputs(self._h(x), self._factory.b, self._first)
        return int(self._first.argmax())

    def learn(self, x: Array, k: int, weight: float, reach: float = 1.0) -> None:
        self._narrow(self._h(x), weight, self._factory.usual >> KNOWN, (k, reach))

    def hold(self, x: Array, weight: float) -> None:
        self._narrow(self._h(x), weight, 0, None)

    def add(self, label: Any) -> None:
        self.labels.append(label)
        b = np.hstack([self.core.b, np.zeros((len(self.core.b), 1), np.int64)])
        self.core = self.core._replace(b=b)
        self._o = core.empty(len(self.labels))

    def bouts(self) -> Stream | None:
        told = self._model.bouts
        step = np.full(len(self._model.names), self._input_step)
        return Stream(told, step) if told else None

    def reset(self) -> None:
        self.core, self.dither = self._factory.copy(), core.FIRST_DITHER
        self._count()
        self.labels = self._model.learner.classes_.tolist()
        d, m = self.core.b.shape
        self._o, self._first, self._f, self._u = map(core.empty, (m, m, d, d))

    def kept(self) -> dict[str, Array]:
        names = ("U", "mantissa", "exponent", "b")
        parts = {name: getattr(self.core, name).astype(np.float64) for name in names}
        return parts | {"dither": np.array([self.dither], float)}

    def resume(self, labels: list[Any], kept: Mapping[str, NDArray[Any]]) -> None:
        now = self._factory._replace(
            U=kept["U"].astype(np.int64),
            mantissa=kept["mantissa"].astype(np.int64),
            exponent=kept["exponent"].astype(np.int64),
            b=kept["b"].astype(np.int64),
        )
        now.check(len(self._step), len(labels))
        self.reset()
        self.core, self.labels, self._o = now, list(labels), core.empty(len(labels))
        self.dither = int(kept["dither"][0])
        self._count()

    def _h(self, x: Array) -> NDArray[np.int64]:
        """h (d,) of scaled inputs x (n,)."""
        if x.shape != (len(self._model.names),) or not np.isfinite(x).all():
            raise ValueError(f"x must be {len(self._model.names)} finite numbers, got {x}")
        whole = np.clip(np.rint(x / self._input_step), -core.H, core.H).astype(np.int64)
        parts = [whole, np.array([core.H])] if self._model.learner.direct else []
        if self._nodes:
            parts.append(self._nodes.of(whole))
        return np.concatenate(parts)

    def _narrow(
        self, h: NDArray[np.int64], weight: float, known: int, told: tuple[int, float] | None
    ) -> None:
        """P of a step, where that changes it, and b of one that is told something."""
        now = self._sound()
        alpha = round(2.0**core.A_BITS / weight)
        core.project(h, now.U, self._f)
        change = told is None or core.leverage(self._f, now.mantissa, now.exponent) > known
        total, limited = core.narrow(
            self._f, alpha, now.U, now.mantissa, now.exponent, now.u_bits, change, self._u
        )
        self._count()
        self.total = int(total)
        self.limited += limited
        if not total:
            self.refused += 1
            return
        if told is None:
            return
        k, reach = told
        core.outputs(h, now.b, self._o)
        gain = core.empty(len(self._o))
        ahead = round(reach * 2**now.o_bits) if reach < 1 else 0
        share = core.share_of(self._o, k, total, alpha, ahead, now.o_bits)
        core.follow(self._o, k, share, now.o_bits, gain)
        limited, self.dither = core.move(self._u, gain, now.u_bits, now.b, self.dither)
        self.limited += limited
