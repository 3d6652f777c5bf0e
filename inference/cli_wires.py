"""The commands for wires: `wirestance score`, `wirestance report` and `wirestance neutral-share`."""

import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.options import BAD_INPUT, loads_a_model, runs_a_model
from wirestance.inference.sources import STDIN
from wirestance.inference.start import INTERRUPTED
from wirestance.inference.wire_options import (
    fields_option,
    format_option,
    named_fields,
    progress_bar,
    tell_of_guesses,
    wrong_usage,
)

SCORE_EXAMPLES = """\b
Examples:
  wirestance score archive/ -o scored.jsonl
  wirestance score feed.xml wires.csv --field text=body -o scored.parquet
  wirestance score spool/ --follow -o scored.jsonl
  wirestance score archive/ -o scored.jsonl --resume
  wirestance score s3://wires/2024 --ray auto -o s3://scored/2024.parquet
"""

SHARE_EXAMPLES = """\b
Examples:
  wirestance neutral-share archive/
  wirestance score archive/ -o scored.jsonl --neutral-share $(wirestance neutral-share archive/)
"""

REPORT_EXAMPLES = """\b
Examples:
  wirestance report scored.jsonl -o report.html
"""


@click.command(epilog=SCORE_EXAMPLES, short_help="Score wires: feeds, files and archives to rows.")
@click.argument("sources", nargs=-1, metavar="[FILE | DIRECTORY | -]...")
@click.option("-o", "--out", required=True,
              help="Where the rows go: a file that ends in .jsonl, .csv or .parquet.")  # fmt: skip
@format_option
@fields_option
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

    named = named_fields(fields)
    with wrong_usage():
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

    tell_of_guesses()
    columns, rows = (WIRE_COLUMNS, wire_rows) if per == "wire" else (STATEMENT_COLUMNS, statement_rows)
    with wrong_usage():
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
    with Archive(Path(out), columns, settings, resume=resume) as archive, progress_bar(sources) as progress:
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

    tell_of_guesses()
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
    with wrong_usage():
        sources = [str(path) for path in scored]
        check_sources(sources)
        check_output(out, sources)
    write_report((row for path in scored for row in read_scored(path)), out, title=title)
    click.echo(f"{out}", err=True)


@click.command(epilog=SHARE_EXAMPLES, short_help="Find out which share of wires' statements is neutral.")
@click.argument("sources", nargs=-1, required=True, metavar="(FILE | DIRECTORY | -)...")
@format_option
@fields_option
@loads_a_model
def neutral_share(
    classifier: StanceClassifier, sources: tuple[str, ...], wire_format: str | None, fields: tuple[str, ...]
) -> None:
    """Find out which share of the statements of wires is neutral, without labels: what --neutral-share should be.

    Wires are read as `wirestance score` reads them; some hundreds of statements are enough. The share is written to
    standard output, how sure it is to standard error.

    Exit codes: 0; 1 if a record was rejected, the rest being read, or nothing could be; 2 for wrong usage.
    """
    from wirestance.inference.neutral_share import estimate_neutral_share
    from wirestance.inference.score_files import Progress, check_sources
    from wirestance.inference.scoring import ScoredWire, score_records
    from wirestance.inference.wires.read import read_records

    named = named_fields(fields)
    tell_of_guesses()
    with wrong_usage():
        check_sources(sources)
        every = [read_records(source, format=wire_format, fields=named) for source in sources]
    far, neutral = Progress(), list[float]()
    with progress_bar(sources) as progress:
        for chunk in score_records(chain.from_iterable(every), classifier):
            for outcome in chunk:
                if isinstance(outcome, ScoredWire):
                    neutral += [row.p_neutral for row in outcome.statements if row.read]
                else:
                    click.echo(f"wirestance: {outcome}", err=True)
            far.add(chunk)
            progress(far, chunk)
    found = estimate_neutral_share(neutral, classifier.stance.neutral_share)
    click.echo(f"{found.share:.3f}")
    click.echo(f"{found.low:.3f} to {found.high:.3f}, of {found.statements:,} statements", err=True)
    if far.rejected:
        sys.exit(BAD_INPUT)
