"""HTML pages: the article in them, by trafilatura.

The date that a page declares is read as any sender's. What htmldate finds elsewhere is not: it may be any date in the
article's own words, and of 05/06/2020 makes the fifth of June.
"""

import json
import logging
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, lookup
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import IO, Any

from wirestance.inference.extras import need
from wirestance.inference.wires.build import build
from wirestance.inference.wires.files import read_whole
from wirestance.inference.wires.markup import ALLOWED_ENCODINGS, element_text, parse_html
from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.record import Record
from wirestance.inference.wires.text import check_characters, decode

DECLARED = re.compile(rb"""<(?:meta[^>]*?charset|\?xml[^>]*?encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
DECLARED_WITHIN = 4096
"""Bytes in which a page has to declare its encoding."""

MOST_ELEMENTS = 50_000
"""Elements of a page, of which an article has some hundreds: trafilatura takes minutes over hundreds of thousands."""

DATES = {"extensive_search": False}
"""Spares htmldate its longest search, of which nothing is taken."""

PUBLISHED = (
    "article:published_time", "datepublished", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "pubdate",
    "date",
)  # fmt: skip
"""Names under which a page declares when it was published, the surest first, in small letters."""

ARTICLE = re.compile("Article|Posting")
"""Types of articles in JSON-LD: NewsArticle, LiveBlogPosting."""

ELSEWHERE = re.compile(r"\s*(?:read more|read also|see also)\s*:", re.IGNORECASE)
"""A paragraph within an article that only names another one."""

WHOLE_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d")

for _library in ("trafilatura", "htmldate", "courlan", "justext", "readability"):
    # What they log of a poor page is told by its rejection; whoever configures logging still gets it.
    logging.getLogger(_library).addHandler(logging.NullHandler())


def read_page(file: IO[bytes], name: str) -> Iterator[Record]:
    """The record of an HTML page.

    Raises:
        UnreadableError: it is not in the encoding that it declares, or has no article in it.
    """
    text = check_characters(_decode(read_whole(file)), "the page")
    root = parse_html(text)
    if root is None:
        raise UnreadableError("is an HTML page with nothing in it")
    elements = sum(1 for _ in root.iter())
    if elements > MOST_ELEMENTS:
        raise UnreadableError(f"is an HTML page of {elements} elements; at most {MOST_ELEMENTS} are read")
    date = _declared_date(root)
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
    found = _extracted(root)
    if found and _is_all_of_it(found.body):
        found = _extracted(parse_html(text), favor_precision=True) or found
    if found is None or not (article := _article(found)):
        raise UnreadableError("is an HTML page in which no article's text is found")
    values = {
        "text": article,
        "title": found.title,
        "source": found.sitename or found.hostname,
        "date": date,
        "language": language,
        "id": found.url,
        "url": found.url,
    }
    yield build(name, 1, values)


def _extracted(root: Any, **options: bool) -> Any:
    """What trafilatura finds in a page; None if it finds no article.

    Raises:
        UnreadableError: it fails.
    """
    trafilatura = need("trafilatura", "reading HTML")
    try:
        found = trafilatura.bare_extraction(
            root,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            date_extraction_params=DATES,
            **options,
        )
    except Exception as error:  # neither trafilatura nor what it calls promises anything about what they raise
        raise UnreadableError(f"is not an HTML page that can be read: {error!r}") from None
    return None if found is None or found.body is None else found


def _is_all_of_it(body: Any) -> bool:
    """Whether it is the text of the whole page, a line each, as trafilatura gives it where it finds little else."""
    return len(body) == 1 and body[0].tag == "p" and "\n" in (body[0].text or "")


def _article(found: Any) -> str:
    """The text of the article, without the title where that is repeated at its head, and without those of others."""
    body = found.body
    paragraphs = body[0].text.split("\n") if _is_all_of_it(body) else element_text(body).split("\n\n")
    text = "\n\n".join(one for one in paragraphs if not ELSEWHERE.match(one)).strip()
    title = " ".join((found.title or "").split())
    first, _, rest = text.partition("\n\n")
    return rest.strip() if title and " ".join(first.split()) == title and rest.strip() else text


def _declared_date(root: Any) -> str | None:
    """When the page was published, in its own words: those of its `meta`, of its JSON-LD, or of a `time`."""
    return _meta_date(root) or _json_ld_date(root) or _time_date(root)


def _meta_date(root: Any) -> str | None:
    declared: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        declared.setdefault(name.lower(), meta.get("content", "").strip())
    return next(filter(None, (declared.get(name) for name in PUBLISHED)), None)


def _json_ld_date(root: Any) -> str | None:
    """The date of its articles, or else of whatever has one; None where they have more than one."""
    things: list[Mapping[str, Any]] = []
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower().startswith("application/ld+json"):
            with suppress(ValueError, RecursionError):  # broken ones are common, and only a browser's business
                things += _things(json.loads(script.text or ""))
    dated = [thing for thing in things if isinstance(thing.get("datePublished"), str)]
    return _only(thing["datePublished"] for thing in list(filter(_is_article, dated)) or dated)


def _is_article(thing: Mapping[str, Any]) -> bool:
    kinds = thing.get("@type")
    every = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and ARTICLE.search(kind) for kind in every)


def _things(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects at the top of JSON-LD: one, a list of them, or a graph."""
    if isinstance(value, list):
        for item in value:
            yield from _things(item)
    elif isinstance(value, dict):
        yield value
        yield from _things(value.get("@graph"))


def _time_date(root: Any) -> str | None:
    """The date of the `time` elements marked as the publication's, or else of those in an article's header."""
    marked = root.xpath("//time[@pubdate or contains(@itemprop, 'datePublished')]/@datetime")
    return _only(marked or filter(WHOLE_DATE.match, root.xpath("//article//header//time/@datetime")))


def _only(dates: Iterable[str]) -> str | None:
    different = {date.strip() for date in dates} - {""}
    return different.pop() if len(different) == 1 else None


def _decode(data: bytes) -> str:
    """The text of a page in the encoding that it declares, else in UTF-8; as browsers do, Latin-1 is Windows-1252.

    Raises:
        UnreadableError: it is in another one, or declares one that is not known.
    """
    declared = DECLARED.search(data[:DECLARED_WITHIN])
    if declared is None or data.startswith((BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)):
        return decode(data)
    label = declared[1].decode("ascii", "replace")
    if not ALLOWED_ENCODINGS.fullmatch(label):
        raise UnreadableError(f"declares the encoding {shown(label)}; allowed are UTF-8, ISO 8859, Windows 125x, KOI8")
    try:
        encoding = lookup(label).name
        if encoding.startswith(("utf-8", "utf-16")):  # whoever reads "utf-16" in ASCII reads no UTF-16
            return decode(data)
        return data.decode("cp1252" if encoding == "iso8859-1" else encoding)
    except LookupError:
        raise UnreadableError(f"declares the encoding {shown(label)}, which is unknown") from None
    except UnicodeDecodeError as error:
        byte = data[error.start]
        raise UnreadableError(f"is not {label}, as it declares: byte 0x{byte:02x} at position {error.start}") from None
