"""Dates of every style, and the one shape of a text."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from wirestance.inference.wires.dates import read_date
from wirestance.inference.wires.markup import html_text
from wirestance.inference.wires.problems import UnreadableError
from wirestance.inference.wires.text import normalise

LOCAL = timezone(timedelta(hours=4))
DAY = datetime(2021, 5, 12)


@pytest.mark.parametrize(("value", "expected"), [
    (None, None),
    ("", None),
    ("  ", None),
    ("2021-05-12", DAY),
    ("20210512", DAY),
    ("2021-W19-3", DAY),
    ("2021-05-12T10:30:00Z", datetime(2021, 5, 12, 10, 30, tzinfo=UTC)),
    ("2021-05-12t10:30:00.250z", datetime(2021, 5, 12, 10, 30, 0, 250_000, tzinfo=UTC)),
    ("2021-05-12 10:30 +04:00", datetime(2021, 5, 12, 10, 30, tzinfo=LOCAL)),
    ("2021-05-12T10:30:00+0400", datetime(2021, 5, 12, 10, 30, tzinfo=LOCAL)),
    ("Wed, 12 May 2021 10:30:00 +0400", datetime(2021, 5, 12, 10, 30, tzinfo=LOCAL)),
    ("12 May 2021 10:30 GMT", datetime(2021, 5, 12, 10, 30, tzinfo=UTC)),
    ("Wed, 12 May 2021 10:30:00 EDT", datetime(2021, 5, 12, 10, 30, tzinfo=timezone(timedelta(hours=-4)))),
    ("Wednesday, 12-May-21 10:30:00 GMT", datetime(2021, 5, 12, 10, 30, tzinfo=UTC)),
    ("12 May 2021", DAY),
    ("12th May, 2021", DAY),
    ("May 12, 2021", DAY),
    ("Sept. 2 2021", datetime(2021, 9, 2)),
    ("2021/05/12", DAY),
    ("2021.5.12", DAY),
    *((f"2021{date}{rest}", datetime(2021, 5, 12, 10, 30, tzinfo=zone))
      for date in ("-05-12", "/05/12", ".05.12", " 05 12", "-5-12")
      for rest, zone in ((" 10:30", None), (" 10:30:00", None), (" 10:30:00 UTC", UTC), (" 10:30 GMT", UTC),
                         ("T10:30:00Z", UTC), (" 10:30:00 +0400", LOCAL))),
    ("2021.5.12", DAY),
    ("2021-5-12", DAY),
    ("2021-05-13 10:30:00 UTC", datetime(2021, 5, 13, 10, 30, tzinfo=UTC)),
    ("13/05/2021", datetime(2021, 5, 13)),
    ("05/13/2021", datetime(2021, 5, 13)),
    ("5/5/2021", datetime(2021, 5, 5)),
    ("May 12, 2021 at 2:30 pm", datetime(2021, 5, 12, 14, 30)),
    ("Wednesday 12 May 2021 14:30 UTC", datetime(2021, 5, 12, 14, 30, tzinfo=UTC)),
    *((f"{day} {time}", datetime(2021, 5, 12, 18, 30, tzinfo=LOCAL))
      for day in ("2021-05-12", "12 May 2021", "12 May 2021,", "Wed, 12 May 2021", "May 12, 2021")
      for time in ("18:30 UTC+4", "18:30 GMT+0400", "18:30:00 utc+04:00", "18:30UTC +4", "18:30 (GMT+04:00)",
                   "18:30 +04", "18:30:00 +04:00", "06:30:00 PM +0400", "6:30pm +04:00")),
    ("12 May 2021 18:30 UTC-5:30", datetime(2021, 5, 12, 18, 30, tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
    ("Wed, 12 May 2021 12:00:00 am +0400", datetime(2021, 5, 12, tzinfo=LOCAL)),
    ("Wed, 12 May 2021 18:30:00 +0400 (AZT)", datetime(2021, 5, 12, 18, 30, tzinfo=LOCAL)),
    ("Wed, 12 May 2021 18:30:00 -0400 EDT", datetime(2021, 5, 12, 18, 30, tzinfo=timezone(timedelta(hours=-4)))),
    ("12 May 2021 06:30 PM", datetime(2021, 5, 12, 18, 30)),
    ("12-MAY-2021 18:30", datetime(2021, 5, 12, 18, 30)),
    ("13.05.2021 18:30", datetime(2021, 5, 13, 18, 30)),
    *((f"Wed, 12 May 2021 10:30:00 {zone}", datetime(2021, 5, 12, 10, 30, tzinfo=timezone(timedelta(hours=hours))))
      for zone, hours in (("BST", 1), ("CET", 1), ("CEST", 2), ("EET", 2), ("EEST", 3), ("MSK", 3), ("AZT", 4),
                          ("AMT", 4), ("AZT (Baku)", 4), ("PST", -8))),
    *((day, datetime(2021, 5, 12, 18, 30, tzinfo=timezone(timedelta(hours=-5))))
      for day in ("2021-05-12 18:30 EST", "May 12, 2021 6:30 PM EST", "12.05.2021 6:30pm EST")),
    ("03.04.2021", datetime(2021, 4, 3)),
    ("3.4.2021 18:30", datetime(2021, 4, 3, 18, 30)),
    ("1620801000", datetime(2021, 5, 12, 6, 30, tzinfo=UTC)),
    ("1620801000500", datetime(2021, 5, 12, 6, 30, 0, 500_000, tzinfo=UTC)),
    (1620801000, datetime(2021, 5, 12, 6, 30, tzinfo=UTC)),
    (1620801000.5, datetime(2021, 5, 12, 6, 30, 0, 500_000, tzinfo=UTC)),
    (1620801000000, datetime(2021, 5, 12, 6, 30, tzinfo=UTC)),
    (1620801000500.0, datetime(2021, 5, 12, 6, 30, 0, 500_000, tzinfo=UTC)),
    (date(2021, 5, 12), DAY),
    (DAY, DAY),
])  # fmt: skip
def test_dates(value, expected):
    read = read_date(value)
    assert read == expected
    assert (read and read.utcoffset()) == (expected and expected.utcoffset())


@pytest.mark.parametrize("value", [
    "03/04/2021", "03-04-2021", "03/04/05", "03.04.05", "32.04.2021", "21/05/12",
    "May 2021", "2021-05", "2021", "12 May", "Wednesday", "10:30", "12",
    "2021-13-05 10:30 UTC", "2021/13/05 10:30", "2021-05 12:30", "2021-05-12 10:30 IST", "05-12-2021 10:30 UTC",
    "2021-13-01", "2021-02-30", "30 Feb 2021", "soon", "yesterday", "0000-00-00", "12 Mai 2021", "2021051210",
    "2021051210300", "Wed, 12 May 2021 10:30:00 IST", "12 May 2021 2:30 pm IST", "12 May 2021 18:30 MSK+1",
    "2021-05-12 18:30Z+4", "2021-05-12 18:30 MSK+1", "12 May 2021 18:30 IST (Delhi)", "12 May 2021 18:30 (AZT)",
    "2021-05-12 12.30", "2021-05-12T12.30", "2021-05-12 12.30 PM", "2021-05-12T25:00:00Z",
    "9" * 79, "1" * 5000,
    "99999999999999-01-01", "2021-05-12T10:30:00+99:00", "\0", "٢٠٢١-٠٥-١٢",
    20210512, 202105121030, 20210512103000, 1620801000_000_000,
    0, -1, float("nan"), float("inf"), 10**400, True, ["2021-05-12"], {"$date": 1},
])  # fmt: skip
def test_dates_that_are_ambiguous_or_none(value):
    with pytest.raises(UnreadableError, match=r"(?s)the date.*(allowed are|give its offset)"):
        read_date(value)


def test_an_unknown_zone_is_told_with_its_date():
    for value in ("Wed, 12 May 2021 10:30:00 IST", "May 12, 2021 6:30 PM IST"):
        with pytest.raises(UnreadableError, match=f"^the date '{value}' names the time zone IST; give its offset"):
            read_date(value)


@pytest.mark.parametrize(("raw", "expected"), [
    ("a\r\nb\rc\nd", "a\nb\nc\nd"),
    ("a\n \t\n\n\nb", "a\n\nb"),
    ("a\u00a0 \tb", "a b"),
    ("  a  \n  b  ", "a\nb"),
    ("Azer\u00adbai\u200bjan\ufeff", "Azerbaijan"),
    ("a\u2028b\u2029c", "a\nb\n\nc"),
    ("\u3000a\x0bb", "a b"),
    ("", ""),
])  # fmt: skip
def test_normalised_text(raw, expected):
    assert normalise(raw) == expected
    assert normalise(normalise(raw)) == expected


@pytest.mark.parametrize(("markup", "expected"), [
    ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
    ("a <b>b</b>\n<i>c</i>", "a b c"),
    ("<p>a &amp; b&nbsp;c &#8211; d</p>", "a & b c – d"),
    ("<div>a<ul><li>b</li><li>c</li></ul>d</div>", "a\n\nb\n\nc\n\nd"),
    ("<p>a</p><script>b</script><style>c</style><!-- d --><p>e", "a\n\ne"),
    ("<h1>a</h1>b", "a\n\nb"),
    ("a < b and c", "a < b and c"),
    ("no markup", "no markup"),
    ("", ""),
    ("<br>", ""),
    ("<!-- a -->", ""),
])  # fmt: skip
def test_text_of_markup(markup, expected):
    assert normalise(html_text(markup)) == expected
