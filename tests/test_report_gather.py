"""One pass over scored statements keeps what the report tells of them; its words and numbers."""

import random
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from wirestance.inference.lean import lean
from wirestance.inference.report import gather, words
from wirestance.inference.report.gather import Best, Gathered
from wirestance.inference.scoring import Scored
from wirestance.model.labels import ARMENIA, AZERBAIJAN, LABELS, NEUTRAL

TEXTS = {
    AZERBAIJAN: "Azerbaijani forces freed {} more villages from occupation.",
    ARMENIA: "Azerbaijani drones struck a hospital in Stepanakert, wounding {}.",
    NEUTRAL: "The ministers met in Geneva for {} hours and agreed to meet again.",
}
VOID = {"meta", "link", "br", "hr", "img", "input"}
SOURCES = {"Azertac": 0.4, "Armenpress": -0.4, "Reuters": 0.0}


def statement(**given):
    """A scored statement; what is not given is that of a neutral one."""
    label = given.get("label", NEUTRAL)
    probabilities = dict.fromkeys(LABELS, 0.05) | {label or NEUTRAL: 0.9}
    fields = {
        "wire": "w1", "source": "Reuters", "date": "2020-10-01T09:00:00+00:00", "title": "Talks", "url": None,
        "language": "en", "file": "a.jsonl", "number": 1, "digest": f"d{given.get('wire', 'w1')}", "part": "text",
        "start": 0, "text": "Talks resumed in Geneva.", "voice": "own", "speaker": None, "label": label, "score": 0.9,
        "p_azerbaijan": probabilities[AZERBAIJAN], "p_armenia": probabilities[ARMENIA],
        "p_neutral": probabilities[NEUTRAL], "truncated": False, "problem": None,
    }  # fmt: skip
    fields |= given
    return Scored(**fields | {"end": len(fields["text"])})


def sample(days=12, sources=None, start=date(2020, 10, 1)):
    """Statements of sources that lean as told, with copies, quotations and some without a label."""
    chance = random.Random(0)
    number = 0
    for day in range(days):
        for source, bias in (SOURCES if sources is None else sources).items():
            number += 1
            copied = chance.random() < 0.1
            for _ in range(6):
                side = AZERBAIJAN if chance.random() < 0.5 + bias else ARMENIA
                label = NEUTRAL if chance.random() < 0.5 else side
                top = round(chance.uniform(0.5, 0.99), 4)
                given = {name: top if name == label else round((1 - top) / 2, 4) for name in LABELS}
                reported = chance.random() < 0.4
                yield statement(
                    wire=f"w{number}", source=source, number=number, title=f"{source}, wire {number}",
                    digest=f"d{number - len(SOURCES) if copied else number}", url=f"https://wires.example/{number}",
                    date=f"{start + timedelta(day)}T08:30:00+04:00", text=TEXTS[label].format(chance.randint(2, 999)),
                    voice="reported" if reported else "own", speaker="a spokesman" if reported else None,
                    label=None if top < 0.6 else label, problem="below the threshold" if top < 0.6 else None,
                    score=top, p_azerbaijan=given[AZERBAIJAN], p_armenia=given[ARMENIA], p_neutral=given[NEUTRAL],
                )  # fmt: skip


class Page(HTMLParser):
    """A page taken apart: its elements, its words outside of styles, its tables; every element must be closed."""

    def __init__(self, html):
        super().__init__()
        self.html = html
        self.elements, self.open, self.ids, self.tables = [], [], [], []
        self.words = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), f"an attribute twice: {attributes}"
        self.elements.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "svg", "g"):
            self.words += data
        if {"th", "td"} & set(self.open):
            self.tables[-1][-1][-1] += data

    def rows(self, caption):
        """The rows of the table whose heading cell comes first, below the head."""
        return next(table[1:] for table in self.tables if table[0][0] == caption)


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
    ("share", "told"), [(0, "0 %"), (0.001, "< 1 %"), (0.996, "> 99 %"), (1, "100 %"), (None, "–")]
)
def test_shares(share, told):
    assert words.percent(share) == told.replace(" ", words.SPACE)
