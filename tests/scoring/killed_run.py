"""Run by the tests and killed by them: scores wires in small chunks with a classifier that takes its time.

Usage: killed_run.py INPUT OUT
"""

import sys
import time
from pathlib import Path

from wirestance import Prediction
from wirestance.inference import scoring
from wirestance.inference.archive import Archive
from wirestance.inference.rows import STATEMENT_COLUMNS, statement_rows
from wirestance.inference.score_files import score_to
from wirestance.inference.wires.read import read_records
from wirestance.model.labels import LABELS

PAUSE = 0.005
"""Seconds a chunk takes, so that a kill meets the run in all its parts."""


class SlowClassifier:
    """Answers by the length of a text."""

    def answer(self, texts, *, threshold=None):
        time.sleep(PAUSE)
        return [
            Prediction(LABELS[len(text) % 3], 0.8, dict(zip(LABELS, (0.1, 0.1, 0.8), strict=True))) for text in texts
        ]


if __name__ == "__main__":
    scoring.CHUNK = 8
    source, out = map(Path, sys.argv[1:])
    with Archive(out, STATEMENT_COLUMNS, {"model": "slow"}, resume=True) as archive:
        score_to(archive, read_records(source), SlowClassifier(), rows=statement_rows)
        archive.finish()
