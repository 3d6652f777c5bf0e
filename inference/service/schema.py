"""What requests and answers look like; the OpenAPI document is made of it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, FailFast, Field, JsonValue

from wirestance.inference.prediction import Prediction, Voice
from wirestance.inference.rows import WireRow
from wirestance.inference.scoring import Scored

LONGEST_WIRE = 100_000
"""Characters of a wire's text: some twenty times a long one. Splitting takes more than proportional time."""

STATEMENTS: JsonValue = {"texts": ["Azerbaijani forces repelled an attack.", "Shelling resumed overnight."]}
WIRE: JsonValue = {
    "id": "1",
    "source": "Alpine Press",
    "date": "2020-10-27T06:00:00+04:00",
    "title": "Talks resume in Geneva",
    "text": "Talks resume in Geneva today. “We shall stay,” Aliyev said.",
}
PREDICTED: JsonValue = {
    "label": "pro-azerbaijan",
    "score": 0.9357,
    "scores": {"pro-azerbaijan": 0.9357, "pro-armenia": 0.0338, "neutral-diplomatic": 0.0305},
    "voice": "own",
    "reported": 0.0764,
    "truncated": False,
    "problem": None,
}


class _Model(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid", frozen=True)


class _Request(_Model):
    model_config = ConfigDict(strict=True)

    threshold: float | None = Field(None, ge=0, lt=1, allow_inf_nan=False)
    """Lowest probability with which a label is given; 0 answers whatever is in Latin script. The model's own if not
    given."""


class Statements(_Request):
    """Statements to judge: one or many."""

    model_config = ConfigDict(json_schema_extra={"examples": [STATEMENTS]})

    texts: Annotated[list[str], FailFast()] = Field(min_length=1)
    """Sentences, headlines or utterances."""


class WireIn(_Request):
    """A wire to score, with the fields that `wirestance score` reads."""

    model_config = ConfigDict(json_schema_extra={"examples": [WIRE]})

    text: str = Field(min_length=1, max_length=LONGEST_WIRE)
    """The body, without markup; paragraphs are parted by blank lines."""
    id: str | None = Field(None, max_length=500)
    """The sender's identifier."""
    title: str | None = Field(None, max_length=2000)
    source: str | None = Field(None, max_length=500)
    """Agency or outlet."""
    date: str | None = Field(None, max_length=80)
    """When it was published: ISO 8601, RFC 2822, or in words with the month's name."""
    language: str | None = Field(None, max_length=80)
    """Only English is read: en, en-GB, eng."""
    url: str | None = Field(None, max_length=2000)


class Answer(_Model):
    """What the model makes of one statement."""

    model_config = ConfigDict(json_schema_extra={"examples": [PREDICTED]})

    label: str | None
    """pro-azerbaijan, pro-armenia or neutral-diplomatic; null for "can't tell", and `problem` says why."""
    score: float
    """The probability of the most probable label, calibrated."""
    scores: Mapping[str, float]
    """The probability of every label; all 0 where there was no statement to read."""
    voice: Voice
    """`own` where the outlet asserts the statement itself, `reported` where it is somebody's; it means nothing where
    there was no statement to read."""
    reported: float
    """The probability that the statement gives somebody's words; 0 where there was no statement to read."""
    truncated: bool
    """The statement is longer than the model reads; only its beginning was judged."""
    problem: str | None
    """Why there is no label."""

    @classmethod
    def of(cls, prediction: Prediction) -> "Answer":
        """A prediction, rounded as on the command line."""
        return cls(
            label=prediction.label,
            score=round(prediction.score, 4),
            scores={label: round(score, 4) for label, score in prediction.scores.items()},
            voice=prediction.voice,
            reported=round(prediction.reported, 4),
            truncated=prediction.truncated,
            problem=prediction.problem,
        )


class Answers(_Model):
    """The answers to statements, in their order."""

    answers: list[Answer]


class ScoredWireOut(_Model):
    """A scored wire."""

    wire: WireRow | None
    """As `wirestance score --per wire` writes it; null if there is no statement in it."""
    statements: list[Scored]
    """As `wirestance score` writes them."""


class Ready(_Model):
    """The service takes requests."""

    version: str
    """Of wirestance."""
    model: str
    """Tells the model from others."""


class Alive(_Model):
    """The process runs."""

    alive: bool = True


class Problem(_Model):
    """Why a request was not answered."""

    detail: str
