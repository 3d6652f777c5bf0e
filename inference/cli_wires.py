"""The commands for wires: `wirestance score` and `wirestance report`."""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.options import BAD_INPUT, is_terminal, runs_a_model
from wirestance.inference.sources import STDIN
from wirestance.inference.start import INTERRUPTED
from wirestance.model.errors import InputError

if TYPE_CHECKING:
    from wirestance.inference.score_files import Progress
    from wirestance.inference.scoring import Outcome

SCORE_EXAMPLES = """\b
Examples:
  wirestance score archive/ -o scored.jsonl
  wirestance score feed.xml wires.csv --field text=body -o scored.parquet
  wirestance score spool/ --follow -o scored.jsonl
  wirestance score archive/ -o scored.jsonl --resume
  wirestance score s3://wires/2024 --ray auto -o s3://scored/2024.parquet
"""

REPORT_EXAMPLES = """\b
Examples:
  wirestance report scored.jsonl -o report.html
"""


@click.command(epilog=SCORE_EXAMPLES, short_help="Score wires: feeds, files and archives to rows.")
@click.argument("sources", nargs=-1, metavar="[FILE | DIRECTORY | -]...")
@click.option("-o", "--out", required=True,
              help="Where the rows go: a file that ends in .jsonl, .csv or .parquet.")  # fmt: skip
@click.option(
    "--format",
    "wire_format",
    help="Of the wires: text, jsonl, csv, parquet, feed (RSS, Atom), newsml, ninjs or html. Recognised by their "
    "content if not given.",
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Name of a field in JSON, CSV or Parquet, such as text=body; once for each. Ours are text, title, source, "
    "date, language, url and id. Usual names are recognised if not given.",
)
@click.option(
    "--per",
    type=click.Choice(["statement", "wire"]),
    default="statement",
    show_default=True,
    help="What a row stands for.",
)
@click.option("--follow", is_flag=True, help="Wait for more: new files in directories, new lines of JSON-lines files.")
@click.option("--resume", is_flag=True, help="Go on where an earlier run with the same output stopped.")
@click.option("--ray", "address", metavar="ADDRESS",
              help="On a Ray cluster: auto, HOST:PORT, ray://HOST:PORT, or local. OUT is a directory.")  # fmt: skip
@click.option("--actors", type=click.IntRange(1), help="With --ray: how many; all free CPUs but one if not given.")
@runs_a_model
def score(
    classifier: StanceClassifier,
    sources: tuple[str, ...],
    out: str,
    wire_format: str | None,
    fields: tuple[str, ...],
    per: str,
    follow: bool,
    resume: bool,
    address: str | None,
    actors: int | None,
    threshold: float | None,
) -> None:
    """Score wires: split them into statements, and write a row for each.

    Wires are read from plain text, JSON lines, CSV, Parquet, RSS, Atom, NewsML-G2, ninjs and HTML, from directories of
    them and from standard input. Parquet, feeds, NewsML-G2 and HTML need the extra `wires`, --ray the extra `ray`.
    Records that cannot be read go to OUT.rejected.jsonl with the reason. A run can be stopped at any moment and
    resumed: every statement is written once.

    Exit codes: 0; 1 if a record was rejected, the rest being scored, or nothing could be; 2 for wrong usage; 130 for an
    interrupted run.
    """
    from wirestance.inference.wires.read import check_reading, read_records

    named = _fields(fields)
    with _wrong_usage():
        check_reading(wire_format, named)
    if address is not None:
        if follow or resume:
            raise click.UsageError("--follow and --resume do not go with --ray")
        if classifier.settings.threads is not None:
            raise click.UsageError("--threads does not go with --ray: an actor has one thread; --actors says how many")
        _score_on_ray(
            address, actors, sources, out, classifier,
            wire_format=wire_format, fields=named, per=per, threshold=threshold,
        )  # fmt: skip
        return
    if actors is not None:
        raise click.UsageError("--actors goes with --ray")
    if follow and out.endswith(".parquet"):
        raise click.UsageError(f"{out}: .parquet is made at a run's end, and --follow has none; give .jsonl or .csv")
    from wirestance.inference.archive import Archive, check_ending
    from wirestance.inference.rows import STATEMENT_COLUMNS, WIRE_COLUMNS, statement_rows, wire_rows
    from wirestance.inference.score_files import check_output, check_sources, check_spelling, score_to
    from wirestance.inference.wires.follow import follow_records

    _tell_of_guesses()
    columns, rows = (WIRE_COLUMNS, wire_rows) if per == "wire" else (STATEMENT_COLUMNS, statement_rows)
    with _wrong_usage():
        check_sources(sources)
        check_ending(Path(out))
        check_output(Path(out), sources)
        if follow:
            records = follow_records(sources, format=wire_format, fields=named)
        else:
            every = [read_records(source, format=wire_format, fields=named) for source in sources]
            records = chain.from_iterable(every)
    settings = {
        "per": per,
        "model": classifier.identity,
        "threshold": classifier.stance.threshold if threshold is None else threshold,
        "neutral share": classifier.stance.neutral_share,
        "format": wire_format,
        "fields": named,
    }
    with Archive(Path(out), columns, settings, resume=resume) as archive, _progress(sources) as progress:
        check_spelling(archive, sources)
        try:
            score_to(archive, records, classifier, rows=rows, threshold=threshold, progress=progress)
            archive.finish()
        except KeyboardInterrupt:
            click.echo(f"wirestance: stopped; --resume goes on behind row {archive.rows:,} of {out}", err=True)
            sys.exit(INTERRUPTED)
    click.echo(f"{archive.rows:,} rows in {out}", err=True)
    _tell_rejected(archive.rejected, archive.rejected_path)


def _score_on_ray(
    address: str, actors: int | None, sources: Sequence[str], out: str, classifier: StanceClassifier, **options: Any
) -> None:
    from wirestance.inference.archive import REJECTED
    from wirestance.inference.ray_cluster import connected
    from wirestance.inference.score_ray import score_on_ray

    _tell_of_guesses()
    try:
        with connected(address, actors) as number:
            found = score_on_ray(sources, out, classifier, actors=number, **options)
    except KeyboardInterrupt:
        click.echo(f"wirestance: stopped; remove {out} and score again", err=True)
        sys.exit(INTERRUPTED)
    click.echo(f"{found.wires:,} wires scored into {out} by {number} actors", err=True)
    _tell_rejected(len(found.rejections), out + REJECTED)


def _tell_rejected(number: int, where: object) -> None:
    """End with exit code 1 if something was rejected."""
    if number:
        click.echo(f"wirestance: {number:,} records rejected, see {where}", err=True)
        sys.exit(BAD_INPUT)


@click.command(epilog=REPORT_EXAMPLES, short_help="Make a page that people can read of scored wires.")
@click.argument("scored", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCORED...")
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write.")
@click.option("--title", default="Partisanship of wires", help="The page's heading.")
def report(scored: tuple[Path, ...], out: Path, title: str) -> None:
    """Make a page that people can read of what `wirestance score` wrote: one file that opens offline.

    Rows are read from files, from directories of them and, as -, from standard input.

    Needs the extra `report`. Exit codes: 0; 1 for input without scored statements; 2 for wrong usage.
    """
    from wirestance.inference.report.page import write_report
    from wirestance.inference.rows import read_scored
    from wirestance.inference.score_files import check_output, check_sources

    if str(out) == STDIN:
        raise click.UsageError("-o is a file, such as report.html: a page is not written to standard output")
    with _wrong_usage():
        sources = [str(path) for path in scored]
        check_sources(sources)
        check_output(out, sources)
    write_report((row for path in scored for row in read_scored(path)), out, title=title)
    click.echo(f"{out}", err=True)


class _Echo(logging.Handler):
    """What the readers log, as messages of the command line; what they guess alike for many files, only once."""

    def __init__(self, took: str) -> None:
        """Set up; `took` stands before what was guessed."""
        super().__init__()
        self._took, self._told = took, set[str]()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        guess = message.partition(self._took)[2]
        if guess not in self._told:
            click.echo(f"wirestance: {message}", err=True)
        if guess:
            self._told.add(guess)


def _tell_of_guesses() -> None:
    """Have the names told that were guessed for the fields of a file."""
    from wirestance.inference.wires.fields import TOOK

    log = logging.getLogger("wirestance")
    log.setLevel(logging.INFO)
    for handler in [one for one in log.handlers if isinstance(one, _Echo)]:  # of an earlier run in this process
        log.removeHandler(handler)
    log.addHandler(_Echo(TOOK))


def _fields(pairs: Sequence[str]) -> dict[str, str]:
    """Field names by ours, from `OURS=THEIRS`; which of ours there are, `check_reading` says."""
    fields: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not OURS=THEIRS, such as text=body", param_hint="--field")
        if ours in fields:
            raise click.BadParameter(f"{ours!r} is given more than once", param_hint="--field")
        fields[ours] = theirs
    return fields


@contextmanager
def _wrong_usage() -> Iterator[None]:
    """What is wrong with the arguments is wrong usage, whatever is in the files."""
    try:
        yield
    except InputError as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def _progress(sources: Sequence[str]) -> "Iterator[Callable[[Progress, list[Outcome]], None]]":
    """A bar on a terminal; what comes out is to be told of every chunk."""
    if not is_terminal(sys.stderr):
        yield lambda *_: None
        return
    from wirestance.inference.progress import bar

    with bar(sources) as advance:
        yield advance
