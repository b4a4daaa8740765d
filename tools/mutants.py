"""Break the files that decide something, a small change at a time: does a test notice?

`python tools/mutants.py --list`, `--only learn/rls.py:step`, `--sample 120`; without options all.

Each mutant is a copy of the package with one expression or statement changed; the tests that belong
to its file run against it. One that no test notices is printed with its line: a test is missing, or
the change changes nothing, which then stands with its reason in tools/equivalent_mutants.toml.
A mutant is called file:function:kind:number, so that edits elsewhere leave its name alone.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from multiprocessing import get_context
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")

# Which tests belong to a file, cheapest first; its docstring's examples come before them.
INPUTS = ("stream", "inputs", "signals", "moments", "mounting", "maths")
TESTS = {
    "learn/rls.py": ("test_rls", "test_learn"),
    "prune/auto.py": ("test_prune",),
    "prune/*.py": ("test_policies", "test_prune"),
    "drift/*.py": ("test_detectors", "test_drift"),
    "device/state.py": ("test_state", "test_device"),
    "device/guard.py": ("test_guard", "test_device"),
    "device/estimate.py": ("test_estimate",),
    "device/interval.py": ("test_estimate",),
    "device/tree.py": ("test_snapshot",),
    "device/snapshot.py": ("test_snapshot",),
    "device/*.py": ("test_device",),
    **{f"fixed/{part}.py": ("test_fixed_har",) for part in INPUTS},
    "fixed/vectors.py": ("test_vectors",),
    "fixed/core.py": ("test_fixed",),
    "fixed/convert.py": ("test_fixed",),
    "fixed/*.py": ("test_fixed", "test_firmware"),
    "firmware/image.py": ("test_firmware",),
    "firmware/device.py": ("test_firmware", "test_vectors"),
    "align/*.py": ("test_align",),
    "bouts/*.py": ("test_bouts",),
    "windows/splits.py": ("test_splits",),
    "experiments/summary/*.py": ("test_summary",),
    "recipe/fitting.py": ("test_fitting",),
}
FORKS = get_context("forkserver")
LIBRARIES = ["joblib", "numba", "polars", "pytest", "scipy.optimize", "scipy.stats"]
LIBRARIES += ["sklearn.ensemble", "sklearn.linear_model", "sklearn.neural_network"]
# No shrinking: a failure is all that is wanted of it. Read before any test is.
PROFILE = """
from hypothesis import Phase, settings
settings.register_profile(
    "mutants", phases=[Phase.explicit, Phase.generate], derandomize=True, database=None,
    deadline=None,
)
settings.load_profile("mutants")
"""
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt},
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is},
    **{ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.LShift: ast.RShift, ast.RShift: ast.LShift},
    **{ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult},
}
_EXTREMES = {"min": "max", "minimum": "maximum", "argmin": "argmax"}
EXTREMES = _EXTREMES | {b: a for a, b in _EXTREMES.items()}
FIELDS_ONLY = {"NamedTuple", "TypedDict", "Protocol"}


@dataclass(frozen=True)
class Mutant:
    """file: below src/tinyodl; place: first and last byte of what is replaced, and by what."""

    name: str
    file: str
    line: int
    change: str
    start: int
    end: int
    text: str


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node can become, each with its kind; the node itself stays as it is."""

    def swapped(field: str) -> ast.AST:
        twin = copy.copy(node)
        setattr(twin, field, SWAPS[type(getattr(node, field))]())
        return twin

    match node:
        case ast.Compare():
            for k, op in enumerate(node.ops):
                if type(op) in SWAPS:
                    twin = copy.deepcopy(node)
                    twin.ops[k] = SWAPS[type(op)]()  # type: ignore[call-overload]
                    yield "compare", twin
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in SWAPS:
            yield "arithmetic", swapped("op")
        case ast.BoolOp():
            yield "boolean", swapped("op")
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield "boolean" if isinstance(node.op, ast.Not) else "arithmetic", operand
        case ast.Constant(value=bool(value)):
            yield "truth", ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield "constant", ast.Constant(value + 1)
        case ast.Constant(value=float(value)):
            yield "constant", ast.Constant(2 * value or 1.0)
        case ast.Name(id=name) if name in EXTREMES:
            yield "extreme", ast.Name(EXTREMES[name])
        case ast.Attribute(value=value, attr=name) if name in EXTREMES:
            yield "extreme", ast.Attribute(value, EXTREMES[name])
    if isinstance(node, ast.AugAssign | ast.Assign | ast.AnnAssign | ast.Raise) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield "delete", ast.Pass()
    if isinstance(node, ast.Return) and not isinstance(node.value, ast.Constant | None):
        yield "return", ast.Return(ast.Constant(None))


def nodes(node: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST, str]]:
    """(function, node, "" or "negate") for all that may be changed: no types, fields, decorators,
    names of what is public, or text; in a class or module only values, no whole statement."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__":
                continue
            if (
                isinstance(node, ast.ClassDef)
                and isinstance(child, ast.AnnAssign)
                and {ast.unparse(base) for base in node.bases} & FIELDS_ONLY
            ):
                continue
            inner = function
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{function}.{child.name}".strip(".")
            elif not (isinstance(node, ast.ClassDef | ast.Module) and isinstance(child, ast.stmt)):
                yield inner, child, ""
            if field in ("test", "ifs") and not isinstance(child, ast.UnaryOp):
                yield inner, child, "negate"
            yield from nodes(child, inner)


def mutants(file: str, source: str) -> list[Mutant]:
    """All of one file."""
    starts = [0]  # bytes before each line
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[Mutant] = []
    count: Counter[str] = Counter()
    for function, node, negate in nodes(ast.parse(source)):
        made = [("negate", ast.UnaryOp(ast.Not(), node))] if negate else changes(node)  # type: ignore[arg-type,list-item]
        for kind, after in made:
            key = f"{file}:{function or 'module'}:{kind}"
            count[key] += 1
            text = ast.unparse(ast.fix_missing_locations(after))
            at = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
            found.append(
                Mutant(
                    *(f"{key}:{count[key]}", file, at[0]),
                    f"{ast.unparse(node)} -> {text}",
                    *(starts[at[0] - 1] + at[1], starts[at[2] - 1] + at[3]),
                    f"({text})" if isinstance(node, ast.expr) else text,
                )
            )
    return found


def tests_of(file: str) -> list[str]:
    """What is run for a file."""
    names = next(names for pattern, names in TESTS.items() if fnmatch(file, pattern))
    module = f"tinyodl.{file.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")
    examples = f"tests/test_package.py::test_examples_in_docstrings[{module}]"
    doctests = [examples] if ">>>" in (ROOT / "src/tinyodl" / file).read_text() else []
    return [f"tests/{name}.py" for name in names] + doctests


def _pytest(here: Path, arguments: list[str]) -> None:
    """A process of its own, with what takes long to import already there."""
    os.setsid()
    said = os.open(here / "said", os.O_CREAT | os.O_WRONLY)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(here)
    sys.path[:0] = [str(here / "src"), str(here)]
    os.environ |= {"PYTHONPATH": f"{here / 'src'}", "TMPDIR": str(here)}
    code = pytest.main(arguments)
    sys.stdout.flush()
    os._exit(code)


class Bench:
    """Copies of the package as it is now, so that it may be edited meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.whole = folder / "whole"
        for name in ("src", "tests", "firmware", "tools"):
            shutil.copytree(ROOT / name, self.whole / name)  # with times: numba's cache is kept
        for name in ("pyproject.toml", "requirements.lock"):
            shutil.copy2(ROOT / name, self.whole)
        (self.whole / "no_shrinking.py").write_text(PROFILE)
        self.seconds: dict[str, float] = {}

    def run(self, tests: list[str], mutant: Mutant | None, limit: float) -> tuple[bool, float]:
        """Whether the tests are green, and how long they took."""
        here = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(self.whole, here, copy_function=os.link, dirs_exist_ok=True)
        if mutant:
            path = here / "src/tinyodl" / mutant.file
            source = path.read_bytes()
            path.unlink()
            path.write_bytes(source[: mutant.start] + mutant.text.encode() + source[mutant.end :])
        line = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no_shrinking"]
        begun = time.monotonic()
        process = FORKS.Process(target=_pytest, args=(here, [*line, "--hypothesis-seed=0", *tests]))
        process.start()
        process.join(limit)
        green = process.exitcode == 0
        if process.pid and process.exitcode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.join()
        taken = time.monotonic() - begun
        if not mutant and not green:
            print((here / "said").read_text()[-3000:], flush=True)
        shutil.rmtree(here)
        return green, taken

    def survives(self, mutant: Mutant) -> bool:
        """Whether no test notices."""
        return self.run(tests_of(mutant.file), mutant, 30 + 5 * self.seconds[mutant.file])[0]


def sampled(all_of_them: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """As many of each file as of every other, while it has any."""
    by_file = defaultdict(list)
    for mutant in random.Random(seed).sample(all_of_them, len(all_of_them)):
        by_file[mutant.file].append(mutant)
    ranked = [(k, m) for of_file in by_file.values() for k, m in enumerate(of_file)]
    return [m for _, m in sorted(ranked, key=lambda pair: pair[0])[:count]]


def stale(everything: list[Mutant], listed: dict[str, dict[str, str]]) -> list[str]:
    """Those listed as equivalent that are no mutants (any more)."""
    there = {m.name: m.change for m in everything}
    return [name for name, entry in listed.items() if there.get(name) != entry["change"]]


def main() -> int:
    """0 where every mutant that is not listed was noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--list", action="store_true", help="names and changes, nothing is run")
    parser.add_argument("--only", default="", metavar="PATTERN", help="part of a name, or a glob")
    parser.add_argument("--sample", type=int, metavar="N", help="so many, spread over the files")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    FORKS.set_forkserver_preload(LIBRARIES)
    package = ROOT / "src/tinyodl"
    files = sorted({p.relative_to(package).as_posix() for t in TESTS for p in package.glob(t)})
    everything = [m for file in files for m in mutants(file, (package / file).read_text())]
    listed = tomllib.loads(EQUIVALENT.read_text())
    for name in stale(everything, listed):
        print(f"stale in {EQUIVALENT.name}: {name} is no mutant with that change")
    chosen = [m for m in everything if asked.only in m.name or fnmatch(m.name, asked.only)]
    if asked.list:
        print(*(f"{m.name}  (line {m.line})  {m.change}" for m in chosen), sep="\n")
        return 0
    if asked.sample:
        chosen = sampled([m for m in chosen if m.name not in listed], asked.sample, asked.seed)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        bench = Bench(Path(folder))
        mine = sorted({m.file for m in chosen})
        red = False
        for control in {tuple(tests_of(file)) for file in mine}:
            green, seconds = bench.run(list(control), None, 1200)
            if green:
                bench.seconds |= {f: seconds for f in mine if tuple(tests_of(f)) == control}
            else:
                red = True
                print("red without any change, so left out:", *control)
        chosen = [m for m in chosen if m.file in bench.seconds]
        survived: Counter[str] = Counter()
        failed = red
        for mutant, alive in zip(chosen, pool.map(bench.survives, chosen), strict=True):
            if sys.stderr.isatty() or os.environ.get("PROGRESS"):
                print(mutant.name, "survived" if alive else "killed", file=sys.stderr)
            if alive and mutant.name not in listed:
                print(f"survived: {mutant.name}  {mutant.file}:{mutant.line}  {mutant.change}")
            elif not alive and mutant.name in listed:
                print(f"stale in {EQUIVALENT.name}: a test notices {mutant.name}")
            survived[mutant.file] += alive and mutant.name not in listed
            failed |= alive != (mutant.name in listed)
            sys.stdout.flush()
    for file, number in sorted(Counter(m.file for m in chosen).items()):
        print(f"{file}: {number} mutants, {survived[file]} survived")
    print(f"{len(chosen)} mutants, {survived.total()} survived")
    return int(failed or bool(stale(everything, listed)))


if __name__ == "__main__":
    sys.exit(main())
