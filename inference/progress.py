"""The progress bar of scoring, with its rate and the time that is left."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from wirestance.inference.score_files import Progress as Far
from wirestance.inference.scoring import Outcome, ScoredWire
from wirestance.inference.wires.read import file_name, files_below


@contextmanager
def bar(sources: Sequence[str]) -> Iterator[Callable[[Far, list[Outcome]], None]]:
    """A bar on standard error, by the bytes of the inputs.

    How far a file is read is estimated by the text that came out of it, and put right when the next one begins.
    """
    begins, total = _begins(sources)
    columns = (
        TextColumn("{task.fields[statements]:,} statements"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total or None, statements=0, rate=0.0)
        place = 0

        def advance(far: Far, chunk: list[Outcome]) -> None:
            nonlocal place
            for outcome in chunk:
                wire = outcome.wire if isinstance(outcome, ScoredWire) else None
                place = max(place, begins.get(wire.file if wire else outcome.file, 0))  # type: ignore[union-attr]
                place += len(wire.text) if wire else 0
            rate = far.statements / (progress.tasks[0].elapsed or 1)
            progress.update(task, completed=min(place, total), statements=far.statements, rate=rate)

        yield advance


def _begins(sources: Sequence[str]) -> tuple[dict[str, int], int]:
    """How many bytes of the inputs lie before each file, and how many they are."""
    begins: dict[str, int] = {}
    total = 0
    for source in sources:
        with suppress(OSError, ValueError):  # what cannot be looked at, the reading will tell
            path = Path(source)
            for file in files_below(path) if path.is_dir() else [path]:
                begins[file_name(str(file))] = total
                total += file.stat().st_size
    return begins, total
