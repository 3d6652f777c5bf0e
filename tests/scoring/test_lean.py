"""The lean: counts, intervals by wire, copies counted once, the own voice apart."""

from itertools import count, permutations

import pytest

from wirestance import InputError, lean
from wirestance.inference.scoring import Scored

STARTS = count()
"""Of statements that stand nowhere in particular: no two of a wire at one place."""


def scored(wire="w1", *, source="A", leans=0.0, voice="own", label="neutral-diplomatic", digest=None, **changes):
    azerbaijan, armenia = max(leans, 0.0), max(-leans, 0.0)
    return Scored(
        **{
            "wire": wire,
            "source": source,
            "date": "2024-05-01T06:00:00+00:00",
            "title": None,
            "url": None,
            "language": None,
            "file": "f",
            "number": 1,
            "digest": digest or wire,
            "part": "text",
            "start": next(STARTS),
            "end": 4,
            "text": "Text",
            "voice": voice,
            "speaker": None,
            "label": label,
            "score": 0.9,
            "p_azerbaijan": azerbaijan,
            "p_armenia": armenia,
            "p_neutral": 1 - azerbaijan - armenia,
            "truncated": False,
            "problem": None,
        }
        | changes
    )


def test_the_lean_is_the_mean_over_the_statements():
    (found,) = lean([scored(leans=0.8, label="pro-azerbaijan"), scored(leans=-0.4, label="pro-armenia"), scored("w2")])
    assert found.key == "A"
    assert (found.wires, found.copies) == (2, 0)
    assert found.everything.statements == 3
    assert found.everything.lean == pytest.approx(0.4 / 3)
    assert found.everything.low <= found.everything.lean <= found.everything.high
    assert found.everything.counts == {"pro-azerbaijan": 1, "pro-armenia": 1, "neutral-diplomatic": 1}
    assert sum(found.everything.shares.values()) == pytest.approx(1)


def test_the_own_voice_stands_apart():
    (found,) = lean([scored(leans=0.9, voice="reported"), scored(leans=-0.1)])
    assert found.everything.lean == pytest.approx(0.4)
    assert found.own.lean == pytest.approx(-0.1)
    assert found.own.statements == 1


def test_copies_are_told_and_counted_once():
    rows = [scored("w1", leans=0.5, digest="d"), scored("w2", leans=0.5, digest="d"), scored("w3", leans=-0.5)]
    (found,) = lean(rows)
    assert (found.wires, found.copies) == (2, 1)
    assert found.everything.lean == pytest.approx(0)
    both = lean([rows[0], scored("w1", source="B", leans=0.5, digest="d")])
    assert [(one.key, one.copies) for one in both] == [("A", 0), ("B", 0)]


def test_a_wire_that_stands_in_two_files_counts_once():
    rows = [scored("w1", leans=0.5), scored("w1", leans=0.5, file="g"), scored("w2", leans=-0.5)]
    (found,) = lean(rows)
    assert (found.wires, found.copies) == (2, 1)
    assert found.everything.statements == 2
    assert found.everything.lean == pytest.approx(0)


def test_a_wire_that_stands_in_several_outputs_counts_once():
    a, b = scored(part="title", start=0, leans=0.5), scored(start=0, leans=-0.1, label=None)
    other = scored("w2", start=0, leans=0.3)
    once = lean([a, b, other])
    assert once[0].everything.statements == 3
    for rows, copies in (([a, b, a, a, a, other], 2), ([a, b, other] * 3, 4), ([a, b, a, other], 1)):
        (found,) = lean(rows)
        assert (found.wires, found.copies) == (2, copies)
        assert (found.everything, found.own) == (once[0].everything, once[0].own)
        assert lean(reversed(rows)) == [found]


def test_the_outputs_of_a_copy_are_copies_too():
    rows = [scored("w1", start=0, digest="d"), scored("w2", start=0, digest="d")]
    (found,) = lean(rows * 2)
    assert (found.wires, found.copies, found.everything.statements) == (1, 3, 1)


def test_of_two_answers_to_a_statement_the_one_that_leans_less_counts_in_any_order():
    answers = [scored(start=0, leans=0.9, label="pro-azerbaijan"), scored(start=0, leans=-0.2, label=None),
               scored(start=0, leans=-0.9, label="pro-armenia")]  # fmt: skip
    for rows in permutations(answers):
        (found,) = lean(rows)
        assert found.everything.lean == pytest.approx(-0.2)
        assert (found.everything.statements, found.everything.answered, found.copies) == (1, 0, 2)


def test_which_copy_counts_does_not_hang_on_the_order():
    rows = [scored(wire, leans=leans, digest="d") for wire, leans in (("w2", -0.9), ("w1", 0.9), ("w3", 0.1))]
    (found,) = lean(rows)
    assert (found.copies, found.everything.lean) == (2, pytest.approx(0.9))
    assert lean(reversed(rows)) == [found]


def test_what_was_not_answered_counts_for_coverage_alone():
    unread = scored(label=None, p_neutral=0.0, problem="not in Latin script")
    (found,) = lean([scored(leans=0.4), scored(leans=0.2, label=None, problem="below the threshold"), unread])
    assert found.everything.statements == 2
    assert found.everything.answered == 1
    assert found.everything.coverage == 0.5
    assert found.everything.lean == pytest.approx(0.3)


def test_what_is_not_in_english_is_not_read():
    (found,) = lean([scored(leans=0.4), scored(leans=0.9, label=None, problem="not in English")])
    assert (found.everything.statements, found.everything.coverage) == (1, 1)
    assert found.everything.lean == pytest.approx(0.4)


def test_a_side_that_nobody_is_named_for_has_no_lean():
    withheld = scored(leans=0.9, label=None, problem="names neither side")
    (found,) = lean([withheld, scored(leans=0.4)])
    assert withheld.lean == 0
    assert (found.everything.statements, found.everything.answered) == (2, 1)
    assert found.everything.lean == pytest.approx(0.2)


def test_one_wire_has_no_interval():
    (found,) = lean([scored(), scored()])
    assert found.everything.low is found.everything.high is None


def test_nothing_read_has_no_lean():
    (found,) = lean([scored(label=None, p_neutral=0.0)])
    assert found.everything.lean is found.everything.coverage is None
    assert found.everything.shares == {}


@pytest.mark.parametrize(
    ("by", "keys"),
    [("day", ["2024-05-01", "unknown"]), ("month", ["2024-05", "unknown"]), ("wire", ["A: w1", "A: w2"])],
)
def test_groups(by, keys):
    assert [one.key for one in lean([scored("w2", date=None), scored("w1")], by=by)] == keys


def test_wires_of_different_sources_that_share_an_id_are_different_groups():
    rows = [scored("1", source="B"), scored("1", leans=0.5), scored("1", source=None, digest="2"),
            scored("1", source=None, file="g", digest="2"), scored("1", file="g", digest="3")]  # fmt: skip
    found = {one.key: one.wires for one in lean(rows, by="wire")}
    assert found == {"A: 1": 2, "B: 1": 1, "f: 1": 1, "g: 1": 1}


def test_an_unknown_field_is_refused_by_name():
    with pytest.raises(InputError, match=r"by is 'outlet'; allowed are day, month and the fields wire, source"):
        lean([], by="outlet")


def test_the_interval_is_the_same_each_time():
    rows = [scored(f"w{number}", leans=number / 20) for number in range(20)]
    assert lean(rows) == lean(reversed(rows))
