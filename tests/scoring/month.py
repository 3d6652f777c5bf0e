"""A month of composed wires from six sources in six formats, for the tests and for trying the commands out.

Usage: month.py DIRECTORY [WIRES_A_DAY]

Every wire is strung together from composed statements of `seeds/`; each source draws them with shares of its own.
"""

import csv
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

STATEMENTS = Path(__file__).parents[2] / "seeds" / "statements"
LABELS = ("pro-azerbaijan", "pro-armenia", "neutral-diplomatic")
SOURCES = {
    "Caspian Wire": (6, 1, 3),
    "Ararat Courier": (1, 6, 3),
    "Tiflis Monitor": (1, 1, 8),
    "Bosphorus Post": (4, 1, 5),
    "Levant Gazette": (1, 3, 6),
    "Alpine Press": (1, 1, 12),
}
"""Composed names, each with the weights of its statements: for Azerbaijan, for Armenia, neutral."""
START = datetime(2024, 5, 1, 6, tzinfo=UTC)
DAYS = 31


@dataclass(frozen=True)
class Item:
    """A wire before it has a format."""

    id: str
    source: str
    date: datetime
    title: str
    paragraphs: list[str]


def items(source: str, wires_a_day: int, seed: int = 0) -> Iterator[Item]:
    """A month of one source's wires; one in ten repeats an earlier one under another id."""
    chance = random.Random(f"{source}{seed}")
    pools = _pools()
    earlier: list[Item] = []
    for number in range(DAYS * wires_a_day):
        date = START + timedelta(days=number // wires_a_day, minutes=37 * (number % wires_a_day))
        name = f"{source.split(maxsplit=1)[0].lower()}-{number:05}"
        if earlier and chance.random() < 0.1:
            old = chance.choice(earlier)
            yield Item(name, source, date, old.title, old.paragraphs)
            continue
        labels = chance.choices(LABELS, SOURCES[source], k=chance.randint(3, 9))
        first, *rest = [chance.choice(pools[label]) for label in labels]
        item = Item(
            name, source, date, first.rstrip("."), [" ".join(rest[at : at + 3]) for at in range(0, len(rest), 3)]
        )
        earlier.append(item)
        yield item


def _pools() -> dict[str, list[str]]:
    pools: dict[str, list[str]] = {label: [] for label in LABELS}
    for path in sorted(STATEMENTS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["text"].endswith((".", "!", "?")) and len(record["text"]) > 40:
                pools[record["label"]].append(record["text"])
    return pools


def write_rss(path: Path, wires: list[Item]) -> None:
    """RSS 2.0."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>{wire.id}</guid><title>{escape(wire.title)}</title>"
        f"<link>https://example.org/{wire.id}</link><pubDate>{format_datetime(wire.date)}</pubDate>"
        f"<description>{escape(''.join(f'<p>{escape(text)}</p>' for text in wire.paragraphs))}</description></item>"
        for wire in wires
    )
    path.write_text(
        f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>{wires[0].source}</title>"
        f"<language>en</language>{entries}</channel></rss>",
        encoding="utf-8",
    )


def write_atom(path: Path, wires: list[Item]) -> None:
    """Atom."""
    entries = "".join(
        f"<entry><id>urn:{wire.id}</id><title>{escape(wire.title)}</title><updated>{wire.date.isoformat()}</updated>"
        f"<link href='https://example.org/{wire.id}'/>"
        f"<content type='html'>"
        f"{escape(''.join(f'<p>{escape(text)}</p>' for text in wire.paragraphs))}</content></entry>"
        for wire in wires
    )
    path.write_text(
        f"<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'>"
        f"<title>{wires[0].source}</title><id>urn:feed</id>{entries}</feed>",
        encoding="utf-8",
    )


def write_newsml(path: Path, wires: list[Item]) -> None:
    """A NewsML-G2 news message."""
    entries = "".join(
        f"<newsItem guid='urn:{wire.id}' version='1' standard='NewsML-G2' standardversion='2.34' xml:lang='en'>"
        f"<itemMeta><provider><name>{wire.source}</name></provider><versionCreated>{wire.date.isoformat()}</versionCreated></itemMeta>"
        f"<contentMeta><headline>{escape(wire.title)}</headline><language tag='en'/></contentMeta>"
        "<contentSet><inlineXML contenttype='application/xhtml+xml'><html xmlns='http://www.w3.org/1999/xhtml'><body>"
        + "".join(f"<p>{escape(text)}</p>" for text in wire.paragraphs)
        + "</body></html></inlineXML></contentSet></newsItem>"
        for wire in wires
    )
    path.write_text(
        "<?xml version='1.0' encoding='UTF-8'?><newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'>"
        f"<header/><itemSet>{entries}</itemSet></newsMessage>",
        encoding="utf-8",
    )


def write_ninjs(path: Path, wires: list[Item]) -> None:
    """Ninjs 1.x, an object a line."""
    lines = [
        json.dumps(
            {
                "uri": wire.id,
                "type": "text",
                "language": "en",
                "source": wire.source,
                "headline": wire.title,
                "versioncreated": wire.date.isoformat(),
                "body_text": "\n\n".join(wire.paragraphs),
            }
        )
        for wire in wires
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_csv(path: Path, wires: list[Item]) -> None:
    """CSV with semicolons."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(["id", "outlet", "published", "headline", "body"])
        for wire in wires:
            date = f"{wire.date.day} {wire.date:%B %Y}"
            rows.writerow([wire.id, wire.source, date, wire.title, "\n\n".join(wire.paragraphs)])


def write_parquet(path: Path, wires: list[Item]) -> None:
    """Parquet."""
    import pyarrow as arrow
    from pyarrow import parquet

    rows = [
        {
            "id": wire.id,
            "source": wire.source,
            "date": wire.date,
            "title": wire.title,
            "text": "\n\n".join(wire.paragraphs),
        }
        for wire in wires
    ]
    parquet.write_table(arrow.Table.from_pylist(rows), path)


WRITERS = {
    "caspian.rss": write_rss,
    "ararat.atom": write_atom,
    "tiflis.xml": write_newsml,
    "bosphorus.jsonl": write_ninjs,
    "levant.csv": write_csv,
    "alpine.parquet": write_parquet,
}


def make_month(directory: Path, wires_a_day: int = 2) -> int:
    """Write the month; how many wires it has."""
    directory.mkdir(parents=True, exist_ok=True)
    total = 0
    for source, (name, write) in zip(SOURCES, WRITERS.items(), strict=True):
        wires = list(items(source, wires_a_day))
        write(directory / name, wires)
        total += len(wires)
    return total


if __name__ == "__main__":
    made = make_month(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2)
    print(f"{made} wires in {sys.argv[1]}")  # noqa: T201
