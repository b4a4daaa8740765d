"""A model as C: the sizes that the library is compiled for, and the learner's numbers."""

import numpy as np

from tinyodl.device.learner import gap
from tinyodl.device.snapshot import fingerprint
from tinyodl.device.state import VOUCHED_FACTORY
from tinyodl.firmware import har_header
from tinyodl.firmware.text import header, row
from tinyodl.fixed import bouts, convert
from tinyodl.fixed.drift import Cusum
from tinyodl.fixed.nodes import nodes
from tinyodl.link import LEVELS
from tinyodl.model import Model

QUEUE = 10  # questions that may wait on a board: what 7,000 bytes have room for


# As odl.h declares them, which C++ insists on.
FIELDS = (
    *("fingerprint", "U", "mantissa", "exponent", "b", "classes", "u_bits", "o_bits", "usual"),
    *("accuracy", "trusted", "bout_weights", "bout_limits", "scores", "score_mean"),
    *("score_inverse", "gap", "seed", "node_gain", "node_shift"),
)


def config(model: Model, queue: int = QUEUE) -> str:
    """odl_config.h: sizes. queue: questions that may wait for an answer."""
    learner = model.learner
    sizes = {
        "INPUTS": len(model.names),
        "NODES": learner.n_hidden,
        "DIRECT": int(learner.direct),
        "ALPHA": int(learner.alpha == "sign"),
        "CLASSES": max(model.capacity, len(learner.classes_)),
        "QUEUE": queue,
        **har_header.sizes(model),
    }
    lines = [f"#define ODL_{name} {value}" for name, value in sizes.items()]
    return "\n".join(["#ifndef ODL_CONFIG_H", "#define ODL_CONFIG_H", *lines, "#endif", ""])


def source(model: Model, name: str = "odl_factory") -> str:
    """odl_factory.h: the model in whole numbers, `const odl_model <name>`."""
    core = convert(model)
    step = np.full(len(model.names), model.scaler.clip / LEVELS)
    hidden = nodes(model.learner, model.scaler.clip)
    parts = [
        row("int16_t", "U", core.U),
        row("uint16_t", "mantissa", core.mantissa),
        row("uint8_t", "exponent", core.exponent),
        row("int16_t", "b", core.b.T.ravel()),
    ]
    fields: dict[str, object] = {
        "fingerprint": f"0x{fingerprint(model)[:8]}u",
        **{part: part for part in ("U", "mantissa", "exponent", "b")},
        "classes": core.b.shape[1],
        "u_bits": core.u_bits,
        "o_bits": core.o_bits,
        "usual": f"{core.usual}u",
        "accuracy": f"{round(model.accuracy * 2**16)}u",
        "trusted": int(model.accuracy >= VOUCHED_FACTORY),
        "gap": f"{gap(model.window)}u",
    }
    if hidden:
        fields |= {"seed": f"{hidden.first}u", "node_gain": hidden.gain}
        fields["node_shift"] = hidden.shift
    if model.bouts:
        weights, limits = bouts.constants(model.bouts, step)
        parts.append(row("uint16_t", "bout_weights", weights))
        parts.append(row("uint64_t", "bout_limits", (f"{int(v)}ull" for v in limits)))
        fields |= {"bout_weights": "bout_weights", "bout_limits": "bout_limits"}
    if model.calibration:
        detector = Cusum(model.calibration)
        parts.append(row("int32_t", "score_mean", detector.mean))
        parts.append(row("int32_t", "score_inverse", detector.inverse))
        fields |= {"score_mean": "score_mean", "score_inverse": "score_inverse"}
        fields["scores"] = len(detector.mean)
    about = f"{', '.join(map(str, model.learner.classes_.tolist()))}: class 0 and on."
    ordered = {field: fields[field] for field in FIELDS if field in fields}
    return header(about.replace("*/", "*"), "odl.h", parts, "odl_model", name, ordered)
