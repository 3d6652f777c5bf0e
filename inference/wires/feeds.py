"""RSS and Atom, by feedparser, which is only given bytes that are known to be harmless."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from wirestance.inference.extras import need
from wirestance.inference.wires.build import build
from wirestance.inference.wires.files import read_whole
from wirestance.inference.wires.markup import html_text, parse_xml, parted
from wirestance.inference.wires.problems import UnreadableError
from wirestance.inference.wires.record import Record, Rejection

MOST_ATTRIBUTES = 100
"""Attributes of an element: feedparser takes the square of their number."""

ASIDE = re.compile(r"\{[^}]*(?:search\.yahoo\.com/mrss|itunes\.com/dtds)", re.IGNORECASE)
"""Names of Media RSS and iTunes, which feedparser takes for an entry's own: a photo's caption for its text."""

SIGNATURE = re.compile(r"The post .+ (?:appeared first|first appeared) on .+")
"""What WordPress writes below an entry's text."""

DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
TAKEN_OUT = "{wirestance}out"
"""The name under which elements are taken out; no feed has it."""


def read_feed(file: IO[bytes], name: str) -> Iterator[Record]:
    """The records of a feed, in its order.

    Raises:
        UnreadableError: it is not well-formed, may be an attack, or holds no entry.
    """
    feedparser = need("feedparser", "reading RSS and Atom")
    etree = need("lxml.etree", "reading RSS and Atom")
    # Written anew by lxml, it is well-formed, in UTF-8 and without a document type: nothing is left to be guessed.
    root = parse_xml(read_whole(file))
    if any(len(element.attrib) > MOST_ATTRIBUTES for element in root.iter()):
        raise UnreadableError(f"has an element of more than {MOST_ATTRIBUTES} attributes, which may be an attack")
    _mark_asides(root)
    etree.strip_elements(root, TAKEN_OUT, with_tail=False)
    data = etree.tostring(root, encoding="utf-8")
    try:
        # Sanitised by feedparser, a megabyte of "<!--" would take minutes; the markup is taken off here in any case.
        feed = feedparser.parse(
            BytesIO(data),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # feedparser promises nothing about what it raises
        raise UnreadableError(f"is not a feed that can be read: {error!r}") from None
    if not feed.entries:
        raise UnreadableError("holds no entry of RSS or Atom")
    for number, entry in enumerate(feed.entries, 1):
        try:
            yield build(name, number, _values(entry, feed.feed))
        except UnreadableError as error:
            yield Rejection(file=name, number=number, reason=str(error))


def _mark_asides(root: Any) -> None:
    """Name what is to be taken out: all but the texts and titles that belong to a feed and its entries themselves.

    An entry's `dc:description` is one of them beside another description, and may else be the only one.
    """
    for element in root.iter():
        if ASIDE.match(element.tag):
            element.tag = TAKEN_OUT
    for entry in root.iter("{*}item", "{*}entry"):
        described = any(
            _name(child) in {"description", "summary"} and not child.tag.startswith(DUBLIN_CORE) for child in entry
        )
        for child in entry:
            if _name(child) == "image" or (described and child.tag == DUBLIN_CORE + "description"):
                child.tag = TAKEN_OUT


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _values(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> dict[str, object]:
    """The raw values of an entry under the names of `Wire`: its full content before its summary, if it has words."""
    contents = [*map(_mapping, entry.get("content") or []), _mapping(entry.get("summary_detail"))]
    text, content = next(((text, content) for content in contents if (text := _text(content)).strip()), ("", {}))
    title, outlet = _text(_mapping(entry.get("title_detail"))), _mapping(entry.get("source")).get("title")
    if outlet and title.endswith(f" - {outlet}"):  # as Google News has it, whose texts are title and outlet again
        title = title.removesuffix(f" - {outlet}")
        text = text.replace(f"{title} {outlet}", title)
    return {
        "text": text,
        "title": title,
        "source": outlet or _text(_mapping(feed.get("title_detail"))),
        "date": entry.get("published") or entry.get("updated"),
        "language": content.get("language") or entry.get("language") or feed.get("language"),
        "id": entry.get("id") or entry.get("link"),
        "url": entry.get("link"),
    }


def _mapping(value: object) -> Mapping[str, Any]:
    """The value as feedparser makes it; nothing where a feed has put a text of that name in its place."""
    return value if isinstance(value, Mapping) else {}


def _text(detail: Mapping[str, Any]) -> str:
    value = str(detail.get("value") or "")
    text = (value if detail.get("type") == "text/plain" else html_text(parted(value))).strip()
    above, _, last = text.rpartition("\n")
    return above if SIGNATURE.fullmatch(last) else text
