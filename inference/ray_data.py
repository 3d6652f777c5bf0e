"""Stances in Ray Data: a class for `map_batches` with a pool of actors, each of which has a model and one thread."""

from typing import Any

from wirestance.inference.archive import arrow_schema
from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.extras import need
from wirestance.inference.rows import STATEMENT_COLUMNS
from wirestance.inference.scoring import answer_fields
from wirestance.model.errors import InputError

BATCH = 256
"""Statements in a batch: enough for batches of like length inside it, and about a second's work of an actor."""

ANSWER = ("voice", "label", "score", "p_azerbaijan", "p_armenia", "p_neutral", "truncated", "problem")
"""The columns that are added, named and typed as in the rows of `wirestance score`."""


class StanceBatches:
    """Adds the answers to Arrow tables of texts; the model is loaded once an actor and runs on one thread.

    >>> texts.map_batches(StanceBatches, compute=ActorPoolStrategy(size=8), num_cpus=1,
    ...                   batch_format="pyarrow", batch_size=BATCH)
    """

    def __init__(
        self,
        *,
        text: str = "text",
        model: str | None = None,
        neutral_share: float | None = None,
        threshold: float | None = None,
    ) -> None:
        """Load the model; to be given by `fn_constructor_kwargs`.

        Args:
            text: the column of the statements.
            model: a directory on every machine; None takes the model that comes with the package.
            neutral_share: as in `StanceClassifier.load`.
            threshold: as in `StanceClassifier.predict`.

        Raises:
            ArtifactError: as `StanceClassifier.load`.
            InputError: the same.
        """
        self._classifier = StanceClassifier.load(model, threads=1, neutral_share=neutral_share)
        self._text, self._threshold = text, threshold

    def __call__(self, batch: Any) -> Any:
        """The `pyarrow.Table` with the columns of `ANSWER` behind its own.

        What cannot be read has no label, and says why in `problem`: a null, a number, an empty text.

        Raises:
            InputError: the table has no column of that name, or one that is called like an answer's; or the threshold
                is out of range.
        """
        names = batch.column_names
        if self._text not in names:
            raise InputError(f"there is no column {self._text!r} for the text; there are {', '.join(names)}")
        if taken := [name for name in ANSWER if name in names]:
            raise InputError(f"there are columns {', '.join(taken)} already; rename or drop them")
        answers = self._classifier.answer(batch.column(self._text).to_pylist(), threshold=self._threshold)
        arrow = need("pyarrow", "Ray Data", "ray")
        rows = arrow.Table.from_pylist(
            [answer_fields(answer) for answer in answers],
            schema=arrow_schema({name: STATEMENT_COLUMNS[name] for name in ANSWER}),
        )
        for name in ANSWER:
            batch = batch.append_column(name, rows.column(name))
        return batch
