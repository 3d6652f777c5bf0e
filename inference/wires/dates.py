"""The dates of wires, of which no two senders write the same; none is guessed."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import product

from wirestance.inference.extras import need
from wirestance.inference.wires.problems import UnreadableError, shown

ALLOWED = (
    "allowed are ISO 8601, RFC 2822, 12 May 2021, May 12, 2021, 2021/05/12, 12.05.2021 and epoch seconds or "
    "milliseconds"
)
LONGEST = 80
"""Characters of a date; more is something else."""

EARLIEST_SECOND, LATEST_SECOND = 315_532_800, 4_102_444_800
"""1980 to 2100 in epoch seconds. The same in milliseconds are other numbers, and 20210512 or 202105121030 neither."""

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december"), 1
    )
    for name in (names, names[:3], "sept" if number == 9 else names)
}  # fmt: skip

ISO = re.compile(r"\d{4}(?:-\d\d-\d\d|\d{4}|-?W\d\d-?\d)(?:[Tt ]\d\d[^\s]*(?: ?[+-]\d\d:?\d\d)?)?")
YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)", re.ASCII)
DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]+)\.?,?\s+(\d{4})")
MONTH_FIRST = re.compile(r"([A-Za-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
RFC = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}\s+\d{1,2}:\d\d(?::\d\d)?"
    r"(?:\s+(?:[+-]\d{4}(?:\s+[A-Za-z]{3,})?|(?P<zone>Z|(?![AP]M\b)[A-Z]{2,}))(?:\s*\(.*\))?)?",
    re.ASCII | re.IGNORECASE,
)

FROM_GREENWICH = re.compile(r"\(?(?<![A-Za-z])(?:GMT|UTC)\s*([+-]\d[\d:]*)\)?", re.IGNORECASE)
"""UTC+4 and its like: the offset alone says the same, and `dateutil` would turn its sign around, as POSIX does."""

FROM_ANOTHER = re.compile(r":\d\d\s*(?![AP]M?\b)([A-Z]+)[+-]\d", re.IGNORECASE)
"""MSK+1: an hour from Moscow's time to some, and from Greenwich's to others."""

ZONES = {
    "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "AZT": 4, "AMT": 4,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Zones of RFC 2822 and of those who send wires, in hours from Greenwich: AMT is Armenia's, BST Britain's in summer,
MSK Moscow's since 2014."""
IN_ZONE = re.compile(rf"(?<=:\d\d)(\s*(?:[AP]M)?)\s+({'|'.join(ZONES)})\b(?![+-])", re.IGNORECASE)

EPOCH = re.compile(r"1[0-8]\d{8}(?:\d{3})?", re.ASCII)
"""Seconds or milliseconds of the years 2001 to 2030 as text; other digits may be a year, a month, a day and an hour."""

DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}(?!\d)", re.ASCII)
"""A date whose day comes first: nobody writes the month first and dots behind."""

POINTED = re.compile(r"[Tt ]\d{1,2}\.\d{1,3}(?![.\d])")
"""A time as 12.30, which is 18 minutes past twelve by ISO 8601, and to Python part of a second."""


def read_date(value: object) -> datetime | None:
    """The date that a sender gave; None if he gave none.

    Raises:
        UnreadableError: it cannot be read, or can be read in more than one way.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str) and EPOCH.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(value)
    if not isinstance(value, str):
        raise UnreadableError(f"the date is {shown(value)}; {ALLOWED}")
    text = " ".join(value.split())
    if not text:
        return None
    if len(text) > LONGEST:
        raise UnreadableError(f"the date {shown(text)} has {len(text)} characters; {ALLOWED}")
    text = FROM_GREENWICH.sub(r"\1", text)
    text = IN_ZONE.sub(lambda zone: f"{zone[1]} {ZONES[zone[2].upper()]:+03d}00", text)
    if POINTED.search(text):
        raise UnreadableError(f"the date {shown(text)} cannot be read; {ALLOWED}")
    return _plain(text) or _other(text)


def _from_epoch(number: float) -> datetime:
    for unit in (1, 1000):
        if EARLIEST_SECOND * unit <= number < LATEST_SECOND * unit:
            return datetime.fromtimestamp(number / unit, UTC)
    raise UnreadableError(
        f"the date {shown(number)} is not in epoch seconds or milliseconds of the years 1980 to 2099; {ALLOWED}"
    )


def _plain(text: str) -> datetime | None:
    """A date in one of the forms that mean the same everywhere; None for any other."""
    with suppress(ValueError):
        if ISO.fullmatch(text):
            return datetime.fromisoformat(re.sub(r" (?=[+-])", "", text.upper()))
        if found := YEAR_FIRST.fullmatch(text):
            return datetime(int(found[1]), int(found[2]), int(found[3]))
        if (found := DAY_FIRST.fullmatch(text)) and found[2].lower() in MONTHS:
            return datetime(int(found[3]), MONTHS[found[2].lower()], int(found[1]))
        if (found := MONTH_FIRST.fullmatch(text)) and found[1].lower() in MONTHS:
            return datetime(int(found[3]), MONTHS[found[1].lower()], int(found[2]))
    if found := RFC.fullmatch(text):
        with suppress(ValueError, TypeError, OverflowError, IndexError):
            read = parsedate_to_datetime(text)
            if read.tzinfo is None and found["zone"]:
                raise _unknown_zone(text, found["zone"])
            return read
    return None


def _other(text: str) -> datetime:
    """A date as `dateutil` reads it, if every way of reading gives the same and nothing is filled in."""
    if found := FROM_ANOTHER.search(text):
        raise _unknown_zone(text, found[1])
    parser = need("dateutil.parser", f"reading the date {shown(text)}")
    if YEAR_FIRST.match(text):
        orders = [(False, True)]
    elif DOTTED.match(text):
        orders = [(True, False)]
    else:
        orders = list(product((False, True), (False, True)))
    try:
        ways = {
            parser.parse(text, dayfirst=day, yearfirst=year, default=default, tzinfos=partial(_zone, text))
            for day, year in orders
            for default in (datetime(2000, 1, 1), datetime(2004, 2, 2))
        }
    except (ValueError, OverflowError, TypeError, ArithmeticError, LookupError, AttributeError):
        raise UnreadableError(f"the date {shown(text)} cannot be read; {ALLOWED}") from None
    if len(ways) > 1:
        raise UnreadableError(f"the date {shown(text)} is ambiguous or not whole; {ALLOWED}")
    read: datetime = ways.pop()
    return read


def _unknown_zone(text: str, zone: str) -> UnreadableError:
    return UnreadableError(f"the date {shown(text)} names the time zone {zone}; give its offset, as +0400")


def _zone(text: str, name: str | None, offset: int | None) -> int | None:
    """The zone of an offset, which `dateutil` takes in seconds; an unknown name is not passed over."""
    if name and offset is None:
        raise _unknown_zone(text, name)
    return offset
