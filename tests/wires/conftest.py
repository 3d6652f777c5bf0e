"""Shared by the tests of wires: a file of any bytes, read."""

import pytest

from wirestance.inference.wires.read import read_records


@pytest.fixture
def read(tmp_path):
    """Reads bytes as a file and gives its records."""

    def read(content, **options):
        path = tmp_path / "wires"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_records(path, **options))

    return read
