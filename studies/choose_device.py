"""What becomes of a device that starts by predicting, under the constants in use and others around
them, one varied at a time.

    python studies/choose_device.py                          # the 25 people not reported as drifted
    python studies/choose_device.py --more wrist.parquet watch.parquet    # and recordings of others

Each of the 25 is left out in turn, with inputs chosen without them; so is everybody in each file of
--more (tables as `tinyodl evaluate` reads them, the inputs in use). Everyone lives through their
stream with a whole device, under true labels, with several seeds of the audits' draws. The five
drifted people take no part.

What was sought: nobody worse than without learning by over 2 points (mean over seeds) on any set;
then a high mean over sets of the accuracy after; at most a quarter asked on any. The search itself
went over wider grids, with figures of all thirty people, a wrist and two watches in sight, so that
the values in use are not of people kept apart. This prints their neighbourhood on the 25 (and on
what --more names), so that anybody sees what each value does, and what it costs. The means
of three seeds move by some 0.1 points on the 25 and 0.25 on the wrist with other seeds, so lesser
differences decide nothing. KNOWN is hardly ever reached in streams as short: it is for years.
"""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import folds
import joblib
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tinyodl import prune, teachers
from tinyodl.data import table
from tinyodl.device import OnDeviceLearner, Rules, arithmetic, bout, learner, live, state
from tinyodl.experiments.trials import wearer
from tinyodl.prune import auto
from tinyodl.windows import Source, Windows

SEEDS = 3
WORSE = 2.0  # points

FACTORS = (0.5, 2.0)  # every value in use is tried times these, but for a share:
FACTORY = (0.9, 0.98)

CONSTANTS: dict[str, ModuleType] = {
    "AUDIT_FIRST": state,
    "AUDIT_LAST": state,
    "AUDITS_EACH": state,
    "VOUCHED_FINE": state,
    "VOUCHED_FACTORY": state,
    "HOLD": learner,
    "OWN_KNOWN": learner,
    "KNOWN": arithmetic,
    "RIPE": state,
    "RIPENS": state,
    "LASTS": bout,
    "BEFORE": bout,
}
RULES = ("settle_after", "spacing", "margin", "reach")
POLICY = ("rise", "fall", "first_kappa", "last_kappa")
IN_USE: dict[str, float] = {
    **{name: getattr(module, name) for name, module in CONSTANTS.items()},
    **{name: getattr(state, name.upper()) for name in RULES},
    **{name: getattr(auto, name.upper()) for name in POLICY},
}


class Setting(NamedTuple):
    """One constant as it is tried; name "" for all as in use."""

    name: str
    value: float

    @property
    def text(self) -> str:
        return f"{self.name} {self.value:g}" if self.name else "in use"


class Lives(NamedTuple):
    """A person under every setting, in percent, means over seeds: accuracy without learning, then
    (settings,) accuracy after and share asked."""

    before: float
    after: NDArray[np.float64]
    asked: NDArray[np.float64]


def settings() -> list[Setting]:
    """What is in use, then other values of each constant; a whole number stays one, from 1 on."""
    found = [Setting("", 0.0)]
    for name, value in IN_USE.items():
        others = FACTORY if name == "VOUCHED_FACTORY" else [f * value for f in FACTORS]
        if isinstance(value, int):
            others = [int(other) for other in others if other >= 1]
        found += [Setting(name, other) for other in others]
    return found


@contextmanager
def constant(module: ModuleType, name: str, value: float) -> Iterator[None]:
    """A module's constant has another value inside."""
    before = getattr(module, name)
    setattr(module, name, type(before)(value))
    try:
        yield
    finally:
        setattr(module, name, before)


def one_life(
    who: wearer.Wearer, truth: NDArray[np.int64], setting: Setting, seed: int
) -> tuple[float, float]:
    """(accuracy after, share asked); truth: every window's class number."""
    values = IN_USE | {setting.name: setting.value}
    policy = prune.Auto(**{name: values[name] for name in POLICY})
    rules = Rules(
        settle_after=int(values["settle_after"]),
        spacing=int(values["spacing"]),
        margin=values["margin"],
        reach=values["reach"],
    )
    with ExitStack() as inside:
        for name, module in CONSTANTS.items():
            inside.enter_context(constant(module, name, values[name]))
        device = OnDeviceLearner(who.model, policy, rules=rules, seed=seed)
        lived = live(device, who.Z[who.stream], teachers.TrueLabels(truth[who.stream].tolist()))
    right = device.learner.predict(who.Z[who.test]) == truth[who.test]
    return float(right.mean()), float(lived.asked.mean())


def person(windows: Windows, left_out: int) -> Lives:
    """One person under every setting."""
    with threadpool_limits(1):
        who = wearer.prepare(windows, left_out)
        right = who.model.learner.predict(who.Z[who.test]) == windows.y[who.test]
        found = np.array(
            [
                [one_life(who, windows.y, setting, seed) for seed in range(SEEDS)]
                for setting in settings()
            ]
        )
    after, asked = 100 * found.mean(axis=1).T
    return Lives(100 * float(right.mean()), after, asked)


def everybody(work: list[tuple[Windows, int]], jobs: int) -> list[Lives]:
    """Each person of a set, in processes of their own: constants are set for a whole process."""
    return list(joblib.Parallel(n_jobs=jobs)(joblib.delayed(person)(*w) for w in work))


def lines(name: str, lives: list[Lives]) -> Iterator[str]:
    """A set's table, a setting a line."""
    before = np.array([one.before for one in lives])
    after, asked = (np.array([one[k] for one in lives]) for k in (1, 2))
    yield f"\n{name}: {len(lives)} people, {SEEDS} seeds; {before.mean():.2f} % without learning"
    yield f"{'':20s} {'after':>7s} {'worst':>7s} {'worse':>6s} {'asked':>7s}"
    for k, setting in enumerate(settings()):
        change = after[:, k] - before
        yield (
            f"{setting.text:20s} {after[:, k].mean():7.2f} {round(change.min(), 2) + 0.0:+7.2f} "
            f"{(change < -WORSE).sum():6d} {asked[:, k].mean():7.2f}"
        )


def best(sets: list[list[Lives]]) -> Iterator[str]:
    """Every setting by the rule above, over all sets."""
    change = [np.array([one.after - one.before for one in lives]) for lives in sets]
    worse = sum((c < -WORSE).sum(axis=0) for c in change)
    after = np.mean([np.mean([one.after for one in lives], axis=0) for lives in sets], axis=0)
    asked = np.max([np.mean([one.asked for one in lives], axis=0) for lives in sets], axis=0)
    found = zip(settings(), np.asarray(worse).tolist(), after.tolist(), asked.tolist(), strict=True)
    yield "\nby the rule: people worse, mean of accuracies, most asked in any set"
    for setting, w, a, q in sorted(found, key=lambda f: (f[3] > 25, f[1], -f[2])):
        yield f"{setting.text:20s} {w:3d} {a:7.2f} {q:7.2f}"


def others(file: Path) -> list[tuple[Windows, int]]:
    """Everybody in a table, with the inputs in use."""
    windows = Source(table.read([file]).dataset).windows("compact")
    return [(windows, int(p)) for p in np.unique(windows.subject)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--more", nargs="*", type=Path, default=[], metavar="FILE")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    print("in use:", ", ".join(f"{name} {value:g}" for name, value in IN_USE.items()))
    print("worst: the person who lost most, in points; worse: people who lost over 2; asked: in %")
    work = {
        "the 25": [(f.windows, p) for f in folds.compact(arguments.jobs) for p in f.held],
        **{file.stem: others(file) for file in arguments.more},
    }
    sets = []
    for name, people in work.items():
        sets.append(everybody(people, arguments.jobs))
        print(*lines(name, sets[-1]), sep="\n", flush=True)
    print(*best(sets), sep="\n")


if __name__ == "__main__":
    main()
