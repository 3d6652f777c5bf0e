"""What is said of a lean in words: nothing of few wires, nor of a lean that the page shows as none."""

import random

import pytest
from report_pages import PROBABILITIES, statement

from wirestance.inference.lean import lean
from wirestance.inference.report.words import FEWEST_WIRES, verdict


def leaning(leans, wire=0, voice="own"):
    probabilities = (max(leans, 0.0), max(-leans, 0.0), 1 - abs(leans))
    return statement(wire=str(wire), voice=voice, **dict(zip(PROBABILITIES, probabilities, strict=True)))


@pytest.mark.parametrize(
    ("wires", "leans", "told"),
    [
        (0, 0.9, "nothing"),
        (1, 0.9, "few"),
        (FEWEST_WIRES - 1, 0.9, "few"),
        (FEWEST_WIRES, 0.9, "azerbaijan"),
        (FEWEST_WIRES, -0.9, "armenia"),
        (FEWEST_WIRES, -0.004, "unsure"),
        (FEWEST_WIRES, -0.006, "armenia"),
    ],
)
def test_a_lean_is_told_of_enough_wires_and_where_it_shows(wires, leans, told):
    reported = leaning(0.0, wire="quoted", voice="reported")
    (found,) = lean([reported, *(leaning(leans, wire) for wire in range(wires))])
    assert verdict(found.own) == told
    assert found.own.wires == wires


def test_chance_alone_seldom_tells_a_lean():
    chance, told = random.Random(0), []
    for _ in range(200):
        (found,) = lean([leaning(chance.uniform(-1, 1), wire) for wire in range(FEWEST_WIRES)])
        told.append(verdict(found.own))
    assert told.count("unsure") > 0.85 * len(told)
