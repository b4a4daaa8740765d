"""Recordings' values in our units; what no sensor reads is refused."""

import numpy as np

from tinyodl.data import units
from tinyodl.data.errors import DataError
from tinyodl.data.names import ACC, GYRO
from tinyodl.data.run import Run

_STUCK = 250  # readings without any change


def in_units(
    runs: list[Run],
    acc_unit: units.AccUnit | None,
    gyro_unit: units.GyroUnit | None,
    gyroscope: bool,
    notes: list[str],
) -> list[Run]:
    """Accelerations in g, rotations in rad/s; values that no sensor reads are refused."""
    if acc_unit is None:
        acc_unit = _acc_unit(runs)
        notes.append(f"Acceleration recognised as {acc_unit} (--acc-unit tells it).")
    runs = [run if gyroscope else run._replace(values=run.values[:, :3]) for run in runs]
    for run in runs:  # in place: these are all the readings there are
        run.values[:, :3] *= units.TO_G[acc_unit]
    if gyroscope:
        if gyro_unit is None:
            gyro_unit = _gyro_unit(runs)
            notes.append(f"Rotation recognised as {gyro_unit} (--gyro-unit tells it).")
        for run in runs:
            run.values[:, 3:] *= units.TO_RAD[gyro_unit]
    for run in runs:
        limits = np.repeat([units.LARGEST_ACC, units.LARGEST_GYRO], 3)[: run.values.shape[1]]
        absurd = np.abs(run.values) > limits
        if absurd.any():
            row, column = np.argwhere(absurd)[0]
            value, limit = run.values[row, column], limits[column]
            raise DataError(
                f"{run.where(int(row))}: {(*ACC, *GYRO)[column]} is {value:.4g} "
                f"{'g' if column < 3 else 'rad/s'}, more than a sensor reads ({limit:g}). Mend "
                "the row, or tell the unit with --acc-unit or --gyro-unit"
            )
        if len(run.values) > _STUCK:
            same = (np.diff(run.values[:, :3], axis=0) == 0).all(axis=1)
            changes = np.flatnonzero(np.r_[True, ~same, True])
            longest = int(np.diff(changes).argmax())
            if np.diff(changes)[longest] > _STUCK:
                raise DataError(
                    f"{run.where(int(changes[longest]))}: the acceleration does not change at all "
                    f"for {np.diff(changes)[longest]} readings: the sensor was stuck or values "
                    "were filled in; cut that part out"
                )
    return runs


def _acc_unit(runs: list[Run]) -> units.AccUnit:
    found: dict[units.AccUnit, str] = {}
    medians: list[float] = []
    for run in runs:
        for first, unit, median in units.acceleration(run.values[:, :3]):
            medians.append(median)
            if unit is not None:
                found.setdefault(unit, run.where(first))
    if not found:
        raise DataError(
            f"{runs[0].file}: the acceleration's magnitude is {np.median(medians):.3g}, neither "
            "about 1 (g) nor 9.8 (m/s2). Readings must hold gravity; if they do, tell the unit "
            "with --acc-unit"
        )
    if len(found) > 1:
        places = " and ".join(f"{unit} ({where})" for unit, where in found.items())
        raise DataError(f"mixed units of acceleration: {places}. Convert the files to one unit")
    return next(iter(found))


def _gyro_unit(runs: list[Run]) -> units.GyroUnit:
    """Of runs whose acceleration is in g."""
    ratios = [units.turning(run.values[:, :3], run.values[:, 3:]) for run in runs]
    known = [
        (ratio, run)
        for ratio, run in zip(ratios, runs, strict=True)
        if np.isfinite(ratio) and ratio > 0
    ]
    if not known:
        return "rad/s"
    middle = float(np.median([ratio for ratio, _ in known]))
    unit = units.rotation(middle)
    if unit is None:
        raise DataError(
            f"{runs[0].file}: cannot tell whether rotation is in rad/s or deg/s; say so with "
            "--gyro-unit"
        )
    for ratio, run in known:
        if units.rotation(ratio) not in (unit, None) and max(ratio / middle, middle / ratio) > 15:
            raise DataError(
                f"{run.where(0)}: mixed units of rotation: recording {run.name!r} looks like "
                f"{units.rotation(ratio)}, the others like {unit}. Convert the files to one unit, "
                "or tell it with --gyro-unit"
            )
    return unit
