"""Which format a file has, by its first bytes: names and suffixes are not looked at."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping

from wirestance.inference.wires.fields import is_body, is_guess
from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.tables import SEPARATOR, delimiter_of, split_header

FORMATS: tuple[str, ...] = ("text", "jsonl", "csv", "parquet", "feed", "newsml", "ninjs", "html")

HEAD = 64 * 1024
"""Bytes that are looked at."""

FEEDS = frozenset({"rss", "rdf", "feed"})
NEWSML = frozenset({
    "newsitem", "newsmessage", "packageitem", "conceptitem", "knowledgeitem", "planningitem", "catalogitem",
})  # fmt: skip
HTML = frozenset({
    "html", "head", "body", "title", "meta", "link", "script", "style", "base", "article", "main", "section", "header",
    "nav", "div", "span", "p", "h1", "h2", "h3", "h4", "a", "b", "i", "em", "strong", "center", "font", "ul", "ol",
    "table", "img", "br", "hr", "blockquote", "figure", "iframe", "noscript", "form", "pre",
})  # fmt: skip

PREAMBLE = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>\s*)*", re.DOTALL | re.IGNORECASE
)
"""What stands before the root of an XML or HTML document."""

ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)(?=[\s/>]|$)", re.ASCII)
HTML_TYPE = re.compile(r"\s*<!doctype\s+html\b", re.IGNORECASE)
JSON = re.compile(r"""\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:\{|\[|\]|$))""")
JSON_LINE = re.compile(r"""\{\s*"[^"]*"\s*:""")
COLUMN = re.compile(r"[^\W\d](?:[\w .:/()#-]{0,40}[\w)])?")


def recognise(head: bytes, fields: Mapping[str, str] | None = None) -> str:
    """The format of a file.

    Args:
        head: its first `HEAD` bytes.
        fields: our names with those in the file, by which a header of CSV is known.

    Returns:
        One of `FORMATS`. Of JSON it is always `jsonl`: whether an object is ninjs is seen where it is read.

    Raises:
        UnreadableError: it is in a known language, but none of these formats.
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    text = _text(head)
    if text.lstrip().startswith("<"):
        return _markup(text)
    lines = [line for line in text.splitlines() if line.strip()]
    if JSON.match(text) or any(JSON_LINE.match(line.strip()) for line in lines[:2]):
        return "jsonl"
    return "csv" if _is_table(lines, frozenset((fields or {}).values())) else "text"


def _text(head: bytes) -> str:
    """The head as far as it can be read; whoever reads the file looks at its encoding."""
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return head.decode("utf-16", "replace").removeprefix("\ufeff")
    return head.removeprefix(BOM_UTF8).decode("utf-8", "replace")


def _markup(text: str) -> str:
    if HTML_TYPE.match(text):
        return "html"
    preamble = PREAMBLE.match(text)
    start = preamble.end() if preamble else 0
    root = ROOT.match(text, start)
    name = root[1].lower() if root else ""
    if name in FEEDS:
        return "feed"
    if name in NEWSML:
        return "newsml"
    if name in HTML:
        return "html"
    if root is None and start == 0:
        return "text"
    found = f"the root is {shown(root[1])}" if root else "there is no root"
    raise UnreadableError(f"is XML of another kind: {found}; allowed are RSS, Atom, NewsML-G2 and HTML")


def _is_table(lines: list[str], given: frozenset[str]) -> bool:
    """Whether the first line is a header, or Excel's before it.

    A header has a name that was given. Any other has two or more; that of an index, the first, may be empty. Most look
    like names, or the next line has as many fields; and one that does is known, or two where blanks stand between them,
    as in "Story, photos". Or all do, semicolons or tabs part three of them, and the next line likewise. A name that is
    alone is the text's, written as no line of prose is.
    """
    if not lines:
        return False
    delimiter = delimiter_of(lines[0])
    names = split_header(lines[0], delimiter)
    if SEPARATOR.fullmatch(lines[0]) or not given.isdisjoint(names):
        return True
    if len(names) == 1:
        return len(lines) > 1 and names[0].isidentifier() and names[0].islower() and is_body(names[0])
    filled = [name for name in names if name]
    usual = [name for name in filled if COLUMN.fullmatch(name)]
    alike = len(lines) > 1 and len(split_header(lines[1], delimiter)) == len(names)
    if len(filled) + (names[:1] == [""]) < 2 or not (alike or 2 * len(usual) > len(filled)):
        return False
    if sum(map(is_guess, usual)) >= (2 if delimiter + " " in lines[0] else 1):
        return True
    return delimiter in ";\t" and 2 < len(usual) == len(filled) and alike
