"""What a table's columns hold, by the names that loggers give them.

A name is taken apart into an axis, a unit in brackets and the rest, so that ax, Accel_X,
"Acceleration x (m/s^2)" and accelerometerAccelerationX(G) are all the acceleration along x.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tinyodl.data.errors import DataError

ACC = ("acc_x", "acc_y", "acc_z")
GYRO = ("gyro_x", "gyro_y", "gyro_z")
GRAVITY = ("gravity_x", "gravity_y", "gravity_z")  # what user_acceleration leaves out
USER = ("user_acceleration_x", "user_acceleration_y", "user_acceleration_z")
SENSORS = {"acc": ACC, "gyro": GYRO, "gravity": GRAVITY, "user": USER, "bare": ("x", "y", "z")}

# The first of these that is there is taken; in them a name is small letters and digits only.
_OTHERS = {
    "time": (
        "time timestamp times timems timeus timens timestampms timestampus timestampns "
        "timestamps epoch epochms epochns unixtime unixtimestamp utc utctime datetime t ts "
        "secondselapsed elapsed elapsedtime timesincestartinms timesincestart sensortimestamp "
        "accelerometertimestampsincereboot motiontimestampsincereboot loggingtime "
        "relativetime date"
    ),
    "activity": ("activity label activitylabel activityname class target annotation text"),
    "subject": (
        "subject subjectid user userid person personid participant participantid volunteer wearer"
    ),
    "recording": (
        "recording recordingid session sessionid trial trialid experiment experimentid "
        "sequence sequenceid"
    ),
}
CANONICAL = tuple(name for names in SENSORS.values() for name in names) + tuple(_OTHERS)

_NOT_THESE = re.compile(r"magn|orient|quat|attitude|euler|pose|absolute|uncal.*bias")
_GYRO = re.compile(r"gyr|rotationrate|angularvel|angvel|^(g|w|omega|rot|rotation|rr)$")
_GRAVITY = re.compile(r"(?<!with)(?<!incl)(?<!including)grav")
_USER = re.compile(r"user|linear|lin(?=acc)|lacc|bodyacc|^lin$")
_ACC = re.compile(r"acc|^(a|gf|gforce)$")
_UNIT = re.compile(r"[(\[]\s*([^()\[\]]*?)\s*[)\]]\s*$")


Triple = tuple[int, int, int]


class Layout(NamedTuple):
    """Where a table has what: numbers of columns. sensors: of those in SENSORS that are there, x, y
    and z; others: of time, activity, subject, recording those that are there."""

    header: tuple[str, ...]
    sensors: dict[str, Triple]
    others: dict[str, int]

    @property
    def acceleration(self) -> tuple[Triple, ...]:
        """The columns whose sum has gravity in it: one triple, two where they were taken apart, or
        none."""
        if "acc" not in self.sensors and {"user", "gravity"} <= self.sensors.keys():
            return self.sensors["user"], self.sensors["gravity"]
        return tuple(self.sensors[k] for k in ("acc", "user", "bare") if k in self.sensors)[:1]

    @property
    def rotation(self) -> tuple[Triple, ...]:
        """The gyroscope's columns, or none."""
        return (self.sensors["gyro"],) if "gyro" in self.sensors else ()

    def name(self, column: int) -> str:
        """A column as the file names it."""
        return self.header[column]


def of_file(stem: str) -> str | None:
    """The sensor whose x, y and z a file of this name has: acc where it says nothing, None where it
    is of none that we read."""
    plain = _plain(stem)
    if re.search("uncal", plain) or _NOT_THESE.search(plain):
        return None
    return next(
        (s for s in map(_sensor_of, (plain, *_words(stem))) if s not in (None, "bare")), "acc"
    )


def _words(stem: str) -> list[str]:
    return [word for word in re.split(r"[^a-z]+", stem.lower()) if len(word) > 2]


def recognise(header: Sequence[str], told: Mapping[str, str] | None = None) -> Layout:
    """What the columns hold; told: our name to the file's, for what is not recognised.

    DataError where a column is there twice, half a sensor is missing, or several would do.
    """
    header = tuple(name.strip().strip('"').strip() for name in header)
    given = _given(header, told or {})
    stems: dict[tuple[str, str], dict[str, int]] = {}  # (sensor, stem) -> axis -> column
    others: dict[str, int] = {}
    for column, name in enumerate(header):
        found = _sensor(name)
        if found is None or column in given.values():
            continue
        sensor, stem, axis = found
        axes = stems.setdefault((sensor, stem), {})
        if axis in axes:
            raise DataError(
                f"column {name!r} is there twice"
                f"{'' if header[axes[axis]] == name else f' (as {header[axes[axis]]!r} too)'}; "
                "keep one"
            )
        axes[axis] = column
    sensors = _sensors(header, stems, {k: c for k, c in given.items() if k not in _OTHERS})
    plain = [_plain(name) for name in header]
    for what, known in _OTHERS.items():
        if what in given:
            others[what] = given[what]
            continue
        for name in known.split():
            places = [k for k, own in enumerate(plain) if own == name]
            if len(places) > 1:
                raise DataError(f"column {header[places[0]]!r} is there twice; keep one")
            if places and places[0] not in given.values():
                others[what] = places[0]
                break
    return Layout(header, sensors, others)


def _given(header: tuple[str, ...], told: Mapping[str, str]) -> dict[str, int]:
    """What --columns names."""
    given: dict[str, int] = {}
    lower = [name.lower() for name in header]
    for ours, theirs in told.items():
        if ours not in CANONICAL:
            raise DataError(
                f"--columns: {ours!r} is no name of ours; give one of "
                f"{', '.join((*ACC, *GYRO, *_OTHERS))}"
            )
        if theirs.lower() not in lower:
            raise DataError(
                f"row 1: no column {theirs!r}, which --columns names; give one of "
                f"{', '.join(header)}"
            )
        given[ours] = header.index(theirs) if theirs in header else lower.index(theirs.lower())
    return given


def _plain(name: str) -> str:
    """Small letters and digits, without the unit in brackets."""
    return re.sub(r"[^a-z0-9]", "", _UNIT.sub("", name).lower())


def _sensor(name: str) -> tuple[str, str, str] | None:
    """Sensor, what is left of the name without its axis, and the axis; None where it is of none."""
    plain = _plain(name)
    for axis in "xyz":
        for stem in (
            plain[:-1] if plain.endswith(axis) else None,
            plain[1:] if re.match(rf"{axis}([^a-z]|axis|acc|gyr|$)", _lead(name)) else None,
            plain[:-5] + "axis" if plain.endswith(axis + "axis") else None,
        ):
            if stem is not None and (sensor := _sensor_of(stem.replace("axis", ""))):
                return sensor, stem, axis
    return None


def _lead(name: str) -> str:
    return _UNIT.sub("", name).strip().lower()


def _sensor_of(stem: str) -> str | None:
    if stem == "":
        return "bare"
    if _NOT_THESE.search(stem):
        return None
    if _GYRO.search(stem):
        return "gyro"
    if _USER.search(stem):
        return "user"
    if _GRAVITY.search(stem):
        return "gravity"
    return "acc" if _ACC.search(stem) else None


def _sensors(
    header: tuple[str, ...],
    stems: dict[tuple[str, str], dict[str, int]],
    given: dict[str, int],
) -> dict[str, Triple]:
    """One whole triple a sensor."""
    found: dict[str, Triple] = {}
    for sensor, names in SENSORS.items():
        own = [given.get(name) for name in names]
        if any(column is not None for column in own):
            canonical = stems.get((sensor, names[0][:-1].replace("_", "")), {})
            own = [
                canonical.get(axis) if column is None else column
                for column, axis in zip(own, "xyz", strict=True)
            ]
            if None in own:
                missing = names[own.index(None)]
                raise DataError(
                    f"--columns says where some of {sensor} is, but not {missing}: name all three"
                )
            found[sensor] = (own[0] or 0, own[1] or 0, own[2] or 0)
            continue
        candidates = {stem: axes for (kind, stem), axes in stems.items() if kind == sensor}
        whole = {s: (a["x"], a["y"], a["z"]) for s, a in candidates.items() if len(a) == 3}
        if len(whole) == 1:
            stem = next(iter(whole))
            # Beside gravity, Apple's plain "acceleration" is what is left without it.
            own_sensor = (
                "user" if stem == "acceleration" and ("gravity", "gravity") in stems else sensor
            )
            found[own_sensor] = whole[stem]
        elif len(whole) > 1:
            found[sensor] = _chosen(header, sensor, whole)
        elif candidates and sensor in ("acc", "gyro"):
            axes = next(iter(candidates.values()))
            missing = ", ".join(f"{sensor}_{axis}" for axis in "xyz" if axis not in axes)
            raise DataError(
                f"row 1: no column {missing}; there are {', '.join(header)}. Name the columns "
                "acc_x, acc_y, acc_z, gyro_x, gyro_y, gyro_z (or none of these three), activity, "
                "subject, or say which they are with --columns acc_x=...,acc_y=..."
            )
    return found


def _chosen(header: tuple[str, ...], sensor: str, whole: dict[str, Triple]) -> Triple:
    """Of several, the one that is named as we do, or as a whole."""
    for stem in (sensor, f"total{sensor}", "totalacceleration", "accelerometer", "gyroscope"):
        if stem in whole:
            return whole[stem]
    for own in (
        {stem: columns for stem, columns in whole.items() if "uncal" not in stem},
        {stem: columns for stem, columns in whole.items() if stem.startswith(sensor)},
    ):
        if len(own) == 1:
            return next(iter(own.values()))
    names = " and ".join(repr(header[columns[0]]) for columns in whole.values())
    raise DataError(
        f"row 1: {names} would both be {sensor}_x; say which with --columns "
        f"{sensor}_x=...,{sensor}_y=...,{sensor}_z=..."
    )
