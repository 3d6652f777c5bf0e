"""The page's tables: of the leans, the labels, and the model's own figures."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wirestance.inference.lean import Lean, Measure
from wirestance.inference.report import words
from wirestance.model.artifact import METRICS, SHIPPED
from wirestance.model.labels import ARMENIA, AZERBAIJAN, NEUTRAL

FILES = {
    "test": "composed statements, held out of the training",
    "article": "the source article, a real wire",
    "real_dev.jsonl": "real published statements, chosen to be hard",
    "feed_dev.jsonl": "sentences of real news feeds",
}
"""What the sets of statements are that the model was judged on."""


class Table(NamedTuple):
    """A table whose first column heads the rows."""

    caption: str
    head: list[str]
    rows: list[list[str]]


def source_table(leans: Sequence[Lean]) -> Table:
    """The leans of sources, in the order given."""
    return Table(
        "Lean by source, with 95 % intervals",
        _lean_head("source"),
        [_lean_row(words.source_name(lean.key), lean) for lean in leans],
    )


def time_table(leans: Sequence[Lean], by: str) -> Table:
    """The leans of days or months, in the order given."""
    rows = [_lean_row(words.key_date(lean.key), lean) for lean in leans]
    return Table(f"Lean by {by}, with 95 % intervals", _lean_head(by), rows)


def share_table(leans: Sequence[Lean]) -> Table:
    """The counts and shares of the labels by source, in the order given."""
    head = ["source", "statements", "got a label", ARMENIA, NEUTRAL, AZERBAIJAN]
    rows = [
        [
            words.source_name(lean.key),
            f"{lean.everything.statements:,}",
            words.percent(lean.everything.coverage),
            *(_share(lean.everything, label) for label in (ARMENIA, NEUTRAL, AZERBAIJAN)),
        ]
        for lean in leans
    ]
    return Table("Labels by source: share of the labelled statements, and their number", head, rows)


def problem_table(problems: Mapping[str, int]) -> Table:
    """Why statements got no label, the commonest reason first."""
    rows = [
        [words.clean(problem), f"{number:,}"]
        for problem, number in sorted(problems.items(), key=lambda p: (-p[1], p[0]))
    ]
    return Table("Statements without a label, by reason", ["reason", "statements"], rows)


def audit_table(metrics: Mapping[str, Any]) -> Table:
    """The model's figures on statements whose labels are known, a row for each set of them."""
    head = [
        "judged on", "statements", "macro-F1", "exchange-consistency", "own lean", "calibration error", "got a label",
        "of those, right",
    ]  # fmt: skip
    audit = metrics.get("audit", {})
    rows = []
    for key, found in metrics.get("evaluation", {}).items():
        audited = audit.get(key, {})
        rows.append([
            FILES.get(key, str(key)),
            f"{found['statements']:,}" if "statements" in found else words.DASH,
            _figure(found.get("macro_f1")),
            _plain(_value(audited.get("consistency"))),
            words.signed(_value(audited.get("lean")), 3),
            _plain(found.get("calibration_error")),
            words.percent(_value(found.get("answered"))),
            words.percent(_value(found.get("answered_precision"))),
        ])  # fmt: skip
    return Table("The model on statements whose labels are known, with 95 % intervals", head, rows)


def shipped_metrics() -> Mapping[str, Any]:
    """The figures of the model that comes with the package; none if they are not there."""
    try:
        found = json.loads((SHIPPED / METRICS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _lean_head(by: str) -> list[str]:
    return [
        by,
        "wires",
        "copies",
        "own voice",
        "interval",
        "in words",
        "everything",
        "interval",
        "in words",
    ]


def _lean_row(first: str, lean: Lean) -> list[str]:
    return [
        first,
        f"{lean.wires:,}",
        f"{lean.copies:,}",
        *_measure_cells(lean.own),
        *_measure_cells(lean.everything),
    ]


def _measure_cells(measure: Measure) -> list[str]:
    return [
        words.signed(measure.lean),
        words.interval(measure.low, measure.high),
        words.VERDICTS[words.verdict(measure)],
    ]


def _share(measure: Measure, label: str) -> str:
    return (
        f"{words.percent(measure.shares[label])}{words.SPACE}({measure.counts[label]:,})"
        if measure.answered
        else words.DASH
    )


def _value(figure: Mapping[str, float] | None) -> float | None:
    return None if figure is None else figure["value"]


def _plain(value: float | None) -> str:
    return words.DASH if value is None else f"{value:.3f}"


def _figure(figure: Mapping[str, float] | None) -> str:
    return (
        words.DASH
        if figure is None
        else f"{figure['value']:.2f} ({figure['low']:.2f} to {figure['high']:.2f})".replace(" ", words.SPACE)
    )
