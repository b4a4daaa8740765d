"""Tables of methods and policies on new wearers."""

from typing import Any

from tinyodl.reports.table import (
    NOTHING,
    Row,
    Table,
    between,
    filled,
    method,
    percent,
    points,
    policy_name,
)


def conditions(document: dict[str, Any]) -> str:
    """How it was run."""
    protocol, split, order = document["protocol"], document["split"], document["order"]
    seeds = document["seeds"]
    split = {"recordings": "whole recordings to either side"}.get(split, f"{split} split")
    return f"{protocol}, {split}, {order} order, {seeds} seed{'s' * (seeds != 1)}"


def accuracy(document: dict[str, Any]) -> Table:
    """Every method, learning from every label."""
    keys = ("accuracy_before", "accuracy_drifted", "accuracy_after")
    rows = []
    if document["published"]:
        about = document["published"]["approximate"]
        cells = ["published (about)", "561", *(percent(about[key]) for key in keys)]
        cells += [NOTHING] * 4 + [f"{about['state_kilobytes']:.1f}"] + [NOTHING] * 3
        rows.append(Row(cells, "italic"))
    for row in document["rows"]:
        cells = [method(row), f"{row['features']} {row['inputs']}"]
        cells += [percent(row[key]) for key in keys]
        cells += [between(row["people_interval"]), between(row["seeds_interval"]["accuracy_after"])]
        cells.append(f"{percent(row['worst_person_after'])} ({row['worst_person_name']})")
        cells += [str(row["people_losing_over_1_point"]), f"{row['state_bytes'] / 1000:.1f}"]
        cells += [percent(row[k]) for k in ("macro_f1", "accuracy_learning")]
        cells.append(percent(row["accuracy_before_after"]))
        rows.append(Row(cells, "bold" if row["method"] == "ODLTiny" else ""))
    return filled(
        Table(
            "Told every label, each method wins back what it can: accuracy in %",
            [
                *("method", "inputs", "before", "drifted", "after", "over people", "over seeds"),
                *("worst person", "lost", "kB", "macro F1", "learning", "kept"),
            ],
            rows,
            f"{conditions(document)}. "
            "before: people trained on; drifted: new wearers, not learning; after: every "
            "label learnt. over people: 95 % of after, by bootstrap; over seeds: the same by "
            "Student's t, where the seed changes anything. lost: people over 1 point worse than "
            "without learning. kB: kept to predict and to learn, float32. learning: predicted "
            "before each sample is learnt. kept: people of before, afterwards.",
            keys=2,
        )
    )


def pruning(document: dict[str, Any]) -> Table:
    """Every policy of every method."""
    published = document["published"]
    rows = []
    if published:
        share = percent(1 - published["communication_saved"])
        lost = f"{points(-published['accuracy_lost'])} points"
        cells = ["published (abstract)", "561", "published", lost, NOTHING, share]
        rows.append(Row(cells + [NOTHING] * 3 + [share] + [NOTHING] * 3, "italic"))
    for row in document["pruning"]:
        cells = [method(row), row["features"], policy_name(row), percent(row["accuracy_after"])]
        cells += [between(row["people_interval"]), percent(row["query_fraction"])]
        cells += [f"{row['questions']:.1f}", str(row["people_losing_over_1_point"])]
        cells.append(between(row["seeds_interval"]["accuracy_after"]))
        cells += [f"{100 * row['byte_fraction']:.2f}", f"{row['radio_mj']:.0f}"]
        cells += [f"{row['total_mj']:.0f}", percent(row["accuracy_before_after"])]
        ours = row["policy"] == "auto" and row["method"] == "ODLTiny"
        rows.append(Row(cells, "bold" if ours else ""))
    return filled(
        Table(
            "Asked for some labels only, each policy has its price, in %",
            [
                *("method", "inputs", "policy", "after", "over people", "asked", "questions"),
                *("lost", "over seeds", "bytes", "radio mJ", "total mJ", "kept"),
            ],
            rows,
            f"{conditions(document)}. "
            "questions: of a person. lost: people over 1 point below asking for every label. "
            f"bytes: on the air ({document['payload']} values, ids, packets) in % of sending every "
            "sample as 561 float32. published-cold: without its warm-up. mJ: a day of wear, "
            "queries alone, and with computing and idling (docs/energy.md).",
            keys=3,
        )
    )


def same_share(document: dict[str, Any]) -> Table:
    """The other policies, asking as often as auto."""
    rows = []
    for row in document["same_share"]:
        cells = [method(row), row["features"], row["policy"], percent(row["accuracy_after"])]
        cells += [percent(row["auto_accuracy_after"]), points(row["auto_ahead"])]
        rows.append(Row(cells))
    return Table(
        "Asking as often as auto does, other policies end here",
        ["method", "inputs", "policy", "after", "auto", "auto ahead by"],
        rows,
        "In %. Fixed thresholds are interpolated between those above; random asks as often as auto "
        "did.",
        keys=3,
    )


def advice(document: dict[str, Any]) -> Table:
    """Which policy suits the data, person by person."""
    rows = []
    for found in document["advice"]:
        for other in found["against"]:
            low, high = other["interval"]
            cells = [
                method(found),
                found["features"],
                "not learning" if other["policy"] == "none" else other["policy"],
            ]
            cells += [points(other["ahead"]), f"{points(low)} to {points(high)}"]
            cells += [str(other["people_ahead"]), str(other["people_behind"])]
            rows.append(Row([*cells, str(other["people"])]))
    return Table(
        "Whether auto suits these people shows person by person",
        ["method", "inputs", "auto against", "ahead", "95 %", "ahead on", "behind on", "people"],
        rows,
        "ahead: points, mean over people, at the share of labels that auto asks; 95 %: over "
        "people, by bootstrap; ahead on, behind on: people, by over a point.",
        keys=3,
    )


def one_sided(document: dict[str, Any]) -> Table:
    """Streams that show little of the wearer."""
    rows = []
    for row in document["one_sided"]:
        changes = [points(row[key]) for key in ("change_mean", "worst_person", "worst_run")]
        cells = [method(row), row["features"], row["stream"], *changes]
        rows.append(Row([*cells, percent(row["query_fraction"])]))
    return Table(
        "Where auto sees little of its wearer, it may lose: points against not learning",
        ["method", "inputs", "stream", "mean", "worst person", "worst run", "asked %"],
        rows,
        "worst person: mean over that person's seeds. worst run: one person, one seed.",
        keys=3,
    )


def people(document: dict[str, Any]) -> Table:
    """Person by person, the worst first; those who took part in the choice of the inputs apart."""
    chosen = [row for row in document["per_person"] if row["method"] == "ODLTiny"]
    keys = ("accuracy_drifted", "accuracy_after_auto", "accuracy_after")
    took = any(row["chose_inputs"] for row in chosen)

    def cells(name: str, chose: str, values: list[float | None]) -> list[str]:
        return [name, *([chose] if took else []), *map(percent, values)]

    rows = [
        Row(cells(row["name"], "yes" if row["chose_inputs"] else "no", [row[k] for k in keys]))
        for row in sorted(chosen, key=lambda row: row["accuracy_drifted"])
    ]
    groups = {"mean": chosen}
    if took:
        groups = {
            "mean of those who did": [row for row in chosen if row["chose_inputs"]],
            "mean of the others": [row for row in chosen if not row["chose_inputs"]],
        }
    for name, group in groups.items():
        if group:
            means = [sum(row[key] for row in group) / len(group) for key in keys]
            rows.append(Row(cells(name, "", list(means)), "bold"))
    return Table(
        "Person by person, the worst first: what ODLTiny loses and wins back, in %",
        ["person", *(["chose the inputs"] if took else []), "not learning", "auto", "every label"],
        rows,
    )


WHEN = {
    "before": "people trained on",
    "drifted": "new wearers, not learning",
    "after_auto": "new wearers, after auto",
    "after": "new wearers, after every label",
}


def shown(document: dict[str, Any]) -> dict[str, Any] | None:
    """The confusion that is shown: ODLTiny's, or the last method's."""
    found: list[dict[str, Any]] = document["confusion"]
    ours = [row for row in found if row["method"] == "ODLTiny"] or found
    return ours[-1] if ours else None


def recall(document: dict[str, Any]) -> Table:
    """Each activity: how many of its windows are recognised."""
    found = shown(document)
    if found is None:
        return Table("", [], [])
    when = [key for key in WHEN if key in found["recall"]]
    rows = [
        Row([name, *(percent(found["recall"][key][k]) for key in when)])
        for k, name in enumerate(found["activities"])
    ]
    return Table(
        f"Some activities suffer more: recall of each, {method(found)}, in %",
        ["activity", *(WHEN[key] for key in when)],
        rows,
        "Of an activity's windows, the share that is recognised.",
    )


def confusion(document: dict[str, Any]) -> list[Table]:
    """What is taken for what, before, drifted and after."""
    found = shown(document)
    if found is None:
        return []
    return [
        Table(
            f"What is taken as what: {method(found)}, {WHEN[key]}",
            ["is", *(f"as {name}" for name in found["activities"]), "windows"],
            [
                Row([name, *(f"{count:,}" for count in counts), f"{sum(counts):,}"])
                for name, counts in zip(found["activities"], found["matrices"][key], strict=True)
            ],
            "Windows over all people and seeds.",
        )
        for key in WHEN
        if key in found["matrices"]
    ]
