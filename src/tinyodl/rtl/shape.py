"""Sizes of a core, from which every width, depth and address follows."""

from dataclasses import dataclass

from tinyodl.fixed.core import U_BITS

LANES = 8  # products of 16 by 8 bits a cycle: a word of U
HASH, SIGN = "hash", "sign"


@dataclass(frozen=True)
class Shape:
    """inputs: n, of 8 bits; nodes: N; direct: whether the inputs and a constant are elements of h;
    alpha: how the nodes' weights are drawn; classes: that there is room for; queue: samples that
    may wait for a label. ValueError where a core of these sizes would not work."""

    inputs: int = 60
    nodes: int = 0
    direct: bool = True
    alpha: str = SIGN
    classes: int = 6
    queue: int = 10

    def __post_init__(self) -> None:
        if self.alpha not in (HASH, SIGN):
            raise ValueError(f"alpha is {self.alpha!r}: it must be {HASH!r} or {SIGN!r}")
        limits = (
            ("inputs", self.inputs, 1, 1023),
            ("nodes", self.nodes, 0, 256),
            ("classes", self.classes, 2, 32),
            ("queue", self.queue, 1, 31),
            ("elements of h", self.d, 2, 258),
        )
        for name, value, least, most in limits:
            if not least <= value <= most:
                raise ValueError(f"{value} {name}: there must be {least} to {most}")

    @property
    def d(self) -> int:
        """Elements of h."""
        return self.direct * (self.inputs + 1) + self.nodes

    @property
    def row(self) -> int:
        """Words of LANES elements that h, and a class's output weights, take."""
        return words(self.d)

    @property
    def triangle(self) -> int:
        """Words of U: columns one after another, each up to its diagonal of ones and padded."""
        return sum(j // LANES + 1 for j in range(self.d))

    @property
    def ones(self) -> int:
        """What U's diagonal of ones, which the core keeps, is in P's checksum."""
        return self.d % 2 << U_BITS

    @property
    def sample(self) -> int:
        """Words of a sample's inputs; the constant, where h has one, is in the last of them."""
        return words(self.inputs + self.direct)

    @property
    def weights(self) -> int:
        """Depth of the memory of U and b, 128 bits wide."""
        return self.triangle + self.classes * self.row

    @property
    def pairs(self) -> int:
        """Words of u, and of f before it: two elements each."""
        return (self.d + 1) // 2


def words(elements: int) -> int:
    """That so many elements of LANES a word fill."""
    return -(-elements // LANES)


PRESETS = {
    "tiny": Shape(),
    "n128-sign": Shape(inputs=561, nodes=128, direct=False),
    "n128": Shape(inputs=561, nodes=128, direct=False, alpha=HASH),
    "n256-sign": Shape(inputs=561, nodes=256, direct=False),
}
