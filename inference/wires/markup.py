"""XML and HTML parsed without trust: no entity, no document type, no network; and the text between the tags."""

import re
from collections.abc import Mapping
from html import unescape
from html.entities import html5
from typing import Any

from wirestance.inference.extras import need
from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.text import check_characters

ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
BEFORE = re.compile(rb"^(\xef\xbb\xbf)?\s+(?=<)")
"""White space before a declaration, which no parser allows and some senders write; not in UTF-16."""

ALLOWED_ENCODINGS = re.compile(
    r"utf-?(?:8|16(?:-?[lb]e)?)|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|(?:windows-|cp)125\d|koi8-[ru]",
    re.IGNORECASE,
)
"""Encodings in which an ASCII character is written as itself: a declaration of an entity cannot hide in them."""

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "td", "th", "tr", "ul",
    "block", "bq", "body.content", "body.end", "body.head", "byline", "credit", "dateline", "fn", "hedline", "hl1",
    "hl2", "media", "note", "tagline",
    "cell", "graphic", "head", "item", "list", "quote", "row",
})  # fmt: skip
"""Elements that part paragraphs: of HTML, of NITF, and of what trafilatura gives."""

BREAKS = frozenset({"br", "lb"})
SILENT = frozenset({
    "script", "style", "template", "noscript", "title", "meta", "link", "media", "iframe", "object", "figcaption",
})  # fmt: skip
"""Elements whose text is not the article's."""

INLINE = frozenset({"a", "abbr", "b", "cite", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"})
"""Elements inside a paragraph."""


def _closing(names: frozenset[str]) -> str:
    return rf"</(?:{'|'.join(map(re.escape, sorted(names)))})\s*>"


BLOCK_TAG = re.compile(_closing(BLOCKS) + "|<p>", re.IGNORECASE)
TAG = re.compile(_closing(BLOCKS | INLINE) + r"|<p>|<br\s*/?>", re.IGNORECASE)
"""Tags that no plain text has; others may be its own words, as `<BAKU, Oct 4>`."""

ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|([A-Za-z][A-Za-z0-9]{1,31}));")
REFERENCE = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#?\w+;)?", re.DOTALL | re.ASCII)
OF_XML = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that XML does not allow in any way."""

BLANK_LINE = re.compile(r"\n\s*\n")


def parse_xml(data: bytes) -> Any:
    """The root of an XML document, as an element of lxml; a sender's usual slips are mended.

    Raises:
        UnreadableError: it is not well-formed, declares or uses entities of its own, or is in an encoding that
            could hide them.
    """
    etree = need("lxml.etree", "reading XML")
    data = _mended(data)
    forbid_entities(data)  # behind that, so that it sees what the parser does
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(BEFORE.sub(rb"\1", data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(f"is not well-formed XML: {error}") from None
    entity = next(root.iter(etree.Entity), None)
    if entity is not None:
        raise UnreadableError(f"uses the entity {shown(entity.text)}, which XML does not know")
    return root


def _mended(data: bytes) -> bytes:
    """XML without control characters, bare ampersands, and entities of HTML; in UTF-16 as it is."""
    if b"\0" in data[:4]:
        return data
    text = data.decode("latin-1")  # every encoding that is allowed but UTF-16 writes ASCII as itself
    return REFERENCE.sub(_of_xml, CONTROL.sub(" ", text)).encode("latin-1")


def _of_xml(reference: re.Match[str]) -> str:
    """An ampersand and what belongs to it as XML knows it: a character by its number; the sign itself if it is bare."""
    found = reference[0]
    if found in OF_XML or found.startswith("<"):
        return found
    character = ENTITY.sub(_character, found)
    return "&amp;" + found[1:] if character == found else "".join(f"&#{ord(one)};" for one in character)


def forbid_entities(data: bytes) -> None:
    """Refuse an XML document that declares entities, before any parser sees it.

    Wherever the declaration stands, in a comment even, the document is refused: to tell would take a parser.

    Raises:
        UnreadableError: it does, or it is in an encoding that could hide it.
    """
    plain = data.replace(b"\0", b"")  # UTF-16 then reads like ASCII
    plain = plain.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if not plain.lstrip().startswith(b"<"):
        raise UnreadableError(f"is not XML: it begins with {shown(data[:8])}")
    declared = ENCODING.match(plain)
    encoding = declared[1].decode("ascii", "replace") if declared else "utf-8"
    if not ALLOWED_ENCODINGS.fullmatch(encoding):
        raise UnreadableError(
            f"is in the encoding {shown(encoding)}; allowed are UTF-8, UTF-16, ISO 8859, Windows 125x"
        )
    if b"<!ENTITY" in plain:
        raise UnreadableError("declares entities in its document type, which may be an attack; it is not read")


def parse_html(text: str) -> Any:
    """The root of an HTML page or fragment, as an element of lxml; None where nothing is in it."""
    html = need("lxml.html", "reading HTML")
    etree = need("lxml.etree", "reading HTML")
    encoded = check_characters(text, "the text").encode()
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(encoded, parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def html_text(markup: str) -> str:
    """The text of HTML or XHTML, its paragraphs parted by blank lines.

    Raises:
        UnreadableError: it has characters that are not text.
    """
    root = parse_html(markup)
    return "" if root is None else element_text(root)


def unmarked(values: Mapping[str, object]) -> dict[str, object]:
    """The raw values of a record, whose sender does not say whether they are HTML; its text and title without markup.

    Raises:
        UnreadableError: one of them has characters that are not text.
    """
    return {
        ours: _unmarked(value, f"the {ours}") if ours in {"text", "title"} and isinstance(value, str) else value
        for ours, value in values.items()
    }


def _unmarked(text: str, field: str) -> str:
    """A text without its markup; one that has none as it is, and one with entities alone as it is but for them."""
    if not TAG.search(text):
        text = ENTITY.sub(_character, text)
    if not TAG.search(text):
        return text
    check_characters(text, field)
    return html_text(parted(text))


def parted(markup: str) -> str:
    """HTML whose paragraphs blank lines part, as of a text from a form, with tags for them; any other as it is."""
    return markup if BLOCK_TAG.search(markup) else BLANK_LINE.sub("<br><br>", markup)


def _character(entity: re.Match[str]) -> str:
    return unescape(entity[0]) if entity[1] is None or entity[1] + ";" in html5 else entity[0]


def element_text(root: Any) -> str:
    """The text of an element and all in it, its paragraphs parted by blank lines."""
    etree = need("lxml.etree", "reading XML")
    pieces: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        name = element.tag.rpartition("}")[2].lower()
        mark = "\n\n" if name in BLOCKS else "\n" if name in BREAKS and event == "start" else ""
        if event == "start":
            silent += name in SILENT
            text = element.text
        else:
            silent -= name in SILENT
            text = element.tail if element is not root else None
        pieces.append(mark)
        if text and not silent:
            pieces.append(" ".join(f"|{text}|".split())[1:-1])
    return "".join(pieces)
