"""From a wire's text to its statements: sentences, headlines and list items, as places in the text.

`sentencex` (Wikimedia) finds the ends of sentences; here is only what news prose adds: hard-wrapped lines, datelines,
credits, military ranks, and sentences that are longer than a model reads.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from wirestance.inference.speaker import DATELINE

LONGEST_WORDS = 120
"""Words of the longest statement; what is longer is split on at a clause, for the model reads about 200 words."""

LONGEST_BLOCK = 10_000
"""Characters that are split at once; what is longer is no paragraph, and the library takes time by the square of its
quotation marks."""

WRAPPED_FROM = 45
"""Characters of a line from which its break may be a hard wrap, not the end of a headline or list item."""

BULLET = re.compile(r"\s*(?:[-–—•*·▪►]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
CREDIT = r"[(\[](?![^()\[\]]*[.!?][)\]])[^()\[\]]{1,30}[)\]]|/[\w .-]{2,30}/\.?|[¹²³⁴⁵⁶⁷⁸⁹⁰*†‡]+(?=\s|$)"
"""An agency's name in brackets, or the mark of a footnote: behind a sentence it belongs to that."""

ENDS = re.compile(rf"[.!?…:;][\"'”’»)\]]*(?:\s*(?:{CREDIT}))*\s*$")
LOWER = re.compile(r"[\"'“‘«(\[]*[a-z]")
TRAILING = re.compile(rf"(?:{CREDIT})\s*")
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
OPEN = re.compile(
    r"(?:\b(?:Maj|Lt|Brig|Col|Gen|Capt|Sgt|Cmdr|Adm)\.?[-‑–](?:Gen|Col|Maj|Cmdr|Adm)\.|\b[A-Z]\.-[A-Z]\."
    r"|\b(?:Majs|Lts|Lieuts?|Cols|Gens|Cpt|Capts|Sgts|Spc|Pte|Cdr|Adms?)\."
    r"|\b(?:Ms|Mrs|Messrs|Amb|Atty|Dep|Ft|Mt|Vol|Art|Arts|Fig|Yu|Th|Dzh|Zh|Ts|Kh|Ch|Sh)\."
    r"|\b(?:[Aa]pprox|[Ii]ncl|est|[Pp]aras?)\.|[(\[](?:[a-z]+\.|(?:[A-Z]-)?(?:[A-Z][a-z]{0,4}\.)+)[)\]]"
    rf"|^[A-Z][A-Za-z’' -]{{2,30}}(?:[,.]\s[A-Za-z’' -]{{2,20}})?[,.]\s(?:\d{{1,2}}\s{MONTH}|{MONTH}\s\d{{1,2}})\.?"
    r"|^[A-Z][A-Z -]{2,30}\.|^.{0,60}/[\w .-]{2,30}/\.?|(?:^|[:;]\s)\(?\d{1,2}\.)\s*$"
)
"""What no sentence ends with: a rank in two parts, an abbreviation, a dateline, a list item's number."""
ON = re.compile(
    r"[\"'“‘«(\[]*[a-z]|[–—-]\s|(?<=\w\.)(?:A[mz]|A[MZ]|Com|COM|Ge|GE|Info|Net|NET|Org|ORG|Ru|RU|Tr|TR|TV)\b"
    r"|(?<=\bWWW\.)\w"
    r"|(?<=\b[ap]\.m\.\s)(?:(?:[A-Z][a-z]+ ){1,2}time|UTC|MSK|[A-Z]{1,3}T|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
)
"""What no sentence begins with: a small letter, a dash, the end of `News.Az`, the zone or the day behind `9 a.m.`."""
SHOUTED = re.compile(r"[\"“«].*[!?][\"”»]\s*$")
SHOUTING = re.compile(
    r"(?!(?:An?|He|I|It|She|That|The|They|This|We|You)\b)[A-Z][\w’'-]*(?: (?:[\w’'-]+|[A-Z][a-z]{0,2}\.)){0,8}?"
    r" (?:said|says|asked|asks|told|added|cried|exclaimed|shouted|tweeted|wondered|wrote)\b"
)
"""Who said it, behind a quotation that ends like a sentence; articles and pronouns would have small letters there."""
INSIDE = re.compile(
    r"(?:(?<=[a-z])|(?<=[a-z] ))(?:…|\.{3,4})[\"”’]?\s+(?=[\"“‘]?[A-Z])|(?<=[.!?][)\]])\s+(?=[\"“‘]?[A-Z])"
    r"|(?<=[.!?])\[[^\]]{1,30}\]\s+(?=[A-Z])"
)
"""Ends of sentences that the library leaves: an ellipsis before a capital, a full stop inside brackets, a footnote."""
MARK = re.compile(r"(?<=\s)[\"“‘«]+$")
"""The quotation mark of the next sentence, which the library leaves behind the one before if no other closes it."""
WORD = re.compile(r"\S+")
CLAUSE = re.compile(r"[;:—–,]\s+|\s+(?=and |but |while |which |that )")


class Span(NamedTuple):
    """A place in a text: `text[start:end]`."""

    start: int
    end: int


def split_statements(text: str) -> Iterator[Span]:
    """The statements of a text, in order; none is empty and none overlaps another.

    Between them lie only white space and stray quotation marks.

    Args:
        text: a wire's body or headline; line breaks part paragraphs, headlines and list items, unless the lines are
            hard-wrapped.
    """
    for block in _blocks(text):
        for piece in _pieces(text, block):
            for sentence in _sentences(text, piece):
                yield from _within_reach(text, sentence)


def _blocks(text: str) -> Iterator[Span]:
    """Runs of lines which read on: paragraphs, headlines and list items."""
    lines = text.splitlines(keepends=True)
    hard_wrapped = _hard_wrapped(lines)
    start = end = 0
    previous = ""
    for line in lines:
        ended = not previous.strip() or ENDS.search(previous)
        wrapped = len(previous.rstrip()) >= WRAPPED_FROM and (_same_width(previous, line) if ended else hard_wrapped)
        if previous.rstrip().endswith((";", ":")):  # of a list, unless the next line is no item
            wrapped = wrapped and bool(LOWER.match(line))
        begins = BULLET.match(line) or _begins_wire(line)
        reads_on = line.strip() and not begins and (wrapped or (not ended and LOWER.match(line)))
        if not reads_on:
            yield from _stripped(text, start, end)
            start = end
        end += len(line)
        previous = line
    yield from _stripped(text, start, end)


def _begins_wire(line: str) -> bool:
    """Whether a dateline with a dash or an agency's slash is at its head; a date that a wrap put there has neither."""
    dateline = DATELINE.match(line)
    return bool(dateline and dateline[0].endswith(("- ", "– ", "— ", "/ ")))


def _pieces(text: str, block: Span) -> Iterator[Span]:
    """A block in pieces that are split at once, cut between words where there is a place for it."""
    start, end = block
    while end - start > LONGEST_BLOCK:
        reach = start + LONGEST_BLOCK
        cut = max(text.rfind(" ", start, reach), text.rfind("\n", start, reach)) + 1 or reach
        yield Span(start, cut)
        start = cut
    yield Span(start, end)


def _hard_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines break within sentences: then many begin in lower case; of headlines, one a line, hardly any do."""
    following = [
        line
        for before, line in pairwise(lines)
        if len(before.rstrip()) >= WRAPPED_FROM and line.strip() and not ENDS.search(before) and not BULLET.match(line)
    ]
    return len(following) <= 4 * sum(bool(LOWER.match(line)) for line in following)


def _same_width(previous: str, line: str) -> bool:
    """Whether a line's first word would not have fitted behind the one before: the sign of a hard wrap."""
    first = line.split(maxsplit=1)[0] if line.strip() else ""
    return len(previous.rstrip()) <= 100 and len(previous.rstrip()) + 1 + len(first) > 65 and len(line.rstrip()) <= 100


def _sentences(text: str, block: Span) -> Iterator[Span]:
    """The sentences of a block, with the library's cuts put right."""
    from sentencex import segment  # only here: a single statement is not split

    flat = re.sub(r"\s", " ", text[block.start : block.end])
    in_quotation = _quotations(flat)
    cuts: list[int] = []
    place = 0
    for part in segment("en", flat):
        cuts += [place + match.end() for match in INSIDE.finditer(part) if not in_quotation(place + match.start())]
        place += len(part)
        trailing = TRAILING.match(flat, place)
        end = trailing.end() if trailing else place
        if (mark := MARK.search(part)) and flat[end : end + 1].strip():
            end = place - len(mark[0])
        cuts.append(end)
    dateline = DATELINE.match(flat)
    begun = dateline.end() if dateline else 0
    start = 0
    for cut in sorted(set(cuts)):
        if cut < start or (cut < len(flat) and (cut <= begun or _goes_on(flat, start, cut))):
            continue
        yield from _stripped(text, block.start + start, block.start + cut)
        start = cut


def _goes_on(text: str, start: int, cut: int) -> bool:
    """Whether the sentence from `start` goes on behind a cut."""
    if ON.match(text, cut):  # the cheap test first: a sentence may be long
        return True
    sentence = text[start:cut]
    return bool(OPEN.search(sentence) or (SHOUTING.match(text, cut) and SHOUTED.match(sentence)))


def _quotations(text: str) -> Callable[[int], bool]:
    """Tells of a place in a text whether a quotation is open before it."""
    opened, closed, straight = ([match.start() for match in re.finditer(mark, text)] for mark in '“”"')
    return lambda place: (
        bisect_left(opened, place) > bisect_left(closed, place) or bisect_left(straight, place) % 2 == 1
    )


def _within_reach(text: str, sentence: Span) -> Iterator[Span]:
    """A sentence in parts that a model reads whole, cut between clauses where there is a place for it."""
    start, end = sentence
    while len(words := list(islice(WORD.finditer(text, start, end), LONGEST_WORDS + 1))) > LONGEST_WORDS:
        reach = words[-1].start()
        clauses = [match.end() for match in CLAUSE.finditer(text, start, reach)]
        cut = next((place for place in reversed(clauses) if (place - start) * 3 > reach - start), reach)
        yield from _stripped(text, start, cut)
        start = cut
    yield from _stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    """The place without the white space around it, or a quotation mark left over; nothing if nothing is left."""
    part = text[start:end]
    if stripped := re.sub(r"(?<!\s)\s+[\"“‘«]+\s*$", "", part).strip():
        start += part.index(stripped)
        yield Span(start, start + len(stripped))
