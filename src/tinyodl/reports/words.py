"""A document in a few words: what a new wearer loses, what is won back, for how many questions, and
whether that is safe."""

from typing import Any, NamedTuple

from tinyodl.experiments.summary.advice import POINT
from tinyodl.reports.table import NOTHING, POLICIES, Row, Table, method, percent, points

ROWS = 10  # days or recordings in a summary
FIRST = 4  # people who are named
RANDOM = "any turn at random"
GAIN, QUESTIONS, SAFE = "What do I gain?", "For how many questions?", "Is it safe?"
FIRST_ANSWERS = (GAIN, QUESTIONS, SAFE)
TURNED = "And worn otherwise?"


class Words(NamedTuple):
    """headline: the main figure as a sentence; answers: short ones, question by question; table:
    the figures behind it."""

    headline: str
    answers: dict[str, str]
    table: Table


def of(document: dict[str, Any]) -> Words:
    """The words for a document of any protocol."""
    if document["rows"]:
        return _compared(document)
    if document["week"]:
        return _week(document)
    if document["evidence"]:
        return _evidence(document)
    return Words("Nothing was run", {}, Table("", [""], []))


def main(document: dict[str, Any]) -> dict[str, Any]:
    """The row that is spoken of: ODLTiny's, or the first with `auto`, as published, or learning."""
    rows: list[dict[str, Any]] = document["rows"]

    def worth(row: dict[str, Any]) -> tuple[bool, bool, bool, bool]:
        own = policies(document, row)
        ours = row["method"] == "ODLTiny"
        return ours, "auto" in own, "published" in own, row["method"] != "NoODL"

    return max(rows, key=worth)


def policies(document: dict[str, Any], row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The policies of a row, by name; of several settings the one listed last."""
    return {p["policy"]: p for p in document["pruning"] if same(p, row)}


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether two figures are of one model."""
    return all(a[key] == b[key] for key in ("method", "features", "hidden"))


def chosen(document: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """What is spoken of as learning: `auto`, as published, or every label."""
    own = policies(document, row)
    none = row | {"policy": "all", "query_fraction": 1.0, "questions": None}
    return own.get("auto") or own.get("published") or own.get("all") or none


def _compared(document: dict[str, Any]) -> Words:
    row = main(document)
    learning = chosen(document, row)
    before, drifted = row["accuracy_before"], row["accuracy_drifted"]
    after = learning["accuracy_after"]
    falls = (
        f"A new wearer costs {100 * (before - drifted):.1f} points of accuracy ({percent(before)} "
        f"to {percent(drifted)} %)"
        if before > drifted
        else f"A new wearer costs nothing here ({percent(drifted)} % right without learning)"
    )
    gain, name = after - drifted, method(row)
    if gain > 0:
        back = " back" if gain <= before - drifted else ""
        wins = f"wins {100 * gain:.1f}{back}, to"
    else:
        wins = "wins nothing:"
    asked = learning["questions"]
    count = "every label" if asked is None else f"{asked:.1f} questions a person"
    price = f"It asks {count}, {percent(learning['query_fraction'])} % of the windows"
    if learning["policy"] != "all" and (every := policies(document, row).get("all")):
        price += f"; every label would make it {percent(every['accuracy_after'])} %"
    answers = {
        GAIN: f"{falls}. {name} {wins} {percent(after)} %.",
        QUESTIONS: f"{price}.",
        SAFE: safe(document),
    }
    if found := advice(document):
        answers["Which policy?"] = found
    if text := turned(document):
        answers[TURNED] = text
    if document["published"] and document["protocol"] == "pooled":
        answers["And as published?"] = published(document)
    headline = f"{percent(drifted)} % right on a new wearer becomes {percent(after)} %" + (
        "" if asked is None else f", for {asked:.1f} questions a person"
    )
    return Words(headline, answers, _figures(document, row))


def _figures(document: dict[str, Any], row: dict[str, Any]) -> Table:
    """The few figures that count."""
    people = [p for p in document["per_person"] if same(p, row)]
    worst = min((p["accuracy_drifted"] for p in people), default=None)
    cells = [("people it was trained on", percent(row["accuracy_before"]), NOTHING, NOTHING)]
    cells.append(
        ("new wearers, not learning", percent(row["accuracy_drifted"]), percent(worst), "0")
    )
    own = policies(document, row)
    for name in ("auto",) if "auto" in own else ("published", "all"):
        if name in own:
            figures = percent(own[name]["accuracy_after"]), percent(own[name]["worst_person_after"])
            policy = POLICIES.get(name, name)
            cells.append((f"the same, {policy}", *figures, f"{own[name]['questions']:.1f}"))
    if run := document["device"]:
        figures = percent(run["accuracy_after"]), percent(run["worst_person_after"])
        cells.append(("the device, predicting first", *figures, f"{run['questions']:.1f}"))
    sensors, aligned = _turned(document)
    if False in sensors:
        still = sensors[False]
        figures = percent(still["accuracy_drifted"]), percent(still["worst_person_drifted"])
        cells.append(("sensor turned, not learning", *figures, "0"))
    if True in sensors:
        learnt = sensors[True]
        figures = percent(learnt["accuracy_after"]), percent(learnt["worst_person_after"])
        how = "sensor turned, aligned, auto" if aligned else "sensor turned, auto"
        cells.append((how, *figures, f"{learnt['questions']:.1f}"))
    who = (
        f"one model relearns on {len(people)} new people"
        if document["protocol"] == "pooled"
        else f"each of {len(people)} people left out in turn"
    )
    return Table(
        f"{method(row)} on {document['data']}: {who} ({document['split']} split)",
        ["", "right, %", "worst person, %", "questions a person"],
        [Row(list(line), "bold" if line[0] == "the same, auto" else "") for line in cells],
    )


def safe(document: dict[str, Any]) -> str:
    """Who is worse off than without learning, and by how much."""
    row = main(document)
    found = next((a for a in document["advice"] if same(a, row)), None)
    losers: dict[str, tuple[list[dict[str, Any]], int]] = {}
    if found:
        losers["auto"] = found["worse_off"], found["against"][0]["people"]
    if run := document["device"]:
        losers["the device"] = _lost(run["people"]), len(run["people"])
    if not losers:
        return f"Told every label, {row['people_losing_over_1_point']} people are {_WORSE}."
    if not any(lost for lost, _ in losers.values()):
        return f"Nobody of {max(count for _, count in losers.values())} is {_WORSE}."
    parts = [f"with {who} {_named(lost, count)}" for who, (lost, count) in losers.items()]
    return f"{_WORSE.capitalize()}: {'; '.join(parts)}."


_WORSE = "over a point worse off than without learning"


def _lost(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a device's people, those who lost over a point, the worst first."""
    rows = [
        {"name": p["name"], "before": p["accuracy_drifted"], "after": p["accuracy_after"]}
        for p in people
        if p["accuracy_after"] < p["accuracy_drifted"] - POINT
    ]
    return sorted(rows, key=lambda p: p["after"] - p["before"])


def _named(lost: list[dict[str, Any]], count: int) -> str:
    """How many, and the first of them."""
    if not lost:
        return f"nobody of {count}"
    first = [f"{p['name']}: {percent(p['before'])} to {percent(p['after'])}" for p in lost[:FIRST]]
    more = ", ..." if len(lost) > FIRST else ""
    return f"{len(lost)} of {count} ({', '.join(first)}{more})"


def advice(document: dict[str, Any]) -> str | None:
    """Which policy suits these recordings, and by how much."""
    row = main(document)
    found = next((a for a in document["advice"] if same(a, row)), None)
    if found is None:
        return None
    parts = []
    for k, other in enumerate(other for other in found["against"] if other["policy"] != "none"):
        ahead, behind = other["people_ahead"], other["people_behind"]
        counts = f"{ahead}, {behind}" if k else f"{ahead} people better, {behind} worse"
        unit = "" if k else " points"
        parts.append(f"{points(other['ahead'])}{unit} on {other['policy']} ({counts})")
    if not parts:
        parts = [f"{points(found['against'][0]['ahead'])} points on not learning"]
    suits = {"none": "not learning"}.get(found["suits"], found["suits"])
    asked = percent(found["query_fraction"])
    return f"At {asked} % asked {suits} suits these people: auto is {', '.join(parts)}."


def _turned(document: dict[str, Any]) -> tuple[dict[bool, dict[str, Any]], bool]:
    """The figures of a sensor turned at random by whether it may align itself, and whether it
    does."""
    found = {row["align"]: row for row in document["turned"] if row["sensor"] == RANDOM}
    drifted = [row["accuracy_drifted"] for row in found.values()]
    return found, len(set(drifted)) > 1


def turned(document: dict[str, Any]) -> str | None:
    """What a turned sensor costs."""
    found, aligned = _turned(document)
    if len(found) < 2:
        return None
    text = f"Turned at random, it is right on {percent(found[False]['accuracy_drifted'])} %"
    own = found[True]
    if aligned:
        text += f"; aligned by itself, without a question, on {percent(own['accuracy_drifted'])} %"
    after, asked = percent(own["accuracy_after"]), own["questions"]
    return f"{text}; with auto on {after} %, for {asked:.1f} questions."


def published(document: dict[str, Any]) -> str:
    """The published figures, and what they were measured on."""
    known = document["published"]
    about = known["approximate"]
    ends = [f"{100 * about[f'accuracy_{key}']:.0f}" for key in ("before", "drifted", "after")]
    asked = percent(1 - known["communication_saved"])
    return f"Published: about {' / '.join(ends)} % before / drifted / after, {asked} % asked."


def _evidence(document: dict[str, Any]) -> Words:
    rows = []
    names = list(dict.fromkeys(row["data"] for row in document["evidence"]))
    gains = []
    for name in names:
        own = {row["policy"]: row for row in document["evidence"] if row["data"] == name}
        gains.append(own["auto"]["accuracy_after"] - own["none"]["accuracy_after"])
        cells = [percent(own[policy]["accuracy_after"]) for policy in ("none", "auto", "device")]
        rows.append(Row([name, *cells, f"{own['auto']['questions']:.1f}"]))
    worse = sum(r["people_worse"] for r in document["evidence"] if r["policy"] == "auto")
    people = sum(r["people"] for r in document["evidence"] if r["policy"] == "auto")
    sets = f"{len(names)} set{'s' * (len(names) != 1)} of recordings"
    headline = f"Learning wins {100 * min(gains):.1f} to {100 * max(gains):.1f} points on {sets}"
    lost = f"With auto {worse} of {people} people are over 2 points worse off than not learning."
    table = Table(
        "Right after the stream, in %, every person left out",
        ["recordings", "not learning", "auto", "the device", "questions a person"],
        _few(rows),
    )
    return Words(headline, {GAIN: f"{headline}.", SAFE: lost}, table)


def _few(rows: list[Row]) -> list[Row]:
    """The first and the last of many."""
    if len(rows) <= ROWS:
        return rows
    between = Row(["...", *([""] * (len(rows[0].cells) - 1))])
    return [*rows[: ROWS // 2], between, *rows[-(ROWS // 2) :]]


def _week(document: dict[str, Any]) -> Words:
    days = document["week"]
    rows = [
        Row(
            [
                str(day["day"]),
                percent(day["accuracy"]),
                percent(day["accuracy_not_learning"]),
                f"{day['questions']:.1f}",
                points(day["worst_person_change"]),
            ]
        )
        for day in days
    ]
    mean = {
        key: sum(day[key] for day in days) / len(days)
        for key in ("accuracy", "accuracy_not_learning", "questions")
    }
    worst = min(day["worst_person_change"] for day in days)
    headline = (
        f"{percent(mean['accuracy_not_learning'])} % right without learning becomes "
        f"{percent(mean['accuracy'])} %, for {mean['questions']:.1f} questions a day"
    )
    lost = f"The worst day of anybody: {points(worst)} points against not learning."
    table = Table(
        "Right as they came, in %, by day",
        ["day", "the device", "not learning", "questions", "worst against that"],
        _few(rows),
    )
    return Words(headline, {GAIN: f"{headline}.", SAFE: lost}, table)
