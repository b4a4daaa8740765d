"""Tables of whole devices: how they are worn, for how long, who answers, what it costs."""

from typing import Any

from tinyodl.device.state import SETTLE_AFTER
from tinyodl.reports.table import NOTHING, POLICIES, Row, Table, percent, points

FIRST = 3  # events that are named


def evidence(document: dict[str, Any]) -> Table:
    """All policies on all recordings."""
    rows = [
        Row(
            [
                row["data"],
                POLICIES.get(row["policy"], row["policy"]),
                percent(row["accuracy_after"]),
                percent(row["worst_person_after"]),
                str(row["people_worse"]),
                f"{row['questions']:.1f}",
                percent(row["query_fraction"]),
                f"{row['bouts']:.1f}",
                percent(row["passed_wrongly"]),
            ],
            "bold" if row["policy"] in ("auto", "device") else "",
        )
        for row in document["evidence"]
    ]
    columns = ["recordings", "policy", "after", "worst person", "worse", "questions", "asked %"]
    return Table(
        "On each set of recordings, what each policy wins: accuracy in % after the stream "
        f"({document['seeds']} seeds)",
        [*columns, "true bouts", "passed on wrongly %"],
        rows,
        "Every person left out. worse: people over 2 points below not learning; questions, true "
        "bouts: of a person's stream; passed on wrongly: of the labels that the device learnt for "
        "the rest of a bout; auto trains from the first window on, the device predicts first.",
        keys=2,
    )


def budget(document: dict[str, Any]) -> Table:
    """What so many answers are worth."""
    rows = []
    mine = document["budget"]
    for data in dict.fromkeys(row["data"] for row in mine):
        counts = sorted({row["questions"] for row in mine if row["data"] == data})
        for count in counts:
            found = {
                row["policy"]: percent(row["accuracy_after"])
                for row in mine
                if row["data"] == data and row["questions"] == count
            }
            cells = [found.get(policy, "-") for policy in ("auto", "random", "all")]
            rows.append(Row([data, f"{count:.0f}", *cells]))
    return Table(
        "With so many answers a person and no more, accuracy in %",
        ["recordings", "answers", "auto", "random", "every label"],
        rows,
        keys=2,
    )


def continuous(document: dict[str, Any]) -> Table:
    """Whole recordings, transitions too."""
    rows = [
        Row(
            [
                row["sensor"],
                POLICIES.get(row["policy"], row["policy"]),
                percent(row["accuracy"]),
                percent(row["accuracy_activity"]),
                f"{row['questions']:.1f}",
                percent(row["worst_person"]),
                f"{row['unanswered']:.1f}",
                f"{row['questions_an_hour']:.0f}",
                percent(row["accuracy_second_half"]),
            ],
            "bold" if row["policy"] != "none" else "",
        )
        for row in document["continuous"]
    ]
    columns = ["sensor", "policy", "window", "bout", "questions", "worst person", "unanswered"]
    return Table(
        "Worn continuously, transitions and all: right as they came, in %",
        [*columns, "an hour", "second half"],
        rows,
        "Whole recordings, every window, every person left out in turn; nobody answers where a "
        "window is not inside one activity. window: of each window; bout: as activity of the bout "
        "so far; turned sensors from the 40th brisk window on.",
        keys=2,
    )


def estimates(document: dict[str, Any]) -> Table:
    """What the device says of itself."""
    rows = [
        Row(
            [
                row["data"],
                row["sensor"],
                percent(row["coverage"]),
                percent(row["width"]),
                points(row["bias"]),
                percent(row["coverage_early"]),
                percent(row["width_early"]),
                f"{row['questions_in_100']:.1f}",
                f"{row['more_in_100']:.1f}",
            ]
        )
        for row in document["accuracy_estimate"]
    ]
    columns = ["recordings", "sensor", "holds the truth %", "+-", "off", "after 300", "+- then"]
    return Table(
        "How right the device takes itself to be: its 90 % intervals, in points",
        [*columns, "asked in 100", "of them for this"],
        rows,
        "Every person left out, each seed a life. holds the truth: intervals at the end; +-: half "
        "of one, on average; off: the estimate less the truth; after 300: the same after 300 "
        "windows.",
        keys=2,
    )


def week(document: dict[str, Any]) -> Table:
    """A week of wear by day."""
    rows = [
        Row(
            [
                str(row["day"]),
                percent(row["accuracy"]),
                percent(row["accuracy_activity"]),
                percent(row["accuracy_not_learning"]),
                f"{row['questions']:.1f} ({row['questions_most']})",
                f"{points(row['worst_person_change'])} ({row['worst_person']})",
                percent(row["accuracy_from_40_brisk"]),
                f"{row['own_labels']:.0f}",
                percent(row["training_fraction"]),
                f"{row['alignments']:.1f}",
                f"{row['p_least']:.1e} to {row['p_most']:.1e}",
            ]
        )
        for row in document["week"]
    ]
    columns = ["day", "window", "bout", "not learning", "questions (most)", "worst change"]
    return Table(
        "Over a week of wear, day by day: right as they came, in %",
        [*columns, "from 40 brisk", "own labels", "training", "alignments", "P"],
        rows,
        "Days of 24 hours. Put on each morning 10 degrees otherwise; upside down on day 3, a "
        "quarter turn about z on day 5, not worn the night before day 4.",
    )


def drift(document: dict[str, Any]) -> Table:
    """Every detector at every sensitivity."""
    rows = []
    for row in document["drift"]:
        setting = NOTHING if row["setting"] is None else f"{row['setting']:g}"
        cells = [row["detector"], setting, f"{row['false_alarms_per_1000']:.2f}"]
        cells += [
            f"{row['found_in_time']} of {row['people_drifted']}",
            f"{row['found']} of {row['people_drifted']}",
        ]
        cells.append("-" if row["delay_median"] is None else f"{row['delay_median']:.0f}")
        cells.append(f"{row['people_alarmed']} of {row['people']}")
        rows.append(Row(cells, "bold" if row["detector"] == "cusum" and row["default"] else ""))
    return Table(
        "Drift is found without labels, sooner or with fewer false alarms",
        ["detector", "setting", "false alarms", "in 150 windows", "found", "delay", "all alarmed"],
        rows,
        "Every person left out in turn. false alarms: per 1,000 unseen windows of people trained "
        "on. Found: of the people under 94 % right; delay: their median, in windows. all alarmed: "
        "people with an alarm, whatever their accuracy. Bold: in use.",
        keys=2,
    )


def events(found: list[list[int | str]]) -> str:
    """How many there were, and the first few with their windows."""
    if not found:
        return "none"
    first = ", ".join(f"{event} {number}" for number, event in found[:FIRST])
    return first if len(found) <= FIRST else f"{len(found)}: {first}, ..."


def device(document: dict[str, Any]) -> Table:
    """The device run: predicting first, training started and ended by itself."""
    run = document["device"]
    columns = [
        "person",
        "not learning",
        "the device",
        "asked",
        "every label",
        "training",
        "what changed its mode, at window",
    ]
    if run is None:
        return Table("", columns, [])

    def cells(row: dict[str, Any]) -> list[str]:
        keys = (
            "accuracy_drifted",
            "accuracy_after",
            "query_fraction",
            "accuracy_every_label",
            "training_fraction",
        )
        return [percent(row[key]) for key in keys]

    people = sorted(
        run["people"],
        key=lambda p: (p["accuracy_after"] - p["accuracy_drifted"], p["accuracy_after"]),
    )
    rows = [Row([p["name"], *cells(p), events(p["events"])]) for p in people]
    total = ", ".join(f"{count} {event}" for event, count in run["events"].items())
    rows.append(Row(["mean", *cells(run), total or "none"], "bold"))
    return Table(
        "The whole device predicts first, and starts and ends its training by itself, in %",
        columns,
        rows,
        "Who lost most, or won least, comes first. "
        f"Worse than not learning by over 2 points: {run['people_worse']} of {len(run['people'])}; "
        f"went back to the factory's model {run['rollbacks']:g} times. Training starts by drift or "
        "by a label that disagrees, and ends ('settled') after "
        f"{SETTLE_AFTER} windows without a disagreement; changes of mode are those of the first "
        f"seed. Beside the learner it keeps {run['state_bytes']} bytes, and {run['queue_bytes']} "
        "for queries that wait.",
    )


def turned(document: dict[str, Any]) -> Table:
    """What a turned sensor costs, and what alignment and labels win back."""
    rows = [
        Row(
            [
                row["sensor"],
                "yes" if row["align"] else "no",
                percent(row["accuracy_drifted"]),
                percent(row["worst_person_drifted"]),
                percent(row["accuracy_after"]),
                percent(row["worst_person_after"]),
                percent(row["query_fraction"]),
                f"{row['questions']:.1f}",
            ],
            "bold" if row["align"] else "",
        )
        for row in document["turned"]
    ]
    columns = ["sensor", "aligned", "no label", "worst person", "auto", "worst person"]
    return Table(
        "Worn otherwise, this is what alignment and a few labels win back: accuracy in %",
        [*columns, "asked %", "questions"],
        rows,
        "After the stream, every person left out in turn. no label: aligned from the stream's "
        "brisk windows alone; worst person: over the turns of a name, on average.",
        keys=2,
    )


def teachers(document: dict[str, Any]) -> Table:
    """Teachers that err, abstain, tire, or answer late."""
    rows = [
        Row(
            [
                row["teacher"],
                percent(row["teacher_accuracy"]),
                percent(row["accuracy_after"]),
                f"{row['points_lost']:+.2f}",
                percent(row["worst_person_after"]),
                percent(row["query_fraction"]),
                f"{row['queries']:.1f}",
                str(row["people_troubled"]),
            ]
        )
        for row in document["teachers"]
    ]
    return Table(
        "Teachers who err, abstain, tire or are late cost this much, in %",
        ["teacher", "right", "after", "points lost", "worst", "asked", "queries", "say so"],
        rows,
        "auto from the first window on, every person left out in turn. right: of what a trained "
        "teacher answers on the new wearer. queries: a person. say so: devices that named a "
        "trouble.",
    )


def energy(document: dict[str, Any]) -> Table:
    """What ODLTiny spends, and on what."""
    spent = document["energy"]
    rows = [
        Row(["a query with its answer", f"{1000 * spent['query_mj']:.1f}"]),
        Row(["learning a window", f"{1000 * spent['learn_mj']:.1f}"]),
        Row(["predicting a window, from its readings", f"{1000 * spent['predict_mj']:.1f}"]),
        Row(
            [
                "an own label instead of a query saves",
                f"{1000 * (spent['query_mj'] - spent['learn_mj']):+.1f}",
            ]
        ),
    ]
    for name, day in spent["day"].items():
        rows.append(Row([f"a day of wear, {name}: radio", f"{1000 * day['radio_mj']:,.0f}"]))
        rows.append(Row([f"a day of wear, {name}: all", f"{1000 * day['total_mj']:,.0f}"]))
    cheaper = "cheaper" if spent["own_label_cheaper_than_query"] else "dearer"
    return Table(
        "Asking, learning and predicting cost energy: ODLTiny, in uJ",
        ["what", "uJ"],
        rows,
        f"Learning an own label is {cheaper} than a query ({spent['query_nj_per_bit']:.1f} nJ a "
        "bit on the air here), and would not be with a radio below "
        f"{spent['break_even_nj_per_bit']:.1f} nJ a bit. Figures not checked against their "
        f"source: {', '.join(spent['unchecked']) or 'none'}.",
    )
