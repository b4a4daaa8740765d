"""What each policy costs in energy: the energy model over the figures of an experiment."""

from typing import Any, NamedTuple

from tinyodl import link
from tinyodl.data.recordings import RATE
from tinyodl.energy import Energy, Spent
from tinyodl.har import WINDOW, names
from tinyodl.registry import POLICIES


class Spending(NamedTuple):
    """The energy model, what one device spends on each thing, and seconds between two windows."""

    energy: Energy
    spent: Spent
    seconds: float


def of(
    energy: Energy,
    inputs: int,
    hidden: int,
    method: str,
    classes: int,
    payload: link.Payload,
    window: int = WINDOW,
) -> Spending:
    """A device of a method, with windows of so many readings: d is inputs, constant and hidden
    nodes with direct links, else the hidden nodes."""
    d = inputs + 1 + hidden if method == "ODLTiny" else hidden or inputs
    ble = link.BLE
    size = ble.id_bytes + inputs * link.VALUE_BYTES[payload]
    sent, received = ble.message(size), ble.message(ble.id_bytes + ble.label_bytes)
    hop = window // 2
    spent = energy.learner(d, classes, hop, sent, received, -(-size // ble.largest))
    return Spending(energy, spent, hop / RATE)


def day(spending: Spending, policy: dict[str, Any]) -> dict[str, float]:
    """radio_mj and total_mj of a day of wear under a policy, as if it asked all day as on the
    stream."""
    name = policy["policy"]
    own = name in POLICIES and POLICIES.make(name).own_weight > 0
    learnt = 1.0 if own else policy["query_fraction"]
    found = spending.energy.day(spending.spent, spending.seconds, policy["query_fraction"], learnt)
    return {"radio_mj": found["radio_mj"], "total_mj": found["total_mj"]}


def document(energy: Energy, classes: int, window: int = WINDOW) -> dict[str, Any]:
    """ODLTiny's spending, thing by thing, and from what radio on asking is cheaper than learning an
    own label."""
    inputs = len(names("compact"))
    _, spent, seconds = of(energy, inputs, 0, "ODLTiny", classes, "int8", window)
    bits = 8 * link.BLE.query(inputs, "int8")
    return {
        "query_mj": spent.query,
        "learn_mj": spent.learn,
        "predict_mj": spent.predict,
        "connection_mj_per_day": energy.connected(),
        "own_label_cheaper_than_query": spent.learn < spent.query,
        "query_nj_per_bit": 1e6 * spent.query / bits,
        "break_even_nj_per_bit": 1e6 * spent.learn / bits,
        "day": {
            f"{100 * share:g} % asked": energy.day(spent, seconds, share, 1.0)
            for share in (0.0, 0.03, 0.1, 0.5, 1.0)
        },
        "unchecked": energy.unchecked,
        "figures": energy.table,
    }
