"""Whatever bytes come in, only wires and rejections come out.

`WIRESTANCE_FUZZ=50000 pytest tests/wires/test_wires_fuzz.py` is the long run: so many inputs in all, none kept.
"""

import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wirestance.inference.wires.read import read_open
from wirestance.inference.wires.recognise import FORMATS
from wirestance.inference.wires.record import Rejection, Wire

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").iterdir())]
INPUTS = int(os.environ.get("WIRESTANCE_FUZZ", "2000"))
FUZZ = settings(
    max_examples=max(1, INPUTS // 4),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    derandomize="WIRESTANCE_FUZZ" not in os.environ,
)
FORCED = st.none() | st.sampled_from(FORMATS)
PIECES = [
    b"<title_detail>a</title_detail>", b"<content>a</content>", b"<source>a</source>", b"<language>en</language>",
    b"<summary_detail/>", b"<entries>a</entries>", b"<updated>a</updated>", b"<itemSet>", b"<body.content>", b"<nitf>",
    b"<", b">", b"&", b"&lt;", b"&nbsp;", b"&#0;", b"&#xD800;", b"&#38;", b"<![CDATA[", b"]]>", b"<!--", b"-->",
    b"<!DOCTYPE a [", b"<?xml version='1.0' encoding='utf-16'?>", b"<meta charset='utf-16'>",
    b"<!ENTITY a 'b'>", b"<item>", b"</item>", b"<entry>", b"<p>", b"</p>", b"<base href='http://[::1'>",
    b"<a href='//['>", b"<link rel='canonical' href='http://[x'>", b"xml:lang='en'", b"\0", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", b"\r", b"\n", b"\t", b'"', b"\\ud800", b"\\u0000", b"{", b"}",
    b"[", b"]", b",", b";", b"null", b"1e999", b"NaN", b"-1", b"9" * 400, b"03/04/2021", b"2021-05-12",
    b"a" * 5000, b"PAR1", b"</p>", b"<time pubdate datetime='2020'>", b"<script type='application/ld+json'>",
    b'{"datePublished": "2020"}</script>',
]  # fmt: skip


def parquet_sample():
    """A small Parquet file with the types that its fields may have."""
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = arrow.table({
        "id": [1, None, 3],
        "text": ["Baku said so.", "Yerevan said so.", None],
        "date": arrow.array([0, 1_600_000_000, None], arrow.timestamp("s", "UTC")),
        "source": [{"name": "TW"}, None, {"name": "AP"}],
    })  # fmt: skip
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def check(content, forced):
    """Read an input twice: only wires and rejections come out, whole ones, and the same."""
    read = [list(read_open(io.BytesIO(content), "input", forced, {})) for _ in range(2)]
    assert read[0] == read[1]
    for record in read[0]:
        if isinstance(record, Wire):
            assert record.id
            assert any(map(str.isalpha, record.text))
            for value in (record.id, record.text, record.title, record.source, record.language, record.url):
                assert value is None or (isinstance(value, str) and value == value.strip() and "\0" not in value)
                assert value is None or value.encode()
            json.dumps([record.date and record.date.isoformat()])
            assert record.number > 0
        else:
            assert isinstance(record, Rejection)
            assert record.reason
            assert record.reason.encode()


@st.composite
def mutated(draw, samples):
    """A sample with bytes changed, cut out, doubled, put in or taken from another sample."""
    content = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        match draw(st.integers(0, 5)):
            case 0 if start < len(content):
                content[start] ^= 1 << draw(st.integers(0, 7))
            case 1:
                del content[start:end]
            case 2:
                del content[start:]
            case 3:
                content[start:start] = draw(st.sampled_from(PIECES))
            case 4:
                content[start:end] = content[start:end] * draw(st.integers(2, 4))
            case _:
                other = draw(st.sampled_from(samples))
                place = draw(st.integers(0, len(other)))
                content[start:end] = other[place : place + draw(st.integers(0, 400))]
    return bytes(content)


NAMES = st.sampled_from([
    "text", "body", "title", "source", "name", "date", "language", "url", "id", "uri", "standard", "version",
    "value", "role", "bodies", "headlines", "headline", "body_text", "body_xhtml", "contenttype", "contentType",
    "versioncreated", "pubstatus", "infosources", "type", "items", "status", "message",
])  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["en", "2021-05-12", "<p>\x01a</p>&nbsp;\n\nb<br>", "&lt;/p>&#0;&a;", "TTNINJS"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ITEMS = st.dictionaries(NAMES, JSON, max_size=5)


@FUZZ
@given(st.binary(max_size=400), FORCED)
def test_any_bytes(content, forced):
    check(content, forced)


@FUZZ
@given(mutated(SAMPLES), FORCED)
def test_samples_with_errors(content, forced):
    check(content, forced)


@FUZZ
@given(mutated([parquet_sample()]))
def test_parquet_with_errors(content):
    check(content, "parquet")


@FUZZ
@given(st.lists(ITEMS | JSON, max_size=3), st.booleans(), st.sampled_from([None, "jsonl", "ninjs"]))
def test_any_json(items, array, forced):
    content = json.dumps(items) if array else "\n".join(json.dumps(item) for item in items)
    check(content.encode(), forced)
