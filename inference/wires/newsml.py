"""IPTC NewsML-G2: news items, alone or in a message, with their text in NITF, XHTML or as data."""

import re
from collections.abc import Iterator
from typing import IO, Any

from wirestance.inference.wires.build import build, is_english
from wirestance.inference.wires.files import read_whole
from wirestance.inference.wires.markup import element_text, html_text, parse_xml
from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.record import Record, Rejection

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_newsml(file: IO[bytes], name: str) -> Iterator[Record]:
    """The records of a document of NewsML-G2, in its order.

    Raises:
        UnreadableError: it is not well-formed, may be an attack, or holds no item.
    """
    root = parse_xml(read_whole(file))
    items = root.findall("{*}itemSet/{*}*") if _tag(root) == "newsMessage" else [root]
    if not items:
        raise UnreadableError("is a newsMessage without any item")
    for number, item in enumerate(items, 1):
        try:
            yield build(name, number, _values(item))
        except UnreadableError as error:
            yield Rejection(file=name, number=number, reason=str(error))


def _values(item: Any) -> dict[str, object]:
    """The raw values of a news item under the names of `Wire`.

    Raises:
        UnreadableError: it is another item, was withdrawn, or has no text.
    """
    if _tag(item) != "newsItem":
        raise UnreadableError(f"is a {_tag(item)}, which has no text of its own; only a newsItem is read")
    path = "{*}itemMeta/{*}pubStatus"
    status = _attribute(item, path, "qcode") or _attribute(item, path, "uri") or ""
    if re.split("[:/]", status.rstrip("/"))[-1] not in {"", "usable"}:
        raise UnreadableError(f"is not for use: its pubStatus is {shown(status)}, and only usable is read")
    text, language = _text(item)
    return {
        "text": text,
        "title": _first(item, "{*}contentMeta/{*}headline", "{*}itemMeta/{*}title"),
        "source": _source(item),
        "date": _first(item, "{*}itemMeta/{*}versionCreated", "{*}contentMeta/{*}contentCreated"),
        "language": language,
        "id": item.get("guid"),
    }


def _text(item: Any) -> tuple[str, str | None]:
    """The text and its language, of alternatives the first in English."""
    language = _language(item)
    contents = [part for part in item.iterfind("{*}contentSet/{*}*") if _tag(part) in {"inlineXML", "inlineData"}]
    for part in sorted(contents, key=lambda part: not is_english(part.get(LANGUAGE) or language or "en")):
        text = _inline_xml(part) if _tag(part) == "inlineXML" else _inline_data(part)
        if text.strip():
            return text, part.get(LANGUAGE) or language
    there = ", ".join(_tag(part) for part in item.iterfind("{*}contentSet/{*}*")) or "nothing"
    kind = _attribute(item, "{*}itemMeta/{*}itemClass", "qcode")
    raise UnreadableError(
        f"has no text in its contentSet (there is {there}); its class is {shown(kind or 'not given')}"
    )


def _inline_xml(part: Any) -> str:
    """The text of NITF's body.content or XHTML's body; of a fragment of either, all of it."""
    for name in ("body.content", "body"):
        body = next(part.iter("{*}" + name), None)
        if body is not None:
            return element_text(body)
    return element_text(part)


def _inline_data(part: Any) -> str:
    if encoding := part.get("encoding"):
        raise UnreadableError(f"has its text in the encoding {shown(encoding)}; only plain inlineData is read")
    text = "".join(part.itertext())
    return html_text(text) if "html" in (part.get("contenttype") or "") else text


def _source(item: Any) -> str | None:
    provider, source = "{*}itemMeta/{*}provider", "{*}contentMeta/{*}infoSource"
    return (
        _first(item, f"{provider}/{{*}}name", f"{source}/{{*}}name")
        or next(filter(None, (_attribute(item, provider, key) for key in ("literal", "qcode", "uri"))), None)
        or next(filter(None, (_attribute(item, source, key) for key in ("literal", "qcode", "uri"))), None)
    )


def _language(item: Any) -> str | None:
    """Of the content; else that of the item's own words."""
    return _attribute(item, "{*}contentMeta/{*}language", "tag") or item.get(LANGUAGE)


def _first(item: Any, *paths: str) -> str | None:
    """The text of the first element that has any, of alternatives in several languages the English one."""
    language = _language(item) or "en"
    elements = [element for path in paths for element in item.iterfind(path)]
    elements.sort(key=lambda element: not is_english(element.get(LANGUAGE) or language))
    return next(filter(None, ("".join(element.itertext()).strip() for element in elements)), None)


def _attribute(item: Any, path: str, name: str) -> str | None:
    element = item.find(path)
    return None if element is None else element.get(name)


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
