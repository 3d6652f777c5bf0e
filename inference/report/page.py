"""The page: what `wirestance report` writes of scored statements, one HTML file that needs nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wirestance.inference.archive import check_directory
from wirestance.inference.extras import need
from wirestance.inference.lean import UNKNOWN, Lean
from wirestance.inference.prediction import OWN
from wirestance.inference.report import tables, words
from wirestance.inference.report.charts import FEWEST_DAYS, MOST_SOURCES, Chart, share_chart, source_chart, time_chart
from wirestance.inference.report.gather import MOST_DAYS, Gathered, probabilities
from wirestance.inference.scoring import Scored
from wirestance.model.errors import InputError
from wirestance.model.labels import ARMENIA, AZERBAIJAN

TEMPLATE = Path(__file__).with_name("template.html")

PAGE_HEAD = b"<!DOCTYPE html>"
"""What every page begins with."""


class Shown(NamedTuple):
    """A statement as the page shows it."""

    text: str
    source: str
    date: str
    title: str
    url: str | None
    voice: str
    """Empty where the model could not read the statement."""
    probabilities: list[tuple[str, str]]
    """Names of the labels, with what the model gave them."""
    problem: str


def write_report(scored: Iterable[Scored], path: Path, *, title: str) -> None:
    """Write a page on scored statements; the same statements make the same bytes.

    Args:
        scored: the statements, in any order; they are read once and not kept.
        path: where the page goes; an earlier page that is there is replaced, and no other file.
        title: the page's heading.

    Raises:
        InputError: there is no statement, a row is no scored statement, the page cannot be written, there is a file
            that is not a page, or the extra `report` is not installed.
    """
    _check_place(path)
    need("jinja2", "a report", "report")
    need("matplotlib", "a report", "report")
    gathered = Gathered(scored)
    if gathered.empty:
        raise InputError("there is nothing to report: the input holds no scored statement")
    page = render(gathered, title, tables.shipped_metrics())
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


def _check_place(path: Path) -> None:
    """Raise InputError where nothing can be written, or for a file that is not a page: it may be the statements."""
    check_directory(path)
    if not path.is_file():
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(PAGE_HEAD))
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    if head not in (b"", PAGE_HEAD):
        raise InputError(f"{path}: is there already and is no page, so it is not replaced; write to another file")


def render(gathered: Gathered, title: str, metrics: Mapping[str, Any]) -> str:
    """The page's HTML."""
    sources = sorted(gathered.by_source(), key=_by_lean)
    charted = sorted(sorted(sources, key=lambda lean: (-lean.wires, lean.key))[:MOST_SOURCES], key=_by_lean)
    by, dates = gathered.by_date()
    jinja = need("jinja2", "a report", "report")
    environment = jinja.Environment(
        autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        title=" ".join(title.split()) or "Report",
        facts=_facts(gathered, sources),
        glance=_glance(sources),
        sources_chart=source_chart(charted),
        sources_table=tables.source_table(sources),
        left_out=len(sources) - len(charted),
        charted=len(charted),
        fewest_wires=words.FEWEST_WIRES,
        by=by,
        most_days=MOST_DAYS,
        time_chart=_time_chart(dates, by),
        time_table=tables.time_table(dates, by),
        undated=sum(lean.wires for lean in dates if words.read_day(_whole(lean.key)) is None),
        shares_chart=share_chart(charted),
        shares_table=tables.share_table(sources),
        strongest=[
            (f"{side} ({label})", label, [_shown(s) for s in gathered.strongest[label].statements()])
            for side, label in (("To Azerbaijan", AZERBAIJAN), ("To Armenia", ARMENIA))
        ],
        untold=[_shown(statement) for statement in gathered.untold.statements()],
        problems=tables.problem_table(gathered.problems),
        audit=tables.audit_table(metrics),
        guessing=_guessing(metrics),
    )
    return words.clean(page)


def _by_lean(lean: Lean) -> tuple[float, str]:
    """For sorting from Azerbaijan's side to Armenia's, by the own voice where there is one."""
    value = lean.everything.lean if lean.own.lean is None else lean.own.lean
    return (2.0 if value is None else -value, lean.key)


def _facts(gathered: Gathered, sources: Sequence[Lean]) -> list[tuple[str, str]]:
    """What the page is about, as terms and what they are here."""
    statements = sum(lean.everything.statements for lean in sources)
    answered = sum(lean.everything.answered for lean in sources)
    own = sum(lean.own.statements for lean in sources)
    unread = f"; {gathered.unread:,} more could not be read" if gathered.unread else ""
    named = [lean.key for lean in sources if lean.key != UNKNOWN]
    unnamed = (" and wires that name none" if named else "none named") if len(named) < len(sources) else ""
    return [
        ("Period", words.period(gathered.first, gathered.last)),
        ("Sources", f"{len(named):,}{unnamed}" if named else unnamed),
        ("Wires", f"{sum(lean.wires for lean in sources):,}"),
        ("Copies left out", f"{sum(lean.copies for lean in sources):,}"),
        ("Statements", f"{statements:,}{unread}"),
        ("In the outlets’ own voice", f"{own:,} ({words.percent(own / statements if statements else None)})"),
        ("Got a label (coverage)", f"{answered:,} ({words.percent(answered / statements if statements else None)})"),
    ]


def _glance(sources: Sequence[Lean]) -> list[tuple[str, str]]:
    """Which sources lean where in their own voice, as verdicts and the sources that have them."""
    found: dict[str, list[str]] = {told: [] for told in words.VERDICTS.values()}
    for lean in sources:
        said = words.verdict(lean.own)
        value = f" ({words.signed(lean.own.lean)})" if lean.own.lean is not None else ""
        found[words.VERDICTS[said]].append(words.source_name(lean.key) + value)
    found[words.VERDICTS["armenia"]].reverse()
    return [(told, words.listed(names)) for told, names in found.items() if names]


def _time_chart(dates: Sequence[Lean], by: str) -> Chart | None:
    points = [(day, lean) for lean in dates if (day := words.read_day(_whole(lean.key)))]
    return time_chart(points, by) if len(points) >= FEWEST_DAYS else None


def _whole(key: str) -> str:
    """The day that a day or month begins with."""
    return f"{key}-01" if len(key) == len("2020-10") else key


def _shown(statement: Scored) -> Shown:
    if not statement.read:
        voice = ""
    elif statement.voice == OWN:
        voice = "own voice"
    else:
        speaker = words.shorten(statement.speaker or "", words.LONGEST_NAME)
        voice = f"reported, speaker: {speaker}" if speaker else "reported"
    day = words.read_day(statement.date)
    given = [(label, f"{probability:.3f}") for label, probability in probabilities(statement).items()]
    return Shown(
        text=words.shorten(statement.text, words.LONGEST_TEXT),
        source=words.source_name(statement.source or UNKNOWN),
        date=words.long_date(day) if day else "no date",
        title=words.shorten(statement.title or "", words.LONGEST_NAME),
        url=words.link(statement.url),
        voice=voice,
        probabilities=given if statement.read else [],
        problem=words.shorten(statement.problem or "no reason given", words.LONGEST_NAME),
    )


def _guessing(metrics: Mapping[str, Any]) -> str:
    """The macro-F1 of always giving the commonest label on the held-out statements."""
    figure = metrics.get("baselines", {}).get("majority", {}).get("test")
    return f"{figure['value']:.2f}" if figure else ""
