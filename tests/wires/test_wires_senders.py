"""What senders do that no standard tells."""

import csv
import io
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


@pytest.mark.parametrize(("described", "text"), [
    ("<a href='/a'>Baku: it holds Shusha</a>&nbsp;&nbsp;<font>Border Monitor</font>", "Baku: it holds Shusha"),
    ("<p>Baku said so, says Border Monitor</p>", "Baku said so, says Border Monitor"),
])  # fmt: skip
def test_the_outlet_of_an_entry_is_no_part_of_its_words(read, described, text):
    (wire,) = read(rss(
        "<item><title>Baku: it holds Shusha - Border Monitor</title><source url='a'>Border Monitor</source>"
        f"<description><![CDATA[{described}]]></description></item>"
    ))  # fmt: skip
    assert (wire.title, wire.text, wire.source) == ("Baku: it holds Shusha", text, "Border Monitor")


@pytest.mark.parametrize("content", ["<img src='a.jpg'>", "<p>&nbsp;</p>", " "])
def test_a_content_without_words_does_not_hide_the_description(read, content):
    content = f"<content:encoded><![CDATA[{content}]]></content:encoded>"
    for item in (content + OWN, OWN + content):
        (wire,) = read(rss(f"<item>{item}</item>").replace("<rss version='2.0'>", NAMESPACES))
        assert wire.text == "Own text."


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
    headlines = "<headline xml:lang='ru'>Баку</headline><headline xml:lang='en'>Baku</headline>"
    (wire,) = read(newsml(more=f"<contentMeta>{headlines}</contentMeta>"))
    assert wire.title == "Baku"


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
    *({"bodies": [{"role": role, "contentType": "text/plain", "value": "Short."},
                  {"role": "main", "contentType": "text/html", "value": "<p>Baku said so.</p>"}]}
      for role in ("abstract", "caption", "Summary")),
    {"bodies": [{"role": "summary", "contentType": "text/plain", "value": "Baku said so."}]},
    {"standard": {"name": "TTNINJS"}, "body_xhtml": "<p>Baku said so.</p>"},
    {"standard": {"name": "house style"}, "body_xhtml": "<p>Baku said so.</p>"},
])  # fmt: skip
def test_bodies_of_ninjs(read, item):
    (wire,) = read(json.dumps({"uri": "a", **item}))
    assert wire.text == "Baku said so."


def test_a_headline_of_ninjs_is_without_markup(read):
    for headline in (
        {"headline": "Baku &amp; <b>Yerevan</b>"},
        {"headlines": [{"value": "Baku &amp; <b>Yerevan</b>"}]},
    ):
        (wire,) = read(json.dumps({"uri": "a", "body_text": "AT&T; said so.", **headline}))
        assert (wire.title, wire.text) == ("Baku & Yerevan", "AT&T; said so.")


def test_ninjs_is_known_by_its_standard_alone(read):
    (wire,) = read(json.dumps({"standard": {"name": "ttninjs"}, "bodies": [{"value": "Baku said so."}]}))
    assert wire.text == "Baku said so."


@pytest.mark.parametrize(("text", "expected"), [
    ("<p>Baku said so.</p><p>Yerevan denied it.&nbsp;</p>", "Baku said so.\n\nYerevan denied it."),
    ("<figure><img src='a'><figcaption>A tank.</figcaption></figure><p>Baku said so.</p>", "Baku said so."),
    ("Baku said so.<BR />Yerevan denied it.", "Baku said so.\nYerevan denied it."),
    ("Baku said so.<p>Yerevan denied it.", "Baku said so.\n\nYerevan denied it."),
    ("<b>BAKU</b> said so.\n \nYerevan denied it.", "BAKU said so.\n\nYerevan denied it."),
    ("Baku said so.\n\nYerevan&#8217;s &quot;no&quot; &amp; more.", 'Baku said so.\n\nYerevan’s "no" & more.'),
    ("&lt;p&gt;Baku &amp;amp; Yerevan.&lt;/p&gt;", "Baku & Yerevan."),
    *((plain, plain) for plain in (
        "a < b & c > d", "AT&T; R&D; said <so>", "<BAKU, Oct 4> said so", "http://a.example/?a=1&copy=2", "a &lt b",
    )),
])  # fmt: skip
def test_markup_in_records(read, tmp_path, text, expected):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    row = {"text": text, "title": "Baku &amp; Yerevan", "source": "A &amp; B"}
    table = io.StringIO()
    writer = csv.DictWriter(table, row)
    writer.writeheader()
    writer.writerow(row)
    parquet.write_table(arrow.Table.from_pylist([row]), tmp_path / "a")
    for content in (json.dumps(row), table.getvalue(), (tmp_path / "a").read_bytes()):
        (wire,) = read(content)
        assert (wire.text, wire.title, wire.source) == (expected, "Baku & Yerevan", "A &amp; B")


def test_markup_that_cannot_be_read_costs_only_its_record(read, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = [{"text": "<p>A</p>", "title": "<b>\0</b>"}, {"text": "<p>A</p>", "title": None}]
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "a")
    for content in ("\n".join(map(json.dumps, rows)), (tmp_path / "a").read_bytes()):
        bad, good = read(content)
        assert (bad.number, bad.reason) == (1, "the title has a NUL at character 3; only text is allowed")
        assert (good.number, good.text) == (2, "A")


def test_items_of_a_json_feed(read):
    items = [
        {"id": "1", "content_html": "<p>Baku said so.</p>", "summary": "B.", "date_published": "2020-10-27T18:30:00Z"},
        {"id": "2", "content_html": "<p>B.</p>", "content_text": "Baku said so."},
    ]
    for wire in read(json.dumps(items)):
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


def test_a_table_with_blanks_behind_its_delimiters(read):
    first, second = read('id, "text", source\n1, "Baku, too, said so.", TW\n2,Yerevan said so.,  TW\n')
    assert (first.id, first.text, first.source) == ("1", "Baku, too, said so.", "TW")
    assert (second.text, second.source) == ("Yerevan said so.", "TW")
    bad, good = read('id,text\n1, "Baku, too, said so."\n2, Baku said so.\n')
    assert (bad.reason, good.text) == ("has 4 fields; the header has 2", "Baku said so.")


def test_a_table_with_unusual_names(read):
    kibana = '"@timestamp","message","source"\n"2020-10-27T18:30:00","Baku, too,\nsaid so.","TW"\n'
    (wire,) = read(kibana, fields={"text": "message"})
    assert (wire.text, wire.source, wire.date) == ("Baku, too,\nsaid so.", "TW", datetime(2020, 10, 27, 18, 30))
    first, second = read('text\n"Baku, too, said so."\nYerevan said so.\n')
    assert (first.text, second.text) == ("Baku, too, said so.", "Yerevan said so.")


def page(declared, words=""):
    text = "<p>" + "The ministry in Baku said that the talks would go on for another week in Geneva. " * 5 + "</p>"
    article = f"<article>{words}{text * 3}</article>"
    return f"<!doctype html><html><head><title>A</title>{declared}</head><body>{article}</body></html>"


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


ARTICLE = {"@type": "NewsArticle", "datePublished": "27 Oct 2020 18:30 GMT+4"}
PAGE = {"@type": "WebPage", "datePublished": "2020-10-26"}
LOCAL = datetime(2020, 10, 27, 18, 30, tzinfo=timezone(timedelta(hours=4)))


@pytest.mark.parametrize(("told", "expected"), [
    (ARTICLE, LOCAL),
    ({"@context": "https://schema.org", "@graph": [PAGE, ARTICLE, {"@type": "Person"}]}, LOCAL),
    ([PAGE, ARTICLE | {"@type": ["Thing", "BlogPosting"]}], LOCAL),
    ([PAGE, {"@type": "Person"}], datetime(2020, 10, 26)),
    ([ARTICLE, ARTICLE | {"datePublished": "2020-10-28"}], None),
    (ARTICLE | {"datePublished": " "}, None),
    (ARTICLE | {"datePublished": ["2020-10-28"]}, None),
    ([3, None, {"@graph": 3}], None),
])  # fmt: skip
def test_a_date_in_json_ld(read, told, expected):
    script = f"<script type='application/ld+json'>{json.dumps(told)}</script>"
    (wire,) = read(page(script))
    assert wire.date == expected
    broken = "<script type='application/ld+json'>{</script>"
    (wire,) = read(page(broken + script + "<meta name='date' content='2020-10-28'>"))
    assert wire.date == datetime(2020, 10, 28)


@pytest.mark.parametrize(("words", "expected"), [
    ("<time pubdate datetime='27 Oct 2020 18:30 GMT+4'>Tuesday</time><time datetime='2020-10-28'>now</time>", LOCAL),
    ("<p><time itemprop='datePublished' datetime='2020-10-27'>Tuesday</time></p>", datetime(2020, 10, 27)),
    ("<header><time datetime='2020-10-27'>Tuesday</time></header>", datetime(2020, 10, 27)),
    ("<header><time datetime='2020-10-27'>A</time><time datetime='2020-10-28'>B</time></header>", None),
    ("<header><time datetime='PT2H'>Two hours</time></header>", None),
    ("<p>It began on <time datetime='2019-05-12'>12 May 2019</time>.</p>", None),
    ("<p>The report, published: 12.05.2019, says so.</p>", None),
    ("<p>The map was updated: 05/06/2019.</p>", None),
    ("<p>The truce of 2019-05-12 held.</p>", None),
    ("<p>It was shelled on 2019-05-12 18:30:00, Baku said.</p>", None),
])  # fmt: skip
def test_a_date_in_the_words_of_a_page(read, words, expected):
    (wire,) = read(page("", words))
    assert wire.date == expected


@pytest.mark.parametrize(("declared", "words"), [
    ("<meta name='date' content='05/06/2020'>", ""),
    ("<script type='application/ld+json'>{\"datePublished\": \"05/06/2020\"}</script>", ""),
    ("", "<time pubdate datetime='05/06/2020'>June</time>"),
])  # fmt: skip
def test_a_date_of_a_page_that_is_ambiguous(read, declared, words):
    assert "'05/06/2020' is ambiguous" in only_reason(read(page(declared, words)), 1)
