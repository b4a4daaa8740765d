"""The words that a core's decisions are about, and where its memory of scalars has everything.

A host writes CONFIGURATION once and ARGUMENTS before a command, and reads RESULTS after it; STATE
is the core's own (docs/fixed-point-device.md has the meaning of most names). All are 32 bits.
"""

from collections.abc import Mapping
from functools import cached_property

from tinyodl.rtl.shape import Shape

ARGUMENTS = {
    "now_high": "time in ms of any clock that does not run backwards",
    "now_low": "",
    "sensed": "how the window was sensed: 0 not known yet, 1 fine, 2 marked",
    "about": "the sample that a label is about",
    "label": "a class, their number for a new one, 255: nobody knows; of others nothing comes",
    "train": "1 starts training by hand, 0 stops it",
}
CONFIGURATION = {
    "u_bits": "Fu",
    "nodes": "K, (S - 14) << 16 of the nodes",
    "seed": "of the nodes' hash",
    "usual": "the leverage of what the model was trained for",
    "o_bits": "Fo",
    "factory_classes": "that the factory's model has",
    "trusted": "whether the factory is to be trusted",
    "told": "whether bouts are told from the inputs",
    "scores": "classes that the detector knows; 0: there is none",
    "gap": "ms without a window that end a bout",
    "audits": "whether there are audits",
    "confirm": "whether surprising labels are asked again",
    "settle_after": "windows; 0 trains for ever",
    "spacing": "windows between questions, at most",
    "whole": "1: a label is learnt in full",
    "margin": "of the outputs, by which a prediction has a label that is held",
    "per_day": "questions; 65,535 without a limit",
    "hourly": "questions an hour, the lower of both limits; 65,535 without one",
    "apart": "ms between two questions, where there is a limit",
    "draws": "of the intervals between audits; the host begins it, not 0",
}
RESULTS = {
    "classes": "activities that there are by now",
    "sample": "the window's number",
    "predicted": "its class",
    "confidence": "P1P2, Fo bits of fraction",
    "leverage": "h^T P h, 28 bits of fraction",
    "activity": "of its bout",
    "why": "it is asked: 0 not, 1 audit, 2 again, 3 doubt",
    "event": "what changed the mode",
    "taken": "whether it was decided about as one of its bout",
    "outcome": "of a label",
    "total": "1 / weight + leverage of the last step",
    "troubles": "what a person should look at, in bits",
    "open": "whether a question would be within the budget, and has room",
    "questions": "asked so far",
}
STATE = (
    "sum",
    "dither",
    "theta",
    "kappa",
    "disagreed",
    "named",
    "shortfall",
    "age",
    "number",
    "of",
    "stray",
    "passed",
    "answer",
    "asked",
    "counted",
    "windows",
    "mode",
    "wait",
    "again",
    "doubted",
    "puzzled",
    "agreeing",
    "worse",
    "held",
    "vouched",
    "unanswered",
    "held_bout",
    "held_class",
    "contradictions",
    "interval",
    "until_audit",
    "since",
    "calm",
    "agreed",
    "labels",
    "audits_made",
    "disagreeing",
    "unfit",
    "evidence_high",
    "evidence_low",
    "bets",
    "hour",
    "day",
    "last_asked_high",
    "last_asked_low",
    "last_sample_high",
    "last_sample_low",
    "today",
    "this_hour",
    "ever_asked",
    "ever_sampled",
    "queued",
    "next",
    "limited",
    "refused",
    "repaired",
    "dropped",
)
ARRAYS = {
    "D": "mantissa, exponent << 16 of each element",
    "o": "outputs, by class",
    "score_mean": "the detector's mean, by class",
    "score_inverse": "configuration: the inverse of its deviation",
    "votes_low": "a bout's votes, by class",
    "votes_high": "",
    "limit_low": "configuration: of a window's distance from its bout, by the windows of its mean",
    "limit_high": "",
    "question": "sample, bout << 16 of each that waits, the oldest first",
    "place": "flags (3 why, 4 trusted, 8 in its bout; bits 4 to 15 are the host's), word of "
    "vectors of its inputs << 16; the first free one: the next window's",
    "mean": "of a bout's inputs; configuration: weight << 16",
}
NAMES = (*ARGUMENTS, *CONFIGURATION, *RESULTS, *STATE)


class Layout:
    """Where things are in the three memories, in words. scalars: the page of variables, then what
    ARRAYS has, from `arrays` on, so many as `sizes` says; weights: U from 0, b from `b`; vectors: f
    and u from 0, h where it is not a sample's own inputs at `h`, samples from `samples`, one each
    `slot` words."""

    def __init__(self, shape: Shape) -> None:
        n, m = shape.inputs, shape.classes
        self.shape = shape
        self.b = shape.triangle
        self.h = shape.pairs
        self.samples = shape.pairs + (0 if shape.direct else shape.row)
        self.slot = shape.row if shape.direct else shape.sample
        self.vectors = self.samples + (shape.queue + 1) * self.slot
        self.sizes = {
            "D": shape.d,
            "o": m,
            "score_mean": m,
            "score_inverse": m,
            "votes_low": m,
            "votes_high": m,
            "limit_low": 4,
            "limit_high": 4,
            "question": shape.queue + 1,
            "place": shape.queue + 1,
            "mean": n,
        }
        at = PAGE
        self.arrays: dict[str, int] = {}
        for name, size in self.sizes.items():
            self.arrays[name] = at
            at += size
        self.scalars = at

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """Of the memories, by name."""
        return {
            "scalars": self.scalars,
            "vectors": self.vectors,
            "weights": self.shape.weights,
        }


VARIABLES = {name: i for i, name in enumerate(NAMES)}
PAGE = 144
