"""From files of wires to an archive of scored statements: what `wirestance score` does."""

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

from wirestance.inference.archive import JOURNAL, REJECTED, ROWS, Archive
from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.rows import statement_rows
from wirestance.inference.scoring import Outcome, ScoredWire, id_key, key_of, score_records
from wirestance.inference.sources import STDIN
from wirestance.inference.wires.read import file_name
from wirestance.inference.wires.record import Record, Rejection
from wirestance.model.errors import InputError


@dataclass(slots=True)
class Progress:
    """How far a run of scoring is."""

    wires: int = 0
    statements: int = 0
    rejected: int = 0

    def add(self, chunk: Iterable[Outcome]) -> None:
        """Count what came of a chunk."""
        for outcome in chunk:
            if isinstance(outcome, ScoredWire):
                self.wires += 1
                self.statements += len(outcome.statements)
            else:
                self.rejected += 1


def check_output(out: Path, sources: Iterable[str]) -> None:
    """Raise InputError if what is written would be read: the output is a source, or lies in a directory that is one."""
    for source, ending in product(sources, ("", REJECTED, JOURNAL, ROWS)):
        if _is_read(_real(f"{out}{ending}"), _real(source)):
            raise InputError(
                f"{file_name(str(out))}: would itself be read, as part of the source {file_name(source)}; "
                "an output outside all sources is allowed"
            )


def check_sources(sources: Sequence[str]) -> None:
    """Raise InputError if a file would be read twice: a source that is given again, or lies in another one."""
    for one, other in combinations(sources, 2):
        if _is_read(_real(one), _real(other)) or _is_read(_real(other), _real(one)):
            raise InputError(f"{file_name(other)}: is given more than once, by itself or in a directory")


def check_spelling(archive: Archive, sources: Sequence[str]) -> None:
    """Raise InputError if a file that the archive has would be read under another name, and written once more."""
    for file in archive.done:
        path = Path(file)
        if any(path.is_relative_to(file_name(source)) for source in sources):
            continue
        for source in sources:
            if _is_read(_real(str(path)), _real(source)):
                raise InputError(
                    f"{archive.path}: has {path}, which {file_name(source)} names otherwise; resume with the paths "
                    "as they were given"
                )


def _real(path: str) -> Path:
    return Path(path) if path == STDIN else Path(os.path.realpath(path))


def _is_read(path: Path, source: Path) -> bool:
    """Whether a file or directory is read with a source: what is hidden in a directory is not."""
    return path.is_relative_to(source) and not any(part[0] == "." for part in path.relative_to(source).parts)


def score_to(
    archive: Archive,
    records: Iterable[Record | None],
    classifier: StanceClassifier,
    *,
    rows: Callable[[Iterable[ScoredWire]], Iterable[Mapping[str, Any]]] = statement_rows,
    threshold: float | None = None,
    progress: Callable[[Progress, list[Outcome]], None] = lambda *_: None,
) -> Progress:
    """Score records into an archive, except those that it has already.

    Args:
        archive: with the columns of the rows.
        records: of the inputs, each file's in a fixed order; None as in `score_records`.
        classifier: scores the statements.
        rows: what is written of wires, `statement_rows` or `wire_rows`.
        threshold: as in `StanceClassifier.predict`.
        progress: told after every chunk, which is then safe on disk.
    """
    far = Progress()
    remaining = _remaining(records, Counter(archive.done), archive.keys) if archive.done else records
    for chunk in score_records(remaining, classifier, threshold=threshold, ids=archive.keys):
        scored = [outcome for outcome in chunk if isinstance(outcome, ScoredWire)]
        rejections = [outcome for outcome in chunk if isinstance(outcome, Rejection)]
        dealt_with = [outcome for outcome in chunk if not _is_whole(outcome)]
        archive.commit(rows(scored), rejections, Counter(map(_file, dealt_with)), map(_key, dealt_with))
        far.add(chunk)
        progress(far, chunk)
    return far


def _remaining(
    records: Iterable[Record | None], done: Counter[str], keys: Collection[bytes]
) -> Iterator[Record | None]:
    """The records without those dealt with before: as many of a file as the archive has, and known by their keys.

    A file may have been replaced since: a record that the archive does not have is none of those. One without an id
    that has the text of one that the archive has from that file is taken for it, as long as there are such.
    """
    new: set[bytes] = set()
    for record in records:
        if record is None:
            yield None
        elif (key := _key(record)) in keys and key not in new and done[file := _file(record)]:
            done[file] -= 1
        else:
            new.add(key)
            yield record


def _key(record: Record | ScoredWire) -> bytes:
    """What an archive knows a record by.

    A wire without an id is known by its text, and not by its number too: a file that was followed through a rotation
    is numbered anew when the run is resumed.
    """
    if isinstance(record, Rejection):
        return key_of(record.file, str(record.number), record.reason)
    wire = record.wire if isinstance(record, ScoredWire) else record
    if wire.has_made_id:
        return key_of(wire.source or "", wire.file, wire.title or "", wire.text)
    return id_key(wire)


def _is_whole(outcome: Outcome) -> bool:
    """Whether it is the rejection of a whole file, which is not dealt with: it may be there when the run is resumed."""
    return isinstance(outcome, Rejection) and not outcome.number


def _file(record: Record | ScoredWire) -> str:
    return record.wire.file if isinstance(record, ScoredWire) else record.file
