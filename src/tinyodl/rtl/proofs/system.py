"""A design as formulas of bits: what its signals are in a state, and which states follow.

Yosys writes them (SMT-LIB), z3's Python puts them together, Bitwuzla decides.
"""

import re
from collections.abc import Sequence
from typing import Any

import bitwuzla
import z3

from tinyodl.rtl.yosys import yosys

Term = Any  # of z3's
TOP = "block"


class System:
    """rtlil: with the module `top` in it. free: cells (as Yosys selects them) whose outputs may be
    anything, in every cycle; before: what Yosys does first, as a fault that is put in."""

    def __init__(
        self, rtlil: str, top: str = TOP, free: Sequence[str] = (), before: str = ""
    ) -> None:
        cut = "".join(f"delete {cell}; " for cell in free)
        script = f"""
read_rtlil design.il; hierarchy -top {top}; proc; opt_expr; opt_clean; {before}
{cut}flatten; setundef -undriven -anyseq; opt; dffunmap; opt_clean; rename -top top
write_smt2 -stbv -wires design.smt2"""
        text = yosys(script, {"design.il": rtlil}, ["design.smt2"])["design.smt2"]
        found = re.findall(r"^; yosys-smt2-(wire|register|input|output) (\S+) (\d+)", text, re.M)
        self._names = {name: int(width) for _, name, width in found}
        self.registers, self.inputs = (
            [name for kind, name, _ in found if kind == wanted] for wanted in ("register", "input")
        )
        asked = [
            f"(declare-const |t:{name}| {'Bool' if width == 1 else f'(_ BitVec {width})'})"
            f"(assert (= |t:{name}| (|top_n {name}| s)))"
            for name, width in self._names.items()
        ]
        states = "(declare-const s |top_s|)(declare-const t |top_s|)"
        whole = f"{text}\n{states}\n{' '.join(asked)}(assert (|top_t| s t))"
        terms = list(z3.parse_smt2_string(whole))
        self._next = terms[-1]
        self._terms = {
            name: each.arg(1)
            for name, each in zip(self._names, terms[-1 - len(asked) : -1], strict=True)
        }
        width = re.search(r"define-sort \|top_s\| \(\) \(_ BitVec (\d+)\)", text)
        assert width
        self._state, self._following = (z3.BitVec(name, int(width[1])) for name in "st")

    def at(self, step: int, run: str = "") -> "State":
        """The state after so many cycles of a run."""
        return State(self, z3.Const(f"state{run}{step}", self._state.sort()))

    def term(self, name: str, state: Term) -> Term:
        """A signal in a state, a bit as a vector of one. KeyError with what there is."""
        if name not in self._terms:
            raise KeyError(f"no signal {name!r}: there are {', '.join(sorted(self._terms))}")
        term = z3.substitute(self._terms[name], (self._state, state))
        if self._names[name] == 1:
            return z3.If(term, z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))
        return term

    def follows(self, before: "State", after: "State") -> Term:
        """That a cycle leads from one to the other."""
        return z3.substitute(self._next, (self._state, before.bits), (self._following, after.bits))


class State:
    """`state["name"]` is a signal in it, of as many bits as it has."""

    def __init__(self, system: System, bits: Term) -> None:
        self._system, self.bits = system, bits

    def __getitem__(self, name: str) -> Term:
        return self._system.term(name, self.bits)

    def register(self, name: str) -> Term:
        """Of that name in the source, where a port has it as well."""
        (found,) = (r for r in self._system.registers if r.split("$")[0] == name)
        return self[found]


def counterexample(claim: Term, *given: Term) -> str | None:
    """None where the claim holds whatever else is, as long as what is given does; else the states
    for which it does not, all their bits in Yosys's order."""
    solver = z3.Solver()
    solver.add(*given, z3.Not(claim))
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.PRODUCE_MODELS, True)
    manager = bitwuzla.TermManager()
    parser = bitwuzla.Parser(manager, options)
    parser.parse(solver.to_smt2().replace("(check-sat)", ""), True, False)
    found = parser.bitwuzla()
    answer = found.check_sat()
    if answer == bitwuzla.Result.UNSAT:
        return None
    if answer != bitwuzla.Result.SAT:
        raise RuntimeError("the solver gives up: make the claim smaller")
    return ", ".join(
        f"{term.symbol()} = {found.get_value(term)}" for term in parser.get_declared_funs()
    )


def wide(term: Term, bits: int, signed: bool = False) -> Term:
    """A number in more bits."""
    more = bits - term.size()
    return z3.SignExt(more, term) if signed else z3.ZeroExt(more, term)
