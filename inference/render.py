"""Predictions as people read them on a terminal, and as programs read them on a pipe."""

import json
import re
from typing import TYPE_CHECKING, Any

from wirestance.inference.explain import Explanation
from wirestance.inference.prediction import Prediction
from wirestance.model.labels import ARMENIA, AZERBAIJAN, LABELS, NEUTRAL

if TYPE_CHECKING:
    from rich.console import Console

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of writing."""

BREAKS = str.maketrans("\t\n\r", "   ")
"""White space that would break a row, as blanks."""

BEGINNING = " (only the beginning was judged)"
CANNOT_TELL = "can't tell"
COLOURS = {AZERBAIJAN: "bold blue", ARMENIA: "bold dark_orange", NEUTRAL: "default", None: "dim italic"}
"""Blue and orange stay apart for every kind of colour vision; the label is always written out as well."""

WEIGHS = 0.05
"""Weight from which a word is marked."""


def printable(text: str) -> str:
    """The text in one line, without characters that would clear or forge a terminal, or have it shown reversed."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.translate(BREAKS))


def json_line(text: str, prediction: Prediction, *, probabilities: bool) -> str:
    """One prediction as a line of JSON."""
    record: dict[str, Any] = {"text": text, "label": prediction.label, "score": round(prediction.score, 4)}
    if probabilities:
        record["scores"] = {label: round(score, 4) for label, score in prediction.scores.items()}
    record["truncated"] = prediction.truncated
    if prediction.problem:
        record["problem"] = prediction.problem
    return json.dumps(record, ensure_ascii=False)


def explanation_line(explanation: Explanation) -> str:
    """An explanation as a line of JSON; that it was truncated, and why there is no label, is told where it is so."""
    prediction = explanation.prediction
    record: dict[str, Any] = {
        "text": explanation.text,
        "label": prediction.label,
        "explained": explanation.label,
        "score": round(prediction.score, 4),
    }
    if prediction.truncated:
        record["truncated"] = True
    if prediction.problem:
        record["problem"] = prediction.problem
    record["words"] = [
        {"word": word.text, "start": word.start, "end": word.end, "weight": round(word.weight, 4)}
        for word in explanation.words
    ]
    return json.dumps(record, ensure_ascii=False)


def print_explanation(console: "Console", explanation: Explanation) -> None:
    """A statement with the words that speak for its label in its colour, those against it struck out.

    The strength of a word is written behind it, so that nothing hangs on colour alone.
    """
    from rich.text import Text

    line, place = Text(), 0
    for word in explanation.words:
        line.append(printable(explanation.text[place : word.start]))
        weighs = abs(word.weight) >= WEIGHS
        style = "" if not weighs else COLOURS[explanation.label] if word.weight > 0 else "strike"
        line.append(printable(word.text), style=style)
        if weighs:
            line.append(f" {word.weight:+.2f}", style="dim")
        place = word.end
    line.append(printable(explanation.text[place:]))
    prediction = explanation.prediction
    answer = prediction.label or f"{CANNOT_TELL} ({prediction.problem}); most probable is {explanation.label}"
    head = f"{answer} {prediction.score:.2f}{BEGINNING if prediction.truncated else ''}"
    console.print(Text(head, style=COLOURS[explanation.label]))
    console.print(line)


def print_row(console: "Console", text: str, prediction: Prediction, *, probabilities: bool) -> None:
    """One prediction as a row of a table: the label, its probability, the statement; why, if there is no label."""
    from rich.table import Table
    from rich.text import Text

    row = Table.grid(padding=(0, 2))
    row.add_column(width=max(map(len, LABELS)), no_wrap=True)
    row.add_column(width=4, no_wrap=True)
    row.add_column(ratio=1)
    statement = Text(printable(text) + (BEGINNING if prediction.truncated else ""))
    if prediction.problem:
        statement.append(f" ({printable(prediction.problem)})", style="dim")
    if probabilities:
        shown = ", ".join(f"{label} {score:.2f}" for label, score in prediction.scores.items())
        statement.append(f"\n{shown}", style="dim")
    label = Text(prediction.label or CANNOT_TELL, style=COLOURS[prediction.label])
    row.add_row(label, f"{prediction.score:.2f}", statement)
    console.print(row)
