"""The runtime: oriented texts in, logits out, through tokenizers and ONNX Runtime."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakSet

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from wirestance.model.artifact import NETWORK, TOKENIZER
from wirestance.model.errors import ArtifactError
from wirestance.model.labels import LABELS

TOKEN_BUDGET = 1024
"""Tokens in a batch, padding included: enough to fill the cores, few enough to stay in their caches."""


SPECIAL = 2
"""Tokens that the tokenizer puts before and behind every text."""


class Outputs(NamedTuple):
    """What the network makes of texts."""

    logits: npt.NDArray[np.float32]
    """Of the stance: shape (texts, 3), in the order of `LABELS`."""
    voice: npt.NDArray[np.float32]
    """Logit of reported speech against the outlet's own voice: shape (texts,)."""
    pieces: list[int]
    """For each text, the word pieces that were read."""
    truncated: list[bool]
    """For each text, whether only its beginning was read."""


class Runtime:
    """One loaded network with its tokenizer; safe to share between threads, and usable in a forked process."""

    def __init__(self, directory: Path, max_tokens: int, threads: int | None = None) -> None:
        """Load the network of an artifact.

        Args:
            directory: an artifact whose digests have been checked.
            max_tokens: longest input, with the special tokens; one fixed setting per tokenizer.
            threads: cores to use for one batch; None leaves it to ONNX Runtime, which takes every physical one.
        """
        self.directory, self.threads = directory, threads
        self._opened: Any = self._open()
        try:
            self._tokenizer = Tokenizer.from_file(str(directory / TOKENIZER))
        except Exception as error:  # the library raises bare exceptions of its own
            raise _unloadable(directory, error) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        _RUNTIMES.add(self)

    @property
    def _session(self) -> Any:
        """The network; in a process forked from the one that loaded it, opened anew at its first use."""
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads or 0
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(
                str(self.directory / NETWORK), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise _unloadable(self.directory, error) from error

    def leave_behind(self) -> None:
        """Part with a session whose threads stayed in the process that this one was forked from.

        It must not be used, and not be freed either: that would wait for those threads for ever.
        """
        _LEFT_BEHIND.append(self._opened)
        self._opened = None

    def run(self, texts: Sequence[str]) -> Outputs:
        """Run the network on texts of any length, in batches of like length."""
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        logits = np.zeros((len(texts), len(LABELS)), dtype=np.float32)
        voice = np.zeros(len(texts), dtype=np.float32)
        for batch in _batches([len(encoding) for encoding in encodings]):
            width = len(encodings[batch[-1]])
            ids = np.zeros((len(batch), width), dtype=np.int64)
            mask = np.zeros((len(batch), width), dtype=np.int64)
            for row, index in enumerate(batch):
                tokens = encodings[index].ids
                ids[row, : len(tokens)] = tokens
                mask[row, : len(tokens)] = 1
            logits[batch], voice[batch] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return Outputs(
            logits,
            voice,
            [len(encoding) - SPECIAL for encoding in encodings],
            [bool(encoding.overflowing) for encoding in encodings],
        )


_RUNTIMES: WeakSet[Runtime] = WeakSet()
_LEFT_BEHIND: list[Any] = []


def _after_fork() -> None:
    for runtime in _RUNTIMES:
        runtime.leave_behind()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _unloadable(directory: Path, error: Exception) -> ArtifactError:
    return ArtifactError(f"{directory}: the model cannot be loaded: {error}")


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in batches, shortest texts first, each as large as the token budget allows."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > TOKEN_BUDGET:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
