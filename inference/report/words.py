"""The page's words and numbers: plain British English, a minus that is one, a dash for nothing."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Literal

from wirestance.inference.lean import DATE_PARTS, UNKNOWN, Measure

DASH = "–"
MINUS = "−"
SPACE = "\N{NO-BREAK SPACE}"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

Verdict = Literal["azerbaijan", "armenia", "unsure", "few", "nothing"]
VERDICTS: dict[Verdict, str] = {
    "azerbaijan": "leans to Azerbaijan",
    "armenia": "leans to Armenia",
    "unsure": "no clear lean",
    "few": "too few wires",
    "nothing": "no statements",
}

FEWEST_WIRES = 10
"""Wires from which on it is said where they lean. The interval of fewer is too short: where there is no lean, chance
alone puts it on one side of zero in one of two cases with two wires, in one of six with five, in one of ten with ten,
and in the one of twenty that it promises with thirty or more."""

LONGEST_TEXT = 320
"""Characters of a statement that are shown."""

LONGEST_NAME = 120
"""Characters shown of a source, a title or a speaker."""

LINK = re.compile(r"https?://[^\s/?#][^\s]*", re.IGNORECASE)

FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that may not stand in HTML nor in SVG."""


def clean(text: str) -> str:
    """A text in which every character may stand in a page."""
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def shorten(text: str, most: int) -> str:
    """A text on one line, cut after a word where it is too long."""
    text = " ".join(text[: 20 * most].split())
    if len(text) <= most:
        return text
    head = text[:most]
    cut = head.rfind(" ")
    return head[: cut if cut > most // 2 else most].rstrip(" ,;:.–—-") + "…"


def fit(text: str, columns: int) -> str:
    """A name cut to the width of so many Latin letters; letters of the Far East are twice as wide."""
    text = " ".join(text.split())
    width = 0
    for place, character in enumerate(text):
        width += 2 if unicodedata.east_asian_width(character) in "FW" else 1
        if width > columns:
            return text[: max(place - 1, 1)].rstrip() + "…"
    return text


def source_name(key: str) -> str:
    """A source's name as it is shown."""
    return "source unknown" if key == UNKNOWN else shorten(clean(key), LONGEST_NAME)


def link(url: str | None) -> str | None:
    """A web address that may be followed; None for anything else."""
    return url if url and LINK.fullmatch(url) else None


def signed(value: float | None, digits: int = 2) -> str:
    """A lean with its sign."""
    if value is None:
        return DASH
    text = f"{value:+.{digits}f}".replace("-", MINUS)
    return text if text.strip("+0." + MINUS) else text[1:]


def interval(low: float | None, high: float | None, digits: int = 2) -> str:
    """The ends of an interval."""
    return DASH if low is None or high is None else f"{signed(low, digits)}{SPACE}to{SPACE}{signed(high, digits)}"


def percent(share: float | None) -> str:
    """A share; from 99.5 % on not rounded up to all, nor up to 0.5 % down to nothing."""
    if share is None:
        return DASH
    if 0 < share <= 0.005:
        return f"<{SPACE}1{SPACE}%"
    if 0.995 <= share < 1:
        return f">{SPACE}99{SPACE}%"
    return f"{share:.0%}".replace("%", f"{SPACE}%")


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a sentence."""
    shown = [*names[:most], f"{len(names) - most:,} more"] if len(names) > most else list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def long_date(day: date) -> str:
    """As in 27 October 2020."""
    return f"{day.day}{SPACE}{MONTHS[day.month - 1]} {day.year}"


def short_date(day: date, by: str) -> str:
    """As in 27 Oct, or Oct 2020 of months."""
    month = MONTHS[day.month - 1][:3]
    return f"{month}{SPACE}{day.year}" if by == "month" else f"{day.day}{SPACE}{month}"


def key_date(key: str) -> str:
    """The key of a day or a month as it is shown, as in 27 Oct 2020; anything else as it stands."""
    if key == UNKNOWN:
        return "no date"
    for by, whole in (("day", key), ("month", f"{key}-01")):
        if day := read_day(whole):
            return short_date(day, by) + (f"{SPACE}{day.year}" if by == "day" else "")
    return shorten(clean(key), LONGEST_NAME)


def read_day(text: str | None) -> date | None:
    """The day of an ISO date; None where there is none."""
    try:
        return date.fromisoformat(text[: DATE_PARTS["day"]]) if text else None
    except ValueError:
        return None


def period(first: date | None, last: date | None) -> str:
    """The days from the first to the last."""
    if first is None or last is None:
        return "undated"
    return long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"


def verdict(measure: Measure) -> Verdict:
    """Whether there is a lean that chance alone hardly makes and two digits show, and to which side."""
    if measure.lean is None:
        return "nothing"
    if measure.low is None or measure.high is None or measure.wires < FEWEST_WIRES:
        return "few"
    if measure.low <= 0 <= measure.high or not round(measure.lean, 2):
        return "unsure"
    return "azerbaijan" if measure.low > 0 else "armenia"
