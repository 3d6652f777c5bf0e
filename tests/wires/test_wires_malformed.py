"""Whatever is wrong in a file becomes a rejection that says what and where; the rest of the file is read."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wirestance.inference.wires import problems
from wirestance.inference.wires.read import read_records
from wirestance.inference.wires.record import Rejection, Wire

SAMPLES = Path(__file__).parent / "samples"
GOOD = '{"text": "Baku said so."}'
LIMIT = problems.LONGEST_RECORD


@pytest.fixture
def read(tmp_path):
    """Reads bytes as a file and gives its records."""

    def read(content, **options):
        path = tmp_path / "wires"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_records(path, **options))

    return read


def only_reason(records, number=0):
    (record,) = records
    assert isinstance(record, Rejection)
    assert record.number == number
    return record.reason


def newsml(text="<inlineData>Baku said so.</inlineData>", start="<?xml version='1.0'?>", more=""):
    item = f"<newsItem xmlns='http://iptc.org/std/nar/2006-10-01/' guid='a'>{more}<contentSet>{text}</contentSet>"
    return f"{start}{item}</newsItem>"


def rss(item, start="<?xml version='1.0'?>"):
    return f"{start}<rss version='2.0'><channel><title>T</title>{item}</channel></rss>"


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


BILLION = (
    "<!DOCTYPE {root} [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]>"
)
EXTERNAL = "<!DOCTYPE {root} [<!ENTITY a SYSTEM 'file://{secret}'>]>"
PARAMETER = "<!DOCTYPE {root} [<!ENTITY % a SYSTEM 'http://127.0.0.1:9/x.dtd'> %a;]>"


@pytest.mark.parametrize("attack", [BILLION, EXTERNAL, PARAMETER])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("forced", ["feed", "newsml"])
def test_entities_are_refused(read, tmp_path, attack, encoding, forced):
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    root = "rss" if forced == "feed" else "newsItem"
    start = "<?xml version='1.0'?>" + attack.format(root=root, secret=secret)
    item = "<item><description>&a;</description></item>"
    content = rss(item, start) if forced == "feed" else newsml("<inlineData>&a;</inlineData>", start)
    assert "declares entities" in only_reason(read(content.encode(encoding), format=forced))
    if encoding != "utf-16-le":  # which no mark tells from text
        assert "declares entities" in only_reason(read(content.encode(encoding)))


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "utf-32", "shift_jis", "unicode_escape"])
def test_encodings_that_can_hide_entities_are_refused(read, encoding):
    start = f"<?xml version='1.0' encoding='{encoding}'?>" + BILLION.format(root="newsItem")
    content = newsml(start=start)
    for raw in {content.encode(), content.encode(encoding)}:
        assert isinstance(read(raw, format="newsml")[0], Rejection)
        assert isinstance(read(raw, format="feed")[0], Rejection)


def test_an_external_document_type_is_neither_read_nor_needed(read):
    start = "<!DOCTYPE newsItem SYSTEM 'http://127.0.0.1:9/news.dtd'>"
    (wire,) = read(newsml(start=start))
    assert wire.text == "Baku said so."
    reason = only_reason(read(newsml("<inlineData>Baku&nbsp;said so.</inlineData>", start=start)))
    assert "nbsp" in reason


def test_xml_nested_too_deeply(read):
    deep = "<a>" * 5000 + "x" + "</a>" * 5000
    assert "is not well-formed XML" in only_reason(read(newsml(f"<inlineXML>{deep}</inlineXML>")))
    (page,) = read("<html><body>" + "<div>" * 5000 + "Baku said so." + "</div>" * 5000 + "</body></html>")
    assert isinstance(page, Wire | Rejection)


def test_xml_of_another_kind(read):
    assert "the root is 'invoice'" in only_reason(read("<?xml version='1.0'?><invoice><p>A.</p></invoice>"))
    assert "there is no root" in only_reason(read("<?xml version='1.0'?>"))
    assert "holds no entry" in only_reason(read(rss("")))
    assert "is a newsMessage without any item" in only_reason(read("<newsMessage xmlns='x'/>"))


def test_newsml_without_text(read):
    assert "there is nothing" in only_reason(read(newsml("")), 1)
    assert "there is inlineXML" in only_reason(read(newsml("<inlineXML> </inlineXML>")), 1)
    assert "encoding 'base64'" in only_reason(read(newsml("<inlineData encoding='base64'>QQ==</inlineData>")), 1)


@pytest.mark.parametrize("name", ["title_detail", "summary_detail", "content", "source", "entries", "published_parsed"])
def test_a_feed_may_use_the_names_of_its_parser(read, name):
    (wire,) = read(rss(f"<{name}>A.</{name}><item><{name}>A.</{name}><description>B.</description></item>"))
    assert wire.text in {"A.", "B."}


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<p>", "<b><i>"])
def test_broken_markup_in_a_feed_costs_no_minutes(read, piece):
    started = time.monotonic()
    (record,) = read(rss(f"<item><description><![CDATA[{piece * 100_000}]]></description></item>"))
    assert isinstance(record, Rejection)
    assert time.monotonic() - started < 20


def test_an_element_of_too_many_attributes(read):
    attributes = " ".join(f"a{number}='1'" for number in range(101))
    assert "more than 100 attributes" in only_reason(read(rss(f"<item {attributes}/>")))


def test_a_page_of_too_many_elements(read):
    assert "is an HTML page of 60003 elements; at most 50000" in only_reason(read("<html><body>" + "<p>A" * 60_001))


def test_a_table_with_a_doubtful_header(read):
    assert "has the field 'text' more than once" in only_reason(read("text,id,text\nA,1,B\n"))
    assert "at most 65536 are read" in only_reason(read("text" + "," * 100_000, format="csv"))


def test_an_entry_with_a_bad_date_costs_only_itself(read):
    items = "".join(
        f"<item><guid>{date}</guid><description>Baku said so.</description><pubDate>{date}</pubDate></item>"
        for date in ("03/04/2021", "Tue, 06 Apr 2021 10:00:00 GMT", "yesterday")
    )
    records = read(rss(items))
    assert [isinstance(record, Wire) for record in records] == [False, True, False]
    assert "'03/04/2021' is ambiguous" in records[0].reason


@pytest.mark.parametrize("page", [
    "<html></html>", "<html><body></body></html>", "<!DOCTYPE html><title>Only a title</title>", "<p></p>",
    "<html><body><script>var a = 'Baku said so.';</script></body></html>",
    "<br>", "<html><body><p>123</p></body></html>",
])  # fmt: skip
def test_a_page_without_text(read, page):
    (record,) = read(page)
    assert isinstance(record, Rejection)


@pytest.mark.parametrize("forced", ["text", "feed", "newsml", "html", "ninjs"])
def test_a_file_over_the_limit_is_refused_with_its_size(tmp_path, forced):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.write(b"[" if forced == "ninjs" else b"<")
        file.truncate(LIMIT + 1)
    assert f"has {LIMIT + 1} bytes" in only_reason(read_records(path, format=forced))


def test_a_file_of_the_limit_is_read(read):
    (wire,) = read(b"a " * (LIMIT // 2))
    assert len(wire.text) == LIMIT - 1


def test_a_field_over_the_limit(read, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"text": ["a" * (LIMIT + 1), "Baku said so."]}), tmp_path / "a")
    large, good = read((tmp_path / "a").read_bytes())
    assert f"the text has {LIMIT + 1} characters" in large.reason
    assert isinstance(good, Wire)


MEASURED = """
import resource, sys
from wirestance.inference.wires.read import read_records
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for record in read_records(sys.argv[1], format=sys.argv[2]):
    print(record.number, getattr(record, "reason", "read"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(("forced", "first", "last"), [
    ("jsonl", GOOD, GOOD), ("csv", "id,text", "1,Baku said so."), ("text", "A", "B"),
])  # fmt: skip
def test_a_line_of_200_mb_is_never_in_memory(tmp_path, forced, first, last):
    path = tmp_path / "large"
    block = b"a" * 2_000_000
    with path.open("wb") as file:
        file.write(first.encode() + b"\n")
        file.writelines(block for _ in range(100))
        file.write(b"\n" + last.encode())
    size = 200_000_001
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, path, forced], capture_output=True, text=True, check=True, timeout=120
    )
    *told, grown = done.stdout.splitlines()
    if forced == "text":
        assert told == [f"0 has {path.stat().st_size} bytes; of this format at most {LIMIT} are read"]
    else:
        assert told[-2:] == [f"2 has {size} bytes up to line 2; at most {LIMIT} are read", "3 read"]
    assert int(grown) < 60 * 1024, f"{grown} KiB"
