"""Scoring wires: statements, offsets, copies of ids, and what an input without an end needs."""

import logging

import pytest

from wirestance import Rejection, Wire, lean, score_wires
from wirestance.inference.scoring import ScoredWire, places_of, score_records

TEXT = "Talks were held in Geneva. “We will not stop. We will go on,” Aliyev said.\n\nThey end on Friday."


def wire(name="w1", **changes):
    return Wire(**{"id": name, "source": "A", "text": TEXT, "file": "f", "number": 1} | changes)


def test_every_statement_is_a_row_at_its_place(shipped):
    rows = list(score_wires([wire(title="Talks go on")], shipped))
    assert [row.part for row in rows] == ["title", "text", "text", "text"]
    for row in rows:
        assert row.text == {"title": "Talks go on", "text": TEXT}[row.part][row.start : row.end]
        assert row.p_azerbaijan + row.p_armenia + row.p_neutral == pytest.approx(1, abs=1e-3)
    assert rows[2].voice == "reported"
    assert rows[2].speaker == "Aliyev"


def test_the_answers_are_those_of_the_classifier(shipped):
    for row in score_wires([wire()], shipped):
        prediction = shipped.predict(row.text)
        assert row.label == prediction.label
        assert row.lean == pytest.approx(prediction.lean, abs=1e-3)


def test_a_title_that_the_text_repeats_counts_once(shipped):
    rows = list(score_wires([wire(title="Talks go on", text="Talks go on\n\nThey end on Friday.")], shipped))
    assert [row.text for row in rows] == ["Talks go on", "They end on Friday."]


TWO = "Baku attacks again. Yerevan responds."


@pytest.mark.parametrize(
    ("title", "text", "left"),
    [
        (TWO, f"{TWO}\n\nTalks go on.", ["Talks go on."]),
        (TWO, f"{TWO} Talks go on.", ["Talks go on."]),
        (TWO, "Baku attacks\nagain. Yerevan responds. Talks go on.", ["Talks go on."]),
        (TWO, "Baku attacks again. Talks go on.", ["Baku attacks again.", "Talks go on."]),
        (TWO, "Baku attacks again.", ["Baku attacks again."]),
        (TWO, f"Talks go on. {TWO}", ["Talks go on.", "Baku attacks again.", "Yerevan responds."]),
        ("Talks go on.", "They end today. Talks go on.", ["They end today.", "Talks go on."]),
        ("Talks go on.", "Talks go on. Talks go on.", ["Talks go on."]),
        ("Talks go on.", "Talks go on.", []),
        (None, "Talks go on.", ["Talks go on."]),
    ],
)
def test_a_title_is_left_out_of_the_text_where_it_stands_at_its_head(title, text, left):
    places = list(places_of(wire(title=title, text=text)))
    assert " ".join(place.text for place in places if place.part == "title") == (title or "")
    assert [place.text for place in places if place.part == "text"] == left
    assert all(place.text == text[slice(*place.span)] for place in places if place.part == "text")


def test_an_id_that_was_used_before_is_left_out(shipped, caplog):
    with caplog.at_level(logging.WARNING, "wirestance"):
        rows = list(score_wires([wire(), wire(text="Another text.", number=2), wire(source="B")], shipped))
    assert {(row.source, row.digest) for row in rows} == {("A", rows[0].digest), ("B", rows[0].digest)}
    assert "f:2: the id 'w1' was used before" in caplog.text


def test_the_lean_of_statements_changes_its_sign_with_their_sides_and_is_nothing_where_none_is_named(shipped):
    texts = [
        "The enemy shelled peaceful villages again.",
        "Azerbaijan shelled peaceful villages again.",
        "Armenia shelled peaceful villages again.",
    ]
    found = lean(score_wires([wire(str(number), text=text) for number, text in enumerate(texts)], shipped), by="wire")
    none, one, other = (group.everything.lean for group in found)
    assert none == 0
    assert one == pytest.approx(-other)
    assert one < 0


def test_what_is_not_in_english_is_no_statement_of_the_lean(shipped):
    text = "Azərbaycan ordusu kəndi işğaldan azad etdi. Talks were held in Geneva."
    (found,) = lean(score_wires([wire(text=text)], shipped))
    assert found.everything.statements == 1


def test_copies_have_the_same_digest(shipped):
    rows = list(score_wires([wire(), wire("w2", text=TEXT.replace("\n\n", "\n\n\n "))], shipped))
    assert len({row.digest for row in rows}) == 1
    (found,) = lean(rows)
    assert (found.wires, found.copies) == (1, 1)


def test_a_short_text_under_another_title_is_no_copy(shipped):
    formula = "Follow us on Telegram for more."
    titles = ["Talks go on", "Talks  go on", "Shelling resumed overnight", None]
    wires = [wire(str(number), title=title, text=formula) for number, title in enumerate(titles)]
    (found,) = lean(score_wires(wires, shipped))
    assert (found.wires, found.copies) == (3, 1)


def test_a_whole_text_under_another_title_is_a_copy(shipped):
    wires = [wire(title, title=title, text=f"{TEXT}\n\n{TEXT}\n\n{TEXT}") for title in ("Talks", "Talks: update")]
    (found,) = lean(score_wires(wires, shipped))
    assert (found.wires, found.copies) == (1, 1)


def test_what_is_held_is_scored_when_nothing_more_comes_for_now(shipped):
    rejection = Rejection(file="f", number=3, reason="is empty")
    chunks = list(score_records([wire(), rejection, None, None, wire("w2")], shipped))
    assert [[type(outcome) for outcome in chunk] for chunk in chunks] == [[ScoredWire, Rejection], [ScoredWire]]


def test_statements_without_words_have_a_problem_and_stop_nothing(shipped):
    rows = list(score_wires([wire(text="* * *\n\nTalks were held in Geneva.\n\nПереговоры прошли в Женеве.")], shipped))
    assert [bool(row.problem) for row in rows] == [True, False, True]
    assert [row.read for row in rows] == [False, True, False]
