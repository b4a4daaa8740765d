"""A model's inputs as C: sizes, and tables for firmware/odl_har.c."""

from collections.abc import Iterable

from tinyodl.firmware.text import header, nested, row
from tinyodl.fixed.stream import Ranges, Stream
from tinyodl.har.compact import MAGNITUDE, MAXIMUM, MINIMUM, PRODUCT, SQUARE, SUM, candidates
from tinyodl.model import Model

KINDS = {
    "SUMS": SUM,
    "MAGNITUDES": MAGNITUDE,
    "MAXIMA": MAXIMUM,
    "MINIMA": MINIMUM,
    "SQUARES": SQUARE,
    "PRODUCTS": PRODUCT,
}


def sizes(model: Model) -> dict[str, int]:
    """What odl_har is compiled for; nothing where its inputs are not made of readings."""
    if not set(model.names) <= set(candidates()):
        return {}
    stream = Stream.of(model, Ranges(4, 500))
    operations = stream.recipe.accumulators[:, 0].tolist()
    return {
        "HAR_INPUTS": len(model.names),
        "HAR_CHANNELS": len(stream.work.channels),
        "HAR_STEPS": len(stream.filters.steps),
        "HAR_BANDS": len(stream.filters.bands),
        **{f"HAR_{name}": operations.count(kind) for name, kind in KINDS.items()},
        "HAR_HOP": model.window // 2,
        "HAR_ALIGN": int(model.alignment is not None),
    }


def source(model: Model, ranges: Ranges, name: str = "odl_har_factory") -> str:
    """odl_har_factory.h: `const odl_har_model <name>`, for a sensor of these full scales."""
    stream = Stream.of(model, ranges)
    f, r = stream.filters, stream.recipe
    (acc, acc_shift), (gyro, gyro_shift) = ranges.factors()
    parts = [
        row("uint8_t", "har_steps", f.steps),
        row("uint8_t", "har_bands", f.bands),
        nested("int16_t", "har_coefficients", f.coefficients),
        nested("uint8_t", "har_accumulators", r.accumulators[:, 1:]),
        nested("uint8_t", "har_inputs", r.inputs),
        row("int32_t", "har_middle", r.middle),
        row("int16_t", "har_gain", r.gain),
        row("uint8_t", "har_shift", r.shift),
    ]
    fields: dict[str, object] = {
        "factor": f"{{{acc}, {gyro}}}",
        "factor_shift": f"{{{acc_shift}, {gyro_shift}}}",
        "gravity_gain": f.gain,
        **{
            part: f"har_{part}"
            for part in (
                *("steps", "bands", "coefficients", "accumulators"),
                *("inputs", "middle", "gain", "shift"),
            )
        },
        "floors": _braced(f"{int(v)}ull" for v in r.floors),
        "mean": _braced(map(str, stream.mean)),
    }
    if stream.aligner:
        c = stream.aligner.template
        heading, turned, remounted = (_deep(value) for value in (c.heading, c.turned, c.remounted))
        parts.append(
            "static const odl_har_template har_alignment = {\n"
            f"    .gravity = {_deep(c.gravity)},\n    .heading = {heading},\n"
            f"    .block = {c.block},\n    .turned = {turned},\n    .remounted = {remounted}}};"
        )
        fields["alignment"] = "&har_alignment"
    about = (
        f"For a sensor of 50 readings a second whose counts are {ranges.acc:g} g and\n"
        f" * {ranges.gyro:g} degrees a second at full scale."
    )
    return header(about, "odl_har.h", parts, "odl_har_model", name, fields)


def _braced(values: Iterable[str]) -> str:
    return "{" + ", ".join(values) + "}"


def _deep(value: object) -> str:
    if isinstance(value, list | tuple):
        return _braced(_deep(part) for part in value)
    return str(value)
