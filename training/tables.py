"""The figures as tables on a terminal."""

import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from wirestance.model.labels import LABELS
from wirestance.training.audit import Audit
from wirestance.training.baselines import SAMPLED
from wirestance.training.evaluate import Capability, Evaluation, contrast_rows
from wirestance.training.metrics import Figure

console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)

SHOWN_GAP = 0.001
"""Smaller differences between a statement and its mirror image are rounding."""


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table."""
    grid = Table(*columns, title=title, title_justify="left", title_style="bold")
    for row in rows:
        grid.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    console.print(grid)


def print_evaluation(name: str, found: Evaluation) -> None:
    """The figures of one set of statements."""
    table(
        f"{name}: {found.statements} statements",
        ["figure", "value [95 % interval]"],
        [
            ("macro-F1", found.macro_f1),
            ("macro-F1, told the set's own share", found.macro_f1_at_own_share),
            ("macro-F1, at the share estimated from the texts", found.macro_f1_at_estimated_share),
            ("… that share", found.estimated_share),
            ("accuracy", found.accuracy),
            ("neutral called partisan", found.false_alarms),
            ("macro-F1 of the surest 80 %", found.macro_f1_at_coverage),
            ("expected calibration error, at the expected share", found.calibration_error),
            ("area under risk–coverage", found.risk_coverage_area),
            ("answered at the default threshold", found.answered),
            ("… of those, right", found.answered_precision),
            ("… partisan answers", found.answered_partisan),
            ("… of those, right", found.answered_partisan_precision),
            ("… and at the expected share", found.expected_partisan_precision),
            ("… neutral called partisan", found.answered_false_alarms),
        ],
    )
    table(
        f"{name}: by label",
        ["true \\ answered", *LABELS, "precision", "recall", "F1"],
        [
            (label, *counts, *found.classes[label].values())
            for label, counts in zip(LABELS, found.confusion, strict=True)
        ],
    )


def print_baselines(found: Mapping[str, Mapping[str, Figure]]) -> None:
    """The macro-F1 of the model and of what was trained on the same statements, or on a sample of them."""
    sets = list(next(iter(found.values())))
    table("macro-F1 compared", ["classifier", *sets], [(name, *row.values()) for name, row in found.items()])
    console.print(SAMPLED)


def print_contrast(found: Mapping[str, Capability]) -> None:
    """Failure rates by capability, and the worst examples of each."""
    table("contrast suite", ["capability", "items", "failures", "failure rate"], contrast_rows(found))
    console.print("contrast suite: the surest failures", style="bold")
    for name, capability in found.items():
        for worst in capability.worst:
            console.print(f"  {name}: {worst['label']}, answered {worst['answer']} {worst['score']}: {worst['text']}")


def print_audit(name: str, found: Audit) -> None:
    """The audit of one set of statements."""
    rows: list[Sequence[object]] = [
        ("statements; of them changed by the mirror", f"{found.statements}; {found.mirrored}"),
        ("exchange-consistency", found.consistency),
        ("mean gap", found.gap),
        ("the model's own lean", found.lean),
        ("neutral whose image is called pro-azerbaijan", found.neutral_to_azerbaijan),
        ("neutral whose image is called pro-armenia", found.neutral_to_armenia),
    ]
    if found.recall_gap is not None:
        rows += [
            ("recall gap, with mirror images", found.recall_gap),
            ("false-positive gap, with mirror images", found.false_positive_gap),
            ("recall gap, statements as they come", found.observed_recall_gap),
        ]
    table(f"{name}: audit (azerbaijan − armenia)", ["figure", "value [95 % interval]"], rows)
    gaps = [worst for worst in found.worst if abs(worst["gap"]) >= SHOWN_GAP]
    console.print(f"{name}: the widest gaps" if gaps else f"{name}: no gap reaches {SHOWN_GAP}", style="bold")
    for worst in gaps:
        console.print(f"  {worst['gap']:+.3f} {worst['label']}, mirrored {worst['mirror_label']}: {worst['text']}")
