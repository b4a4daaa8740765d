"""What a device spends: on a query, on learning, on predicting, on a day of wear.

Every figure and its source stands in a table, `nrf52840.toml` beside this file; another table can
take its place.
"""

import math
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

DAY = 86_400.0  # s
_DIVIDE = ("clock", "interval")


class EnergyError(ValueError):
    """A table of figures that cannot be used; the text says which figure."""


class Spent(NamedTuple):
    """mJ each: of a query with its answer, of learning a sample, of predicting one from its
    readings."""

    query: float
    learn: float
    predict: float


class Energy:
    """The model over a table of figures. path: a table of one's own; None for the nRF52840 with
    BLE.

    EnergyError where the table lacks a figure, with its name.
    """

    def __init__(self, path: Path | None = None) -> None:
        text = resources.files("tinyodl.energy").joinpath("nrf52840.toml").read_text()
        names = tomllib.loads(text).keys()
        try:
            self.table: dict[str, dict[str, Any]] = tomllib.loads(
                text if path is None else path.read_text()
            )
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise EnergyError(
                f"{path}: not a table of figures in TOML ({error}): copy "
                "tinyodl/energy/nrf52840.toml, and change its values"
            ) from None
        for name in names:
            row = self.table.get(name)
            value = row.get("value") if isinstance(row, dict) else None
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not 0 <= value < math.inf
            ):
                raise EnergyError(
                    f"{path}: [{name}] needs a value of 0 or more; copy "
                    "tinyodl/energy/nrf52840.toml"
                )
            if name in _DIVIDE and not value:
                raise EnergyError(f"{path}: [{name}] is 0, and is divided by: give one above 0")
        self._f = {name: float(self.table[name]["value"]) for name in names}

    @property
    def unchecked(self) -> list[str]:
        """Figures that were not compared with their source."""
        return [name for name, row in self.table.items() if not row.get("checked", False)]

    def air(self, sent: int, received: int, packets: int = 1) -> float:
        """mJ of bytes on the air, packet overheads included: each packet ramps up, and is answered
        by an empty one."""
        f = self._f
        tx = f["bit"] * 8 * (sent + packets * f["empty"]) + 2 * packets * f["ramp"]
        rx = f["bit"] * 8 * (received + packets * f["empty"]) + 2 * packets * (
            f["ramp"] + f["between"]
        )
        return self._millijoules(tx * f["tx"] + rx * f["rx"])

    def cpu(self, cycles: float) -> float:
        """mJ of so many cycles."""
        return self._millijoules(cycles / self._f["clock"] * self._f["cpu"])

    def learner(
        self, d: int, classes: int, readings: int, sent: int, received: int, packets: int = 1
    ) -> Spent:
        """d features, so many classes; readings between two windows; bytes of a query and its
        answer on the air.

        Predicting takes d m products and d (d - 1) / 2 for the leverage, beside the inputs;
        learning d (d - 1) for P and d m for beta.
        """
        f = self._f
        learn = (d * (d - 1) + d * classes) * f["learn"]
        predict = (d * (d - 1) / 2 + d * classes) * f["predict"]
        inputs = readings * f["reading"] + f["window"]
        return Spent(
            self.air(sent, received, packets),
            self.cpu(learn * f["cycles"]),
            self.cpu((predict + inputs) * f["cycles"]),
        )

    def connected(self) -> float:
        """mJ a day of keeping a connection without sending: an empty packet each way at every
        interval."""
        f = self._f
        empty = f["bit"] * 8 * f["empty"]
        each = (empty + f["ramp"]) * f["tx"] + (
            empty + f["ramp"] + f["between"] + f["window_widening"]
        ) * f["rx"]
        return self._millijoules(each) * DAY / f["interval"]

    def day(self, spent: Spent, seconds: float, asked: float, learnt: float) -> dict[str, float]:
        """mJ a day of wear: windows `seconds` apart, of which these shares are asked and learnt."""
        windows = DAY / seconds
        f = self._f
        parts = {
            "radio_mj": windows * asked * spent.query,
            "connection_mj": self.connected() if asked else 0.0,
            "learn_mj": windows * learnt * spent.learn,
            "predict_mj": windows * spent.predict,
            "idle_mj": DAY * (f["idle"] * 1e-3 + f["sensor"]) * f["supply"],
        }
        return {**parts, "total_mj": sum(parts.values())}

    def _millijoules(self, ma_us: float) -> float:
        return ma_us * 1e-6 * self._f["supply"]
