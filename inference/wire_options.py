"""What the commands for wires share: the options that say how wires are read, and what is told while they are."""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from wirestance.inference.options import is_terminal
from wirestance.model.errors import InputError

if TYPE_CHECKING:
    from wirestance.inference.score_files import Progress
    from wirestance.inference.scoring import Outcome

format_option = click.option(
    "--format",
    "wire_format",
    help="Of the wires: text, jsonl, csv, parquet, feed (RSS, Atom), newsml, ninjs or html. Recognised by their "
    "content if not given.",
)

fields_option = click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Name of a field in JSON, CSV or Parquet, such as text=body; once for each. Ours are text, title, source, "
    "date, language, url and id. Usual names are recognised if not given.",
)


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


def tell_of_guesses() -> None:
    """Have the names told that were guessed for the fields of a file."""
    from wirestance.inference.wires.fields import TOOK

    log = logging.getLogger("wirestance")
    log.setLevel(logging.INFO)
    for handler in [one for one in log.handlers if isinstance(one, _Echo)]:  # of an earlier run in this process
        log.removeHandler(handler)
    log.addHandler(_Echo(TOOK))


def named_fields(pairs: Sequence[str]) -> dict[str, str]:
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
def wrong_usage() -> Iterator[None]:
    """What is wrong with the arguments is wrong usage, whatever is in the files."""
    try:
        yield
    except InputError as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def progress_bar(sources: Sequence[str]) -> "Iterator[Callable[[Progress, list[Outcome]], None]]":
    """A bar on a terminal; what comes out is to be told of every chunk."""
    if not is_terminal(sys.stderr):
        yield lambda *_: None
        return
    from wirestance.inference.progress import bar

    with bar(sources) as advance:
        yield advance
