"""Choose the compact inputs: backward elimination by leave-one-person-out loss.

    python studies/choose_inputs.py                 # prints the path and writes compact_names.py
    python studies/choose_inputs.py --nested        # redoes the choice without each person

The five drifted people never take part. In each round the candidates whose loss rises least when
they are left out are dropped, 8 % of those left. The learner of the loop is the default's:
recursive least squares on the inputs and a constant, lambda 1. The loss of a person is logistic in
the margin between the right output and the best of the others, times 6; people weigh the same.
Taking input j out of a solved ridge is a rank-one change (the block inverse), so a round costs one
inversion per person.
"""

import argparse
from pathlib import Path

import joblib
import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from tinyodl.data import hapt
from tinyodl.data.recordings import Recording
from tinyodl.har import RangeScaler, compact
from tinyodl.learn import OSELMClassifier
from tinyodl.windows import Windows, from_dataset, splits

SIZE = 60
DROP = 0.08
SLOPE = 6.0


def candidate_windows(turn: NDArray[np.float64] | None = None, copies: int = 0) -> Windows:
    """Every candidate input of every window, and of so many copies askew; `turn` (3, 3) turns the
    sensor first."""
    work = compact.plan(compact.candidates())
    recordings = turned(hapt.load(), np.eye(3) if turn is None else turn)
    return from_dataset(
        hapt.dataset(recordings),
        lambda imu, starts: compact.extract(imu, starts, work),
        copies=copies,
    )


def turned(recordings: list[Recording], turn: NDArray[np.float64]) -> list[Recording]:
    """The same recordings by a sensor that is mounted turned by this rotation matrix (3, 3)."""
    both = scipy.linalg.block_diag(turn, turn)
    return [r._replace(imu=r.imu @ both.T) for r in recordings]


def losses(
    Z: NDArray[np.float64], y: NDArray[np.int64], subject: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Leave-one-person-out loss without each input: Z (windows, n) -> (n,)."""
    H = np.hstack([Z, np.ones((len(Z), 1))])
    Y = np.eye(y.max() + 1)[y]
    gram, cross = H.T @ H + np.eye(H.shape[1]), H.T @ Y
    total = np.zeros(Z.shape[1])
    for person in np.unique(subject):
        own = subject == person
        Hp, Yp = H[own], Y[own]
        inverse = np.linalg.inv(gram - Hp.T @ Hp)
        beta = inverse @ (cross - Hp.T @ Yp)
        change = (Hp @ inverse)[:, :-1, None] * (beta / np.diag(inverse)[:, None])[None, :-1]
        o = (Hp @ beta)[:, None] - change  # outputs without input j: (windows, n, classes)
        right = (o * Yp[:, None]).sum(axis=2)
        other = np.where(Yp[:, None] > 0, -np.inf, o).max(axis=2)
        total += np.logaddexp(0, SLOPE * (other - right)).mean(axis=0)
    return total / len(np.unique(subject))


def eliminate(windows: Windows, chosen: splits.Indices, verbose: bool = False) -> list[int]:
    """The SIZE columns that survive, from the windows `chosen`; what survived longest first."""
    Z = RangeScaler().fit_transform(windows.X[chosen])
    live = list(range(Z.shape[1]))
    order: list[int] = []
    while len(live) > 1:
        loss = losses(Z[:, live], windows.y[chosen], windows.subject[chosen])
        count = max(1, int(DROP * len(live)))
        if len(live) > SIZE:
            count = min(count, len(live) - SIZE)
        dropped = [live[k] for k in np.argsort(loss)[:count]]
        order += dropped
        live = [column for column in live if column not in set(dropped)]
        if verbose:
            print(f"{len(live):3d} inputs left, loss {loss.min():.4f}", flush=True)
    return (live + order[::-1])[:SIZE]


def unseen_accuracy(
    windows: Windows, columns: list[int], person: int, kappa: float
) -> tuple[float, float]:
    """Drifted and relearnt accuracy of a person left out, every label, all others trained on;
    kappa: what a label weighs in windows of those."""
    others = np.flatnonzero(windows.subject != person)
    stream, test = splits.cut(
        windows, splits.people(windows, [person]), splits.STREAM_SHARE, "blocked", 0
    )
    scaler = RangeScaler().fit(windows.X[others][:, columns])
    Z = scaler.transform(windows.X[:, columns])
    model = OSELMClassifier(n_hidden=0, direct=True).fit(Z[others], windows.y[others])
    drifted = model.score(Z[test], windows.y[test])
    weight = np.full(len(stream), kappa)
    model.partial_fit(Z[stream], windows.y[stream], sample_weight=weight)
    return float(drifted), float(model.score(Z[test], windows.y[test]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nested", action="store_true", help="redo the choice without each person")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    windows = candidate_windows()
    took_part = [int(p) for p in np.unique(windows.subject) if p not in hapt.DRIFTED]
    if arguments.nested:
        choices = joblib.Parallel(n_jobs=arguments.jobs)(
            joblib.delayed(eliminate)(
                windows, splits.people(windows, [q for q in took_part if q != p])
            )
            for p in took_part
        )
        results = [
            unseen_accuracy(windows, c, p, 16.0) for c, p in zip(choices, took_part, strict=True)
        ]
        for person, (drifted, after) in zip(took_part, results, strict=True):
            print(f"person {person:2d}: drifted {100 * drifted:.1f}, after {100 * after:.1f}")
        drifted, after = np.mean(results, axis=0)
        print(
            f"mean of the {len(took_part)}, inputs chosen without them: {100 * drifted:.2f}, "
            f"{100 * after:.2f}"
        )
        return
    kept = eliminate(windows, splits.people(windows, took_part), verbose=True)
    names = compact.candidates()
    lines = "".join(f'    "{names[column]}",\n' for column in kept)
    title = f"The {SIZE} compact inputs, most important first; written by studies/choose_inputs.py."
    text = f'"""{title}"""\n\nNAMES: tuple[str, ...] = (\n{lines})\n'
    Path(compact.__file__).with_name("compact_names.py").write_text(text)


if __name__ == "__main__":
    main()
