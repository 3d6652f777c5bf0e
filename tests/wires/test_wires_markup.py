"""Whatever is wrong in XML and HTML becomes a rejection; no document does harm."""

import time

import pytest
from wire_documents import newsml, only_reason, rss

from wirestance.inference.wires.record import Rejection, Wire

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
    (wire,) = read(newsml("<inlineData>Baku&nbsp;said so.</inlineData>", start=start))
    assert wire.text == "Baku said so."
    utf_16 = newsml("<inlineData>Baku&nbsp;said so.</inlineData>", start=start).encode("utf-16")
    assert "uses the entity '&nbsp;'" in only_reason(read(utf_16))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1251"])
@pytest.mark.parametrize(("written", "read_as"), [
    ("Baku&nbsp;said &eacute;&rsquo;s &notit; &amp; &#233; &lt;", "Baku said é’s &notit; & é <"),
    ("AT&T; R&D & more &", "AT&T; R&D & more &"),
    ("Baku\x0bsaid\0 \x1fso&#11;.", "Baku said so."),
    ("<![CDATA[A & B &nbsp;\x0b &amp;amp; C]]>", "A & B &nbsp; &amp;amp; C"),
])  # fmt: skip
def test_slips_in_xml_are_mended(read, encoding, written, read_as):
    start = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>"
    (wire,) = read(newsml(f"<inlineData>{written}</inlineData>", start).encode(encoding), format="newsml")
    assert wire.text == read_as


def test_a_bad_character_does_not_cost_the_feed(read):
    netscape = "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://127.0.0.1:9/rss-0.91.dtd'>"
    item = (
        "<item><title>Baku&nbsp;&eacute;</title><link>http://a.example/?b=1&c=2&copy=3</link>"
        "<description>Baku\x0b said so.</description></item>"
    )
    first, second = read(rss(item * 2, netscape))
    assert (first.title, first.text) == ("Baku é", "Baku said so.")
    assert second.url == "http://a.example/?b=1&c=2&copy=3"


def test_what_is_mended_hides_no_entities(read):
    for declared in ("<!ENT\x0bITY a 'ha'>", "<!\0ENTITY a 'ha'>", "&<!ENTITY a 'ha'>", "<![CDATA[<!ENTITY a 'ha'>"):
        start = f"<?xml version='1.0'?><!DOCTYPE newsItem [{declared}]>"
        (told,) = read(newsml("<inlineData>&a;</inlineData>", start), format="newsml")
        assert "declares entities" in told.reason or "is not well-formed XML" in told.reason


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


WORDPRESS = "<p>The post <a>Baku: no</a> appeared first on <a>Border Monitor</a>.</p>"


@pytest.mark.parametrize(("description", "text"), [
    ("<figure><img/><figcaption>A tank.</figcaption></figure><p>Baku said so.</p>", "Baku said so."),
    (f"<p>Baku said so.</p>{WORDPRESS}", "Baku said so."),
    (f"<p>Baku said so.</p>\n{WORDPRESS}\n", "Baku said so."),
    ("<p>The post at Sotk appeared first on maps.</p><p>It fell.</p>",
     "The post at Sotk appeared first on maps.\n\nIt fell."),
    ("Baku\nsaid so.\n \nYerevan &lt;denied&gt; it.", "Baku said so.\n\nYerevan <denied> it."),
    ("<b>Baku</b> said so.\n\nYerevan denied it.", "Baku said so.\n\nYerevan denied it."),
    ("<p>Baku\n\nsaid so.</p>", "Baku said so."),
])  # fmt: skip
def test_the_text_of_an_entry(read, description, text):
    (wire,) = read(rss(f"<item><description><![CDATA[{description}]]></description></item>"))
    assert wire.text == text


def test_an_entry_with_nothing_but_its_signature_is_empty(read):
    item = f"<item><description><![CDATA[{WORDPRESS}]]></description></item>"
    assert only_reason(read(rss(item)), 1) == "the text is empty"


@pytest.mark.parametrize("head", ["Read more", "READ ALSO", "See also"])
def test_a_page_names_no_other_articles(read, head):
    said = "The ministry in Baku said that the talks would go on for another week in Geneva. " * 5
    content = f"<p>{said}</p><p>{head}: <a href='/b'>Yerevan denies it</a></p><p>See also what {said}</p>"
    (wire,) = read(
        f"<!doctype html><html><head><title>A</title></head><body><article>{content}</article></body></html>"
    )
    assert [" ".join(one.split()) for one in wire.text.split("\n\n")] == [said.strip(), f"See also what {said}".strip()]


MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/a'>Politics</a></li></ul></nav>"


@pytest.mark.parametrize("body", [
    f"{MENU}<div><h1>Fizuli taken</h1><p>Baku said so.</p><p>Yerevan denied it.</p></div><footer>©</footer>",
    f"{MENU}<div>Baku said so.<br><br>Yerevan denied it.</div>",
    "<ul><li>Baku said so.</li></ul><table><tr><td>Yerevan denied it.</td></tr></table>",
])  # fmt: skip
def test_a_short_page_is_its_paragraphs_without_the_menu(read, body):
    (wire,) = read(f"<!doctype html><html><head><title>Fizuli taken</title></head><body>{body}</body></html>")
    assert wire.text == "Baku said so.\n\nYerevan denied it."


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
