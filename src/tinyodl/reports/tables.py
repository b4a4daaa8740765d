"""The tables of a document, as text: what `tinyodl reproduce` prints and the report shows."""

from typing import Any, NamedTuple

from tinyodl.device.state import SETTLE_AFTER


class Row(NamedTuple):
    """cells of text; kind: "" or "bold" (ours) or "italic" (published)."""

    cells: list[str]
    kind: str = ""


class Table(NamedTuple):
    """title and caption around columns and rows."""

    title: str
    columns: list[str]
    rows: list[Row]
    caption: str = ""


def build(document: dict[str, Any]) -> list[Table]:
    """All tables that the document has figures for."""
    compared = (accuracy, pruning, same_share, one_sided, people)
    worn = (drift, device, turned, teachers)
    makers = (evidence, budget, week, continuous, *compared, *worn)
    tables = [make(document) for make in makers]
    if document["rows"]:
        tables.append(energy(document))
    return [table for table in tables if table.rows]


def percent(value: float | None, half: float | None = None) -> str:
    """A fraction as percent with one decimal, and half of its interval where there is one."""
    if value is None:
        return "-"
    return f"{100 * value:.1f}" + (f" ±{100 * half:.1f}" if half else "")


def policy_name(row: dict[str, Any]) -> str:
    """The policy with its setting."""
    if row["theta"] is not None:
        return f"{row['policy']} {row['theta']:g}"
    return (
        f"{row['policy']} {100 * row['fraction']:g} %"
        if row["fraction"] is not None
        else str(row["policy"])
    )


def _name(row: dict[str, Any]) -> str:
    return f"{row['method']} {row['hidden'] or ''}".strip()


def _conditions(document: dict[str, Any]) -> str:
    protocol, split, order = document["protocol"], document["split"], document["order"]
    return f"{protocol}, {split} split, {order} order, {document['seeds']} seeds"


NAMES = {
    "none": "not learning",
    "all": "every label",
    "auto": "auto",
    "device": "the device",
    "random": "random, as often as auto",
    "fixed": "plain threshold, as often as auto",
}


def evidence(document: dict[str, Any]) -> Table:
    """All policies on all recordings."""
    rows = [
        Row(
            [
                row["data"],
                NAMES.get(row["policy"], row["policy"]),
                percent(row["accuracy_after"]),
                percent(row["worst_person_after"]),
                str(row["people_worse"]),
                f"{row['questions']:.1f}",
                percent(row["query_fraction"]),
                f"{row['bouts']:.1f}",
            ],
            "bold" if row["policy"] in ("auto", "device") else "",
        )
        for row in document["evidence"]
    ]
    columns = ["recordings", "policy", "after", "worst person", "worse", "questions", "asked %"]
    return Table(
        f"Evidence: accuracy in % after the stream, every person left out ({document['seeds']} "
        "seeds)",
        [*columns, "true bouts"],
        rows,
        "worse: people over 2 points below not learning; questions, true bouts: of a person's "
        "stream; auto trains from the first window on, the device predicts first.",
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
        "Accuracy against budget, in %: so many answers a person",
        ["recordings", "answers", "auto", "random", "every label"],
        rows,
    )


def continuous(document: dict[str, Any]) -> Table:
    """Whole recordings, transitions too."""
    rows = [
        Row(
            [
                row["sensor"],
                NAMES.get(row["policy"], row["policy"]),
                f"{row['questions']:.1f}",
                f"{row['unanswered']:.1f}",
                f"{row['questions_an_hour']:.0f}",
                percent(row["accuracy"]),
                percent(row["accuracy_activity"]),
                percent(row["accuracy_second_half"]),
                percent(row["worst_person"]),
            ],
            "bold" if row["policy"] != "none" else "",
        )
        for row in document["continuous"]
    ]
    columns = ["sensor", "policy", "questions", "unanswered", "an hour", "window", "bout"]
    return Table(
        "Continuous wear: right as they came, in %, every person left out in turn",
        [*columns, "second half", "worst person"],
        rows,
        "Whole recordings, every window; nobody answers where a window is not inside one activity. "
        "window: of each window; bout: as activity of the bout so far; turned sensors from the "
        "40th brisk window on.",
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
                f"{100 * row['worst_person_change']:+.1f} ({row['worst_person']})",
                percent(row["accuracy_from_40_brisk"]),
                f"{row['questions']:.1f} ({row['questions_most']})",
                f"{row['own_labels']:.0f}",
                percent(row["training_fraction"]),
                f"{row['alignments']:.1f}",
                f"{row['p_least']:.1e} to {row['p_most']:.1e}",
            ]
        )
        for row in document["week"]
    ]
    columns = ["day", "window", "bout", "not learning", "worst change", "from 40 brisk"]
    return Table(
        "A week of wear: right as they came, in %, by day",
        [*columns, "questions (most)", "own labels", "training", "alignments", "P"],
        rows,
        "Days of 24 hours. Put on each morning 10 degrees otherwise; upside down on day 3, a "
        "quarter turn about z on day 5, not worn the night before day 4.",
    )


def accuracy(document: dict[str, Any]) -> Table:
    """Every method, learning from every label."""
    keys = ("accuracy_before", "accuracy_drifted", "accuracy_after")
    rows = []
    if document["published"]:
        about = document["published"]["approximate"]
        published = [percent(about[key]) for key in keys]
        rows.append(
            Row(
                ["published (about)", "561", *published, *["-"] * 6, str(about["state_kilobytes"])],
                "italic",
            )
        )
    for row in document["rows"]:
        cells = [_name(row), f"{row['features']} {row['inputs']}"]
        cells += [percent(row[key], row["interval"][key]) for key in keys]
        cells.append(" to ".join(percent(end) for end in row["people_interval"]))
        cells.append(percent(row["macro_f1"], row["interval"]["macro_f1"]))
        cells += [percent(row["accuracy_learning"]), percent(row["accuracy_before_after"])]
        cells.append(f"{percent(row['worst_person_after'])} ({row['worst_person_name']})")
        cells += [str(row["people_losing_over_1_point"]), f"{row['state_bytes'] / 1000:.1f}"]
        rows.append(Row(cells, "bold" if row["method"] == "ODLTiny" else ""))
    return Table(
        f"Accuracy in %, every label asked ({_conditions(document)}; ± 95 % over seeds)",
        [
            *("method", "inputs", "before", "drifted", "after", "over people"),
            *("macro F1", "learning", "kept", "worst", "lost", "kB"),
        ],
        rows,
        "over people: 95 % of after, by bootstrap. learning: predicted before each sample is "
        "learnt. kept: people of before, afterwards. worst: person. lost: people over 1 point "
        "worse than without learning. kB: kept to predict and to learn, float32.",
    )


def pruning(document: dict[str, Any]) -> Table:
    """Every policy of every method."""
    published = document["published"]
    rows = []
    if published:
        share = percent(1 - published["communication_saved"])
        lost = f"{-100 * published['accuracy_lost']:.1f} points"
        rows.append(
            Row(
                [
                    "published (abstract)",
                    "561",
                    "published",
                    lost,
                    "-",
                    share,
                    share,
                    "-",
                    "-",
                    "-",
                ],
                "italic",
            )
        )
    for row in document["pruning"]:
        cells = [_name(row), row["features"], policy_name(row)]
        cells.append(percent(row["accuracy_after"], row["interval"]["accuracy_after"]))
        cells.append(percent(row["accuracy_before_after"]))
        cells.append(percent(row["query_fraction"], row["interval"]["query_fraction"]))
        cells += [f"{100 * row['byte_fraction']:.2f}", str(row["people_losing_over_1_point"])]
        cells += [f"{row['radio_mj']:.0f}", f"{row['total_mj']:.0f}"]
        ours = row["policy"] == "auto" and row["method"] == "ODLTiny"
        rows.append(Row(cells, "bold" if ours else ""))
    return Table(
        f"Labels asked, in % ({_conditions(document)})",
        [
            "method",
            "inputs",
            "policy",
            "after",
            "kept",
            "asked",
            "bytes",
            "lost",
            "radio mJ",
            "total mJ",
        ],
        rows,
        f"bytes: on the air ({document['payload']} values, ids, packets) in % of sending every "
        "sample as 561 float32. lost: people over 1 point below asking for every label. "
        "published-cold: without its warm-up. mJ: a day of wear, queries alone, and with "
        "computing and idling (docs/energy.md).",
    )


def same_share(document: dict[str, Any]) -> Table:
    """The other policies, asking as often as auto."""
    rows = [
        Row(
            [
                _name(row),
                row["features"],
                row["policy"],
                percent(row["accuracy_after"]),
                percent(row["auto_accuracy_after"]),
                f"{100 * row['auto_ahead']:+.2f}",
            ]
        )
        for row in document["same_share"]
    ]
    return Table(
        "Others at the share that auto asks",
        ["method", "inputs", "policy", "after", "auto", "auto ahead by"],
        rows,
        "Fixed thresholds are interpolated between those above; random asks as often as auto did.",
    )


def one_sided(document: dict[str, Any]) -> Table:
    """Streams that show little of the wearer."""
    rows = []
    for row in document["one_sided"]:
        changes = [f"{100 * row[key]:+.2f}" for key in ("change_mean", "worst_person", "worst_run")]
        rows.append(
            Row(
                [
                    _name(row),
                    row["features"],
                    row["stream"],
                    *changes,
                    percent(row["query_fraction"]),
                ]
            )
        )
    return Table(
        "Streams that show little of the wearer, auto: change in points against not learning",
        ["method", "inputs", "stream", "mean", "worst person", "worst run", "asked"],
        rows,
        "worst person: mean over that person's seeds. worst run: one person, one seed.",
    )


def people(document: dict[str, Any]) -> Table:
    """ODLTiny person by person: those who took part in the choice of the inputs, then the
    others."""
    chosen = [row for row in document["per_person"] if row["method"] == "ODLTiny"]
    keys = ("accuracy_drifted", "accuracy_after", "accuracy_after_auto")
    rows = [
        Row(
            [
                row["name"],
                "yes" if row["chose_inputs"] else "no",
                *(percent(row[key]) for key in keys),
            ]
        )
        for row in sorted(chosen, key=lambda r: (not r["chose_inputs"], r["person"]))
    ]
    for took, text in ((True, "mean of those who did"), (False, "mean of the others")):
        group = [row for row in chosen if row["chose_inputs"] == took]
        if group:
            means = [percent(sum(row[key] for row in group) / len(group)) for key in keys]
            rows.append(Row([text, "", *means], "bold"))
    return Table(
        "ODLTiny, person by person, in %",
        ["person", "chose the inputs", "drifted", "every label", "auto"],
        rows,
    )


def drift(document: dict[str, Any]) -> Table:
    """Every detector at every sensitivity."""
    rows = []
    for row in document["drift"]:
        setting = "-" if row["setting"] is None else f"{row['setting']:g}"
        cells = [row["detector"], setting, f"{row['false_alarms_per_1000']:.2f}"]
        cells += [
            f"{row['found_in_time']} of {row['people_drifted']}",
            f"{row['found']} of {row['people_drifted']}",
        ]
        cells.append("-" if row["delay_median"] is None else f"{row['delay_median']:.0f}")
        cells.append(f"{row['people_alarmed']} of {row['people']}")
        rows.append(Row(cells, "bold" if row["detector"] == "cusum" and row["default"] else ""))
    return Table(
        "Drift detection without labels, every person left out in turn",
        ["detector", "setting", "false alarms", "in 150 windows", "found", "delay", "all alarmed"],
        rows,
        "false alarms: per 1,000 unseen windows of people trained on. Found: of the people under "
        "94 % right; delay: their median, in windows. all alarmed: people with an alarm, whatever "
        "their accuracy. Bold: in use.",
    )


def device(document: dict[str, Any]) -> Table:
    """The device run: predicting first, training started and ended by itself."""
    run = document["device"]
    columns = [
        "person",
        "drifted",
        "every label",
        "device",
        "asked",
        "training",
        "what changed its mode, at window",
    ]
    if run is None:
        return Table("", columns, [])

    def cells(row: dict[str, Any]) -> list[str]:
        keys = (
            "accuracy_drifted",
            "accuracy_every_label",
            "accuracy_after",
            "query_fraction",
            "training_fraction",
        )
        return [percent(row[key]) for key in keys]

    rows = [
        Row([p["name"], *cells(p), ", ".join(f"{event} {number}" for number, event in p["events"])])
        for p in run["people"]
    ]
    total = ", ".join(f"{count} {event}" for event, count in run["events"].items())
    rows.append(Row(["mean", *cells(run), total], "bold"))
    return Table(
        "The whole device, in %: it starts in predicting mode",
        columns,
        rows,
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
        "Worn otherwise: accuracy in % after the stream, every person left out in turn",
        [*columns, "asked %", "questions"],
        rows,
        "no label: aligned from the stream's brisk windows alone; worst person: over the turns of "
        "a name, on average.",
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
        "Teachers, in %: auto from the first window on, every person left out in turn",
        ["teacher", "right", "after", "points lost", "worst", "asked", "queries", "say so"],
        rows,
        "right: of what a trained teacher answers on the new wearer. queries: a person. say so: "
        "devices that named a trouble.",
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
        "Energy of ODLTiny, in uJ",
        ["what", "uJ"],
        rows,
        f"Learning an own label is {cheaper} than a query ({spent['query_nj_per_bit']:.1f} nJ a "
        "bit on the air here), and would not be with a radio below "
        f"{spent['break_even_nj_per_bit']:.1f} nJ a bit. Figures not checked against their "
        f"source: {', '.join(spent['unchecked']) or 'none'}.",
    )
