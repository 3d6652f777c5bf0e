"""What senders do that no standard tells."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from wire_documents import newsml, only_reason, rss

NAMESPACES = (
    "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/' "
    "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:dc='http://purl.org/dc/elements/1.1/' "
    "xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
)
OWN = "<title>Own title</title><description>Own text.</description>"


@pytest.mark.parametrize("more", [
    "<media:content url='x.jpg'><media:title>Tank</media:title><media:description>A tank.</media:description>"
    "</media:content>",
    "<media:group><media:description>A tank.</media:description></media:group>",
    "<media:description xmlns:media='https://search.yahoo.com/mrss/'>A tank.</media:description>",
    "<itunes:title>Tank</itunes:title><itunes:summary>A tank.</itunes:summary>",
    "<dc:description>A tank.</dc:description>",
    "<image><title>Tank</title><description>A tank.</description></image>",
])  # fmt: skip
def test_an_entry_of_a_feed_keeps_its_own_words(read, more):
    for item in (more + OWN, OWN + more):
        (wire,) = read(rss(f"<item>{item}</item>").replace("<rss version='2.0'>", NAMESPACES))
        assert (wire.title, wire.text) == ("Own title", "Own text.")


def test_a_caption_is_not_taken_for_the_text_that_is_missing(read):
    item = "<item><title>A</title><media:description>A tank.</media:description></item>"
    assert only_reason(read(rss(item).replace("<rss version='2.0'>", NAMESPACES)), 1) == "the text is empty"


def test_a_description_in_dublin_core_may_be_the_only_one(read):
    (wire,) = read(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'><item><title>A</title>"
        "<dc:description>Baku said so.</dc:description></item></rdf:RDF>"
    )
    assert wire.text == "Baku said so."


@pytest.mark.parametrize("status", ["canceled", "withheld", "canceled/"])
def test_a_status_may_be_a_uri(read, status):
    def sent(status):
        uri = f"http://cv.iptc.org/newscodes/pubstatusg2/{status}"
        return read(newsml(more=f"<itemMeta><pubStatus uri='{uri}'/></itemMeta>"))

    assert "is not for use" in only_reason(sent(status), 1)
    (wire,) = sent("usable")
    assert wire.text == "Baku said so."


RUSSIAN = "<inlineXML xml:lang='ru'><p>Баку.</p></inlineXML>"
ENGLISH = "<inlineXML xml:lang='en-GB'><p>Baku said so.</p></inlineXML>"


def test_of_alternatives_the_english_one_is_read(read):
    language = "<contentMeta><language tag='ru'/></contentMeta>"
    for more in ("", language):
        for text in (
            RUSSIAN + ENGLISH,
            ENGLISH + RUSSIAN,
            "<inlineXML xml:lang='en'> </inlineXML>" + RUSSIAN + ENGLISH,
        ):
            (wire,) = read(newsml(text, more=more))
            assert (wire.text, wire.language) == ("Baku said so.", "en-GB")
    assert "the language is 'ru'" in only_reason(read(newsml(RUSSIAN)), 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_blank_lines_before_a_declaration(read, encoding):
    for content in (newsml(), rss("<item><description>Baku said so.</description></item>")):
        (wire,) = read(("\n \r\n" + content).encode(encoding))
        assert wire.text == "Baku said so."


def test_nan_is_nothing(read):
    names = ("id", "title", "source", "language", "date", "url")
    first, second = read(
        "".join(
            json.dumps({"text": text, **dict.fromkeys(names, float("nan"))}) + "\n" for text in ("A.", float("nan"))
        )
    )
    assert first.id.endswith("#1")
    assert {getattr(first, name) for name in names[1:]} == {None}
    assert "the text is null" in second.reason


def test_nan_in_parquet_is_nothing(read, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = arrow.table(
        {"text": ["A."], "id": [float("nan")], "source": [{"name": float("nan")}], "date": [float("nan")]}
    )
    parquet.write_table(table, tmp_path / "a")
    (wire,) = read((tmp_path / "a").read_bytes())
    assert (wire.number, wire.id[-2:], wire.source, wire.date) == (1, "#1", None, None)


@pytest.mark.parametrize("item", [
    {"body_text": " \n", "body_xhtml": "<p>Baku said so.</p>"},
    {"body_text": None, "body_xhtml": "<p>Baku said so.</p>"},
    {"bodies": [{"value": ""}, {"contentType": "text/html", "value": "<p>Baku said so.</p>"}]},
    {"bodies": [{"contentType": "text/plain; charset=utf-8", "value": "Baku said so."}]},
    {"bodies": [{"contentType": "Text/HTML;charset=utf-8", "value": "<p>Baku said so.</p>"}]},
])  # fmt: skip
def test_bodies_of_ninjs(read, item):
    (wire,) = read(json.dumps({"uri": "a", **item}))
    assert wire.text == "Baku said so."


@pytest.mark.parametrize("start", ["", "\ufeff", "\r\r"])
def test_a_table_whose_lines_end_in_carriage_returns(read, start):
    first, second = read(start + 'id,text\r1,Baku said so.\r2,"Yerevan\rsaid\nso."\r')
    assert (first.id, first.text, first.number) == ("1", "Baku said so.", start.count("\r") + 2)
    assert (second.id, second.text) == ("2", "Yerevan\nsaid\nso.")


def test_tables_as_pandas_and_excel_write_them(read):
    for content in (",text,source\n0,Baku said so.,TW\n", "text;source;\nBaku said so.;TW;\n"):
        (wire,) = read(content)
        assert (wire.text, wire.source) == ("Baku said so.", "TW")
    (wire,) = read("sep=;\r\nsource;text\r\nTW;Baku said so.\r\n")
    assert (wire.text, wire.source, wire.number) == ("Baku said so.", "TW", 3)


def page(declared):
    text = "<p>" + "The ministry in Baku said that the talks would go on for another week in Geneva. " * 5 + "</p>"
    return (
        f"<!doctype html><html><head><title>A</title>{declared}</head><body><article>{text * 3}</article></body></html>"
    )


@pytest.mark.parametrize(("declared", "expected"), [
    ("<meta name='date' content='27.10.2020 18:30'>", datetime(2020, 10, 27, 18, 30)),
    ("<meta name='DC.date' content='27 Oct 2020 18:30 GMT+4'>",
     datetime(2020, 10, 27, 18, 30, tzinfo=timezone(timedelta(hours=4)))),
    ("<meta name='date' content='05/06/2020'><meta property='article:published_time' content='2020-06-05'>",
     datetime(2020, 6, 5)),
    ("<meta itemprop='datePublished' content=' '><meta name='pubdate' content='2020-06-05'>", datetime(2020, 6, 5)),
    ("", None),
])  # fmt: skip
def test_a_date_that_a_page_declares(read, declared, expected):
    (wire,) = read(page(declared))
    assert wire.date == expected


def test_a_date_of_a_page_that_is_ambiguous(read):
    assert "'05/06/2020' is ambiguous" in only_reason(read(page("<meta name='date' content='05/06/2020'>")), 1)
