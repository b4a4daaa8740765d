"""What is compared beside ours: found, and tried once before anything runs."""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from tinyodl import drift, prune, teachers
from tinyodl.experiments.running.cache import source_digest
from tinyodl.experiments.trials import sensitivity
from tinyodl.registry import DETECTORS, POLICIES, TEACHERS, Added, Registry

_ANY = drift.Calibration(np.zeros(1), np.ones(1), np.zeros((1, 1)), np.ones(1), 0.5)


def find(
    policies: Sequence[str] = (), detectors: Sequence[str] = (), teaching: Sequence[str] = ()
) -> Added:
    """What other packages added, and these names. RegistryError where one cannot be made, or is not
    what it should be."""
    found = Added(
        _names(POLICIES, policies), _names(DETECTORS, detectors), _names(TEACHERS, teaching)
    )
    for name in found.policies:
        prune.make(name)
    for name in found.detectors:
        sweep = sensitivity.of(name)
        for value in sweep.values:
            drift.make(name, _ANY, **sweep.setting(value))
    for name in found.teachers:
        teachers.make(name, [])
    kinds = zip((POLICIES, DETECTORS, TEACHERS), found, strict=False)
    return found._replace(code=_code(kind.place(name) for kind, names in kinds for name in names))


def _names(kind: Registry, more: Sequence[str]) -> tuple[str, ...]:
    """In order, each once; ours are compared anyway."""
    return tuple(name for name in dict.fromkeys((*kind.added, *more)) if not kind.ours(name))


def _code(places: Iterable[str]) -> str:
    """A digest of the packages that these places are in, "" of none."""
    tops = sorted({place.partition(":")[0].partition(".")[0] for place in places})
    digest = hashlib.sha256()
    for top in tops:
        file = getattr(sys.modules[top], "__file__", None)
        if file is not None:
            one = Path(file)
            whole = one.name == "__init__.py"
            digest.update(source_digest(one.parent).encode() if whole else one.read_bytes())
    return digest.hexdigest()[:16] if tops else ""
