"""The runtime: oriented texts in, logits out, through tokenizers and ONNX Runtime."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

# ONNX Runtime would tell its maker of the machine, over the network and from a thread that a fork loses.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

from wirestance.model.artifact import NETWORK, TOKENIZER
from wirestance.model.errors import ArtifactError
from wirestance.model.labels import LABELS

TOKEN_BUDGET = 512
"""Tokens in a batch: enough to keep a core busy, few enough to stay in its cache."""

Item = TypeVar("Item")

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux tells a container its quota: microseconds of processor time, in how many."""

IMPORTED_IN = os.getpid()
"""The process; one that is forked from it has another number."""

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
    """One loaded network with its tokenizer; safe to share between threads, and usable in a forked process.

    A batch holds statements of one length, so nothing is padded, and runs on one core; as many run at once as there are
    cores. So ONNX Runtime has no threads of its own, which a fork would lose.
    """

    def __init__(self, directory: Path, max_tokens: int, threads: int | None = None) -> None:
        """Load the network of an artifact.

        Args:
            directory: an artifact whose digests have been checked.
            max_tokens: longest input, with the special tokens; one fixed setting per tokenizer.
            threads: cores to use for one call; None takes every one that the process may use.
        """
        self.directory, self.threads = directory, threads
        try:
            self._session = open_session(str(directory / NETWORK))
            self._tokenizer = Tokenizer.from_file(str(directory / TOKENIZER))
        except Exception as error:  # both libraries raise bare exceptions of their own
            raise ArtifactError(f"{directory}: the model cannot be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)

    def run(self, texts: Sequence[str]) -> Outputs:
        """Run the network on texts of any length."""
        encodings = self._encode(texts)
        logits = np.zeros((len(texts), len(LABELS)), dtype=np.float32)
        voice = np.zeros(len(texts), dtype=np.float32)

        def judge(batch: list[int]) -> None:
            ids = np.array([encodings[index].ids for index in batch], dtype=np.int32)
            logits[batch], voice[batch] = self._session.run(None, {"input_ids": ids})

        side_by_side(judge, list(_batches([len(encoding) for encoding in encodings])), self.threads or usable_cores())
        return Outputs(
            logits,
            voice,
            [len(encoding) - SPECIAL for encoding in encodings],
            [bool(encoding.overflowing) for encoding in encodings],
        )

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        """The tokens of every text; the tokenizer's batches take every core, whatever the number of threads.

        Their threads are lost by a fork, and where the environment insists on them (TOKENIZERS_PARALLELISM=true) the
        child would wait for them for ever.
        """
        if self.threads == 1 or os.getpid() != IMPORTED_IN:
            return [self._tokenizer.encode(text) for text in texts]
        encodings: list[Encoding] = self._tokenizer.encode_batch_fast(list(texts))
        return encodings


def open_session(network: str | bytes, threads: int = 1) -> Any:
    """A session of ONNX Runtime for a network's file or its content; with one thread, it starts none of its own."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def side_by_side(do: Callable[[Item], object], items: Sequence[Item], threads: int) -> None:
    """Do something with every item, in some threads that end with the last; an error ends it and is raised."""
    if threads == 1 or len(items) < 2:
        for item in items:
            do(item)
        return
    with ThreadPoolExecutor(min(threads, len(items))) as pool:
        for _ in pool.map(do, items):
            pass


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in batches of one length, longest first, each as large as the token budget allows."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    for length, group in groupby(order, key=lengths.__getitem__):
        alike = list(group)
        size = max(1, TOKEN_BUDGET // length)
        for start in range(0, len(alike), size):
            yield alike[start : start + size]


def usable_cores() -> int:
    """Cores that the process may use: fewer than the machine has, where it or its container was given a part."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _quota() or cores)


@cache
def _quota() -> int | None:
    """The cores whose time a Linux container is given, begun ones counted; None if there is no such limit."""
    try:
        given, period = QUOTA.read_text(encoding="ascii").split()
        return max(1, ceil(int(given) / int(period)))
    except (OSError, ValueError):  # no such file, or "max"
        return None
