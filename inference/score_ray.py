"""Scoring archives on a Ray cluster: the rows of `wirestance score`, by as many actors as there are CPUs.

The files are read twice. First the ids and what cannot be read: which wires repeat an earlier one depends on all files,
and an answer that is the same whatever worker dies has to be known before. Then the wires are read again and scored;
reading costs about a hundredth of scoring. A file that gives more or fewer wires then ends the run. Every step gives
the same when it is done again, so that Ray can repeat what a lost worker had in hand.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wirestance.inference.archive import REJECTED, arrow_schema
from wirestance.inference.classifier import Settings, StanceClassifier, restore
from wirestance.inference.extras import need
from wirestance.inference.ray_paths import SCHEME, absolute, check_free, check_inputs, files_of
from wirestance.inference.rows import STATEMENT_COLUMNS, WIRE_COLUMNS, statement_rows, wire_rows
from wirestance.inference.score_files import check_output
from wirestance.inference.scoring import ScoredWire, repeated, score_records
from wirestance.inference.sources import STDIN
from wirestance.inference.wires.read import check_reading
from wirestance.inference.wires.record import Rejection
from wirestance.model.errors import InputError, WirestanceError

LOGGER = logging.getLogger("wirestance")

BATCH = 64
"""Wires that an actor has in hand: some seconds' work, which is what its death costs."""

ROWS_IN_FILE = 100_000
"""Rows from which a file of the output is full."""

PARQUET, JSON_LINES = ".parquet", ".jsonl"

Place = tuple[str, int]
"""A file and the number of a wire in it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found before anything is scored."""

    wires: int
    """How many will be scored."""
    rejections: list[Rejection]
    """What will not, in the order of the files."""
    repeated: frozenset[Place]
    """Where wires stand whose ids were used before: they are among the rejections."""
    read: dict[str, int]
    """How many wires each file has, those with repeated ids among them; not the files that have none."""


class ScoreWires:
    """Tables of records to tables of rows, for `map_batches`; the model is loaded once an actor, for one thread."""

    def __init__(self, settings: Settings, threshold: float | None, per: str, skip: frozenset[Place]) -> None:
        """Load the model.

        Args:
            settings: of the classifier, but for its threads.
            threshold: as in `StanceClassifier.predict`.
            per: what a row stands for, `statement` or `wire`.
            skip: wires to be left out.

        Raises:
            ArtifactError: on this machine the model is not there, or is another.
        """
        self._classifier = restore(settings._replace(threads=1))
        self._threshold, self._skip = threshold, skip
        self._rows, columns = (wire_rows, WIRE_COLUMNS) if per == "wire" else (statement_rows, STATEMENT_COLUMNS)
        self._schema = arrow_schema(columns)

    def __call__(self, batch: Any) -> Any:
        """The rows of a `pyarrow.Table` of records."""
        from wirestance.inference.ray_source import wires_in

        wires = (wire for wire in wires_in(batch) if (wire.file, wire.number) not in self._skip)
        outcomes = [one for chunk in score_records(wires, self._classifier, threshold=self._threshold) for one in chunk]
        scored = [outcome for outcome in outcomes if isinstance(outcome, ScoredWire)]
        return need("pyarrow", "scoring on Ray", "ray").Table.from_pylist(list(self._rows(scored)), schema=self._schema)


def score_on_ray(
    sources: Sequence[str],
    out: str,
    classifier: StanceClassifier,
    *,
    actors: int,
    wire_format: str | None = None,
    fields: Mapping[str, str] | None = None,
    per: str = "statement",
    threshold: float | None = None,
) -> Survey:
    """Score archives on the cluster that this process is connected to (`ray_cluster.connected`).

    The rows are those that `wirestance score` writes, in no fixed order; `file` has whole paths. A batch is scored
    again if its worker dies, and its rows are written once. Rejections go to the directory OUT.rejected.jsonl, at the
    end: a run that fails leaves only OUT. The names that were guessed for fields are logged, as `read_records` does.

    Args:
        sources: files and directories, on disks that every machine sees or, as s3://…, in any file system of Ray's.
        out: a directory that is not there yet or is empty, and ends in .parquet or .jsonl; many files are put into it.
        classifier: its model, neutral share and (unless given) threshold are used; actors run on one thread each.
        actors: how many; each takes a CPU, and one CPU has to be left.
        wire_format: as in `read_records`.
        fields: as there.
        per: what a row stands for, `statement` or `wire`.
        threshold: as in `StanceClassifier.predict`.

    Raises:
        InputError: an argument is unusable, an input is not there or changes, or the run failed; says which and why.
    """
    given = fields or {}
    if not out.endswith((PARQUET, JSON_LINES)):
        raise InputError(f"{out}: the ending is not known on Ray; allowed are {PARQUET}, {JSON_LINES}")
    if STDIN in sources:
        raise InputError("standard input cannot be read on Ray; give files or directories")
    check_reading(wire_format, given)
    if SCHEME not in out:
        check_output(Path(out), [source for source in sources if SCHEME not in source])
    classifier.answer([], threshold=threshold)  # refuses one that is out of range
    ray_data = need("ray.data", "scoring on Ray", "ray")
    from wirestance.inference.ray_source import WireSource

    out, paths = absolute(out), [absolute(path) for path in sources]
    rejected = out + REJECTED
    with _failures():
        check_inputs(paths)
        for path in (out, rejected):
            check_free(path)
        source = WireSource([file for path in paths for file in files_of(path)], wire_format, given)
        files = source.files()
        if len(set(files)) < len(files):
            twice = next(file for file, times in Counter(files).items() if times > 1)
            raise InputError(f"{twice}: is given more than once")
        found = _survey(ray_data.read_datasource(source), files)
        records = ray_data.read_datasource(source.again(found.read)).repartition(target_num_rows_per_block=BATCH)
        scored = records.map_batches(
            ScoreWires,
            fn_constructor_args=(classifier.settings, threshold, per, found.repeated),
            compute=ray_data.ActorPoolStrategy(size=actors),
            batch_format="pyarrow",
            batch_size=BATCH,
            num_cpus=1,
        )  # Ray's own pool of actors restarts those that die, and gives others what they had in hand
        _write(scored, out)
        if found.rejections:
            ray_data.from_items([asdict(one) for one in found.rejections]).write_json(rejected, force_ascii=False)
    return found


def _survey(records: Any, files: Sequence[str]) -> Survey:
    """Read what has to be known of all the records before they are scored; about 150 bytes a wire are held.

    What the readers logged on the workers is logged here.
    """
    arrow, compute = need("pyarrow", "scoring on Ray", "ray"), need("pyarrow.compute", "scoring on Ray", "ray")
    ranks = {file: rank for rank, file in enumerate(files)}
    parts = [
        part.append_column("rank", arrow.array([ranks[file] for file in part["file"].to_pylist()], arrow.int64()))
        for part in records.select_columns(["key", "id", "file", "number", "reason", "told"]).iter_batches(
            batch_size=None, batch_format="pyarrow"
        )
        if part.num_rows
    ]
    if not parts:
        return Survey(0, [], frozenset(), {})
    every = arrow.concat_tables(parts).sort_by([("key", "ascending"), ("rank", "ascending"), ("number", "ascending")])
    for row in every.filter(compute.is_valid(every["told"])).to_pylist():
        LOGGER.info("%s", row["told"])
    wires = every.filter(compute.is_valid(every["key"])).combine_chunks()
    same = compute.equal(wires["key"].slice(1), wires["key"].slice(0, max(0, wires.num_rows - 1)))
    later = wires.slice(1).filter(same).to_pylist()
    refused = every.filter(compute.is_valid(every["reason"])).to_pylist()
    rejections = [(row, repeated(row["file"], row["number"], row["id"])) for row in later] + [
        (row, Rejection(file=row["file"], number=row["number"], reason=row["reason"])) for row in refused
    ]
    rejections.sort(key=lambda one: (one[0]["rank"], one[0]["number"]))
    return Survey(
        wires.num_rows - len(later),
        [rejection for _, rejection in rejections],
        frozenset((row["file"], row["number"]) for row in later),
        {one["values"]: one["counts"] for one in compute.value_counts(wires["file"]).to_pylist()},
    )


def _write(rows: Any, out: str) -> None:
    if out.endswith(PARQUET):
        rows.write_parquet(out, min_rows_per_file=ROWS_IN_FILE)
    else:
        rows.write_json(out, min_rows_per_file=ROWS_IN_FILE, force_ascii=False, double_precision=15)


@contextmanager
def _failures() -> Iterator[None]:
    """What Ray and its file systems raise, as an error of ours."""
    try:
        yield
    except need("ray.exceptions", "scoring on Ray", "ray").RayError as error:  # first: it may be an OSError, too
        raise InputError(f"the run on Ray failed: {_reason(error)}") from error
    except WirestanceError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read or written on Ray: {error}") from error


def _reason(error: Exception) -> str:
    """The line that says why: the first of what a worker raised, to which Ray adds advice; else the last."""
    cause = getattr(error, "cause", None)
    if cause is not None and not isinstance(cause, need("ray.exceptions", "scoring on Ray", "ray").RayError):
        lines = str(cause).strip().splitlines()[:1]
    else:
        lines = str(error).strip().splitlines()[-1:]
    return "".join(lines) or type(error).__name__
