"""What is shown of a wire on a terminal."""

import json
from io import StringIO

import pytest
from rich.console import Console

from wirestance import LABELS, Explanation, Prediction, Word
from wirestance.inference.prediction import BELOW_THRESHOLD
from wirestance.inference.render import explanation_line, print_explanation, printable


@pytest.mark.parametrize("mark", [0x1B, 0x9B, 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_a_wire_neither_controls_a_terminal_nor_turns_its_text(mark):
    assert printable(f"Yerevan {chr(mark)}denied it.") == "Yerevan \N{REPLACEMENT CHARACTER}denied it."


def test_letters_of_all_scripts_stay():
    text = "Əliyev, Խաչատրյան, عربى, a\N{ZERO WIDTH NON-JOINER}b"
    assert printable(text) == text


def test_a_statement_is_shown_in_one_line():
    assert printable("Talks\tresume\nin\rGeneva.") == "Talks resume in Geneva."


@pytest.mark.parametrize(
    ("label", "truncated", "problem", "told", "head"),
    [
        (LABELS[0], False, None, {}, f"{LABELS[0]} 0.50"),
        (LABELS[0], True, None, {"truncated": True}, f"{LABELS[0]} 0.50 (only the beginning was judged)"),
        (
            None,
            False,
            BELOW_THRESHOLD,
            {"problem": BELOW_THRESHOLD},
            f"can't tell (below the threshold); most probable is {LABELS[0]} 0.50",
        ),
    ],
)
def test_an_explanation_tells_why_there_is_no_label(label, truncated, problem, told, head):
    scores = dict(zip(LABELS, (0.5, 0.3, 0.2), strict=True))
    prediction = Prediction(label, 0.5, scores, truncated=truncated, problem=problem)
    explanation = Explanation("Talks went on.", prediction, LABELS[0], (Word("Talks", 0, 5, 0.01),))
    record = json.loads(explanation_line(explanation))
    assert {name: record[name] for name in ("truncated", "problem") if name in record} == told
    shown = StringIO()
    print_explanation(Console(file=shown, width=160), explanation)
    assert shown.getvalue().splitlines() == [head, "Talks went on."]
