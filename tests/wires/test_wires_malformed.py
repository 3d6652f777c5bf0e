"""Whatever is wrong in a file becomes a rejection that says what and where; the rest of the file is read."""

import json
import os
from pathlib import Path

import pytest
from wire_documents import GOOD, LIMIT, SAMPLES, newsml, only_reason

from wirestance.inference.wires.read import read_records
from wirestance.inference.wires.record import Wire


def test_a_missing_or_unreadable_file(tmp_path):
    assert only_reason(read_records(tmp_path / "none")) == "cannot be read: No such file or directory"
    assert "cannot be read" in only_reason(read_records("a\0b"))
    assert "cannot be read" in only_reason(read_records("a" * 5000))
    (tmp_path / "link").symlink_to(tmp_path / "none")
    assert "cannot be read" in only_reason(read_records(tmp_path / "link"))


def test_a_folder_that_cannot_be_listed_costs_only_itself(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("Baku said so.")
    (tmp_path / "b").mkdir()
    listed = os.scandir

    def scandir(path):
        if str(path).endswith("b"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    rejection, wire = read_records(tmp_path)
    assert (rejection.file, rejection.number) == (str(tmp_path / "b"), 0)
    assert rejection.reason == "cannot be read: Permission denied"
    assert wire.text == "Baku said so."


def test_a_folder_that_cannot_be_entered_costs_only_itself(tmp_path, monkeypatch):
    for name in ("a", "b/a", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Baku said so.")
    looked = Path.is_file

    def is_file(path):
        if path.parent.name == "b":
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    rejection, *wires = read_records(tmp_path)
    assert (rejection.file, rejection.number) == (str(tmp_path / "b/a"), 0)
    assert rejection.reason == "cannot be read: Permission denied"
    assert [Path(wire.file).name for wire in wires] == ["a", "c"]


def test_a_name_that_is_not_unicode_can_be_printed(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.txt"
    Path(os.fsdecode(path)).write_text("Baku said so.")
    (wire,) = read_records(tmp_path)
    assert wire.file.endswith(r"\udcff.txt")
    assert wire.id.encode()


@pytest.mark.parametrize("forced", [None, "text", "jsonl", "csv", "parquet", "feed", "newsml", "ninjs", "html"])
def test_an_empty_file(read, forced):
    assert only_reason(read(b"", format=forced)) == "is empty"


@pytest.mark.parametrize(("name", "forced"), [
    ("atom.xml", "feed"), ("rss.xml", "feed"), ("newsml_item.xml", "newsml"), ("ninjs_1.json", "ninjs"),
])  # fmt: skip
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_document_is_one_rejection(read, name, forced, share):
    content = (SAMPLES / name).read_bytes()
    reason = only_reason(read(content[: int(len(content) * share)]))
    assert "is not well-formed XML" in reason or "is not JSON" in reason


def test_a_truncated_table_keeps_its_rows(read):
    content = (SAMPLES / "table.csv").read_bytes()
    first, cut = read(content[: content.index(b"A spokesman")])
    assert isinstance(first, Wire)
    assert (cut.number, cut.reason) == (3, "is not a row of CSV: unexpected end of data")


def test_truncated_parquet(read, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"text": ["Baku said so."] * 9}), tmp_path / "whole")
    content = (tmp_path / "whole").read_bytes()
    assert "is not Parquet that can be read" in only_reason(read(content[:-20]))
    assert "is not Parquet that can be read" in only_reason(read(b"PAR1"))


@pytest.mark.parametrize(("content", "position"), [(b"Baku \xe9", 5), (b"\xef\xbb\xbfBaku \xe9", 8), (b"\x80", 0)])
def test_text_that_is_not_utf_8(read, content, position):
    byte = content[-1]
    assert f"is not UTF-8: byte 0x{byte:02x} at position {position}" in only_reason(read(content, format="text"))


def test_text_that_is_not_utf_16(read):
    assert "is not UTF-16: byte 0x00 at position 4" in only_reason(read(b"\xff\xfe" + b"A\0" + b"\0\xd8" + b"A\0"))
    assert "is not UTF-16" in only_reason(read(b"\xff\xfet\0e\0x", format="jsonl"))


def test_json_lines_that_are_not_utf_8(read):
    good, bad, other = read(GOOD.encode() + b'\n{"text": "Caf\xe9"}\n' + GOOD.encode())
    assert isinstance(good, Wire)
    assert isinstance(other, Wire)
    assert (bad.number, bad.reason[:41]) == (2, "is not UTF-8: byte 0xe9 at position 13 (a")


def test_a_table_that_is_not_utf_8(read):
    good, bad, other = read(b"id,text\n1,Baku said so.\n2,Caf\xe9 said so.\n3,Yerevan said so.\n")
    assert (good.id, other.id) == ("1", "3")
    assert (bad.number, "is not UTF-8: byte 0xe9 at position 3" in bad.reason) == (3, True)


def test_xml_and_html_that_are_not_what_they_declare(read):
    assert "is not well-formed XML" in only_reason(read(newsml().encode().replace(b"Baku", b"Bak\xfc")))
    page = b'<html><head><meta charset="utf-8"></head><body><p>Bak\xfc said so.</p></body></html>'
    assert only_reason(read(page)) == (
        "is not UTF-8: byte 0xfc at position 53 (allowed are UTF-8, and UTF-16 with a byte-order mark)"
    )
    assert "declares the encoding 'klingon'" in only_reason(read(page.replace(b"utf-8", b"klingon")))
    (wire,) = read(newsml(start="<?xml version='1.0' encoding='windows-1251'?>").encode().replace(b"Baku", b"\xc1aku"))
    assert wire.text == "Бaku said so."


def test_broken_lines_are_one_rejection_each(read):
    lines = ["{", '{"text": }', "[1]", "3", "null", '"a"', "nonsense", '{"text": "a"} x', GOOD]
    records = read("\n".join([GOOD, *lines]))
    assert [record.number for record in records] == list(range(1, 11))
    assert [isinstance(record, Wire) for record in records] == [True] + [False] * 8 + [True]
    assert "is not a JSON object but list [1]" in records[3].reason
    assert "is not JSON" in records[7].reason


def test_a_broken_first_line_does_not_cost_the_others(read):
    bad, good = read('{"text": "cut\n' + GOOD)
    assert (bad.number, isinstance(good, Wire)) == (1, True)


@pytest.mark.parametrize("forced", [None, "jsonl"])
@pytest.mark.parametrize("size", [70_000, LIMIT - 100, LIMIT + 1])
@pytest.mark.parametrize("end", ["", '"}'])
def test_a_long_first_line_does_not_cost_the_others(read, forced, size, end):
    long, *others = read('{"text": "' + "a" * size + end + "\n\n" + GOOD + "\n" + GOOD + "\n", format=forced)
    assert (long.number, isinstance(long, Wire)) == (1, bool(end) and size < LIMIT)
    assert [(other.number, other.text) for other in others] == [(3, "Baku said so."), (4, "Baku said so.")]


@pytest.mark.parametrize(("envelope", "told", "text"), [
    ({"version": "https://jsonfeed.org/version/1.1", "title": "T", "description": "A feed.", "items": [{"text": "A."}]},
     "holds a list of them, 'items'", "description"),
    ({"status": "ok", "message": "None found.", "Articles": []}, "holds a list of them, 'Articles'", "message"),
    ({"status": "error", "message": "The key is wrong."}, "an error message, by its status 'error'", "message"),
    ({"status": "error", "content": None, "message": "The key."}, "an error message, by its status 'error'", "message"),
])  # fmt: skip
def test_what_holds_wires_or_an_error_is_no_wire(read, envelope, told, text):
    for content in (json.dumps(envelope), json.dumps(envelope, indent=1)):
        assert told in only_reason(read(content), 1)
        (wire,) = read(content, fields={"text": text})
        assert wire.text == envelope[text]


@pytest.mark.parametrize("item", [
    {"text": "A.", "data": [{"a": 1}]},
    {"text": "A.", "status": "error"},
    {"description": "A.", "items": ["a"]},
    {"description": "A.", "images": [{"a": 1}]},
    {"message": "A.", "status": "published"},
])  # fmt: skip
def test_what_only_looks_as_if_it_held_wires(read, item):
    (wire,) = read(json.dumps(item))
    assert wire.text == "A."


def test_an_array_over_the_limit_is_refused_with_its_size(read):
    content = "[" + (GOOD + ",") * (LIMIT // len(GOOD)) + GOOD + "]"
    assert f"has {len(content)} bytes; of this format at most {LIMIT} are read" in only_reason(read(content))


def test_json_lines_that_are_forced_are_lines(read):
    array, opened, good = read('[{"text": "A."}]\n{\n' + GOOD, format="jsonl")
    assert "is not a JSON object but list" in array.reason
    assert (opened.number, isinstance(good, Wire)) == (2, True)


@pytest.mark.parametrize("bomb", ["[" * 200_000, '{"a":' * 200_000])
def test_a_json_bomb(read, bomb):
    assert "nested too deeply" in only_reason(read(bomb, format="jsonl"), 1)
    assert "nested too deeply" in only_reason(read(bomb))
    good, bad = read(GOOD + '\n{"text": ' + bomb)
    assert isinstance(good, Wire)
    assert "nested too deeply" in bad.reason


def test_a_json_number_bomb(read):
    assert "is not JSON" in only_reason(read('{"text": "Baku said so.", "id": ' + "9" * 5000 + "}"), 1)
    assert "thirty digits" in only_reason(read('{"text": "Baku said so.", "id": ' + "9" * 4000 + "}"), 1)


@pytest.mark.parametrize(("value", "told"), [
    (None, "the text is null"),
    (3, "the text is not a string but int 3"),
    (True, "the text is not a string but bool True"),
    (["a"], "the text is not a string but list ['a']"),
    ("", "the text is empty"),
    (" \u200b\n\u00ad ", "the text is empty"),
    ("1234 – 56 %!", "the text has no letter in it: '1234 – 56 %!'"),
    ("Baku\0said", "the text has a NUL at character 4"),
    ("Baku \ud800 said", "half a surrogate pair, U+D800, at 5"),
])  # fmt: skip
def test_texts_that_cannot_be_read(read, value, told):
    for item in ({"text": value}, {"uri": "a", "standard": {"name": "ninjs"}, "bodies": [{"value": value}]}):
        bad, good = read(json.dumps(item) + "\n" + GOOD)
        assert told in bad.reason
        assert isinstance(good, Wire)


@pytest.mark.parametrize("field", ["id", "title", "source", "language", "url"])
@pytest.mark.parametrize("value", [True, ["a"], {"name": ["a"]}, "a\0b", "\udfff"])
def test_other_fields_that_cannot_be_read(read, field, value):
    assert f"the {field} " in only_reason(read(json.dumps({"text": "Baku said so.", field: value})), 1)


@pytest.mark.parametrize("language", ["ru", "az-Latn", "Armenian", "enm", "e", "de-en"])
def test_other_languages(read, language):
    assert f"the language is '{language}'" in only_reason(read(json.dumps({"text": "A.", "language": language})), 1)


@pytest.mark.parametrize("language", ["en", "EN", "en-GB", "en_US", "eng", "English", None, "", " "])
def test_english_by_any_name(read, language):
    (wire,) = read(json.dumps({"text": "A.", "language": language}))
    assert wire.language == ((language or "").strip() or None)


def test_texts_of_tables_that_cannot_be_read(read):
    records = read('id,text\n1,\n2,123\n3,a\0b\n4\n5,a,b\n6,"a" b\n7,Baku said so.\n')
    told = [
        "empty",
        "no letter",
        "NUL at character 1",
        "has 1 fields; the header has 2",
        "has 3 fields",
        "not a row of CSV",
    ]
    assert [part in record.reason for part, record in zip(told, records[:6], strict=True)] == [True] * 6
    assert [record.number for record in records] == [2, 3, 4, 5, 6, 7, 8]
    assert records[6].id == "7"


def test_a_table_without_the_needed_columns_is_one_rejection(read):
    assert "there are 'id', 'nachricht'" in only_reason(read("id,nachricht\n1,A\n2,B\n"))
    assert "'wire'" in only_reason(read("id,text\n1,A\n2,B\n", fields={"text": "wire"}))


def test_an_open_quote_costs_one_record_and_not_more_than_the_limit(read, monkeypatch):
    monkeypatch.setattr("wirestance.inference.wires.files.LONGEST_RECORD", 100)
    rows = "".join(f"{number},Baku said so.\n" for number in range(20))
    records = read('id,text\n0,"open\n' + rows)
    assert records[0].number == 2
    assert "at most 100 are read" in records[0].reason
    assert {type(record) for record in records[1:]} == {Wire}


def test_values_of_parquet_that_cannot_be_read(read, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"text": [None, "", "7", "A.", "B."], "date": [0, 0, 0, 0, 1e9]}), tmp_path / "a")
    assert [isinstance(record, Wire) for record in read((tmp_path / "a").read_bytes())] == [False] * 4 + [True]
    parquet.write_table(arrow.table({"text": [1, 2]}), tmp_path / "b")
    assert [record.reason for record in read((tmp_path / "b").read_bytes())] == [
        "the text is not a string but int 1", "the text is not a string but int 2"
    ]  # fmt: skip
    parquet.write_table(arrow.table({"other": ["A."]}), tmp_path / "c")
    assert "there are 'other'" in only_reason(read((tmp_path / "c").read_bytes()))


def test_a_table_with_a_doubtful_header(read):
    assert "has the field 'text' more than once" in only_reason(read("text,id,text\nA,1,B\n"))
    assert "at most 65536 are read" in only_reason(read("text" + "," * 100_000, format="csv"))
