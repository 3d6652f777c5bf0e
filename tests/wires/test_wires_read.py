"""Real files of every format are read into the same record."""

import logging
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from wire_documents import SAMPLES, sample

from wirestance.inference.wires.read import read_records
from wirestance.inference.wires.recognise import recognise
from wirestance.inference.wires.record import Rejection

LOCAL = timezone(timedelta(hours=4))


def shape(record):
    """A wire without its text and place, for comparison."""
    return (record.id, record.title, record.source, record.date, record.language, record.url)


def reasons(records):
    return {record.number: record.reason for record in records if isinstance(record, Rejection)}


def test_text():
    (wire,) = sample("report.txt")
    path = str(SAMPLES / "report.txt")
    assert shape(wire) == (path, None, None, None, None, None)
    assert (wire.file, wire.number) == (path, 1)
    assert wire.text.startswith(
        "YEREVAN, Oct 8 (Tbilisi Wire) - Armenia's defence ministry said on Thursday that its\nunits"
    )
    assert wire.text.count("\n\n") == 2


def test_text_in_utf_16():
    (wire,) = sample("report_utf16.txt")
    assert wire.text == (
        "BAKU – Azerbaijan’s foreign ministry said talks in Geneva would go on.\n\n"
        "Armenia’s delegation confirmed the date."
    )


def test_json_lines_with_other_names(caplog):
    caplog.set_level(logging.INFO, "wirestance")
    first, second, third = sample("records.jsonl")
    assert shape(first) == (
        "tw-2020-1041", "Baku reports shelling of Tartar", "Tbilisi Wire",
        datetime(2020, 10, 9, 7, 15, tzinfo=LOCAL), "en", None,
    )  # fmt: skip
    assert first.text == (
        "Azerbaijan's defence ministry said shells had hit the town of Tartar overnight.\n\nYerevan denied the report."
    )
    assert shape(second)[3:5] == (datetime(2020, 10, 9, 8, tzinfo=UTC), "en-GB")
    assert shape(third) == ("1043", None, "Tbilisi Wire", datetime(2020, 10, 9, 9, tzinfo=UTC), None, None)
    assert [first.number, second.number, third.number] == [1, 3, 4]
    (told,) = caplog.messages
    assert "text from 'story'" in told
    assert "date from 'pubdate'" in told


def test_fields_that_are_given_are_taken(tmp_path):
    path = tmp_path / "wires"
    path.write_text('{"text": "Not this one.", "Nachricht": "Baku said so.", "Quelle": "TW", "id": "a"}\n')
    (wire,) = read_records(path, fields={"text": "Nachricht", "source": "Quelle"})
    assert (wire.text, wire.source, wire.id, wire.title) == ("Baku said so.", "TW", "a", None)


def test_a_given_field_that_is_missing_rejects_its_record(tmp_path):
    path = tmp_path / "wires"
    path.write_text('{"message": "Baku said so."}\n{"nachricht": "Yerevan said so."}\n')
    rejection, wire = read_records(path, fields={"text": "nachricht"})
    assert rejection.reason == "has no field 'nachricht', which was given for text; there are 'message'"
    assert wire.text == "Yerevan said so."


def test_no_field_for_the_text_names_those_that_are_there(tmp_path):
    path = tmp_path / "wires"
    path.write_text('{"nachricht": "A", "quelle": "B"}')
    assert reasons(read_records(path)) == {1: "has no field that can be the text; there are 'nachricht', 'quelle'"}


def test_csv():
    first, second, third = sample("table.csv")
    assert shape(first) == (
        "ap-17", "Ceasefire holds in Karabakh", "Ararat Press", datetime(2021, 5, 12), "en", "https://ararat-press.example/17"
    )  # fmt: skip
    assert first.text == "The ceasefire held on Monday; both capitals said so."
    assert second.text == (
        'Officials will meet at the border.\n\nA spokesman for Azerbaijan confirmed the "working meeting".'
    )
    assert shape(second)[3:] == (datetime(2021, 5, 13), "English", None)
    assert third.id == f"{SAMPLES / 'table.csv'}#6"
    assert [first.number, second.number, third.number] == [2, 3, 6]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_in_every_dialect(tmp_path, delimiter, encoding):
    path = tmp_path / "wires"
    path.write_text(
        delimiter.join(["source", "text"]) + "\r\n" + delimiter.join(["TW", '"Baku’s, reply;\t|"']), encoding
    )
    (wire,) = read_records(path)
    assert (wire.source, wire.text) == ("TW", "Baku’s, reply; |")


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \t\n", "\n\n\n"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_blank_lines_before_the_header_of_a_table(tmp_path, blank, encoding):
    path = tmp_path / "wires"
    path.write_bytes((blank + "id,text\n1,Baku said so.\n").encode(encoding))
    (wire,) = read_records(path)
    assert (wire.id, wire.text, wire.number) == ("1", "Baku said so.", blank.count("\n") + 2)


def test_parquet(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "wires"
    rows = 150
    table = arrow.table({
        "guid": list(range(rows)),
        "Body": [f"Statement {number} of the ministry." for number in range(rows)],
        "published": arrow.array([1_600_000_000_000_000_123] * rows, arrow.timestamp("ns", "UTC")),
        "day": [date(2020, 9, 13)] * rows,
        "unused": [b"\xff"] * rows,
    })  # fmt: skip
    parquet.write_table(table, path, row_group_size=40)
    assert recognise(path.read_bytes()) == "parquet"
    wires = list(read_records(path))
    assert [wire.number for wire in wires] == list(range(1, rows + 1))
    assert shape(wires[9]) == ("9", None, None, datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC), None, None)
    assert wires[9].text == "Statement 9 of the ministry."
    assert next(read_records(path, fields={"date": "day"})).date == datetime(2020, 9, 13)


def test_rss():
    first, second, third = sample("rss.xml")
    assert shape(first) == (
        "cnd-301",
        "Azerbaijan says it holds heights near Fizuli & Jabrayil",
        "Caspian Newsdesk",
        datetime(2020, 10, 4, 10, 30, tzinfo=LOCAL),
        "en-us",
        "https://caspian-newsdesk.example/a/301",
    )
    assert first.text == (
        "Azerbaijan’s army holds several heights near Fizuli, the defence ministry in Baku said.\n\nArmenia denies it."
    )
    assert second.id == second.url == "https://caspian-newsdesk.example/a/302"
    assert second.date == datetime(2020, 10, 4, 12, tzinfo=LOCAL)
    assert second.text == "Rockets hit Stepanakert on Sunday, local officials said.\nBaku denied firing on civilians."
    assert third.reason == "the text is empty"


def test_rss_of_1999_and_of_2000():
    (old,) = sample("rss_091.xml")
    assert shape(old)[1:4] == ("Quiet night at the line of contact", "Border Monitor", None)
    (rdf,) = sample("rss_rdf.xml")
    assert shape(rdf) == (
        "https://ararat-press.example/21",
        "Paris calls for restraint",
        "Ararat Press",
        datetime(2020, 9, 28, 9, tzinfo=UTC),
        "en",
        "https://ararat-press.example/21",
    )
    assert "its envoy, René Valle, spoke" in rdf.text


def test_atom():
    first, second, third = sample("atom.xml")
    assert shape(first) == (
        "urn:uuid:0f6c1a52-0001",
        "Clashes at the border — what is known",
        "Caucasus Monitor",
        datetime(2021, 11, 16, 15, 20, tzinfo=UTC),
        "en",
        "https://caucasus-monitor.example/1",
    )
    assert first.text == (
        "Both sides reported losses in clashes at their border on Tuesday.\n\n"
        "Armenia asked Russia for help; Azerbaijan spoke of a provocation."
    )
    assert second.reason == "the language is 'fr'; only English is read (en, en-GB, eng)"
    assert (third.source, third.date) == ("Tbilisi Wire", datetime(2021, 11, 16, 18, 30, tzinfo=LOCAL))
    assert third.text == "A truce was agreed for 6:30 pm <local time>, Yerevan said."


def test_newsml_g2_item():
    (wire,) = sample("newsml_item.xml")
    assert shape(wire) == (
        "urn:newsml:tbilisi-wire.example:20201010:karabakh-truce",
        "Truce takes effect in Nagorno-Karabakh",
        "Tbilisi Wire",
        datetime(2020, 10, 10, 12, 5, tzinfo=LOCAL),
        "en",
        None,
    )
    assert wire.text == (
        "A truce between Armenia and Azerbaijan took effect at noon.\n\n"
        "Minutes later each accused the other of breaking it."
    )


def test_newsml_g2_message():
    records = sample("newsml_message.xml")
    assert [record.number for record in records] == [1, 2, 3, 4, 5]
    html, plain = records[:2]
    assert shape(html)[1:5] == ("Statement signed", "Caspian Newsdesk", datetime(2020, 11, 10, 7, 30, tzinfo=UTC), "en")
    assert html.text == ("The leaders of Azerbaijan, Armenia and Russia signed a statement.\n\nIt ends\nall fighting.")
    assert shape(plain)[1:5] == ("Protests in Yerevan", "Ararat Press", datetime(2020, 11, 10), "en-US")
    assert plain.text.startswith("Protesters entered the parliament in Yerevan.\nThey called")
    told = reasons(records)
    assert told[3].startswith("is a packageItem")
    assert "stat:canceled" in told[4]
    assert "remoteContent" in told[5]


def test_ninjs_of_generation_1():
    (wire,) = sample("ninjs_1.json")
    assert shape(wire) == (
        "https://tbilisi-wire.example/items/20220913-1",
        "Armenia and Azerbaijan trade blame for border clashes",
        "Tbilisi Wire",
        datetime(2022, 9, 13, 6, 10, tzinfo=UTC),
        "en",
        None,
    )
    assert wire.text == (
        "Armenia said that Azerbaijan had shelled towns across the border.\n\n"
        "Azerbaijan said that it had answered “sabotage”."
    )


def test_ninjs_of_generation_2_in_an_array():
    wire, picture = sample("ninjs_2.json")
    assert shape(wire) == (
        "urn:ninjs:ararat-press.example:20220914:1",
        "Shelling near Jermuk, says Yerevan",
        "Border Monitor",
        datetime(2022, 9, 14, 10, tzinfo=LOCAL),
        "en-US",
        None,
    )
    assert wire.text == "Yerevan reported shelling near Jermuk.\nBaku denied it."
    assert (picture.number, "'picture'" in picture.reason) == (2, True)


def test_ninjs_of_generation_3_in_lines():
    wire, german, withdrawn = sample("ninjs_3.jsonl")
    assert shape(wire)[1:5] == ("Talks in Brussels", "Border Monitor", datetime(2023, 5, 15, 9, tzinfo=UTC), "en")
    assert wire.text == "The leaders of both countries met in Brussels.\n\nNo date was set for a treaty."
    assert "'de'" in german.reason
    assert "'canceled'" in withdrawn.reason


def test_html():
    (wire,) = sample("page.html")
    assert shape(wire) == (
        "https://caucasus-monitor.example/lachin-road",
        "Lachin road closed again",
        "Caucasus Monitor",
        datetime(2022, 12, 12, 14, 30, tzinfo=LOCAL),
        "en-GB",
        "https://caucasus-monitor.example/lachin-road",
    )
    paragraphs = wire.text.split("\n\n")
    assert [paragraph.split()[0] for paragraph in paragraphs] == ["The", "Yerevan", "Russian"]


def test_html_in_the_encoding_that_it_declares():
    (wire,) = sample("page_windows.html")
    assert wire.id == f"{SAMPLES / 'page_windows.html'}#1"
    assert "found it “largely calm” – the first" in wire.text
