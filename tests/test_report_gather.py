"""One pass over scored statements keeps what the report tells of them; its words and numbers."""

import pytest
from report_pages import PROBABILITIES, sample, statement

from wirestance.inference.lean import lean
from wirestance.inference.report import gather, words
from wirestance.inference.report.gather import Best, Gathered


def test_one_pass_groups_as_lean_does_for_months_and_copies():
    statements = list(sample(days=100))
    gathered = Gathered(statements)
    by, months = gathered.by_date()
    assert by == "month"
    assert months == lean(statements, "month")
    assert gathered.by_source() == lean(statements)
    for one, other in zip(gathered.by_source(), Gathered(reversed(statements)).by_source(), strict=True):
        assert (one.key, one.wires, one.copies) == (other.key, other.wires, other.copies)
        assert one.everything.counts == other.everything.counts
        assert one.everything.lean == pytest.approx(other.everything.lean)
    assert sum(group.copies for group in gathered.by_source()) > 0


def test_what_stands_in_two_outputs_counts_once():
    unread = statement(label=None, problem="not in Latin script", **dict.fromkeys(PROBABILITIES, 0.0))
    statements = [*sample(), statement(label=None, problem="below the threshold"), unread]
    once, twice = Gathered(statements), Gathered([*statements, *reversed(statements)])
    assert twice.by_source() == lean(statements * 2)
    for before, after in zip(once.by_source() + once.by_date()[1], twice.by_source() + twice.by_date()[1], strict=True):
        assert (after.key, after.wires, after.copies) == (before.key, before.wires, 2 * before.copies + before.wires)
        assert (after.everything, after.own) == (before.everything, before.own)
    assert (twice.unread, twice.problems) == (once.unread, once.problems)
    assert once.unread == 1


@pytest.mark.parametrize(("days", "by"), [(gather.MOST_DAYS, "day"), (gather.MOST_DAYS + 1, "month")])
def test_a_long_time_is_told_by_month(days, by):
    assert Gathered(sample(days=days, sources={"A": 0})).by_date()[0] == by


def test_best_keeps_each_text_once_and_the_first_of_equals():
    best = Best(3)
    for weight, text in [
        (0.5, "a"),
        (0.9, "b"),
        (0.9, "B "),
        (0.9, "c"),
        (0.4, "d"),
        (0.9, "e"),
        (0.95, "b"),
        (0.9, "f"),
    ]:
        best.offer(weight, statement(text=text))
    assert [kept.text for kept in best.statements()] == ["b", "c", "e"]


def test_heaps_stay_small():
    gathered = Gathered(sample(days=30))
    shown = [*gathered.untold.statements(), *(s for best in gathered.strongest.values() for s in best.statements())]
    assert len(shown) == gather.UNTOLD + 2 * gather.STRONGEST
    held = [value for value in vars(gathered).values() if isinstance(value, list)]
    assert held == []


@pytest.mark.parametrize(
    ("value", "told"), [(0.0, "0.00"), (-0.001, "0.00"), (0.004, "0.00"), (-0.25, "−0.25"), (1, "+1.00"), (None, "–")]
)
def test_signs(value, told):
    assert words.signed(value) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [(0, "0 %"), (0.001, "< 1 %"), (0.005, "< 1 %"), (0.006, "1 %"), (0.994, "99 %"), (0.995, "> 99 %"), (1, "100 %"),
     (None, "–")],
)  # fmt: skip
def test_shares(share, told):
    assert words.percent(share) == told.replace(" ", words.SPACE)
