"""The report: its figures are those of `lean`, its texts are escaped, it needs nothing else."""

import json
import re
from dataclasses import asdict
from itertools import pairwise

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")

from report_pages import Page, sample, statement

from wirestance.inference.lean import lean
from wirestance.inference.report import tables, words
from wirestance.inference.report.page import write_report
from wirestance.inference.rows import read_scored
from wirestance.model.errors import InputError
from wirestance.model.labels import ARMENIA, AZERBAIJAN, LABELS

SECTIONS = ["about", "sources", "time", "labels", "strongest", "untold", "model", "reading"]


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write a page of statements, with the figures of a model, and take it apart."""

    def write(statements, title="Wires", metrics=None):
        if metrics is not None:
            monkeypatch.setattr(tables, "shipped_metrics", lambda: metrics)
        path = tmp_path / "report.html"
        write_report(iter(statements), path, title=title)
        return Page(path.read_text(encoding="utf-8"))

    return write


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(sample(), path, title="Wires of October")
    return Page(path.read_text(encoding="utf-8"))


def test_every_section_is_there_in_order(page):
    assert [name for name in page.ids if name in SECTIONS] == SECTIONS
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert page.html.startswith('<!DOCTYPE html>\n<html lang="en">')


def test_links_within_the_page_and_ids_are_sound(page):
    assert len(page.ids) == len(set(page.ids))
    targets = {given["href"][1:] for _, given in page.elements if given.get("href", "").startswith("#")}
    assert targets <= set(page.ids)
    clips = set(re.findall(r"url\(#([^)]+)\)", page.html))
    assert clips <= set(page.ids)


def test_the_page_loads_nothing(page):
    assert not {"script", "iframe", "object", "embed", "img", "base", "form"} & {tag for tag, _ in page.elements}
    for tag, given in page.elements:
        assert "src" not in given
        assert "srcset" not in given
        assert not [name for name in given if name.startswith("on")]
        if tag != "a":
            assert not re.match(r"(?i)\s*(https?:|//|file:)", given.get("href", "")), (tag, given)
    assert "@import" not in page.html
    assert re.findall(r"url\((?!#)", page.html) == []
    outside = {match[0] for match in re.finditer(r"https?://[^\s\"<]+", page.html)}
    assert {address for address in outside if not address.startswith("https://wires.example/")} == set()


def test_the_same_statements_make_the_same_bytes(tmp_path):
    paths = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in paths:
        write_report(sample(), path, title="Wires")
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize(("by", "caption"), [("source", "source"), ("day", "day")])
def test_the_tables_say_what_lean_says(page, by, caption):
    found = {row[0]: row[1:] for row in page.rows(caption)}
    expected = lean(list(sample()), by)
    assert len(found) == len(expected)
    for group in expected:
        name = group.key if by == "source" else words.key_date(group.key)
        wires, copies, own, own_interval, _, everything, interval, _ = found[name]
        assert (wires, copies) == (str(group.wires), str(group.copies))
        assert (own, everything) == (words.signed(group.own.lean), words.signed(group.everything.lean))
        assert own_interval == words.interval(group.own.low, group.own.high)
        assert interval == words.interval(group.everything.low, group.everything.high)


def test_texts_are_escaped(written):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"
    page = written(
        [statement(text=evil + " text", source=evil + " source", title=evil + " title", label=label, wire=f"{number}",
                   voice="reported", speaker=evil, problem=None if label else evil)
         for number, label in enumerate([*LABELS, None])],
        title=evil,
    )  # fmt: skip
    assert not {"script", "img"} & {tag for tag, _ in page.elements}
    assert evil + " text" in page.words
    assert [name for _, given in page.elements for name in given if name.startswith("on")] == []


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "file:///etc/passwd",
     "//wires.example/1", "https://", "https://wires.example/a b", "vbscript:x", ""],
)  # fmt: skip
def test_what_is_no_web_address_is_no_link(written, url):
    page = written([statement(url=url, label=AZERBAIJAN, title="The title")])
    assert [given["href"] for tag, given in page.elements if tag == "a" and given["href"][:1] != "#"] == []
    assert "The title" in page.words


def test_web_addresses_are_links(written):
    page = written([statement(url='HTTPS://wires.example/?a=1&b="2"', label=ARMENIA, title=None)])
    links = [given for tag, given in page.elements if tag == "a" and given["href"][:1] != "#"]
    assert [link["href"] for link in links] == ['HTTPS://wires.example/?a=1&b="2"']
    assert "noopener" in links[0]["rel"]
    assert "the wire" in page.words


def test_strange_letters_do_no_harm(written):
    strange = "a\0b\x08c\ud800d $x^2$ \\frac 新华社 عربى \u202e"
    page = written(
        [statement(source=strange, title=strange, text=strange, label=AZERBAIJAN, wire=str(n)) for n in "ab"]
    )
    assert "$x^2$" in page.html
    assert not re.search("[\0-\x08\x7f-\x9f\ud800-\udfff]", page.html)


def test_long_statements_are_shortened(written):
    page = written([statement(text="word " * 1000, label=AZERBAIJAN), statement(text="x" * 5000, label=ARMENIA)])
    assert max(len(text) for text in re.findall(r"<blockquote[^>]*>([^<]*)", page.html)) <= words.LONGEST_TEXT + 1
    assert page.html.count("…</blockquote>") == 2


def test_nothing_is_an_error(tmp_path):
    with pytest.raises(InputError, match="holds no scored statement"):
        write_report(iter([]), tmp_path / "report.html", title="Wires")
    assert not (tmp_path / "report.html").exists()


def test_one_wire_without_anything_has_no_interval(written):
    page = written([statement(source=None, date=None, title=None, url=None)])
    ((name, wires, _, own, interval, told, *_),) = page.rows("source")
    assert (name, wires, own, interval, told) == ("source unknown", "1", "0.00", "–", "too few wires")
    assert page.rows("day")[0][0] == "no date"
    assert "too few dates" in page.words
    assert "No statement got this label" in page.words


def test_statements_that_could_not_be_read(written):
    unread = {"label": None, "p_azerbaijan": 0.0, "p_armenia": 0.0, "p_neutral": 0.0}
    page = written([statement(**unread, problem="not in Latin script"),
                    statement(**unread, wire="w2", problem=None, voice="reported", speaker="Aliyev")])  # fmt: skip
    assert page.rows("reason") == [["no reason given", "1"], ["not in Latin script", "1"]]
    assert page.rows("source")[0][5] == "no statements"
    assert "no probabilities" in page.words
    shown = re.findall(r'<p class="meta">.*?</p>', page.html, re.DOTALL)
    assert len(shown) == 1  # each text once
    assert not re.search(r"voice|reported|Aliyev", shown[0])


def test_everything_reported_leaves_the_own_voice_empty(written):
    page = written([statement(voice="reported", wire=wire, label=AZERBAIJAN) for wire in "abcdefghij"])
    row = page.rows("source")[0]
    assert row[3:6] == ["–", "–", "no statements"]
    assert row[6:] == ["+0.85", "+0.85 to +0.85".replace(" ", words.SPACE), "leans to Azerbaijan"]


def test_many_sources_are_all_in_the_table(written):
    page = written([statement(source=f"Outlet {n}", wire=str(n)) for n in range(50)])
    assert len(page.rows("source")) == 50
    assert "10 more are in the table" in re.sub(r"\s+", " ", page.words)
    charts = re.findall(r'<svg class="wide" viewBox="0 0 760 (\d+)', page.html)
    assert int(charts[0]) > 40 * 30


def test_dates_that_are_none_stand_in_the_table_alone(written):
    page = written([statement(date="yesterday"), statement(date="2020-10-02", wire="w2"),
                    statement(date="2020-10-01", wire="w3")])  # fmt: skip
    assert [row[0] for row in page.rows("day")] == [f"1{words.SPACE}Oct{words.SPACE}2020",
                                                    f"2{words.SPACE}Oct{words.SPACE}2020", "yesterday"]  # fmt: skip
    assert "Without a date that can be read: 1" in page.words


def test_nothing_of_python_is_printed(page, written):
    pages = [page, written([statement(source=None, date=None, title=None, url=None)], metrics={}),
             written([statement(label=None, problem=None)])]  # fmt: skip
    for found in pages:
        assert not re.search(r"\b(None|nan|NaN|inf|True|False)\b", found.html.partition("</style>")[2])


def test_charts_have_words_and_tables(page):
    charts = [given for tag, given in page.elements if tag == "svg"]
    assert len(charts) == 6
    assert {chart["role"] for chart in charts} == {"img"}
    assert all(chart["aria-label"] for chart in charts)
    assert sum(tag == "details" for tag, _ in page.elements) == 3
    assert all(given["scope"] in ("col", "row") for tag, given in page.elements if tag == "th")
    assert not re.search(r"#0[0-9a-f]0[0-9a-f]0[0-9a-f]\b", page.html), "a colour that the page has no name for"


@pytest.mark.parametrize("form", ["wide", "narrow"])
@pytest.mark.parametrize(
    ("days", "ends"),
    [
        (["10-01", "10-02", "10-03", "10-04", "10-05", "12-20"], ["1 Oct", "20 Dec"]),
        (["10-01", "12-19", "12-20"], ["1 Oct", "19 Dec"]),
        ([f"10-{day:02}" for day in range(1, 32)], ["1 Oct", "31 Oct"]),
    ],
)
def test_dates_under_the_chart_do_not_overlap(written, form, days, ends):
    html = written([statement(date=f"2020-{day}", wire=day, digest=day) for day in days]).html
    charts = re.findall(rf'<svg class="{form}".*?</svg>', html, re.DOTALL)
    dates = [
        (float(x), told.replace(words.SPACE, " "))
        for chart in charts
        for x, told in re.findall(r'<text[^>]*? x="([\d.]+)"[^>]*>(\d+\s(?:Oct|Dec))</text>', chart)
    ]
    assert [dates[0][1], dates[-1][1]] == ends
    assert all(after - before >= 50 for (before, _), (after, _) in pairwise(dates))


def test_the_models_figures_are_told(page, written):
    rows = page.rows("judged on")
    assert rows[0][0].startswith("composed statements")
    assert len(rows) >= 2
    figure, right = {"value": 0.5, "low": 0.4, "high": 0.6}, {"value": 0.9, "low": 0.8, "high": 1.0}
    given = {"evaluation": {"mine.jsonl": {"statements": 7, "macro_f1": figure, "calibration_error": 0.1,
                                           "answered": figure, "answered_precision": right}}}  # fmt: skip
    assert written([statement()], metrics=given).rows("judged on") == [
        [
            "mine.jsonl",
            "7",
            "0.50 (0.40 to 0.60)".replace(" ", words.SPACE),
            "–",
            "–",
            "0.100",
            f"50{words.SPACE}%",
            f"90{words.SPACE}%",
        ]
    ]
    assert "No figures came with the model" in written([statement()], metrics={}).words


@pytest.mark.parametrize("broken", [{"p_armenia": float("nan")}, {"p_armenia": 1.5}, {"label": "pro-somebody"}])
def test_rows_that_no_model_wrote_are_refused(tmp_path, broken):
    path = tmp_path / "scored.jsonl"
    path.write_text(json.dumps(asdict(statement()) | broken))
    with pytest.raises(InputError, match=r"scored.jsonl:1: .*(p_armenia|label) is"):
        write_report(read_scored(path), tmp_path / "report.html", title="Wires")


def test_a_place_that_cannot_be_written_is_named_before_anything_is_read(tmp_path):
    statements = iter([statement()])
    with pytest.raises(InputError, match=r"nowhere is no directory$"):
        write_report(statements, tmp_path / "nowhere" / "report.html", title="Wires")
    assert list(statements)


@pytest.mark.parametrize("name", ["rows.jsonl", "link.html"])
def test_the_page_does_not_replace_its_own_input(tmp_path, name):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(asdict(statement())) + "\n", encoding="utf-8")
    (tmp_path / "link.html").symlink_to(rows)
    before = rows.read_bytes()
    with pytest.raises(InputError, match=rf"{name}: is there already and is no page"):
        write_report(read_scored(rows), tmp_path / name, title="Wires")
    assert rows.read_bytes() == before


def test_an_earlier_page_and_an_empty_file_are_replaced(tmp_path):
    path = tmp_path / "report.html"
    path.touch()
    write_report([statement()], path, title="Earlier")
    write_report([statement()], path, title="Later")
    assert "Later" in path.read_text(encoding="utf-8")


def test_the_page_says_how_voices_are_told_apart(page):
    told = " ".join(page.words.split())
    assert "Own and reported are told apart by the model, which is wrong at times." in told
