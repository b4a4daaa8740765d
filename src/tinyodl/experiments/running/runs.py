"""Every trial of a configuration, on this machine's cores, resumed from what is cached."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

import joblib
from threadpoolctl import threadpool_limits

from tinyodl import link
from tinyodl.experiments.running import cache, cluster
from tinyodl.experiments.trials import (
    baselines,
    comparison,
    continuous,
    device_run,
    evidence,
    material,
    pareto,
    timeline,
    trial,
    turned,
    week,
)
from tinyodl.experiments.trials.material import Material
from tinyodl.experiments.trials.results import Compared
from tinyodl.har import Features
from tinyodl.registry import OURS_ALONE, Added
from tinyodl.windows import Source, splits

Kind = Literal[
    "trial", "baseline", "pareto", "timeline", "device", "turned", "continuous", "evidence", "week"
]
BASELINE_SEEDS = 5
PARETO_SEEDS = 3

Result = Mapping[str, Any]  # one of those in trials/results.py, by the kind of the job

_RUN: dict[Kind, Callable[[Material, trial.Trial], Result]] = {
    "trial": comparison.run,
    "baseline": baselines.run,
    "pareto": pareto.run,
    "timeline": timeline.run,
    "device": device_run.run,
    "turned": turned.run,
    "continuous": continuous.run,
    "evidence": evidence.run,
    "week": week.run,
}


@dataclass(frozen=True)
class Config:
    """What `tinyodl reproduce` was asked for."""

    protocol: trial.Protocol | Literal["evidence", "week"] = "pooled"
    features: tuple[Features, ...] = ("uci561", "compact")
    hidden: tuple[int, ...] = (128, 256)
    split: splits.Split = "blocked"
    order: trial.Order = "time"
    payload: link.Payload = "int8"
    baselines: bool = False
    seeds: int = 20
    baseline_seeds: int = BASELINE_SEEDS
    extras: bool = True  # the time line for the report, and with sweep the shapes of the model
    sweep: bool = True
    device: bool = False  # detectors, the whole device and its teachers, every person left out
    turned: bool = False  # the sensor turned, every person left out
    align: bool = True  # devices find out how they are worn
    days: int = week.DAYS
    people: int | None = None  # of a week, None for all
    added: Added = OURS_ALONE  # compared beside ours
    arithmetic: str = "float"  # of devices


@dataclass(frozen=True)
class Job:
    """One piece of work and its result once it is there."""

    kind: Kind
    trial: trial.Trial


def jobs(config: Config, subjects: Iterable[int], pooled: bool = True) -> list[Job]:
    """The pieces of work, long ones first; the sweep over memory needs the people of the pooled
    protocol."""
    subjects = list(subjects)
    if config.protocol in ("evidence", "week"):
        of: Kind = "evidence" if config.protocol == "evidence" else "week"
        one = trial.Trial("person", "compact", (), config.split, "time", "int8", 0, 0)
        one = one._replace(
            seeds=config.seeds if of == "evidence" else config.days,
            added=config.added,
            arithmetic=config.arithmetic,
        )
        chosen = subjects[: config.people] if of == "week" else subjects
        return [Job(of, one._replace(person=p)) for p in chosen]
    protocol: trial.Protocol = "person" if config.protocol == "person" else "pooled"
    people = subjects if protocol == "person" else [0]

    def make(kind: Kind, features: Features, seed: int, person: int) -> Job:
        hidden = config.hidden if kind in ("trial", "baseline") else ()
        return Job(
            kind,
            trial.Trial(
                protocol,
                features,
                hidden,
                config.split,
                config.order,
                config.payload,
                seed,
                person,
                added=config.added,
                arithmetic=config.arithmetic,
            ),
        )

    work: list[Job] = []
    if config.device and "compact" in config.features:
        alone = trial.Trial(
            "person",
            "compact",
            (),
            config.split,
            "time",
            "int8",
            0,
            0,
            config.seeds,
            config.added,
            config.arithmetic,
        )
        work += [Job("device", alone._replace(person=p)) for p in subjects]
        work += [Job("continuous", alone._replace(person=p)) for p in subjects]
    if config.turned and "compact" in config.features:
        work += [make("turned", "compact", 0, p) for p in subjects]
    if config.baselines:
        seeds = range(config.baseline_seeds)
        work += [make("baseline", f, k, p) for f in config.features for k in seeds for p in people]
    work += [
        make("trial", f, k, p) for f in config.features for k in range(config.seeds) for p in people
    ]
    if config.extras and "compact" in config.features:
        work.append(make("timeline", "compact", 0, people[0]))
    if config.extras and config.sweep and "compact" in config.features and pooled:
        sweep = trial.Trial(
            "pooled", "compact", (), config.split, config.order, config.payload, 0, 0
        )
        work += [
            Job("pareto", sweep._replace(seed=k)) for k in range(min(config.seeds, PARETO_SEEDS))
        ]
    return work


def _do(of: Material, job: Job) -> Result:
    with threadpool_limits(1):  # the same sums in the same order, however many jobs run beside
        return _RUN[job.kind](of, job.trial)


def run(
    config: Config,
    source: Source,
    parallel: int = -1,
    use_cache: bool = True,
    progress: Callable[[int, int], None] | None = None,
    scheduler: str | None = None,
) -> list[tuple[Job, Result]]:
    """All jobs with their results, in the order of `jobs`. `progress(done, total)` is called as
    results come.

    scheduler: address of a Dask scheduler whose workers do the work, None for this machine's cores.
    """
    if use_cache:
        cache.forget(keep=cache.code_version())
    work = jobs(config, source.subjects, bool(source.drifted))
    keys = [
        {"kind": j.kind, **j.trial._asdict(), "align": config.align, "data": source.digest}
        for j in work
    ]
    results = [cache.load(key) if use_cache else None for key in keys]
    missing = [k for k, result in enumerate(results) if result is None]
    if progress:
        progress(len(work) - len(missing), len(work))
    if missing:
        needed = {work[k].trial.features for k in missing}
        left_out = {work[k].trial.person for k in missing}
        materials = {f: material.of(source, f, config.align, left_out) for f in needed}
        if scheduler:
            todo = [(k, work[k].trial.features) for k in missing]
            pending = cluster.compute(scheduler, todo, materials, partial(_of_work, work))
        else:
            pending = joblib.Parallel(n_jobs=parallel, return_as="generator_unordered")(
                joblib.delayed(_numbered)(k, materials[work[k].trial.features], work[k])
                for k in missing
            )
        for done, (k, result) in enumerate(pending, start=len(work) - len(missing) + 1):
            results[k] = result
            if use_cache:
                cache.store(keys[k], result)
            if progress:
                progress(done, len(work))
    return _completed(
        [(job, result) for job, result in zip(work, results, strict=True) if result is not None]
    )


def _completed(results: list[tuple[Job, Result]]) -> list[tuple[Job, Result]]:
    """The same, and what later seeds leave to the first filled in."""
    firsts = {
        job.trial: cast(Compared, result)
        for job, result in results
        if job.kind == "trial" and job.trial.seed == 0
    }
    return [
        (job, comparison.complete(firsts[job.trial._replace(seed=0)], cast(Compared, result)))
        if job.kind == "trial" and job.trial.seed
        else (job, result)
        for job, result in results
    ]


def _of_work(work: list[Job], k: int, of: Material) -> tuple[int, Result]:
    return _numbered(k, of, work[k])


def _numbered(k: int, of: Material, job: Job) -> tuple[int, Result]:
    return k, _do(of, job)
