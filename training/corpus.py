"""The annotated statements of `seeds/`: one schema, every record checked, every error with its file and line."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import wirestance.seeds
from wirestance.inference.prediction import NOT_LATIN
from wirestance.inference.statement import check_statement, is_latin, oriented
from wirestance.model.errors import CorpusError, InputError
from wirestance.model.labels import LABELS
from wirestance.model.mirror import Mirror
from wirestance.training.recipe import load_mirror

SEEDS = Path(next(iter(wirestance.seeds.__path__)))
STATEMENTS = SEEDS / "statements"
CONTRAST = SEEDS / "contrast"
DOCUMENTS = SEEDS / "documents"

ARTICLE = "article"
"""The family of the source article's statements: never trained on, so that the model can be tried on it."""

PARTS = ("train", "validation", "test", ARTICLE)
"""Names that the project's own statements have among those of other files."""

VOICES = ("own", "reported")
CONFIDENCES = ("high", "low")
RULES = range(1, 12)
"""The rules of the codebook."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One annotated statement."""

    id: str
    text: str
    label: str
    group: str
    """Statements of one family share it; a split never cuts through a family."""
    voice: str | None = None
    """`own`: the outlet's assertion; `reported`: attributed to somebody; None: not annotated."""
    event: str | None = None
    year: int | None = None
    register: str | None = None
    hard: bool = False
    adversarial: bool = False
    """Composed with a model at hand, where it errs: about as hard as real wires (Nie et al. 2020)."""
    confidence: str = "high"
    rule: int | None = None
    """The rule of the codebook that decided."""
    speaker: str | None = None
    document: str | None = None
    """The file in `seeds/documents` from which the statement was taken, at [start, end) in characters."""
    start: int | None = None
    end: int | None = None
    capability: str | None = None
    """What a contrast item tries."""
    note: str | None = None


ALLOWED: dict[str, Sequence[Any]] = {
    "label": LABELS,
    "voice": (*VOICES, None),
    "confidence": CONFIDENCES,
    "rule": (*RULES, None),
}


def load_corpus() -> list[Statement]:
    """All annotated statements that may be trained on, the source article's excluded."""
    return [statement for statement in load_directory(STATEMENTS) if statement.group != ARTICLE]


def load_article() -> list[Statement]:
    """The annotated statements of the source article."""
    return load_statements(STATEMENTS / "article.jsonl")


def load_directory(directory: Path) -> list[Statement]:
    """The statements of every file of a directory, in the order of the files' names.

    Raises:
        CorpusError: a broken record, a text that the classifier does not read, or an id or a text that occurs twice.
    """
    mirror = load_mirror()
    statements: list[Statement] = []
    places: dict[str, str] = {}
    for path in sorted(directory.glob("*.jsonl")):
        for place, record in read_records(path):
            statement = _statement(place, record)
            if problem := _unread(statement.text, mirror):
                raise CorpusError(f"{place}: {statement.id!r} cannot be read: {problem}")
            for what, key in (("id", statement.id), ("text", f"{statement.document}:{statement.text.casefold()}")):
                if (other := places.setdefault(f"{what} {key}", place)) != place:
                    raise CorpusError(f"{place}: the {what} of {statement.id!r} stands at {other} already")
            statements.append(statement)
    if not statements:
        raise CorpusError(f"{directory}: holds no statements")
    return statements


def load_statements(path: Path) -> list[Statement]:
    """The statements of one file of `seeds/`, each checked against the schema."""
    return [_statement(place, record) for place, record in read_records(path)]


def load_labelled(path: Path) -> list[Statement]:
    """The statements of any labelled file: only `text` and `label` are needed, unknown fields are ignored.

    Raises:
        CorpusError: a broken record, or a known field of another type than `Statement` has.
    """
    return [_labelled(place, record) for place, record in read_records(path)]


def _labelled(place: str, record: dict[str, Any]) -> Statement:
    known = {field.name for field in fields(Statement)}
    return _statement(place, {"id": place, "group": place} | {key: record[key] for key in known & record.keys()})


def labelled(files: Iterable[Path], mirror: Mirror) -> dict[str, list[Statement]]:
    """The statements of labelled files by the files' names without their ending.

    Args:
        files: theirs.
        mirror: of the classifier that is to read them.

    Raises:
        CorpusError: a broken record, a text that the classifier does not read, or a name that occurs twice or is that
            of a part of the corpus.
    """
    found: dict[str, list[Statement]] = {}
    for path in files:
        if path.stem in found or path.stem in PARTS:
            raise CorpusError(f"{path}: another set of statements is called {path.stem!r}; give the file another name")
        found[path.stem] = load_labelled(path)
        for number, statement in enumerate(found[path.stem], 1):  # every line is a statement
            if problem := _unread(statement.text, mirror):
                raise CorpusError(f"{path}:{number}: cannot be judged: {problem}; leave it out")
    return found


def _unread(text: str, mirror: Mirror) -> str | None:
    """Why the classifier does not read a text, if it does not."""
    try:
        checked = check_statement(text)
    except InputError as error:
        return str(error)
    # To turn every text takes as long as to load it; one in ASCII stays in Latin script.
    return None if checked.isascii() or is_latin(oriented(checked, mirror).text) else NOT_LATIN


def load_any(path: Path) -> tuple[list[str], list[Statement] | None]:
    """The texts of any file of statements, and the statements themselves if every one has a label; read once."""
    records = list(read_records(path))
    for place, record in records:
        if not isinstance(record.get("text"), str) or not record["text"].strip():
            raise CorpusError(f"{place}: text is {record.get('text')!r:.60}; a text that is not empty is needed")
    labelled = all("label" in record for _, record in records)
    statements = [_labelled(place, record) for place, record in records] if labelled else None
    return [record["text"] for _, record in records], statements


def read_records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The JSON objects of a file, each with its place, `file:line`.

    Raises:
        CorpusError: the file cannot be read, is empty, or a line is not a JSON object.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from error
    if not lines:
        raise CorpusError(f"{path}: is empty; a JSON object a line is expected")
    for number, line in enumerate(lines, 1):
        place = f"{path}:{number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CorpusError(f"{place}: not JSON: {error}") from error
        if not isinstance(record, dict):
            raise CorpusError(f"{place}: a JSON object is expected, not {record!r:.60}")
        yield place, record


def _statement(place: str, record: dict[str, Any]) -> Statement:
    schema = {field.name: field for field in fields(Statement)}
    if unknown := sorted(record.keys() - schema.keys()):
        raise CorpusError(f"{place}: unknown field {unknown[0]!r}; allowed are {', '.join(schema)}")
    for name, field in schema.items():
        if name not in record:
            if field.default is MISSING:
                raise CorpusError(f"{place}: the field {name!r} is missing")
            continue
        value, kinds = record[name], get_args(field.type) or (field.type,)
        if type(value) not in kinds:
            wanted = " or ".join("null" if kind is NoneType else kind.__name__ for kind in kinds)
            raise CorpusError(f"{place}: {name} is {value!r:.60}; allowed is {wanted}")
        if name in ALLOWED and value not in ALLOWED[name]:
            raise CorpusError(f"{place}: {name} is {value!r}; allowed are {', '.join(map(str, ALLOWED[name]))}")
    if not record["text"].strip():
        raise CorpusError(f"{place}: the text is empty")
    return Statement(**record)


def corpus_digest() -> str:
    """SHA-256 over the names and the contents of all files of statements: what a model was made from."""
    total = hashlib.sha256()
    for path in sorted(STATEMENTS.glob("*.jsonl")):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()
