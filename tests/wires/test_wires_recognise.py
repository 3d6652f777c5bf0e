"""A file's format is recognised by its content."""

import json
import shutil

import pytest
from wire_documents import SAMPLES, sample

from wirestance.inference.wires.read import read_records
from wirestance.inference.wires.recognise import FORMATS, recognise
from wirestance.inference.wires.record import Rejection, Wire

RECOGNISED = {
    "atom.xml": "feed",
    "newsml_item.xml": "newsml",
    "newsml_message.xml": "newsml",
    "ninjs_1.json": "jsonl",
    "ninjs_2.json": "jsonl",
    "ninjs_3.jsonl": "jsonl",
    "page.html": "html",
    "page_windows.html": "html",
    "records.jsonl": "jsonl",
    "report.txt": "text",
    "report_utf16.txt": "text",
    "rss.xml": "feed",
    "rss_091.xml": "feed",
    "rss_rdf.xml": "feed",
    "table.csv": "csv",
}


def test_every_sample_is_recognised_by_its_content():
    assert {path.name: recognise(path.read_bytes()) for path in SAMPLES.iterdir()} == RECOGNISED


def test_a_misleading_name_changes_nothing(tmp_path):
    for path in SAMPLES.iterdir():
        other = tmp_path / "wire.pdf"
        shutil.copy(path, other)
        found = [record.id.replace(str(other), str(path)) for record in read_records(other) if isinstance(record, Wire)]
        assert found == [record.id for record in read_records(path) if isinstance(record, Wire)]


@pytest.mark.parametrize("start", [
    "Baku, Azerbaijan, said that talks would go on.\nYerevan, too, said so.",
    "<BAKU, Oct 4> Shelling was reported.",
    "[Correction] The ministry named another town.",
    "{sic} was in the original.",
    "Story, photos\n\nBAKU, Azerbaijan said so.",
    "AZERBAIJAN | ARMENIA | TALKS\nBaku | 27 Oct | AP\n\nTalks went on.",
    "Message,\n\nBaku said so.",
    "Date and place of the talks are open, source says.\nText follows.",
    "Summary, Baku said on Monday, source.\nYerevan said so.",
    "“We agree”,source.\nBaku,too.",
    "text",
    "Text\nBaku said so.",
    "message\nBaku said so.",
    "full text\nBaku said so.",
])  # fmt: skip
def test_prose_is_text_whatever_it_begins_with(start):
    assert recognise(start.encode()) == "text"


@pytest.mark.parametrize(("start", "forced"), [
    ("title,text\nA,B", "csv"),
    ("nummer\tnachricht\tquelle\n1\tA\tB", "csv"),
    ("\ufeffid|body\n1|A", "csv"),
    (",text,source,date\n0,A,B,2020-10-27", "csv"),
    (",text\n0,A", "csv"),
    ("text;source;\nA;B;", "csv"),
    ("id, text\n1, A", "csv"),
    ('id, text\n1, "Baku, too, said so."', "csv"),
    ('"@timestamp","message","source"\n"Oct 27, 2020 @ 18:30:00.000","Baku said\nso.","TW"', "csv"),
    ("title,text,Author's name\nA,B,C", "csv"),
    ("text,0\nA,1", "csv"),
    ("2020,text,2021\n1,A,1", "csv"),
    ("text\nBaku said so.", "csv"),
    ('"article_text"\n"Baku, too, said so."', "csv"),
    ("sep=;\nnachricht;quelle\nA;B", "csv"),
    ('broken\n{"text": "A"}', "jsonl"),
    ('\ufeff  {\n "text": 1}', "jsonl"),
    ("[]", "jsonl"),
    ("<?xml version='1.0'?><!-- a > b --><!DOCTYPE feed [<!ELEMENT feed ANY>]>\n<feed xmlns='x'/>", "feed"),
    ("<?xml version='1.0'?><n:newsItem xmlns:n='x'/>", "newsml"),
    ("<!doctype HTML><title>A</title>", "html"),
    ("<p>A", "html"),
])  # fmt: skip
def test_recognition_by_the_beginning(start, forced):
    assert recognise(start.encode()) == forced


def test_a_forced_format_is_not_asked_again(tmp_path):
    (ninjs,) = sample("ninjs_1.json", format="ninjs")
    line = tmp_path / "line"
    line.write_text(json.dumps(json.loads((SAMPLES / "ninjs_1.json").read_bytes())))
    (plain,) = read_records(line, format="jsonl", fields={"text": "description_text"})
    assert ninjs == sample("ninjs_1.json")[0]
    assert plain.text == "A short summary that is not the text."
    (text,) = sample("rss.xml", format="text")
    assert text.text.startswith("<?xml")


def test_every_format_can_be_forced_on_every_sample():
    for name in FORMATS:
        for path in SAMPLES.iterdir():
            for record in read_records(path, format=name):
                assert isinstance(record, Wire | Rejection)


def test_one_given_name_makes_a_header():
    for start in ("Nachricht, Quelle\nA, B", "Nachricht\nA", "@log,Nachricht,?\n"):
        assert (recognise(start.encode()), recognise(start.encode(), {"text": "Nachricht"})) == ("text", "csv")
    assert recognise(b"@log,?", {"text": "?"}) == "csv"
