"""Which of a record's fields is taken for what, by its name and by what it holds."""

import csv
import io
import json
import logging
from datetime import datetime

import pytest
from wire_documents import only_reason


@pytest.fixture
def read_rows(read, tmp_path):
    """Reads rows as JSON lines, as CSV and as Parquet, and gives the records of each."""
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")

    def read_rows(rows):
        table = io.StringIO()
        writer = csv.DictWriter(table, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "rows")
        lines = "\n".join(map(json.dumps, rows))
        return [read(content) for content in (lines, table.getvalue(), (tmp_path / "rows").read_bytes())]

    return read_rows


@pytest.mark.parametrize("blank", [None, "", " \n"])
def test_an_empty_field_does_not_hide_a_filled_one(read_rows, blank):
    rows = [
        {"title": "A", "content": blank, "description": "Baku said so.", "published": blank, "date": "2020-10-27"},
        {"title": "A", "content": "Yerevan said so.", "description": "B.", "published": "2020-10-28", "date": blank},
    ]
    for first, second in read_rows(rows):
        assert (first.text, first.date) == ("Baku said so.", datetime(2020, 10, 27))
        assert (second.text, second.date) == ("Yerevan said so.", datetime(2020, 10, 28))


def test_where_all_are_empty_the_likeliest_is_told(read):
    assert only_reason(read('{"content": null, "summary": ""}'), 1) == "the text is null; a string is needed"
    assert only_reason(read("content,summary\n,\n"), 2) == "the text is empty"


def test_a_field_that_is_not_needed_may_be_broken(read, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    far = arrow.array([9_000_000_000_000], arrow.timestamp("s"))
    parquet.write_table(arrow.table({"text": ["A."], "date": ["2020-10-27"], "created": far}), tmp_path / "a")
    (wire,) = read((tmp_path / "a").read_bytes())
    assert wire.date == datetime(2020, 10, 27)


@pytest.mark.parametrize("record", [
    {"maintext": "Baku said so.", "date_publish": "2020-10-27", "source_domain": "TW"},
    {"Story Text": "Baku said so.", "Date": "2020-10-27", "Source": "TW"},
    {"body": "Baku said so.", "dateTime": "2020-10-27", "source": {"uri": "tw.example", "title": "TW"}},
    {"text": "Baku said so.", "date": "2020-10-27", "source": {"name": "TW", "title": "B"}},
])  # fmt: skip
def test_names_of_known_senders(read, record):
    (wire,) = read(json.dumps(record))
    assert (wire.text, wire.date, wire.source) == ("Baku said so.", datetime(2020, 10, 27), "TW")


def test_each_guess_is_told_once(read, caplog):
    caplog.set_level(logging.INFO, "wirestance")
    records = [
        {"story": "A."},
        {"body": "A.", "lang": "en"},
        {"story": "A."},
        {"Story": "A.", "body": "", "lang": "en"},
    ]
    read("\n".join(map(json.dumps, records)))
    told = [message.partition(": ")[2] for message in caplog.messages]
    assert told == ["took text from 'story'", "took text from 'body', language from 'lang'"]


def test_a_name_that_is_ours_is_no_guess(read, caplog):
    caplog.set_level(logging.INFO, "wirestance")
    read("id,Text,title\n1,Baku said so.,A\n")
    assert caplog.messages == []
