"""Policies, detectors and teachers by name: ours, other packages', and any by a dotted name.

Another package adds one by an entry point, in its pyproject.toml:

    [project.entry-points."tinyodl.policies"]
    every-other = "my_module:EveryOther"

and "my_module:EveryOther" is a name itself, wherever Python finds my_module. Nothing is imported
before it is made.

>>> POLICIES.make("fixed", theta=0.5)
Fixed(theta=0.5, own_weight=0.0, kappa=1.0)
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple


class RegistryError(ValueError):
    """What a name stands for is not there, or is not what it should be; the text says why."""


class Registry(Mapping[str, Callable[..., Any]]):
    """kind: what its names are of, group: of entry points, in the plural; ours: names and where
    they lead; members: what all that is made must have."""

    def __init__(
        self, kind: str, group: str, ours: Mapping[str, str], members: tuple[str, ...]
    ) -> None:
        self.kind, self._group, self._ours, self._members = kind, group, ours, members

    @cached_property
    def _theirs(self) -> Mapping[str, EntryPoint]:
        return {found.name: found for found in entry_points(group=f"tinyodl.{self._group}")}

    @property
    def added(self) -> tuple[str, ...]:
        """Names that other packages added; none of ours changes its meaning."""
        return tuple(sorted(self._theirs.keys() - self._ours.keys()))

    def ours(self, name: str) -> bool:
        """Whether a name is built in."""
        return name in self._ours

    def __iter__(self) -> Iterator[str]:
        return iter((*self._ours, *self.added))

    def __len__(self) -> int:
        return len(self._ours) + len(self.added)

    def __getitem__(self, name: str) -> Callable[..., Any]:
        """What makes one; KeyError on a name that there is not, RegistryError where it leads
        nowhere."""
        module, _, path = self.place(name).partition(":")
        try:
            found: Any = import_module(module)
            for part in path.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError, ValueError) as error:
            raise RegistryError(
                f"{self.kind} {name!r} leads nowhere ({error}): give module:attribute of a module "
                "that Python finds, such as a file in the present folder"
            ) from None
        return found  # type: ignore[no-any-return]

    def place(self, name: str) -> str:
        """Where a name leads, as module:attribute; KeyError on one that there is not."""
        if name in self._ours:
            return self._ours[name]
        if name in self._theirs:
            return self._theirs[name].value
        if ":" in name:
            return name
        raise KeyError(name)

    def find(self, name: str) -> Callable[..., Any]:
        """What makes one; RegistryError names those there are."""
        try:
            return self[name]
        except KeyError:
            raise RegistryError(
                f"no {self.kind} is called {name!r}: there are {', '.join(self)}; give one "
                "of these, or module:attribute of your own"
            ) from None

    def make(self, name: str, *arguments: Any, **settings: Any) -> Any:
        """A fresh one; RegistryError where there is none, or says what it lacks."""
        factory = self.find(name)
        if name in self._ours:
            return factory(*arguments, **settings)
        try:
            made = factory(*arguments, **settings)
        except TypeError as error:
            raise RegistryError(
                f"{self.kind} {name!r} cannot be made ({error}): give it the arguments that "
                "'add your own' in docs shows"
            ) from None
        if lacks := [member for member in self._members if not hasattr(made, member)]:
            raise RegistryError(
                f"{self.kind} {name!r} lacks {', '.join(lacks)}: give it what a {self.kind} has, "
                f"{', '.join(self._members)}"
            )
        return made


class Added(NamedTuple):
    """What is added to ours, by names; code: a digest of what they lead to."""

    policies: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    code: str = ""


OURS_ALONE = Added()

POLICIES = Registry(
    "policy",
    "policies",
    {
        "all": "tinyodl.prune.every:All",
        "fixed": "tinyodl.prune.fixed:Fixed",
        "fixed-self": "tinyodl.prune.fixed:fixed_self",
        "published": "tinyodl.prune.published:Published",
        "random": "tinyodl.prune.control:Random",
        "auto": "tinyodl.prune.auto:Auto",
    },
    ("theta", "own_weight", "kappa", "start", "decide", "told"),
)
DETECTORS = Registry(
    "detector",
    "detectors",
    {
        "cusum": "tinyodl.drift.cusum:Cusum",
        "centroid": "tinyodl.drift.centroid:Centroid",
        "adwin": "tinyodl.drift.river:adwin",
        "page-hinkley": "tinyodl.drift.river:page_hinkley",
        "kswin": "tinyodl.drift.river:kswin",
        "manual": "tinyodl.drift.manual:manual",
    },
    ("state_bytes", "update", "adapt", "start"),
)
TEACHERS = Registry("teacher", "teachers", {"true": "tinyodl.teachers:TrueLabels"}, ("answer",))
