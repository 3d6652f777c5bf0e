"""Shared by the tests of wires: a file of any bytes, read."""

import sys
from pathlib import Path

import pytest

from wirestance.inference.wires.read import read_records

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def read(tmp_path):
    """Reads bytes as a file and gives its records."""

    def read(content, **options):
        path = tmp_path / "wires"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_records(path, **options))

    return read
