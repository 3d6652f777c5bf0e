"""Scored statements for a report, and its page taken apart."""

import random
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import count

from wirestance.inference.scoring import Scored
from wirestance.model.labels import ARMENIA, AZERBAIJAN, LABELS, NEUTRAL

TEXTS = {
    AZERBAIJAN: "Azerbaijani forces freed {} more villages from occupation.",
    ARMENIA: "Azerbaijani drones struck a hospital in Stepanakert, wounding {}.",
    NEUTRAL: "The ministers met in Geneva for {} hours and agreed to meet again.",
}
PROBABILITIES = ("p_azerbaijan", "p_armenia", "p_neutral")
VOID = {"meta", "link", "br", "hr", "img", "input"}
STARTS = count()
"""Of statements that stand nowhere in particular: no two of a wire at one place."""

SOURCES = {"Azertac": 0.4, "Armenpress": -0.4, "Reuters": 0.0}


def statement(**given):
    """A scored statement; what is not given is that of a neutral one."""
    label = given.get("label", NEUTRAL)
    probabilities = dict.fromkeys(LABELS, 0.05) | {label or NEUTRAL: 0.9}
    fields = {
        "wire": "w1", "source": "Reuters", "date": "2020-10-01T09:00:00+00:00", "title": "Talks", "url": None,
        "language": "en", "file": "a.jsonl", "number": 1, "digest": f"d{given.get('wire', 'w1')}", "part": "text",
        "start": next(STARTS), "text": "Talks resumed in Geneva.", "voice": "own", "speaker": None, "label": label,
        "score": 0.9, "p_azerbaijan": probabilities[AZERBAIJAN], "p_armenia": probabilities[ARMENIA],
        "p_neutral": probabilities[NEUTRAL], "truncated": False, "problem": None,
    }  # fmt: skip
    fields |= given
    return Scored(**fields | {"end": fields["start"] + len(fields["text"])})


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
