"""The classifier: one code path for one statement, a list and an endless stream."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from os import PathLike
from pathlib import Path
from pickle import PicklingError
from time import monotonic
from typing import NamedTuple, TypeVar

import numpy as np

from wirestance.inference.explain import Explanation, explain
from wirestance.inference.neutral_share import NeutralShare, estimate_neutral_share
from wirestance.inference.prediction import BELOW_THRESHOLD, NAMES_NEITHER, NOT_ENGLISH, NOT_LATIN, Prediction
from wirestance.inference.runtime import Runtime
from wirestance.inference.statement import LONGEST, check_statement, is_latin, oriented, reads_as_english
from wirestance.model.artifact import SHIPPED, STANCE, Stance, digest, load_stance
from wirestance.model.errors import ArtifactError, InputError
from wirestance.model.labels import EXCHANGED, LABELS, NEUTRAL

Texts = TypeVar("Texts", bound=Iterable[object])

WINDOW = 2048
"""Statements of a stream that are held at once, to be sorted by length."""

PATIENCE = 0.05
"""Seconds after which a window is judged as it is."""


class Settings(NamedTuple):
    """What a classifier is loaded from; a pickled one holds nothing else."""

    model: str | None
    """Its directory; None for the one that comes with the package, wherever that is installed."""
    threads: int | None
    neutral_share: float
    identity: str
    """Of the model that has to be there."""


class StanceClassifier:
    """A loaded model. Share one between threads; it holds no state of a call.

    It may be used in a process that was forked from its own, and pickled: the other side loads the same model from the
    same place and keeps it for the whole process; only threads that unpickle the first one at once may each load it.
    """

    identity: str
    """Tells the model from others: a digest of what `stance.json` says, which has the digests of the other files."""

    def __init__(
        self, stance: Stance, runtime: Runtime, neutral_share: float | None = None, *, identity: str = ""
    ) -> None:
        """Use `load`, unless the parts are at hand."""
        self.identity = identity
        self.stance = stance if neutral_share is None else replace(stance, neutral_share=neutral_share)
        if not 0 < self.stance.neutral_share < 1:
            raise InputError(f"neutral_share is {neutral_share}; it lies between 0 and 1, both excluded")
        self._runtime = runtime
        self._mirror = stance.mirror

    @classmethod
    def load(
        cls,
        path: str | PathLike[str] | None = None,
        *,
        threads: int | None = None,
        neutral_share: float | None = None,
    ) -> "StanceClassifier":
        """Load a model directory, by default the one that comes with the package.

        Args:
            path: a directory that training wrote.
            threads: cores to use; None takes every one that the process may use. Give 1 where many share a machine.
            neutral_share: share of neutral statements to expect; None takes the model's. A raw feed has about 0.8,
                a selection of statements about the conflict less; the more, the fewer statements are called partisan.

        Raises:
            ArtifactError: the directory is not a whole, unchanged model of a format that this version reads.
            InputError: the share or the number of threads is out of range.
        """
        if threads is not None and threads < 1:
            raise InputError(f"threads is {threads}; allowed is 1 or more, or None for every core")
        directory = SHIPPED if path is None else Path(path)
        stance = load_stance(directory)
        runtime = Runtime(directory.absolute(), stance.max_tokens, threads)
        return cls(stance, runtime, neutral_share, identity=digest(directory / STANCE))

    @property
    def settings(self) -> Settings:
        """What `restore` needs to make its like, here or elsewhere.

        Raises:
            PicklingError: it was not made by `load`.
        """
        if not self.identity:
            raise PicklingError("only a classifier that StanceClassifier.load made can be pickled or sent elsewhere")
        directory = self._runtime.directory
        model = None if directory == SHIPPED else str(directory)
        return Settings(model, self._runtime.threads, self.stance.neutral_share, self.identity)

    def __reduce__(self) -> "tuple[Callable[[Settings], StanceClassifier], tuple[Settings]]":
        return restore, (self.settings,)

    def predict(self, text: str, *, threshold: float | None = None) -> Prediction:
        """The stance of one statement.

        Args:
            text: a sentence, headline or utterance.
            threshold: lowest probability with which a label is given; None takes the model's, 0 answers wherever there
                is something to read.

        Raises:
            InputError: `text` is not a string, has nothing to read in it, or the threshold is out of range.
        """
        return self.predict_batch([text], threshold=threshold)[0]

    def predict_batch(self, texts: Sequence[str], *, threshold: float | None = None) -> list[Prediction]:
        """The stances of several statements, in their order.

        Raises:
            InputError: as for `predict`; the message gives the position of the text.
        """
        checked = list(_several(texts))
        for position, text in enumerate(checked):
            try:
                check_statement(text)
            except InputError as error:
                raise error if len(checked) == 1 else InputError(f"text {position}: {error}") from None
        return self.answer(checked, threshold=threshold)

    def stream(self, texts: Iterable[str], *, threshold: float | None = None) -> Iterator[Prediction]:
        """The stances of any number of statements, in their order and in bounded memory.

        A text that cannot be read does not stop the stream: its prediction has no label and says why in `problem`.
        Statements are read ahead in windows that grow from 1 to 2,048. The first answer comes at once; where the source
        makes wait, those that were read are answered when its next statement comes, at the latest.
        """
        source, window = iter(_several(texts)), 1
        while chunk := _read_ahead(source, window):
            yield from self.answer(chunk, threshold=threshold)
            window = min(2 * window, WINDOW)

    def answer(self, texts: Sequence[object], *, threshold: float | None = None) -> list[Prediction]:
        """The stances of statements that are at hand; as in `stream`, one that cannot be read has its problem.

        Raises:
            InputError: one text where several are expected, or the threshold is out of range.
        """
        limit, texts = self._threshold(threshold), _several(texts)
        return [
            prediction
            for start in range(0, len(texts), WINDOW)
            for prediction in self._window(texts[start : start + WINDOW], limit)
        ]

    def explain(self, text: str, *, threshold: float | None = None) -> Explanation:
        """Which words of a statement moved its label, found by leaving each of them out.

        Raises:
            InputError: as `predict`.
        """
        return explain(self, text, threshold)

    def estimate_neutral_share(self, texts: Iterable[str]) -> NeutralShare:
        """The share of neutral statements among texts that have no labels, by this model's probabilities of them.

        Texts that cannot be read are left out. Give some hundreds of the wires that are to be judged, and then judge
        them with `expecting` that share.

        Raises:
            InputError: no text is one that the model reads.
        """
        answers = (answer for answer in self.stream(texts) if answer.read)
        neutral = [answer.scores[NEUTRAL] for answer in answers]
        return estimate_neutral_share(neutral, self.stance.neutral_share)

    def expecting(self, neutral_share: float) -> "StanceClassifier":
        """The same model, sharing all that is loaded, with another expected share of neutral statements.

        Raises:
            InputError: the share is out of range.
        """
        return StanceClassifier(self.stance, self._runtime, neutral_share, identity=self.identity)

    def _threshold(self, threshold: float | None) -> float:
        if threshold is None:
            return self.stance.threshold
        if not 0 <= threshold < 1:
            raise InputError(f"threshold is {threshold}; allowed is 0 (answer what is in Latin script) to below 1")
        return threshold

    def _window(self, chunk: Sequence[object], threshold: float) -> Iterator[Prediction]:
        answers: list[Prediction | str] = []
        for text in chunk:
            try:
                answers.append(check_statement(text))
            except InputError as error:
                answers.append(Prediction.unread(str(error)))
        read = self._read(dict.fromkeys(answer for answer in answers if isinstance(answer, str)), threshold)
        return (read[answer] if isinstance(answer, str) else answer for answer in answers)

    def _read(self, distinct: Iterable[str], threshold: float) -> dict[str, Prediction]:
        """Judge distinct statements: orient, run, calibrate, and exchange the classes of those that were turned.

        The script is that of the oriented text: counterparts differ in length, and so in their share of the letters.
        """
        every = {text: oriented(text, self._mirror) for text in distinct}
        latin = {text: read for text, read in every.items() if is_latin(read.text)}
        logits, voice, pieces, truncated = self._runtime.run([read.text for read in latin.values()])
        probabilities = self.stance.probabilities(logits)
        turned = np.array([read.turned for read in latin.values()], dtype=bool)
        probabilities[turned] = probabilities[turned][:, EXCHANGED]
        reported = 1 / (1 + np.exp(-voice.astype(np.float64)))
        return dict.fromkeys(every, Prediction.unread(NOT_LATIN)) | {
            text: _prediction(
                row.tolist(),
                float(speech),
                cut or len(text) > LONGEST,
                threshold,
                english=reads_as_english(read.text, count, truncated=cut),
                named=read.named,
            )
            for (text, read), row, speech, count, cut in zip(
                latin.items(), probabilities, reported, pieces, truncated, strict=True
            )
        }


@lru_cache(maxsize=1)
def restore(settings: Settings) -> StanceClassifier:
    """The classifier with these settings; the same one as long as a process asks for no other.

    No lock keeps threads that ask at once from loading it twice: a process forked meanwhile would wait for it for ever.

    Raises:
        ArtifactError: its directory has no whole model, or another one.
    """
    classifier = StanceClassifier.load(settings.model, threads=settings.threads, neutral_share=settings.neutral_share)
    if classifier.identity != settings.identity:
        raise ArtifactError(
            f"{settings.model or SHIPPED}: is model {classifier.identity}, not {settings.identity}, which was sent here"
        )
    return classifier


def _several(texts: Texts) -> Texts:
    """The texts; a single string would be taken for as many as it has letters."""
    if isinstance(texts, str | bytes):
        raise InputError("a list of statements is expected; for one, call predict")
    return texts


def _read_ahead(source: Iterator[str], window: int) -> list[str]:
    """The next texts: as many as the window holds, fewer if the source makes wait."""
    started, chunk = monotonic(), []
    for text in islice(source, window):
        chunk.append(text)
        if monotonic() - started > PATIENCE:
            break
    return chunk


def _prediction(
    probabilities: list[float], reported: float, truncated: bool, threshold: float, *, english: bool, named: bool
) -> Prediction:
    scores = dict(zip(LABELS, probabilities, strict=True))
    label = max(scores, key=scores.__getitem__)
    if threshold and not english:
        return Prediction(None, scores[label], scores, reported, truncated, NOT_ENGLISH)
    if threshold and not named and label != NEUTRAL:
        return Prediction(None, scores[label], scores, reported, truncated, NAMES_NEITHER)
    if scores[label] < threshold:
        return Prediction(None, scores[label], scores, reported, truncated, BELOW_THRESHOLD)
    return Prediction(label, scores[label], scores, reported, truncated)
