"""Predictions as people read them on a terminal, and as programs read them on a pipe."""

import json
from typing import TYPE_CHECKING, Any

from wirestance.inference.prediction import Prediction
from wirestance.model.labels import ARMENIA, AZERBAIJAN, LABELS, NEUTRAL

if TYPE_CHECKING:
    from rich.console import Console

CANNOT_TELL = "can't tell"
COLOURS = {AZERBAIJAN: "bold blue", ARMENIA: "bold dark_orange", NEUTRAL: "default", None: "dim italic"}
"""Blue and orange stay apart for every kind of colour vision; the label is always written out as well."""


def json_line(text: str, prediction: Prediction, *, probabilities: bool) -> str:
    """One prediction as a line of JSON."""
    record: dict[str, Any] = {"text": text, "label": prediction.label, "score": round(prediction.score, 4)}
    if probabilities:
        record["scores"] = {label: round(score, 4) for label, score in prediction.scores.items()}
    record["truncated"] = prediction.truncated
    if prediction.problem:
        record["problem"] = prediction.problem
    return json.dumps(record, ensure_ascii=False)


def print_row(console: "Console", text: str, prediction: Prediction, *, probabilities: bool) -> None:
    """One prediction as a row of a table: the label, its probability, the statement."""
    from rich.table import Table
    from rich.text import Text

    row = Table.grid(padding=(0, 2))
    row.add_column(width=max(map(len, LABELS)), no_wrap=True)
    row.add_column(width=4, no_wrap=True)
    cells = [Text(prediction.label or CANNOT_TELL, style=COLOURS[prediction.label]), Text(f"{prediction.score:.2f}")]
    if probabilities:
        row.add_column(no_wrap=True)
        cells.append(Text("  ".join(f"{label} {score:.2f}" for label, score in prediction.scores.items()), style="dim"))
    row.add_column(ratio=1)
    cells.append(Text(text + (" (only the beginning was judged)" if prediction.truncated else "")))
    row.add_row(*cells)
    console.print(row)
