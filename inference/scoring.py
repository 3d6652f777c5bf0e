"""Scoring wires: each is split into statements, and every statement gets its stance and its voice."""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, Literal, NamedTuple

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.prediction import NOT_ENGLISH, REPORTED, Prediction, Voice, lean_of
from wirestance.inference.speaker import read_speaker
from wirestance.inference.split import Span, split_statements
from wirestance.inference.wires.record import Record, Rejection, Wire
from wirestance.model.labels import ARMENIA, AZERBAIJAN, NEUTRAL

LOG = logging.getLogger("wirestance")

CHUNK = 512
"""Statements that are scored at once: some seconds' work, which is what a crash can cost."""

FORMULA = 200
"""Characters from which on a text alone tells wires apart: one that comes again under another headline is a copy. A
shorter one may be a formula that stands under any headline, such as "Follow us on Telegram for more."."""

Part = Literal["title", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfWire:
    """What a row says of its wire."""

    wire: str
    """The wire's id."""
    source: str | None
    date: str | None
    """ISO 8601."""
    title: str | None
    url: str | None
    language: str | None
    file: str
    number: int
    """The wire's place in the file."""
    digest: str
    """Of the wire's text, and of its title where the text is short: equal for copies of one wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored(OfWire):
    """One scored statement: a row of what `wirestance score` writes."""

    part: Part
    start: int
    """The statement is `text[start:end]` of the wire's title or text."""
    end: int
    text: str
    voice: Voice
    """`own` where the outlet asserts the statement itself, `reported` where it is somebody's; it means nothing where
    the model could not read the statement."""
    speaker: str | None
    """Whose words a reported statement gives, where that can be read off."""
    label: str | None
    """None for "can't tell"; `problem` says why."""
    score: float
    p_azerbaijan: float
    p_armenia: float
    p_neutral: float
    truncated: bool
    problem: str | None

    @property
    def lean(self) -> float:
        """p(pro-azerbaijan) − p(pro-armenia), in [−1, 1]; 0 of a partisan statement that names neither side."""
        return lean_of(self.p_azerbaijan, self.p_armenia, self.problem)

    @property
    def read(self) -> bool:
        """Whether the model could read the statement: not what is in another language or script."""
        return self.problem != NOT_ENGLISH and (
            self.label is not None or self.p_azerbaijan + self.p_armenia + self.p_neutral > 0
        )


COLUMNS = tuple(field.name for field in fields(Scored))


class ScoredWire(NamedTuple):
    """A wire with its scored statements."""

    wire: Wire
    statements: list[Scored]


Outcome = ScoredWire | Rejection


class Place(NamedTuple):
    """Where a statement stands in its wire."""

    part: Part
    span: Span
    text: str


def score_wires(
    wires: Iterable[Wire], classifier: StanceClassifier, *, threshold: float | None = None
) -> Iterator[Scored]:
    """The scored statements of wires, in their order; of a wire that was scored, only a digest of its id is held.

    A wire whose id its source has used before is left out, with a warning in the log.
    """
    for chunk in score_records(wires, classifier, threshold=threshold):
        for outcome in chunk:
            if isinstance(outcome, Rejection):
                LOG.warning("%s", outcome)
            else:
                yield from outcome.statements


def score_records(
    records: Iterable[Record | None],
    classifier: StanceClassifier,
    *,
    threshold: float | None = None,
    ids: set[bytes] | None = None,
) -> Iterator[list[Outcome]]:
    """The outcomes of records, in their order, by chunks that the classifier runs at once.

    Args:
        records: wires and rejections; None says that nothing more comes for now, so that what is held is scored.
        classifier: scores the statements.
        threshold: as in `StanceClassifier.predict`.
        ids: which ids (`id_key`) were used before; grows by those of `records`.
    """
    used = set() if ids is None else ids
    chunk: list[Wire | Rejection] = []
    places: list[list[Place]] = []
    held = 0
    for record in records:
        if record is not None:
            kept = reject_repeated(record, used)
            chunk.append(kept)
            places.append(list(places_of(kept)) if isinstance(kept, Wire) else [])
            held += 1 + len(places[-1])
        if chunk and (record is None or held >= CHUNK):
            yield _score(chunk, places, classifier, threshold)
            chunk, places, held = [], [], 0
    if chunk:
        yield _score(chunk, places, classifier, threshold)


def id_key(wire: Wire) -> bytes:
    """What tells a wire from all others: its id, among those of its source (or of its file, if it names none).

    An id that was made of its place in the file does not tell it from what stands there when the file is another; its
    text does.
    """
    made = (wire.title or "", wire.text) if wire.has_made_id else ()
    return key_of(wire.source or wire.file, wire.id, *made)


def key_of(*parts: str) -> bytes:
    """A short digest of what tells a record from others."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).digest()


def reject_repeated(record: Record, used: set[bytes]) -> Record:
    """The record; a rejection if it is a wire whose id was used before."""
    if isinstance(record, Rejection):
        return record
    key = id_key(record)
    if key in used:
        return repeated(record.file, record.number, record.id)
    used.add(key)
    return record


def repeated(file: str, number: int, wire_id: str) -> Rejection:
    """The rejection of a wire whose id was used before."""
    reason = f"the id {wire_id!r:.80} was used before by this source; the first wire with it is kept"
    return Rejection(file=file, number=number, reason=reason)


def places_of(wire: Wire) -> Iterator[Place]:
    """Where a wire's statements stand: in its title, then in its text, which may begin with the title again."""
    title = list(_places("title", wire.title or ""))
    text = _places("text", wire.text)
    begun = list(islice(text, len(title)))
    again = [place.text.split() for place in title] == [place.text.split() for place in begun]
    yield from title
    yield from () if again else begun
    yield from text


def _places(part: Part, text: str) -> Iterator[Place]:
    return (Place(part, span, text[span.start : span.end]) for span in split_statements(text))


def _score(
    chunk: list[Wire | Rejection], places: list[list[Place]], classifier: StanceClassifier, threshold: float | None
) -> list[Outcome]:
    texts = [place.text for of_wire in places for place in of_wire]
    answers = iter(classifier.answer(texts, threshold=threshold))
    outcomes: list[Outcome] = []
    for record, of_wire in zip(chunk, places, strict=True):
        if isinstance(record, Rejection):
            outcomes.append(record)
        else:
            outcomes.append(scored_wire(record, of_wire, answers))
    return outcomes


def scored_wire(wire: Wire, places: Iterable[Place], answers: Iterator[Prediction]) -> ScoredWire:
    """A wire with its statements scored: those at `places_of` the wire, each with the next of the answers."""
    digest = _digest(wire)
    return ScoredWire(wire, [_scored(wire, digest, place, next(answers)) for place in places])


def _digest(wire: Wire) -> str:
    """What copies of a wire have in common, however their words are spaced."""
    text, title = (" ".join(part.split()) for part in (wire.text, wire.title or ""))
    told = text if len(text) >= FORMULA else f"{title}\0{text}"
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _scored(wire: Wire, digest: str, place: Place, prediction: Prediction) -> Scored:
    return Scored(
        wire=wire.id,
        source=wire.source,
        date=wire.date.isoformat() if wire.date else None,
        title=wire.title,
        url=wire.url,
        language=wire.language,
        file=wire.file,
        number=wire.number,
        digest=digest,
        part=place.part,
        start=place.span.start,
        end=place.span.end,
        text=place.text,
        speaker=read_speaker(place.text) if prediction.voice == REPORTED else None,
        **answer_fields(prediction),
    )


def answer_fields(prediction: Prediction) -> dict[str, Any]:
    """A prediction as the fields of a row; probabilities to four digits."""
    return {
        "voice": prediction.voice,
        "label": prediction.label,
        "score": round(prediction.score, 4),
        "p_azerbaijan": round(prediction.scores[AZERBAIJAN], 4),
        "p_armenia": round(prediction.scores[ARMENIA], 4),
        "p_neutral": round(prediction.scores[NEUTRAL], 4),
        "truncated": prediction.truncated,
        "problem": prediction.problem,
    }
